/* SPDX-License-Identifier: Apache-2.0
 *
 * render.c: running-config from the rows. A row is printed when a leaf of it is not its default (or the row says
 * `always`), with the alternative that the data makes true and the optional parts that say something. What is printed
 * parses to the same data. Runs in core.
 */
#include "private.h"

#include <ctype.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct render {
	const struct cmd_set *set;
	struct buf *out;
	bool all;
	bool separate; /* a `!` is due before the next line */
	unsigned indent;
};

/* One row at one entry. */
struct line {
	const struct render *r;
	const struct cmd_row *row;
	const struct lyd_node *entry; /* where its leaves are */
	const char *last;             /* end of a range, or NULL */
	struct buf *out;
	bool begun;
	bool whole; /* a value reads like a keyword of the row: leave no optional word out before it */
};

static void render_mode(struct render *r, const struct cmd_mode *mode, const struct lyd_node *entry);

/* --- data --- */

static const struct lysc_node *schema_of(const struct line *l, uint16_t path)
{
	return l->r->set->schema[path];
}

static const struct lyd_node *node_of(const struct line *l, uint16_t path)
{
	return node_find(l->r->set->model, l->entry, schema_of(l, path));
}

static const char *default_of(const struct line *l, uint16_t path)
{
	const char *own = row_default(l->r->set, l->row, path, UINT64_MAX);

	return own ? own : node_default(schema_of(l, path));
}

static const char *value_of(const struct line *l, uint16_t path)
{
	const struct lyd_node *node = node_of(l, path);

	return node ? model_value(node) : default_of(l, path);
}

static bool differs(const struct line *l, uint16_t path, const char *dflt)
{
	const struct lyd_node *node = node_of(l, path);

	return node && (!dflt || strcmp(model_value(node), dflt));
}

/* Whether printing it tells more than leaving it out of the line. */
static bool says(const struct line *l, uint16_t path)
{
	return differs(l, path, default_of(l, path));
}

static bool has_member(const struct line *l, uint16_t path, const char *value)
{
	return node_member(l->r->set->model, l->entry, schema_of(l, path), value);
}

/* --- shapes --- */

static const struct cmd_tok *tok_at(const struct line *l, const char *s)
{
	return row_tok(l->r->set, l->row, (unsigned)(uint8_t)*s - 0x80);
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

static bool tok_ready(const struct line *l, const struct cmd_tok *tok)
{
	bool list = tok->path != CMD_NONE && schema_of(l, tok->path)->nodetype == LYS_LEAFLIST;
	const char *wanted = pool_text(l->r->set, tok->value), *value;

	if (tok->path == CMD_NONE)
		return tok->kind == KIND_WORD || (l->last && tok->text == l->row->range_arg);
	if (list)
		return tok->kind == KIND_WORD ? has_member(l, tok->path, wanted) : node_of(l, tok->path) != NULL;
	value = value_of(l, tok->path);
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

		if (tok && tok_ready(l, tok) && (tok->path == CMD_NONE ? tok->kind != KIND_WORD : says(l, tok->path)))
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
		const struct cmd_tok *w = row_tok(l->r->set, l->row, (unsigned)__builtin_ctzll(tokens));

		if (w->kind == KIND_WORD && same_word(text, pool_text(l->r->set, w->text)))
			return true;
	}
	return false;
}

