/* SPDX-License-Identifier: Apache-2.0
 *
 * apply.c: a configuration row makes its change. What a row did not say is reset, unless it merges; `no` deletes the
 * entry, the leaf or the value, or flips the flag. A line that fails leaves the transaction as it found it.
 * Runs in core.
 */
#include "private.h"

#include <ctype.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct apply {
	const struct cmd_set *set;
	const struct cmd_match *m;
	const struct cmd_row *row;
	struct txn *t;
	struct errbuf e;
};

static const struct lysc_node *schema_of(const struct apply *ap, uint16_t path)
{
	return ap->set->schema[path];
}

static int forgive(int rc)
{
	return rc == E_NOTFOUND ? 0 : rc;
}

/* The hook of a row wants this leaf gone, also where the row merges. */
static bool cleared(const struct apply *ap, uint16_t path)
{
	for (const struct cmd_item *i = ap->m->values->first; i; i = i->next)
		if (i->path == path && !i->value)
			return true;
	return false;
}

static const char *given_value(const struct apply *ap, uint16_t path)
{
	const char *value = NULL;

	for (const struct cmd_item *i = ap->m->values->first; i; i = i->next)
		if (i->path == path)
			value = i->value;
	return value ? value : row_default(ap->set, ap->row, path, ap->m->values->given);
}

/* --- setting --- */

static bool same_members(const struct apply *ap, const struct lyd_node *from, uint16_t path)
{
	const struct lyd_node *now = node_find(ap->set->model, from, schema_of(ap, path));

	for (const struct cmd_item *i = ap->m->values->first; i; i = i->next) {
		if (i->path != path)
			continue;
		if (!now || strcmp(model_value(now), i->value))
			return false;
		now = model_next(now);
	}
	return !now;
}

static int set_members(struct apply *ap, struct lyd_node *entry, uint16_t path)
{
	int rc = 0;

	if (same_members(ap, entry, path))
		return 0;
	if (!(ap->row->flags & ROW_MERGE))
		rc = forgive(txn_delete_below(ap->t, entry, schema_of(ap, path), NULL, &ap->e));
	for (const struct cmd_item *i = ap->m->values->first; i && !rc; i = i->next)
		if (i->path == path)
			rc = txn_set_node(ap->t, entry, schema_of(ap, path), i->value, &ap->e);
	return rc;
}

static int set_leaf(struct apply *ap, struct lyd_node *entry, uint16_t path)
{
	const struct lysc_node *schema = schema_of(ap, path);
	const char *value = given_value(ap, path);

	if ((schema->flags & LYS_KEY) || path == ap->row->range_last)
		return 0;
	if (schema->nodetype == LYS_LEAFLIST)
		return set_members(ap, entry, path);
	if (value)
		return txn_set_node(ap->t, entry, schema, value, &ap->e);
	if ((ap->row->flags & ROW_MERGE) && !cleared(ap, path))
		return 0;
	return forgive(txn_delete_below(ap->t, entry, schema, NULL, &ap->e));
}

static int set_leaves(struct apply *ap, struct lyd_node *entry)
{
	unsigned cursor = 0;
	uint16_t path;
	int rc = 0;

	while (!rc && (path = row_path(ap->set, ap->row, &cursor)) != CMD_NONE)
		rc = set_leaf(ap, entry, path);
	return rc;
}

/* --- taking away --- */

static bool is_flag(const struct lysc_node *schema)
{
	return schema->nodetype == LYS_LEAF && ((const struct lysc_node_leaf *)schema)->type->basetype == LY_TYPE_BOOL;
}

static bool members_given(const struct apply *ap, uint16_t path)
{
	for (const struct cmd_item *i = ap->m->values->first; i; i = i->next)
		if (i->path == path)
			return true;
	return false;
}

static int remove_members(struct apply *ap, struct lyd_node *entry, uint16_t path)
{
	int rc = 0;

	if (!members_given(ap, path))
		return forgive(txn_delete_below(ap->t, entry, schema_of(ap, path), NULL, &ap->e));
	for (const struct cmd_item *i = ap->m->values->first; i && !rc; i = i->next)
		if (i->path == path)
			rc = forgive(txn_delete_below(ap->t, entry, schema_of(ap, path), i->value, &ap->e));
	return rc;
}

static const char *no_value(const struct apply *ap, uint16_t path)
{
	const struct lysc_node *schema = schema_of(ap, path);
	const char *dflt = node_default(schema);

	if (ap->m->dflt)
		return NULL;
	for (unsigned i = 0; i < ap->row->no_n; i++) {
		const struct cmd_bind *b = &ap->set->table->binds[ap->row->no + i];

		if (b->path == path)
			return pool_text(ap->set, b->value);
	}
	return is_flag(schema) && dflt && !strcmp(dflt, "true") ? "false" : NULL;
}

