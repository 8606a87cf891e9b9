/* SPDX-License-Identifier: Apache-2.0
 *
 * txn.c: transactions. Every set or delete is done on the running tree at once and noted with what undo needs; deleted
 * subtrees are kept, detached, until the end. The cost of a change does not depend on the size of the tree.
 * Plain containers are no change of their own: they are made with their first child and go with their last.
 * Runs in core.
 */
#include "private.h"

#include <stdlib.h>
#include <string.h>

struct txn *model_begin(struct model *m)
{
	struct txn *t;

	if (m->open)
		return NULL;
	t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->m = m;
	arena_init(&t->text, 0);
	m->open = t;
	m->version++;
	return t;
}

static void release(struct txn *t, bool committed)
{
	for (size_t i = t->whole; i < t->edits.n && committed; i++)
		if (edits_at(&t->edits, i)->c.op == CHANGE_DELETE)
			lyd_free_tree((struct lyd_node *)edits_at(&t->edits, i)->c.node);
	t->m->open = NULL;
	arena_release(&t->text);
	if (t->other) {
		edits_release(&t->other->spent);
		t->other->spent = t->edits;
	} else {
		edits_release(&t->edits);
	}
	free(t);
}

static void detach(struct model *m, struct lyd_node *node)
{
	if (m->tree == node)
		m->tree = node->next;
	lyd_unlink_tree(node);
}

static int attach(struct model *m, struct lyd_node *parent, struct lyd_node *node)
{
	return parent ? lyd_insert_child(parent, node) : lyd_insert_sibling(m->tree, node, &m->tree);
}

static void prune(struct model *m, struct lyd_node *parent)
{
	while (parent && node_is_plain_container(parent->schema) && !lyd_child(parent)) {
		struct lyd_node *up = lyd_parent(parent);

		detach(m, parent);
		lyd_free_tree(parent);
		parent = up;
	}
}

static struct lyd_node *scope_of(const struct lyd_node *node)
{
	struct lyd_node *up = lyd_parent(node);

	while (up && node_is_plain_container(up->schema))
		up = lyd_parent(up);
	return up;
}

/* The container that instances of `schema` hang in below `from`, made with those between; NULL is the top level. */
static int ensure_holder(struct txn *t, struct lyd_node *from, const struct lysc_node *schema, struct lyd_node **out)
{
	const struct lysc_node *up = lysc_data_parent(schema);
	struct lyd_node *above, *made;

	*out = from;
	if (up == (from ? from->schema : NULL))
		return 0;
	if (!up || !node_is_plain_container(up))
		return E_INVAL;
	*out = node_find(t->m, from, up);
	if (*out)
		return 0;
	if (ensure_holder(t, from, up, &above) < 0 || lyd_new_inner(above, up->module, up->name, 0, &made))
		return E_INVAL;
	if (!above && attach(t->m, NULL, made)) {
		lyd_free_tree(made);
		return E_INVAL;
	}
	*out = made;
	return 0;
}

/* Room first, so that a change that was made is always noted. */
static struct edit *reserve(struct txn *t)
{
	return edits_reserve(&t->edits);
}

static const char *keep(struct txn *t, const char *text)
{
	return text ? arena_strdup(&t->text, text) : NULL;
}

static int refuse(const struct txn *t, const struct lysc_node *schema, struct errbuf *e)
{
	return err_set(e, E_INVAL, "\"%s\" refused: %s", schema->name, node_ly_text(t->m, "no such value"));
}

static const char *term_value(const struct lyd_node *node)
{
	return node->schema->nodetype & LYD_NODE_TERM ? lyd_get_value(node) : NULL;
}

static int note_create(struct txn *t, struct edit *ed, struct lyd_node *node)
{
	ed->c = (struct change){ .op = CHANGE_CREATE, .schema = node->schema, .node = node };
	ed->c.after = keep(t, term_value(node));
	ed->scope = scope_of(node);
	t->edits.n++;
	return 0;
}

static int change_leaf(struct txn *t, struct edit *ed, struct lyd_node *leaf, const char *value, struct errbuf *e)
{
	const char *before = keep(t, lyd_get_value(leaf));

	if (!before)
		return err_set(e, E_NOMEM, "out of memory");
	switch (lyd_change_term(leaf, value)) {
	case LY_SUCCESS:
	case LY_EEXIST: /* it had been the default */
		break;
	case LY_ENOT:
		return 0;
	default:
		return refuse(t, leaf->schema, e);
	}
	ed->c = (struct change){ .op = CHANGE_VALUE, .schema = leaf->schema, .node = leaf, .before = before };
	ed->c.after = keep(t, lyd_get_value(leaf));
	ed->scope = scope_of(leaf);
	t->edits.n++;
	return 0;
}

