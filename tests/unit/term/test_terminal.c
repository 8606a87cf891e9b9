/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: prompts, type-ahead, questions, collected text, paging and monitor lines come out as IOS users and their
 * automation expect, and nothing typed is lost, reordered or shown twice.
 */
#include "emulator.h"

#include "base/err.h"
#include "term/parts.h"

#include <stdio.h>
#include <string.h>

#define MORE   " --More-- "
#define UNMORE "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"

static void start(struct drive *d, uint32_t length, uint32_t width)
{
	drive_init(d, length, width);
	term_prompt(d->t, str_of(d->prompt), false);
	drive_raw(d);
}

static void write_text(struct drive *d, const char *text)
{
	term_write(d->t, str_of(text));
}

static void idle(struct drive *d, struct str line)
{
}

/* --- type-ahead --- */

static void echo_command(struct drive *d, struct str line)
{
	if (line.n) {
		write_text(d, "out:");
		term_write(d->t, line);
		write_text(d, "\n");
	}
	term_prompt(d->t, str_of(d->prompt), false);
}

static void test_before_first_prompt(void **state)
{
	struct drive d;

	drive_init(&d, 24, 80);
	d.on_line = echo_command;
	drive_type(&d, "\nshow ver\r");
	assert_string_equal(drive_raw(&d), "");
	write_text(&d, "banner\n");
	term_prompt(d.t, STR("R1>"), false);
	assert_string_equal(drive_raw(&d), "banner\r\nR1>\r\nR1#show ver\r\nout:show ver\r\nR1#");
	drive_release(&d);
}

static void test_ahead_of_a_command(void **state)
{
	struct drive d;

	start(&d, 24, 80);
	d.on_line = idle;
	drive_type(&d, "one\rtwo\rthr");
	assert_string_equal(drive_raw(&d), "one\r\n");
	drive_type(&d, "ee\r");
	write_text(&d, "output");
	assert_string_equal(drive_raw(&d), "output");
	assert_string_equal(drive_log(&d), "line:one\n");
	assert_true(term_typed_ahead(d.t));
	term_prompt(d.t, STR("R1#"), false);
	assert_string_equal(drive_raw(&d), "\r\nR1#two\r\n"); /* the prompt has a line of its own */
	term_ask(d.t, STR("Name? "), true, TERM_ASK_LINE);
	assert_string_equal(drive_raw(&d), "Name? three\r\nR1#");
	assert_string_equal(drive_log(&d), "line:two\nanswer:three\n");
	assert_false(term_typed_ahead(d.t));
	term_prompt(d.t, STR("R1#"), false);
	drive_type(&d, "four\r\n"); /* the end of a line is nothing ahead of it */
	assert_false(term_typed_ahead(d.t));
	drive_release(&d);
}

static void test_netmiko(void **state)
{
	struct drive d;

	drive_init(&d, 24, 511);
	d.on_line = echo_command;
	term_prompt(d.t, STR("R1>"), false);
	assert_string_equal(drive_raw(&d), "R1>");
	drive_type(&d, "\n");
	assert_string_equal(drive_raw(&d), "\r\nR1#");
	drive_type(&d, "terminal width 511\nterminal length 0\n");
	assert_string_equal(drive_raw(&d), "terminal width 511\r\nout:terminal width 511\r\nR1#"
					   "terminal length 0\r\nout:terminal length 0\r\nR1#");
	drive_bytes(&d, "\0", 1, 1);
	assert_string_equal(drive_raw(&d), "");
	drive_type(&d, "show run\n");
	assert_string_equal(drive_raw(&d), "show run\r\nout:show run\r\nR1#");
	d.on_line = idle;
	drive_type(&d, "enable\n");
	term_ask(d.t, STR("Password: "), false, TERM_ASK_LINE);
	assert_string_equal(drive_raw(&d), "enable\r\nPassword: ");
	drive_type(&d, "secret\n");
	assert_string_equal(drive_raw(&d), "\r\nR1#");
	drive_release(&d);
}

static size_t lines_seen;

static void count_line(struct drive *d, struct str line)
{
	char want[64];

	snprintf(want, sizeof want, "ip route 10.0.%zu.0 255.255.255.0", lines_seen++);
	assert_true(str_is(line, want));
	term_prompt(d->t, STR("R1(config)#"), true);
}

