/* SPDX-License-Identifier: Apache-2.0
 *
 * keep.h: parts of core live as long as the process and have no end of their own: kept, so that a leak found is one.
 */
#ifndef TEST_KEEP_H
#define TEST_KEEP_H

static inline void keep(const void *part)
{
	static const void *kept[64];
	static unsigned n;

	assert_true(n < sizeof kept / sizeof kept[0]);
	kept[n++] = part;
}

#endif
