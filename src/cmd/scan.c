/* SPDX-License-Identifier: Apache-2.0
 *
 * scan.c: reads a line against the rows of a mode, all at once. A thread is a row, the position of its automaton and
 * the items read so far; each word moves the threads on and drops those it does not fit. IOS's rules decide between
 * them: a keyword written whole beats an abbreviation, an abbreviation beats a value, a closer type beats a wider one;
 * an abbreviation is ambiguous only if it stands for different words. Runs in core; the line is hostile: the work is
 * bounded by its length times the rows of the mode.
 */
#include "private.h"

#include <string.h>
#include <strings.h>

static bool row_visible(const struct scan *s, const struct cmd_row *row)
{
	size_t i = (size_t)(row - s->set->table->rows);

	return s->set->level[i] <= s->level && (!s->negated || (row->flags & ROW_NO));
}

int scan_begin(struct scan *s, const struct cmd_set *set, const struct cmd_mode *mode, unsigned level, bool negated,
	       struct str line, size_t pos, struct arena *a)
{
	const struct cmd_table *t = set->table;
	const struct cmd_mode *config = &t->modes[1];
	bool shared = mode != config && mode != &t->modes[0];
	size_t most = (size_t)mode->row_n + (shared ? config->row_n : 0);
	const struct cmd_row **rows = arena_alloc(a, most * sizeof *rows);

	*s = (struct scan){
		.set = set, .level = level, .negated = negated, .a = a, .line = line, .pos = pos, .rows = rows
	};
	if (!rows)
		return E_NOMEM;
	for (unsigned i = 0; i < mode->row_n; i++)
		if (row_visible(s, &t->rows[mode->row + i]))
			rows[s->rows_n++] = &t->rows[mode->row + i];
	for (unsigned i = 0; shared && i < config->row_n; i++) {
		const struct cmd_row *row = &t->rows[config->row + i];

		if ((row->flags & ROW_EVERYWHERE) && row_visible(s, row))
			rows[s->rows_n++] = row;
	}
	return 0;
}

bool scan_skip(struct scan *s)
{
	while (s->pos < s->line.n && is_blank(s->line.p[s->pos]))
		s->pos++;
	return s->pos < s->line.n;
}

/* --- one word --- */

struct hit {
	const struct thread *from;
	const struct cmd_row *row;
	const char *value;
	size_t used;
	enum match match;
	uint8_t tok;
};

struct hits {
	struct hit *list;
	size_t n, room;
	enum match best, worst_value;
	bool part;
	char letter; /* the first of the word */
};

/* Most of what may come next does not fit: there is room for what does. */
static int keep(struct hits *h, const struct hit *hit, struct arena *a)
{
	if (h->n == h->room) {
		size_t room = h->room ? h->room * 2 : 8;
		struct hit *more = arena_alloc(a, room * sizeof *more);

		if (!more)
			return E_NOMEM;
		if (h->n)
			memcpy(more, h->list, h->n * sizeof *more);
		h->list = more;
		h->room = room;
	}
	h->list[h->n++] = *hit;
	return 0;
}

/* Most keywords of a mode differ from the word at hand in their first letter. */
static bool may_begin(const struct cmd_tok *tok, char letter)
{
	return tok->kind != KIND_WORD || tok->letter == letter || (tok->alias_letter && tok->alias_letter == letter);
}

static int try_row(struct scan *s, struct hits *h, const struct thread *from, const struct cmd_row *row, uint64_t next)
{
	struct str rest = { s->line.p + s->pos, s->line.n - s->pos };
	int rc = 0;

	for (; next && !rc; next &= next - 1) {
		struct hit hit = { .from = from, .row = row, .tok = (uint8_t)__builtin_ctzll(next) };
		const struct cmd_tok *tok = row_tok(s->set, row, hit.tok);

		if (!may_begin(tok, h->letter))
			continue;
		hit.match = type_match(s->set, tok, rest, s->a, &hit.value, &hit.used);
		h->part |= hit.match == MATCH_PART;
		if (hit.match <= MATCH_PART || (hit.match == MATCH_ABBREV && (row->flags & ROW_WHOLE)))
			continue;
		rc = keep(h, &hit, s->a);
		h->best = hit.match > h->best ? hit.match : h->best;
		if (hit.match < h->worst_value)
			h->worst_value = hit.match;
	}
	return rc;
}