/* The owner stops reading when the terminal says so, and no line is lost. */
static void test_paste(void **state)
{
	struct drive d;
	struct buf paste;

	start(&d, 24, 80);
	d.on_line = count_line;
	lines_seen = 0;
	buf_init(&paste, 0);
	for (size_t i = 0; i < 10000; i++)
		buf_printf(&paste, "ip route 10.0.%zu.0 255.255.255.0\n", i);
	while (buf_len(&paste)) {
		size_t n = buf_len(&paste) < 5000 ? buf_len(&paste) : 5000;

		while (term_wants_input(d.t) && n) {
			assert_int_equal(term_feed(d.t, buf_ptr(&paste), n), 0);
			buf_consume(&paste, n);
			n = buf_len(&paste) < 5000 ? buf_len(&paste) : 5000;
		}
		drive_step(&d);
	}
	assert_int_equal(lines_seen, 10000);
	assert_non_null(strstr(emulator_above(&d.em), "R1(config)#ip route 10.0.9999.0 255.255.255.0\n"));
	buf_release(&paste);
	drive_release(&d);
}

static void test_input_limit(void **state)
{
	static char junk[TERM_INPUT_MAX];
	struct drive d;

	drive_init(&d, 24, 80);
	memset(junk, 'x', sizeof junk);
	assert_true(term_wants_input(d.t));
	assert_int_equal(term_feed(d.t, junk, TERM_INPUT_MAX / 2), 0);
	assert_true(term_wants_input(d.t));
	assert_int_equal(term_feed(d.t, junk, TERM_INPUT_MAX / 2), 0);
	assert_false(term_wants_input(d.t));
	assert_int_equal(term_feed(d.t, junk, 1), E_TOOBIG);
	drive_release(&d);
}

/* A hostile stream of redraws stops when the output is not fetched. */
static void test_output_limit(void **state)
{
	static char junk[TERM_INPUT_MAX];
	struct term_settings s = { 24, 0, 10 };
	struct term *t = term_new(&s);
	struct term_event ev;

	term_prompt(t, STR("R1#"), false);
	memset(junk, 'x', 4000);
	memset(junk + 4000, '\x0c', sizeof junk - 4000);
	assert_int_equal(term_feed(t, junk, sizeof junk), 0);
	while (term_step(t, &ev))
		;
	assert_in_range(buf_len(term_output(t)), TERM_OUTPUT_HIGH, TERM_OUTPUT_HIGH + 10000);
	assert_true(term_paused(t));
	buf_clear(term_output(t));
	assert_false(term_paused(t));
	assert_false(term_step(t, &ev));
	assert_in_range(buf_len(term_output(t)), TERM_OUTPUT_HIGH, TERM_OUTPUT_HIGH + 10000);
	term_free(t);
}

static void test_activity(void **state)
{
	struct drive d;
	struct term_event ev;

	start(&d, 24, 80);
	assert_false(term_step(d.t, &ev));
	term_feed(d.t, "abc", 3);
	assert_true(term_step(d.t, &ev) && ev.type == TERM_EV_ACTIVITY);
	assert_false(term_step(d.t, &ev));
	drive_release(&d);
}

/* --- interrupts --- */

static void test_interrupt(void **state)
{
	struct drive d;

	start(&d, 24, 80);
	d.on_line = idle;
	drive_type(&d, "ping\r");
	drive_type(&d, "nex\003\036t\r");
	assert_string_equal(drive_log(&d), "line:ping\ncancel:\n");
	drive_type(&d, "\036");
	assert_string_equal(drive_log(&d), "cancel:\n");
	drive_type(&d, "a\026\003\r"); /* quoted: not an interrupt */
	term_prompt(d.t, STR("R1#"), false);
	drive_step(&d);
	assert_string_equal(drive_log(&d), "line:next\n");
	term_prompt(d.t, STR("R1#"), false);
	drive_step(&d);
	assert_string_equal(drive_log(&d), "line:a\003\n");
	drive_type(&d, "x\003"); /* after type-ahead was looked at and used up */
	assert_string_equal(drive_log(&d), "cancel:\n");
	assert_int_equal(buf_len(&d.t->in), 1);
	drive_release(&d);
}

/* --- questions --- */

