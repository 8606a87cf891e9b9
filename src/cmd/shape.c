/* SPDX-License-Identifier: Apache-2.0
 *
 * shape.c: one line of running-config from a row and the data of one entry. Of an alternative, what the data makes true
 * is printed; of an optional part, what says more than its default; and never so that a value would be read back as a
 * keyword. Runs in core.
 */
#include "private.h"

#include "base/ifs.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define REMOVED "<removed>"

/* --- data --- */

const struct lysc_node *line_schema(const struct line *l, uint16_t path)
{
	return l->set->schema[path];
}

const struct lyd_node *line_node(const struct line *l, uint16_t path)
{
	return node_find(l->set->model, l->entry, line_schema(l, path));
}

static const char *default_of(const struct line *l, uint16_t path)
{
	const char *own = row_default(l->set, l->row, path, UINT64_MAX);

	return own ? own : node_default(line_schema(l, path));
}

static const char *value_of(const struct line *l, uint16_t path)
{
	const struct lyd_node *node = line_node(l, path);

	return node ? model_value(node) : default_of(l, path);
}

bool line_differs(const struct line *l, uint16_t path, const char *dflt)
{
	const struct lyd_node *node = line_node(l, path);

	return node && (!dflt || strcmp(model_value(node), dflt));
}

/* Whether printing it tells more than leaving it out of the line. */
static bool says(const struct line *l, uint16_t path)
{
	return line_differs(l, path, default_of(l, path));
}

static bool has_member(const struct line *l, uint16_t path, const char *value)
{
	return node_member(l->set->model, l->entry, line_schema(l, path), value);
}

/* --- shapes --- */

static const struct cmd_tok *tok_at(const struct line *l, const char *s)
{
	return row_tok(l->set, l->row, (unsigned)(uint8_t)*s - 0x80);
}

static bool is_tok(const char *s)
{
	return (uint8_t)*s >= 0x80;
}

/* Behind the item at s (a token or a group), without its `*`. */
static const char *item_end(const char *s)
{
	int depth = 0;

	do {
		depth += (*s == '[' || *s == '(' || *s == '{') - (*s == ']' || *s == ')' || *s == '}');
		s++;
	} while (depth);
	return s;
}

/* The end of the alternative that begins at s. */
static const char *alternative_end(const char *s, const char *end)
{
	while (s < end && *s != '|')
		s = item_end(s);
	return s;
}

static bool ends_range(const struct line *l, const struct cmd_tok *tok)
{
	return tok->path != CMD_NONE && tok->path == l->row->range_last;
}

static bool tok_ready(const struct line *l, const struct cmd_tok *tok)
{
	bool list = tok->path != CMD_NONE && line_schema(l, tok->path)->nodetype == LYS_LEAFLIST;
	const char *wanted = pool_text(l->set, tok->value), *value;

	if (tok->path == CMD_NONE)
		return tok->kind == KIND_WORD;
	if (ends_range(l, tok))
		return l->last;
	if (list)
		return tok->kind == KIND_WORD ? has_member(l, tok->path, wanted) : line_node(l, tok->path) != NULL;
	value = value_of(l, tok->path);
	if (value && !*value && tok->kind != KIND_WORD && tok->kind != KIND_BANNER)
		return false; /* an empty key: left out of the line */
	return value && (tok->kind != KIND_WORD || !strcmp(value, wanted));
}

static bool ready(const struct line *l, const char *s, const char *end);

static const char *ready_alternative(const struct line *l, const char *s, const char *end, const char **stop)
{
	for (; s < end; s = *stop + 1) {
		*stop = alternative_end(s, end);
		if (ready(l, s, *stop))
			return s;
	}
	return NULL;
}

/* Whether everything that is not optional can be printed. */
static bool ready(const struct line *l, const char *s, const char *end)
{
	const char *stop;

	while (s < end) {
		const char *next = item_end(s);

		if (is_tok(s) && !tok_ready(l, tok_at(l, s)))
			return false;
		if (*s == '{' && !ready_alternative(l, s + 1, next - 1, &stop))
			return false;
		s = next + (next < end && *next == '*');
	}
	return true;
}

/* Whether anything printed between says more than the default. */
static bool informs(const struct line *l, const char *s, const char *end)
{
	for (; s < end; s++) {
		const struct cmd_tok *tok = is_tok(s) ? tok_at(l, s) : NULL;

		if (tok && tok_ready(l, tok) && tok->path != CMD_NONE && (ends_range(l, tok) || says(l, tok->path)))
			return true;
	}
	return false;
}

static bool same_word(const char *text, const char *word)
{
	size_t n = strcspn(text, " ");

	return n == strlen(word) && !strncasecmp(text, word, n);
}

/* Whether this text would be read as one of these tokens. */
static bool reads_as(const struct line *l, const char *text, uint64_t tokens)
{
	for (; tokens; tokens &= tokens - 1) {
		const struct cmd_tok *w = row_tok(l->set, l->row, (unsigned)__builtin_ctzll(tokens));

		if (w->kind == KIND_WORD && same_word(text, pool_text(l->set, w->text)))
			return true;
	}
	return false;
}

