/* SPDX-License-Identifier: Apache-2.0
 *
 * test_constraint.c: what breaks a rule of the schema is refused whole; what touches no rule is not asked.
 */
#include "model/model.h"
#include "model/node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KEYS(...) ((const char *const[]){ __VA_ARGS__ })

static const struct model_module modules[] = {
	{ "t", "module t { yang-version 1.1; namespace \"urn:t\"; prefix t;"
	       "container a { leaf low { type uint8; default 1; } leaf high { type uint8; default 9;"
	       "  must '. >= ../low' { error-message \"high is below low\"; } }"
	       "  leaf free { type string; } }"
	       "container l { list e { key k; unique u; leaf k { type string; } leaf u { type string; } }"
	       "  leaf ref { type leafref { path '../e/k'; } } }"
	       "container n { list m { key k; max-elements 2; leaf k { type string; } leaf need { type string; "
	       "mandatory true; }"
	       "  leaf-list some { type string; min-elements 1; } } } }" },
};

static int setup(void **state)
{
	struct errbuf e = { "" };
	int rc = model_new_from((struct model **)state, modules, 1, &e);

	if (rc < 0)
		print_error("%s\n", e.text);
	return rc;
}

static int teardown(void **state)
{
	model_free(*state);
	return 0;
}

static int set(struct model *m, const char *path, const char *value, struct errbuf *e)
{
	struct txn *t = model_begin(m);

	assert_int_equal(value ? txn_set(t, NULL, path, value, e) : txn_delete(t, NULL, path, NULL, e), 0);
	return txn_commit(t, e);
}

static void must_holds(void **state)
{
	struct model *m = *state;
	struct errbuf e = { "" };

	assert_int_equal(set(m, "/t:a/high", "5", &e), 0);
	assert_int_equal(set(m, "/t:a/low", "6", &e), E_INVAL); /* the rule stands at the other leaf */
	assert_string_equal(e.text, "high is below low");
	assert_int_equal(model_uint(m, "/t:a/low", 0), 1);
	assert_int_equal(set(m, "/t:a/free", "x", &e), 0);
	assert_int_equal(set(m, "/t:a/low", "4", &e), 0);
	assert_int_equal(set(m, "/t:a/high", "3", &e), E_INVAL);
	assert_int_equal(model_uint(m, "/t:a/high", 0), 5);
}

static int add(struct model *m, const char *k, const char *u, struct errbuf *e)
{
	struct txn *t = model_begin(m);
	struct lyd_node *n;

	assert_int_equal(txn_entry(t, NULL, "/t:l/e", KEYS(k), &n, e), 0);
	assert_int_equal(txn_set(t, n, "u", u, e), 0);
	return txn_commit(t, e);
}

static void unique_and_leafref_hold(void **state)
{
	struct model *m = *state;
	struct errbuf e = { "" };
	struct txn *t;

	assert_int_equal(add(m, "a", "1", &e), 0);
	assert_int_equal(add(m, "b", "1", &e), E_INVAL);
	assert_null(model_entry(m, "/t:l/e", KEYS("b")));
	assert_int_equal(set(m, "/t:l/ref", "b", &e), E_INVAL);
	assert_int_equal(set(m, "/t:l/ref", "a", &e), 0);
	t = model_begin(m);
	assert_int_equal(txn_delete_node(t, (struct lyd_node *)model_entry(m, "/t:l/e", KEYS("a")), &e), 0);
	assert_int_equal(txn_commit(t, &e), E_INVAL);
	assert_non_null(model_entry(m, "/t:l/e", KEYS("a")));
}

static int entry(struct model *m, const char *k, const char *need, const char *some, struct errbuf *e)
{
	struct txn *t = model_begin(m);
	struct lyd_node *n;

	assert_int_equal(txn_entry(t, NULL, "/t:n/m", KEYS(k), &n, e), 0);
	if (need)
		assert_int_equal(txn_set(t, n, "need", need, e), 0);
	if (some)
		assert_int_equal(txn_set(t, n, "some", some, e), 0);
	return txn_commit(t, e);
}

static void counts_hold(void **state)
{
	struct model *m = *state;
	struct errbuf e = { "" };
	struct lyd_node *n;
	struct txn *t;

	assert_int_equal(entry(m, "a", NULL, "x", &e), E_INVAL);
	assert_string_equal(e.text, "\"need\" is missing");
	assert_int_equal(entry(m, "a", "1", NULL, &e), E_INVAL);
	assert_null(model_running(m));
	assert_int_equal(entry(m, "a", "1", "x", &e), 0);
	assert_int_equal(entry(m, "b", "1", "x", &e), 0);
	assert_int_equal(entry(m, "c", "1", "x", &e), E_LIMIT);
	assert_null(model_entry(m, "/t:n/m", KEYS("c")));
	n = (struct lyd_node *)model_entry(m, "/t:n/m", KEYS("a"));
	t = model_begin(m);
	assert_int_equal(txn_delete(t, n, "need", NULL, &e), 0);
	assert_int_equal(txn_check(t, 0, &e), E_INVAL);
	assert_int_equal(txn_commit(t, &e), E_INVAL);
	assert_string_equal(model_below(n, "need"), "1");
	t = model_begin(m); /* made and gone in one transaction: nobody asks what it lacked */
	assert_int_equal(txn_delete_node(t, n, &e), 0);
	assert_int_equal(txn_entry(t, NULL, "/t:n/m", KEYS("d"), &n, &e), 0);
	assert_int_equal(txn_delete_node(t, n, &e), 0);
	assert_int_equal(txn_commit(t, &e), 0);
}

static void broken_modules_are_named(void **state)
{
	static const struct model_module bad[] = { { "x", "module x { nonsense; }" } };
	struct errbuf e = { "" };
	struct model *m;

	assert_int_equal(model_new_from(&m, bad, 1, &e), E_INVAL);
	assert_null(m);
	assert_non_null(strstr(e.text, "\"x\""));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(must_holds),
		T(unique_and_leafref_hold),
		T(counts_hold),
		cmocka_unit_test(broken_modules_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
