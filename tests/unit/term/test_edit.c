/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: every editing key does to the line, and to the screen, what it says, however the bytes arrive and however
 * narrow the screen is.
 */
#include "emulator.h"

#include <stdio.h>
#include <string.h>

struct edit_case {
	const char *what, *keys, *line; /* `|` is the cursor */
};

#define LEFT3 "\x02\x02\x02"
#define WIDE  "\xe4\xb8\xad"
#define MARK  "\xcc\x81"

static const struct edit_case cases[] = {
	{ "typing", "show", "show|" },
	{ "NUL is nothing", "", "|" },
	{ "Ctrl-A", "abc\x01", "|abc" },
	{ "Ctrl-A, insert", "abc\001x", "x|abc" },
	{ "Ctrl-B", "abc\x02", "ab|c" },
	{ "Ctrl-B at the start", "a\x02\x02\x02", "|a" },
	{ "Ctrl-D", "abc\x02\x04", "ab|" },
	{ "Ctrl-D at the end", "abc\x04", "abc|" },
	{ "Ctrl-E", "abc\x01\x05", "abc|" },
	{ "Ctrl-F", "abc\x01\x06", "a|bc" },
	{ "Ctrl-H", "abc\x08", "ab|" },
	{ "Delete as backspace", "abc\x7f", "ab|" },
	{ "backspace inside", "abc\x02\x7f", "a|c" },
	{ "backspace on nothing", "\x7f\x08", "|" },
	{ "Ctrl-K", "hello" LEFT3 "\x0b", "he|" },
	{ "Ctrl-L", "abc\x02\x0c", "ab|c" },
	{ "Ctrl-R", "abc\x12", "abc|" },
	{ "Ctrl-T at the end", "ab\x14", "ba|" },
	{ "Ctrl-T inside", "abc\x02\x02\x14", "ba|c" },
	{ "Ctrl-T with one character", "a\x14", "a|" },
	{ "Ctrl-T at the start", "ab\x01\x14", "|ab" },
	{ "Ctrl-U", "hello" LEFT3 "\x15", "|llo" },
	{ "Ctrl-X", "hello" LEFT3 "\x18", "|llo" },
	{ "Ctrl-W", "ip address 10.0.0.1\x17", "ip address |" },
	{ "Ctrl-W with blanks", "ip address  \x17", "ip |" },
	{ "Ctrl-W inside", "one two\x02\x17", "one |o" },
	{ "Ctrl-Y", "one two\x17\x19\x19", "one twotwo|" },
	{ "Ctrl-Y with nothing cut", "a\x19", "a|" },
	{ "Esc-Y", "one two\x17\x17\x19\033y", "two|" },
	{ "Esc-Y goes round", "one two\x17\x17\x19\033Y\033y", "one |" },
	{ "Esc-Y without Ctrl-Y", "one two\x17x\033y", "one x|" },
	{ "Esc-Y is over after typing", "one two\x17\x17\x19x\033y", "one x|" },
	{ "Esc-B", "one two\033b", "one |two" },
	{ "Esc-B twice", "one two\033b\033B", "|one two" },
	{ "Esc-F", "one two\001\033f", "one| two" },
	{ "Esc-F twice", "one two\001\033f\033F", "one two|" },
	{ "Esc-D", "one two\001\033d", "| two" },
	{ "Esc-D and back", "one two\001\033d\005 \031", " two one|" },
	{ "Esc-C", "one TWO\001\033c\033C", "One Two|" },
	{ "Esc-L", "ONE\001\033l", "one|" },
	{ "Esc-U", "one two\001\033u", "ONE| two" },
	{ "Esc-U past blanks", "one two\001\033f\033U", "one TWO|" },
	{ "Esc-Delete", "one two\033\x7f", "one |" },
	{ "CSI left and right", "abc\033[D\033[D\033[C", "ab|c" },
	{ "SS3 left and right", "abc\033OD\033OD\033OC", "ab|c" },
	{ "Home and End, CSI", "abc\033[Hx\033[Fy", "xabcy|" },
	{ "Home and End, SS3", "abc\033OHx\033OFy", "xabcy|" },
	{ "Home and End, VT", "abc\033[1~x\033[4~y", "xabcy|" },
	{ "Home and End, rxvt", "abc\033[7~x\033[8~y", "xabcy|" },
	{ "Delete key", "abc\033[D\033[3~", "ab|" },
	{ "Delete key on an empty line", "\033[3~a", "a|" },
	{ "words by Ctrl-arrow", "one two\033[1;5D\033[1;3Dx", "x|one two" },
	{ "an unknown sequence is swallowed", "a\033[200~b\033[1;2Pc\033OPd", "abcd|" },
	{ "a paste in its brackets", "a\033[200~b c\033[201~d", "ab cd|" },
	{ "a terminal's report of a colour", "a\033]11;rgb:0000/0000/0000\033\\b", "ab|" },
	{ "a terminal's report of its title", "a\033]2;reload\007b", "ab|" },
	{ "a terminal's report of its name", "a\033P>|xterm(379)\033\\b", "ab|" },
	{ "no report: a key comes first", "a\033]2;re\002b", "a2;rb|e" },
	{ "no report: a letter comes first", "a\033]be\033Pc", "abec|" },
	{ "a sequence too long is given up", "\033[111111111111111111111111111A", "1111111111111A|" },
	{ "a broken sequence eats no control key", "abc\033[\x02x", "abx|c" },
	{ "Esc and a control key", "abc\033\x02x", "abx|c" },
	{ "an unknown Esc key", "a\033qb", "ab|" },
	{ "Ctrl-V ?", "a\026?b", "a?b|" },
	{ "Ctrl-V Ctrl-C", "a\026\003b", "a^Cb|" },
	{ "over a shown control character", "a\026\003b\x02\x02x", "ax|^Cb" },
	{ "Ctrl-V Return", "a\026\r\026\nb", "ab|" },
	{ "flow control", "a\021\023b", "ab|" },
	{ "keys without meaning", "a\007\017\034\035\036\037b", "ab|" },
	{ "UTF-8", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80x", "caf~ ~ <>x|" },
	{ "UTF-8 erased whole", "caf\xc3\xa9\177e", "cafe|" },
	{ "UTF-8 stepped over whole", "\xe2\x82\xac\xe2\x82\xac\002x", "~x|~" },
	{ "a wide character", "a" WIDE "b", "a<>b|" },
	{ "a wide character stepped over whole", "a" WIDE "b\002\002x", "ax|<>b" },
	{ "a wide character erased whole", "a" WIDE "b\002\177", "a|b" },
	{ "a wide character deleted whole", "a" WIDE "b\001\006\004", "a|b" },
	{ "a wide character in the place of a narrow one", "ab\177" WIDE "c\002", "a<>|c" },
	{ "narrow ones in the place of wide ones", WIDE WIDE "x\001\004\004y", "y|x" },
	{ "words of wide characters", WIDE " " WIDE "\033by\033b\033bz", "z|<> y<>" },
	{ "a mark joins", "cafe" MARK "s", "caf+s|" },
	{ "a mark is stepped over with its character", "cafe" MARK "s\002\002x", "cafx|+s" },
	{ "a mark is erased with its character", "cafe" MARK "s\002\177", "caf|s" },
	{ "a mark is deleted with its character", "cafe" MARK "s\002\002\004", "caf|s" },
	{ "a mark added inside", "cafes\002" MARK, "caf+|s" },
	{ "marks twice, and back over them", "e" MARK MARK "x\002\002\006y", "*y|x" },
	{ "a mark on a wide character", WIDE MARK "x\002\002", "|<+x" },
	{ "a mark with nothing before it", MARK "a\002\177b", "b|a" },
	{ "a mark with nothing before it any more", "a" MARK "b\001\004", "|b" },
	{ "something typed before a lone mark", MARK "\001a", "+|" },
	{ "the other character in the place of one with a mark", "e" MARK "\177e", "e|" },
	{ "Ctrl-T of a wide character and one with a mark", WIDE "e" MARK "\024", "+<>|" },
	{ "Ctrl-W and Ctrl-Y of marks", "a " MARK "b\027\031", "a+b|" },
	{ "Esc-Y of marks", "x " MARK " y\027\027\001\031\033y", "y|x" },
	{ "overlong and surrogate forms are no characters", "\xe0\x82\x9b\xed\xa0\x80\xc1\x81", "????????|" },
	{ "bytes that are no UTF-8", "a\xffz\xe9\xe9 ", "a?z?? |" },
	{ "control characters of the second set",
	  "a\xc2\x9b\x9b"
	  "b",
	  "a??b|" },
};

/* The line as the screen shows it, with its cursor. */
static const char *shown(struct drive *d)
{
	static char text[EMULATOR_COLUMNS + 2];
	const char *row = emulator_row(&d->em);

	assert_memory_equal(row, "R1#", 3);
	snprintf(text, sizeof text, "%.*s|%s", (int)d->em.at - 3, row + 3, row + d->em.at);
	return text;
}

static void start(struct drive *d, uint32_t width)
{
	drive_init(d, 0, width);
	term_prompt(d->t, str_of(d->prompt), false);
	drive_step(d);
}

static void run_case(const struct edit_case *c, size_t chunk, uint32_t width)
{
	struct drive d;

	start(&d, width);
	drive_bytes(&d, c->keys, strlen(c->keys), chunk);
	if (strcmp(shown(&d), c->line))
		print_error("%s (chunk %zu, width %u)\n", c->what, chunk, width);
	assert_string_equal(shown(&d), c->line);
	drive_release(&d);
}

static void test_keys(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t chunk = 1; chunk <= 4; chunk++) {
			run_case(&cases[i], chunk, 80);
			run_case(&cases[i], chunk, 0);
			run_case(&cases[i], chunk, 511);
		}
}