static int remove_leaves(struct apply *ap, struct lyd_node *scope)
{
	uint64_t words = (UINT64_C(1) << ap->row->words) - 1;
	unsigned cursor = 0;
	uint16_t path;
	int rc = 0;

	while (!rc && (path = row_path(ap->set, ap->row, &cursor)) != CMD_NONE) {
		const struct lysc_node *schema = schema_of(ap, path);
		const char *value = no_value(ap, path);

		if (schema->flags & LYS_KEY)
			continue;
		if (schema->nodetype == LYS_LEAFLIST)
			rc = remove_members(ap, scope, path);
		else if (value)
			rc = txn_set_node(ap->t, scope, schema, value, &ap->e);
		else
			rc = forgive(txn_delete_below(ap->t, scope, schema, NULL, &ap->e));
	}
	if (!rc && ap->row->also != CMD_NONE && !(ap->m->values->given & ~words))
		rc = forgive(txn_delete_below(ap->t, scope, schema_of(ap, ap->row->also), NULL, &ap->e));
	return rc;
}

/* A permanent entry is emptied; others go, unless only some values of a list in it were named. */
static int remove_entry(struct apply *ap, struct lyd_node *entry)
{
	struct lyd_node *next;
	unsigned cursor = 0;
	uint16_t path;
	int rc = 0;

	while ((path = row_path(ap->set, ap->row, &cursor)) != CMD_NONE) {
		if (schema_of(ap, path)->nodetype != LYS_LEAFLIST || !members_given(ap, path))
			continue;
		rc = remove_members(ap, entry, path);
		if (rc || node_find(ap->set->model, entry, schema_of(ap, path)))
			return rc;
	}
	if (!entry_permanent(ap->set, entry))
		return txn_delete_node(ap->t, entry, &ap->e);
	for (struct lyd_node *n = lyd_child_no_keys(entry); n && !rc; n = next) {
		next = n->next;
		if (ap->row->range_last == CMD_NONE || n->schema != schema_of(ap, ap->row->range_last))
			rc = txn_delete_node(ap->t, n, &ap->e);
	}
	return rc;
}

/* --- one row at one place --- */

static int gather_keys(struct apply *ap, const struct lysc_node *list, const char *keys[NODE_KEYS_MAX])
{
	unsigned cursor = 0, n = 0;
	uint16_t path;

	for (const struct lysc_node *k = lysc_node_child(list); k && (k->flags & LYS_KEY) && n < NODE_KEYS_MAX;
	     k = k->next, n++) {
		cursor = 0;
		while ((path = row_path(ap->set, ap->row, &cursor)) != CMD_NONE && schema_of(ap, path) != k)
			;
		keys[n] = path == CMD_NONE ? NULL : given_value(ap, path);
		if (!keys[n])
			return err_set(&ap->e, E_INVAL, "\"%s\" is missing", k->name);
	}
	return 0;
}

/* The entry of the list around the row's own: made, or, with `no`, taken away (*out is then NULL). */
static int apply_outer(struct apply *ap, struct lyd_node *scope, struct lyd_node **out)
{
	const struct lysc_node *outer = schema_of(ap, ap->row->list)->parent;
	const char *keys[NODE_KEYS_MAX] = { NULL };
	int rc = gather_keys(ap, outer, keys);

	*out = NULL;
	if (rc)
		return rc;
	if (!ap->m->no && !ap->m->dflt)
		return txn_entry_node(ap->t, scope, outer, keys, out, &ap->e);
	scope = node_entry(ap->set->model, scope, outer, keys);
	return scope ? txn_delete_node(ap->t, scope, &ap->e) : 0;
}

static bool takes_away(const struct apply *ap)
{
	return (ap->m->no || ap->m->dflt) && !(ap->m->no && ap->row->no_n); /* such a `no` is an entry of its own */
}

static int change_entry(void *arg, struct lyd_node *entry)
{
	struct apply *ap = arg;

	if (takes_away(ap))
		return ap->row->flags & ROW_PART ? remove_leaves(ap, entry) : remove_entry(ap, entry);
	return ap->m->no ? remove_leaves(ap, entry) : set_leaves(ap, entry);
}

static int apply_entry(struct apply *ap, struct lyd_node *scope, const char *const *keys)
{
	const struct lysc_node *list = schema_of(ap, ap->row->list);
	struct lyd_node *entry;
	int rc;

	if (takes_away(ap)) {
		entry = node_entry(ap->set->model, scope, list, keys);
		return entry ? change_entry(ap, entry) : 0;
	}
	rc = txn_entry_node(ap->t, scope, list, keys, &entry, &ap->e);
	return rc ? rc : change_entry(ap, entry);
}

static int apply_range(struct apply *ap, struct lyd_node *scope, const char *const *keys, const struct ranges *rs)
{
	const char *last = given_value(ap, ap->row->range_last);
	struct range_change c = { .set = ap->set,
				  .t = ap->t,
				  .of = *rs,
				  .scope = scope,
				  .keys = keys,
				  .first = strtoul(keys[rs->at], NULL, 10),
				  .make = !takes_away(ap),
				  .fn = change_entry,
				  .arg = ap,
				  .e = &ap->e };

	c.last = last ? strtoul(last, NULL, 10) : c.first;
	return range_apply(&c);
}

