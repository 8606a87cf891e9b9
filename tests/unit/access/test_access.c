/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a rule fits what its bits and ports say, against a table worked out by hand for both families; the first that
 * fits decides; a table whose numbers point outside of it is refused; penalties add up, wear off and stay in their
 * place.
 */
#include "access/access.h"
#include "access/penalty.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static void address(const char *text, struct sockaddr_storage *ss, uint16_t port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	*ss = (struct sockaddr_storage){ 0 };
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		memcpy(ss, &in, sizeof in);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(ss, &in6, sizeof in6);
}

static struct access_packet packet(const char *from, uint16_t port, const char *to)
{
	struct sockaddr_storage a, b;
	struct access_packet p;

	address(from, &a, port);
	address(to ? to : "", &b, 4022);
	access_packet(&a, to ? &b : NULL, &p);
	return p;
}

static struct access_end end(const char *base, const char *care, uint16_t low, uint16_t high, bool outside)
{
	struct access_end e = { .ports = { low, high, outside } };
	int family = strchr(base, ':') ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, base, e.address), 1);
	assert_int_equal(inet_pton(family, care, e.care), 1);
	return e;
}

static void test_fits(void **state)
{
	static const struct {
		const char *base, *care;
		uint16_t low, high;
		bool outside;
		uint8_t protocol;
		const char *from;
		uint16_t port;
		bool fits;
	} rows[] = {
		{ "192.0.2.0", "255.255.255.0", 0, 65535, false, ACCESS_ANY, "192.0.2.255", 1, true },
		{ "192.0.2.0", "255.255.255.0", 0, 65535, false, ACCESS_ANY, "192.0.3.0", 1, false },
		{ "192.0.2.0", "255.255.255.0", 0, 65535, false, ACCESS_ANY, "::ffff:192.0.2.9", 1, true },
		{ "0.0.0.1", "0.0.0.1", 0, 65535, false, ACCESS_ANY, "203.0.113.7", 1, true }, /* the odd ones */
		{ "0.0.0.1", "0.0.0.1", 0, 65535, false, ACCESS_ANY, "203.0.113.8", 1, false },
		{ "10.0.5.0", "255.0.255.0", 0, 65535, false, ACCESS_TCP, "10.99.5.1", 1, true },
		{ "10.0.5.0", "255.0.255.0", 0, 65535, false, ACCESS_TCP, "10.99.6.1", 1, false },
		{ "0.0.0.0", "0.0.0.0", 0, 65535, false, ACCESS_UDP, "10.0.0.1", 1, false },
		{ "0.0.0.0", "0.0.0.0", 1024, 2048, false, ACCESS_TCP, "10.0.0.1", 1024, true },
		{ "0.0.0.0", "0.0.0.0", 1024, 2048, false, ACCESS_TCP, "10.0.0.1", 2048, true },
		{ "0.0.0.0", "0.0.0.0", 1024, 2048, false, ACCESS_TCP, "10.0.0.1", 2049, false },
		{ "0.0.0.0", "0.0.0.0", 23, 23, true, ACCESS_TCP, "10.0.0.1", 23, false },
		{ "0.0.0.0", "0.0.0.0", 23, 23, true, ACCESS_TCP, "10.0.0.1", 24, true },
		{ "0.0.0.0", "0.0.0.0", 0, 65535, true, ACCESS_TCP, "10.0.0.1", 65535, false }, /* gt 65535 */
		{ "2001:db8::", "ffff:ffff::", 0, 65535, false, ACCESS_ANY, "2001:db8:ffff::1", 1, true },
		{ "2001:db8::", "ffff:ffff::", 0, 65535, false, ACCESS_ANY, "2001:db9::1", 1, false },
		{ "2001:db8::", "ffff:fff8::", 0, 65535, false, ACCESS_ANY, "2001:dbf::1", 1, true }, /* a /29 */
		{ "2001:db8::", "ffff:fff8::", 0, 65535, false, ACCESS_ANY, "2001:dc0::1", 1, false },
		{ "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0, 65535, false, ACCESS_ANY, "::1", 1, true },
		{ "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0, 65535, false, ACCESS_ANY, "::2", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct access_packet p = packet(rows[i].from, rows[i].port, NULL);
		struct access_rule r = { .protocol = rows[i].protocol };

		r.from = end(rows[i].base, rows[i].care, rows[i].low, rows[i].high, rows[i].outside);
		r.to.ports.high = UINT16_MAX;
		if (access_fits(&r, &p) != rows[i].fits)
			fail_msg("row %zu: %s/%s from %s", i, rows[i].base, rows[i].care, rows[i].from);
	}
}

/* The port that was called is the device's own, whatever it is published as. */
static void test_the_end_that_was_called(void **state)
{
	struct access_packet p = packet("10.0.0.1", 5000, "192.0.2.1");
	struct access_rule r = { .from.ports.high = UINT16_MAX };

	(void)state;
	r.to = end("192.0.2.1", "255.255.255.255", 22, 22, false);
	assert_true(access_fits(&r, &p));
	p = packet("10.0.0.1", 5000, "192.0.2.2");
	assert_false(access_fits(&r, &p));
	p = packet("10.0.0.1", 5000, NULL);
	assert_false(access_fits(&r, &p));
}

static struct access_table *table(uint32_t rules)
{
	struct access_table *t = calloc(1, access_size(rules));

	t->n_rules = rules;
	for (unsigned f = 0; f < ACCESS_FAMILIES; f++)
		t->quiet[f] = t->exempt[f] = ACCESS_NONE;
	for (uint32_t i = 0; i < rules; i++)
		t->rule[i].from.ports.high = t->rule[i].to.ports.high = UINT16_MAX;
	return t;
}

static void test_lists_and_doors(void **state)
{
	struct access_packet one = packet("10.0.0.1", 1, NULL), two = packet("10.0.0.2", 1, NULL);
	struct access_packet six = packet("::1", 1, NULL), none = packet("", 1, NULL);
	struct access_table *t = table(3);
	uint32_t list, rule;

	(void)state;
	/* list 0: deny 10.0.0.1, permit any; list 1: permit 10.0.0.1; list 2 is empty */
	t->n_lists = 3;
	t->list[0] = (struct access_list){ .first = 0, .n = 2 };
	t->list[1] = (struct access_list){ .first = 2, .n = 1 };
	t->list[2] = (struct access_list){ .first = 3, .n = 0 };
	t->rule[0].from = t->rule[2].from = end("10.0.0.1", "255.255.255.255", 0, 65535, false);
	t->rule[1].permit = t->rule[2].permit = 1;
	assert_true(access_sound(t, access_size(3)));
	assert_false(access_admits(t, 0, &one, &rule));
	assert_int_equal(rule, 0);
	assert_true(access_admits(t, 0, &two, &rule));
	assert_int_equal(rule, 1);
	assert_false(access_admits(t, 1, &two, &rule)); /* the end denies */
	assert_int_equal(rule, ACCESS_NONE);
	assert_true(access_admits(t, 2, &two, &rule)); /* empty: as if it were not there */
	t->door[ACCESS_HOME][ACCESS_IPV4] = (struct access_door){ .n = 1, .list = { 1 } };
	assert_true(access_enters(t, &one, &list, &rule));
	assert_false(access_enters(t, &two, &list, &rule));
	t->door[ACCESS_HOME][ACCESS_IPV4] =
	    (struct access_door){ .n = 2, .list = { 1, 0 } }; /* one of them is enough */
	assert_true(access_enters(t, &two, &list, &rule));
	assert_int_equal(list, 0);
	assert_false(access_enters(t, &six, &list, &rule)); /* no line, no list: nobody */
	t->door[ACCESS_HOME][ACCESS_IPV6].open = 1;
	assert_true(access_enters(t, &six, &list, &rule));
	t->door[ACCESS_HOME][ACCESS_IPV4].open = 1;
	assert_false(access_enters(t, &none, &list, &rule)); /* of neither family */
	one.away = two.away = true;                          /* another door, which is closed */
	assert_false(access_enters(t, &one, &list, &rule));
	t->door[ACCESS_VRF][ACCESS_IPV4] = (struct access_door){ .n = 1, .list = { 0 } };
	assert_false(access_enters(t, &one, &list, &rule));
	assert_int_equal(rule, 0);
	assert_true(access_enters(t, &two, &list, &rule));
	free(t);
}

static void test_only_sound_tables(void **state)
{
	struct access_table *t = table(2);
	size_t size = access_size(2);

	(void)state;
	t->n_lists = 1;
	t->list[0] = (struct access_list){ .first = 1, .n = 1 };
	assert_true(access_sound(t, size));
	assert_false(access_sound(t, size - 1));
	assert_false(access_sound(t, 8));
#define SPOILT(field, value)                                                                                           \
	do {                                                                                                           \
		uint32_t was = t->field;                                                                               \
		t->field = value;                                                                                      \
		assert_false(access_sound(t, size));                                                                   \
		t->field = was;                                                                                        \
	} while (0)
	SPOILT(n_rules, 3);
	SPOILT(n_rules, UINT32_MAX);
	SPOILT(n_lists, ACCESS_LISTS_MAX + 1);
	SPOILT(list[0].first, 3);
	SPOILT(list[0].n, 2);
	SPOILT(list[0].n, UINT32_MAX);
	SPOILT(door[0][0].n, ACCESS_LISTS_MAX + 1);
	SPOILT(door[1][1].n, ACCESS_LISTS_MAX + 1);
	SPOILT(quiet[1], 1);
	SPOILT(exempt[0], UINT32_MAX - 1);
	for (unsigned i = 0; i < ACCESS_PLACES; i++) {
		t->door[i][1] = (struct access_door){ .n = 1, .list = { 1 } };
		assert_false(access_sound(t, size));
		t->door[i][1] = (struct access_door){ 0 };
	}
	assert_true(access_sound(t, size));
	free(t);
}

static const struct penalty_rules rules = {
	.seconds = { [PENALTY_CRASH] = 90, [PENALTY_FAILURE] = 5, [PENALTY_NO_LOGIN] = 1 },
	.threshold = 30,
	.maximum = 100,
	.on = true
};

static struct access_source source(const char *text)
{
	struct access_packet p = packet(text, 1, NULL);

	return access_source_of(&p);
}

static void test_penalties_add_up_and_wear_off(void **state)
{
	static struct penalty_table t;
	struct access_source s = source("192.0.2.1"), other = source("192.0.2.2"), six = source("2001:db8:0:1::1"),
			     off = s;
	struct penalty_rules none = rules;

	(void)state;
	t = (struct penalty_table){ 0 };
	for (unsigned i = 0; i < 5; i++) { /* who mistypes on five connections at once comes in */
		penalty_add(&t, &rules, &s, PENALTY_FAILURE, 1000);
		assert_int_equal(penalty_left(&t, &rules, &s, 1000), 0);
	}
	penalty_add(&t, &rules, &s, PENALTY_FAILURE, 1000);
	assert_int_equal(penalty_left(&t, &rules, &s, 1000), 1);
	assert_int_equal(penalty_left(&t, &rules, &s, 1001), 0);
	assert_int_equal(penalty_left(&t, &rules, &other, 1000), 0);
	penalty_add(&t, &rules, &s, PENALTY_CRASH, 1000); /* 120, but never more than 100 */
	assert_int_equal(penalty_left(&t, &rules, &s, 1000), 71);
	assert_int_equal(penalty_left(&t, &rules, &s, 1000 + 70 * 1000 + 1), 0);
	penalty_add(&t, &rules, &s, PENALTY_NO_LOGIN, 500 * 1000); /* nothing is owed from before */
	assert_int_equal(penalty_left(&t, &rules, &s, 500 * 1000), 0);
	penalty_add(&t, &rules, &six, PENALTY_CRASH, 500 * 1000);
	six = source("2001:db8:0:1:ffff::9"); /* the same subscriber */
	assert_int_not_equal(penalty_left(&t, &rules, &six, 500 * 1000), 0);
	none.on = false;
	assert_int_equal(penalty_left(&t, &none, &six, 500 * 1000), 0);
	off.family = 0; /* the console */
	penalty_add(&t, &rules, &off, PENALTY_CRASH, 500 * 1000);
	assert_int_equal(penalty_left(&t, &rules, &off, 500 * 1000), 0);
}

static void test_the_table_keeps_who_owes_most(void **state)
{
	static struct penalty_table t;
	struct access_source worst = source("198.51.100.1");
	char text[32];

	(void)state;
	t = (struct penalty_table){ 0 };
	penalty_add(&t, &rules, &worst, PENALTY_CRASH, 1000);
	for (unsigned i = 0; i < 4 * PENALTY_SOURCES; i++) {
		struct access_source s;

		snprintf(text, sizeof text, "10.0.%u.%u", i / 256, i % 256);
		s = source(text);
		penalty_add(&t, &rules, &s, PENALTY_FAILURE, 1000);
	}
	assert_int_not_equal(penalty_left(&t, &rules, &worst, 1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_the_end_that_was_called),
		cmocka_unit_test(test_lists_and_doors),
		cmocka_unit_test(test_only_sound_tables),
		cmocka_unit_test(test_penalties_add_up_and_wear_off),
		cmocka_unit_test(test_the_table_keeps_who_owes_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
