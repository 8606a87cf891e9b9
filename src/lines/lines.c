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

/* By tty. Where the entries of the configuration are is found again after each change of them; a line's state outlives
 * that. The table is large and mostly untouched: memory that nobody wrote is none. */
struct lines {
	const struct model *model;
	bool stale;      /* `entry` and `order` are those of an earlier configuration … */
	uint64_t epoch;  /* … as they are when the model is in another one */
	unsigned n;      /* lines there are, … */
	uint16_t *order; /* … by tty */
	unsigned full;   /* each vty below this one is busy */
	const struct lyd_node *entry[LINES_MAX];
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

	if (!l || !(l->order = calloc(LINES_MAX, sizeof *l->order)) ||
	    model_watch(m, "/ravelin-line:lines", on_change, l) < 0) {
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
		free(l->order);
	free(l);
}

const char *line_type_name(enum line_type type)
{
	static const char *const names[] = { "con", "aux", "vty" };

	return names[type];
}

/* The place of an entry in the table; LINES_MAX when it has none. */
static unsigned tty_of(const struct lyd_node *entry)
{
	const char *type = model_below(entry, "type");
	unsigned long number = strtoul(model_below(entry, "number"), NULL, 10);

	if (strcmp(type, "vty") != 0)
		return number ? LINES_MAX : strcmp(type, "con") == 0 ? 0 : 1;
	return number < LINES_MAX_VTYS ? (unsigned)(FIRST_VTY + number) : LINES_MAX;
}

static void take_entry(struct lines *l, unsigned tty, const struct lyd_node *entry)
{
	struct lines_tty at = lines_tty(tty);

	l->entry[tty] = entry;
	l->line[tty].tty = tty;
	l->line[tty].type = at.type;
	l->line[tty].number = at.number;
}

/* A transaction that is not committed changes nothing here: what it took out is still there to be put back. */
static void look(const struct lines *known)
{
	struct lines *l = (struct lines *)known;
	unsigned top = 0;

	if (!l->stale && l->epoch == model_epoch(l->model))
		return;
	for (unsigned i = 0; i < l->n; i++)
		l->entry[l->order[i]] = NULL;
	for (const struct lyd_node *e = model_first(l->model, NULL, "/ravelin-line:lines/line"); e; e = model_next(e)) {
		unsigned tty = tty_of(e);

		if (tty == LINES_MAX)
			continue;
		take_entry(l, tty, e);
		top = tty >= top ? tty + 1 : top;
	}
	l->n = 0;
	for (unsigned tty = 0; tty < top; tty++) {
		if (l->entry[tty])
			l->order[l->n++] = (uint16_t)tty;
	}
	l->stale = false;
	l->epoch = model_epoch(l->model);
}

static const struct lyd_node *entry_of(const struct lines *l, const struct line *line)
{
	look(l);
	return l->entry[line->tty];
}

bool lines_exists(const struct lines *l, const struct line *line)
{
	return entry_of(l, line) != NULL;
}

struct line *lines_at(struct lines *l, size_t i)
{
	look(l);
	return i < l->n ? &l->line[l->order[i]] : NULL;
}

struct line *lines_find(struct lines *l, enum line_type type, unsigned number)
{
	unsigned tty = type == LINE_VTY ? FIRST_VTY + number : type == LINE_AUX;

	look(l);
	return (type == LINE_VTY ? number < LINES_MAX_VTYS : number == 0) && l->entry[tty] ? &l->line[tty] : NULL;
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
	for (unsigned i = 0; i < l->n && !message; i++) {
		if (lines_tty(l->order[i]).type == type)
			message = model_below(l->entry[l->order[i]], "refuse-message");
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

static bool any_serves(const struct lines *l, enum line_type type, const char *transport)
{
	for (unsigned i = 0; i < l->n; i++) {
		if (lines_tty(l->order[i]).type == type &&
		    (!transport || lines_serves(l, &l->line[l->order[i]], transport)))
			return true;
	}
	return false;
}

/* Of a line that is in use nothing is asked: a full house costs little. */
struct line *lines_take(struct lines *l, enum line_type type, const char *transport, const struct lines_admit *admit,
			struct errbuf *e)
{
	bool refused = false;

	look(l);
	for (unsigned i = 0; i < l->n; i++) {
		struct lines_tty at = lines_tty(l->order[i]);
		struct line *line = &l->line[l->order[i]];

		if (at.type != type || (type == LINE_VTY && at.number < l->full))
			continue;
		if (line->busy) {
			l->full += type == LINE_VTY && at.number == l->full;
			continue;
		}
		if (transport && !lines_serves(l, line, transport))
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

const char *lines_login_list(const struct lines *l, enum line_type type)
{
	look(l);
	for (unsigned i = 0; i < l->n; i++) {
		const struct line *line = &l->line[l->order[i]];

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
