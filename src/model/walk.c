/* SPDX-License-Identifier: Apache-2.0
 *
 * walk.c: all places of the tree that have the same two leaves. Runs in core.
 */
#include "private.h"

#include <string.h>

static bool holds(const struct lyd_node *node, const char *leaf)
{
	const struct lysc_node *s = node->schema;

	return (s->nodetype & (LYS_CONTAINER | LYS_LIST)) && lys_find_child(s, s->module, leaf, 0, LYS_LEAF, 0);
}

static int each_of_tree(struct txn *t, const char *leaf, const char *other, txn_holder_fn *fn, void *arg,
			struct errbuf *e)
{
	int rc = 0;

	for (struct lyd_node *top = t->m->tree; top && !rc; top = top->next) {
		struct lyd_node *node;

		LYD_TREE_DFS_BEGIN (top, node) {
			if (!rc && holds(node, leaf) && holds(node, other))
				rc = fn(arg, t, node, e);
			LYD_TREE_DFS_END(top, node);
		}
	}
	return rc;
}

static int each_changed(struct txn *t, const char *leaf, const char *other, txn_holder_fn *fn, void *arg,
			struct errbuf *e)
{
	size_t n = txn_changes(t); /* what fn changes is not asked again */
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++) {
		const struct change *c = &txn_edit(t, i)->c;
		struct lyd_node *up = c->op == CHANGE_DELETE ? NULL : lyd_parent(c->node);

		if (up && c->schema->nodetype == LYS_LEAF && !strcmp(c->schema->name, leaf) && holds(up, other))
			rc = fn(arg, t, up, e);
	}
	return rc;
}

int txn_each_holder(struct txn *t, bool all, const char *leaf, const char *other, txn_holder_fn *fn, void *arg,
		    struct errbuf *e)
{
	return all ? each_of_tree(t, leaf, other, fn, arg, e) : each_changed(t, leaf, other, fn, arg, e);
}