/* Whatever was typed and erased: what stands on the screen is what a redraw shows. */
static void test_redraw_shows_the_same(void **state)
{
	static const char *const keys[] = {
		"a",
		"b",
		"7",
		" ",
		".",
		WIDE,
		WIDE,
		MARK,
		MARK,
		"\xc3\xa9",
		"\xff",
		"\x16\t",
		"\x16\x03",
		/* no Return among them */
		"\x01",
		"\x02",
		"\x02",
		"\x04",
		"\x05",
		"\x06",
		"\x06",
		"\x08",
		"\x08",
		"\x0b",
		"\x14",
		"\x15",
		"\x17",
		"\x19",
		"\033b",
		"\033f",
		"\033d",
		"\033c",
		"\033u",
		"\033y",
	};
	char before[EMULATOR_COLUMNS + 2];
	unsigned seed = 1;
	struct drive d;

	start(&d, 511);
	for (int i = 0; i < 6000; i++) {
		seed = seed * 1103515245 + 12345;
		drive_type(&d, keys[(seed >> 16) % (sizeof keys / sizeof keys[0])]);
		snprintf(before, sizeof before, "%s", shown(&d));
		drive_type(&d, "\x0c");
		if (strcmp(before, shown(&d)))
			print_error("after %d keys\n", i);
		assert_string_equal(shown(&d), before);
		if (i % 60 == 59)
			drive_type(&d, "\r");
	}
	drive_release(&d);
}

