/* SPDX-License-Identifier: Apache-2.0
 *
 * guard_make.c: one table of all access lists that are asked: which those are, their entries in order, each compiled.
 * Runs in core.
 */
#include "core/gate/guard_private.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "lines/lines.h"
#include "model/model.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* --- which lists --- */

const struct lyd_node *guard_find_list(const struct guard *g, enum access_family family, const char *name,
				       enum guard_kind *kind)
{
	const struct lyd_node *list = NULL;

	for (*kind = family == ACCESS_IPV6 ? GUARD_IPV6 : GUARD_STANDARD; !list; ++*kind) {
		list = model_entry(g->core->model, guard_path(*kind), (const char *[]){ name });
		if (list || *kind >= GUARD_EXTENDED)
			break;
	}
	return list;
}

/* Its number in the table in the making, where it is put if it is new; ACCESS_NONE: there is none, or no room. */
static uint32_t list_number(struct guard *g, enum access_family family, const char *name)
{
	struct access_table *t = g->next.own;
	enum guard_kind kind;
	uint32_t i;

	if (!name || !guard_find_list(g, family, name, &kind))
		return ACCESS_NONE;
	for (i = 0; i < t->n_lists; i++)
		if (g->next.named[i].kind == kind && strcmp(g->next.named[i].name, name) == 0)
			return i;
	if (i == ACCESS_LISTS_MAX)
		return ACCESS_NONE;
	t->n_lists++;
	t->list[i] = (struct access_list){ .ipv6 = kind == GUARD_IPV6, .named = kind != GUARD_STANDARD };
	g->next.named[i].kind = kind;
	str_copy(str_of(name), g->next.named[i].name, NAME_MAX_BYTES);
	return i;
}

const char *const guard_leaves[ACCESS_FAMILIES] = {
	[ACCESS_IPV4] = "access-class", [ACCESS_IPV6] = "ipv6-access-class"
};

static void add_list(struct access_door *door, uint32_t number)
{
	uint32_t i = 0;

	while (i < door->n && door->list[i] != number)
		i++;
	if (i == door->n)
		door->list[door->n++] = number;
}

/* The doors of a line, for SSH: what it names and is there; a list that does not exist permits all. In VRFs it counts
 * if it says so, else nobody comes in there. */
static void add_line(struct guard *g, const struct line *line, enum access_family family)
{
	bool vrf_also;
	const char *name = lines_access_class(g->core->lines, line, guard_leaves[family], "in", &vrf_also);
	uint32_t number = list_number(g, family, name);
	enum guard_kind kind;
	bool open = number == ACCESS_NONE && (!name || !guard_find_list(g, family, name, &kind));

	for (enum access_place place = 0; place < ACCESS_PLACES; place++) {
		struct access_door *door = &g->next.own->door[place][family];

		if (place == ACCESS_VRF && name && !vrf_also)
			continue;
		door->open |= open;
		if (number != ACCESS_NONE)
			add_list(door, number);
	}
}

static void find_lists(struct guard *g)
{
	const char *quiet = model_str(g->core->model, "/ravelin-login:login/quiet-access-class");
	const char *exempt = model_str(g->core->model, "/ravelin-ssh:ssh/penalty/exempt");
	struct access_table *t = g->next.own;
	const struct line *line;
	size_t serve = 0;

	for (size_t i = 0; (line = lines_group(g->core->lines, i)); i++) {
		if (line->type != LINE_VTY || !lines_serves(g->core->lines, line, "ssh"))
			continue;
		serve++;
		for (enum access_family f = 0; f < ACCESS_FAMILIES; f++)
			add_line(g, line, f);
	}
	for (enum access_family f = 0; f < ACCESS_FAMILIES; f++) {
		if (!serve) /* no line at all is none of the lists' business */
			t->door[ACCESS_HOME][f].open = t->door[ACCESS_VRF][f].open = true;
		t->quiet[f] = list_number(g, f, quiet);
		t->exempt[f] = list_number(g, f, exempt);
	}
}

/* --- making a table --- */

