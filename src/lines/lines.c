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

struct lines_tty lines_tty(unsigned tty)
{
	if (tty >= FIRST_VTY)
		return (struct lines_tty){ LINE_VTY, tty - FIRST_VTY };
	return (struct lines_tty){ tty == 0 ? LINE_CON : LINE_AUX, 0 };
}

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

bool lines_exists(const struct lines *l, const struct line *line)
{
	return entry_of(l, line) != NULL;
}

struct line *lines_at(struct lines *l, size_t i)
{
	for (size_t at = 0; at < FIRST_VTY + LINES_MAX_VTYS; at++) {
		if (lines_exists(l, &l->line[at]) && i-- == 0)
			return &l->line[at];
	}
	return NULL;
}

struct line *lines_find(struct lines *l, enum line_type type, unsigned number)
{
	struct line *line;

	for (size_t i = 0; (line = lines_at(l, i)); i++) {
		if (line->type == type && line->number == number)
			return line;
	}
	return NULL;
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

const char *lines_access_class(const struct lines *l, const struct line *line, const char *direction)
{
	const struct lyd_node *entry = entry_of(l, line);
	const struct lyd_node *list = entry ? model_first(l->model, entry, "access-class") : NULL;

	while (list && strcmp(model_below(list, "direction"), direction) != 0)
		list = model_next(list);
	return list ? model_below(list, "name") : NULL;
}

const char *lines_refuse_message(const struct lines *l, enum line_type type)
{
	const char *message = NULL;

	for (size_t i = 0; i < FIRST_VTY + LINES_MAX_VTYS && !message; i++) {
		if (l->line[i].type == type)
			message = lines_value(l, &l->line[i], "refuse-message");
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

struct line *lines_take(struct lines *l, enum line_type type, const char *transport, struct errbuf *e)
{
	bool allowed = false;

	for (size_t i = 0; i < FIRST_VTY + LINES_MAX_VTYS; i++) {
		struct line *line = &l->line[i];

		if (line->type != type || !lines_exists(l, line))
			continue;
		if (transport && (!lines_allows(l, line, transport) || !lines_flag(l, line, "exec")))
			continue;
		allowed = true;
		if (line->busy)
			continue;
		line->busy = true;
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
	for (size_t i = 0; i < FIRST_VTY + LINES_MAX_VTYS; i++) {
		const struct line *line = &l->line[i];

		if (line->type == type)
			return lines_login(l, line) == LOGIN_LIST ? lines_value(l, line, "login-list") : NULL;
	}
	return NULL;
}
