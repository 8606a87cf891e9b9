/* SPDX-License-Identifier: Apache-2.0
 *
 * test_lines.c: which lines there are is configuration, who gets one is decided by what it allows and whether it is
 * free, and a line that is not configured gives nothing.
 */
#include "lines/lines.h"

#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct bed {
	struct model *model;
	struct lines *lines;
};

static int setup(void **state)
{
	static struct bed b;

	assert_int_equal(model_new(&b.model, NULL), 0);
	b.lines = lines_new(b.model);
	assert_non_null(b.lines);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	lines_free(b->lines);
	model_free(b->model);
	return 0;
}

/* Makes the line if it is not there; with a path, sets that leaf. */
static void set(struct bed *b, const char *type, const char *number, const char *path, const char *value)
{
	struct txn *t = model_begin(b->model);
	struct lyd_node *entry;

	assert_int_equal(txn_entry(t, NULL, "/ravelin-line:lines/line", (const char *[]){ type, number }, &entry, NULL),
			 0);
	if (path)
		assert_int_equal(txn_set(t, entry, path, value, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static void delete (struct bed *b, const char *type, const char *number)
{
	struct txn *t = model_begin(b->model);
	struct lyd_node *entry;

	assert_int_equal(txn_entry(t, NULL, "/ravelin-line:lines/line", (const char *[]){ type, number }, &entry, NULL),
			 0);
	assert_int_equal(txn_delete_node(t, entry, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static void vtys(struct bed *b, unsigned n)
{
	char number[12];

	set(b, "con", "0", NULL, NULL);
	set(b, "aux", "0", NULL, NULL);
	for (unsigned i = 0; i < n; i++) {
		snprintf(number, sizeof number, "%u", i);
		set(b, "vty", number, NULL, NULL);
	}
}

static void test_lines_are_configuration(void **state)
{
	struct bed *b = *state;

	assert_null(lines_at(b->lines, 0));
	assert_null(lines_take(b->lines, LINE_CON, NULL, NULL, NULL));
	vtys(b, 2);
	set(b, "vty", "9", NULL, NULL);
	assert_int_equal(lines_at(b->lines, 0)->type, LINE_CON);
	assert_int_equal(lines_at(b->lines, 3)->tty, 3);
	assert_int_equal(lines_at(b->lines, 4)->tty, 11);
	assert_null(lines_at(b->lines, 5));
	assert_ptr_equal(lines_find(b->lines, LINE_VTY, 9), lines_at(b->lines, 4));
	assert_null(lines_find(b->lines, LINE_VTY, 2));
	assert_null(lines_find(b->lines, LINE_AUX, 1));
	delete (b, "vty", "9");
	assert_null(lines_find(b->lines, LINE_VTY, 9));
}

static void test_one_entry_for_many(void **state)
{
	struct bed *b = *state;
	struct errbuf e = { "" };

	set(b, "con", "0", NULL, NULL);
	set(b, "vty", "10", "last", "12");
	set(b, "vty", "0", "last", "1");
	set(b, "vty", "16383", "location", "far");
	assert_int_equal(lines_at(b->lines, 2)->number, 1);
	assert_int_equal(lines_at(b->lines, 3)->number, 10);
	assert_int_equal(lines_at(b->lines, 5)->tty, 14);
	assert_int_equal(lines_at(b->lines, 6)->number, 16383);
	assert_null(lines_at(b->lines, 7));
	assert_int_equal(lines_group(b->lines, 2)->number, 10);
	assert_null(lines_group(b->lines, 4));
	assert_null(lines_find(b->lines, LINE_VTY, 2));
	assert_null(lines_find(b->lines, LINE_VTY, 13));
	assert_string_equal(lines_value(b->lines, lines_find(b->lines, LINE_VTY, 16383), "location"), "far");
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(lines_take(b->lines, LINE_VTY, "ssh", NULL, &e)->number,
				 ((unsigned[]){ 0, 1, 10, 11, 12, 16383 })[i]);
	assert_null(lines_take(b->lines, LINE_VTY, "ssh", NULL, &e));
	lines_release(b->lines, lines_find(b->lines, LINE_VTY, 11));
	assert_int_equal(lines_take(b->lines, LINE_VTY, "ssh", NULL, &e)->number, 11);
}

static void test_absolute_numbers(void **state)
{
	(void)state;
	assert_int_equal(lines_tty(0).type, LINE_CON);
	assert_int_equal(lines_tty(1).type, LINE_AUX);
	assert_int_equal(lines_tty(1).number, 0);
	assert_int_equal(lines_tty(2).type, LINE_VTY);
	assert_int_equal(lines_tty(2).number, 0);
	assert_int_equal(lines_tty(17).number, 15);
}

static void test_the_first_free_line(void **state)
{
	struct bed *b = *state;
	struct errbuf e = { "" };
	struct line *first, *second;

	vtys(b, 2);
	first = lines_take(b->lines, LINE_VTY, "ssh", NULL, &e);
	second = lines_take(b->lines, LINE_VTY, "ssh", NULL, &e);
	assert_int_equal(first->number, 0);
	assert_int_equal(second->number, 1);
	assert_null(lines_take(b->lines, LINE_VTY, "ssh", NULL, &e));
	assert_string_equal(e.text, "all vty lines are in use, try again later");
	first->since_ms = 1;
	lines_release(b->lines, first);
	assert_int_equal(first->since_ms, 0);
	assert_ptr_equal(lines_take(b->lines, LINE_VTY, "ssh", NULL, &e), first);
	set(b, "vty", "2", NULL, NULL);
	assert_int_equal(lines_take(b->lines, LINE_VTY, "ssh", NULL, &e)->number, 2);
}

static void transports(struct bed *b, const char *number, const char *expected)
{
	struct buf text;

	buf_init(&text, 0);
	lines_transports(b->lines, lines_find(b->lines, LINE_VTY, number[0] - '0'), &text);
	assert_string_equal(buf_cstr(&text), expected);
	buf_release(&text);
}

static void test_what_a_line_takes(void **state)
{
	struct bed *b = *state;
	struct errbuf e = { "" };

	vtys(b, 5);
	transports(b, "0", "ssh");
	set(b, "vty", "0", "transport/input", "none");
	set(b, "vty", "1", "transport/input", "telnet");
	set(b, "vty", "2", "exec", "false");
	set(b, "vty", "3", "transport/input", "all");
	transports(b, "0", "none");
	transports(b, "1", "telnet");
	transports(b, "3", "ssh telnet");
	assert_int_equal(lines_take(b->lines, LINE_VTY, "ssh", NULL, &e)->number, 3);
	assert_int_equal(lines_take(b->lines, LINE_VTY, "ssh", NULL, &e)->number, 4);
	assert_int_equal(lines_take(b->lines, LINE_VTY, "telnet", NULL, &e)->number, 1);
	assert_null(lines_take(b->lines, LINE_VTY, "telnet", NULL, &e));
	delete (b, "vty", "1");
	delete (b, "vty", "3");
	assert_null(lines_take(b->lines, LINE_VTY, "telnet", NULL, &e));
	assert_string_equal(e.text, "no vty line accepts this transport");
	assert_int_equal(lines_take(b->lines, LINE_CON, NULL, NULL, &e)->tty, 0); /* the console needs no transport */
}

static void test_values(void **state)
{
	struct bed *b = *state;
	struct line *line;

	vtys(b, 1);
	line = lines_find(b->lines, LINE_VTY, 0);
	assert_int_equal(lines_exec_timeout_ms(b->lines, line), 600000);
	assert_int_equal(lines_number(b->lines, line, "length"), 24);
	assert_true(lines_flag(b->lines, line, "exec"));
	assert_false(lines_flag(b->lines, line, "monitor"));
	assert_null(lines_value(b->lines, line, "autocommand"));
	set(b, "vty", "0", "exec-timeout/minutes", "0");
	assert_int_equal(lines_exec_timeout_ms(b->lines, line), 0);
	set(b, "vty", "0", "exec-timeout/seconds", "2147483");
	set(b, "vty", "0", "exec-timeout/minutes", "35791");
	assert_int_equal(lines_exec_timeout_ms(b->lines, line), UINT64_C(4294943000));
	set(b, "vty", "0", "autocommand", "show clock");
	assert_string_equal(lines_value(b->lines, line, "autocommand"), "show clock");
	delete (b, "vty", "0");
	assert_false(lines_exists(b->lines, line));
	assert_int_equal(lines_number(b->lines, line, "length"), 0);
	assert_false(lines_flag(b->lines, line, "exec"));
	assert_false(lines_allows(b->lines, line, "telnet"));
}

static void test_messages_and_lists(void **state)
{
	struct bed *b = *state;
	struct line *line;
	struct txn *t;
	struct lyd_node *entry, *list;

	vtys(b, 2);
	line = lines_find(b->lines, LINE_VTY, 1);
	assert_null(lines_refuse_message(b->lines, LINE_VTY));
	assert_null(lines_access_class(b->lines, line, "access-class", "in", NULL));
	set(b, "vty", "1", "refuse-message", "tomorrow");
	assert_string_equal(lines_refuse_message(b->lines, LINE_VTY), "tomorrow");
	assert_null(lines_refuse_message(b->lines, LINE_CON));
	t = model_begin(b->model);
	assert_int_equal(txn_entry(t, NULL, "/ravelin-line:lines/line", (const char *[]){ "vty", "1" }, &entry, NULL),
			 0);
	assert_int_equal(txn_entry(t, entry, "access-class", (const char *[]){ "out" }, &list, NULL), 0);
	assert_int_equal(txn_set(t, list, "name", "MGMT", NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
	assert_null(lines_access_class(b->lines, line, "access-class", "in", NULL));
	assert_string_equal(lines_access_class(b->lines, line, "access-class", "out", NULL), "MGMT");
}

static void test_login(void **state)
{
	struct bed *b = *state;

	vtys(b, 2);
	assert_int_equal(lines_login(b->lines, lines_find(b->lines, LINE_CON, 0)), LOGIN_NONE);
	assert_int_equal(lines_login(b->lines, lines_find(b->lines, LINE_VTY, 0)), LOGIN_LINE_PASSWORD);
	assert_null(lines_login_list(b->lines, LINE_VTY));
	set(b, "vty", "0", "login", "list");
	set(b, "vty", "0", "login-list", "ADMINS");
	assert_string_equal(lines_login_list(b->lines, LINE_VTY), "ADMINS");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines_are_configuration, setup, teardown),
		cmocka_unit_test(test_absolute_numbers),
		cmocka_unit_test_setup_teardown(test_one_entry_for_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_first_free_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_a_line_takes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_messages_and_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(test_login, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
