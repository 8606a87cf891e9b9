/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever is typed and whatever its owner does between two keys, the terminal stays within its memory, its
 * lines hold no control character nobody quoted, a line reported is the line the screen shows, column for column, and
 * nothing else a terminal obeys is ever sent: no half character, no escape sequence.
 *
 * Input: records of a byte that says what is done, a length and that many bytes.
 */
#include "base/utf8.h"
#include "term/edit.h"
#include "term/term.h"

#include <stdlib.h>
#include <string.h>

#define PROMPT "R1#"

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* A column of a screen: a character, what marks joined it, or the second half of a wide one. */
struct column {
	uint32_t code, marks;
};

enum { HALF = 1, COLUMNS = 4096 };

/* What a screen without an end to its rows shows on the current and on the last row. */
struct rows {
	struct column now[COLUMNS], last[COLUMNS];
	size_t at, n, last_n;
};

static void put_column(struct rows *r, uint32_t code)
{
	if (r->at + 1 >= COLUMNS)
		return;
	/* Half of a wide character is none. */
	if (r->at && r->now[r->at].code == HALF && code != HALF)
		r->now[r->at - 1].code = ' ';
	if (r->now[r->at].code != HALF && r->now[r->at + 1].code == HALF)
		r->now[r->at + 1].code = ' ';
	r->now[r->at++] = (struct column){ code, 0 };
	r->n = r->at > r->n ? r->at : r->n;
}

static void put_character(struct rows *r, uint32_t code)
{
	unsigned width = utf8_width(code);

	require(code < UTF8_NONE && (code < 0x7f || code > 0x9f));
	if (width == 0) {
		if (r->at == 0)
			return;
		r->now[r->at - 1].marks = r->now[r->at - 1].marks * 31 + code;
		return;
	}
	put_column(r, code);
	if (width == 2)
		put_column(r, HALF);
}

static void end_row(struct rows *r)
{
	memcpy(r->last, r->now, r->n * sizeof r->now[0]);
	memset(r->now, 0, (r->n + 1) * sizeof r->now[0]);
	r->last_n = r->n;
	r->at = r->n = 0;
}

static void put_control(struct rows *r, uint8_t b)
{
	require(b == '\b' || b == '\r' || b == '\n' || b == '\t' || b == '\a');
	if (b == '\b' && r->at)
		r->at--;
	else if (b == '\r')
		r->at = 0;
	else if (b == '\n')
		end_row(r);
}

/* Whole characters only, and nothing that a terminal obeys but these. */
static void show(struct rows *r, struct str out)
{
	while (out.n) {
		uint32_t code;
		size_t n = utf8_next(out, &code);

		require(n);
		if (code < 0x20)
			put_control(r, (uint8_t)code);
		else
			put_character(r, code);
		out.p += n;
		out.n -= n;
	}
}

struct fuzz {
	struct term *t;
	struct rows rows;
	bool exact; /* no width was set, so lines are shown whole, and only characters were typed: bytes that are none
		     * may become one where they meet */
};

static void drain(struct fuzz *f)
{
	struct buf *out = term_output(f->t);

	require(out->err == 0 && buf_len(out) < (TERM_OUTPUT_HIGH + ((size_t)1 << 20)));
	show(&f->rows, buf_str(out));
	buf_consume(out, buf_len(out));
}

/* How the line editor shows a line behind its prompt, in a row of its own; false: too long to be shown whole. */
static bool expect(struct rows *r, struct str line)
{
	size_t start = strlen(PROMPT);

	memset(r, 0, sizeof *r);
	show(r, STR(PROMPT));
	while (line.n && r->at < COLUMNS / 2) {
		uint32_t code;
		size_t n = utf8_next(line, &code);

		if (code == '\t') {
			do
				put_column(r, ' ');
			while ((r->at - start) % 8);
		} else if (code < 0x20 || code == 0x7f) {
			put_column(r, '^');
			put_column(r, code ^ 0x40);
		} else if (code >= UTF8_NONE || (code >= 0x80 && code <= 0x9f) ||
			   (utf8_width(code) == 0 && r->at == start)) {
			put_column(r, '?');
		} else {
			put_character(r, code);
		}
		n = n ? n : 1;
		line.p += n;
		line.n -= n;
	}
	return line.n == 0;
}

/* The row above the cursor is the prompt and the line, with nothing but blanks behind it. */
static void check_shown(struct fuzz *f, struct str line)
{
	static struct rows want;
	const struct rows *r = &f->rows;

	if (!f->exact || !expect(&want, line))
		return;
	require(r->last_n >= want.n && memcmp(r->last, want.now, want.n * sizeof want.now[0]) == 0);
	for (size_t i = want.n; i < r->last_n; i++)
		require(r->last[i].code == ' ' && r->last[i].marks == 0);
}

