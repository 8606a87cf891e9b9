/* SPDX-License-Identifier: Apache-2.0
 *
 * constraint.c: what a type check alone cannot say. The counting rules (mandatory, min- and max-elements) are looked up
 * around the node that was touched. must, when, unique and leafref reach across the tree: every schema node such a
 * rule reads is marked once, when the schema is loaded, with the modules whose rules read it; a commit that touches a
 * marked node has those modules validated by libyang, on a copy, so that neither defaults nor removals of libyang's
 * get into the running tree. A commit that touches no marked node costs nothing here. Runs in core.
 */
#include "private.h"

#include <string.h>

static void mark(const struct lysc_node *node, unsigned bit)
{
	struct lysc_node *n = (struct lysc_node *)node;

	n->priv = (void *)((uintptr_t)n->priv | (uintptr_t)1 << bit);
}

static LY_ERR mark_one(struct lysc_node *node, void *bit, ly_bool *skip)
{
	mark(node, *(unsigned *)bit);
	return LY_SUCCESS;
}

/* The node itself, all below it, and those above: their deletion is its deletion. */
static void mark_around(const struct lysc_node *node, unsigned bit)
{
	for (const struct lysc_node *up = node->parent; up; up = up->parent)
		mark(up, bit);
	lysc_tree_dfs_full(node, mark_one, &bit);
}

static int mark_set(struct ly_set *atoms, LY_ERR failed, unsigned bit)
{
	for (uint32_t i = 0; !failed && i < atoms->count; i++)
		mark_around(atoms->snodes[i], bit);
	ly_set_free(atoms, NULL);
	return failed ? E_INVAL : 0;
}

static int mark_expressions(const struct lysc_node *node, unsigned bit)
{
	struct lysc_must *musts = lysc_node_musts(node);
	struct lysc_when **whens = lysc_node_when(node);
	struct ly_set *atoms = NULL;
	LY_ARRAY_COUNT_TYPE i;
	int rc = 0;

	LY_ARRAY_FOR(musts, i)
	{
		LY_ERR failed = lys_find_expr_atoms(node, node->module, musts[i].cond, musts[i].prefixes, 0, &atoms);

		rc |= mark_set(failed ? NULL : atoms, failed, bit);
	}
	LY_ARRAY_FOR(whens, i)
	{
		LY_ERR failed =
		    lys_find_expr_atoms(whens[i]->context, node->module, whens[i]->cond, whens[i]->prefixes, 0, &atoms);

		rc |= mark_set(failed ? NULL : atoms, failed, bit);
	}
	if (musts || whens)
		mark_around(node, bit);
	return rc ? E_INVAL : 0;
}

static int mark_leafref(const struct lysc_node *node, unsigned bit)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)node)->type;
	const struct lysc_type_leafref *ref = (const struct lysc_type_leafref *)type;
	struct ly_set *atoms = NULL;
	LY_ERR failed;

	if (type->basetype != LY_TYPE_LEAFREF)
		return 0;
	mark_around(node, bit);
	failed = lys_find_expr_atoms(node, node->module, ref->path, ref->prefixes, 0, &atoms);
	return mark_set(failed ? NULL : atoms, failed, bit);
}

struct marking {
	unsigned bit;
	int rc;
};

static LY_ERR visit(struct lysc_node *node, void *arg, ly_bool *skip)
{
	struct marking *mk = arg;
	const struct lysc_node_list *list = (const struct lysc_node_list *)node;

	mk->rc |= mark_expressions(node, mk->bit);
	if (node->nodetype & LYD_NODE_TERM)
		mk->rc |= mark_leafref(node, mk->bit);
	if (node->nodetype == LYS_LIST && list->uniques)
		mark_around(node, mk->bit);
	return LY_SUCCESS;
}

int constraint_mark(struct model *m, const struct lys_module *module, unsigned bit, struct errbuf *e)
{
	struct marking mk = { .bit = bit };

	if (bit >= 8 * sizeof(uintptr_t))
		return err_set(e, E_LIMIT, "too many modules");
	if (lysc_module_dfs_full(module, visit, &mk) || mk.rc)
		return err_set(e, E_INVAL, "a constraint of module \"%s\" cannot be read", module->name);
	return 0;
}

/* --- counting rules --- */