/* `enable password 0 level` may not be printed without its 0: at that place, `level` is a keyword. */
static bool value_like_keyword(const struct line *l)
{
	for (unsigned i = 0; i < l->row->tok_n; i++) {
		const struct cmd_tok *v = row_tok(l->r->set, l->row, i);
		bool free_text = v->path != CMD_NONE && (v->kind == KIND_LINE || v->kind == KIND_STRING);
		const char *text = free_text ? value_of(l, v->path) : NULL;

		for (unsigned k = 0; text && k < l->row->tok_n; k++) {
			uint64_t next = row_tok(l->r->set, l->row, k)->follow;

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
		put_word(l, pool_text(l->r->set, tok->text));
	else if (tok->path == CMD_NONE)
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

		if (!tok || (tok->kind == KIND_WORD && strcmp(pool_text(l->r->set, tok->value), value)))
			continue;
		put_word(l, tok->kind == KIND_WORD ? pool_text(l->r->set, tok->text) : value);
		return;
	}
}

/* The values of a leaf-list: in their order if they have one, else in the row's. */
static void put_members(struct line *l, const char *s, const char *end)
{
	const struct cmd_tok *tok = tok_at(l, *s == '{' ? s + 1 : s);
	const struct lyd_node *node = node_of(l, tok->path);

	if (tok->kind != KIND_WORD || lysc_is_userordered(schema_of(l, tok->path))) {
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

/* --- lines --- */

static const char *shape_of(const struct line *l)
{
	return pool_text(l->r->set, l->row->shape);
}

static bool line_ready(const struct line *l)
{
	const char *s = shape_of(l);

	return ready(l, s, s + strlen(s));
}

static void start_line(struct render *r)
{
	if (r->separate && r->indent == 0 && buf_len(r->out))
		buf_puts(r->out, "!\n");
	r->separate = false;
	for (unsigned i = 0; i < r->indent; i++)
		buf_put_u8(r->out, ' ');
}

static void put_line(struct render *r, struct line *l, bool no)
{
	const char *s = shape_of(l);

	start_line(r);
	l->out = r->out;
	l->whole = value_like_keyword(l);
	if (no)
		put_word(l, "no");
	for (unsigned i = 0; no && i < l->row->words; i++)
		put_word(l, pool_text(r->set, row_tok(r->set, l->row, i)->text));
	if (!no)
		put_shape(l, s, s + strlen(s));
	buf_put_u8(r->out, '\n');
}

static bool says_no(const struct line *l)
{
	for (unsigned i = 0; i < l->row->no_n; i++) {
		const struct cmd_bind *b = &l->r->set->table->binds[l->row->no + i];
		const struct lyd_node *node = node_of(l, b->path);

		if (!node || strcmp(model_value(node), pool_text(l->r->set, b->value)))
			return false;
	}
	return l->row->no_n;
}

static bool is_flag_row(const struct line *l)
{
	const struct cmd_tok *tok = row_tok(l->r->set, l->row, l->row->words - 1u);
	const struct lysc_node *s = tok->path == CMD_NONE ? NULL : schema_of(l, tok->path);

	return s && s->nodetype == LYS_LEAF && ((const struct lysc_node_leaf *)s)->type->basetype == LY_TYPE_BOOL;
}

static void render_leaves(struct render *r, const struct cmd_row *row, const struct lyd_node *scope)
{
	struct line l = { .r = r, .row = row, .entry = scope };
	bool changed = false, is_ready;
	unsigned cursor = 0;
	uint16_t path;

	while (!changed && (path = row_path(r->set, row, &cursor)) != CMD_NONE)
		changed = differs(&l, path, node_default(schema_of(&l, path)));
	is_ready = line_ready(&l);
	if (says_no(&l))
		put_line(r, &l, true);
	else if (is_ready && (changed || r->all || (row->flags & ROW_ALWAYS)))
		put_line(r, &l, false);
	else if (!is_ready && is_flag_row(&l) && (changed || (row->flags & ROW_ALWAYS)))
		put_line(r, &l, true);
	else if (!is_ready && (row->flags & ROW_ALWAYS) &&
		 (row->unless == CMD_NONE || !node_find(r->set->model, scope, r->set->schema[row->unless])))
		put_line(r, &l, true);
}

/* --- lists --- */

/* Digits count as numbers: Ethernet2/0 comes before Ethernet10/0. */
static int natural(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *end_a, *end_b;
			unsigned long na = strtoul(a, &end_a, 10), nb = strtoul(b, &end_b, 10);

			if (na != nb)
				return na < nb ? -1 : 1;
			a = end_a;
			b = end_b;
		} else if (*a != *b) {
			break;
		} else {
			a++;
			b++;
		}
	}
	return (unsigned char)*a - (unsigned char)*b;
}

static int compare_key(const struct lyd_node *a, const struct lyd_node *b)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)a->schema)->type;
	const struct lyd_value *va = &((const struct lyd_node_term *)a)->value;
	const struct lyd_value *vb = &((const struct lyd_node_term *)b)->value;

	if (type->basetype == LY_TYPE_ENUM)
		return (va->enum_item->value > vb->enum_item->value) - (va->enum_item->value < vb->enum_item->value);
	return natural(lyd_get_value(a), lyd_get_value(b));
}

static int compare_entries(const void *a, const void *b)
{
	const struct lyd_node *ka = lyd_child(*(const struct lyd_node *const *)a);
	const struct lyd_node *kb = lyd_child(*(const struct lyd_node *const *)b);
	int order = 0;

	for (; !order && ka && kb && (ka->schema->flags & LYS_KEY); ka = ka->next, kb = kb->next)
		order = compare_key(ka, kb);
	return order;
}

static const struct lyd_node **entries_of(const struct render *r, const struct cmd_row *row,
					  const struct lyd_node *scope, size_t *n)
{
	const struct lysc_node *list = r->set->schema[row->list];
	const struct lyd_node *first = node_find(r->set->model, scope, list);
	const struct lyd_node **entries;

	*n = 0;
	for (const struct lyd_node *e = first; e; e = model_next(e))
		++*n;
	entries = malloc((*n + 1) * sizeof(struct lyd_node *));
	if (!entries) {
		*n = 0;
		r->out->err = E_NOMEM;
		return NULL;
	}
	*n = 0;
	for (const struct lyd_node *e = first; e; e = model_next(e))
		entries[(*n)++] = e;
	if (!lysc_is_userordered(list))
		qsort(entries, *n, sizeof(struct lyd_node *), compare_entries);
	return entries;
}

