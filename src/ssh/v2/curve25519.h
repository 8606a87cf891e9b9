/* SPDX-License-Identifier: Apache-2.0
 *
 * curve25519.h: the X25519 key exchange, RFC 8731; functions of a kex_alg row.
 */
#ifndef SSH_V2_CURVE25519_H
#define SSH_V2_CURVE25519_H

#include "ssh/algorithms.h"

int curve25519_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c);
int curve25519_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret);
int curve25519_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret);

#endif
