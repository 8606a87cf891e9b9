/* SPDX-License-Identifier: Apache-2.0
 *
 * sntrup761.h: Streamlined NTRU Prime with p = 761, q = 4591, w = 286: a key encapsulation mechanism, as in the NTRU
 * Prime submission to NIST's third round ("NTRU Prime: round 3", chapters on Streamlined NTRU Prime Core and KEM) and
 * draft-josefsson-ntruprime-streamlined. Constant time: see modular.h. Secrets are wiped but for those returned.
 * Functions return 0 or E_CRYPTO (no random bytes, no hash).
 */
#ifndef SSH_PQ_SNTRUP761_H
#define SSH_PQ_SNTRUP761_H

#include <stdint.h>

#define SNTRUP761_PK  1158
#define SNTRUP761_SK  1763
#define SNTRUP761_CT  1039
#define SNTRUP761_KEY 32

int sntrup761_keypair(uint8_t pk[SNTRUP761_PK], uint8_t sk[SNTRUP761_SK]);
/* Every string of the right length is a public key. */
int sntrup761_encap(const uint8_t pk[SNTRUP761_PK], uint8_t ct[SNTRUP761_CT], uint8_t key[SNTRUP761_KEY]);
/* A ciphertext that encap would not have made gives a key nobody else knows, and no error (implicit rejection). */
int sntrup761_decap(const uint8_t sk[SNTRUP761_SK], const uint8_t ct[SNTRUP761_CT], uint8_t key[SNTRUP761_KEY]);

/* The same from given random bytes, for tests. */
#define SNTRUP761_SEED 3044 /* a 32-bit number, little-endian, for each coefficient */
#define SNTRUP761_RHO  191
/* E_INVAL: `g` gives no invertible polynomial; take another. */
int sntrup761_keypair_from(const uint8_t g[SNTRUP761_SEED], const uint8_t f[SNTRUP761_SEED],
			   const uint8_t rho[SNTRUP761_RHO], uint8_t pk[SNTRUP761_PK], uint8_t sk[SNTRUP761_SK]);
int sntrup761_encap_from(const uint8_t r[SNTRUP761_SEED], const uint8_t pk[SNTRUP761_PK], uint8_t ct[SNTRUP761_CT],
			 uint8_t key[SNTRUP761_KEY]);

#endif