static void test_nul(void **state)
{
	struct drive d;

	start(&d, 80);
	drive_bytes(&d, "\0s\0h\0\r\0\0\n", 9, 1);
	assert_string_equal(drive_log(&d), "line:sh\nline:\n");
	drive_release(&d);
}

/* What leaves the terminal while typing is what was typed, and for an editing key only what must change. */
static void test_bytes(void **state)
{
	static const struct {
		const char *keys, *out;
	} rows[] = {
		{ "show version\r", "show version\r\nR1#" },
		{ "show version\n", "show version\r\nR1#" },
		{ "ab\x08", "ab\b \b" },
		{ "abc\x02\x02x", "abc\b\bxbc\b\b" },
		{ "abc\x01\x05", "abc\b\b\babc" },
		{ "abc\x15", "abc\b\b\b   \b\b\b" },
		{ "\r", "\r\nR1#" },
		{ "a\003", "a^C\r\nR1#" },
		{ "a\032", "a^Z\r\nR1#" },
		{ "a?", "a?\r\n  help\r\nR1#a" },
		{ "sh\t", "sh\r\nR1#show " },
		{ "\x08", "\a" },
		{ "a\x0c", "a\r\nR1#a" },
	};
	struct drive d;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start(&d, 511);
		d.insert = "ow ";
		drive_raw(&d);
		drive_type(&d, rows[i].keys);
		assert_string_equal(drive_raw(&d), rows[i].out);
		drive_release(&d);
	}
}

