/* SPDX-License-Identifier: Apache-2.0
 *
 * mlkem768.h: ML-KEM-768, the key encapsulation mechanism of FIPS 203 with k = 3, eta1 = eta2 = 2, du = 10, dv = 4.
 * Constant time: see modular.h. Secrets are wiped but for those returned. Functions return 0 or E_CRYPTO (no random
 * bytes, no hash).
 */
#ifndef SSH_PQ_MLKEM768_H
#define SSH_PQ_MLKEM768_H

#include <stdint.h>

#define MLKEM768_EK   1184
#define MLKEM768_DK   2400
#define MLKEM768_CT   1088
#define MLKEM768_KEY  32
#define MLKEM768_SEED 32

/* ML-KEM.KeyGen, algorithm 19. */
int mlkem768_keypair(uint8_t ek[MLKEM768_EK], uint8_t dk[MLKEM768_DK]);
/* ML-KEM.Encaps, algorithm 20. E_INVAL: `ek` holds a coefficient that is not reduced (section 7.2, modulus check). */
int mlkem768_encap(const uint8_t ek[MLKEM768_EK], uint8_t ct[MLKEM768_CT], uint8_t key[MLKEM768_KEY]);
/* ML-KEM.Decaps, algorithm 21. E_INVAL: `dk` is damaged (section 7.3, hash check). A ciphertext that encap would not
 * have made gives a key nobody else knows, and no error (implicit rejection). */
int mlkem768_decap(const uint8_t dk[MLKEM768_DK], const uint8_t ct[MLKEM768_CT], uint8_t key[MLKEM768_KEY]);

/* The same from given random bytes, for tests: algorithms 16 and 17 with the checks. */
int mlkem768_keypair_from(const uint8_t d[MLKEM768_SEED], const uint8_t z[MLKEM768_SEED], uint8_t ek[MLKEM768_EK],
			  uint8_t dk[MLKEM768_DK]);
int mlkem768_encap_from(const uint8_t m[MLKEM768_SEED], const uint8_t ek[MLKEM768_EK], uint8_t ct[MLKEM768_CT],
			uint8_t key[MLKEM768_KEY]);

#endif
