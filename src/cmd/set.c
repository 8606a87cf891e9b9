/* SPDX-License-Identifier: Apache-2.0
 *
 * set.c: the compiled rows of a dialect, bound to a model and to handlers, and the privilege each row needs. A keyword
 * has a level of its own or none; a row needs the highest along its leading keywords. `privilege exec level N WORDS`
 * replaces the level of the last of WORDS, with `all` that of every word behind it too, and, as in IOS, that of the
 * words before it unless they are set themselves.
 * Runs in core.
 */
#include "private.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRIVILEGES "/ravelin-system:privileges/privilege"

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
	for (size_t i = 0; t && !rc && i < txn_changes(t); i++)
		if (txn_change(t, i)->op == CHANGE_CREATE && txn_change(t, i)->schema->nodetype == LYS_LIST)
			rc = entry_keep(set, txn_change(t, i)->node);
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
	if (!set)
		return;
	free(set->permanent);
	free(set->schema);
	free(set->fns);
	free(set->level);
	free(set);
}

/* --- privileges --- */

static bool word_at(const char **text, const char *word)
{
	size_t n = strcspn(*text, " ");
	bool same = n && strlen(word) == n && !strncmp(*text, word, n);

	*text += n + ((*text)[n] == ' ');
	return same;
}

/* How the words of an override stand to the first `n` keywords of a row. */
enum relation { ELSEWHERE, BEFORE, SAME, BEYOND };

static enum relation compare_words(const struct cmd_set *set, const struct cmd_row *row, unsigned n, const char *words)
{
	for (unsigned i = 0; i < n; i++) {
		if (!*words)
			return BEFORE;
		if (!word_at(&words, pool_text(set, row_tok(set, row, i)->text)))
			return ELSEWHERE;
	}
	return *words ? BEYOND : SAME;
}

/* What the overrides say of one keyword; -1: nothing. */
struct overrides {
	int same, all, beyond; /* its own; of an `all` before it; implied by those set beyond it */
};

static int lesser(int a, int b)
{
	return a < 0 || b < a ? b : a;
}

/* A row needs the highest level along its words, so that of two `all` before a word the lesser is no less than asked.
 */
static void take_override(struct overrides *o, enum relation r, const struct lyd_node *p)
{
	int level = (int)strtoul(model_below(p, "level"), NULL, 10);

	if (r == SAME)
		o->same = level;
	if (r == BEYOND)
		o->beyond = lesser(o->beyond, level);
	if (r == BEFORE && strcmp(model_below(p, "all"), "true") == 0)
		o->all = lesser(o->all, level);
}

/* The level of the row's n-th keyword, set by itself, by `all` before it, or implied by what is set beyond it; -1: as
 * it is. */
static int overridden(const struct cmd_set *set, const struct cmd_row *row, unsigned n)
{
	const char *mode = mode_called(&set->table->modes[row->mode]);
	struct overrides o = { -1, -1, -1 };

	for (const struct lyd_node *p = model_first(set->model, NULL, PRIVILEGES); p; p = model_next(p)) {
		const char *words = model_below(p, "command");

		if (!strcmp(model_below(p, "mode"), mode) && model_below(p, "level"))
			take_override(&o, compare_words(set, row, n, words), p);
	}
	if (o.same >= 0)
		return o.same;
	return o.all >= 0 ? o.all : o.beyond;
}

void cmd_set_reload_privileges(struct cmd_set *set)
{
	bool any = model_first(set->model, NULL, PRIVILEGES);

	for (unsigned i = 0; i < set->table->rows_n; i++) {
		const struct cmd_row *row = &set->table->rows[i];
		const char *own = pool_text(set, row->levels);
		int need = 0;

		for (unsigned n = 0; n < row->words; n++) {
			int level = own[n] == '.' ? 0 : own[n] - 'a';
			int other = any ? overridden(set, row, n + 1) : -1;

			level = other >= 0 ? other : level;
			need = level > need ? level : need;
		}
		set->level[i] = (uint8_t)need;
	}
}
