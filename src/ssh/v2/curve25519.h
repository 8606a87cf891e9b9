/* SPDX-License-Identifier: Apache-2.0
 *
 * curve25519.h: the X25519 key exchange, RFC 8731; functions of a kex_alg row, and the same without a row's form for
 * hybrids of it and another mechanism.
 */
#ifndef SSH_V2_CURVE25519_H
#define SSH_V2_CURVE25519_H

#include "ssh/algorithms.h"

int curve25519_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c);
int curve25519_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret);
int curve25519_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret);

#define CURVE25519_SIZE 32 /* of a private key, a public value, a shared secret */
/* Appends a new key's parts. 0 or E_CRYPTO. */
int curve25519_keypair(struct buf *priv, struct buf *q);
/* Appends a new key's public value and computes what it shares with `theirs`. 0, E_INVAL (bad value) or E_CRYPTO. */
int curve25519_answer(struct str theirs, struct buf *q, uint8_t shared[CURVE25519_SIZE]);
/* What a private key shares with `theirs`. 0, E_INVAL or E_CRYPTO. */
int curve25519_agree(struct str priv, struct str theirs, uint8_t shared[CURVE25519_SIZE]);

#endif