static void test_returns(void **state)
{
	struct drive d;

	start(&d, 80);
	drive_bytes(&d, "a\rb\nc\r\nd\r\0e\n\nf\r\r", 16, 1);
	assert_string_equal(drive_log(&d), "line:a\nline:b\nline:c\nline:d\nline:e\nline:\nline:f\nline:\n");
	drive_bytes(&d, "a\rb\nc\r\nd\r\0e\n\nf\r\r", 16, 100);
	assert_string_equal(drive_log(&d), "line:a\nline:b\nline:c\nline:d\nline:e\nline:\nline:f\nline:\n");
	drive_release(&d);
}

static void test_help_and_completion(void **state)
{
	struct drive d;

	start(&d, 80);
	drive_type(&d, "show ver\x02\x02?");
	assert_string_equal(drive_log(&d), "help:show v\n");
	assert_string_equal(shown(&d), "show v|er");
	drive_type(&d, "\x05?\r");
	assert_string_equal(drive_log(&d), "help:show ver\nline:show ver\n");

	d.insert = "sion ";
	drive_type(&d, "show ver\tx");
	assert_string_equal(drive_log(&d), "complete:show ver\n");
	assert_string_equal(shown(&d), "show version x|");
	d.insert = "";
	d.em.bells = 0;
	drive_type(&d, "\t\r");
	assert_string_equal(drive_log(&d), "complete:show version x\nline:show version x\n");
	assert_int_equal(d.em.bells, 1);
	drive_release(&d);
}

/* Between `?` and its answer what is typed waits, and lands on the line. */
static void test_type_ahead_of_help(void **state)
{
	struct term_settings s = { 0, 80, 10 };
	struct term *t = term_new(&s);
	struct term_event ev;

	term_prompt(t, STR("R1#"), false);
	assert_int_equal(term_feed(t, "sh?ow\r", 6), 0);
	assert_true(term_step(t, &ev) && ev.type == TERM_EV_ACTIVITY);
	assert_true(term_step(t, &ev) && ev.type == TERM_EV_HELP);
	assert_false(term_step(t, &ev));
	term_help(t, STR("show"));
	assert_true(term_step(t, &ev) && ev.type == TERM_EV_LINE);
	assert_true(str_is(ev.text, "show"));
	assert_string_equal(buf_cstr(term_output(t)), "R1#sh?\r\nshow\r\nR1#show\r\n");
	term_free(t);
}

static void test_history(void **state)
{
	static const struct {
		const char *keys, *line;
	} rows[] = {
		{ "\x10", "two|" },
		{ "\x10\x10", "one|" },
		{ "\x10\x10\x10\x10", "one|" },
		{ "\x10\x10\x0e", "two|" },
		{ "draft\x10\x0e", "draft|" },
		{ "\x0e", "|" },
		{ "\033[A\033OA\033[B", "two|" },
		{ "\x10\x10x", "onex|" },
	};
	struct drive d;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start(&d, 80);
		drive_type(&d, "one\r\r  \rtwo\rtwo\rcopy ftp://me:secret@h/x .\r");
		drive_type(&d, rows[i].keys);
		assert_string_equal(shown(&d), rows[i].line);
		drive_release(&d);
	}
}