static void test_questions(void **state)
{
	static const struct {
		enum term_ask kind;
		bool echo;
		const char *keys, *out, *log;
	} rows[] = {
		{ TERM_ASK_LINE, true, "2048\r", "2048\r\nR1#", "answer:2048\n" },
		{ TERM_ASK_LINE, true, "\n", "\r\nR1#", "answer:\n" },
		{ TERM_ASK_LINE, true,
		  "a?\x7f"
		  "b\r",
		  "a?\b \bb\r\nR1#", "answer:ab\n" },
		{ TERM_ASK_LINE, true, "\t\x10\r", "\a\a\r\nR1#", "answer:\n" },
		{ TERM_ASK_LINE, false, "se?cret\r", "\r\nR1#", "answer:se?cret\n" },
		{ TERM_ASK_LINE, false,
		  "x\x15"
		  "sed\x7f"
		  "c\x01\x02"
		  "\r",
		  "\a\r\nR1#", "answer:sec\n" },
		{ TERM_ASK_LINE, true, "ab\003", "ab^C\r\n", "cancel:\n" },
		{ TERM_ASK_LINE, false, "ab\036", "\r\n", "cancel:\n" },
		{ TERM_ASK_LINE, true, "\032", "^C\r\n", "cancel:\n" },
		{ TERM_ASK_LINE, true, "\004", "^C\r\n", "cancel:\n" },
		{ TERM_ASK_YESNO, true, "yes\r", "yes\r\nR1#", "answer:yes\n" },
		{ TERM_ASK_CONFIRM, true, "\r\n", "\r\nR1#", "answer:\r\n" },
		{ TERM_ASK_CONFIRM, true, "\n", "\r\nR1#", "answer:\r\n" },
		{ TERM_ASK_CONFIRM, true, "y", "\r\nR1#", "answer:\r\n" },
		{ TERM_ASK_CONFIRM, true, "Y", "\r\nR1#", "answer:\r\n" },
		{ TERM_ASK_CONFIRM, true, "nx", "\r\nR1#x", "answer:n\n" },
		{ TERM_ASK_CONFIRM, true, "\003", "^C\r\n", "cancel:\n" },
		{ TERM_ASK_KEY, true, "z", "\r\nR1#", "answer:z\n" },
		{ TERM_ASK_KEY, true, "\xc3\xa9", "\r\nR1#", "answer:\xc3\xa9\n" },
		{ TERM_ASK_KEY, true, "y", "\r\nR1#", "answer:y\n" },
	};
	struct drive d;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start(&d, 24, 80);
		d.on_line = idle;
		drive_type(&d, "reload\n"); /* a LF after a CR would be part of it */
		drive_raw(&d);
		drive_log(&d);
		term_ask(d.t, STR("Well? "), rows[i].echo, rows[i].kind);
		assert_string_equal(drive_raw(&d), "Well? ");
		drive_type(&d, rows[i].keys);
		assert_string_equal(drive_raw(&d), rows[i].out);
		assert_string_equal(drive_log(&d), rows[i].log);
		drive_release(&d);
	}
}

/* An answer is neither in the history nor among what Ctrl-Y brings back if it was not shown. */
/* No part of an answer is one: "yyyy…" is not yes. */
static void test_answer_too_long(void **state)
{
	static char keys[5000];
	struct drive d;

	for (int echo = 0; echo < 2; echo++) {
		start(&d, 0, 80);
		term_ask(d.t, STR("Really? "), echo, TERM_ASK_YESNO);
		memset(keys, 'y', sizeof keys);
		drive_bytes(&d, keys, sizeof keys, sizeof keys);
		drive_type(&d, "\r");
		assert_string_equal(drive_log(&d), "cancel:\n");
		drive_release(&d);
	}
}

static void test_secrets(void **state)
{
	struct drive d;

	start(&d, 24, 80);
	d.on_line = idle;
	drive_type(&d, "enable\r");
	term_ask(d.t, STR("Password: "), false, TERM_ASK_LINE);
	drive_type(&d, "hunter\x15hunter2\x17hunter3\r");
	assert_string_equal(drive_log(&d), "line:enable\nanswer:hunter3\n");
	for (size_t i = 0; i < EDIT_MAX; i++)
		assert_int_not_equal(d.t->edit.cells[i], 'h');
	drive_type(&d, "\x19\033y\x10\x10\r");
	assert_string_equal(drive_log(&d), "line:enable\n");
	assert_null(strstr(drive_raw(&d), "hunter"));
	assert_null(memmem(d.t->in.data, d.t->in.cap, "hunter", 6)); /* nor anywhere in memory */
	assert_null(memmem(d.t->said.data, d.t->said.cap, "hunter", 6));
	drive_release(&d);
}