static void check_event(struct fuzz *f, const struct term_event *ev)
{
	struct str s = ev->text;

	require(s.n == 0 || (!memchr(s.p, '\r', s.n) || ev->type == TERM_EV_ANSWER));
	require(s.n == 0 || !memchr(s.p, 0, s.n));
	require(ev->type == TERM_EV_TEXT ? s.n <= TERM_TEXT_MAX : s.n <= EDIT_MAX);
	if (ev->type == TERM_EV_LINE) {
		require(s.n == 0 || !memchr(s.p, '\n', s.n));
		drain(f);
		check_shown(f, s);
	}
}

static void prompt(struct fuzz *f)
{
	term_prompt(f->t, STR(PROMPT), false);
}

static void step(struct fuzz *f)
{
	struct term_event ev;

	while (term_step(f->t, &ev)) {
		check_event(f, &ev);
		if (ev.type == TERM_EV_HELP)
			term_help(f->t, STR("  word  what it is\n  <cr>\n"));
		else if (ev.type == TERM_EV_COMPLETE)
			term_complete(f->t, STR("lete "));
		else if (ev.type == TERM_EV_ANSWER || ev.type == TERM_EV_TEXT || ev.type == TERM_EV_EOF)
			prompt(f);
		else if (ev.type == TERM_EV_LINE && ev.text.n % 2 == 0)
			prompt(f);
	}
	drain(f);
}

static void settings(struct fuzz *f, struct str s)
{
	struct term_settings set = { .history = 5 };

	if (s.n)
		set.basic = s.p[0] & 128;
	if (s.n)
		set.length = s.p[0] % 30;
	if (s.n > 1)
		set.width = s.p[1] < 192 ? 0 : s.p[1] % 100;
	if (set.width)
		f->exact = false;
	term_set(f->t, &set);
}

/* Core's text has lines and moves no cursor; what else is in it others gave to core. */
static struct str tidy(struct str s)
{
	static uint8_t text[256];

	for (size_t i = 0; i < s.n; i++)
		text[i] = s.p[i] == '\r' || s.p[i] == '\b' || s.p[i] == '\t' ? ' ' : s.p[i];
	return (struct str){ text, s.n };
}

/* The keys of people who write more than English, and of programs that paste. */
static const char *const typed[] = {
	"a",
	"b",
	" ",
	"\xc3\xa9",
	"\xcc\x81",
	"\xe4\xb8\xad",
	"\xed\x95\x9c",
	"\xf0\x9f\x98\x80",
	"\xc2\x9b",
	"\033[200~",
	"\033[201~",
	"\x02",
	"\x06",
	"\x08",
	"\x04",
	"\x17",
	"\x19",
	"\x14",
	"\033b",
	"\r",
	"\x01",
	"\x16\x09",
};

static struct str spelt(struct str s)
{
	static uint8_t text[256 * 8];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *key = typed[s.p[i] % (sizeof typed / sizeof typed[0])];

		memcpy(text + n, key, strlen(key));
		n += strlen(key);
	}
	return (struct str){ text, n };
}

static bool is_utf8(struct str s)
{
	uint32_t code = 0;

	while (s.n && code < UTF8_NONE) {
		size_t n = utf8_next(s, &code);

		s.p += n ? n : 1;
		s.n -= n ? n : 1;
	}
	return code < UTF8_NONE;
}

static void type(struct fuzz *f, struct str s)
{
	f->exact = f->exact && is_utf8(s);
	if (term_wants_input(f->t))
		require(term_feed(f->t, s.p, s.n) == 0);
}

static void act(struct fuzz *f, uint8_t what, struct str s)
{
	switch (what % 16) {
	case 0:
		term_write(f->t, tidy(s));
		break;
	case 1:
		prompt(f);
		break;
	case 2:
		term_ask(f->t, STR("Well? "), what & 16, what / 64);
		break;
	case 3:
		term_text(f->t, STR(")"), what & 64 ? STR("\032") : s, what & 16, what & 32);
		break;
	case 4:
		term_monitor(f->t, tidy(s));
		break;
	case 5:
		term_progress(f->t, tidy(s));
		break;
	case 6:
		term_filter(f->t, what / 16 % 6, s);
		break;
	case 7:
		settings(f, s);
		break;
	case 8:
		term_finish(f->t);
		break;
	case 9:
		term_history(f->t);
		break;
	default: /* mostly typing */
		type(f, what % 16 < 12 ? spelt(s) : s);
		if (what & 16)
			return; /* typed ahead */
	}
	step(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct term_settings s = { .length = 5, .history = 5 };
	static struct fuzz f;
	struct cur c = { data, size, false };

	memset(&f, 0, sizeof f);
	f.exact = true;
	f.t = term_new(&s);
	require(f.t);
	prompt(&f);
	while (c.n) {
		uint8_t what = cur_u8(&c);
		size_t n = cur_u8(&c);

		act(&f, what, cur_take(&c, n < c.n ? n : c.n));
	}
	step(&f);
	term_free(f.t);
	return 0;
}
