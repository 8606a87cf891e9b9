/* SPDX-License-Identifier: Apache-2.0
 *
 * test_txn.c: a transaction changes the running tree and lists what it changed; undone, nothing of it is left.
 */
#include "model/model.h"
#include "model/node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libyang/libyang.h>

static int setup(void **state)
{
	struct errbuf e;

	return model_new((struct model **)state, &e);
}

static int teardown(void **state)
{
	model_free(*state);
	return 0;
}

/* The running tree as text, to be freed. */
static char *dump(const struct model *m)
{
	char *text = NULL;

	if (model_running(m))
		assert_int_equal(lyd_print_mem(&text, model_running(m), LYD_JSON, LYD_PRINT_WITHSIBLINGS), 0);
	return text ? text : strdup("");
}

#define KEYS(...) ((const char *const[]){ __VA_ARGS__ })

static void sets_are_listed(void **state)
{
	struct model *m = *state;
	struct txn *t = model_begin(m);
	struct errbuf e = { "" };

	assert_non_null(t);
	assert_null(model_begin(m));
	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/time-out", "60", &e), 0);
	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/time-out", "60", &e), 0); /* no second change */
	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/time-out", "61", &e), 0);
	assert_int_equal(txn_changes(t), 2);
	assert_int_equal(txn_change(t, 0)->op, CHANGE_CREATE);
	assert_string_equal(txn_change(t, 0)->after, "60");
	assert_string_equal(txn_change(t, 1)->before, "60");
	assert_string_equal(txn_change(t, 1)->after, "61");
	assert_string_equal(txn_change(t, 1)->path, "/ravelin-ssh:ssh/time-out");
	assert_null(txn_change(t, 2));
	assert_int_equal(txn_commit(t, &e), 0);
	assert_int_equal(model_uint(m, "/ravelin-ssh:ssh/time-out", 0), 61);
}

static void type_is_checked(void **state)
{
	static const char *const no_text[] = { "caf\xe9", "\xe9t\xe9", "a\033[2J", "\xc2\x9b", "\xe0\x82\x9b", "\177" };
	static const char text[] = "caf\xc3\xa9\n\te\xcc\x81 \xe4\xb8\xad \xf0\x9f\x98\x80\n";
	struct model *m = *state;
	struct txn *t = model_begin(m);
	struct errbuf e = { "" };

	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/time-out", "121", &e), E_INVAL);
	assert_non_null(strstr(e.text, "time-out"));
	assert_null(model_running(m)); /* the container made for it is gone */
	for (size_t i = 0; i < sizeof no_text / sizeof no_text[0]; i++)
		assert_int_equal(txn_set(t, NULL, "/ravelin-system:banner/motd", no_text[i], &e), E_INVAL);
	assert_non_null(strstr(e.text, "motd"));
	assert_null(model_running(m));
	assert_int_equal(txn_set(t, NULL, "/ravelin-system:banner/motd", text, &e), 0);
	assert_int_equal(txn_changes(t), 1);
	txn_abort(t);
	t = model_begin(m);
	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/nothing", "1", &e), E_INVAL);
	assert_int_equal(txn_changes(t), 0);
	txn_abort(t);
}

static void key_text_is_only_a_value(void **state)
{
	static const char *const hostile[] = { "a'or'1'='1", "x\"]", "it's\"both\"", "../..", "[name='y']", "a/b" };
	struct model *m = *state;
	struct txn *t = model_begin(m);
	struct lyd_node *u;
	struct errbuf e;

	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		assert_null(model_entry(m, "/ravelin-system:users/user", KEYS(hostile[i])));
		assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", KEYS(hostile[i]), &u, &e), 0);
		assert_ptr_equal(model_entry(m, "/ravelin-system:users/user", KEYS(hostile[i])), u);
		assert_string_equal(model_below(u, "name"), hostile[i]);
	}
	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", KEYS(""), &u, &e), E_INVAL);
	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", KEYS("two\nlines"), &u, &e), E_INVAL);
	txn_abort(t);
	assert_null(model_running(m));
}

