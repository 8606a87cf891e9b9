/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses as text and as a structure.
 */
#include "base/address.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_both_families(void **state)
{
	union address a;
	char text[INET6_ADDRSTRLEN];

	(void)state;
	assert_true(address_parse("192.0.2.7", 22, &a));
	assert_int_equal(a.any.sa_family, AF_INET);
	assert_int_equal(ntohs(a.four.sin_port), 22);
	assert_int_equal(address_size(&a), sizeof(struct sockaddr_in));
	assert_string_equal(inet_ntop(AF_INET, &a.four.sin_addr, text, sizeof text), "192.0.2.7");
	assert_true(address_parse("2001:db8::7", 49, &a));
	assert_int_equal(a.any.sa_family, AF_INET6);
	assert_int_equal(ntohs(a.six.sin6_port), 49);
	assert_int_equal(address_size(&a), sizeof(struct sockaddr_in6));
	assert_string_equal(inet_ntop(AF_INET6, &a.six.sin6_addr, text, sizeof text), "2001:db8::7");
}

static void test_neither(void **state)
{
	static const char *const none[] = {
		"", "host", "192.0.2", "192.0.2.256", "1.2.3.4 ", "[::1]", "::1%lo", ":::"
	};
	union address a;

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_false(address_parse(none[i], 1, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_families),
		cmocka_unit_test(test_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
