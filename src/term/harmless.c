/* SPDX-License-Identifier: Apache-2.0
 *
 * harmless.c: see harmless.h. A gigabyte passes here: no branch depends on a byte, so that the compiler makes vector
 * instructions of a block.
 */
#include "harmless.h"

#include <string.h>

#define BLOCK 32

static void dots(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];
		uint8_t bad = (uint8_t)((c < ' ') & (c != '\n') & (c != '\t') & (c != '\r')) | (uint8_t)(c == 0x7f);

		p[i] = bad ? '.' : c;
	}
}

static size_t without_returns(uint8_t *p, size_t n)
{
	uint8_t *to = memchr(p, '\r', n);

	if (!to)
		return n;
	for (const uint8_t *from = to; from < p + n; from++)
		if (*from != '\r')
			*to++ = *from;
	return (size_t)(to - p);
}

size_t harmless(uint8_t *p, size_t n)
{
	size_t i = 0;

	for (; i + BLOCK <= n; i += BLOCK)
		dots(p + i, BLOCK);
	dots(p + i, n - i);
	return without_returns(p, n);
}
