/* SPDX-License-Identifier: Apache-2.0
 *
 * test_read.c: reading yields the value, else the schema's default, else nothing, and costs the same in a long list.
 */
#include "model/node.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define KEYS(...) ((const char *const[]){ __VA_ARGS__ })

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void defaults(void **state)
{
	struct model *m;
	struct errbuf e;
	size_t before = mallinfo2().uordblks;

	assert_int_equal(model_new(&m, &e), 0);
	print_message("heap of an empty model: %zu KiB\n", (mallinfo2().uordblks - before) / 1024);
	assert_string_equal(model_str(m, "/ravelin-system:hostname"), "Router");
	assert_null(model_str(m, "/ravelin-ssh:ssh/version"));
	assert_int_equal(model_uint(m, "/ravelin-ssh:ssh/version", 7), 7);
	assert_int_equal(model_uint(m, "/ravelin-ssh:ssh/time-out", 7), 120);
	assert_false(model_bool(m, "/ravelin-aaa:aaa/new-model"));
	assert_null(model_first(m, NULL, "/ravelin-system:users/user"));
	assert_null(model_below(NULL, "privilege"));
	model_free(m);
}

/* A path is looked up once and remembered: for where it starts, and no longer than its schema. */
static void paths(void **state)
{
	static const char users[] = "/ravelin-system:users/user", lists[] = "/ravelin-aaa:aaa/login";
	const struct lysc_node *user, *list;
	struct model *m;
	struct errbuf e;

	assert_int_equal(model_new(&m, &e), 0);
	for (int i = 0; i < 2; i++) {
		user = node_schema(m, NULL, users);
		list = node_schema(m, NULL, lists);
		assert_non_null(user);
		assert_non_null(list);
		assert_non_null(node_schema(m, user, "name"));
		assert_non_null(node_schema(m, list, "name"));
		assert_ptr_not_equal(node_schema(m, user, "name"), node_schema(m, list, "name"));
		assert_ptr_equal(node_schema(m, user, lists), list);
		assert_null(node_schema(m, user, "method"));
		assert_null(node_schema(m, NULL, "/ravelin-system:users/user/nobody"));
		assert_ptr_equal(node_schema(m, user, ""), user);
	}
	model_free(m);
}

/* So often that a schema comes to stand where another one stood. */
static void schemas_that_go(void **state)
{
	static const struct model_module modules[] = {
		{ "t", "module t { namespace u; prefix t; leaf a { type string; } leaf b { type string; } }" },
		{ "t", "module t { namespace u; prefix t; leaf a { type string; } }" },
	};
	struct model *m;
	struct errbuf e;

	for (int i = 0; i < 40; i++) {
		assert_int_equal(model_new_from(&m, &modules[i % 2], 1, &e), 0);
		assert_non_null(node_schema(m, NULL, "/t:a"));
		assert_int_equal(node_schema(m, NULL, "/t:b") != NULL, i % 2 == 0);
		model_free(m);
	}
}

static void entries(void **state)
{
	struct model *m;
	struct lyd_node *n;
	const struct lyd_node *u;
	struct errbuf e;
	struct txn *t;

	assert_int_equal(model_new(&m, &e), 0);
	t = model_begin(m);
	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", KEYS("zoe"), &n, &e), 0);
	assert_int_equal(txn_set(t, n, "credential/kind", "secret", &e), 0);
	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", KEYS("adam"), &n, &e), 0);
	assert_int_equal(txn_commit(t, &e), 0);
	u = model_first(m, NULL, "/ravelin-system:users/user");
	assert_string_equal(model_below(u, "name"), "zoe"); /* as entered */
	assert_string_equal(model_below(u, "credential/kind"), "secret");
	assert_string_equal(model_below(u, "privilege"), "1");
	assert_null(model_below(u, "credential/value"));
	u = model_next(u);
	assert_string_equal(model_below(u, "name"), "adam");
	assert_null(model_next(u));
	assert_null(model_entry(m, "/ravelin-system:users/user", KEYS("eve")));
	model_free(m);
}

/* Not judged by the clock: the figures are for people. */
static void a_hundred_thousand(void **state)
{
	enum { N = 100000 };
	struct model *m;
	struct lyd_node *n;
	struct errbuf e;
	double start = now();

	assert_int_equal(model_new(&m, &e), 0);
	for (int i = 0; i < N; i++) {
		struct txn *t = model_begin(m);
		char name[16];

		snprintf(name, sizeof name, "host%d", i);
		assert_int_equal(txn_entry(t, NULL, "/ravelin-system:domain/host", KEYS(name), &n, &e), 0);
		assert_int_equal(txn_set(t, n, "address", "10.0.0.1", &e), 0);
		assert_int_equal(txn_commit(t, &e), 0);
	}
	print_message("%d committed entries: %.2f s\n", N, now() - start);
	start = now();
	for (int i = 0; i < N; i += 10) {
		char name[16];

		snprintf(name, sizeof name, "host%d", i);
		assert_non_null(model_entry(m, "/ravelin-system:domain/host", KEYS(name)));
	}
	print_message("%d look-ups among them: %.3f s\n", N / 10, now() - start);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),           cmocka_unit_test(paths),
		cmocka_unit_test(schemas_that_go),    cmocka_unit_test(entries),
		cmocka_unit_test(a_hundred_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
