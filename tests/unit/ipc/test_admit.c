/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: gate's limits hold in all and per source, rise from chance to certainty, and free what they counted.
 */
#include "gate/admit.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct admit a;

static int setup(void **state)
{
	(void)state;
	admit_init(&a);
	a.starts_begin = 4;
	a.starts_full = 8;
	a.per_source = 2;
	a.login_secs = 10;
	return 0;
}

static struct admit_source source(const char *text)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		memcpy(&ss, &in, sizeof in);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(&ss, &in6, sizeof in6);
	return admit_source_of(&ss);
}

static void add(pid_t pid, const char *from)
{
	struct admit_source s = source(from);

	assert_true(admit_add(&a, pid, &s, 1000));
}

static bool refused(const char *from, uint32_t random)
{
	struct admit_source s = source(from);

	return admit_check(&a, &s, random) != NULL;
}

static void test_per_source(void **state)
{
	(void)state;
	add(1, "192.0.2.1");
	add(2, "192.0.2.1");
	assert_true(refused("192.0.2.1", 0));
	assert_true(refused("::ffff:192.0.2.1", 0)); /* the same address in other clothes */
	assert_false(refused("192.0.2.2", 0));
	admit_done(&a, 1);
	assert_false(refused("192.0.2.1", 0));
}

static void test_ipv6_counts_by_subscriber(void **state)
{
	(void)state;
	add(1, "2001:db8:0:1::1");
	add(2, "2001:db8:0:1:ffff::2");
	assert_true(refused("2001:db8:0:1::3", 0));
	assert_false(refused("2001:db8:0:2::3", 0));
}

static void test_early_drop(void **state)
{
	unsigned dropped;

	(void)state;
	for (pid_t pid = 1; pid <= 8; pid++) {
		char from[32] = "192.0.2.0";

		from[8] = (char)('0' + pid);
		dropped = 0;
		for (uint32_t random = 0; random < 4; random++)
			dropped += refused("198.51.100.1", random);
		assert_int_equal(dropped, pid - 1 <= 4 ? 0 : pid - 1 - 4);
		add(pid, from);
	}
	for (uint32_t random = 0; random < 100; random++)
		assert_true(refused("198.51.100.1", random));
	admit_gone(&a, 3);
	assert_int_equal(a.n, 7);
}

static void test_deadlines(void **state)
{
	(void)state;
	assert_int_equal(admit_next(&a), 0);
	add(1, "192.0.2.1");
	add(2, "192.0.2.2");
	assert_true(admit_add(&a, 3, NULL, 1000)); /* a console never expires */
	admit_done(&a, 1);
	assert_int_equal(admit_next(&a), 1000 + 10000 + 5000);
	assert_int_equal(admit_expired(&a, 15999), 0);
	assert_int_equal(admit_expired(&a, 16000), 2);
	assert_int_equal(admit_expired(&a, 99999), 0); /* told once */
}

static void test_full_table(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADMIT_CHILDREN; i++)
		assert_true(admit_add(&a, (pid_t)(i + 1), NULL, 0));
	assert_true(refused("192.0.2.1", 0));
	assert_false(admit_add(&a, 9999, NULL, 0));
	admit_gone(&a, 9999); /* unknown pids do nothing */
	admit_done(&a, 9999);
	admit_gone(&a, 1);
	assert_false(refused("192.0.2.1", 0));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(test_per_source), T(test_ipv6_counts_by_subscriber), T(test_early_drop), T(test_deadlines),
		T(test_full_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
