/* SPDX-License-Identifier: Apache-2.0
 *
 * query.h: what AAA servers are asked and how it ends, whatever protocol they speak: the words of core and of the
 * process that asks. The numbers are those of RFC 8907, where it has some.
 */
#ifndef AAA_QUERY_H
#define AAA_QUERY_H

#include "base/buf.h"

#include <stdint.h>

enum aaa_protocol { AAA_TACACS, AAA_RADIUS, AAA_PROTOCOLS };

#define AAA_WORD_MAX 255 /* bytes of a user, a port, an address, a password, an argument */
#define AAA_ARGS_MAX 255
#define AAA_ECHO_MAX 1024

enum aaa_kind {
	AAA_KIND_LOGIN,
	AAA_KIND_PAP,
	AAA_KIND_ENABLE,
	AAA_KIND_EXEC,
	AAA_KIND_ACCOUNT,
	AAA_KIND_COMMAND, /* may he run it? */
	AAA_KINDS
};

/* How somebody was authenticated. */
enum aaa_by { AAA_BY_NONE = 1, AAA_BY_LINE = 3, AAA_BY_ENABLE = 4, AAA_BY_LOCAL = 5, AAA_BY_SERVER = 6 };
enum aaa_record { AAA_RECORD_START = 2, AAA_RECORD_STOP = 4 };

struct aaa_query {
	enum aaa_kind kind;
	uint8_t level, method; /* method: enum aaa_by; not of those that authenticate */
	uint8_t record;        /* enum aaa_record, of ACCOUNT */
	struct str user, port, address;
	struct str secret; /* of PAP; of all that authenticate by RADIUS */
	struct str args;   /* of EXEC, COMMAND and ACCOUNT */
	unsigned n_args;
	struct str host;  /* this device's name */
	struct str local; /* its address towards the server: 4 or 16 bytes, or none */
	struct str echo;  /* what the server that let him in wants to see again in accounting: of grants */
};

enum aaa_outcome {
	AAA_ASKS,   /* the user is to answer, and it goes on */
	AAA_YES,    /* pass; with arguments of an authorization, and text for the user */
	AAA_NO,     /* a rejection: final; text for the user */
	AAA_BROKEN, /* the server cannot say, or what it says is none of it */
	AAA_ABSENT  /* its host says that nobody is there; anybody else could say so in its name */
};

/* What the user is to answer. */
enum aaa_asked { AAA_GETDATA = 3, AAA_GETUSER = 4, AAA_GETPASS = 5 };

/* Text of a server goes to terminals: what is neither printable ASCII nor a newline becomes a question mark. */
void aaa_put_text(struct buf *out, struct str text);

#endif
