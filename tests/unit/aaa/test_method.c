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

static enum aaa_method first(const char *const *list, size_t n, unsigned askable)
{
	size_t at = 0;

	return aaa_method_next(list, n, askable, &at);
}

static void order(void **state)
{
	static const char *const list[] = { "group tacacs+", "enable", "local", "none" };
	unsigned all = AAA_BIT(AAA_ENABLE) | AAA_BIT(AAA_LOCAL) | AAA_BIT(AAA_NONE);

	assert_int_equal(first(list, 4, all), AAA_ENABLE);
	assert_int_equal(first(list, 4, all & ~AAA_BIT(AAA_ENABLE)), AAA_LOCAL);
	assert_int_equal(first(list, 4, AAA_BIT(AAA_NONE)), AAA_NONE);
	assert_int_equal(first(list, 3, AAA_BIT(AAA_NONE)), AAA_DENY);
	assert_int_equal(first(list, 4, AAA_BIT(AAA_SERVERS) | all), AAA_SERVERS);
	assert_int_equal(first(list, 4, 0), AAA_DENY);
	assert_int_equal(first(NULL, 0, all), AAA_DENY);
}

static void goes_on(void **state)
{
	static const char *const list[] = { "tacacs+", "enable", "local" };
	unsigned can = AAA_BIT(AAA_SERVERS) | AAA_BIT(AAA_LOCAL);
	size_t at = 0;

	assert_int_equal(aaa_method_next(list, 3, can, &at), AAA_SERVERS);
	assert_int_equal(at, 1);
	assert_int_equal(aaa_method_next(list, 3, can, &at), AAA_LOCAL);
	assert_int_equal(aaa_method_next(list, 3, can, &at), AAA_DENY);
	assert_int_equal(aaa_method_next(list, 3, can, &at), AAA_DENY);
	assert_string_equal(aaa_method_group("group tacacs+"), "tacacs+");
	assert_string_equal(aaa_method_group("tacacs+"), "tacacs+");
	assert_string_equal(aaa_method_group("group A"), "A");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(order),
					    cmocka_unit_test(goes_on) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