static void test_question_of_several_lines(void **state)
{
	struct drive d;

	start(&d, 24, 80);
	d.on_line = idle;
	drive_type(&d, "crypto\r");
	drive_raw(&d);
	term_ask(d.t, STR("Choose the size\nof the key.\n\nHow many bits [512]: "), true, TERM_ASK_LINE);
	drive_type(&d, "20\x0c");
	assert_string_equal(drive_raw(&d), "Choose the size\r\nof the key.\r\n\r\nHow many bits [512]: 20\r\n"
					   "How many bits [512]: 20");
	drive_release(&d);
}

/* --- collected text --- */

struct text_case {
	const char *until;
	bool within, echo;
	const char *keys, *out, *log;
};

static void test_text(void **state)
{
	static const struct text_case rows[] = {
		{ "exit,quit", false, true, "AAAA\rBBBB\r exit \r", ")AAAA\r\n)BBBB\r\n) exit \r\nR1#",
		  "text:AAAA\nBBBB\n\n" },
		{ "exit,quit", false, true, "quit\rx", ")quit\r\nR1#x", "text:\n" },
		{ "quit", false, true, "exit\nquitx\n\nquit\n", ")exit\r\n)quitx\r\n)\r\n)quit\r\nR1#",
		  "text:exit\nquitx\n\n\n" },
		{ "quit", false, false, "ab\rquit\r", ")\r\n)\r\nR1#", "text:ab\n\n" },
		{ "#", true, true, "Hello\rthere# ignored\r", ")Hello\r\n)there# ignored\r\nR1#",
		  "text:Hello\nthere\n" },
		{ "#", true, true, "?\x7f?\ta\r#\r", ")?\b \b?       a\r\n)#\r\nR1#", "text:?\ta\n\n" },
		{ "EOF", true, true, "E\rO\rEOEOF\r", ")E\r\n)O\r\n)EOEOF\r\nR1#", "text:E\nO\nEO\n" },
		{ "\003", true, true, "Hi\r\003\r", ")Hi\r\n)^C\r\nR1#", "text:Hi\n\n" },
		{ "\032", true, true, "Hi\rthere\x02\032x", ")Hi\r\n)there\be^Z\r\nR1#x", "text:Hi\nthere\n" },
		{ "\032", true, true, "Hi\rx\003", ")Hi\r\n)x^C\r\n", "cancel:\n" },
		{ "\032x", true, true, "a\032b\032x\r", ")a^Zb^Zx\r\nR1#", "text:a\032b\n" },
		{ "#", true, true, "Hi\rx\003", ")Hi\r\n)x^C\r\n", "cancel:\n" },
		{ "#", true, true,
		  "a\x15"
		  "b\r\x10#\r",
		  ")a\b \bb\r\n)\a#\r\nR1#", "text:b\n\n" },
	};
	struct drive d;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t chunk = 1; chunk < 100; chunk += 98) {
			start(&d, 24, 80);
			d.on_line = idle;
			drive_type(&d, "banner\r");
			drive_log(&d);
			drive_raw(&d);
			term_text(d.t, STR(")"), str_of(rows[i].until), rows[i].within, rows[i].echo);
			drive_bytes(&d, rows[i].keys, strlen(rows[i].keys), chunk);
			assert_string_equal(drive_raw(&d), rows[i].out);
			assert_string_equal(drive_log(&d), rows[i].log);
			drive_release(&d);
		}
	}
}

/* A text larger than allowed is read to its end, none of it runs as a command, and it is cancelled. */
static void test_text_limit(void **state)
{
	char line[1001];
	struct drive d;

	memset(line, 'x', 1000);
	line[999] = '\r';
	line[1000] = '\0';
	for (int over = 0; over < 2; over++) {
		start(&d, 24, 80);
		d.on_line = idle;
		drive_type(&d, "banner\r");
		drive_log(&d);
		term_text(d.t, STR(""), STR("quit"), false, true);
		for (int i = 0; i < 65 + over * 10; i++)
			drive_type(&d, line);
		assert_int_equal(d.em.bells, over);
		drive_type(&d, "quit\r");
		if (over)
			assert_string_equal(drive_log(&d), "cancel:\n");
		else
			assert_int_equal(strlen(drive_log(&d)), strlen("text:\n") + 65000);
		drive_release(&d);
	}
}

static void test_text_line_limit(void **state)
{
	char line[4098];
	struct drive d;

	memset(line, 'x', sizeof line);
	line[4097] = '\0';
	start(&d, 24, 80);
	d.on_line = idle;
	drive_type(&d, "banner\r");
	drive_log(&d);
	term_text(d.t, STR(""), STR("quit"), false, true);
	drive_type(&d, line);
	drive_type(&d, "\rshort\rquit\r");
	assert_string_equal(drive_log(&d), "cancel:\n");
	drive_release(&d);
}

