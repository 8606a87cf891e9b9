/* SPDX-License-Identifier: Apache-2.0
 *
 * watch.c: who is asked before a commit, and told of it: guards and watchers, each of the changes in its subtree.
 * Runs in core.
 */
#include "private.h"

#include <stdlib.h>

int model_watch(struct model *m, const char *subtree, model_watch_fn *fn, void *arg)
{
	const struct lysc_node *schema = subtree ? node_schema(m, NULL, subtree) : NULL;
	struct watch *more;

	if (subtree && !schema)
		return E_NOTFOUND;
	more = realloc(m->watches, (m->watches_n + 1) * sizeof *more);
	if (!more)
		return E_NOMEM;
	m->watches = more;
	m->watches[m->watches_n++] = (struct watch){ schema, fn, arg };
	return 0;
}

int model_guard(struct model *m, const char *subtree, model_guard_fn *fn, void *arg)
{
	const struct lysc_node *schema = subtree ? node_schema(m, NULL, subtree) : NULL;

	if (subtree && !schema)
		return E_NOTFOUND;
	if (m->guards_n == GUARDS_MAX)
		return E_LIMIT;
	m->guards[m->guards_n++] = (struct guard){ schema, fn, arg };
	return 0;
}

static bool below(const struct lysc_node *schema, const struct lysc_node *above)
{
	while (schema && schema != above)
		schema = schema->parent;
	return schema;
}

/* A whole tree that has been replaced may have a hundred thousand edits: who asks for a subtree looks at those of its
 * top, and at what guards have set since, which may be anywhere. */
struct reach {
	size_t from, to;
};

static struct reach reach_of(const struct txn *t, const struct lysc_node *subtree)
{
	struct reach r = { 0, subtree && t->tops.n ? 0 : t->whole };

	for (size_t i = 0; i < t->tops.n && subtree; i++)
		if (below(subtree, t->tops.top[i].node))
			r = (struct reach){ t->tops.top[i].first, t->tops.top[i].last + 1 };
	return r;
}

static size_t reach_first(const struct txn *t, const struct reach *r)
{
	return r->from < r->to ? r->from : t->whole;
}

static size_t reach_next(const struct txn *t, const struct reach *r, size_t i)
{
	return i + 1 == r->to ? t->whole : i + 1;
}

/* A watcher sees changes inside its subtree, and the loss of something its subtree was part of. */
static bool sees(const struct watch *w, const struct edit *ed)
{
	return !w->subtree || below(ed->c.schema, w->subtree) || below(w->subtree, ed->c.schema);
}

static int tell(struct txn *t, const struct watch *w)
{
	struct reach r = reach_of(t, w->subtree);
	size_t *view, n = 0, first = reach_first(t, &r);

	while (first < t->edits.n && !sees(w, edits_at(&t->edits, first)))
		first = reach_next(t, &r, first);
	if (first >= t->edits.n)
		return 0;
	view = malloc((t->edits.n - first) * sizeof *view);
	if (!view)
		return E_NOMEM;
	for (size_t i = first; i < t->edits.n; i = reach_next(t, &r, i))
		if (sees(w, edits_at(&t->edits, i)))
			view[n++] = i;
	t->view = view;
	t->view_n = n;
	w->fn(w->arg, t);
	t->view = NULL;
	free(view);
	return 0;
}

static int ask(struct txn *t, const struct guard *g, struct errbuf *e)
{
	struct reach r = reach_of(t, g->subtree);
	size_t i = reach_first(t, &r);

	while (i < t->edits.n && g->subtree && !below(edits_at(&t->edits, i)->c.schema, g->subtree))
		i = reach_next(t, &r, i);
	return i < t->edits.n ? g->fn(g->arg, t, e) : 0;
}

int guards_ask(struct txn *t, struct errbuf *e)
{
	int rc = 0;

	for (size_t i = 0; i < t->m->guards_n && !rc; i++)
		rc = ask(t, &t->m->guards[i], e);
	return rc;
}

void watches_tell(struct txn *t)
{
	for (size_t i = 0; i < t->m->watches_n && t->edits.n; i++)
		if (tell(t, &t->m->watches[i]) < 0)
			abort(); /* a subsystem that missed a change would act on what is no longer true */
}
