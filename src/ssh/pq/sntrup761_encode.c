/* SPDX-License-Identifier: Apache-2.0
 *
 * sntrup761_encode.c: polynomials of sntrup761 as bytes; see sntrup761_poly.h. What is decoded is hostile, and public:
 * ciphertexts and public keys.
 */
#include "ssh/pq/sntrup761_poly.h"

#include <openssl/crypto.h>
#include <stdbool.h>

/* Four coefficients a byte. */
void sntrup761_small_encode(uint8_t out[SMALL_BYTES], const int8_t a[P])
{
	for (int i = 0; i < SMALL_BYTES; i++)
		out[i] = 0;
	for (int i = 0; i < P; i++)
		out[i / 4] |= (uint8_t)((a[i] + 1) << (2 * (i % 4)));
}

void sntrup761_small_decode(int8_t out[P], const uint8_t in[SMALL_BYTES])
{
	for (int i = 0; i < P; i++)
		out[i] = (int8_t)((in[i / 4] >> (2 * (i % 4)) & 3) - 1);
}

/* The specification's Encode and Decode: a list of numbers, each less than its modulus. Neighbours are joined into one
 * number modulo the product of their moduli, whose low bytes are written until what is left is under 2^14; that goes
 * on with the list of half the length. At each level all moduli but the last are the same. */
#define LIMIT 16384

struct level {
	int n;            /* numbers in the list */
	uint32_t m, last; /* modulus of all but the last, of the last */
};

/* What joining two numbers gives: bytes written, modulus of the rest. */
struct joined {
	int bytes;
	uint32_t m;
};

static struct joined join(uint32_t m, uint32_t limit)
{
	struct joined j = { 0, m };

	while (j.m >= limit) {
		j.m = (j.m + 255) >> 8;
		j.bytes++;
	}
	return j;
}

static struct joined pair_of(const struct level *l, int i)
{
	return join(l->m * (2 * i + 1 == l->n - 1 ? l->last : l->m), LIMIT);
}

/* The list a level's pairs make. */
static struct level next_level(const struct level *l)
{
	struct level next = { (l->n + 1) / 2, pair_of(l, 0).m, l->last };

	if (l->n % 2 == 0)
		next.last = pair_of(l, l->n / 2 - 1).m;
	return next;
}

static uint8_t *put_low(uint8_t *out, uint32_t *r, int bytes)
{
	for (int i = 0; i < bytes; i++) {
		*out++ = (uint8_t)*r;
		*r >>= 8;
	}
	return out;
}

/* Overwrites r. */
static void encode(uint8_t *out, uint16_t *r, struct level l)
{
	uint32_t x;

	while (l.n > 1) {
		for (int i = 0; i < l.n / 2; i++) {
			x = r[2 * i] + r[2 * i + 1] * l.m;
			out = put_low(out, &x, pair_of(&l, i).bytes);
			r[i] = (uint16_t)x;
		}
		if (l.n % 2)
			r[l.n / 2] = r[l.n - 1];
		l = next_level(&l);
	}
	x = r[0];
	put_low(out, &x, join(l.last, 2).bytes);
}

static uint32_t get_low(const uint8_t **in, int bytes)
{
	uint32_t x = 0;

	for (int i = 0; i < bytes; i++)
		x |= (uint32_t) * (*in)++ << (8 * i);
	return x;
}

/* Every string decodes: numbers too large are taken modulo their modulus. */
static void decode(uint16_t *r, const uint8_t *in, struct level l)
{
	const uint8_t *low = in;

	if (l.n == 1) {
		r[0] = (uint16_t)(get_low(&in, join(l.last, 2).bytes) % l.last);
		return;
	}
	for (int i = 0; i < l.n / 2; i++)
		in += pair_of(&l, i).bytes;
	decode(r, in, next_level(&l));
	if (l.n % 2)
		r[l.n - 1] = r[l.n / 2];
	for (int i = l.n / 2 - 1; i >= 0; i--) { /* from the end: a pair lies behind what it came from */
		int bytes = pair_of(&l, i).bytes;
		const uint8_t *at = low + i * pair_of(&l, 0).bytes;
		uint32_t x = get_low(&at, bytes) + ((uint32_t)r[i] << (8 * bytes));

		r[2 * i] = (uint16_t)(x % l.m);
		r[2 * i + 1] = (uint16_t)(x / l.m % (2 * i + 1 == l.n - 1 ? l.last : l.m));
	}
}

static const struct level rq = { P, Q, Q }, rounded = { P, (Q + 2) / 3, (Q + 2) / 3 };

void sntrup761_rq_encode(uint8_t out[RQ_BYTES], const int16_t a[P])
{
	uint16_t r[P];

	for (int i = 0; i < P; i++)
		r[i] = (uint16_t)(a[i] + Q / 2);
	encode(out, r, rq);
}

void sntrup761_rq_decode(int16_t out[P], const uint8_t in[RQ_BYTES])
{
	uint16_t r[P];

	decode(r, in, rq);
	for (int i = 0; i < P; i++)
		out[i] = (int16_t)(r[i] - Q / 2);
}

void sntrup761_rounded_encode(uint8_t out[ROUNDED_BYTES], const int16_t a[P])
{
	uint16_t r[P];

	for (int i = 0; i < P; i++)
		r[i] = (uint16_t)(((a[i] + Q / 2) * 10923) >> 15); /* a third, exactly */
	encode(out, r, rounded);
	OPENSSL_cleanse(r, sizeof(r));
}

void sntrup761_rounded_decode(int16_t out[P], const uint8_t in[ROUNDED_BYTES])
{
	uint16_t r[P];

	decode(r, in, rounded);
	for (int i = 0; i < P; i++)
		out[i] = (int16_t)(3 * r[i] - Q / 2);
}
