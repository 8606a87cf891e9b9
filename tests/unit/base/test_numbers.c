/* SPDX-License-Identifier: Apache-2.0
 *
 * test_numbers.c: always the lowest number that is free, among few and among thousands.
 */
#include "base/numbers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_the_lowest(void **state)
{
	struct numbers n = { 0 };

	numbers_give(&n, 7); /* nobody has it */
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(numbers_take(&n), i);
	numbers_give(&n, 4999);
	numbers_give(&n, 64);
	numbers_give(&n, 63);
	numbers_give(&n, 0);
	assert_int_equal(numbers_take(&n), 0);
	assert_int_equal(numbers_take(&n), 63);
	assert_int_equal(numbers_take(&n), 64);
	assert_int_equal(numbers_take(&n), 4999);
	assert_int_equal(numbers_take(&n), 5000);
	numbers_release(&n);
	assert_int_equal(numbers_take(&n), 0);
	numbers_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_the_lowest) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
