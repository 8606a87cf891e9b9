/* SPDX-License-Identifier: Apache-2.0
 *
 * tacacs.h: the packets of TACACS+ (RFC 8907), without I/O. A client's: it writes requests and reads replies. What is
 * read is hostile: every length is checked against the body, and a body whose lengths do not add up is refused whole,
 * which is also how a wrong key shows (section 4.5).
 *
 * Arguments travel as strings of buf.h one after the other ("service=shell", "priv-lvl*15"), with their count.
 */
#ifndef AAA_TACACS_H
#define AAA_TACACS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define TACACS_HEADER   12
#define TACACS_BODY_MAX 32768 /* of a reply; a longer one is refused by its header */
#define TACACS_WORD_MAX 255   /* bytes of a user, a port, an address, a PAP password, an argument */
#define TACACS_ARGS_MAX 255

enum tacacs_type { TACACS_AUTHEN = 1, TACACS_AUTHOR = 2, TACACS_ACCT = 3 };
enum tacacs_flag { TACACS_UNENCRYPTED = 1, TACACS_SINGLE = 4 };
#define TACACS_VERSION_0 0xc0 /* everything but … */
#define TACACS_VERSION_1 0xc1 /* … PAP and its like (section 5.4.1) */

struct tacacs_header {
	uint8_t version, type, seq, flags;
	uint32_t session, length;
};
void tacacs_put_header(struct buf *b, const struct tacacs_header *h);
bool tacacs_get_header(struct str bytes, struct tacacs_header *h); /* false: fewer than TACACS_HEADER bytes */
/* Hides or reveals a body in place (section 4.5). 0 or E_CRYPTO. */
int tacacs_hide(const struct tacacs_header *h, struct str key, uint8_t *body, size_t n);

/* Who asks for whom: the fields that requests share. */
enum tacacs_authen_type { TACACS_ASCII = 1, TACACS_PAP = 2 };
enum tacacs_service { TACACS_LOGIN = 1, TACACS_ENABLE = 2 };
struct tacacs_subject {
	uint8_t level;   /* privilege 0..15 */
	uint8_t type;    /* enum tacacs_authen_type */
	uint8_t service; /* enum tacacs_service */
	uint8_t method;  /* enum aaa_by; not of an authentication */
	struct str user, port, address;
};

/* Bodies, not yet hidden. A span longer than TACACS_WORD_MAX, or too many arguments, leave E_TOOBIG in `b`. */
void tacacs_put_start(struct buf *b, const struct tacacs_subject *s, struct str data);
void tacacs_put_continue(struct buf *b, struct str answer, bool abort);
void tacacs_put_author(struct buf *b, const struct tacacs_subject *s, struct str args, unsigned n);
void tacacs_put_acct(struct buf *b, uint8_t record, const struct tacacs_subject *s, struct str args, unsigned n);

/* Replies; spans are borrowed from the body. False: malformed. */
enum tacacs_authen_status {
	TACACS_PASS = 1,
	TACACS_FAIL = 2,
	TACACS_GETDATA = 3,
	TACACS_GETUSER = 4,
	TACACS_GETPASS = 5,
	TACACS_RESTART = 6,
	TACACS_ERROR = 7,
	TACACS_FOLLOW = 0x21
};
enum tacacs_author_status {
	TACACS_PASS_ADD = 1,
	TACACS_PASS_REPL = 2,
	TACACS_AUTHOR_FAIL = 0x10,
	TACACS_AUTHOR_ERROR = 0x11,
	TACACS_AUTHOR_FOLLOW = 0x21
};
enum tacacs_acct_status { TACACS_ACCT_SUCCESS = 1, TACACS_ACCT_ERROR = 2, TACACS_ACCT_FOLLOW = 0x21 };
struct tacacs_reply {
	uint8_t status;
	bool no_echo;       /* of an authentication */
	struct str message; /* for the user */
	struct str data;    /* for the administrator */
	struct str lengths; /* of an authorization: the arguments' lengths, a byte each, and the arguments themselves */
	struct str arguments;
};
bool tacacs_get_authen(struct str body, struct tacacs_reply *r);
bool tacacs_get_author(struct str body, struct tacacs_reply *r);
bool tacacs_get_acct(struct str body, struct tacacs_reply *r);
/* The next argument of an authorization; false at the end. */
bool tacacs_next_argument(struct tacacs_reply *r, struct str *argument);

#endif