/* --- what a session set for itself --- */

static void test_no_editing(void **state)
{
	struct term_settings s = { .length = 24, .width = 80, .history = 20, .basic = true };
	struct drive d;

	start(&d, 24, 80);
	d.on_line = idle;
	drive_type(&d, "first\r");
	term_prompt(d.t, STR("R1#"), false);
	term_set(d.t, &s);
	drive_log(&d);
	drive_type(&d, "abc def\x01\x02\x10\x1b[A");
	assert_int_equal(d.em.bells, 4);
	drive_type(&d, "\x17gh\x7f\x7fij\r");
	assert_string_equal(drive_log(&d), "line:abc ij\n");
	drive_release(&d);
}

static void show_history(struct drive *d, struct str line)
{
	if (str_is(line, "history"))
		term_history(d->t);
	term_prompt(d->t, str_of(d->prompt), false);
}

static void test_shows_history(void **state)
{
	struct drive d;

	start(&d, 24, 80);
	d.on_line = show_history;
	drive_type(&d, "one\rtwo\rhistory\r");
	assert_string_equal(drive_raw(&d), "one\r\nR1#two\r\nR1#history\r\n  one\r\n  two\r\n  history\r\nR1#");
	drive_release(&d);
}

static void hide_secret(struct drive *d, struct str line)
{
	if (line.n > 4 && memcmp(line.p, "key ", 4) == 0)
		term_hide(d->t, 4);
	show_history(d, line);
}

/* Twice the same but for its secret is once; and what is no line of the history hides nothing of another. */
static void test_hides_a_secret(void **state)
{
	struct term_settings off = { .length = 24, .width = 80, .history = 0 };
	struct drive d;

	start(&d, 24, 80);
	d.on_line = hide_secret;
	drive_type(&d, "one\rkey a\rkey b\r");
	drive_raw(&d);
	drive_type(&d, "history\r");
	assert_string_equal(drive_raw(&d), "history\r\n  one\r\n  key *****\r\n  history\r\nR1#");
	drive_log(&d);
	drive_type(&d, "\x10\x10"
		       "c\r");
	assert_string_equal(drive_log(&d), "line:key c\n");
	drive_type(&d, "key \x10\r\x10\r");
	assert_string_equal(drive_log(&d), "line:key \nline:key \n");
	term_set(d.t, &off);
	drive_type(&d, "key d\r");
	drive_release(&d);
}

/* --- paging --- */

static void begin_output(struct drive *d, uint32_t length, uint32_t width)
{
	start(d, length, width);
	d->on_line = idle;
	drive_type(d, "show\r");
	drive_raw(d);
	drive_log(d);
}

static void numbers(struct drive *d, int n)
{
	char line[32];

	for (int i = 1; i <= n; i++) {
		snprintf(line, sizeof line, "%d\n", i);
		write_text(d, line);
	}
}

static void test_pages(void **state)
{
	static const struct {
		uint32_t length;
		int lines;
		const char *keys, *out;
	} rows[] = {
		{ 0, 5, "", "1\r\n2\r\n3\r\n4\r\n5\r\n" },
		{ 1, 3, " \r", "1\r\n" MORE UNMORE "2\r\n" MORE UNMORE "3\r\n" },
		{ 2, 3, "\r ", "1\r\n" MORE UNMORE "2\r\n" MORE UNMORE "3\r\n" },
		{ 3, 6, " \r", "1\r\n2\r\n" MORE UNMORE "3\r\n4\r\n" MORE UNMORE "5\r\n" MORE },
		{ 3, 6, "\r\n", "1\r\n2\r\n" MORE UNMORE "3\r\n" MORE },
		{ 24, 23, "",
		  "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n10\r\n11\r\n12\r\n13\r\n14\r\n15\r\n16\r\n"
		  "17\r\n18\r\n19\r\n20\r\n21\r\n22\r\n23\r\n" },
		{ 24, 24, "",
		  "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n10\r\n11\r\n12\r\n13\r\n14\r\n15\r\n16\r\n"
		  "17\r\n18\r\n19\r\n20\r\n21\r\n22\r\n23\r\n" MORE },
	};
	struct drive d;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (int once = 0; once < 2; once++) {
			begin_output(&d, rows[i].length, 80);
			if (once)
				drive_type(&d, rows[i].keys); /* ahead of the output */
			numbers(&d, rows[i].lines);
			if (!once)
				drive_type(&d, rows[i].keys);
			assert_string_equal(drive_raw(&d), rows[i].out);
			drive_release(&d);
		}
	}
}

