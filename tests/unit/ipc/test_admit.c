/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: gate's limits hold in all and per source, rise from chance to certainty, and free what they counted; who gives
 * way is who did nothing, of the greediest source first.
 */
#include "access/access.h"
#include "gate/admit.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct admit a;
static pid_t victim; /* of the last question */
static uint64_t now;

static int setup(void **state)
{
	(void)state;
	admit_init(&a);
	a.starts_begin = 4;
	a.starts_full = 8;
	a.per_source = 2;
	a.login_secs = 10;
	now = 1000 + ADMIT_TURN_MS;
	return 0;
}

static struct access_source source(const char *text)
{
	struct access_packet p;
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		memcpy(&ss, &in, sizeof in);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(&ss, &in6, sizeof in6);
	access_packet(&ss, NULL, &p);
	return access_source_of(&p);
}

static void add(pid_t pid, const char *from)
{
	struct access_source s = source(from);

	assert_true(admit_add(&a, pid, &s, 1000));
}

static bool refused(const char *from, uint32_t random)
{
	struct access_source s = source(from);

	return admit_check(&a, &s, random, now, &victim) != NULL;
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

static void fill(pid_t from, pid_t to)
{
	char text[32] = "192.0.2.0";

	for (pid_t pid = from; pid <= to; pid++) {
		text[8] = (char)('0' + pid);
		add(pid, text);
	}
}

static void test_early_drop(void **state)
{
	(void)state;
	for (pid_t pid = 1; pid <= 8; pid++) {
		unsigned dropped = 0;

		for (uint32_t random = 0; random < 4; random++) {
			assert_false(refused("198.51.100.1", random));
			dropped += victim != 0;
		}
		assert_int_equal(dropped, pid - 1 <= 4 ? 0 : pid - 1 - 4);
		fill(pid, pid);
	}
	for (uint32_t random = 0; random < 100; random++) {
		assert_false(refused("198.51.100.1", random));
		assert_int_equal(victim, 1);
	}
	admit_gone(&a, 3);
	assert_int_equal(a.n, 7);
}

static void test_who_worked_stays(void **state)
{
	(void)state;
	fill(1, 8);
	admit_keyed(&a, 1);
	assert_false(refused("198.51.100.1", 0));
	assert_int_equal(victim, 2);
	for (pid_t pid = 2; pid <= 8; pid++)
		admit_keyed(&a, pid);
	assert_true(refused("198.51.100.1", 0)); /* nobody idles */
	assert_int_equal(victim, 0);
	admit_done(&a, 5);
	assert_false(refused("198.51.100.1", 3)); /* one is in: a place is free again */
}

static void test_everybody_has_his_turn(void **state)
{
	(void)state;
	fill(1, 7);
	assert_int_equal(admit_pause(&a, 1000), 0); /* there is a place */
	fill(8, 8);
	assert_int_equal(admit_pause(&a, 1000), 1000 + ADMIT_TURN_MS);
	assert_int_equal(admit_pause(&a, now), 0);
	now--;
	assert_true(refused("198.51.100.1", 0));
	assert_int_equal(victim, 0);
	for (pid_t pid = 1; pid <= 8; pid++)
		admit_keyed(&a, pid);
	assert_int_equal(admit_pause(&a, 1000), 0); /* waiting would not help */
}

static void test_the_greediest_source_pays(void **state)
{
	(void)state;
	a.per_source = 4;
	fill(1, 5);
	add(6, "203.0.113.9");
	add(7, "203.0.113.9");
	add(8, "203.0.113.9");
	assert_false(refused("198.51.100.1", 0));
	assert_int_equal(victim, 6);
	assert_false(refused("203.0.113.9", 0)); /* with the newcomer it is still this source */
	assert_int_equal(victim, 6);
	assert_ptr_equal(admit_source(&a, 99), NULL);
	assert_int_equal(admit_source(&a, 6)->net[0], 203);
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
		T(test_per_source),
		T(test_ipv6_counts_by_subscriber),
		T(test_early_drop),
		T(test_who_worked_stays),
		T(test_everybody_has_his_turn),
		T(test_the_greediest_source_pays),
		T(test_deadlines),
		T(test_full_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
