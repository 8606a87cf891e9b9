/* SPDX-License-Identifier: Apache-2.0
 *
 * test_method.c: the next method is tried when one cannot be asked, and only then.
 */
#include "aaa/method.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void names(void **state)
{
	assert_int_equal(aaa_method_named("local"), AAA_LOCAL);
	assert_int_equal(aaa_method_named("local-case"), AAA_LOCAL_CASE);
	assert_int_equal(aaa_method_named("enable"), AAA_ENABLE);
	assert_int_equal(aaa_method_named("line"), AAA_LINE);
	assert_int_equal(aaa_method_named("none"), AAA_NONE);
	assert_int_equal(aaa_method_named("if-authenticated"), AAA_IF_AUTHENTICATED);
	assert_int_equal(aaa_method_named("group tacacs+"), AAA_SERVERS);
	assert_int_equal(aaa_method_named("radius"), AAA_SERVERS);
}

static void order(void **state)
{
	static const char *const list[] = { "group tacacs+", "enable", "local", "none" };
	unsigned all = AAA_BIT(AAA_ENABLE) | AAA_BIT(AAA_LOCAL) | AAA_BIT(AAA_NONE);

	assert_int_equal(aaa_method_first(list, 4, all), AAA_ENABLE);
	assert_int_equal(aaa_method_first(list, 4, all & ~AAA_BIT(AAA_ENABLE)), AAA_LOCAL);
	assert_int_equal(aaa_method_first(list, 4, AAA_BIT(AAA_NONE)), AAA_NONE);
	assert_int_equal(aaa_method_first(list, 3, AAA_BIT(AAA_NONE)), AAA_DENY);
	assert_int_equal(aaa_method_first(list, 4, AAA_BIT(AAA_SERVERS) | all), AAA_SERVERS);
	assert_int_equal(aaa_method_first(list, 4, 0), AAA_DENY);
	assert_int_equal(aaa_method_first(NULL, 0, all), AAA_DENY);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
