/* SPDX-License-Identifier: Apache-2.0
 *
 * numbers.c: see numbers.h.
 */
#include "numbers.h"

#include <stdlib.h>
#include <string.h>

#define BITS 64
#define MORE 16 /* words */

static int grow(struct numbers *n)
{
	uint64_t *more = realloc(n->taken, (n->words + MORE) * sizeof *more);

	if (!more)
		return -1;
	memset(more + n->words, 0, MORE * sizeof *more);
	n->taken = more;
	n->words += MORE;
	return 0;
}

uint32_t numbers_take(struct numbers *n)
{
	unsigned bit;

	while (n->full < n->words && n->taken[n->full] == UINT64_MAX)
		n->full++;
	if (n->full == n->words && grow(n) < 0)
		return NUMBERS_NONE;
	bit = (unsigned)__builtin_ctzll(~n->taken[n->full]);
	n->taken[n->full] |= UINT64_C(1) << bit;
	return (uint32_t)(n->full * BITS + bit);
}

void numbers_give(struct numbers *n, uint32_t number)
{
	size_t word = number / BITS;

	if (word >= n->words)
		return;
	n->taken[word] &= ~(UINT64_C(1) << number % BITS);
	if (word < n->full)
		n->full = word;
}

void numbers_release(struct numbers *n)
{
	free(n->taken);
	*n = (struct numbers){ 0 };
}
