/* SPDX-License-Identifier: Apache-2.0
 *
 * test_harmless.c: of a file's bytes a terminal gets text, tabs and ends of lines, whatever the length and wherever in
 * a block the others stand.
 */
#include "term/harmless.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_every_byte(void **state)
{
	uint8_t bytes[256], want[256];
	size_t n = 0;

	for (unsigned i = 0; i < 256; i++) {
		bytes[i] = (uint8_t)i;
		if (i != '\r')
			want[n++] = (i < ' ' && i != '\n' && i != '\t') || i == 0x7f ? '.' : (uint8_t)i;
	}
	assert_int_equal(harmless(bytes, sizeof bytes), n);
	assert_memory_equal(bytes, want, n);
}

static void test_every_place(void **state)
{
	uint8_t bytes[100] = "a";

	for (size_t n = 0; n < sizeof bytes; n++) {
		for (size_t at = 0; at < n; at++) {
			memset(bytes, 'a', sizeof bytes);
			bytes[at] = 0x1b;
			assert_int_equal(harmless(bytes, n), n);
			assert_int_equal(bytes[at], '.');
			bytes[at] = '\r';
			assert_int_equal(harmless(bytes, n), n - 1);
			assert_true(n == 1 || !memchr(bytes, '\r', n - 1));
		}
		assert_true(n == sizeof bytes || bytes[n] == 'a'); /* and nothing behind it is touched */
	}
	assert_int_equal(harmless(bytes, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
