/* SPDX-License-Identifier: Apache-2.0
 *
 * dialog.c: keys typed in answer to a question, and lines of a collected text. Session process; hostile input.
 */
#include "parts.h"

#include <string.h>

static bool cancel(struct term *t, struct term_event *ev, const char *mark)
{
	term_end_line(t, mark);
	edit_reset(&t->edit, false);
	buf_clear(&t->text);
	return term_report(t, ev, TERM_EV_CANCEL, 0);
}

/* Ctrl-C, Ctrl-Shift-6, Ctrl-Z, and Ctrl-D where there is nothing to delete. */
static bool cancels(const struct term *t, const struct typed_key *k)
{
	return k->what == TYPED_INTERRUPT || k->what == TYPED_ESCAPE || k->what == TYPED_END ||
	       (k->what == TYPED_DELETE && t->edit.n == 0 && k->raw.p[0] == 4);
}

static bool one_key(struct term *t, const struct typed_key *k, struct term_event *ev)
{
	bool yes = k->what == TYPED_RETURN;

	if (k->what == TYPED_IGNORE)
		return false;
	if (t->kind == TERM_ASK_CONFIRM && k->what == TYPED_CHAR && (k->cell == 'y' || k->cell == 'Y'))
		yes = true;
	term_end_line(t, "");
	term_report(t, ev, TERM_EV_ANSWER, 0);
	if (k->what == TYPED_CHAR && !yes)
		typed_cell_put(k->cell, &t->said);
	else
		buf_put_u8(&t->said, yes ? '\r' : k->raw.p[0]);
	ev->text = buf_str(&t->said);
	return true;
}

bool ask_key(struct term *t, const struct typed_key *k, struct term_event *ev)
{
	if (cancels(t, k))
		return cancel(t, ev, t->echo ? "^C" : "");
	if (t->kind == TERM_ASK_CONFIRM || t->kind == TERM_ASK_KEY)
		return one_key(t, k, ev);
	if (k->what != TYPED_RETURN) {
		term_edit_key(t, k);
		return false;
	}
	if (t->edit.cut) /* no part of an answer is an answer */
		return cancel(t, ev, "");
	term_end_line(t, "");
	term_report(t, ev, TERM_EV_ANSWER, t->edit.n);
	edit_reset(&t->edit, false);
	return true;
}

static struct str trim(struct str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static bool is_end_word(struct str words, struct str line)
{
	line = trim(line);
	while (words.n) {
		const uint8_t *comma = memchr(words.p, ',', words.n);
		size_t n = comma ? (size_t)(comma - words.p) : words.n;

		if (n && str_eq(line, (struct str){ words.p, n }))
			return true;
		n = comma ? n + 1 : n;
		words.p += n;
		words.n -= n;
	}
	return false;
}

/* Whether the line ends the text, and in *keep how much of it still belongs to it. */
static bool ends_text(const struct term *t, struct str line, size_t *keep)
{
	struct str until = buf_str(&t->until);
	const uint8_t *at;

	*keep = 0;
	if (!t->within)
		return is_end_word(until, line);
	at = until.n && line.n ? memmem(line.p, line.n, until.p, until.n) : NULL;
	if (at)
		*keep = (size_t)(at - line.p);
	return at;
}

static void keep_text(struct term *t, struct str part, bool whole)
{
	if (t->overflow)
		return;
	if (part.n + whole > TERM_TEXT_MAX - buf_len(&t->text)) {
		t->overflow = true;
		buf_clear(&t->text);
		term_bell(t);
		return;
	}
	buf_put(&t->text, part.p, part.n);
	if (whole)
		buf_put_u8(&t->text, '\n');
}

/* A text too large is read to its end, so that its lines are not taken for commands, and then cancelled. */
static bool text_line(struct term *t, struct term_event *ev)
{
	struct str line;
	size_t keep;
	bool end;

	term_end_line(t, "");
	term_report(t, ev, TERM_EV_TEXT, t->edit.n);
	line = buf_str(&t->said);
	end = ends_text(t, line, &keep);
	keep_text(t, (struct str){ line.p, end ? keep : line.n }, !end);
	edit_reset(&t->edit, false);
	buf_clear(&t->said);
	if (!end) {
		t->mode = MODE_TEXT;
		term_show_line(t);
		return false;
	}
	if (t->overflow)
		return cancel(t, ev, "");
	buf_put(&t->said, buf_ptr(&t->text), buf_len(&t->text));
	buf_clear(&t->text);
	ev->text = buf_str(&t->said);
	return true;
}

/* A tab is text here, and so is a delimiter such as Ctrl-C. */
static bool is_text(const struct term *t, const struct typed_key *k)
{
	uint8_t b = k->raw.p[0];

	if (k->what == TYPED_IGNORE || k->raw.n > 1 || b >= 0x20)
		return false;
	return b == '\t' || (buf_len(&t->until) && memchr(buf_ptr(&t->until), b, buf_len(&t->until)));
}

bool text_key(struct term *t, const struct typed_key *k, struct term_event *ev)
{
	bool ends = k->what == TYPED_END && t->within && str_is(buf_str(&t->until), "\032");
	struct typed_key key = *k;

	if (k->what == TYPED_RETURN)
		return text_line(t, ev);
	if (ends)
		t->edit.at = t->edit.n;
	if (is_text(t, k)) {
		key.what = TYPED_CHAR;
		key.cell = k->raw.p[0];
	} else if (cancels(t, k)) {
		return cancel(t, ev, "^C");
	}
	if (key.what == TYPED_CHAR && t->edit.bytes + typed_cell_len(key.cell) > EDIT_MAX)
		t->overflow = true; /* better no text than one with holes */
	term_edit_key(t, &key);
	return ends && text_line(t, ev);
}
