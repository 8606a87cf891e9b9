/* SPDX-License-Identifier: Apache-2.0
 *
 * ed25519.h: what must be asked of an Ed25519 public key before libcrypto gets it (RFC 8032 section 5.1).
 */
#ifndef KEYS_ED25519_H
#define KEYS_ED25519_H

#include <stdbool.h>
#include <stdint.h>

/* False: the point has no more than eight multiples, so that signatures of everything can be made without any private
 * key, or it is not written as RFC 8032 section 5.1.2 writes it. libcrypto takes both. */
bool ed25519_sound(const uint8_t point[32]);

#endif
