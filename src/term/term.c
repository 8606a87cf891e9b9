/* SPDX-License-Identifier: Apache-2.0
 *
 * term.c: see term.h. Session process; what is typed is hostile, what is shown comes from core.
 *
 * The life of a key: term_feed queues it, term_step takes it when the mode reads keys and the screen has room, the
 * mode's function (prompt.c, dialog.c, --More-- here) acts on it. The life of output: filter, pager, screen.
 */
#include "parts.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

struct term *term_new(const struct term_settings *s)
{
	struct term *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->set = *s;
	buf_init(&t->in, TERM_INPUT_MAX);
	buf_init(&t->screen.out, 0);
	buf_init(&t->said, 0);
	buf_init(&t->prompt, 0);
	buf_init(&t->until, 0);
	buf_init(&t->text, 0);
	edit_init(&t->edit);
	history_init(&t->history, s->history);
	pager_init(&t->pager, s->length, s->width);
	return t;
}

void term_free(struct term *t)
{
	if (!t)
		return;
	buf_release(&t->in);
	buf_release(&t->screen.out);
	buf_release(&t->said);
	buf_release(&t->prompt);
	buf_release(&t->until);
	buf_release(&t->text);
	edit_release(&t->edit);
	view_end(&t->view);
	history_release(&t->history);
	pager_release(&t->pager);
	filter_free(t->filter);
	free(t);
}

struct buf *term_output(struct term *t)
{
	return &t->screen.out;
}

static bool screen_full(const struct term *t)
{
	return buf_len(&t->screen.out) > TERM_OUTPUT_HIGH;
}

static bool typing(const struct term *t)
{
	return t->mode == MODE_PROMPT || t->mode == MODE_ASK || t->mode == MODE_TEXT;
}

/* --- the line being typed --- */

void term_bell(struct term *t)
{
	buf_put_u8(&t->screen.out, '\a');
}

static struct str last_row(struct str prompt)
{
	const uint8_t *lf = prompt.n ? memrchr(prompt.p, '\n', prompt.n) : NULL;

	if (lf) {
		prompt.n -= (size_t)(lf + 1 - prompt.p);
		prompt.p = lf + 1;
	}
	return prompt;
}

void term_update_line(struct term *t)
{
	if (t->echo)
		view_update(&t->view, &t->edit, &t->screen.out);
}

static void show_line(struct term *t, struct str prompt)
{
	screen_fresh(&t->screen);
	screen_put(&t->screen, prompt);
	if (!view_begin(&t->view, t->screen.column, t->set.width)) {
		screen_newline(&t->screen);
		view_begin(&t->view, 0, t->set.width);
	}
	term_update_line(t);
}

void term_show_line(struct term *t)
{
	show_line(t, buf_str(&t->prompt));
}

static void erase_line(struct term *t)
{
	buf_put_u8(&t->screen.out, '\r');
	for (size_t i = t->screen.column + t->view.columns; i; i--)
		buf_put_u8(&t->screen.out, ' ');
	buf_put_u8(&t->screen.out, '\r');
	t->screen.column = 0;
}

void term_end_line(struct term *t, const char *mark)
{
	if (*mark) {
		t->edit.at = t->edit.n;
		term_update_line(t);
		buf_puts(&t->screen.out, mark);
	}
	view_end(&t->view);
	screen_newline(&t->screen);
	pager_restart(&t->pager);
	t->mode = MODE_BUSY;
}

bool term_report(struct term *t, struct term_event *ev, enum term_event_type type, size_t cells)
{
	edit_text(&t->edit, cells, &t->said);
	*ev = (struct term_event){ type, buf_str(&t->said) };
	return true;
}

/* More than fits rings once: the line is refused when it ends. */
static void type_character(struct term *t, uint32_t cell)
{
	bool full = t->edit.cut;

	if (!edit_insert(&t->edit, cell)) {
		if (!full)
			term_bell(t);
	} else if (t->echo && !view_append(&t->view, &t->edit, &t->screen.out)) {
		term_update_line(t);
	}
}

void term_edit_key(struct term *t, const struct typed_key *k)
{
	bool erases = k->what == TYPED_ERASE || k->what == TYPED_ERASE_WORD || k->what == TYPED_ERASE_LINE;
	bool done = false;

	if (k->what == TYPED_IGNORE)
		return;
	if (k->what == TYPED_REDRAW) {
		screen_newline(&t->screen);
		show_line(t, last_row(buf_str(&t->prompt)));
		return;
	}
	if (k->what == TYPED_CHAR) {
		type_character(t, k->cell);
		return;
	}
	if (k->what >= TYPED_FIRST_EDIT && (erases || !t->set.basic))
		done = edit_do(&t->edit, k->what);
	if (done)
		term_update_line(t);
	else
		term_bell(t);
}

