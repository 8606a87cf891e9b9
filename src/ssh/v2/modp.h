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
void modp_group_release(struct modp_group *group);

int modp_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c);
int modp_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret);
int modp_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret);

#endif
