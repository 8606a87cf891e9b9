/* SPDX-License-Identifier: Apache-2.0
 *
 * hybrid.h: key exchange by a post-quantum key encapsulation mechanism and X25519 together:
 * draft-ietf-sshm-ntruprime-ssh (sntrup761x25519-sha512), draft-ietf-sshm-mlkem-hybrid-kex (mlkem768x25519-sha256);
 * functions of a kex_alg row whose group is the mechanism.
 */
#ifndef SSH_V2_HYBRID_H
#define SSH_V2_HYBRID_H

#include "ssh/algorithms.h"

int hybrid_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c);
int hybrid_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret);
int hybrid_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret);

#endif
