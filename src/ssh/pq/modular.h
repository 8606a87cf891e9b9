/* SPDX-License-Identifier: Apache-2.0
 *
 * modular.h: arithmetic modulo a small odd number in constant time, for both KEMs of this folder. There is no division,
 * no branch and no table index that depends on a value. Assumed of the machine and tested under valgrind: the time of
 * an integer multiplication, addition or shift does not depend on its operands (true of x86-64 and AArch64; not of
 * some small cores); of the compiler: >> of a negative number is arithmetic, as gcc and clang document.
 */
#ifndef SSH_PQ_MODULAR_H
#define SSH_PQ_MODULAR_H

#include <stddef.h>
#include <stdint.h>

#ifdef PQ_MEMCHECK
#include <valgrind/memcheck.h>
/* The test of constant time marks every secret as undefined. What the specification publishes, or what it lets an
 * observer know, is named by this where it appears; without the test it is nothing. */
#define PQ_PUBLIC(p, n) ((void)VALGRIND_MAKE_MEM_DEFINED(p, n))
#else
#define PQ_PUBLIC(p, n) ((void)0)
#endif

/* cppcheck-suppress shiftNegativeLHS */
_Static_assert(-1 >> 1 == -1, "shifts of negative numbers are arithmetic");

struct modulus {
	int32_t m;
	int16_t inverse;    /* of m, modulo 2^16 */
	int64_t reciprocal; /* 2^40 / m, rounded to nearest */
};

/* The representative of x in [-(m - 1) / 2, (m - 1) / 2], for |x| < 2^24 and m < 2^13: the quotient's error, under
 * 2^-17, is less than 1 / 2m, the distance of x / m from the nearest half. */
static inline int32_t mod_freeze(int32_t x, const struct modulus *mod)
{
	int64_t quotient = (x * mod->reciprocal + ((int64_t)1 << 39)) >> 40;

	return x - (int32_t)quotient * mod->m;
}

/* The compiler must not know what a mask is made of, or it may branch. */
static inline uint32_t ct_hide(uint32_t x)
{
	__asm__("" : "+r"(x));
	return x;
}

/* All ones if x is not 0, else 0. */
static inline uint32_t ct_nonzero(uint32_t x)
{
	return ct_hide(0 - ((x | (0 - x)) >> 31));
}

/* All ones if the two differ. */
static inline uint32_t ct_differ(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= a[i] ^ b[i];
	return ct_nonzero(bits);
}

/* a = mask ? b : a */
static inline void ct_select(uint8_t *a, const uint8_t *b, size_t n, uint32_t mask)
{
	for (size_t i = 0; i < n; i++)
		a[i] ^= (uint8_t)(mask & (a[i] ^ b[i]));
}

#endif
