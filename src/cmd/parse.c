/* SPDX-License-Identifier: Apache-2.0
 *
 * parse.c: from a line to a match. A line that the mode it was typed in does not know is tried in the modes around it;
 * of several failures the one that got farthest is told. Runs in core; the line is hostile.
 */
#include "private.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct attempt {
	int rc;
	bool exact;
	const struct thread *thread;
	enum cmd_filter_kind filter;
	const char *pattern;
	struct cmd_error err;
};

/* --- output filters --- */

static const struct {
	const char *word, *help;
	enum cmd_filter_kind kind;
} filters[] = {
	{ "append", "Append redirected output to URL", CMD_FILTER_APPEND },
	{ "begin", "Begin with the line that matches", CMD_FILTER_BEGIN },
	{ "count", "Count number of lines which match regexp", CMD_FILTER_COUNT },
	{ "exclude", "Exclude lines that match", CMD_FILTER_EXCLUDE },
	{ "include", "Include lines that match", CMD_FILTER_INCLUDE },
	{ "redirect", "Redirect output to URL", CMD_FILTER_REDIRECT },
	{ "section", "Filter a section of output", CMD_FILTER_SECTION },
	{ "tee", "Copy output to URL", CMD_FILTER_TEE },
};

#define FILTERS (sizeof filters / sizeof *filters)

#define FILE_LEVEL 15 /* who may write files */

static bool has_filter(unsigned i, unsigned level)
{
	return filters[i].kind < CMD_FILTER_REDIRECT || level >= FILE_LEVEL;
}

const char *filter_word(unsigned i, unsigned level, const char **help)
{
	for (unsigned k = 0; k < FILTERS; k++) {
		if (!has_filter(k, level) || i--)
			continue;
		*help = filters[k].help;
		return filters[k].word;
	}
	return NULL;
}

enum cmd_filter_kind filter_kind(struct str word, unsigned level)
{
	for (unsigned i = 0; i < FILTERS; i++)
		if (has_filter(i, level) && word.n <= strlen(filters[i].word) &&
		    !strncasecmp(filters[i].word, (const char *)word.p, word.n))
			return filters[i].kind;
	return CMD_FILTER_NONE;
}

static int fail_at(struct attempt *at, int kind, size_t column)
{
	at->err = (struct cmd_error){ .kind = kind, .column = column };
	return E_INVAL;
}

/* `/append` behind `tee`. */
static void take_append(struct scan *s, struct attempt *at)
{
	static const char option[] = "/append";
	size_t n = word_length((struct str){ s->line.p + s->pos, s->line.n - s->pos });

	if (at->filter != CMD_FILTER_TEE || n < 2 || n >= sizeof option ||
	    strncasecmp(option, (const char *)s->line.p + s->pos, n) != 0)
		return;
	at->filter = CMD_FILTER_TEE_APPEND;
	s->pos += n;
}

/* `| WORD REGEX` or `| WORD FILE`, the pipe standing at s->pos. */
static int parse_filter(struct scan *s, struct attempt *at)
{
	struct str word;

	s->pos++;
	if (!scan_skip(s))
		return fail_at(at, CMD_ERR_INCOMPLETE, s->line.n);
	word = (struct str){ s->line.p + s->pos, s->line.n - s->pos };
	word.n = word_length(word);
	at->filter = filter_kind(word, s->level);
	if (at->filter == CMD_FILTER_NONE)
		return fail_at(at, CMD_ERR_INVALID, s->pos);
	s->pos += word.n;
	if (scan_skip(s))
		take_append(s, at);
	if (!scan_skip(s))
		return fail_at(at, CMD_ERR_INCOMPLETE, s->line.n);
	word = (struct str){ s->line.p + s->pos, s->line.n - s->pos };
	while (at->filter >= CMD_FILTER_REDIRECT && is_blank(word.p[word.n - 1]))
		word.n--;
	at->pattern = arena_strndup(s->a, (const char *)word.p, word.n);
	return at->pattern ? 0 : E_NOMEM;
}

static void note_value(void *arg, const struct cmd_row *row, const struct cmd_tok *tok)
{
	*(bool *)arg |= tok->kind != KIND_WORD;
}

/* The line is one word of exec, and nothing but further words may follow it. */
static bool only_groups(const struct scan *s)
{
	bool value = false;

	if (!s->started || s->threads[0].row->mode || s->threads[0].items->next)
		return false;
	scan_expected(s, note_value, &value);
	return !value;
}