static int fail(const struct scan *s, struct cmd_error *err, int kind)
{
	size_t n = s->line.n;

	*err = (struct cmd_error){ .kind = kind, .column = kind == CMD_ERR_INCOMPLETE ? n : s->pos };
	if (kind == CMD_ERR_AMBIGUOUS) { /* IOS quotes the whole line */
		size_t start = 0;

		while (start < n && is_blank(s->line.p[start]))
			start++;
		n = n - start < sizeof err->word ? n - start : sizeof err->word - 1;
		memcpy(err->word, s->line.p + start, n);
	}
	return E_INVAL;
}

/* Abbreviations that stand for different words. */
static bool ambiguous(const struct scan *s, const struct hits *h)
{
	const char *word = NULL;

	for (size_t i = 0; i < h->n; i++) {
		const char *this = pool_text(s->set, row_tok(s->set, h->list[i].row, h->list[i].tok)->text);

		if (h->list[i].match != MATCH_ABBREV)
			continue;
		if (word && strcasecmp(word, this))
			return true;
		word = this;
	}
	return false;
}

/* Every survivor used the same piece of the line: they match it as the same kind of thing. */
static int advance(struct scan *s, const struct hits *h)
{
	struct thread *threads = arena_alloc(s->a, h->n * sizeof *threads);
	size_t n = 0, used = 0;

	if (!threads)
		return E_NOMEM;
	for (size_t i = 0; i < h->n; i++) {
		const struct hit *hit = &h->list[i];
		const struct cmd_tok *tok = row_tok(s->set, hit->row, hit->tok);
		struct cmd_item *item;

		if (hit->match != h->best)
			continue;
		item = arena_alloc(s->a, sizeof *item);
		if (!item)
			return E_NOMEM;
		*item =
		    (struct cmd_item){ hit->from ? hit->from->items : NULL, tok, "", hit->value, s->pos, tok->path };
		if (tok->kind != KIND_WORD)
			item->name = pool_text(s->set, tok->text);
		else if (tok->path != CMD_NONE)
			item->name = path_name(s->set, tok->path);
		threads[n] = (struct thread){ hit->row, item, hit->tok, !hit->from || hit->from->exact };
		threads[n].exact &= hit->match != MATCH_ABBREV;
		used = hit->used > used ? hit->used : used;
		n++;
	}
	s->threads = threads;
	s->n = n;
	s->started = true;
	s->pos += used;
	return 0;
}

int scan_word(struct scan *s, struct cmd_error *err)
{
	struct hits h = { .worst_value = MATCH_EXACT, .letter = lower(s->line.p[s->pos]) };
	int rc = 0;

	for (size_t i = 0; s->started && i < s->n && !rc; i++)
		rc = try_row(s, &h, &s->threads[i], s->threads[i].row,
			     row_tok(s->set, s->threads[i].row, s->threads[i].tok)->follow);
	for (size_t i = 0; !s->started && i < s->rows_n && !rc; i++)
		rc = try_row(s, &h, NULL, s->rows[i], s->rows[i]->first);
	if (rc)
		return rc;
	if (!h.n)
		return fail(s, err, h.part ? CMD_ERR_INCOMPLETE : CMD_ERR_INVALID);
	/* Where free text may stand, a keyword must be written whole: a password "s" is no `secret`. */
	if (h.best == MATCH_ABBREV && h.worst_value == MATCH_LINE)
		h.best = MATCH_LINE;
	if (h.best == MATCH_ABBREV && ambiguous(s, &h))
		return fail(s, err, CMD_ERR_AMBIGUOUS);
	return advance(s, &h);
}

/* --- where the threads stand --- */

bool scan_exact(const struct scan *s)
{
	for (size_t i = 0; s->started && i < s->n; i++)
		if (s->threads[i].exact)
			return true;
	return !s->started;
}

const struct thread *scan_complete(const struct scan *s)
{
	for (size_t i = 0; s->started && i < s->n; i++) {
		const struct thread *th = &s->threads[i];
		uint64_t last = th->row->last | (s->negated ? th->row->no_last : 0);

		if (last >> th->tok & 1)
			return th;
	}
	return NULL;
}

void scan_expected(const struct scan *s, scan_fn *fn, void *arg)
{
	size_t n = s->started ? s->n : s->rows_n;

	for (size_t i = 0; i < n; i++) {
		const struct cmd_row *row = s->started ? s->threads[i].row : s->rows[i];
		uint64_t next = s->started ? row_tok(s->set, row, s->threads[i].tok)->follow : row->first;

		for (; next; next &= next - 1)
			fn(arg, row, row_tok(s->set, row, (unsigned)__builtin_ctzll(next)));
	}
}