/* --- modes --- */

/* A wanted prompt, question or text begins when the output before it has been shown. */
static void settle(struct term *t)
{
	if (t->next == MODE_BUSY || t->pager.more || buf_len(&t->pager.pending))
		return;
	t->mode = t->next;
	t->next = MODE_BUSY;
	term_show_line(t);
}

static void want(struct term *t, enum mode mode, struct str prompt, bool echo)
{
	if (typing(t)) /* the owner changed its mind */
		screen_newline(&t->screen);
	buf_clear(&t->prompt);
	buf_put(&t->prompt, prompt.p, prompt.n);
	t->echo = echo;
	edit_reset(&t->edit, !echo);
	t->mode = MODE_BUSY;
	t->next = mode;
	t->pager.whole = true;
	pager_run(&t->pager, &t->screen);
	settle(t);
}

/* The command is over: what its filter holds back is due. */
static void end_output(struct term *t)
{
	if (!t->discard)
		filter_finish(t->filter, &t->pager.pending);
	if (t->pager.pending.err) {
		t->pager.pending.err = 0;
		screen_put(&t->screen, STR("\n% Output lost: too much was waiting\n"));
	}
	filter_free(t->filter);
	t->filter = NULL;
	t->discard = false;
}

void term_prompt(struct term *t, struct str prompt, bool configuring)
{
	end_output(t);
	t->configuring = configuring;
	history_rewind(&t->history);
	want(t, MODE_PROMPT, prompt, true);
}

void term_ask(struct term *t, struct str prompt, bool echo, enum term_ask kind)
{
	t->kind = kind;
	want(t, MODE_ASK, prompt, echo);
}

void term_text(struct term *t, struct str prompt, struct str until, bool within, bool echo)
{
	buf_clear(&t->until);
	buf_put(&t->until, until.p, until.n);
	buf_clear(&t->text);
	t->within = within;
	t->overflow = false;
	want(t, MODE_TEXT, prompt, echo);
}

/* --- input --- */

int term_feed(struct term *t, const void *bytes, size_t n)
{
	if (n > TERM_INPUT_MAX - buf_len(&t->in))
		return E_TOOBIG;
	buf_put(&t->in, bytes, n);
	t->activity = t->activity || n;
	return t->in.err;
}

bool term_wants_input(const struct term *t)
{
	return buf_len(&t->in) <= TERM_INPUT_MAX / 2;
}

bool term_typed_ahead(const struct term *t)
{
	return buf_len(&t->in) > 1; /* of CR LF, the LF may still wait */
}

static void forget_input(struct term *t, size_t n)
{
	buf_forget(&t->in, n);
	t->scanned -= n < t->scanned ? n : t->scanned;
}

/* Interrupt keys count at once, before what was typed ahead of them; all there are count as one. */
static bool interrupt(struct term *t)
{
	size_t n = buf_len(&t->in), kept = t->scanned;
	bool found = false;
	uint8_t *p;

	if (n == t->scanned)
		return false;
	p = t->in.data + t->in.off;
	for (size_t i = t->scanned; i < n; i++) {
		bool quoted = i && p[i - 1] == 0x16;

		if ((p[i] == 0x03 || p[i] == 0x1e) && !quoted)
			found = true;
		else
			p[kept++] = p[i];
	}
	explicit_bzero(p + kept, n - kept);
	t->in.len -= n - kept;
	t->scanned = kept;
	return found;
}

/* At --More--: the rest is dropped. If its command has ended already the prompt is next, else the owner is told. */
static bool enough(struct term *t, struct term_event *ev)
{
	pager_drop(&t->pager, &t->screen);
	if (t->next == MODE_PROMPT)
		return false;
	t->next = MODE_BUSY;
	t->discard = true;
	*ev = (struct term_event){ .type = TERM_EV_CANCEL };
	return true;
}

/* *keep: whoever types the next command has seen enough, and its first character is not lost. */
static bool more_key(struct term *t, const struct typed_key *k, struct term_event *ev, bool *keep)
{
	bool character = k->what == TYPED_CHAR;

	if (k->what == TYPED_IGNORE)
		return false;
	if (k->what == TYPED_RETURN || (character && k->cell == ' ')) {
		pager_go_on(&t->pager, character, &t->screen);
		return false;
	}
	*keep = character && k->cell != 'q' && k->cell != 'Q';
	return enough(t, ev);
}