int txn_set_node(struct txn *t, struct lyd_node *from, const struct lysc_node *schema, const char *value,
		 struct errbuf *e)
{
	bool list = schema->nodetype == LYS_LEAFLIST;
	struct edit *ed = reserve(t);
	struct lyd_node *holder, *node;

	if (!ed)
		return err_set(e, E_NOMEM, "out of memory");
	if (!(schema->nodetype & LYD_NODE_TERM) || (schema->flags & LYS_KEY) || !value)
		return err_set(e, E_INVAL, "\"%s\" cannot be set", schema->name);
	if (!node_is_text(value))
		return err_set(e, E_INVAL, "\"%s\" refused: no UTF-8 text", schema->name);
	node = list ? node_member(t->m, from, schema, value) : node_find(t->m, from, schema);
	if (node)
		return list ? 0 : change_leaf(t, ed, node, value, e);
	if (ensure_holder(t, from, schema, &holder) < 0)
		return err_set(e, E_INVAL, "\"%s\" has no place here", schema->name);
	if (lyd_new_term(holder, schema->module, schema->name, value, 0, &node)) {
		prune(t->m, holder);
		return refuse(t, schema, e);
	}
	if (!holder && attach(t->m, NULL, node)) {
		lyd_free_tree(node);
		return refuse(t, schema, e);
	}
	return note_create(t, ed, node);
}

int txn_entry_node(struct txn *t, struct lyd_node *from, const struct lysc_node *list, const char *const *keys,
		   struct lyd_node **out, struct errbuf *e)
{
	struct edit *ed = reserve(t);
	struct lyd_node *holder;
	struct detached d;
	int rc;

	*out = NULL;
	if (!ed)
		return err_set(e, E_NOMEM, "out of memory");
	if (ensure_holder(t, from, list, &holder) < 0)
		return err_set(e, E_INVAL, "\"%s\" has no place here", list->name);
	rc = node_detached(holder, list, keys, &d);
	if (rc == 0)
		*out = node_twin(t->m, holder, &d);
	if (rc == 0 && !*out) {
		rc = attach(t->m, holder, d.entry) ? E_INVAL : 0;
		if (rc == 0) {
			*out = d.entry;
			d.entry = NULL;
			note_create(t, ed, *out);
		}
	}
	if (rc < 0) {
		rc = rc == E_NOMEM ? err_set(e, rc, "out of memory") : refuse(t, list, e);
		prune(t->m, holder);
	}
	node_detached_free(&d);
	return rc;
}

int txn_copy_node(struct txn *t, const struct lyd_node *entry, const char *const *keys, struct lyd_node **out,
		  struct errbuf *e)
{
	const struct lyd_node *content = lyd_child_no_keys(entry);
	int rc = txn_entry_node(t, scope_of(entry), entry->schema, keys, out, e);

	if (rc == 0 && content && lyd_dup_siblings(content, (struct lyd_node_inner *)*out, LYD_DUP_RECURSIVE, NULL))
		rc = err_set(e, E_NOMEM, "out of memory");
	return rc;
}

int txn_delete_node(struct txn *t, struct lyd_node *node, struct errbuf *e)
{
	struct edit *ed = reserve(t);
	struct lyd_node *parent = lyd_parent(node);
	const struct lysc_node *schema = node->schema;
	char *path;

	if (!ed)
		return err_set(e, E_NOMEM, "out of memory");
	if (schema->flags & LYS_KEY)
		return err_set(e, E_INVAL, "\"%s\" is a key", schema->name);
	path = lyd_path(node, LYD_PATH_STD, NULL, 0);
	ed->c = (struct change){ .op = CHANGE_DELETE, .schema = schema, .node = node, .path = keep(t, path) };
	free(path);
	ed->c.before = keep(t, term_value(node));
	ed->scope = scope_of(node);
	if (lysc_is_userordered(schema) && node->next && node->next->schema == schema)
		ed->next = node->next;
	t->edits.n++;
	detach(t->m, node);
	prune(t->m, parent);
	return 0;
}

int txn_delete_below(struct txn *t, struct lyd_node *from, const struct lysc_node *schema, const char *value,
		     struct errbuf *e)
{
	struct lyd_node *node = value ? node_member(t->m, from, schema, value) : node_find(t->m, from, schema);
	struct lyd_node *next;
	int rc;

	if (!node)
		return err_set(e, E_NOTFOUND, "\"%s\" is not set", schema->name);
	do {
		next = !value && node->next && node->next->schema == schema ? node->next : NULL;
		rc = txn_delete_node(t, node, e);
		node = next;
	} while (node && !rc);
	return rc;
}