static void test_quit(void **state)
{
	static const char *const keys[] = { "q", "Q", "\003", "\036", "\032", "\x7f" };
	struct drive d;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		begin_output(&d, 3, 80);
		numbers(&d, 10);
		assert_true(term_paused(d.t));
		drive_type(&d, keys[i]);
		assert_false(term_paused(d.t));
		assert_string_equal(drive_log(&d), "cancel:\n");
		numbers(&d, 100);
		term_prompt(d.t, STR("R1#"), false);
		assert_string_equal(drive_raw(&d), "1\r\n2\r\n" MORE UNMORE "R1#");
		drive_type(&d, "next\r");
		numbers(&d, 1);
		assert_string_equal(drive_raw(&d), "next\r\n1\r\n");
		drive_release(&d);
	}
}

/* Who types the next command at --More-- has it run, whole. */
static void test_command_at_more(void **state)
{
	struct drive d;

	begin_output(&d, 3, 80);
	numbers(&d, 10);
	drive_type(&d, "exit\r");
	assert_string_equal(drive_log(&d), "cancel:\n");
	term_prompt(d.t, STR("R1#"), false);
	assert_string_equal(drive_raw(&d), "1\r\n2\r\n" MORE UNMORE "R1#exit\r\n");
	assert_string_equal(drive_log(&d), "line:exit\n");
	drive_release(&d);
}

/* The command has ended while its output waits: the prompt comes after it, and quitting is nobody's business. */
static void test_prompt_waits(void **state)
{
	struct drive d;

	begin_output(&d, 3, 80);
	numbers(&d, 5);
	term_prompt(d.t, STR("R1#"), false);
	drive_type(&d, "  next");
	assert_string_equal(drive_raw(&d), "1\r\n2\r\n" MORE UNMORE "3\r\n4\r\n" MORE UNMORE "5\r\nR1#next");
	drive_release(&d);

	begin_output(&d, 3, 80);
	numbers(&d, 5);
	term_prompt(d.t, STR("R1#"), false);
	drive_type(&d, "qnext\r");
	assert_string_equal(drive_log(&d), "line:next\n");
	numbers(&d, 1);
	assert_string_equal(drive_raw(&d), "1\r\n2\r\n" MORE UNMORE "R1#next\r\n1\r\n");
	drive_release(&d);
}

static void test_question_waits(void **state)
{
	struct drive d;

	begin_output(&d, 3, 80);
	numbers(&d, 3);
	term_ask(d.t, STR("Well? "), true, TERM_ASK_CONFIRM);
	drive_type(&d, " y");
	assert_string_equal(drive_raw(&d), "1\r\n2\r\n" MORE UNMORE "3\r\nWell? \r\nR1#");
	assert_string_equal(drive_log(&d), "answer:\r\n");
	drive_release(&d);
}

static void test_wrapped_lines(void **state)
{
	struct drive d;

	begin_output(&d, 4, 10);
	write_text(&d, "0123456789\n0123456789abcdefghijABCDE\nend\n");
	assert_string_equal(drive_raw(&d), "0123456789\r\n0123456789abcdefghij\r\n" MORE);
	drive_type(&d, "\r");
	assert_string_equal(drive_raw(&d), UNMORE "ABCDE\r\n" MORE);
	drive_type(&d, "\r");
	assert_string_equal(drive_raw(&d), UNMORE "end\r\n");
	drive_release(&d);

	begin_output(&d, 3, 10); /* characters of several bytes are one column, however they arrive */
	for (int i = 0; i < 21; i++) {
		write_text(&d, "\xe2\x82");
		write_text(&d, "\xac");
	}
	drive_step(&d);
	assert_string_equal(emulator_above(&d.em), "R1#\nshow\n~~~~~~~~~~~~~~~~~~~~\n");
	drive_release(&d);
}

/* A wide character that does not fit into the row begins the next one; a mark takes no room. */
static void test_wrapped_characters(void **state)
{
	struct drive d;

	begin_output(&d, 3, 5);
	for (int i = 0; i < 6; i++)
		write_text(&d, "\xe4\xb8\xad");
	assert_string_equal(drive_raw(&d), "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\r\n" MORE);
	drive_release(&d);

	begin_output(&d, 3, 5);
	write_text(&d, "e\xcc\x81"
		       "e\xcc\x81"
		       "e\xcc\x81"
		       "e\xcc\x81"
		       "e\xcc\x81\n"
		       "next\nlast\n");
	assert_string_equal(drive_raw(&d), "e\xcc\x81"
					   "e\xcc\x81"
					   "e\xcc\x81"
					   "e\xcc\x81"
					   "e\xcc\x81\r\nnext\r\n" MORE);
	drive_release(&d);
}