static bool (*const mode_keys[MODE_COUNT])(struct term *, const struct typed_key *, struct term_event *) = {
	[MODE_PROMPT] = prompt_key,
	[MODE_ASK] = ask_key,
	[MODE_TEXT] = text_key,
};

static bool take_key(struct term *t, struct term_event *ev, bool *taken)
{
	bool keep = false, report;
	struct typed_key k;
	size_t n = typed_next(buf_str(&t->in), &t->after_cr, &k);

	*taken = n;
	if (n == 0)
		return false;
	if (t->pager.more)
		report = more_key(t, &k, ev, &keep);
	else
		report = mode_keys[t->mode](t, &k, ev);
	if (!keep)
		forget_input(t, n);
	return report;
}

bool term_step(struct term *t, struct term_event *ev)
{
	bool taken = true, report = false;

	buf_clear(&t->said);
	if (t->activity) {
		t->activity = false;
		*ev = (struct term_event){ .type = TERM_EV_ACTIVITY };
		return true;
	}
	while (taken && !report) {
		settle(t);
		if (t->mode == MODE_BUSY && !t->pager.more && interrupt(t)) {
			*ev = (struct term_event){ .type = TERM_EV_CANCEL };
			return true;
		}
		if (screen_full(t) || (!typing(t) && !t->pager.more))
			return false;
		report = take_key(t, ev, &taken);
	}
	return report;
}

/* --- output --- */

void term_hide(struct term *t, size_t from)
{
	history_hide(&t->history, from);
}

void term_history(struct term *t)
{
	struct buf lines;

	buf_init(&lines, 0);
	for (size_t i = 0; i < t->history.count; i++) {
		const struct history_line *line = &t->history.lines[i];

		buf_puts(&lines, "  ");
		buf_put(&lines, buf_ptr(&line->text), buf_len(&line->text));
		buf_puts(&lines, line->hidden ? "*****\n" : "\n");
	}
	term_write(t, buf_str(&lines));
	buf_release(&lines);
}

void term_write(struct term *t, struct str bytes)
{
	if (typing(t)) {
		term_monitor(t, bytes);
		return;
	}
	if (t->discard)
		return;
	t->pager.whole = false;
	filter_write(t->filter, bytes, &t->pager.pending);
	pager_run(&t->pager, &t->screen);
}

bool term_paused(const struct term *t)
{
	return t->pager.more || screen_full(t);
}

void term_progress(struct term *t, struct str text)
{
	if (typing(t)) {
		term_monitor(t, text);
		return;
	}
	pager_hide(&t->pager, &t->screen);
	screen_put(&t->screen, text);
	pager_show(&t->pager, &t->screen);
}

void term_monitor(struct term *t, struct str text)
{
	if (typing(t)) {
		erase_line(t);
		screen_put(&t->screen, text);
		show_line(t, last_row(buf_str(&t->prompt)));
		return;
	}
	pager_hide(&t->pager, &t->screen);
	screen_fresh(&t->screen);
	screen_put(&t->screen, text);
	screen_fresh(&t->screen);
	pager_show(&t->pager, &t->screen);
}

void term_help(struct term *t, struct str text)
{
	if (t->mode != MODE_WAITING)
		return;
	buf_put(&t->pager.pending, text.p, text.n);
	t->pager.whole = true;
	pager_run(&t->pager, &t->screen);
	t->next = MODE_PROMPT;
	settle(t);
}

/* As IOS: the line is shown anew, longer or not. */
void term_complete(struct term *t, struct str insert)
{
	if (t->mode != MODE_WAITING)
		return;
	if (insert.n == 0 || !edit_insert_text(&t->edit, insert))
		term_bell(t);
	t->mode = MODE_PROMPT;
	screen_newline(&t->screen);
	term_show_line(t);
}

int term_filter(struct term *t, enum term_filter kind, struct str pattern)
{
	struct filter *f;
	int err = filter_new(&f, kind, pattern);

	if (err)
		return err;
	filter_free(t->filter);
	t->filter = f;
	return 0;
}

void term_finish(struct term *t)
{
	end_output(t);
	pager_flush(&t->pager, &t->screen);
	if (typing(t)) { /* last words stand below the line, which nobody types on any more */
		screen_fresh(&t->screen);
		t->mode = MODE_BUSY;
	}
}

void term_set(struct term *t, const struct term_settings *s)
{
	t->set = *s;
	history_limit(&t->history, s->history);
	pager_resize(&t->pager, s->length, s->width, &t->screen);
	if (typing(t) && !view_resize(&t->view, t->screen.column, s->width)) {
		screen_newline(&t->screen);
		show_line(t, last_row(buf_str(&t->prompt)));
	}
	settle(t);
}
