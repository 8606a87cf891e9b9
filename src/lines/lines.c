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

struct lines {
	const struct model *model;
	struct line line[FIRST_VTY + LINES_MAX_VTYS];
};

struct lines *lines_new(const struct model *m)
{
	struct lines *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->model = m;
	for (unsigned i = 0; i < FIRST_VTY + LINES_MAX_VTYS; i++) {
		l->line[i].tty = i;
		l->line[i].type = i == 0 ? LINE_CON : i == 1 ? LINE_AUX : LINE_VTY;
		l->line[i].number = i < FIRST_VTY ? 0 : i - FIRST_VTY;
	}
	return l;
}

void lines_free(struct lines *l)
{
	free(l);
}

const char *line_type_name(enum line_type type)
{
	static const char *const names[] = { "con", "aux", "vty" };

	return names[type];
}

static const struct lyd_node *entry_of(const struct lines *l, const struct line *line)
{
	char number[12];

	snprintf(number, sizeof number, "%u", line->number);
	return model_entry(l->model, "/ravelin-line:lines/line",
			   (const char *[]){ line_type_name(line->type), number });
}

static bool exists(const struct lines *l, const struct line *line)
{
	return line->type != LINE_VTY || line->number < LINES_DEFAULT_VTYS || entry_of(l, line) != NULL;
}

struct line *lines_at(struct lines *l, size_t i)
{
	for (size_t at = 0; at < FIRST_VTY + LINES_MAX_VTYS; at++) {
		if (exists(l, &l->line[at]) && i-- == 0)
			return &l->line[at];
	}
	return NULL;
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

struct line *lines_take(struct lines *l, enum line_type type, const char *transport, struct errbuf *e)
{
	bool allowed = false;

	for (size_t i = 0; i < FIRST_VTY + LINES_MAX_VTYS; i++) {
		struct line *line = &l->line[i];

		if (line->type != type || !exists(l, line) || (transport && !lines_allows(l, line, transport)))
			continue;
		allowed = true;
		if (line->busy)
			continue;
		line->busy = true;
		line->uses++;
		return line;
	}
	err_set(e, E_LIMIT, allowed ? "all %s lines are in use, try again later" : "no %s line accepts this transport",
		line_type_name(type));
	return NULL;
}

void lines_release(struct line *line)
{
	if (!line)
		return;
	line->busy = false;
	line->user[0] = line->location[0] = '\0';
}

uint64_t lines_exec_timeout_ms(const struct lines *l, const struct line *line)
{
	const struct lyd_node *entry = entry_of(l, line);
	const char *minutes = entry ? model_below(entry, "exec-timeout/minutes") : NULL;
	const char *seconds = entry ? model_below(entry, "exec-timeout/seconds") : NULL;
	uint64_t total =
	    60 * (minutes ? strtoull(minutes, NULL, 10) : 10) + (seconds ? strtoull(seconds, NULL, 10) : 0);

	return total * 1000;
}

enum line_login lines_login(const struct lines *l, const struct line *line)
{
	const struct lyd_node *entry = entry_of(l, line);
	const char *login = entry ? model_below(entry, "login") : NULL;

	if (!login)
		return line->type == LINE_VTY ? LOGIN_LINE_PASSWORD : LOGIN_NONE;
	if (strcmp(login, "local") == 0)
		return LOGIN_LOCAL;
	if (strcmp(login, "list") == 0)
		return LOGIN_LIST;
	return strcmp(login, "password") == 0 ? LOGIN_LINE_PASSWORD : LOGIN_NONE;
}

const char *lines_location(const struct lines *l, const struct line *line)
{
	const struct lyd_node *entry = entry_of(l, line);

	return entry ? model_below(entry, "location") : NULL;
}

const char *lines_password(const struct lines *l, const struct line *line, const char **type)
{
	const struct lyd_node *entry = entry_of(l, line);

	*type = entry ? model_below(entry, "password/type") : NULL;
	return entry ? model_below(entry, "password/value") : NULL;
}

const char *lines_login_list(const struct lines *l, enum line_type type)
{
	for (size_t i = 0; i < FIRST_VTY + LINES_MAX_VTYS; i++) {
		const struct lyd_node *entry;

		if (l->line[i].type != type)
			continue;
		entry = entry_of(l, &l->line[i]);
		return entry && lines_login(l, &l->line[i]) == LOGIN_LIST ? model_below(entry, "login-list") : NULL;
	}
	return NULL;
}
