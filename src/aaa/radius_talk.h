/* SPDX-License-Identifier: Apache-2.0
 *
 * radius_talk.h: one exchange of RADIUS from the client's side, without I/O: a login with as many Access-Challenges as
 * the server likes, or a record of accounting. Datagrams that do not count (radius_check) change nothing: whoever is on
 * the way can put any number of them there, and the reply may still come.
 *
 * What an Access-Accept grants becomes arguments in the words of TACACS+: `shell:priv-lvl=15` of a Cisco-AVPair is
 * "priv-lvl=15", Service-Type "service-type=6", the times "session-timeout=…" and "idle-timeout=…" (seconds).
 */
#ifndef AAA_RADIUS_TALK_H
#define AAA_RADIUS_TALK_H

#include "aaa/query.h"
#include "aaa/radius.h"
#include "base/err.h"

struct radius_talk {
	bool sign; /* replies must have a Message-Authenticator */
	struct buf key;
	struct buf fixed;  /* attributes of each request */
	struct buf state;  /* of the last challenge, as the attributes it is sent back in */
	struct buf packet; /* what was sent last */
	struct radius_request sent;
	const bool *taken; /* of the 256 Identifiers; NULL: none is */
	bool waits;        /* for a reply */
	uint64_t since;
	/* what the last reply said */
	bool echo;
	struct buf text; /* printable ASCII and newlines */
	struct buf args; /* strings, n_args of them */
	unsigned n_args;
	struct buf keep; /* of an Access-Accept: aaa_query's echo */
	struct errbuf why;
};

/* The first request is in t->packet. `taken` (kept): which of the 256 Identifiers a request may not have; NULL: it may
 * have any. 0 or E_*: then nothing is sent. */
int radius_talk_begin(struct radius_talk *t, const struct aaa_query *q, struct str key, bool sign, const bool *taken);
/* What a datagram means, if *flaw is RADIUS_GOOD; else nothing has changed. */
enum aaa_outcome radius_talk_reply(struct radius_talk *t, struct str datagram, enum radius_flaw *flaw);
/* To AAA_ASKS: the next request is in t->packet. 0 or E_*. */
int radius_talk_answer(struct radius_talk *t, struct str answer);
/* No reply has come: t->packet is to be sent once more. A record says how late it is, so it is a new request about the
 * same session; a login is the same bytes (RFC 5080 section 2.2.1). 0 or E_*. */
int radius_talk_again(struct radius_talk *t);
void radius_talk_release(struct radius_talk *t); /* wipes; fine on zeroes */

/* A packet in words, for people: a line of `out` each attribute, none of them telling a password. */
void radius_show(struct buf *out, struct str packet);
const char *radius_code_name(uint8_t code);

#endif
