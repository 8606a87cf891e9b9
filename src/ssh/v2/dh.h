/* SPDX-License-Identifier: Apache-2.0
 *
 * dh.h: Diffie-Hellman in the groups libcrypto knows by name; functions of a kex_alg row. ecdh: the NIST curves of RFC
 * 5656; modp: RFC 4253 section 8 in the groups of RFC 3526 (RFC 8268).
 */
#ifndef SSH_V2_DH_H
#define SSH_V2_DH_H

#include "ssh/algorithms.h"

int ecdh_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c);
int ecdh_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret);
int ecdh_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret);

int modp_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c);
int modp_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret);
int modp_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret);

#endif