static void test_history_size(void **state)
{
	struct drive d;

	start(&d, 80);
	drive_type(&d, "one\rtwo\rthree\r");
	term_set(d.t, &(struct term_settings){ 0, 80, 2 });
	drive_type(&d, "\x10\x10\x10");
	assert_string_equal(shown(&d), "two|");
	drive_type(&d, "\x15"
		       "four\r\x10\x10\x10");
	assert_string_equal(shown(&d), "three|");
	term_set(d.t, &(struct term_settings){ 0, 80, 0 });
	drive_type(&d, "\x15\x10");
	assert_string_equal(shown(&d), "|");
	drive_release(&d);
}

static void test_long_lines(void **state)
{
	char line[201];
	struct drive d;

	memset(line, 0, sizeof line);
	for (size_t i = 0; i < 200; i++)
		line[i] = (char)('a' + i % 26);
	start(&d, 40);
	for (size_t i = 0; i < 200; i++) {
		drive_bytes(&d, line + i, 1, 1);
		assert_true(d.em.n < 40);
		assert_int_equal(d.em.row[d.em.at - 1], line[i]);
		if (i > 36)
			assert_int_equal(d.em.row[3], '$');
	}
	drive_type(&d, "\x01");
	assert_string_equal(shown(&d), "|abcdefghijklmnopqrstuvwxyzabcdefghi$");
	for (size_t i = 0; i < 200; i++) { /* step over every character and see it */
		assert_true(d.em.n < 40);
		assert_int_equal(d.em.row[d.em.at], line[i]);
		drive_type(&d, "\x06");
	}
	for (size_t i = 200; i; i--) {
		drive_type(&d, "\x02");
		assert_int_equal(d.em.row[d.em.at], line[i - 1]);
	}
	drive_type(&d, "\r");
	assert_memory_equal(drive_log(&d), "line:abcdef", 11);
	drive_release(&d);
}

static void test_whole_when_it_fits(void **state)
{
	char line[511];
	struct drive d;

	memset(line, 'x', sizeof line);
	start(&d, 511);
	drive_bytes(&d, line, 511 - 4, 511); /* the prompt and the cursor's column are taken */
	assert_null(strchr(drive_raw(&d), '$'));
	drive_bytes(&d, "x", 1, 1);
	assert_non_null(strchr(drive_raw(&d), '$'));
	drive_release(&d);
}

static void test_narrow(void **state)
{
	struct drive d;

	drive_init(&d, 0, 24);
	d.prompt = "long-host-name(config-line)#";
	term_prompt(d.t, str_of(d.prompt), true);
	drive_type(&d, "transport");
	assert_string_equal(emulator_above(&d.em), "long-host-name(config-line)#\n");
	assert_string_equal(emulator_row(&d.em), "transport");
	drive_type(&d, " input ssh telnet");
	assert_true(d.em.n < 24);
	drive_type(&d, "\r");
	assert_string_equal(drive_log(&d), "line:transport input ssh telnet\n");
	for (uint32_t width = 1; width < 24; width++) {
		term_set(d.t, &(struct term_settings){ 0, width, 10 });
		drive_type(&d, "some words\x01\x06\x0b\x19\r");
		assert_string_equal(drive_log(&d), "line:some words\n");
	}
	drive_release(&d);
}

