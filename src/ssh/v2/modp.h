/* SPDX-License-Identifier: Apache-2.0
 *
 * modp.h: Diffie-Hellman modulo a prime, RFC 4253 section 8 in the groups of SSH_MODP_ROWS (RFC 2409, 3526, 8268);
 * functions of a kex_alg row, and the groups themselves.
 */
#ifndef SSH_V2_MODP_H
#define SSH_V2_MODP_H

#include "ssh/algorithms.h"

#include <openssl/bn.h>

struct modp_group {
	BIGNUM *p, *g;
	unsigned bits;         /* of p */
	unsigned private_bits; /* of a private exponent */
};

/* Our group of that size. 0, E_INVAL (there is none) or E_NOMEM; to be released in any case. */
int modp_group_init(struct modp_group *group, unsigned bits);
/* A group somebody else chose, p and g as they stand inside mpints: p odd and of min to max bits, 1 < g < p - 1. That p
 * is a safe prime is not looked into: whoever signs the exchange answers for it. 0, E_INVAL or E_NOMEM. */
int modp_group_take(struct modp_group *group, struct str p, struct str g, unsigned min, unsigned max);
/* The largest group there is of ours within these sizes, or the smallest of at least `want` bits: its size, 0 if there
 * is none. */
unsigned modp_group_pick(unsigned min, unsigned want, unsigned max);
/* Appends p and g as mpints. 0 or an error. */
int modp_group_put(const struct modp_group *group, struct buf *out);
void modp_group_release(struct modp_group *group);

int modp_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c);
int modp_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret);
int modp_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret);

#endif
