/* SPDX-License-Identifier: Apache-2.0
 *
 * set.c: the compiled rows of a dialect, bound to a model and to handlers.
 * Runs in core.
 */
#include "private.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cmd_table *const tables[] = { &cmd_table_ios };

static int resolve_paths(struct cmd_set *set, struct errbuf *e)
{
	for (unsigned i = 0; i < set->table->paths_n; i++) {
		const char *path = pool_text(set, set->table->paths[i]);

		set->schema[i] = node_schema(set->model, NULL, path);
		if (!set->schema[i])
			return err_set(e, E_INVAL, "a command names \"%s\", which is not in the schema", path);
	}
	return 0;
}

/* The lines that make a row's permanent entries are run like anybody's. */
static int make_entries(struct cmd_set *set, const struct cmd_row *row, struct errbuf *e)
{
	const char *line = pool_text(set, row->entries);
	struct txn *t = model_begin(set->model);
	struct arena a;
	int rc = t ? 0 : E_BUSY;

	arena_init(&a, 0);
	while (!rc && *line) {
		size_t n = strcspn(line, "\n");
		struct cmd_place place;
		struct cmd_match m;
		struct cmd_error err;

		cmd_place_config(set, &place);
		rc = cmd_parse(set, &place, 15, (struct str){ (const uint8_t *)line, n }, &a, &m, &err);
		rc = rc ? rc : cmd_apply(set, &m, t, &place, &err);
		line += n + 1;
	}
	arena_release(&a);
	for (size_t i = 0; t && !rc && !set->beside && i < txn_changes(t); i++)
		if (txn_change(t, i)->op == CHANGE_CREATE && txn_change(t, i)->schema->nodetype == LYS_LIST)
			rc = entry_keep(set, row, txn_change(t, i)->node);
	if (t && rc < 0)
		txn_abort(t);
	else if (t)
		rc = txn_commit(t, e);
	return rc < 0 ? err_set(e, rc, "the entries of a command cannot be made: %s", pool_text(set, row->entries)) : 0;
}

int cmd_set_new(struct cmd_set **out, const char *dialect, struct model *m, struct errbuf *e)
{
	struct cmd_set *set = calloc(1, sizeof *set);
	int rc;

	*out = NULL;
	if (!set)
		return err_set(e, E_NOMEM, "out of memory");
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (!strcmp(tables[i]->dialect, dialect))
			set->table = tables[i];
	if (!set->table) {
		free(set);
		return err_set(e, E_NOTFOUND, "no dialect \"%s\"", dialect);
	}
	set->model = m;
	set->schema = calloc(set->table->paths_n, sizeof *set->schema);
	set->fns = calloc(set->table->names_n, sizeof *set->fns);
	set->level = calloc(set->table->rows_n, 1);
	rc = set->schema && set->fns && set->level ? resolve_paths(set, e) : err_set(e, E_NOMEM, "out of memory");
	if (!rc)
		cmd_set_reload_privileges(set);
	for (unsigned i = 0; !rc && i < set->table->rows_n; i++)
		if (set->table->rows[i].entries)
			rc = make_entries(set, &set->table->rows[i], e);
	if (rc < 0)
		cmd_set_free(set);
	else
		*out = set;
	return rc;
}

int cmd_set_beside(struct cmd_set **out, const struct cmd_set *set, struct model *m, struct errbuf *e)
{
	struct cmd_set *made = malloc(sizeof *made);
	int rc = 0;

	*out = NULL;
	if (!made)
		return err_set(e, E_NOMEM, "out of memory");
	*made = *set;
	made->model = m;
	made->beside = true;
	for (unsigned i = 0; !rc && i < set->table->rows_n; i++)
		if (set->table->rows[i].entries)
			rc = make_entries(made, &set->table->rows[i], e);
	if (rc < 0)
		cmd_set_free(made);
	else
		*out = made;
	return rc;
}

int cmd_set_bind(struct cmd_set *set, const struct cmd_handler *handlers, size_t n, struct errbuf *e)
{
	const struct cmd_table *t = set->table;

	for (size_t i = 0; i < n; i++) {
		unsigned k = 0;

		while (k < t->names_n && strcmp(handlers[i].name, pool_text(set, t->names[k])))
			k++;
		if (k == t->names_n)
			return err_set(e, E_NOTFOUND, "no command uses the handler \"%s\"", handlers[i].name);
		set->fns[k] = handlers[i].fn;
	}
	for (unsigned k = 0; k < t->names_n; k++)
		if (!set->fns[k])
			return err_set(e, E_NOTFOUND, "handler \"%s\" is missing", pool_text(set, t->names[k]));
	return 0;
}

void cmd_set_free(struct cmd_set *set)
{
	if (set && !set->beside) {
		free(set->permanent);
		free(set->schema);
		free(set->fns);
		free(set->level);
	}
	free(set);
}