static int finish(struct scan *s, struct attempt *at)
{
	at->thread = scan_complete(s);
	if (!at->thread) {
		at->exact = scan_exact(s);
		fail_at(at, only_groups(s) ? CMD_ERR_OTHER : CMD_ERR_INCOMPLETE, s->line.n);
		if (at->err.kind == CMD_ERR_OTHER)
			snprintf(at->err.text, sizeof at->err.text, "%% Type \"%s ?\" for a list of subcommands",
				 pool_text(s->set, s->threads[0].items->tok->text));
		return E_INVAL;
	}
	at->exact = at->thread->exact;
	return 0;
}

static bool at_pipe(const struct scan *s)
{
	const struct thread *th = scan_complete(s);

	return s->line.p[s->pos] == '|' && th && (th->row->flags & ROW_FILTER);
}

static void attempt(const struct cmd_set *set, const struct cmd_mode *mode, unsigned level, const struct prefix *pre,
		    struct str line, struct arena *a, struct attempt *at)
{
	struct scan s;

	*at = (struct attempt){ 0 };
	at->rc = scan_begin(&s, set, mode, level, pre->no || pre->dflt, line, pre->pos, a);
	while (!at->rc && scan_skip(&s)) {
		if (s.started && at_pipe(&s)) {
			at->rc = finish(&s, at);
			if (!at->rc)
				at->rc = parse_filter(&s, at);
			return;
		}
		at->rc = scan_word(&s, &at->err);
	}
	if (!at->rc)
		at->rc = finish(&s, at);
}

/* --- what follows from the row --- */

/* Full words in place of abbreviations: `sh run` is kept as `show running-config`. E_INVAL: at `bad` is a word that no
 * command of the mode has there. */
static int whole_command(const struct cmd_set *set, const struct cmd_mode *mode, const char *text, struct arena *a,
			 const char **whole, size_t *bad)
{
	struct str line = str_of(text);
	struct cmd_error err;
	const char *out = "";
	struct scan s;

	if (scan_begin(&s, set, mode, 15, false, line, 0, a) < 0)
		return E_NOMEM;
	while (out && scan_skip(&s)) {
		size_t pos = s.pos;
		const char *word = NULL;

		int rc = scan_word(&s, &err);

		*bad = pos;
		if (rc == E_INVAL && err.kind == CMD_ERR_INCOMPLETE) { /* it ends within a value */
			out = arena_printf(a, "%s%s%s", out, *out ? " " : "", text + pos);
			break;
		}
		if (rc < 0)
			return rc;
		if (s.threads[0].items->tok->kind == KIND_WORD)
			word = pool_text(set, s.threads[0].items->tok->text);
		else
			word = arena_strndup(a, text + pos, s.pos - pos);
		out = word ? arena_printf(a, "%s%s%s", out, *out ? " " : "", word) : NULL;
	}
	*whole = out;
	return out ? 0 : E_NOMEM;
}

static int finish_command(const struct cmd_set *set, struct cmd_item *item, struct cmd_match *m, struct arena *a,
			  struct cmd_error *err)
{
	const char *called = cmd_arg(m, "mode");
	const struct cmd_mode *mode = called ? mode_find(set, called) : NULL;
	size_t bad = 0;
	int rc = mode ? whole_command(set, mode, item->value, a, &item->value, &bad) : E_INVAL;

	if (rc == E_INVAL)
		*err = (struct cmd_error){ .kind = CMD_ERR_INVALID, .column = item->column + bad };
	return rc;
}

static int finish_banner(struct str line, struct cmd_item *item, struct cmd_match *m, struct arena *a)
{
	struct banner b;
	int rc = banner_split((struct str){ line.p + item->column, line.n - item->column }, a, &b);

	if (rc < 0)
		return rc;
	item->value = b.text;
	if (!b.closed) {
		m->needs_text = true;
		m->text_rule = (struct cmd_text_rule){ .until = b.delimiter, .within = true, .echo = true };
	}
	return 0;
}

static int fill(const struct cmd_set *set, const struct attempt *at, struct str line, struct arena *a,
		struct cmd_match *m, struct cmd_error *err)
{
	const struct cmd_row *row = at->thread->row;
	struct cmd_values *v = arena_alloc(a, sizeof *v);
	int rc = 0;

