/* SPDX-License-Identifier: Apache-2.0
 *
 * sntrup761_poly.c: arithmetic of sntrup761; see sntrup761_poly.h. Constant time but for nothing: every input may be a
 * secret. Loops over whole vectors (ROOM coefficients) are written so that gcc -O2 makes vector instructions of them.
 */
#include "ssh/pq/sntrup761_poly.h"

#include <openssl/crypto.h>
#include <string.h>

#define ROOM 768 /* p, rounded up to what vectors like */

const struct modulus sntrup761_mod_q = { Q, 15631, 239492840 };
const struct modulus sntrup761_mod_3 = { 3, -21845, 366503875925 };

static int32_t dot(const int16_t *a, const int16_t *b)
{
	int32_t sum = 0;

	for (int i = 0; i < ROOM; i++)
		sum += (int32_t)a[i] * b[i];
	return sum;
}

/* With n the product of a and b as polynomials, x^p = x + 1 makes coefficient k of the result
 *     n[k] + n[k + p] + n[k + p - 1] = sum of b[i] * (a[k - i] + a[k - i + p] + a[k - i + p - 1])
 * (a is 0 outside its p coefficients; the last term is not there for k = 0). What stands in brackets depends on k - i
 * alone: t[p - 1 - (k - i)]. So each coefficient is a product of two vectors, b and a window of t. */
void sntrup761_multiply(int16_t out[P], const int16_t a[P], const int8_t b[P], int factor, const struct modulus *mod)
{
	int16_t t[P - 1 + ROOM] = { 0 }, s[ROOM] = { 0 };
	int32_t sum, last;

	for (int i = 0; i < P; i++) {
		s[i] = b[i];
		t[i] = a[P - 1 - i];
	}
	t[P - 1] = (int16_t)(a[0] + a[P - 1]);
	for (int i = 1; i < P; i++)
		t[P - 1 + i] = (int16_t)(a[P - i] + a[P - 1 - i]);
	last = dot(t, s);
	for (int k = 0; k < P; k++) {
		sum = dot(t + P - 1 - k, s);
		if (k == 0) /* takes off n[p - 1] */
			sum -= last - a[P - 1] * s[P - 1];
		out[k] = (int16_t)mod_freeze(factor * mod_freeze(sum, mod), mod);
	}
	OPENSSL_cleanse(t, sizeof(t));
	OPENSSL_cleanse(s, sizeof(s));
}

void sntrup761_round(int16_t a[P])
{
	for (int i = 0; i < P; i++)
		a[i] = (int16_t)(a[i] - mod_freeze(a[i], &sntrup761_mod_3));
}

/* Inversion: the division steps of Bernstein and Yang, "Fast constant-time gcd computation and modular inversion",
 * sections 5 and 6. f and g begin as x^p - x - 1 and as the polynomial, coefficients reversed; one step is
 *     (d, f, g) -> (1 - d, g, (g(0) f - f(0) g) / x)    if d > 0 and g(0) is not 0
 *                  (1 + d, f, (f(0) g - g(0) f) / x)    else
 * and after 2p - 1 of them g is 0, f is a constant, d is 0 if they had no common factor. v and r follow f and g (v is
 * what g's beginning was multiplied by to give f) but are multiplied by x where those would be divided by it. They are
 * kept with coefficients reversed, which makes that a step to lower indexes too and gives the result in its order. */
struct division {
	int16_t f[ROOM + 1], g[ROOM + 1];
	int16_t v[ROOM + 1], r[ROOM + 1]; /* from [1] on; v[0] is what falls out */
	int32_t d;
};

/* a * s / 2^16, in absolute value at most |a * s| / 2^16 + m / 2: Montgomery's reduction, s_low being s / m mod 2^16 */
static inline int16_t scale(int16_t a, int16_t s, int16_t s_low, int16_t m)
{
	int16_t low = (int16_t)(a * s_low);

	return (int16_t)((int16_t)((a * s) >> 16) - (int16_t)((low * m) >> 16));
}

struct factors {
	int16_t swap, f0, f0_low, g0, g0_low, m;
};

/* new_f = f, new_g = f0 g - g0 f, after swapping f and g where `swap` is all ones. Both new ones may lie over the old
 * ones, at the same or at a lower index. Coefficients stay under 1.1 q (0.07 of the old one and q / 2, twice). */
