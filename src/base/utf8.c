/* SPDX-License-Identifier: Apache-2.0
 *
 * utf8.c: see utf8.h. Runs in core and in sessions; the text is hostile.
 */
#include "base/utf8.h"

struct range {
	uint32_t first, last, width;
};

static const struct range ranges[] = {
#include "utf8_widths.inc"
};

/* For a lead byte: how long the character is, and what its second byte may be. */
static size_t lead(uint8_t b, uint8_t *low, uint8_t *high)
{
	*low = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
	*high = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
	if (b >= 0xc2 && b <= 0xdf)
		return 2;
	if (b >= 0xe0 && b <= 0xef)
		return 3;
	return b >= 0xf0 && b <= 0xf4 ? 4 : 1;
}

size_t utf8_next(struct str text, uint32_t *code)
{
	uint8_t b = text.p[0], low, high;
	size_t n = lead(b, &low, &high);

	*code = b < 0x80 ? b : UTF8_NONE + b;
	if (n == 1)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if (i == text.n)
			return 0;
		if (text.p[i] < low || text.p[i] > high)
			return 1;
		low = 0x80;
		high = 0xbf;
	}
	*code = b & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		*code = *code << 6 | (text.p[i] & 0x3f);
	return n;
}

unsigned utf8_width(uint32_t code)
{
	size_t from = 0, to = sizeof ranges / sizeof ranges[0];

	if (code < ranges[0].first)
		return 1;
	while (from < to) {
		size_t middle = (from + to) / 2;

		if (code < ranges[middle].first)
			to = middle;
		else if (code > ranges[middle].last)
			from = middle + 1;
		else
			return ranges[middle].width;
	}
	return 1;
}

size_t utf8_columns(struct str text)
{
	size_t columns = 0;

	while (text.n) {
		uint32_t code;
		size_t n = utf8_next(text, &code);

		columns += utf8_width(code);
		n = n ? n : 1;
		text.p += n;
		text.n -= n;
	}
	return columns;
}
