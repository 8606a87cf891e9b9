/* SPDX-License-Identifier: Apache-2.0
 *
 * conn1.h: one connection of SSH 1, as the files of src/ssh/v1 share it. A handler that finds the peer at fault calls
 * conn1_fail and returns false; one that filled *ev returns true.
 */
#ifndef SSH_V1_CONN1_H
#define SSH_V1_CONN1_H

#include "ssh/v1/cipher.h"
#include "ssh/v1/packet1.h"
#include "ssh/v1/ssh1.h"

#define CONN1_TEXT_MAX 256
#define CONN1_USER_MAX 256
#define CONN1_CHANNEL  0

/* Why a connection ended, for the log: RFC 4253 section 11.1. */
enum { CONN1_PROTOCOL_ERROR = 2, CONN1_KEX_FAILED = 3, CONN1_MAC_ERROR = 5, CONN1_BY_APPLICATION = 11 };

/* What the peer has to send next. */
enum phase1 {
	PHASE1_KEYS,    /* nothing: we have not named our keys yet */
	PHASE1_KEY,     /* the session key */
	PHASE1_USER,    /* who it is; from here on everything is encrypted */
	PHASE1_AUTH,    /* proofs of it */
	PHASE1_PREPARE, /* logged in: what the session is to be like */
	PHASE1_RUN,     /* a shell or command runs */
	PHASE1_ENDED    /* it has ended, and the peer was told how */
};

/* Which answer the caller owes. */
enum wait1 { WAIT1_NONE, WAIT1_KEYS, WAIT1_SESSION_KEY, WAIT1_AUTH, WAIT1_OPEN, WAIT1_REQUEST };

struct ssh1 {
	struct buf *in, *out;        /* the connection's */
	const struct tracer *tracer; /* the same */
	size_t in_used;              /* bytes of `in` the current event borrows; dropped at the next step */
	bool in_secret;              /* they hold a secret: wipe them */
	struct cipher rx, tx;
	struct str peer_version;
	enum phase1 phase;
	enum wait1 wait;
	uint32_t ciphers, auths; /* offered: a bit for each number */
	uint8_t cookie[SSH_V1_COOKIE];
	unsigned cipher; /* as the peer chose */
	char user[CONN1_USER_MAX];
	bool named_due;  /* `user` is new: it is a first attempt to log in without a proof */
	bool challenged; /* only an answer to the challenge may come */
	unsigned refused;
	bool opened;           /* the channel was */
	bool starting;         /* the pending request is for a shell or command */
	uint32_t window, held; /* of the peer's data: what the caller may hold and holds */
	bool starved;          /* a write was cut short: say when it can go on */
	bool over, over_told, by_peer;
	uint32_t reason;
	char text[CONN1_TEXT_MAX];
	enum ssh_fault fault;
};

/* Ends the connection because of the peer (or of us) and tells it why, once; later calls do nothing. Returns false. */
bool conn1_fail(struct ssh1 *c, uint32_t reason, const char *text);
/* The same without a word to the peer. */
bool conn1_end(struct ssh1 *c, bool by_peer, uint32_t reason, struct str text);
void conn1_send(struct ssh1 *c, uint8_t type, struct str data);
/* The same for what was built in `data`, which is released. */
void conn1_send_buf(struct ssh1 *c, uint8_t type, struct buf *data);

/* A number of this protocol: u16 bits, then as many bytes as they need. */
struct str conn1_number(struct cur *c);
void conn1_put_number(struct buf *b, struct str number); /* unsigned, big-endian; leading zeros are dropped */

#endif
