/* SPDX-License-Identifier: Apache-2.0
 *
 * attack.h: finds the CRC-32 compensation attack in a received packet. CRC-32 is linear, so whoever can insert
 * ciphertext blocks whose unknown plaintexts cancel each other, and one known block that mends the checksum, can type
 * into somebody's session. For that the same ciphertext block has to stand at several places, chosen so that the sum of
 * the places' weights is zero: that is what is looked for, for each block that occurs more than once.
 */
#ifndef SSH_V1_ATTACK_H
#define SSH_V1_ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ATTACK_BLOCK 8

/* 1: an attack; 0: none; E_NOMEM. `n` is a multiple of ATTACK_BLOCK. Takes 16 bytes of memory a block and the time to
 * sort the blocks, whatever they are: nothing is sized by a narrower type, and repeated blocks cost no more. */
int attack_detect(const uint8_t *ciphertext, size_t n);

#endif
