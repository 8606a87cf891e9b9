/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: the list of addresses in a certificate means what it says, IPv4 and IPv6, and what is malformed is no list.
 */
#include "core/ssh/usercert.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int in_list(const char *list, const char *address)
{
	bool in;
	int r = usercert_address(str_of(list), address, &in);

	return r < 0 ? r : in;
}

static void prefixes(void **state)
{
	static const struct {
		const char *list, *address;
		int want;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", 1 },
		{ "192.0.2.1", "192.0.2.10", 0 },
		{ "192.0.2.0/24", "192.0.2.255", 1 },
		{ "192.0.2.0/24", "192.0.3.0", 0 },
		{ "192.0.2.128/25", "192.0.2.127", 0 },
		{ "192.0.2.128/25", "192.0.2.128", 1 },
		{ "10.0.0.0/7", "11.255.255.255", 1 },
		{ "10.0.0.0/7", "12.0.0.0", 0 },
		{ "0.0.0.0/0", "203.0.113.9", 1 },
		{ "0.0.0.0/0", "::1", 0 },
		{ "::/0", "192.0.2.1", 0 },
		{ "::1", "::1", 1 },
		{ "2001:db8::/33", "2001:db8:7fff::1", 1 },
		{ "2001:db8::/33", "2001:db8:8000::1", 0 },
		{ "2001:db8::/128", "2001:db8::1", 0 },
		{ "198.51.100.1,192.0.2.1", "192.0.2.1", 1 },
		{ "198.51.100.1,2001:db8::1", "2001:db8::1", 1 },
		{ "", "192.0.2.1", 0 },
		{ "192.0.2.1", "", 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (in_list(rows[i].list, rows[i].address) != rows[i].want)
			print_error("%s in %s\n", rows[i].address, rows[i].list);
		assert_int_equal(in_list(rows[i].list, rows[i].address), rows[i].want);
	}
}

/* A bad entry spoils the list, wherever it stands: it might be the one that was meant. */
static void malformed(void **state)
{
	static const char *const lists[] = {
		"x",
		",",
		"192.0.2.1,",
		",192.0.2.1",
		"192.0.2.1,,192.0.2.2",
		"192.0.2.1 ",
		"192.0.2.0/",
		"192.0.2.0/33",
		"192.0.2.0/-1",
		"192.0.2.0/ 8",
		"192.0.2.0/8x",
		"192.0.2.0/24/24",
		"::/129",
		"192.0.2.*",
		"!192.0.2.1",
		"192.0.2.1,host",
		"192.0.2",
		"192.0.2.0/99999999999999999999",
	};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (in_list(lists[i], "192.0.2.1") != E_INVAL)
			print_error("\"%s\" is taken\n", lists[i]);
		assert_int_equal(in_list(lists[i], "192.0.2.1"), E_INVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
