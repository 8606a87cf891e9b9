/* SPDX-License-Identifier: Apache-2.0
 *
 * mlkem768_poly.h: the polynomials of ML-KEM, FIPS 203 section 4. A polynomial of Z_q[X]/(X^256 + 1), or its number
 * theoretic transform, is an array of 256 coefficients; each is the representative nearest to 0, unless said otherwise.
 */
#ifndef SSH_PQ_MLKEM768_POLY_H
#define SSH_PQ_MLKEM768_POLY_H

#include "ssh/pq/modular.h"

#include <stdbool.h>

#define DEGREE 256
#define Q      3329

extern const struct modulus mlkem768_mod_q;

/* NTT and its inverse, algorithms 9 and 10. */
void mlkem768_ntt(int16_t f[DEGREE]);
void mlkem768_ntt_inverse(int16_t f[DEGREE]);
/* sum += f * g of two transforms, algorithms 11 and 12; not reduced: at most three times onto 0. */
void mlkem768_multiply_add(int32_t sum[DEGREE], const int16_t f[DEGREE], const int16_t g[DEGREE]);

/* SampleNTT, algorithm 7, of rho || j || i. 0 or E_CRYPTO. `rho` is public. */
int mlkem768_sample_ntt(int16_t a[DEGREE], const uint8_t rho[32], uint8_t j, uint8_t i);
/* SamplePolyCBD with eta = 2, algorithm 8, of PRF(s, n). 0 or E_CRYPTO. */
int mlkem768_sample_cbd(int16_t f[DEGREE], const uint8_t s[32], uint8_t n);

/* ByteEncode_12 and ByteDecode_12, algorithms 5 and 6; false if a number is not less than q (it is taken modulo q). */
void mlkem768_encode12(uint8_t out[384], const int16_t f[DEGREE]);
bool mlkem768_decode12(int16_t f[DEGREE], const uint8_t in[384]);
/* Compress_d and ByteEncode_d; ByteDecode_d and Decompress_d: section 4.2.1. 32 d bytes. */
void mlkem768_compress(uint8_t *out, const int16_t f[DEGREE], unsigned d);
void mlkem768_decompress(int16_t f[DEGREE], const uint8_t *in, unsigned d);

#endif