/* Undo puts back what was there a moment ago; where memory fails it, no state of the tree would be true. */
static void must(int failed)
{
	if (failed)
		abort();
}

static void undo_delete(struct txn *t, struct edit *ed)
{
	struct lyd_node *node = (struct lyd_node *)ed->c.node, *holder;

	if (ed->next) {
		must(lyd_insert_before(ed->next, node));
		return;
	}
	must(ensure_holder(t, ed->scope, ed->c.schema, &holder));
	must(attach(t->m, holder, node));
}

static void undo_last(struct txn *t)
{
	struct edit *ed = edits_at(&t->edits, --t->edits.n);
	struct lyd_node *node = (struct lyd_node *)ed->c.node;
	struct lyd_node *parent = lyd_parent(node);

	switch (ed->c.op) {
	case CHANGE_CREATE:
		detach(t->m, node);
		lyd_free_tree(node);
		prune(t->m, parent);
		break;
	case CHANGE_VALUE:
		must(lyd_change_term(node, ed->c.before) != LY_SUCCESS);
		break;
	case CHANGE_DELETE:
		undo_delete(t, ed);
		break;
	}
}

void txn_undo_to(struct txn *t, size_t mark)
{
	while (t->edits.n > mark && t->edits.n > t->whole)
		undo_last(t);
	if (t->edits.n > mark) {
		swap_trees(t);
		t->edits.n = t->whole = t->tops.n = 0;
	}
}

void txn_abort(struct txn *t)
{
	txn_undo_to(t, 0);
	release(t, false);
}

size_t txn_changes(const struct txn *t)
{
	return t->view ? t->view_n : t->edits.n;
}

struct edit *txn_edit(const struct txn *t, size_t i)
{
	return edits_at(&t->edits, t->view ? t->view[i] : i);
}

const struct change *txn_change(const struct txn *t, size_t i)
{
	struct edit *ed;

	if (i >= txn_changes(t))
		return NULL;
	ed = txn_edit(t, i);
	if (!ed->c.path) { /* made when somebody asks: most changes are never read by people */
		char *path = lyd_path(ed->c.node, LYD_PATH_STD, NULL, 0);

		ed->c.path = keep((struct txn *)t, path ? path : "");
		free(path);
	}
	return &ed->c;
}

bool txn_changes_node(const struct txn *t, const char *path)
{
	const struct lysc_node *schema = node_schema(t->m, NULL, path);

	for (size_t i = 0; i < txn_changes(t); i++)
		if (txn_edit(t, i)->c.schema == schema)
			return true;
	return false;
}

const struct lyd_node *txn_change_in(const struct txn *t, size_t i, const char *list_path)
{
	const struct edit *ed = txn_edit(t, i);
	const struct lysc_node *list = node_schema(t->m, NULL, list_path);
	const struct lyd_node *node = ed->c.schema == list ? ed->c.node : ed->scope;

	while (node && node->schema != list)
		node = lyd_parent(node);
	return node;
}

int txn_commit(struct txn *t, struct errbuf *e)
{
	int rc = txn_check(t, t->whole, e); /* a whole tree was checked while it was made */

	if (!rc)
		rc = guards_ask(t, e);
	if (!rc)
		rc = constraint_validate(t, e);
	if (rc < 0) {
		txn_abort(t);
		return rc;
	}
	watches_tell(t);
	release(t, true);
	return 0;
}

/* --- by path --- */

static const struct lysc_node *resolve(struct txn *t, struct lyd_node *parent, const char *path, struct errbuf *e)
{
	const struct lysc_node *s = node_schema(t->m, parent ? parent->schema : NULL, path);

	if (!s)
		err_set(e, E_INVAL, "no such node in the schema: \"%s\"", path);
	return s;
}

int txn_set(struct txn *t, struct lyd_node *parent, const char *path, const char *value, struct errbuf *e)
{
	const struct lysc_node *s = resolve(t, parent, path, e);

	return s ? txn_set_node(t, parent, s, value, e) : E_INVAL;
}

int txn_entry(struct txn *t, struct lyd_node *parent, const char *path, const char *const *keys, struct lyd_node **out,
	      struct errbuf *e)
{
	const struct lysc_node *s = resolve(t, parent, path, e);

	if (!s || s->nodetype != LYS_LIST)
		return err_set(e, E_INVAL, "no such list in the schema: \"%s\"", path);
	return txn_entry_node(t, parent, s, keys, out, e);
}

int txn_delete(struct txn *t, struct lyd_node *parent, const char *path, const char *value, struct errbuf *e)
{
	const struct lysc_node *s = resolve(t, parent, path, e);

	return s ? txn_delete_below(t, parent, s, value, e) : E_INVAL;
}