/* Fills a small configuration and commits it. */
static void fill(struct model *m)
{
	struct txn *t = model_begin(m);
	struct lyd_node *n;
	struct errbuf e;

	assert_int_equal(txn_set(t, NULL, "/ravelin-system:hostname", "R1", &e), 0);
	for (const char *name = "abcdefgh"; *name; name++) {
		char text[2] = { *name, 0 };

		assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", KEYS(text), &n, &e), 0);
		assert_int_equal(txn_set(t, n, "privilege", "15", &e), 0);
	}
	assert_int_equal(txn_entry(t, NULL, "/ravelin-line:lines/line", KEYS("vty", "0"), &n, &e), 0);
	assert_int_equal(txn_set(t, n, "transport/input", "ssh", &e), 0);
	assert_int_equal(txn_set(t, n, "exec-timeout/minutes", "5", &e), 0);
	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:domain/host", KEYS("h"), &n, &e), 0);
	assert_int_equal(txn_set(t, n, "address", "10.0.0.1", &e), 0);
	assert_int_equal(txn_set(t, n, "address", "10.0.0.2", &e), 0);
	assert_int_equal(txn_commit(t, &e), 0);
}

static void undo_leaves_nothing(void **state)
{
	struct model *m = *state;
	struct lyd_node *n;
	struct errbuf e;
	struct txn *t;
	char *before, *after;
	size_t mark;

	fill(m);
	before = dump(m);
	t = model_begin(m);
	assert_int_equal(txn_set(t, NULL, "/ravelin-system:hostname", "R2", &e), 0);
	assert_int_equal(txn_delete(t, NULL, "/ravelin-system:hostname", NULL, &e), 0);
	n = (struct lyd_node *)model_entry(m, "/ravelin-system:users/user", KEYS("c"));
	assert_int_equal(txn_delete(t, n, "privilege", NULL, &e), 0);
	assert_int_equal(txn_delete_node(t, n, &e), 0);
	n = (struct lyd_node *)model_entry(m, "/ravelin-system:users/user", KEYS("d"));
	assert_int_equal(txn_delete_node(t, n, &e), 0);
	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:users/user", KEYS("c"), &n, &e), 0);
	mark = txn_changes(t);
	n = (struct lyd_node *)model_entry(m, "/ravelin-line:lines/line", KEYS("vty", "0"));
	assert_int_equal(txn_delete(t, n, "transport/input", NULL, &e), 0);
	assert_null(model_first(m, n, "transport/input"));
	assert_int_equal(txn_delete(t, n, "exec-timeout", NULL, &e), 0);
	assert_int_equal(txn_set(t, n, "exec-timeout/seconds", "9", &e), 0);
	txn_undo_to(t, mark);
	assert_non_null(model_first(m, n, "transport/input"));
	n = (struct lyd_node *)model_entry(m, "/ravelin-system:domain/host", KEYS("h"));
	assert_int_equal(txn_delete(t, n, "address", "10.0.0.1", &e), 0);
	txn_undo_to(t, mark);
	assert_string_equal(model_value(model_first(m, n, "address")), "10.0.0.1");       /* in its old place */
	assert_int_equal(txn_delete(t, NULL, "/ravelin-system:users/user", NULL, &e), 0); /* every one */
	assert_int_equal(txn_delete(t, NULL, "/ravelin-line:lines", NULL, &e), 0);
	assert_int_equal(txn_delete(t, NULL, "/ravelin-system:domain", NULL, &e), 0);
	assert_null(model_running(m));
	txn_abort(t);
	after = dump(m);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void deleting_the_last_child_hides_its_containers(void **state)
{
	struct model *m = *state;
	struct txn *t;
	struct errbuf e;
	char *text;

	fill(m);
	t = model_begin(m);
	struct lyd_node *n = (struct lyd_node *)model_entry(m, "/ravelin-line:lines/line", KEYS("vty", "0"));
	assert_int_equal(txn_delete(t, n, "transport/input", "ssh", &e), 0);
	assert_int_equal(txn_delete(t, n, "transport/input", "ssh", &e), E_NOTFOUND);
	assert_int_equal(txn_delete(t, n, "exec-timeout/minutes", NULL, &e), 0);
	assert_int_equal(txn_delete(t, n, "type", NULL, &e), E_INVAL); /* a key */
	assert_int_equal(txn_commit(t, &e), 0);
	text = dump(m);
	assert_null(strstr(text, "transport"));
	assert_null(strstr(text, "exec-timeout"));
	assert_non_null(strstr(text, "vty"));
	free(text);
}

struct seen {
	size_t calls, changes;
	char last[128];
};

static void note(void *arg, const struct txn *t)
{
	struct seen *s = arg;

	s->calls++;
	s->changes = txn_changes(t);
	snprintf(s->last, sizeof s->last, "%s", txn_change(t, s->changes - 1)->path);
}

static void watchers_see_their_subtree(void **state)
{
	struct model *m = *state;
	struct seen ssh = { 0 }, all = { 0 }, chain = { 0 };
	struct errbuf e;
	struct txn *t;

	assert_int_equal(model_watch(m, "/ravelin-ssh:ssh", note, &ssh), 0);
	assert_int_equal(model_watch(m, "/ravelin-ssh:ssh/pubkey-chain", note, &chain), 0);
	assert_int_equal(model_watch(m, NULL, note, &all), 0);
	assert_int_equal(model_watch(m, "/ravelin-ssh:nothing", note, &all), E_NOTFOUND);
	fill(m);
	assert_int_equal(ssh.calls, 0);
	assert_int_equal(all.calls, 1);
	t = model_begin(m);
	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/version", "2", &e), 0);
	assert_int_equal(txn_set(t, NULL, "/ravelin-system:hostname", "R3", &e), 0);
	assert_int_equal(txn_commit(t, &e), 0);
	assert_int_equal(ssh.calls, 1);
	assert_int_equal(ssh.changes, 1);
	assert_string_equal(ssh.last, "/ravelin-ssh:ssh/version");
	assert_int_equal(all.changes, 2);
	assert_int_equal(chain.calls, 0);
	t = model_begin(m);
	assert_int_equal(txn_delete(t, NULL, "/ravelin-ssh:ssh", NULL, &e), 0);
	assert_int_equal(txn_commit(t, &e), 0);
	assert_int_equal(chain.calls, 1); /* what it is part of went away */
	t = model_begin(m);
	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/version", "1", &e), 0);
	txn_abort(t);
	assert_int_equal(ssh.calls, 2);
	t = model_begin(m);
	assert_int_equal(txn_commit(t, &e), 0);
	assert_int_equal(all.calls, 3); /* an empty commit is no news */
}

/* Refuses the version 1, and makes 2 a time-out of 60. */
static int two_only(void *arg, struct txn *t, struct errbuf *e)
{
	const char *version = model_str(arg, "/ravelin-ssh:ssh/version");

	if (version && !strcmp(version, "1"))
		return err_set(e, E_INVAL, "not 1");
	return version ? txn_set(t, NULL, "/ravelin-ssh:ssh/time-out", "60", e) : 0;
}

static void a_guard_refuses_or_adds(void **state)
{
	struct seen ssh = { 0 };
	struct model *m = *state;
	struct errbuf e = { "" };
	struct txn *t;

	assert_int_equal(model_guard(m, "/ravelin-ssh:nothing", two_only, m), E_NOTFOUND);
	assert_int_equal(model_guard(m, "/ravelin-ssh:ssh", two_only, m), 0);
	assert_int_equal(model_watch(m, "/ravelin-ssh:ssh", note, &ssh), 0);
	t = model_begin(m);
	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/version", "1", &e), 0);
	assert_int_equal(txn_commit(t, &e), E_INVAL);
	assert_string_equal(e.text, "not 1");
	assert_null(model_running(m));
	assert_int_equal(ssh.calls, 0);
	t = model_begin(m);
	assert_int_equal(txn_set(t, NULL, "/ravelin-ssh:ssh/version", "2", &e), 0);
	assert_int_equal(txn_commit(t, &e), 0);
	assert_int_equal(ssh.changes, 2); /* the watcher sees what the guard set */
	assert_int_equal(model_uint(m, "/ravelin-ssh:ssh/time-out", 0), 60);
}

static void a_change_knows_its_entry(void **state)
{
	static const char list[] = "/ravelin-interface:interfaces/interface";
	struct model *m = *state;
	struct errbuf e = { "" };
	struct lyd_node *entry, *second;
	struct txn *t = model_begin(m);

	txn_entry(t, NULL, list, KEYS("Ethernet0"), &entry, &e);
	txn_entry(t, entry, "ipv4/secondary", KEYS("10.0.0.1"), &second, &e);
	txn_set(t, second, "mask", "255.0.0.0", &e);
	txn_set(t, NULL, "/ravelin-system:hostname", "R2", &e);
	txn_delete_node(t, entry, &e);
	for (size_t i = 0; i < txn_changes(t); i++)
		if (i == 3)
			assert_null(txn_change_in(t, i, list));
		else
			assert_ptr_equal(txn_change_in(t, i, list), entry);
	txn_abort(t);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(sets_are_listed),
		T(type_is_checked),
		T(key_text_is_only_a_value),
		T(undo_leaves_nothing),
		T(deleting_the_last_child_hides_its_containers),
		T(watchers_see_their_subtree),
		T(a_guard_refuses_or_adds),
		T(a_change_knows_its_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
