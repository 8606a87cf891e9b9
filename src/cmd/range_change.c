/* SPDX-License-Identifier: Apache-2.0
 *
 * range_change.c: a change of the entries that hold some numbers: those that hold more are cut, and what is alike
 * afterwards is joined. Runs in core.
 */
#include "private.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tile {
	struct lyd_node *entry;
	unsigned long first, last;
};

struct tiles {
	struct tile *tile; /* in order */
	size_t n;
};

static int by_first(const void *a, const void *b)
{
	const struct tile *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Those that hold one of these numbers or stand beside them. */
static int find_tiles(const struct range_change *c, struct tiles *out)
{
	size_t room = 0;

	*out = (struct tiles){ 0 };
	for (struct lyd_node *e = node_find(c->set->model, c->scope, c->of.list); e;
	     e = (struct lyd_node *)model_next(e)) {
		struct tile tile = { e, range_first(&c->of, e), range_last(&c->of, e) };

		if (tile.last + 1 < c->first || tile.first > c->last + 1 || !range_same_keys(&c->of, e, c->keys))
			continue;
		if (out->n == room) {
			struct tile *more = realloc(out->tile, (2 * room + 8) * sizeof *more);

			if (!more)
				return E_NOMEM;
			out->tile = more;
			room = 2 * room + 8;
		}
		out->tile[out->n++] = tile;
	}
	if (out->n)
		qsort(out->tile, out->n, sizeof *out->tile, by_first);
	return 0;
}

static const char *const *keys_at(const struct range_change *c, unsigned long number, struct range_keys *k)
{
	memcpy(k->key, c->keys, sizeof k->key);
	snprintf(k->number, sizeof k->number, "%lu", number);
	k->key[c->of.at] = k->number;
	return k->key;
}

/* The leaf is there where it says more than the key. */
static int set_last(const struct range_change *c, struct lyd_node *entry, unsigned long last)
{
	struct lyd_node *leaf = range_last_leaf(&c->of, entry);
	char text[24];

	if (last == range_first(&c->of, entry))
		return leaf ? txn_delete_node(c->t, leaf, c->e) : 0;
	snprintf(text, sizeof text, "%lu", last);
	return txn_set_node(c->t, entry, c->of.last, text, c->e);
}

/* What there is from `at` on becomes an entry of its own. */
static int cut(const struct range_change *c, const struct tile *tile, unsigned long at, struct lyd_node **out)
{
	struct range_keys k;
	int rc = txn_copy_node(c->t, tile->entry, keys_at(c, at, &k), out, c->e);

	if (rc == 0)
		rc = set_last(c, *out, tile->last);
	return rc ? rc : set_last(c, tile->entry, at - 1);
}

/* Of the tile, the numbers of the change alone. */
static int cut_out(const struct range_change *c, struct tile *tile)
{
	struct lyd_node *rest;
	int rc = 0;

	if (tile->first < c->first) {
		rc = cut(c, tile, c->first, &rest);
		*tile = (struct tile){ rest, c->first, tile->last };
	}
	if (rc == 0 && tile->last > c->last)
		rc = cut(c, tile, c->last + 1, &rest);
	return rc;
}

/* An entry of which only some numbers are meant is not cut for a change that is none. */
static int change_tile(const struct range_change *c, struct tile *tile)
{
	size_t mark = txn_changes(c->t);
	int rc = c->fn(c->arg, tile->entry);

	if (rc || (tile->first >= c->first && tile->last <= c->last) || txn_changes(c->t) == mark)
		return rc;
	txn_undo_to(c->t, mark);
	rc = cut_out(c, tile);
	return rc ? rc : c->fn(c->arg, tile->entry);
}

static int fill_gap(const struct range_change *c, unsigned long first, unsigned long last)
{
	struct lyd_node *entry;
	struct range_keys k;
	int rc;

	if (!c->make)
		return 0;
	rc = txn_entry_node(c->t, c->scope, c->of.list, keys_at(c, first, &k), &entry, c->e);
	if (rc == 0)
		rc = set_last(c, entry, last);
	return rc ? rc : c->fn(c->arg, entry);
}

static int change_all(const struct range_change *c, const struct tiles *found)
{
	unsigned long next = c->first;
	int rc = 0;

	for (size_t i = 0; i < found->n && !rc; i++) {
		struct tile *tile = &found->tile[i];
		unsigned long after = tile->last + 1; /* it may be cut or gone afterwards */

		if (tile->last < c->first || tile->first > c->last)
			continue;
		if (next < tile->first)
			rc = fill_gap(c, next, tile->first - 1);
		rc = rc ? rc : change_tile(c, tile);
		next = after;
	}
	return rc || next > c->last ? rc : fill_gap(c, next, c->last);
}

static int join(const struct range_change *c, const struct tiles *found)
{
	struct tile *one = found->tile;
	int rc = 0;

	for (size_t i = 1; i < found->n && !rc; i++) {
		struct tile *next = &found->tile[i];

		if (one->last + 1 != next->first ||
		    entry_permanent(c->set, one->entry) != entry_permanent(c->set, next->entry) ||
		    !range_alike(&c->of, one->entry, next->entry)) {
			one = next;
			continue;
		}
		rc = set_last(c, one->entry, next->last);
		rc = rc ? rc : txn_delete_node(c->t, next->entry, c->e);
		one->last = next->last;
	}
	return rc;
}

int range_apply(const struct range_change *c)
{
	size_t mark = txn_changes(c->t);
	struct tiles found;
	int rc = find_tiles(c, &found);

	rc = rc ? err_set(c->e, rc, "out of memory") : change_all(c, &found);
	free(found.tile);
	if (rc || txn_changes(c->t) == mark)
		return rc;
	rc = find_tiles(c, &found);
	rc = rc ? err_set(c->e, rc, "out of memory") : join(c, &found);
	free(found.tile);
	return rc;
}