/* Output breaks off in a character: it is not lost, and the prompt is not held up. */
static void test_broken_off(void **state)
{
	struct drive d;

	begin_output(&d, 0, 80);
	write_text(&d, "a\xe4\xb8");
	assert_string_equal(drive_raw(&d), "a");
	write_text(&d, "\xad\n\xe4\xb8");
	assert_string_equal(drive_raw(&d), "\xe4\xb8\xad\r\n");
	term_prompt(d.t, STR("R1#"), false);
	assert_string_equal(drive_raw(&d), "??\r\nR1#");
	drive_release(&d);

	begin_output(&d, 0, 80);
	write_text(&d, "\xe4\xb8");
	term_ask(d.t, STR("Well? "), true, TERM_ASK_CONFIRM);
	drive_type(&d, "y");
	assert_string_equal(drive_log(&d), "answer:\r\n");
	drive_release(&d);
}

/* What a terminal would obey is shown as `?`, wherever the text breaks. */
static void test_nothing_is_obeyed(void **state)
{
	static const char text[] = "a\033[2Jb\xc2\x9b"
				   "2Jc\x9b"
				   "d\007e\177f\xe9 g\xe0\x82\x9bh\n";

	for (size_t chunk = 1; chunk < sizeof text; chunk++) {
		struct drive d;

		begin_output(&d, 0, 80);
		for (size_t i = 0; i < sizeof text - 1; i += chunk) {
			size_t left = sizeof text - 1 - i;

			term_write(d.t, (struct str){ (const uint8_t *)text + i, left < chunk ? left : chunk });
		}
		assert_string_equal(drive_raw(&d), "a?[2Jb?2Jc?d?e?f? g???h\r\n");
		drive_release(&d);
	}
}

static void test_resize_at_more(void **state)
{
	struct drive d;

	begin_output(&d, 3, 80);
	numbers(&d, 8);
	term_set(d.t, &(struct term_settings){ 5, 80, 10 });
	assert_string_equal(drive_raw(&d), "1\r\n2\r\n" MORE UNMORE "3\r\n4\r\n" MORE);
	term_set(d.t, &(struct term_settings){ 2, 80, 10 });
	assert_string_equal(drive_raw(&d), "");
	drive_type(&d, " ");
	assert_string_equal(drive_raw(&d), UNMORE "5\r\n" MORE);
	term_prompt(d.t, STR("R1#"), false);
	term_set(d.t, &(struct term_settings){ 0, 80, 10 });
	assert_string_equal(drive_raw(&d), UNMORE "6\r\n7\r\n8\r\nR1#");
	drive_release(&d);
}

static void test_help_is_paged(void **state)
{
	struct drive d;

	start(&d, 3, 80);
	d.help = "  a\n  b\n  c\n  d\n";
	drive_type(&d, "sh?");
	assert_string_equal(drive_raw(&d), "sh?\r\n  a\r\n  b\r\n" MORE);
	drive_type(&d, "qow\r");
	assert_string_equal(drive_raw(&d), UNMORE "R1#show\r\nR1#");
	assert_string_equal(drive_log(&d), "help:sh\nline:show\n");
	d.help = "  a\n  b\n";
	d.on_line = idle;
	drive_type(&d, "show\r");
	numbers(&d, 2);
	term_prompt(d.t, STR("R1#"), false);
	drive_type(&d, "?"); /* a page of its own, whatever the command before it printed */
	assert_string_equal(drive_raw(&d), "show\r\n1\r\n2\r\nR1#?\r\n  a\r\n  b\r\nR1#");
	drive_release(&d);
}

/* --- filters in the terminal --- */

