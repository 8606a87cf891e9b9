/* SPDX-License-Identifier: Apache-2.0
 *
 * tacacs_talk.h: one session of TACACS+ (RFC 8907) from the client's side, without I/O: what it sends and
 * what a reply means. A reply counts only when session, type, version and sequence number are those of the request it
 * answers, when it is hidden by the key, and when it is one that may come now; anything else is an error, never a pass.
 */
#ifndef AAA_TACACS_TALK_H
#define AAA_TACACS_TALK_H

#include "aaa/query.h"
#include "aaa/tacacs.h"
#include "base/err.h"

struct tacacs_talk {
	struct buf key;
	bool clear;                        /* nothing is hidden: TLS does that */
	uint8_t type, version, seq, flags; /* of what was sent last */
	uint32_t session;
	bool waits; /* for a reply */
	/* what the last reply said */
	uint8_t asked; /* enum aaa_asked: their numbers are the protocol's */
	bool echo;
	bool single;     /* the server agreed to more than one session on this connection */
	struct buf text; /* printable ASCII and newlines */
	struct buf args; /* strings, n_args of them */
	unsigned n_args;
	struct errbuf why;
};

/* How all sessions with a server go. */
struct tacacs_terms {
	struct str key;
	bool single; /* offers to keep the connection */
	bool tls; /* the connection is one: packets say that they are not hidden by a key, and must (RFC 9887 section 4)
		   */
};
/* Starts a session; the first packet goes to `out`. 0 or E_*. */
int tacacs_talk_begin(struct tacacs_talk *t, const struct aaa_query *q, const struct tacacs_terms *terms,
		      struct buf *out);
/* A whole reply of this session: its body is revealed in place. */
enum aaa_outcome tacacs_talk_reply(struct tacacs_talk *t, const struct tacacs_header *h, uint8_t *body);
/* To AAA_ASKS; `abort`: he gives up. 0 or E_*. */
int tacacs_talk_answer(struct tacacs_talk *t, struct str answer, bool abort, struct buf *out);
void tacacs_talk_release(struct tacacs_talk *t); /* wipes; fine on zeroes */

#endif
