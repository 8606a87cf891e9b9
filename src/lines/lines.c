/* SPDX-License-Identifier: Apache-2.0
 *
 * lines.c: see lines.h.
 */
#include "lines.h"

#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_VTY 2 /* after con 0 and aux 0 */
#define LINES_MAX (FIRST_VTY + LINES_MAX_VTYS)

/* Lines that are configured alike: those of one entry of the configuration. */
struct group {
	const struct lyd_node *entry;
	unsigned tty, n; /* the first, how many */
	unsigned before; /* lines in the groups before this one */
};

/* Which lines there are is found again after each change of the configuration; a line's state outlives that. The table
 * of lines is large and mostly untouched: memory that nobody wrote is none. */
struct lines {
	const struct model *model;
	bool stale;          /* the groups are those of an earlier configuration … */
	uint64_t epoch;      /* … as they are when the model is in another one */
	struct group *group; /* by tty */
	size_t groups, room;
	unsigned full; /* each vty below this one is busy */
	struct line line[LINES_MAX];
};

struct lines_tty lines_tty(unsigned tty)
{
	if (tty >= FIRST_VTY)
		return (struct lines_tty){ LINE_VTY, tty - FIRST_VTY };
	return (struct lines_tty){ tty == 0 ? LINE_CON : LINE_AUX, 0 };
}

static void on_change(void *arg, const struct txn *t)
{
	struct lines *l = arg;

	(void)t;
	l->stale = true;
}

struct lines *lines_new(struct model *m)
{
	struct lines *l = calloc(1, sizeof *l);

	if (!l || model_watch(m, "/ravelin-line:lines", on_change, l) < 0) {
		lines_free(l);
		return NULL;
	}
	l->model = m;
	l->stale = true;
	return l;
}

void lines_free(struct lines *l)
{
	if (l)
		free(l->group);
	free(l);
}

const char *line_type_name(enum line_type type)
{
	static const char *const names[] = { "con", "aux", "vty" };

	return names[type];
}

/* The lines of an entry; false: there are none such. */
static bool lines_of(const struct lyd_node *entry, struct group *out)
{
	const char *type = model_below(entry, "type"), *last = model_below(entry, "last");
	unsigned long number = strtoul(model_below(entry, "number"), NULL, 10);
	unsigned long end = last ? strtoul(last, NULL, 10) : number;
	bool is_vty = strcmp(type, "vty") == 0;

	*out = (struct group){ .entry = entry, .tty = is_vty ? FIRST_VTY : strcmp(type, "aux") == 0 };
	if (number > end || end >= (is_vty ? LINES_MAX_VTYS : 1))
		return false;
	out->tty += (unsigned)number;
	out->n = (unsigned)(end - number) + 1;
	return true;
}

static int by_tty(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return (x->tty > y->tty) - (x->tty < y->tty);
}

static bool add_group(struct lines *l, const struct group *g)
{
	if (l->groups == l->room) {
		struct group *more = realloc(l->group, (2 * l->room + 8) * sizeof *more);

		if (!more)
			return false;
		l->group = more;
		l->room = 2 * l->room + 8;
	}
	l->group[l->groups++] = *g;
	return true;
}

/* A transaction that is not committed changes nothing here: what it took out is still there to be put back. Without
 * memory the lines that are left out are not there, until somebody looks again. */
static void look(const struct lines *known)
{
	struct lines *l = (struct lines *)known;
	unsigned before = 0;
	bool whole = true;
	struct group g;

	if (!l->stale && l->epoch == model_epoch(l->model))
		return;
	l->groups = 0;
	for (const struct lyd_node *e = model_first(l->model, NULL, "/ravelin-line:lines/line"); e; e = model_next(e))
		whole &= !lines_of(e, &g) || add_group(l, &g);
	if (l->groups)
		qsort(l->group, l->groups, sizeof *l->group, by_tty);
	for (size_t i = 0; i < l->groups; i++) {
		l->group[i].before = before;
		before += l->group[i].n;
	}
	l->stale = !whole;
	l->epoch = model_epoch(l->model);
}

static int holds_tty(const void *key, const void *group)
{
	const unsigned *tty = key;
	const struct group *g = group;

	return *tty < g->tty ? -1 : *tty >= g->tty + g->n;
}

