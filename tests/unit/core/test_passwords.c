/* SPDX-License-Identifier: Apache-2.0
 *
 * test_passwords.c: with `service password-encryption` no password of type 0 stays: those there are when it comes on,
 * those set while it is on; nothing comes back when it goes.
 */
#include "core/login/passwords.h"

#include "aaa/aaa.h"
#include "core/core.h"
#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FLAG "/ravelin-system:passwords/encryption"

static void begin_entry(struct core *core, const char *list, const char *const *keys, struct txn **t,
			struct lyd_node **entry)
{
	*t = model_begin(core->model);
	assert_non_null(*t);
	assert_int_equal(txn_entry(*t, NULL, list, keys, entry, NULL), 0);
}

static void end(struct core *core, struct txn *t)
{
	assert_int_equal(txn_commit(t, NULL), 0);
}

static void set_user(struct core *core, const char *name, const char *kind, const char *type, const char *value)
{
	struct lyd_node *entry;
	struct txn *t;

	begin_entry(core, "/ravelin-system:users/user", (const char *[]){ name }, &t, &entry);
	assert_int_equal(txn_set(t, entry, "credential/kind", kind, NULL), 0);
	assert_int_equal(txn_set(t, entry, "credential/type", type, NULL), 0);
	assert_int_equal(txn_set(t, entry, "credential/value", value, NULL), 0);
	end(core, t);
}

static void set_flag(struct core *core, const char *value)
{
	struct txn *t = model_begin(core->model);

	assert_int_equal(txn_set(t, NULL, FLAG, value, NULL), 0);
	end(core, t);
}

static bool user_is(const struct core *core, const char *name, int type, const char *password)
{
	const struct lyd_node *user = model_entry(core->model, "/ravelin-system:users/user", (const char *[]){ name });

	assert_non_null(user);
	return atol(model_below(user, "credential/type")) == type &&
	       aaa_secret_matches(type, model_below(user, "credential/value"), str_of(password));
}

static int setup(void **state)
{
	static struct core core;

	assert_int_equal(model_new(&core.model, NULL), 0);
	assert_int_equal(passwords_guard(&core), 0);
	*state = &core;
	return 0;
}

static int teardown(void **state)
{
	model_free(((struct core *)*state)->model);
	return 0;
}

static void what_is_there_and_what_comes(void **state)
{
	static const char *const keys[] = { "password", "15" }, *const con[] = { "con", "0" };
	struct core *core = *state;
	struct lyd_node *entry;
	struct txn *t;

	set_user(core, "a", "password", "0", "one");
	set_user(core, "s", "secret", "5", "$1$abcdefgh$BvAD8cGbqx1OM5QYfvJOF/");
	begin_entry(core, "/ravelin-system:enable", keys, &t, &entry);
	txn_set(t, entry, "type", "0", NULL);
	txn_set(t, entry, "value", "two", NULL);
	end(core, t);
	begin_entry(core, "/ravelin-line:lines/line", con, &t, &entry);
	txn_set(t, entry, "password/type", "0", NULL);
	txn_set(t, entry, "password/value", "three", NULL);
	end(core, t);
	assert_true(user_is(core, "a", 0, "one"));

	set_flag(core, "true");
	assert_true(user_is(core, "a", 7, "one"));
	assert_string_equal(model_below(model_entry(core->model, "/ravelin-system:users/user", (const char *[]){ "s" }),
					"credential/type"),
			    "5");
	assert_string_equal(model_below(model_entry(core->model, "/ravelin-system:enable", keys), "type"), "7");
	assert_true(aaa_secret_matches(
	    7, model_below(model_entry(core->model, "/ravelin-line:lines/line", con), "password/value"), STR("three")));

	set_user(core, "b", "password", "0", "four");
	assert_true(user_is(core, "b", 7, "four"));
	set_user(core, "b", "password", "0", "five");
	assert_true(user_is(core, "b", 7, "five"));
	set_user(core, "c", "password", "7", "094F471A1A0A");
	assert_true(user_is(core, "c", 7, "cisco"));

	set_flag(core, "false");
	assert_true(user_is(core, "a", 7, "one"));
	set_user(core, "d", "password", "0", "six");
	assert_true(user_is(core, "d", 0, "six"));
}

/* The longest password there is still fits its leaf. */
static void the_longest(void **state)
{
	struct core *core = *state;
	char longest[AAA_CLEAR_MAX + 1];
	struct txn *t;

	memset(longest, 'x', AAA_CLEAR_MAX);
	longest[AAA_CLEAR_MAX] = '\0';
	set_flag(core, "true");
	set_user(core, "long", "password", "0", longest);
	assert_true(user_is(core, "long", 7, longest));
	t = model_begin(core->model);
	assert_int_equal(txn_set(t, NULL, "/ravelin-servers:tacacs/key/type", "0", NULL), 0);
	assert_int_equal(txn_set(t, NULL, "/ravelin-servers:tacacs/key/value", longest, NULL), 0);
	end(core, t);
	assert_string_equal(model_str(core->model, "/ravelin-servers:tacacs/key/type"), "7");
}

static void what_cannot_be_hidden_is_refused(void **state)
{
	struct core *core = *state;
	struct lyd_node *entry;
	struct errbuf e;
	struct txn *t;

	set_flag(core, "true");
	begin_entry(core, "/ravelin-system:users/user", (const char *[]){ "x" }, &t, &entry);
	assert_int_equal(txn_set(t, entry, "credential/type", "0", NULL), 0);
	assert_int_equal(txn_set(t, entry, "credential/value", "a\tb", NULL), 0);
	assert_true(txn_commit(t, &e) < 0);
	assert_null(model_entry(core->model, "/ravelin-system:users/user", (const char *[]){ "x" }));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_there_and_what_comes),
		TEST(the_longest),
		TEST(what_cannot_be_hidden_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
