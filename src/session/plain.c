/* SPDX-License-Identifier: Apache-2.0
 *
 * plain.c: see plain.h. Runs in the session process; input is hostile and bounded: of a line that is too long nothing
 * is kept, and nothing executed.
 */
#include "session/plain.h"

#include "base/err.h"
#include "term/filter.h"

#include <stdlib.h>
#include <string.h>

#define INPUT_MAX ((size_t)32 << 10)
#define TEXT_MAX  ((size_t)60 << 10)

enum want { WANT_NOTHING, WANT_LINE, WANT_ANSWER, WANT_TEXT };

struct plain {
	bool prompts;
	enum want want;
	enum term_ask kind;
	bool within;
	bool after_cr; /* an LF that follows belongs to the line before */
	bool cut;      /* the line that is being read is too long */
	struct buf in, out;
	struct buf text;  /* what the last event lends */
	struct buf until; /* terminators of WANT_TEXT */
	struct buf prompt;
	bool given; /* the event was seen: `text` is free again */
	struct filter *filter;
};

struct plain *plain_new(bool prompts)
{
	struct plain *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->prompts = prompts;
	buf_init(&p->in, INPUT_MAX);
	buf_init(&p->out, 0);
	buf_init(&p->text, TEXT_MAX);
	buf_init(&p->until, 0);
	buf_init(&p->prompt, 0);
	return p;
}

void plain_free(struct plain *p)
{
	if (!p)
		return;
	buf_release(&p->in);
	buf_release(&p->out);
	buf_release(&p->text);
	buf_release(&p->until);
	buf_release(&p->prompt);
	filter_free(p->filter);
	free(p);
}

struct buf *plain_output(struct plain *p)
{
	return &p->out;
}

bool plain_typed_ahead(const struct plain *p)
{
	return buf_len(&p->in) > 1;
}

size_t plain_feed(struct plain *p, struct str bytes)
{
	size_t room = INPUT_MAX - buf_len(&p->in);
	size_t n = bytes.n < room ? bytes.n : room;

	buf_put(&p->in, bytes.p, n);
	return p->in.err ? 0 : n;
}

/* The next whole line without its end (LF, CR, CR LF); *used is what it takes of the input. Nothing of it is left if it
 * is too long, and `cut` says so. */
static bool next_line(struct plain *p, struct str *line, size_t *used)
{
	struct str all;
	size_t n = 0;

	if (p->after_cr && buf_len(&p->in)) {
		if (*buf_ptr(&p->in) == '\n')
			buf_consume(&p->in, 1);
		p->after_cr = false;
	}
	all = buf_str(&p->in);
	while (n < all.n && all.p[n] != '\n' && all.p[n] != '\r')
		n++;
	p->cut = p->cut || n > TERM_LINE_MAX;
	if (n == all.n) {
		if (p->cut)
			buf_forget(&p->in, n);
		return false;
	}
	p->after_cr = all.p[n] == '\r';
	*line = (struct str){ all.p, p->cut ? 0 : n };
	*used = n + 1;
	return true;
}

static void put_without_nul(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i])
			buf_put_u8(b, s.p[i]);
}

static bool is_terminator(struct str until, struct str line)
{
	while (until.n) {
		const uint8_t *comma = memchr(until.p, ',', until.n);
		size_t n = comma ? (size_t)(comma - until.p) : until.n;

		if (n && str_eq((struct str){ until.p, n }, line))
			return true;
		n += comma != NULL;
		until = (struct str){ until.p + n, until.n - n };
	}
	return false;
}

