/* SPDX-License-Identifier: Apache-2.0
 *
 * sntrup761_poly.h: the polynomials of sntrup761 and their encodings. Elements of the rings
 * R/q = (Z/q)[x]/(x^p - x - 1) and R/3 are arrays of p coefficients, the constant one first, each the representative
 * nearest to 0.
 */
#ifndef SSH_PQ_SNTRUP761_POLY_H
#define SSH_PQ_SNTRUP761_POLY_H

#include "ssh/pq/modular.h"

#define P 761
#define Q 4591
#define W 286

extern const struct modulus sntrup761_mod_q, sntrup761_mod_3;

/* out = a * b over the integers modulo x^p - x - 1, times `factor`, modulo `mod`: |a| <= (q - 1) / 2, b is small:
 * -2 to 2 (-1 to 1 in all that is well-formed). `out` may be `a`. */
void sntrup761_multiply(int16_t out[P], const int16_t a[P], const int8_t b[P], int factor, const struct modulus *mod);
/* out = 1 / a modulo `mod`. All ones, or 0 if there is no inverse (out is then any values). */
uint32_t sntrup761_invert(int16_t out[P], const int16_t a[P], const struct modulus *mod);
/* The nearest multiple of 3, of each coefficient. */
void sntrup761_round(int16_t a[P]);

/* 32 random bits for each coefficient: any small polynomial; one of weight w. */
void sntrup761_small(int8_t out[P], const uint8_t random[4 * P]);
void sntrup761_short(int8_t out[P], const uint8_t random[4 * P]);

#define SMALL_BYTES   191
#define RQ_BYTES      1158
#define ROUNDED_BYTES 1007
/* Encodings: a small polynomial, an element of R/q, and one whose coefficients are multiples of 3. Every string of
 * bytes decodes to something; the encoders give each element its one encoding. Encoders take secrets, decoders of R/q
 * and rounded elements only what the peer knows. */
void sntrup761_small_encode(uint8_t out[SMALL_BYTES], const int8_t a[P]);
void sntrup761_small_decode(int8_t out[P], const uint8_t in[SMALL_BYTES]);
void sntrup761_rq_encode(uint8_t out[RQ_BYTES], const int16_t a[P]);
void sntrup761_rq_decode(int16_t out[P], const uint8_t in[RQ_BYTES]);
void sntrup761_rounded_encode(uint8_t out[ROUNDED_BYTES], const int16_t a[P]);
void sntrup761_rounded_decode(int16_t out[P], const uint8_t in[ROUNDED_BYTES]);

#endif