static void body_of(const struct render *r, const struct cmd_row *row, const struct lyd_node *entry, struct buf *out)
{
	struct render inner = { .set = r->set, .out = out, .all = r->all, .indent = r->indent + 1 };

	render_mode(&inner, &r->set->table->modes[row->enter], entry);
}

static unsigned long number_of(const struct render *r, const struct cmd_row *row, const struct lyd_node *entry)
{
	const struct lyd_node *key = node_find(r->set->model, entry, r->set->schema[row->range_key]);

	return key ? strtoul(lyd_get_value(key), NULL, 10) : 0;
}

/* Neighbours of a range: the same but for the number, which counts on. */
static bool neighbours(const struct render *r, const struct cmd_row *row, const struct lyd_node *a,
		       const struct lyd_node *b)
{
	const struct lyd_node *ka = lyd_child(a), *kb = lyd_child(b);
	const struct lysc_node *counted = r->set->schema[row->range_key];

	for (; ka && kb && (ka->schema->flags & LYS_KEY); ka = ka->next, kb = kb->next)
		if (ka->schema != counted && strcmp(lyd_get_value(ka), lyd_get_value(kb)))
			return false;
	return number_of(r, row, a) + 1 == number_of(r, row, b);
}

/* Prints the entries from `entries[0]` on that are one range with the same body; returns how many. */
static size_t render_range(struct render *r, const struct cmd_row *row, const struct lyd_node **entries, size_t n)
{
	struct line l = { .r = r, .row = row, .entry = entries[0] };
	struct buf body, other;
	char last[24];
	size_t used = 1;

	buf_init(&body, 0);
	buf_init(&other, 0);
	body_of(r, row, entries[0], &body);
	for (; used < n && neighbours(r, row, entries[used - 1], entries[used]); used++) {
		buf_clear(&other);
		body_of(r, row, entries[used], &other);
		if (!str_eq(buf_str(&body), buf_str(&other)))
			break;
	}
	snprintf(last, sizeof last, "%lu", number_of(r, row, entries[used - 1]));
	l.last = used > 1 ? last : NULL;
	put_line(r, &l, false);
	buf_put(r->out, buf_ptr(&body), buf_len(&body));
	buf_release(&body);
	buf_release(&other);
	return used;
}

static void render_list(struct render *r, const struct cmd_row *row, const struct lyd_node *scope)
{
	size_t n;
	const struct lyd_node **entries = entries_of(r, row, scope, &n);

	for (size_t i = 0; i < n;) {
		struct line l = { .r = r, .row = row, .entry = entries[i] };

		if (row->range_key != CMD_NONE) {
			i += render_range(r, row, entries + i, n - i);
			continue;
		}
		if (line_ready(&l)) {
			put_line(r, &l, false);
			if (row->enter != CMD_NONE) {
				r->indent++;
				render_mode(r, &r->set->table->modes[row->enter], entries[i]);
				r->indent--;
				r->separate = true;
			}
		}
		i++;
	}
	free(entries);
}

/* A mode without entries of its own is shown when it holds something. */
static void render_container(struct render *r, const struct cmd_row *row, const struct lyd_node *scope)
{
	struct line l = { .r = r, .row = row, .entry = scope };
	struct buf body;

	buf_init(&body, 0);
	body_of(r, row, scope, &body);
	if (buf_len(&body)) {
		put_line(r, &l, false);
		buf_put(r->out, buf_ptr(&body), buf_len(&body));
		r->separate = true;
	}
	buf_release(&body);
}

static void render_mode(struct render *r, const struct cmd_mode *mode, const struct lyd_node *entry)
{
	for (unsigned i = 0; i < mode->row_n; i++) {
		const struct cmd_row *row = &r->set->table->rows[mode->row + i];

		if (row->flags & ROW_GROUP)
			r->separate = true;
		if ((row->flags & ROW_INPUT) || row->handler != CMD_NONE)
			continue;
		if (row->list != CMD_NONE)
			render_list(r, row, entry);
		else if (row->enter != CMD_NONE)
			render_container(r, row, entry);
		else
			render_leaves(r, row, entry);
	}
}

void cmd_render(const struct cmd_set *set, bool all, struct buf *out)
{
	struct render r = { .set = set, .out = out, .all = all };

	render_mode(&r, &set->table->modes[1], NULL);
}