void guard_release(struct compiled *c)
{
	if (c->shared)
		munmap(c->shared, c->size);
	if (c->size && c->fd >= 0)
		close(c->fd);
	free(c->own);
	free(c->sequence);
	free(c->cleared);
	*c = (struct compiled){ .fd = -1 };
}

static int by_sequence(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static uint32_t sequence_of(const struct lyd_node *rule)
{
	return (uint32_t)strtoul(model_below(rule, "sequence"), NULL, 10);
}

/* The entries of one list, in order. Too many: the end of the list denies what the rest would have said. */
static int gather(struct guard *g, uint32_t list, size_t *n, size_t *room)
{
	const struct named *named = &g->next.named[list];
	const struct lyd_node *of =
				  model_entry(g->core->model, guard_path(named->kind), (const char *[]){ named->name }),
			      *rule;
	size_t first = *n;

	for (rule = model_first(g->core->model, of, "rule"); rule && *n < ACCESS_RULES_MAX; rule = model_next(rule)) {
		if (strcmp(model_below(rule, "action"), "remark") == 0)
			continue;
		if (*n == *room) {
			struct entry *more = realloc(g->entries, (2 * *room + 64) * sizeof *more);

			if (!more)
				return E_NOMEM;
			g->entries = more;
			*room = 2 * *room + 64;
		}
		g->entries[(*n)++] = (struct entry){ rule, sequence_of(rule) };
	}
	if (rule)
		syslog_event(g->core->log, "SYS", 3, "ACCESS_LIST",
			     "access list %s is cut: more than %u entries in all", named->name, ACCESS_RULES_MAX);
	if (*n > first)
		qsort(g->entries + first, *n - first, sizeof *g->entries, by_sequence);
	g->next.own->list[list].first = (uint32_t)first;
	g->next.own->list[list].n = (uint32_t)(*n - first);
	return 0;
}

static void drop_empty(const struct access_table *t, uint32_t *list)
{
	if (*list != ACCESS_NONE && t->list[*list].n == 0)
		*list = ACCESS_NONE;
}

int guard_begin(struct guard *g)
{
	size_t n = 0, room = 0;
	struct access_table *t;
	int rc = 0;

	guard_release(&g->next);
	free(g->entries);
	g->entries = NULL;
	g->done = 0;
	g->next.own = calloc(1, sizeof *t);
	if (!g->next.own)
		return E_NOMEM;
	find_lists(g);
	for (uint32_t i = 0; i < g->next.own->n_lists && !rc; i++)
		rc = gather(g, i, &n, &room);
	for (enum access_family f = 0; f < ACCESS_FAMILIES; f++) { /* an empty list excepts nobody */
		drop_empty(g->next.own, &g->next.own->quiet[f]);
		drop_empty(g->next.own, &g->next.own->exempt[f]);
	}
	g->next.size = access_size((uint32_t)n);
	t = rc ? NULL : calloc(1, g->next.size);
	g->next.sequence = calloc(n + 1, sizeof *g->next.sequence);
	g->next.cleared = calloc(n + 1, sizeof *g->next.cleared);
	if (!t || !g->next.sequence || !g->next.cleared) {
		free(t);
		return E_NOMEM;
	}
	memcpy(t, g->next.own, sizeof *t);
	free(g->next.own);
	g->next.own = t;
	t->n_rules = (uint32_t)n;
	return 0;
}

static enum guard_kind kind_of_rule(const struct guard *g, uint32_t rule)
{
	uint32_t i = 0;

	while (rule - g->next.own->list[i].first >= g->next.own->list[i].n)
		i++;
	return g->next.named[i].kind;
}

bool guard_make(struct guard *g, uint32_t most)
{
	struct access_table *t = g->next.own;

	for (; g->done < t->n_rules && most; g->done++, most--) {
		g->next.sequence[g->done] = g->entries[g->done].sequence;
		guard_compile(g->entries[g->done].node, kind_of_rule(g, g->done), &t->rule[g->done]);
	}
	return g->done == t->n_rules;
}
