/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a command line without a terminal takes lines whatever ends them, keeps what was typed ahead, and grows with
 * nothing a stranger sends.
 */
#include "session/plain.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static int setup(void **state)
{
	return (*state = plain_new(true)) == NULL;
}

static int teardown(void **state)
{
	plain_free(*state);
	return 0;
}

static void feed(struct plain *p, const char *text)
{
	assert_int_equal(plain_feed(p, str_of(text)), strlen(text));
}

static void expect(struct plain *p, enum term_event_type type, const char *text)
{
	struct term_event ev;

	assert_true(plain_step(p, &ev));
	assert_int_equal(ev.type, type);
	assert_true(str_is(ev.text, text));
}

static void expect_nothing(struct plain *p)
{
	struct term_event ev;

	assert_false(plain_step(p, &ev));
}

static void test_ends_of_lines(void **state)
{
	struct plain *p = *state;

	feed(p, "lf\ncr\rcrlf\r\nsplit\r");
	expect_nothing(p); /* typed ahead: nobody asked yet */
	for (const char **line = (const char *[]){ "lf", "cr", "crlf", "split", NULL }; *line; line++) {
		plain_prompt(p, STR("#"));
		expect(p, TERM_EV_LINE, *line);
		expect_nothing(p);
	}
	plain_prompt(p, STR("#"));
	feed(p, "\nnext\n"); /* the LF of "split\r\n" came late */
	expect(p, TERM_EV_LINE, "next");
}

static void test_nul_is_dropped(void **state)
{
	struct plain *p = *state;

	plain_prompt(p, STR("#"));
	assert_int_equal(plain_feed(p, (struct str){ (const uint8_t *)"\0a\0b\n", 5 }), 5);
	expect(p, TERM_EV_LINE, "ab");
}

static void test_questions(void **state)
{
	struct plain *p = *state;

	feed(p, "\nyes\nwhole line\n");
	plain_ask(p, STR("?"), TERM_ASK_CONFIRM);
	expect(p, TERM_EV_ANSWER, "\r");
	plain_ask(p, STR("?"), TERM_ASK_KEY);
	expect(p, TERM_EV_ANSWER, "y");
	plain_ask(p, STR("?"), TERM_ASK_LINE);
	expect(p, TERM_EV_ANSWER, "whole line");
}

static void test_text(void **state)
{
	struct plain *p = *state;

	feed(p, "one\n  quit \nab#c\nshow\n");
	plain_text(p, STR("exit,quit"), false);
	expect(p, TERM_EV_TEXT, "one\n");
	plain_text(p, STR("#"), true);
	expect(p, TERM_EV_TEXT, "ab");
	plain_prompt(p, STR(""));
	expect(p, TERM_EV_LINE, "show");
}

static void test_text_too_large_is_cancelled_at_its_end(void **state)
{
	struct plain *p = *state;
	struct term_event ev;
	bool seen = false;
	char line[1001];

	memset(line, 'x', sizeof line);
	line[999] = '\n';
	line[1000] = '\0';
	plain_text(p, STR("quit"), false);
	for (unsigned i = 0; i < 100; i++) {
		feed(p, line);
		assert_false(plain_step(p, &ev));
	}
	feed(p, "quit\n");
	seen = plain_step(p, &ev);
	assert_true(seen);
	assert_int_equal(ev.type, TERM_EV_CANCEL);
	plain_prompt(p, STR(""));
	feed(p, "still here\n");
	expect(p, TERM_EV_LINE, "still here");
}

/* A mebibyte without an end of line, taken piece by piece. */
static void flood(struct plain *p)
{
	static uint8_t bytes[32768];
	struct term_event ev;

	memset(bytes, 'x', sizeof bytes);
	for (int i = 0; i < 32; i++) {
		assert_int_equal(plain_feed(p, (struct str){ bytes, sizeof bytes }), sizeof bytes);
		assert_false(plain_step(p, &ev));
	}
}

/* No part of a line that is too long is executed, answers anything or is kept. */
static void test_no_end_of_line(void **state)
{
	struct plain *p = *state;
	struct term_event ev;

	plain_prompt(p, STR("R1#"));
	flood(p);
	feed(p, "reload\nshow\n");
	expect(p, TERM_EV_LINE, "show");
	assert_true(str_is(buf_str(plain_output(p)), "R1#" TERM_TOO_LONG "R1#"));

	plain_ask(p, STR("?"), TERM_ASK_LINE);
	flood(p);
	feed(p, "yes\n");
	expect(p, TERM_EV_CANCEL, "");

	plain_text(p, STR("quit"), false);
	feed(p, "kept\n");
	expect_nothing(p);
	flood(p);
	feed(p, "\nquit\n");
	assert_true(plain_step(p, &ev));
	assert_int_equal(ev.type, TERM_EV_CANCEL);
	plain_prompt(p, STR(""));
	feed(p, "still here\n");
	expect(p, TERM_EV_LINE, "still here");
}

static void test_longest_line(void **state)
{
	struct plain *p = *state;
	char line[TERM_LINE_MAX + 2];
	struct term_event ev;

	memset(line, 'x', sizeof line);
	line[TERM_LINE_MAX] = '\n';
	line[TERM_LINE_MAX + 1] = '\0';
	plain_prompt(p, STR(""));
	feed(p, line);
	assert_true(plain_step(p, &ev));
	assert_int_equal(ev.text.n, TERM_LINE_MAX);
	assert_int_equal(ev.text.p[0], 'x');
}

static void test_output(void **state)
{
	struct plain *p = *state;

	plain_write(p, STR("a\nb\n"));
	assert_int_equal(plain_filter(p, TERM_FILTER_INCLUDE, STR("^c")), 0);
	plain_write(p, STR("c1\nd\nc2"));
	plain_prompt(p, STR("R1#")); /* the filter ends with its command */
	assert_true(str_is(buf_str(plain_output(p)), "a\nb\nc1\nc2R1#") ||
		    str_is(buf_str(plain_output(p)), "a\nb\nc1\nc2\nR1#"));
	assert_int_equal(plain_filter(p, TERM_FILTER_INCLUDE, STR("(")), E_INVAL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_ends_of_lines),
		T(test_nul_is_dropped),
		T(test_questions),
		T(test_text),
		T(test_text_too_large_is_cancelled_at_its_end),
		T(test_no_end_of_line),
		T(test_longest_line),
		T(test_output),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
