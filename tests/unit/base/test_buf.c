/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: nothing of a secret stays in a buffer that was told to forget it, however it got there: not in front of what
 * is unread, not behind it where it was moved from, not in the block it grew out of.
 */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static bool holds(const struct buf *b, const char *text)
{
	return b->data && memmem(b->data, b->cap, text, strlen(text));
}

static void test_forget(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	buf_forget(&b, 10);
	buf_puts(&b, "secretrest");
	buf_forget(&b, 6);
	assert_true(str_is(buf_str(&b), "rest"));
	assert_false(holds(&b, "secret"));
	buf_forget(&b, 100);
	assert_int_equal(buf_len(&b), 0);
	assert_false(holds(&b, "rest"));
	buf_release(&b);
}

/* What is unread moves to the front when room is needed; it is not left where it stood. */
static void test_moved(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 256);
	for (unsigned i = 0; i < 240; i++)
		buf_put_u8(&b, '.');
	buf_puts(&b, "secret");
	buf_consume(&b, 240);
	buf_room(&b, 100);
	assert_int_equal(b.off, 0);
	assert_int_equal(b.cap, 256);
	buf_forget(&b, 6);
	assert_false(holds(&b, "secret"));
	buf_release(&b);
}

static void test_printable(void **state)
{
	char text[6] = "xxxxx";

	str_copy_printable(STR("a\n\x7f\xffz"), text, sizeof text);
	assert_string_equal(text, "a???z");
	str_copy_printable(STR("too long"), text, sizeof text);
	assert_string_equal(text, "too l");
	str_copy_printable(str_of(NULL), text, sizeof text);
	assert_string_equal(text, "");
}

static void test_lines(void **state)
{
	struct str text = STR("one\n\nlast"), line;

	assert_true(str_line(&text, &line) && str_is(line, "one"));
	assert_true(str_line(&text, &line) && line.n == 0);
	assert_true(str_line(&text, &line) && str_is(line, "last"));
	assert_false(str_line(&text, &line));
	text = STR("whole\n");
	assert_true(str_line(&text, &line) && str_is(line, "whole"));
	assert_false(str_line(&text, &line));
	text = str_of(NULL);
	assert_false(str_line(&text, &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forget), cmocka_unit_test(test_moved),
					    cmocka_unit_test(test_printable), cmocka_unit_test(test_lines) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
