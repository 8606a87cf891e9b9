/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a text is cut where its characters end, whatever its bytes are, and each has the columns a terminal gives it.
 */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_characters(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		uint32_t code;
		unsigned width;
	} rows[] = {
		{ "a", 1, 'a', 1 },
		{ "\xc2\x80", 2, 0x80, 1 },
		{ "\xc3\xa9x", 2, 0xe9, 1 },
		{ "\xdf\xbf", 2, 0x7ff, 1 },
		{ "\xe0\xa0\x80", 3, 0x800, 1 },
		{ "\xcc\x81", 2, 0x301, 0 },
		{ "\xe2\x80\x8d", 3, 0x200d, 0 }, /* joiner */
		{ "\xef\xb8\x8f", 3, 0xfe0f, 0 }, /* variation selector */
		{ "\xe4\xb8\xad", 3, 0x4e2d, 2 },
		{ "\xed\x95\x9c", 3, 0xd55c, 2 },
		{ "\xe1\x85\xa1", 3, 0x1161, 0 }, /* a vowel of Hangul */
		{ "\xef\xbc\xa1", 3, 0xff21, 2 }, /* fullwidth */
		{ "\xef\xbf\xbd", 3, 0xfffd, 1 },
		{ "\xf0\x90\x80\x80", 4, 0x10000, 1 },
		{ "\xf0\x9f\x98\x80", 4, 0x1f600, 2 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff, 1 },
		{ "\xc3", 0, UTF8_NONE + 0xc3, 1 },
		{ "\xf0\x9f\x98", 0, UTF8_NONE + 0xf0, 1 },
		{ "\xc3(", 1, UTF8_NONE + 0xc3, 1 },
		{ "\x80", 1, UTF8_NONE + 0x80, 1 },
		{ "\xc0\x80", 1, UTF8_NONE + 0xc0, 1 },         /* overlong */
		{ "\xe0\x82\x9b", 1, UTF8_NONE + 0xe0, 1 },     /* overlong */
		{ "\xf0\x8f\xbf\xbf", 1, UTF8_NONE + 0xf0, 1 }, /* overlong */
		{ "\xed\xa0\x80", 1, UTF8_NONE + 0xed, 1 },     /* a surrogate */
		{ "\xf4\x90\x80\x80", 1, UTF8_NONE + 0xf4, 1 }, /* too large */
		{ "\xff", 1, UTF8_NONE + 0xff, 1 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t code;
		struct str text = str_of(rows[i].text);

		assert_int_equal(utf8_next(text, &code), rows[i].n);
		assert_int_equal(code, rows[i].code);
		assert_int_equal(utf8_width(code), rows[i].width);
		assert_int_equal(utf8_columns(text) >= rows[i].width, 1);
	}
}

static void test_columns(void **state)
{
	assert_int_equal(utf8_columns(STR("")), 0);
	assert_int_equal(utf8_columns(STR("caf\xc3\xa9 e\xcc\x81 \xe4\xb8\xad")), 9);
	assert_int_equal(utf8_columns(STR("\xe4\xb8")), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
