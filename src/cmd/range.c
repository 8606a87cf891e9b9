/* SPDX-License-Identifier: Apache-2.0
 *
 * range.c: entries that stand for several numbers, `line vty 0 4`. Of each number there is at most one entry. What is
 * changed for some of an entry's numbers cuts it; neighbours that have become alike are one entry again, so what the
 * model holds does not depend on the way there, and a change costs what there are different entries, not what there
 * are numbers. Entries that are always there join among themselves only.
 * Runs in core.
 */
#include "private.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ranges_of_row(const struct cmd_set *set, const struct cmd_row *row, struct ranges *out)
{
	if (row->range_last == CMD_NONE)
		return false;
	*out = (struct ranges){ set->schema[row->list], set->schema[row->range_last], row->range_key };
	return true;
}

bool ranges_of_mode(const struct cmd_set *set, const struct cmd_mode *mode, struct ranges *out)
{
	if (mode->range_last == CMD_NONE)
		return false;
	*out = (struct ranges){ set->schema[mode->list], set->schema[mode->range_last], mode->range_key };
	return true;
}

/* --- one entry --- */

static const struct lyd_node *nth_key(const struct lyd_node *entry, unsigned n)
{
	const struct lyd_node *key = lyd_child(entry);

	for (; n; n--)
		key = key->next;
	return key;
}

unsigned long range_first(const struct ranges *rs, const struct lyd_node *entry)
{
	return strtoul(lyd_get_value(nth_key(entry, rs->at)), NULL, 10);
}

struct lyd_node *range_last_leaf(const struct ranges *rs, const struct lyd_node *entry)
{
	struct lyd_node *found = NULL;

	return lyd_find_sibling_val(lyd_child(entry), rs->last, NULL, 0, &found) ? NULL : found;
}

unsigned long range_last(const struct ranges *rs, const struct lyd_node *entry)
{
	const struct lyd_node *leaf = range_last_leaf(rs, entry);

	return leaf ? strtoul(lyd_get_value(leaf), NULL, 10) : range_first(rs, entry);
}

bool range_same_keys(const struct ranges *rs, const struct lyd_node *entry, const char *const *keys)
{
	const struct lyd_node *key = lyd_child(entry);

	for (unsigned i = 0; key && (key->schema->flags & LYS_KEY); i++, key = key->next)
		if (i != rs->at && strcmp(lyd_get_value(key), keys[i]) != 0)
			return false;
	return true;
}

static const struct lyd_node *content(const struct ranges *rs, const struct lyd_node *entry)
{
	const struct lyd_node *first = lyd_child_no_keys(entry);

	return first && first->schema == rs->last ? first->next : first;
}

bool range_alike(const struct ranges *rs, const struct lyd_node *a, const struct lyd_node *b)
{
	return lyd_compare_siblings(content(rs, a), content(rs, b), LYD_COMPARE_FULL_RECURSION) == LY_SUCCESS;
}
