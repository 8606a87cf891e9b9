/* SPDX-License-Identifier: Apache-2.0
 *
 * test_random.c: every byte asked for is filled, however many, and no two answers are the same.
 */
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* One byte of these stays 0 by chance in so many tries once in 2^64. */
#define TRIES 8

static void test_every_byte(void **state)
{
	static uint8_t bytes[5000], seen[5000];

	for (int i = 0; i < TRIES; i++) {
		memset(bytes, 0, sizeof bytes);
		assert_int_equal(random_bytes(bytes, sizeof bytes - 1), 0);
		for (size_t k = 0; k < sizeof bytes; k++)
			seen[k] |= bytes[k];
	}
	for (size_t k = 0; k < sizeof bytes - 1; k++)
		assert_int_not_equal(seen[k], 0);
	assert_int_equal(seen[sizeof seen - 1], 0);
	assert_int_equal(random_bytes(bytes, 0), 0);
}

static void test_differ(void **state)
{
	uint8_t one[16], two[16];

	assert_int_equal(random_bytes(one, sizeof one), 0);
	assert_int_equal(random_bytes(two, sizeof two), 0);
	assert_memory_not_equal(one, two, sizeof one);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_byte), cmocka_unit_test(test_differ) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