static void test_resize_while_typing(void **state)
{
	struct drive d;

	start(&d, 80);
	drive_type(&d, "interface GigabitEthernet0/0");
	drive_raw(&d);
	term_set(d.t, &(struct term_settings){ 24, 100, 10 }); /* fits both: nothing to draw */
	assert_string_equal(drive_raw(&d), "");
	term_set(d.t, &(struct term_settings){ 24, 24, 10 });
	drive_step(&d);
	assert_true(d.em.n < 24);
	assert_non_null(strstr(emulator_row(&d.em), "R1#$"));
	term_set(d.t, &(struct term_settings){ 24, 80, 10 });
	drive_step(&d);
	assert_string_equal(shown(&d), "interface GigabitEthernet0/0|");
	drive_release(&d);
}

static void test_line_limit(void **state)
{
	char line[5000];
	struct drive d;

	memset(line, 'x', sizeof line);
	start(&d, 80);
	drive_bytes(&d, line, 4096, 4096);
	assert_int_equal(d.em.bells, 0);
	drive_bytes(&d, line, 10, 10);
	assert_int_equal(d.em.bells, 1);
	drive_bytes(&d, "\x7f\x7f\xe2\x82\xac", 5, 5); /* three bytes do not fit into two */
	assert_int_equal(d.em.bells, 2);
	drive_type(&d, "\x7f\r"); /* who erased something sees what is left */
	assert_int_equal(strlen(drive_log(&d)), strlen("line:\n") + 4093);
	drive_type(&d, "\x10\x7f\x7f\x7f\x7f\r");
	assert_int_equal(strlen(drive_log(&d)), strlen("line:\n") + 4089);
	drive_release(&d);

	for (size_t n = 4096; n <= 4097; n++) { /* of a line that was cut nothing is executed or remembered */
		start(&d, 80);
		drive_bytes(&d, line, n, 4096);
		drive_type(&d, "\r");
		assert_int_equal(strlen(drive_log(&d)), n == 4096 ? strlen("line:\n") + n : 0);
		assert_int_equal(strstr(emulator_above(&d.em), "% Line is too long\n") != NULL, n == 4097);
		d.em.bells = 0;
		drive_type(&d, "\x10\x15show\r");
		assert_int_equal(d.em.bells, n == 4097 ? 2 : 0); /* nothing older, nothing to erase */
		assert_string_equal(drive_log(&d), "line:show\n");
		drive_release(&d);
	}

	start(&d, 80); /* the last character has two bytes */
	drive_bytes(&d, line, 4095, 4095);
	drive_type(&d, "\xc3\xa9\r");
	assert_string_equal(drive_log(&d), "");
	drive_release(&d);
}

/* Esc-Y takes the old text away even if the older cut does not fit in its place. */
static void test_yank_limit(void **state)
{
	char line[4090];
	struct drive d;

	memset(line, 'x', sizeof line);
	start(&d, 80);
	drive_type(&d, "a long old cut\x15"
		       "new\x15");
	drive_bytes(&d, line, sizeof line, sizeof line);
	drive_type(&d, "\x19\033y\033y\r");
	assert_int_equal(strlen(drive_log(&d)), strlen("line:\n") + sizeof line);
	drive_release(&d);
}

static void test_end_keys(void **state)
{
	struct drive d;

	start(&d, 80);
	drive_type(&d, "\x04"
		       "half\x1a"
		       "dropped\x03"
		       "next\r");
	assert_string_equal(drive_log(&d), "eof:\nend:half\nline:next\n");
	drive_type(&d, "\033[3~"); /* the Delete key ends nothing */
	assert_string_equal(drive_log(&d), "");
	d.configuring = true;
	drive_type(&d, "\r"
		       "half\x1a"
		       "dropped\x03"
		       "next\r");
	assert_string_equal(drive_log(&d), "line:\nend:half\nend:\nline:next\n");
	drive_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_redraw_shows_the_same),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_returns),
		cmocka_unit_test(test_help_and_completion),
		cmocka_unit_test(test_type_ahead_of_help),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_history_size),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_whole_when_it_fits),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_resize_while_typing),
		cmocka_unit_test(test_line_limit),
		cmocka_unit_test(test_yank_limit),
		cmocka_unit_test(test_end_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