static struct str trim(struct str s)
{
	while (s.n && (*s.p == ' ' || *s.p == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* One line of text; true when it ends the text. */
static bool collect(struct plain *p, struct str line)
{
	struct str until = buf_str(&p->until);

	if (p->within) {
		const uint8_t *end = line.n && until.n ? memmem(line.p, line.n, until.p, until.n) : NULL;

		if (end) {
			put_without_nul(&p->text, (struct str){ line.p, (size_t)(end - line.p) });
			return true;
		}
	} else if (is_terminator(until, trim(line))) {
		return true;
	}
	put_without_nul(&p->text, line);
	buf_put_u8(&p->text, '\n');
	return false;
}

static bool one_key(enum term_ask kind)
{
	return kind == TERM_ASK_CONFIRM || kind == TERM_ASK_KEY;
}

/* A command is refused, an answer or a text is nothing without its lost part. */
static bool take_cut_line(struct plain *p, struct term_event *ev)
{
	p->cut = false;
	if (p->want == WANT_TEXT) {
		p->text.err = E_TOOBIG;
	} else if (p->want == WANT_LINE) {
		buf_puts(&p->out, TERM_TOO_LONG);
		buf_put(&p->out, buf_ptr(&p->prompt), buf_len(&p->prompt));
	} else {
		*ev = (struct term_event){ .type = TERM_EV_CANCEL };
	}
	return p->want == WANT_ANSWER;
}

static bool take_line(struct plain *p, struct str line, struct term_event *ev)
{
	if (p->cut)
		return take_cut_line(p, ev);
	if (p->want == WANT_TEXT) {
		if (!collect(p, line))
			return false;
		ev->type = p->text.err ? TERM_EV_CANCEL : TERM_EV_TEXT;
	} else if (p->want == WANT_ANSWER) {
		ev->type = TERM_EV_ANSWER;
		put_without_nul(&p->text, line);
		if (one_key(p->kind) && buf_len(&p->text) == 0)
			buf_put_u8(&p->text, '\r');
	} else {
		ev->type = TERM_EV_LINE;
		put_without_nul(&p->text, line);
	}
	ev->text = ev->type == TERM_EV_CANCEL ? STR("") : buf_str(&p->text);
	if (ev->type == TERM_EV_ANSWER && one_key(p->kind))
		ev->text.n = 1;
	return true;
}

bool plain_step(struct plain *p, struct term_event *ev)
{
	struct str line;
	size_t used;
	bool event = false;

	if (p->given) {
		buf_clear(&p->text);
		p->given = false;
	}
	while (!event && p->want != WANT_NOTHING && next_line(p, &line, &used)) {
		event = take_line(p, line, ev);
		buf_forget(&p->in, used);
	}
	if (event) {
		p->want = WANT_NOTHING;
		p->given = true;
	}
	return event;
}

void plain_prompt(struct plain *p, struct str prompt)
{
	plain_finish(p);
	buf_clear(&p->prompt);
	if (p->prompts)
		buf_put(&p->prompt, prompt.p, prompt.n);
	buf_put(&p->out, buf_ptr(&p->prompt), buf_len(&p->prompt));
	p->want = WANT_LINE;
}

void plain_write(struct plain *p, struct str bytes)
{
	filter_write(p->filter, bytes, &p->out);
}

bool plain_passes(const struct plain *p)
{
	return !p->filter && buf_len(&p->out) == 0;
}

void plain_progress(struct plain *p, struct str text)
{
	buf_put(&p->out, text.p, text.n);
}

/* Log lines are for people at a terminal; a program asked for its command's output alone. */
void plain_monitor(struct plain *p, struct str text)
{
	if (p->prompts)
		buf_put(&p->out, text.p, text.n);
}

int plain_filter(struct plain *p, enum term_filter kind, struct str pattern)
{
	filter_free(p->filter);
	p->filter = NULL;
	return filter_new(&p->filter, kind, pattern);
}

void plain_ask(struct plain *p, struct str prompt, enum term_ask kind)
{
	buf_put(&p->out, prompt.p, prompt.n);
	p->kind = kind;
	p->want = WANT_ANSWER;
}

void plain_text(struct plain *p, struct str until, bool within)
{
	buf_clear(&p->until);
	buf_put(&p->until, until.p, until.n);
	p->within = within;
	p->want = WANT_TEXT;
}

void plain_finish(struct plain *p)
{
	filter_finish(p->filter, &p->out);
	filter_free(p->filter);
	p->filter = NULL;
}