static int holds_place(const void *key, const void *group)
{
	const size_t *i = key;
	const struct group *g = group;

	return *i < g->before ? -1 : *i >= g->before + g->n;
}

static const struct group *group_of(const struct lines *l, unsigned tty)
{
	look(l);
	return l->groups ? bsearch(&tty, l->group, l->groups, sizeof *l->group, holds_tty) : NULL;
}

static const struct lyd_node *entry_of(const struct lines *l, const struct line *line)
{
	const struct group *g = group_of(l, line->tty);

	return g ? g->entry : NULL;
}

static struct line *line_at(struct lines *l, unsigned tty)
{
	struct line *line = &l->line[tty];
	struct lines_tty at = lines_tty(tty);

	line->tty = tty;
	line->type = at.type;
	line->number = at.number;
	return line;
}

bool lines_exists(const struct lines *l, const struct line *line)
{
	return entry_of(l, line) != NULL;
}

struct line *lines_at(struct lines *l, size_t i)
{
	const struct group *g;

	look(l);
	g = l->groups ? bsearch(&i, l->group, l->groups, sizeof *g, holds_place) : NULL;
	return g ? line_at(l, g->tty + (unsigned)i - g->before) : NULL;
}

const struct line *lines_group(struct lines *l, size_t i)
{
	look(l);
	return i < l->groups ? line_at(l, l->group[i].tty) : NULL;
}

struct line *lines_find(struct lines *l, enum line_type type, unsigned number)
{
	unsigned tty = type == LINE_VTY ? FIRST_VTY + number : type == LINE_AUX;
	bool known = type == LINE_VTY ? number < LINES_MAX_VTYS : number == 0;

	return known && group_of(l, tty) ? line_at(l, tty) : NULL;
}

/* --- configuration --- */

const char *lines_value(const struct lines *l, const struct line *line, const char *path)
{
	const struct lyd_node *entry = entry_of(l, line);

	return entry ? model_below(entry, path) : NULL;
}

uint64_t lines_number(const struct lines *l, const struct line *line, const char *path)
{
	const char *value = lines_value(l, line, path);

	return value ? strtoull(value, NULL, 10) : 0;
}

bool lines_flag(const struct lines *l, const struct line *line, const char *path)
{
	const char *value = lines_value(l, line, path);

	return value && strcmp(value, "true") == 0;
}

uint64_t lines_exec_timeout_ms(const struct lines *l, const struct line *line)
{
	return 1000 *
	       (60 * lines_number(l, line, "exec-timeout/minutes") + lines_number(l, line, "exec-timeout/seconds"));
}

void lines_transports(const struct lines *l, const struct line *line, struct buf *out)
{
	static const char *const known[] = { "ssh", "telnet" };
	size_t before = buf_len(out);

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (lines_allows(l, line, known[i]))
			buf_printf(out, "%s%s", buf_len(out) > before ? " " : "", known[i]);
	}
	if (buf_len(out) == before)
		buf_puts(out, "none");
}

const char *lines_access_class(const struct lines *l, const struct line *line, const char *leaf, const char *direction,
			       bool *vrf_also)
{
	const struct lyd_node *entry = entry_of(l, line);
	const struct lyd_node *list = entry ? model_first(l->model, entry, leaf) : NULL;

	while (list && strcmp(model_below(list, "direction"), direction) != 0)
		list = model_next(list);
	if (vrf_also)
		*vrf_also = list && strcmp(model_below(list, "vrf-also"), "true") == 0;
	return list ? model_below(list, "name") : NULL;
}

const char *lines_refuse_message(const struct lines *l, enum line_type type)
{
	const char *message = NULL;

	look(l);
	for (size_t i = 0; i < l->groups && !message; i++) {
		if (lines_tty(l->group[i].tty).type == type)
			message = model_below(l->group[i].entry, "refuse-message");
	}
	return message;
}

bool lines_allows(const struct lines *l, const struct line *line, const char *transport)
{
	const struct lyd_node *entry = entry_of(l, line), *input = NULL;
	bool any = false;

	if (entry)
		input = model_first(l->model, entry, "transport/input");
	for (; input; input = model_next(input)) {
		const char *v = model_value(input);

		any = true;
		if (strcmp(v, transport) == 0 || strcmp(v, "all") == 0)
			return true;
	}
	return !any && line->type == LINE_VTY && strcmp(transport, "ssh") == 0;
}

