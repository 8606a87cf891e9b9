/* SPDX-License-Identifier: Apache-2.0
 *
 * swap.c: see swap.h. Both trees are walked by key, each node is looked for on the other side once (a hashed lookup),
 * so the cost is linear in their size. What differs is noted as the edits that a transaction would have made; the order
 * of entries counts where the schema says so. Runs in core.
 */
#include "swap.h"

#include "private.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 32 /* of the schema, with room */

/* Siblings on either side: first the old ones are looked at, then the new ones. */
struct level {
	struct lyd_node *old_first, *new_first;
	struct lyd_node *old, *new; /* the next ones to be looked at */
	struct lyd_node *scope;     /* on the new side, see struct edit */
	struct lyd_node *order;     /* the old entry that should come next in a list whose order counts */
};

struct swap {
	struct model *m, *other;
	uint64_t version;
	struct level levels[DEPTH];
	unsigned depth; /* 0: all is compared */
	struct edits edits;
	struct tops tops;
	bool no_memory;
};

int model_new_beside(const struct model *m, struct model **out, struct errbuf *e)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return err_set(e, E_NOMEM, "out of memory");
	(*out)->ctx = m->ctx;
	(*out)->beside = true;
	return 0;
}

/* The first child that has none itself, below containers and entries alike, goes first. */
bool model_clear_step(struct model *m, unsigned most)
{
	if (edits_release_some(&m->spent, &most))
		return false;
	for (; m->tree && most; most--) {
		struct lyd_node *node = m->tree;

		while (lyd_child_no_keys(node))
			node = lyd_child_no_keys(node);
		if (node == m->tree)
			m->tree = node->next;
		lyd_free_tree(node);
	}
	return !m->tree;
}

static void push(struct swap *s, struct lyd_node *old, struct lyd_node *new, struct lyd_node *scope)
{
	if (s->depth == DEPTH) {
		s->no_memory = true; /* a schema deeper than that is a mistake in the source */
		return;
	}
	s->levels[s->depth++] =
	    (struct level){ .old_first = old, .new_first = new, .old = old, .new = new, .scope = scope };
}

struct swap *swap_new(struct model *m, struct model *other)
{
	struct swap *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->m = m;
	s->other = other;
	s->version = m->version;
	push(s, m->tree, other->tree, NULL);
	return s;
}

void swap_free(struct swap *s)
{
	if (s)
		edits_release(&s->edits);
	free(s);
}

size_t swap_changes(const struct swap *s)
{
	return s->edits.n;
}

bool swap_is_stale(const struct swap *s)
{
	return s->version != s->m->version;
}

/* --- comparing --- */

static struct lyd_node *counterpart(const struct lyd_node *siblings, const struct lyd_node *node)
{
	struct lyd_node *found = NULL;
	LY_ERR failed;

	if (!siblings)
		return NULL;
	if (node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST))
		failed = lyd_find_sibling_first(siblings, node, &found);
	else
		failed = lyd_find_sibling_val(siblings, node->schema, NULL, 0, &found);
	return failed ? NULL : found;
}

static const char *term_value(const struct lyd_node *node)
{
	return node->schema->nodetype & LYD_NODE_TERM ? lyd_get_value(node) : NULL;
}

/* Neighbours are in one top mostly; there are fewer tops in the schema than there is room for. */
static void note_top(struct swap *s, const struct lysc_node *schema)
{
	struct tops *tops = &s->tops;
	size_t i = 0;

	while (schema->parent)
		schema = schema->parent;
	while (i < tops->n && tops->top[tops->n - 1 - i].node != schema)
		i++;
	if (i < tops->n)
		tops->top[tops->n - 1 - i].last = s->edits.n;
	else if (tops->n < TOPS_MAX)
		tops->top[tops->n++] = (struct top){ schema, s->edits.n, s->edits.n };
	else
		s->no_memory = true;
}

