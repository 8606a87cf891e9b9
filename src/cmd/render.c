/* SPDX-License-Identifier: Apache-2.0
 *
 * render.c: running-config from the rows. A row is printed when a leaf of it is not its default (or the row says
 * `always`); entries come in their order, and equal neighbours of a range as one. What is printed parses to the same
 * data. Runs in core, which must not be held up: the whole can be printed in pieces, as long as nothing changes
 * between.
 */
#include "private.h"

#include "base/sort.h"

#include <ctype.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct render {
	const struct cmd_set *set;
	struct buf *out;
	struct cmd_view view;
	bool separate; /* a `!` is due before the next line */
	unsigned indent;
};

static void render_mode(struct render *r, const struct cmd_mode *mode, const struct lyd_node *entry);

/* --- lines --- */

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
	start_line(r);
	l->out = r->out;
	l->hide = r->view.hide_secrets;
	line_put(l, no);
}

static bool says_no(const struct line *l)
{
	for (unsigned i = 0; i < l->row->no_n; i++) {
		const struct cmd_bind *b = &l->set->table->binds[l->row->no + i];
		const struct lyd_node *node = line_node(l, b->path);

		if (!node || strcmp(model_value(node), pool_text(l->set, b->value)))
			return false;
	}
	return l->row->no_n;
}

static bool is_flag_row(const struct line *l)
{
	const struct cmd_tok *tok = row_tok(l->set, l->row, l->row->words - 1u);
	const struct lysc_node *s = tok->path == CMD_NONE ? NULL : line_schema(l, tok->path);

	return s && s->nodetype == LYS_LEAF && ((const struct lysc_node_leaf *)s)->type->basetype == LY_TYPE_BOOL;
}

static void render_leaves(struct render *r, const struct cmd_row *row, const struct lyd_node *scope)
{
	struct line l = { .set = r->set, .row = row, .entry = scope };
	bool changed = false, known = false, is_ready;
	unsigned cursor = 0;
	uint16_t path;

	while (!changed && (path = row_path(r->set, row, &cursor)) != CMD_NONE) {
		changed = line_differs(&l, path, node_default(line_schema(&l, path)));
		known |= node_default(line_schema(&l, path)) != NULL;
	}
	is_ready = line_ready(&l);
	if (says_no(&l) && (changed || r->view.all))
		put_line(r, &l, true);
	else if (is_ready && (changed || (r->view.all && known) || (row->flags & ROW_ALWAYS)))
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
	const struct lyd_node *ka = lyd_child(a), *kb = lyd_child(b);
	int order = 0;

	for (; !order && ka && kb && (ka->schema->flags & LYS_KEY); ka = ka->next, kb = kb->next)
		order = compare_key(ka, kb);
	return order;
}

/* The entries of one list: gathered, put in order, printed; in pieces, because there may be a hundred thousand. */
struct listing {
	const struct cmd_row *row;
	const struct lyd_node *next; /* to gather */
	const void **entries;
	size_t n, room, printed;
	bool as_entered, ordered; /* the list says so; they are as they shall be printed, so far */
	struct sort sort;
};

static void listing_begin(const struct render *r, struct listing *l, const struct cmd_row *row,
			  const struct lyd_node *scope)
{
	const struct lysc_node *list = r->set->schema[row->list];

	*l = (struct listing){ .row = row, .next = node_find(r->set->model, scope, list), .ordered = true };
	l->as_entered = lysc_is_userordered(list);
}

static void listing_release(struct listing *l)
{
	sort_release(&l->sort);
	free(l->entries);
	*l = (struct listing){ 0 };
}

/* A list that does not fit into memory is none: the buffer says so. */
static void no_memory(struct render *r, struct listing *l)
{
	r->out->err = E_NOMEM;
	l->next = NULL;
	l->n = 0;
	l->ordered = true;
}

static void gather(struct render *r, struct listing *l, size_t most)
{
	for (; l->next && most; l->next = model_next(l->next), most--) {
		if (l->n == l->room) {
			const void **more = realloc(l->entries, (2 * l->room + 16) * sizeof *more);

			if (!more) {
				no_memory(r, l);
				return;
			}
			l->entries = more;
			l->room = 2 * l->room + 16;
		}
		if (!l->as_entered && l->ordered && l->n)
			l->ordered = compare_entries(l->entries[l->n - 1], l->next) <= 0;
		l->entries[l->n++] = l->next;
	}
	if (!l->next && !l->ordered && sort_init(&l->sort, l->entries, l->n, compare_entries) < 0)
		no_memory(r, l);
}

static void body_of(const struct render *r, const struct cmd_row *row, const struct lyd_node *entry, struct buf *out)
{
	struct render inner = { .set = r->set, .out = out, .view = r->view, .indent = r->indent + 1 };

	render_mode(&inner, &r->set->table->modes[row->enter], entry);
}

/* Neighbours of a range: the same but for the numbers, which count on. */
static bool neighbours(const struct ranges *rs, const struct lyd_node *a, const struct lyd_node *b)
{
	struct range_keys k = { 0 };
	const struct lyd_node *key = lyd_child(a);

	for (unsigned i = 0; key && (key->schema->flags & LYS_KEY); i++, key = key->next)
		k.key[i] = lyd_get_value(key);
	return range_last(rs, a) + 1 == range_first(rs, b) && range_same_keys(rs, b, k.key);
}

