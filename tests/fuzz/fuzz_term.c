/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever is typed and whatever its owner does between two keys, the terminal stays within its memory, its
 * lines hold no control character nobody quoted, and a line reported is the line the screen shows.
 *
 * Input: records of a byte that says what is done, a length and that many bytes.
 */
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

/* What a screen without an end to its rows shows on the current and on the last row. */
struct rows {
	char now[16384], last[16384];
	size_t at, n, last_n;
};

static void show(struct rows *r, struct str out)
{
	for (size_t i = 0; i < out.n; i++) {
		uint8_t b = out.p[i];

		if (b == '\b' && r->at) {
			r->at--;
		} else if (b == '\r') {
			r->at = 0;
		} else if (b == '\n') {
			memcpy(r->last, r->now, r->n);
			r->last_n = r->n;
			r->at = r->n = 0;
		} else if (b >= 0x20 && b != 0x7f && (b & 0xc0) != 0x80 && r->at < sizeof r->now) {
			r->now[r->at++] = (char)b;
			r->n = r->at > r->n ? r->at : r->n;
		}
	}
}

struct fuzz {
	struct term *t;
	struct rows rows;
	bool wide; /* no width was ever set: lines are shown whole */
};

static void drain(struct fuzz *f)
{
	struct buf *out = term_output(f->t);

	require(out->err == 0 && buf_len(out) < (TERM_OUTPUT_HIGH + ((size_t)1 << 20)));
	show(&f->rows, buf_str(out));
	buf_consume(out, buf_len(out));
}

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return true;
}

/* The row above the cursor is the prompt and the line, with nothing but blanks behind it. */
static void check_shown(struct fuzz *f, struct str line)
{
	const struct rows *r = &f->rows;
	size_t n = strlen(PROMPT) + line.n;

	if (!f->wide || !plain(line))
		return;
	require(r->last_n >= n && memcmp(r->last, PROMPT, strlen(PROMPT)) == 0);
	require(line.n == 0 || memcmp(r->last + strlen(PROMPT), line.p, line.n) == 0);
	for (size_t i = n; i < r->last_n; i++)
		require(r->last[i] == ' ');
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
		f->wide = false;
	term_set(f->t, &set);
}

/* Core's text has lines and no other control characters. */
static struct str tidy(struct str s)
{
	static uint8_t text[256];

	for (size_t i = 0; i < s.n; i++)
		text[i] = s.p[i] < 0x20 && s.p[i] != '\n' ? ' ' : s.p[i];
	return (struct str){ text, s.n };
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
		if (term_wants_input(f->t))
			require(term_feed(f->t, s.p, s.n) == 0);
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
	f.wide = true;
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