	if (!v)
		return E_NOMEM;
	m->row = row;
	m->values = v;
	*v = (struct cmd_values){ .set = set, .size = line.n, .exact = at->exact, .negated = m->no };
	for (struct cmd_item *i = at->thread->items, *before; i; i = before) {
		before = i->next;
		i->next = v->first;
		v->first = i;
		v->given |= UINT64_C(1) << (i->tok - row_tok(set, row, 0));
	}
	m->no |= (row->flags & ROW_REMOVES) || (row->handler != CMD_NONE && cmd_has(m, "no"));
	m->handler = row->handler != CMD_NONE ? set->fns[row->handler] : NULL;
	m->note = row->note ? pool_text(set, row->note) : NULL;
	if (row->hook != CMD_NONE && ((!m->no && !m->dflt) || (row->flags & ROW_HOOK_NO)))
		m->hook = set->fns[row->hook];
	m->filter = at->filter;
	m->pattern = at->pattern;
	if (row->until && !m->no && !m->dflt) {
		m->needs_text = true;
		m->text_rule = (struct cmd_text_rule){ .until = pool_text(set, row->until), .echo = true };
		m->text_rule.prompt = row->prompt ? pool_text(set, row->prompt) : NULL;
	}
	for (struct cmd_item *i = v->first; i && !rc; i = i->next) {
		if (i->tok->kind == KIND_BANNER && !m->no && !m->dflt)
			rc = finish_banner(line, i, m, a);
		if (i->tok->kind == KIND_COMMAND)
			rc = finish_command(set, i, m, a, err);
	}
	return rc;
}

static bool one_word(struct str line)
{
	size_t n = 0, start;

	while (n < line.n && is_blank(line.p[n]))
		n++;
	start = n + word_length((struct str){ line.p + n, line.n - n });
	while (start < line.n && is_blank(line.p[start]))
		start++;
	return start == line.n;
}

/* IOS's rule between the mode and those around it: the innermost that knows the line in whole words; else the innermost
 * that knows it at all, unless one further in could not tell what was meant, or one further out knows these very words
 * and waits for more: `ip route` is never short for an interface's `ip route-cache`. */
static int walk_up(const struct cmd_set *set, const struct cmd_place *place, unsigned level, const struct prefix *pre,
		   struct str line, struct arena *a, struct attempt *won, unsigned *depth)
{
	struct attempt at;
	bool found = false;

	for (unsigned d = place->depth; d >= (place->depth ? 1 : 0); d--) {
		attempt(set, place->levels[d].mode, level, pre, line, a, &at);
		if (at.rc == E_NOMEM)
			return E_NOMEM;
		if (!at.rc && (at.exact || (!found && won->err.kind != CMD_ERR_AMBIGUOUS))) {
			*won = at;
			*depth = d;
			found = true;
		}
		if (at.rc < 0 && found && at.exact && at.err.kind == CMD_ERR_INCOMPLETE) {
			*won = at;
			return E_INVAL;
		}
		if (at.rc < 0 && !found && (d == place->depth || at.err.column > won->err.column))
			*won = at;
		if ((!at.rc && at.exact) || !d)
			break;
	}
	return found ? 0 : E_INVAL;
}

int cmd_parse(const struct cmd_set *set, const struct cmd_place *place, unsigned level, struct str line,
	      struct arena *a, struct cmd_match *m, struct cmd_error *err)
{
	struct prefix pre = line_prefix(line, cmd_place_configuring(place), true);
	struct attempt won = { 0 };
	unsigned depth = place->depth;
	int rc;

	*m = (struct cmd_match){ .place = *place, .no = pre.no, .dflt = pre.dflt };
	*err = (struct cmd_error){ 0 };
	if (line.n > CMD_LINE_MAX) {
		*err = (struct cmd_error){ .kind = CMD_ERR_OTHER, .text = "% Line is too long" };
		return E_INVAL;
	}
	if (pre.comment || (pre.pos >= line.n && !pre.no && !pre.dflt))
		return 0;
	rc = walk_up(set, place, level, &pre, line, a, &won, &depth);
	if (!rc) {
		m->place.depth = depth;
		return fill(set, &won, line, a, m, err);
	}
	*err = won.err;
	if (rc == E_INVAL && !place->depth && err->kind == CMD_ERR_INVALID && err->column == pre.pos && one_word(line))
		err->kind = CMD_ERR_UNKNOWN;
	return rc;
}
