/* SPDX-License-Identifier: Apache-2.0
 *
 * numbers.h: the lowest free number, again and again, in a time that does not grow with how many are taken.
 */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* All zero: none is taken. */
struct numbers {
	uint64_t *taken; /* a bit each */
	size_t words;
	size_t full; /* every number of the words before this one is taken */
};

#define NUMBERS_NONE UINT32_MAX

uint32_t numbers_take(struct numbers *n); /* NUMBERS_NONE: out of memory */
void numbers_give(struct numbers *n, uint32_t number);
void numbers_release(struct numbers *n);

#endif