static int apply_list(struct apply *ap, struct lyd_node *scope)
{
	const char *keys[NODE_KEYS_MAX] = { NULL };
	struct ranges rs;
	int rc = 0;

	if (ap->row->flags & ROW_OUTER) {
		rc = apply_outer(ap, scope, &scope);
		if (rc || !scope)
			return rc;
	}
	rc = gather_keys(ap, schema_of(ap, ap->row->list), keys);
	if (rc)
		return rc;
	return ranges_of_row(ap->set, ap->row, &rs) ? apply_range(ap, scope, keys, &rs) : apply_entry(ap, scope, keys);
}

static int apply_at(struct apply *ap, struct lyd_node *scope)
{
	if (ap->row->list != CMD_NONE)
		return apply_list(ap, scope);
	if (ap->row->clear != CMD_NONE && (ap->m->no || ap->m->dflt))
		return forgive(txn_delete_below(ap->t, scope, schema_of(ap, ap->row->clear), NULL, &ap->e));
	return ap->m->no || ap->m->dflt ? remove_leaves(ap, scope) : set_leaves(ap, scope);
}

static int change_scope(void *arg, struct lyd_node *entry)
{
	return apply_at(arg, entry);
}

/* Where one stands in a range, the row is applied to each of its entries. */
static int apply_everywhere(struct apply *ap)
{
	const struct cmd_place *p = &ap->m->place;
	const char *keys[NODE_KEYS_MAX] = { p->levels[p->depth].keys[0], p->levels[p->depth].keys[1] };
	struct range_change c = { .set = ap->set,
				  .t = ap->t,
				  .keys = keys,
				  .first = place_first(p),
				  .last = p->levels[p->depth].last,
				  .make = true,
				  .fn = change_scope,
				  .arg = ap,
				  .e = &ap->e };
	bool is_range = ranges_of_mode(ap->set, p->levels[p->depth].mode, &c.of);
	int rc = place_entry(ap->set, p, p->depth - is_range, ap->t, &c.scope, &ap->e);

	if (rc)
		return rc;
	return is_range ? range_apply(&c) : apply_at(ap, c.scope);
}

static int enter(struct apply *ap, struct cmd_place *place)
{
	const char *keys[NODE_KEYS_MAX] = { NULL }, *last;
	unsigned d = place->depth + 1;

	if (d >= CMD_DEPTH)
		return err_set(&ap->e, E_LIMIT, "too many modes");
	memset(&place->levels[d], 0, sizeof place->levels[d]);
	place->levels[d].mode = &ap->set->table->modes[ap->row->enter];
	if (ap->row->list != CMD_NONE && gather_keys(ap, schema_of(ap, ap->row->list), keys) < 0)
		return E_INVAL;
	for (unsigned i = 0; i < 2 && keys[i]; i++)
		if (snprintf(place->levels[d].keys[i], CMD_KEY_MAX, "%s", keys[i]) >= CMD_KEY_MAX)
			return err_set(&ap->e, E_TOOBIG, "a name is too long");
	place->depth = d;
	last = ap->row->range_last == CMD_NONE ? NULL : given_value(ap, ap->row->range_last);
	place->levels[d].last = last ? (unsigned)strtoul(last, NULL, 10) : place_first(place);
	return 0;
}

/* "line vty 4 2": the caret goes under the end of the range. */
static bool range_backwards(const struct apply *ap, struct cmd_error *err)
{
	const struct lysc_node *key;
	const char *first, *last;
	struct ranges rs;

	if (!ranges_of_row(ap->set, ap->row, &rs))
		return false;
	key = lysc_node_child(rs.list);
	for (unsigned i = 0; i < rs.at; i++)
		key = key->next;
	first = cmd_arg(ap->m, key->name);
	last = cmd_arg(ap->m, rs.last->name);
	if (!first || !last || strtoul(last, NULL, 10) >= strtoul(first, NULL, 10))
		return false;
	*err = (struct cmd_error){ .kind = CMD_ERR_INVALID, .column = cmd_arg_column(ap->m, rs.last->name) };
	return true;
}

int cmd_apply(const struct cmd_set *set, const struct cmd_match *m, struct txn *t, struct cmd_place *place,
	      struct cmd_error *err)
{
	struct apply ap = { .set = set, .m = m, .row = m->row, .t = t };
	size_t mark = txn_changes(t);
	int rc;

	if (!m->row)
		return 0;
	*err = (struct cmd_error){ .kind = CMD_ERR_OTHER };
	if (range_backwards(&ap, err))
		return E_INVAL;
	rc = m->row->handler == CMD_NONE ? apply_everywhere(&ap)
					 : err_set(&ap.e, E_STATE, "not a configuration command");
	if (!rc)
		rc = txn_check(t, mark, &ap.e);
	if (!rc) {
		struct cmd_place next = m->place;

		if (m->row->enter != CMD_NONE && !m->no && !m->dflt)
			rc = enter(&ap, &next);
		if (!rc)
			*place = next;
	}
	if (rc < 0) {
		txn_undo_to(t, mark);
		ap.e.text[0] = (char)toupper((unsigned char)ap.e.text[0]);
		snprintf(err->text, sizeof err->text, "%% %.250s", ap.e.text);
	}
	return rc;
}
