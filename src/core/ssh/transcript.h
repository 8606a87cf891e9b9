/* SPDX-License-Identifier: Apache-2.0
 *
 * transcript.h: core's part of a key exchange. Core never signs bytes a session chose: it gives 16 random bytes that
 * must be the KEXINIT cookie, gets the transcript, checks it, hashes it itself and signs. The method must be one it
 * told the session to offer, a modp group one of its own and large enough. The first hash is the session id, kept here.
 * RFC 4253 sections 7 and 8, RFC 4419; the methods are the rows of ssh/rows.h.
 */
#ifndef CORE_TRANSCRIPT_H
#define CORE_TRANSCRIPT_H

#include "ipc/ipc.h"

#include <stdbool.h>
#include <stdint.h>

struct key;
struct offer_set;
struct peer;

#define KEX_COOKIE 16
struct transcript {
	const struct offer_set *offered; /* what this session was told to offer, its peer's; NULL: nothing ... */
	uint32_t dh_min;   /* ... and the least modp group, in bits; later changes are for later sessions */
	char version[128]; /* our identification string, as this connection was told it */
	uint8_t cookie[KEX_COOKIE];
	bool cookie_given; /* and not yet used by a signature */
	uint8_t hash[64];  /* of the exchange the signing helper works on */
	size_t hash_len;
	bool signing; /* the signing helper works */
	uint8_t session_id[64];
	size_t session_id_len;
	char alg[32]; /* host key algorithm of the last exchange */
	struct job *job;
};

/* What the session may exchange keys with; the set stays the caller's and where it is. */
void transcript_offer(struct transcript *k, const struct offer_set *offered, uint32_t dh_min);
void transcript_release(struct transcript *k);
/* A fresh cookie for the next exchange. 0 or E_CRYPTO. */
int transcript_new_cookie(struct transcript *k);
/* `hostkey`: the device's own for m->alg, NULL if it has none. */
void transcript_sign(struct peer *p, const struct ipc_msg_SIGN *m, const struct key *hostkey);

/* The checks alone, for tests: does the transcript belong to this cookie, version and key? Fills the exchange hash. */
int transcript_check(const struct transcript *k, const struct ipc_msg_SIGN *m, struct str our_version,
		     struct str our_blob, uint8_t hash[64], size_t *hash_len);

#endif