bool lines_serves(const struct lines *l, const struct line *line, const char *transport)
{
	return lines_exists(l, line) && lines_allows(l, line, transport) && lines_flag(l, line, "exec");
}

static bool any_serves(struct lines *l, enum line_type type, const char *transport)
{
	const struct line *line;

	for (size_t i = 0; (line = lines_group(l, i)); i++) {
		if (line->type == type && (!transport || lines_serves(l, line, transport)))
			return true;
	}
	return false;
}

/* The first line of the group that nobody is on; of the vtys below `full` nothing is asked. */
static struct line *free_line(struct lines *l, const struct group *g)
{
	for (unsigned tty = g->tty; tty < g->tty + g->n; tty++) {
		struct line *line;

		if (tty >= FIRST_VTY && tty - FIRST_VTY < l->full) {
			tty = FIRST_VTY + l->full - 1;
			continue;
		}
		line = line_at(l, tty);
		if (!line->busy)
			return line;
		l->full += line->type == LINE_VTY && line->number == l->full;
	}
	return NULL;
}

struct line *lines_take(struct lines *l, enum line_type type, const char *transport, const struct lines_admit *admit,
			struct errbuf *e)
{
	bool refused = false;

	look(l);
	for (size_t i = 0; i < l->groups; i++) {
		const struct group *g = &l->group[i];
		struct line *line = lines_tty(g->tty).type == type ? free_line(l, g) : NULL;

		if (!line || (transport && !lines_serves(l, line, transport)))
			continue;
		if (admit && !admit->line(admit->arg, line)) {
			refused = true;
			continue;
		}
		line->busy = true;
		return line;
	}
	err_set(e, E_LIMIT,
		refused                          ? "the access-class of the %s lines refuses this address"
		: any_serves(l, type, transport) ? "all %s lines are in use, try again later"
						 : "no %s line accepts this transport",
		line_type_name(type));
	return NULL;
}

void lines_release(struct lines *l, struct line *line)
{
	if (!line)
		return;
	if (line->type == LINE_VTY && line->number < l->full)
		l->full = line->number;
	line->busy = false;
	line->since_ms = 0;
	line->user[0] = line->location[0] = '\0';
}

enum line_login lines_login(const struct lines *l, const struct line *line)
{
	const char *login = lines_value(l, line, "login");

	if (!login)
		return line->type == LINE_VTY ? LOGIN_LINE_PASSWORD : LOGIN_NONE;
	if (strcmp(login, "local") == 0)
		return LOGIN_LOCAL;
	if (strcmp(login, "list") == 0)
		return LOGIN_LIST;
	return strcmp(login, "password") == 0 ? LOGIN_LINE_PASSWORD : LOGIN_NONE;
}

const char *lines_password(const struct lines *l, const struct line *line, const char **type)
{
	*type = lines_value(l, line, "password/type");
	return lines_value(l, line, "password/value");
}

const char *lines_login_list(struct lines *l, enum line_type type)
{
	const struct line *line;

	for (size_t i = 0; (line = lines_group(l, i)); i++) {
		if (line->type == type)
			return lines_login(l, line) == LOGIN_LIST ? lines_value(l, line, "login-list") : NULL;
	}
	return NULL;
}

static const struct lyd_node *of_level(const struct lines *l, const struct lyd_node *parent, const char *type,
				       unsigned level)
{
	const struct lyd_node *e = parent ? model_first(l->model, parent, type) : NULL;

	while (e && strtoul(model_below(e, "level"), NULL, 10) != level)
		e = model_next(e);
	return e;
}

const char *lines_list(const struct lines *l, const struct line *line, const char *what, const char *type,
		       unsigned level)
{
	const struct lyd_node *entry = entry_of(l, line), *e;
	bool commands = strcmp(type, "commands") == 0;
	const char *name;
	char path[48];

	snprintf(path, sizeof path, "%s/%s", what, type);
	if (!entry)
		return NULL;
	if (commands) {
		e = of_level(l, entry, path, level);
		name = e ? model_below(e, "name") : NULL;
	} else {
		name = model_below(entry, path);
	}
	return name && strcmp(name, "default") != 0 ? name : NULL;
}