static void test_filters(void **state)
{
	struct drive d;

	begin_output(&d, 3, 80);
	assert_int_equal(term_filter(d.t, TERM_FILTER_INCLUDE, STR("(")), E_INVAL);
	assert_int_equal(term_filter(d.t, TERM_FILTER_INCLUDE, STR("1")), 0);
	numbers(&d, 12);
	assert_string_equal(drive_raw(&d), "1\r\n10\r\n" MORE);
	drive_type(&d, " ");
	write_text(&d, "unfinished 1");
	term_progress(d.t, STR("!!"));
	term_prompt(d.t, STR("R1#"), false);
	drive_type(&d, " ");
	assert_string_equal(drive_raw(&d), UNMORE "11\r\n12\r\n!!\r\n" MORE UNMORE "unfinished 1\r\nR1#");
	drive_type(&d, "x\r");
	numbers(&d, 2); /* the filter went with its command */
	assert_string_equal(drive_raw(&d), "x\r\n1\r\n2\r\n");
	assert_int_equal(term_filter(d.t, TERM_FILTER_COUNT, STR("1")), 0);
	numbers(&d, 12);
	term_finish(d.t);
	assert_string_equal(drive_raw(&d), "Number of lines which match regexp = 4\r\n");
	drive_release(&d);
}

static void test_finish(void **state)
{
	struct drive d;

	begin_output(&d, 3, 80);
	numbers(&d, 5);
	term_finish(d.t);
	assert_string_equal(drive_raw(&d), "1\r\n2\r\n" MORE UNMORE "3\r\n4\r\n5\r\n");
	drive_release(&d);
}

static void test_newlines(void **state)
{
	struct drive d;

	begin_output(&d, 0, 80);
	write_text(&d, "a\nb\r\nc\r");
	write_text(&d, "\nd\n\n\r\n");
	assert_string_equal(drive_raw(&d), "a\r\nb\r\nc\r\nd\r\n\r\n\r\n");
	drive_release(&d);
}

/* --- lines from elsewhere --- */

static void test_monitor(void **state)
{
	struct drive d;

	start(&d, 3, 80);
	drive_type(&d, "show ver\x02");
	term_monitor(d.t, STR("%SYS-5-CONFIG_I: Configured from console"));
	drive_step(&d);
	assert_string_equal(emulator_above(&d.em), "%SYS-5-CONFIG_I: Configured from console\n");
	assert_string_equal(emulator_row(&d.em), "R1#show ver");
	assert_int_equal(d.em.at, 10);
	term_monitor(d.t, STR("x\n"));
	drive_step(&d);
	assert_string_equal(emulator_above(&d.em), "%SYS-5-CONFIG_I: Configured from console\nx\n");
	assert_string_equal(emulator_row(&d.em), "R1#show ver");

	d.on_line = idle;
	drive_type(&d, "\r");
	drive_raw(&d);
	write_text(&d, "half");
	term_monitor(d.t, STR("log\n"));
	write_text(&d, "more\n2\n3\n4\n");
	assert_string_equal(drive_raw(&d), "half\r\nlog\r\nmore\r\n2\r\n" MORE);
	term_monitor(d.t, STR("log"));
	assert_string_equal(drive_raw(&d), UNMORE "log\r\n" MORE);
	term_progress(d.t, STR("..."));
	assert_string_equal(drive_raw(&d), UNMORE "...\r\n" MORE);
	drive_release(&d);
}

static void test_monitor_at_questions(void **state)
{
	struct drive d;

	begin_output(&d, 24, 80);
	term_ask(d.t, STR("Two\nPassword: "), false, TERM_ASK_LINE);
	drive_type(&d, "abc");
	term_monitor(d.t, STR("log\n"));
	drive_type(&d, "def\r");
	assert_string_equal(emulator_above(&d.em), "R1#show\nTwo\nlog\nPassword:\n");
	assert_string_equal(drive_log(&d), "answer:abcdef\n");
	drive_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_first_prompt),
		cmocka_unit_test(test_ahead_of_a_command),
		cmocka_unit_test(test_netmiko),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_input_limit),
		cmocka_unit_test(test_output_limit),
		cmocka_unit_test(test_activity),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_answer_too_long),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_question_of_several_lines),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_limit),
		cmocka_unit_test(test_no_editing),
		cmocka_unit_test(test_shows_history),
		cmocka_unit_test(test_hides_a_secret),
		cmocka_unit_test(test_text_line_limit),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_quit),
		cmocka_unit_test(test_command_at_more),
		cmocka_unit_test(test_prompt_waits),
		cmocka_unit_test(test_question_waits),
		cmocka_unit_test(test_wrapped_lines),
		cmocka_unit_test(test_wrapped_characters),
		cmocka_unit_test(test_broken_off),
		cmocka_unit_test(test_nothing_is_obeyed),
		cmocka_unit_test(test_resize_at_more),
		cmocka_unit_test(test_help_is_paged),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_newlines),
		cmocka_unit_test(test_monitor),
		cmocka_unit_test(test_monitor_at_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
