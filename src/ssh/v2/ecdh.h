/* SPDX-License-Identifier: Apache-2.0
 *
 * ecdh.h: Diffie-Hellman on the NIST curves, RFC 5656; functions of a kex_alg row.
 */
#ifndef SSH_V2_ECDH_H
#define SSH_V2_ECDH_H

#include "ssh/algorithms.h"

int ecdh_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c);
int ecdh_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret);
int ecdh_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret);

#endif