static inline void step_rows(const int16_t *f, const int16_t *g, int16_t *new_f, int16_t *new_g, struct factors k)
{
	for (int i = 0; i < ROOM; i++) {
		int16_t t = (int16_t)(k.swap & (f[i] ^ g[i]));
		int16_t a = (int16_t)(f[i] ^ t), b = (int16_t)(g[i] ^ t);

		new_f[i] = a;
		new_g[i] = (int16_t)(scale(b, k.f0, k.f0_low, k.m) - scale(a, k.g0, k.g0_low, k.m));
	}
}

static void division_step(struct division *s, const struct modulus *mod)
{
	int32_t f0 = mod_freeze(s->f[0], mod), g0 = mod_freeze(s->g[0], mod);
	uint32_t positive = 0 - ((uint32_t)-s->d >> 31);
	int32_t swap = (int32_t)(ct_nonzero((uint32_t)g0) & positive), t = swap & (f0 ^ g0);
	struct factors k = { .swap = (int16_t)swap, .m = (int16_t)mod->m };

	k.f0 = (int16_t)(f0 ^ t);
	k.g0 = (int16_t)(g0 ^ t);
	k.f0_low = (int16_t)(k.f0 * mod->inverse);
	k.g0_low = (int16_t)(k.g0 * mod->inverse);
	s->d = ((s->d ^ swap) - swap) + 1;
	step_rows(s->f + 1, s->g + 1, s->f + 1, s->g, k);
	s->f[0] = k.f0;
	step_rows(s->v + 1, s->r + 1, s->v, s->r + 1, k);
}

/* 1 / a modulo the prime m, a power: the exponent is public. 0 for 0. */
static int32_t invert_number(int32_t a, const struct modulus *mod)
{
	int32_t result = 1;

	for (int32_t bits = mod->m - 2; bits; bits >>= 1) {
		if (bits & 1)
			result = mod_freeze(result * a, mod);
		a = mod_freeze(a * a, mod);
	}
	return result;
}

uint32_t sntrup761_invert(int16_t out[P], const int16_t a[P], const struct modulus *mod)
{
	struct division s = { .d = 1 };
	int32_t unit;
	uint32_t failed;

	s.f[0] = 1;
	s.f[P - 1] = s.f[P] = -1;
	for (int i = 0; i < P; i++)
		s.g[i] = a[P - 1 - i];
	s.r[1 + P] = 1;
	for (int i = 0; i < 2 * P - 1; i++)
		division_step(&s, mod);
	unit = invert_number(mod_freeze(s.f[0], mod), mod);
	for (int i = 0; i < P; i++)
		out[i] = (int16_t)mod_freeze(unit * mod_freeze(s.v[1 + i], mod), mod);
	failed = ct_nonzero((uint32_t)s.d);
	OPENSSL_cleanse(&s, sizeof(s));
	return ~failed;
}

static uint32_t load32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void sntrup761_small(int8_t out[P], const uint8_t random[4 * P])
{
	for (int i = 0; i < P; i++)
		out[i] = (int8_t)((((load32(random + 4 * i) & 0x3fffffff) * 3) >> 30) - 1);
}

static inline void sort_two(uint32_t *a, uint32_t *b)
{
	uint32_t greater = ct_hide((uint32_t)(((uint64_t)*b - *a) >> 32)); /* all ones if *a > *b */
	uint32_t t = greater & (*a ^ *b);

	*a ^= t;
	*b ^= t;
}

/* Batcher's merge exchange, Knuth's algorithm 5.2.2M: which places are compared does not depend on what stands there.
 */
static void sort(uint32_t *a, int n)
{
	int top = 1;

	while (2 * top < n)
		top *= 2;
	for (int p = top; p > 0; p /= 2) {
		int r = 0, d = p;

		for (int q = top; q >= p; q /= 2) {
			for (int i = 0; i < n - d; i++)
				if ((i & p) == r)
					sort_two(a + i, a + i + d);
			d = q - p;
			r = p;
		}
	}
}

/* The lowest bits say whether a number becomes a 0 (01) or -1 or 1 (00, 10); sorting by the rest shuffles them. */
void sntrup761_short(int8_t out[P], const uint8_t random[4 * P])
{
	uint32_t list[P];

	for (int i = 0; i < P; i++)
		list[i] = load32(random + 4 * i);
	for (int i = 0; i < W; i++)
		list[i] &= ~(uint32_t)1;
	for (int i = W; i < P; i++)
		list[i] = (list[i] & ~(uint32_t)3) | 1;
	sort(list, P);
	for (int i = 0; i < P; i++)
		out[i] = (int8_t)((int)(list[i] & 3) - 1);
	OPENSSL_cleanse(list, sizeof(list));
}