static void note(struct swap *s, enum change_op op, struct lyd_node *node, const char *before, const char *after)
{
	struct edit *ed = edits_reserve(&s->edits);

	if (!ed) {
		s->no_memory = true;
		return;
	}
	ed->c = (struct change){ .op = op, .schema = node->schema, .node = node, .before = before, .after = after };
	ed->scope = s->levels[s->depth - 1].scope;
	note_top(s, node->schema);
	s->tops.rules |= (uintptr_t)node->schema->priv;
	s->edits.n++;
}

/* A plain container is no change of its own, what is in it is. */
static void gone(struct swap *s, struct lyd_node *old)
{
	if (node_is_plain_container(old->schema))
		push(s, lyd_child(old), NULL, s->levels[s->depth - 1].scope);
	else
		note(s, CHANGE_DELETE, old, term_value(old), NULL);
}

static void come(struct swap *s, struct lyd_node *new)
{
	bool plain = node_is_plain_container(new->schema);

	if (new->schema->flags & LYS_KEY)
		return;
	if (!plain)
		note(s, CHANGE_CREATE, new, NULL, term_value(new));
	if (!(new->schema->nodetype &LYD_NODE_TERM))
		push(s, NULL, lyd_child(new), plain ? s->levels[s->depth - 1].scope : new);
}

static void look_at_old(struct swap *s, struct level *at)
{
	struct lyd_node *old = at->old, *new = counterpart(at->new_first, old);

	at->old = old->next;
	if (!new)
		gone(s, old);
	else if (!(old->schema->nodetype & LYD_NODE_TERM))
		push(s, lyd_child(old), lyd_child(new), node_is_plain_container(new->schema) ? at->scope : new);
	else if (strcmp(lyd_get_value(old), lyd_get_value(new)) != 0)
		note(s, CHANGE_VALUE, new, lyd_get_value(old), lyd_get_value(new));
}

/* From `old` on, the first of these entries that is still there. */
static struct lyd_node *still_there(const struct level *at, struct lyd_node *old, const struct lysc_node *schema)
{
	while (old && (old->schema != schema || !counterpart(at->new_first, old)))
		old = old->next;
	return old;
}

static void look_at_new(struct swap *s, struct level *at)
{
	struct lyd_node *new = at->new, *old = counterpart(at->old_first, new);

	at->new = new->next;
	if (!old) {
		come(s, new);
		return;
	}
	if (!lysc_is_userordered(new->schema))
		return;
	if (!at->order || at->order->schema != new->schema)
		at->order = still_there(at, at->old_first, new->schema);
	if (at->order == old) {
		at->order = still_there(at, old->next, new->schema);
	} else {
		gone(s, old);
		come(s, new);
	}
}

bool swap_step(struct swap *s, unsigned most)
{
	for (; s->depth && !s->no_memory && most; most--) {
		struct level *at = &s->levels[s->depth - 1];

		if (at->old)
			look_at_old(s, at);
		else if (at->new)
			look_at_new(s, at);
		else
			s->depth--;
	}
	return !s->depth || s->no_memory;
}

/* --- changing places --- */

void swap_trees(struct txn *t)
{
	struct lyd_node *tree = t->m->tree;

	t->m->tree = t->other->tree;
	t->other->tree = tree;
}

int swap_commit(struct swap *s, struct errbuf *e)
{
	struct model *m = s->m;
	struct txn *t = NULL;
	int rc = 0;

	if (s->no_memory || s->depth)
		rc = err_set(e, E_NOMEM, "out of memory");
	else if (swap_is_stale(s) || !(t = model_begin(m)))
		rc = err_set(e, E_BUSY, "the configuration has changed");
	if (rc == 0) {
		t->edits = s->edits;
		t->whole = s->edits.n;
		t->other = s->other;
		t->tops = s->tops;
		s->edits = (struct edits){ 0 };
		swap_trees(t);
		m->epoch++; /* also where it fails: who looked meanwhile has seen nodes that go */
		rc = txn_commit(t, e);
	}
	swap_free(s);
	return rc;
}
