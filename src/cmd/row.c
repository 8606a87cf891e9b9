/* SPDX-License-Identifier: Apache-2.0
 *
 * row.c: what a compiled row says of its leaves, and which entries of the model a row keeps for good. Runs in core.
 */
#include "private.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *path_name(const struct cmd_set *set, uint16_t path)
{
	const char *text = pool_text(set, set->table->paths[path]), *slash = strrchr(text, '/');
	const char *colon = strchr(slash ? slash : text, ':');

	return colon ? colon + 1 : slash + 1;
}

const char *row_default(const struct cmd_set *set, const struct cmd_row *row, uint16_t path, uint64_t given)
{
	for (unsigned i = 0; i < row->dflt_n; i++) {
		const struct cmd_bind *b = &set->table->binds[row->dflt + i];

		if (b->path == path && (b->tok == 0xff || (given >> b->tok & 1)))
			return pool_text(set, b->value);
	}
	return NULL;
}

static uint16_t nth_path(const struct cmd_set *set, const struct cmd_row *row, unsigned i)
{
	if (i < row->tok_n)
		return row_tok(set, row, i)->path;
	i -= row->tok_n;
	if (i < row->sets_n)
		return set->table->binds[row->sets + i].path;
	return set->table->binds[row->dflt + i - row->sets_n].path;
}

uint16_t row_path(const struct cmd_set *set, const struct cmd_row *row, unsigned *cursor)
{
	unsigned n = row->tok_n + row->sets_n + row->dflt_n;

	while (*cursor < n) {
		uint16_t path = nth_path(set, row, (*cursor)++);
		unsigned before = 0;

		while (before < *cursor - 1 && nth_path(set, row, before) != path)
			before++;
		if (path != CMD_NONE && before == *cursor - 1)
			return path;
	}
	return CMD_NONE;
}

/* --- permanent entries --- */

int entry_keep(struct cmd_set *set, const struct cmd_row *row, const struct lyd_node *entry)
{
	struct permanent *more = realloc(set->permanent, (set->permanent_n + 1) * sizeof *more);
	struct permanent *p;
	const struct lyd_node *key = lyd_child(entry);

	if (!more)
		return E_NOMEM;
	set->permanent = more;
	p = &more[set->permanent_n];
	*p = (struct permanent){ .list = entry->schema };
	for (unsigned i = 0; i < 2 && key && (key->schema->flags & LYS_KEY); i++, key = key->next)
		snprintf(p->keys[i], sizeof p->keys[i], "%s", lyd_get_value(key));
	p->is_range = ranges_of_row(set, row, &p->of);
	p->first = p->is_range ? range_first(&p->of, entry) : 0;
	p->last = p->is_range ? range_last(&p->of, entry) : 0;
	set->permanent_n++;
	return 0;
}

static bool same_keys(const struct permanent *p, const struct lyd_node *entry)
{
	const struct lyd_node *key = lyd_child(entry);
	bool same = true;

	for (unsigned i = 0; same && i < 2 && key && (key->schema->flags & LYS_KEY); i++, key = key->next)
		same = (p->is_range && i == p->of.at) || !strcmp(p->keys[i], lyd_get_value(key));
	return same;
}

const struct permanent *entry_permanent(const struct cmd_set *set, const struct lyd_node *entry)
{
	for (size_t n = 0; n < set->permanent_n; n++) {
		const struct permanent *p = &set->permanent[n];

		if (p->list == entry->schema && same_keys(p, entry) &&
		    (!p->is_range || (range_first(&p->of, entry) >= p->first && range_last(&p->of, entry) <= p->last)))
			return p;
	}
	return NULL;
}