static uint32_t count(const struct lyd_node *first, uint32_t enough)
{
	uint32_t n = 0;

	for (const struct lyd_node *i = first; i && i->schema == first->schema && n < enough; i = i->next)
		n++;
	return n;
}

static uint32_t min_of(const struct lysc_node *s)
{
	if (s->nodetype == LYS_LIST)
		return ((const struct lysc_node_list *)s)->min;
	if (s->nodetype == LYS_LEAFLIST)
		return ((const struct lysc_node_leaflist *)s)->min;
	return s->nodetype == LYS_LEAF && (s->flags & LYS_MAND_TRUE);
}

static uint32_t max_of(const struct lysc_node *s)
{
	uint32_t max = 0;

	if (s->nodetype == LYS_LIST)
		max = ((const struct lysc_node_list *)s)->max;
	if (s->nodetype == LYS_LEAFLIST)
		max = ((const struct lysc_node_leaflist *)s)->max;
	return max ? max : UINT32_MAX;
}

/* Limits are told in words: "2 keys", "8 addresses". */
static const char *plural(const char *name)
{
	return name[strlen(name) - 1] == 's' ? "es" : "s";
}

/* What an entry must have, in itself and in its plain containers. */
static int check_required(const struct model *m, const struct lyd_node *scope, const struct lysc_node *inside,
			  struct errbuf *e)
{
	int rc = 0;

	for (const struct lysc_node *s = lysc_node_child(inside); s && !rc; s = s->next) {
		uint32_t min = min_of(s);

		if (node_is_plain_container(s))
			rc = check_required(m, scope, s, e);
		else if (min && !(s->flags & LYS_KEY) && count(node_find(m, scope, s), min) < min)
			rc = err_set(e, E_INVAL, "\"%s\" is missing", s->name);
	}
	return rc;
}

static bool is_running(const struct model *m, const struct lyd_node *node)
{
	while (lyd_parent(node))
		node = lyd_parent(node);
	for (const struct lyd_node *top = m->tree; top; top = top->next)
		if (top == node)
			return true;
	return false;
}

static int check_edit(const struct model *m, const struct edit *ed, struct errbuf *e)
{
	const struct lysc_node *s = ed->c.schema;
	uint32_t max = max_of(s);
	int rc = 0;

	if (ed->scope && !is_running(m, ed->scope))
		return 0;
	if (ed->c.op == CHANGE_CREATE && is_running(m, ed->c.node)) {
		if (max != UINT32_MAX && count(node_find(m, ed->scope, s), max + 1) > max)
			return err_set(e, E_LIMIT, "at most %u %s%s are allowed", max, s->name, plural(s->name));
		if (s->nodetype == LYS_LIST)
			rc = check_required(m, ed->c.node, s, e);
	}
	if (!rc && ed->c.op == CHANGE_DELETE && ed->scope)
		rc = check_required(m, ed->scope, ed->scope->schema, e);
	return rc;
}

int txn_check(const struct txn *t, size_t from, struct errbuf *e)
{
	int rc = 0;

	for (size_t i = from; i < t->edits.n && !rc; i++)
		rc = check_edit(t->m, edits_at(&t->edits, i), e);
	return rc;
}

/* --- rules that reach across --- */

int constraint_validate(struct txn *t, struct errbuf *e)
{
	struct lyd_node *copy = NULL;
	const struct lys_module *module;
	uintptr_t modules = t->tops.rules;
	uint32_t index = 0;
	int rc = 0;

	for (size_t i = t->whole; i < t->edits.n; i++)
		modules |= (uintptr_t)edits_at(&t->edits, i)->c.schema->priv;
	if (!modules)
		return 0;
	if (t->m->tree && lyd_dup_siblings(t->m->tree, NULL, LYD_DUP_RECURSIVE, &copy))
		return err_set(e, E_NOMEM, "out of memory");
	for (unsigned bit = 0; !rc && (module = ly_ctx_get_module_iter(t->m->ctx, &index)); bit++)
		if (bit < 8 * sizeof modules && (modules >> bit & 1) && lyd_validate_module(&copy, module, 0, NULL))
			rc = err_set(e, E_INVAL, "%s", node_ly_text(t->m, "not allowed here"));
	lyd_free_all(copy);
	return rc;
}
