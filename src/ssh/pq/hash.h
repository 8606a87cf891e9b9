/* SPDX-License-Identifier: Apache-2.0
 *
 * hash.h: libcrypto's hashes as the two KEMs use them.
 */
#ifndef SSH_PQ_HASH_H
#define SSH_PQ_HASH_H

#include "base/buf.h"

enum pq_hash { PQ_SHA512, PQ_SHA3_256, PQ_SHA3_512, PQ_SHAKE128, PQ_SHAKE256, PQ_HASHES };

/* The hash of the parts one after another; `n` is the digest's length, or what is wanted of a SHAKE. 0 or E_CRYPTO.
 * A hash is looked up in libcrypto when it is first used; the process keeps it. */
int pq_hash(enum pq_hash which, const struct str *parts, size_t n_parts, uint8_t *out, size_t n);

#endif