/* Prints the entries from `entries[0]` on that are one range with the same body; returns how many. */
static size_t render_range(struct render *r, const struct cmd_row *row, const struct ranges *rs,
			   const void *const *entries, size_t n)
{
	struct line l = { .set = r->set, .row = row, .entry = entries[0] };
	struct buf body, other;
	char last[24];
	size_t used = 1;

	buf_init(&body, 0);
	buf_init(&other, 0);
	body_of(r, row, entries[0], &body);
	for (; used < n && neighbours(rs, entries[used - 1], entries[used]); used++) {
		if (range_alike(rs, entries[0], entries[used])) /* then the same is printed */
			continue;
		buf_clear(&other);
		body_of(r, row, entries[used], &other);
		if (!str_eq(buf_str(&body), buf_str(&other)))
			break;
	}
	snprintf(last, sizeof last, "%lu", range_last(rs, entries[used - 1]));
	l.last = range_last(rs, entries[used - 1]) > range_first(rs, entries[0]) ? last : NULL;
	put_line(r, &l, false);
	buf_put(r->out, buf_ptr(&body), buf_len(&body));
	buf_release(&body);
	buf_release(&other);
	return used;
}

static void render_entry(struct render *r, const struct cmd_row *row, const struct lyd_node *entry)
{
	struct line l = { .set = r->set, .row = row, .entry = entry };

	bool no = says_no(&l);

	if (!no && !line_ready(&l))
		return;
	put_line(r, &l, no);
	if (row->enter == CMD_NONE)
		return;
	r->indent++;
	render_mode(r, &r->set->table->modes[row->enter], entry);
	r->indent--;
	r->separate = true;
}

/* True when the whole list is printed. */
static bool listing_step(struct render *r, struct listing *l, size_t most)
{
	struct ranges rs;
	bool is_range;

	if (l->next) {
		gather(r, l, most);
		return false;
	}
	if (!l->ordered) {
		l->ordered = sort_step(&l->sort, most);
		return false;
	}
	is_range = ranges_of_row(r->set, l->row, &rs);
	for (; l->printed < l->n && most; most--) {
		if (is_range)
			l->printed += render_range(r, l->row, &rs, l->entries + l->printed, l->n - l->printed);
		else
			render_entry(r, l->row, l->entries[l->printed++]);
	}
	return l->printed == l->n;
}

static void render_list(struct render *r, const struct cmd_row *row, const struct lyd_node *scope)
{
	struct listing l;

	listing_begin(r, &l, row, scope);
	while (!listing_step(r, &l, SIZE_MAX))
		;
	listing_release(&l);
}

static bool is_set(const struct line *l)
{
	unsigned cursor = 0;
	uint16_t path;

	while ((path = row_path(l->set, l->row, &cursor)) != CMD_NONE)
		if (line_differs(l, path, node_default(line_schema(l, path))))
			return true;
	return false;
}

/* A mode without entries of its own is shown when it holds something, or when a leaf of the row says that it is there.
 */
static void render_container(struct render *r, const struct cmd_row *row, const struct lyd_node *scope)
{
	struct line l = { .set = r->set, .row = row, .entry = scope };
	struct buf body;

	buf_init(&body, 0);
	body_of(r, row, scope, &body);
	if (buf_len(&body) || is_set(&l)) {
		put_line(r, &l, false);
		buf_put(r->out, buf_ptr(&body), buf_len(&body));
		r->separate = true;
	}
	buf_release(&body);
}

/* A row that is no list. */
static void render_single(struct render *r, const struct cmd_row *row, const struct lyd_node *entry)
{
	if (row->enter != CMD_NONE)
		render_container(r, row, entry);
	else
		render_leaves(r, row, entry);
}

/* False for a row that running-config does not have, or not for who looks at it. */
static bool begin_row(struct render *r, const struct cmd_row *row)
{
	if (row->flags & ROW_GROUP)
		r->separate = true;
	return !(row->flags & ROW_INPUT) && row->handler == CMD_NONE &&
	       r->set->level[row - r->set->table->rows] <= r->view.level;
}

static void render_mode(struct render *r, const struct cmd_mode *mode, const struct lyd_node *entry)
{
	for (unsigned i = 0; i < mode->row_n; i++) {
		const struct cmd_row *row = &r->set->table->rows[mode->row + i];

		if (!begin_row(r, row))
			continue;
		if (row->list != CMD_NONE)
			render_list(r, row, entry);
		else
			render_single(r, row, entry);
	}
}

/* --- the whole, in pieces --- */

#define PIECE 32 /* entries, which may have modes of their own */

struct cmd_render {
	struct render r;
	unsigned row; /* of global configuration: the next one */
	struct listing list;
	bool listing; /* a list is under way */
};

struct cmd_render *cmd_render_new(const struct cmd_set *set, struct cmd_view view, struct buf *out)
{
	struct cmd_render *c = calloc(1, sizeof *c);

	if (c)
		c->r = (struct render){ .set = set, .out = out, .view = view };
	return c;
}

bool cmd_render_step(struct cmd_render *c)
{
	const struct cmd_table *table = c->r.set->table;
	const struct cmd_mode *config = &table->modes[1];
	const struct cmd_row *row;

	if (c->listing) {
		c->listing = !listing_step(&c->r, &c->list, PIECE);
		if (!c->listing)
			listing_release(&c->list);
		return false;
	}
	if (c->row == config->row_n)
		return true;
	row = &table->rows[config->row + c->row++];
	if (!begin_row(&c->r, row))
		return false;
	if (row->list != CMD_NONE) {
		listing_begin(&c->r, &c->list, row, NULL);
		c->listing = true;
	} else {
		render_single(&c->r, row, NULL);
	}
	return false;
}

void cmd_render_free(struct cmd_render *c)
{
	if (c)
		listing_release(&c->list);
	free(c);
}
