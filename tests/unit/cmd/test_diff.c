/* SPDX-License-Identifier: Apache-2.0
 *
 * test_diff.c: what two configurations do not share is shown with the lines it belongs to, in linear time.
 */
#include "cmd/diff.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void writes(struct str before, struct str after, enum diff_form form, bool ignore_case, struct buf *out)
{
	struct diff *d = diff_new(before, after, ignore_case);

	assert_non_null(d);
	while (!diff_step(d, 1))
		continue;
	assert_int_equal(diff_error(d), 0);
	while (!diff_write(d, form, 1, out))
		continue;
	diff_free(d);
}

static void shows(const char *before, const char *after, enum diff_form form, const char *expected)
{
	struct buf out;

	buf_init(&out, 0);
	writes(str_of(before), str_of(after), form, false, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_release(&out);
}

static void differs(const char *before, const char *after, const char *expected)
{
	shows(before, after, DIFF_CONTEXT, expected);
}

static void lines_of_one_side_are_shown_below_their_parents(void **state)
{
	(void)state;
	differs("", "", "");
	differs("hostname a\n", "hostname a\n", "");
	differs("hostname a\n", "hostname b\n", "+hostname b\n-hostname a\n");
	differs("a", "a\r\n \nb", "+b\n");
	differs("interface x\n ip 1\n shutdown\nend\n", "interface x\n ip 2\n shutdown\nend\n",
		"interface x\n +ip 2\ninterface x\n -ip 1\n");
	differs("a\n b\n  c\n  d\n", "a\n b\n  d\n  e\n", "a\n b\n  +e\na\n b\n  -c\n");
	differs("a\n b\n", "c\n b\n", "+c\n +b\n-a\n -b\n");
	differs("a\n b\nc\n b\n", "a\nc\n b\n", "a\n -b\n");
	differs("a\n b\na\n c\n", "a\n c\na\n b\n", "a\n +c\na\n +b\na\n -b\na\n -c\n");
}

static void what_is_said_about_a_configuration_is_none_of_it(void **state)
{
	(void)state;
	differs("Building configuration...\n\nCurrent configuration : 9 bytes\n!\n! Last change\na\nend\n", "!\na\n",
		"");
	differs("a\n end\n", "a\n", "a\n -end\n");
}

static void equal_lines_are_counted(void **state)
{
	(void)state;
	differs("x\nx\nx\n", "x\n", "-x\n-x\n");
	differs("x\n", "x\ny\nx\n", "+y\n+x\n");
}

static void order_counts_in_lists_only(void **state)
{
	(void)state;
	differs("a\nb\nc\n", "c\na\nb\n", "");
	differs("ip access-list extended l\n permit a\n permit b\n deny c\n",
		"ip access-list extended l\n deny c\n permit a\n permit b\n",
		"ip access-list extended l\n +deny c\nip access-list extended l\n -deny c\n");
	differs("access-list 1 permit a\naccess-list 1 permit b\nx\n",
		"access-list 1 permit b\nx\naccess-list 1 permit a\n",
		"+access-list 1 permit b\n-access-list 1 permit b\n");
	differs("ip access-list standard l\n a\n b\nipv6 access-list l\n a\n b\n",
		"ipv6 access-list l\n b\n a\nip access-list standard l\n a\n b\n",
		"ipv6 access-list l\n +b\nipv6 access-list l\n -b\n");
}

static void a_banner_is_one_thing(void **state)
{
	(void)state;
	differs("banner motd ^C\n!\nend\n  x\n^C\nb\n", "banner motd ^C\n!\nend\n  x\n^C\nb\n", "");
	differs("banner motd ^C\n!\n^C\nb\n", "banner motd ^C\nx\n^C\nb\n",
		"banner motd ^C\n +x\nbanner motd ^C\n -!\n");
	differs("banner motd #one line#\na\n b\n", "banner motd #one line#\na\n c\n", "a\n +c\na\n -b\n");
	differs("banner motd\nbanner login\n", "banner motd\n", "-banner login\n");
	differs("banner exec #\nnever ends\na\n", "banner exec #\nnever ends\nb\n",
		"banner exec #\n +b\nbanner exec #\n -a\n");
}

static void commands_make_the_difference(void **state)
{
	(void)state;
	shows("a\ni\n x\n no y\ngone\n inner\n", "b\ni\n z\n", DIFF_COMMANDS,
	      "no a\ni\n no x\n y\nno gone\nb\ni\n z\n");
	shows("a\ni\n x\n", "b\ni\n x\n z\n", DIFF_ADDED, "b\ni\n z\n");
}

static void case_may_be_ignored(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 0);
	writes(STR("Host A\n B\n"), STR("host a\n b\nC\n"), DIFF_CONTEXT, true, &out);
	assert_string_equal(buf_cstr(&out), "+C\n");
	buf_release(&out);
}

static void odd_texts_are_refused(void **state)
{
	static char line[DIFF_LINE_MAX + 2];
	static char many[2 * (DIFF_LINES_MAX + 1)];
	struct diff *d;

	(void)state;
	memset(line, 'x', sizeof line);
	d = diff_new(STR("a\n"), (struct str){ (const uint8_t *)line, DIFF_LINE_MAX + 1 }, false);
	while (!diff_step(d, 10))
		continue;
	assert_int_equal(diff_error(d), E_TOOBIG);
	diff_free(d);
	for (size_t i = 0; i < sizeof many; i++)
		many[i] = i % 2 ? '\n' : 'x';
	d = diff_new((struct str){ (const uint8_t *)many, sizeof many }, STR("a"), false);
	while (!diff_step(d, 1000))
		continue;
	assert_int_equal(diff_error(d), E_LIMIT);
	diff_free(d);
}

/* A hundred thousand lines on either side, of which every tenth differs: each line is looked at a few times. */
static void a_long_text_takes_steps_in_proportion(void **state)
{
	struct buf before, after, out;
	unsigned steps = 0;
	struct diff *d;

	(void)state;
	buf_init(&before, 0);
	buf_init(&after, 0);
	buf_init(&out, 0);
	for (int i = 0; i < 100000; i++) {
		buf_printf(&before, "%sline %d\n", i % 4 ? " " : "", i);
		buf_printf(&after, "%sline %d%s\n", i % 4 ? " " : "", i, i % 10 == 9 ? " more" : "");
	}
	d = diff_new(buf_str(&before), buf_str(&after), false);
	for (; !diff_step(d, 1000); steps++)
		continue;
	for (; !diff_write(d, DIFF_CONTEXT, 1000, &out); steps++)
		continue;
	assert_in_range(steps, 500, 1000);
	assert_in_range(diff_added(d), 10000, 40000);
	assert_int_equal(diff_added(d), diff_removed(d));
	diff_free(d);
	buf_release(&before);
	buf_release(&after);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_one_side_are_shown_below_their_parents),
		cmocka_unit_test(what_is_said_about_a_configuration_is_none_of_it),
		cmocka_unit_test(equal_lines_are_counted),
		cmocka_unit_test(order_counts_in_lists_only),
		cmocka_unit_test(a_banner_is_one_thing),
		cmocka_unit_test(commands_make_the_difference),
		cmocka_unit_test(case_may_be_ignored),
		cmocka_unit_test(odd_texts_are_refused),
		cmocka_unit_test(a_long_text_takes_steps_in_proportion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