/* `enable password 0 level` may not be printed without its 0: at that place, `level` is a keyword. */
static bool reads_as_keyword(const struct line *l)
{
	for (unsigned i = 0; i < l->row->tok_n; i++) {
		const struct cmd_tok *v = row_tok(l->set, l->row, i);
		bool free_text =
		    v->path != CMD_NONE && (v->kind == KIND_LINE || v->kind == KIND_STRING || v->kind == KIND_SECRET);
		const char *text = free_text ? value_of(l, v->path) : NULL;

		for (unsigned k = 0; text && k < l->row->tok_n; k++) {
			uint64_t next = row_tok(l->set, l->row, k)->follow;

			if ((next >> i & 1) && reads_as(l, text, next))
				return true;
		}
	}
	return false;
}

static bool is_bound(const struct line *l, const char *s, const char *end)
{
	for (; s < end; s++)
		if (is_tok(s) && tok_at(l, s)->path != CMD_NONE)
			return true;
	return false;
}

/* Whether an optional group that can be printed is. */
static bool wanted(const struct line *l, const char *s, const char *end)
{
	return informs(l, s, end) || (l->whole && is_bound(l, s, end));
}

/* --- words --- */

static void put_word(struct line *l, const char *word)
{
	if (l->begun)
		buf_put_u8(l->out, ' ');
	l->begun = true;
	if (l->hide)
		ifs_put_hidden(l->out, str_of(word), REMOVED);
	else
		buf_puts(l->out, word);
}

/* ^C as IOS prints it; where the text holds that, the control character, which no text can hold. */
static void put_banner(struct line *l, const char *text)
{
	const char *delimiter = strstr(text, "^C") ? "\x03" : "^C";

	put_word(l, delimiter);
	buf_puts(l->out, text);
	buf_puts(l->out, delimiter);
}

static void put_tok(struct line *l, const struct cmd_tok *tok)
{
	if (tok->kind == KIND_WORD)
		put_word(l, pool_text(l->set, tok->text));
	else if (tok->kind == KIND_SECRET && l->hide)
		put_word(l, REMOVED);
	else if (ends_range(l, tok))
		put_word(l, l->last);
	else if (tok->kind == KIND_BANNER)
		put_banner(l, value_of(l, tok->path));
	else
		put_word(l, value_of(l, tok->path));
}

static void put_member(struct line *l, const char *s, const char *end, const char *value)
{
	for (; s < end; s++) {
		const struct cmd_tok *tok = is_tok(s) ? tok_at(l, s) : NULL;

		if (!tok || (tok->kind == KIND_WORD && strcmp(pool_text(l->set, tok->value), value)))
			continue;
		put_word(l, tok->kind == KIND_WORD ? pool_text(l->set, tok->text) : value);
		return;
	}
}

/* The values of a leaf-list: in their order if they have one, else in the row's. */
static void put_members(struct line *l, const char *s, const char *end)
{
	const struct cmd_tok *tok = tok_at(l, *s == '{' ? s + 1 : s);
	const struct lyd_node *node = line_node(l, tok->path);

	if (tok->kind != KIND_WORD || lysc_is_userordered(line_schema(l, tok->path))) {
		for (; node; node = model_next(node))
			put_member(l, s, end, model_value(node));
		return;
	}
	for (; s < end; s++)
		if (is_tok(s) && tok_ready(l, tok_at(l, s)))
			put_tok(l, tok_at(l, s));
}

static void put_shape(struct line *l, const char *s, const char *end)
{
	const char *stop, *from;

	while (s < end) {
		const char *next = item_end(s);

		if (next < end && *next == '*')
			put_members(l, s, next);
		else if (is_tok(s))
			put_tok(l, tok_at(l, s));
		else if (*s == '{' && (from = ready_alternative(l, s + 1, next - 1, &stop)))
			put_shape(l, from, stop);
		else if (*s == '(' && ready(l, s + 1, next - 1))
			put_shape(l, s + 1, next - 1);
		else if (*s == '[' && ready(l, s + 1, next - 1) && wanted(l, s + 1, next - 1))
			put_shape(l, s + 1, next - 1);
		s = next + (next < end && *next == '*');
	}
}

bool line_ready(const struct line *l)
{
	const char *s = pool_text(l->set, l->row->shape);

	return ready(l, s, s + strlen(s));
}

void line_put(struct line *l, bool no)
{
	const char *s = pool_text(l->set, l->row->shape);

	l->whole = reads_as_keyword(l);
	if (no)
		put_word(l, "no");
	if (!no || l->row->list != CMD_NONE) {
		put_shape(l, s, s + strlen(s));
	} else {
		for (unsigned i = 0; i < l->row->words; i++)
			put_word(l, pool_text(l->set, row_tok(l->set, l->row, i)->text));
	}
	buf_put_u8(l->out, '\n');
}
