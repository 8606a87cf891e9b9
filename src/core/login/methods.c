/* SPDX-License-Identifier: Apache-2.0
 *
 * methods.c: see methods.h. Runs in core; names of users are hostile.
 */
#include "core/login/methods.h"

#include "core/core.h"
#include "core/login/servers.h"
#include "lines/lines.h"
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define METHODS_MAX 4
#define LEVEL_MAX   15

bool methods_aaa(const struct core *core)
{
	return model_bool(core->model, "/ravelin-aaa:aaa/new-model");
}

/* The next method that can be asked of those below `parent` (NULL: at `path` itself). A group without servers cannot be
 * asked. */
static void next_of(const struct core *core, const struct lyd_node *parent, const char *path, unsigned askable,
		    struct method *m)
{
	const char *names[METHODS_MAX];
	size_t n = 0;

	for (const struct lyd_node *e = model_first(core->model, parent, path); e && n < METHODS_MAX; e = model_next(e))
		names[n++] = model_value(e);
	m->group[0] = '\0';
	do {
		m->is = aaa_method_next(names, n, askable | AAA_BIT(AAA_SERVERS), &m->at);
		if (m->is != AAA_SERVERS)
			return;
		str_copy(str_of(aaa_method_group(names[m->at - 1])), m->group, sizeof m->group);
	} while (!servers_any(core, m->group));
}

/* There is no list: one method decides, and there is none behind it. */
static void only(struct method *m, enum aaa_method is)
{
	m->is = m->at++ ? AAA_DENY : is;
	m->group[0] = '\0';
}

const char *methods_enable_password(const struct core *core, unsigned level, const char **type, bool *secret)
{
	static const char *const kinds[] = { "secret", "password" };
	char text[8];

	snprintf(text, sizeof text, "%u", level);
	for (size_t i = 0; i < 2; i++) {
		const struct lyd_node *entry =
		    model_entry(core->model, "/ravelin-system:enable", (const char *[]){ kinds[i], text });

		if (entry) {
			*type = model_below(entry, "type");
			*secret = i == 0;
			return model_below(entry, "value");
		}
	}
	return NULL;
}

/* What this device can ask: a user database with nobody in it, or a password nobody set, cannot be asked. */
static unsigned askable(const struct core *core, const struct line *line, unsigned level)
{
	unsigned bits = AAA_BIT(AAA_NONE);
	const char *type;
	bool secret;

	if (model_first(core->model, NULL, METHODS_USERS))
		bits |= AAA_BIT(AAA_LOCAL) | AAA_BIT(AAA_LOCAL_CASE);
	if (methods_enable_password(core, level, &type, &secret))
		bits |= AAA_BIT(AAA_ENABLE);
	if (lines_password(core->lines, line, &type))
		bits |= AAA_BIT(AAA_LINE);
	return bits;
}

static const struct lyd_node *login_list(const struct core *core, const char *list)
{
	return model_entry(core->model, "/ravelin-aaa:aaa/login", (const char *[]){ list ? list : "default" });
}

void methods_login(const struct core *core, const struct line *line, struct method *m)
{
	const char *list = lines_login_list(core->lines, line->type);
	const struct lyd_node *entry = login_list(core, list);
	unsigned can = askable(core, line, 15);

	if (entry)
		next_of(core, entry, "method", can, m);
	else if (!list)
		only(m, AAA_NONE);
	else
		only(m, can & AAA_BIT(AAA_LOCAL) ? AAA_LOCAL : AAA_DENY);
}

void methods_ssh(const struct core *core, struct method *m)
{
	const struct lyd_node *entry = login_list(core, lines_login_list(core->lines, LINE_VTY));

	if (!methods_aaa(core) || !entry)
		only(m, AAA_LOCAL);
	else
		next_of(core, entry, "method", AAA_BIT(AAA_LOCAL) | AAA_BIT(AAA_LOCAL_CASE), m);
}

enum aaa_method methods_ssh_local(const struct core *core)
{
	struct method m = { 0 };

	do
		methods_ssh(core, &m);
	while (m.is == AAA_SERVERS);
	return m.is;
}

/* Is there a password on the way to this level: its own or that of one above? */
static bool guarded(const struct core *core, unsigned level)
{
	const char *type;
	bool secret;

	for (; level <= LEVEL_MAX; level++)
		if (methods_enable_password(core, level, &type, &secret))
			return true;
	return false;
}

/* The console of a device without passwords is open, but it does not lead past a password. */
void methods_enable(const struct core *core, const struct line *line, unsigned level, struct method *m)
{
	static const char path[] = "/ravelin-aaa:aaa/enable/method";
	unsigned can = askable(core, line, level) & ~(AAA_BIT(AAA_LOCAL) | AAA_BIT(AAA_LOCAL_CASE));

	if (methods_aaa(core) && model_first(core->model, NULL, path))
		next_of(core, NULL, path, can, m);
	else if (can & AAA_BIT(AAA_ENABLE))
		only(m, AAA_ENABLE);
	else
		only(m, line->type == LINE_CON && !guarded(core, level) ? AAA_NONE : AAA_DENY);
}

/* Before it has a line of its own a session is asked about as one of the first vty. */
static const char *exec_list_name(const struct core *core, bool console)
{
	const struct line *line = lines_find(core->lines, console ? LINE_CON : LINE_VTY, 0);

	return line ? lines_list(core->lines, line, "authorization", "exec", 0) : NULL;
}

static const struct lyd_node *exec_list(const struct core *core, const char *name)
{
	return model_entry(core->model, "/ravelin-aaa:aaa/exec", (const char *[]){ name ? name : "default" });
}

bool methods_exec_listed(const struct core *core, bool console)
{
	const char *name = exec_list_name(core, console);

	return methods_aaa(core) && (name || exec_list(core, name)) &&
	       (!console || model_bool(core->model, "/ravelin-aaa:aaa/console"));
}

/* What a list says; one that is named and not there is no open door. */
static void by_list(const struct core *core, const struct lyd_node *list, struct method *m)
{
	if (list)
		next_of(core, list, "method", AAA_BIT(AAA_LOCAL) | AAA_BIT(AAA_NONE) | AAA_BIT(AAA_IF_AUTHENTICATED),
			m);
	else
		only(m, AAA_DENY);
}

void methods_exec(const struct core *core, bool console, struct method *m)
{
	if (!methods_aaa(core))
		only(m, AAA_LOCAL);
	else if (!methods_exec_listed(core, console))
		only(m, AAA_NONE);
	else
		by_list(core, exec_list(core, exec_list_name(core, console)), m);
}

static const struct lyd_node *commands_list(const struct core *core, const char *name, unsigned level)
{
	char text[8];

	snprintf(text, sizeof text, "%u", level);
	return model_entry(core->model, "/ravelin-aaa:aaa/commands", (const char *[]){ text, name ? name : "default" });
}

bool methods_commands_listed(const struct core *core, const struct line *line, unsigned level)
{
	const char *name = lines_list(core->lines, line, "authorization", "commands", level);

	return methods_aaa(core) && (name || commands_list(core, name, level)) &&
	       (line->type != LINE_CON || model_bool(core->model, "/ravelin-aaa:aaa/console"));
}

void methods_commands(const struct core *core, const struct line *line, unsigned level, struct method *m)
{
	by_list(core, commands_list(core, lines_list(core->lines, line, "authorization", "commands", level), level), m);
}

bool methods_exec_says(const struct core *core, enum aaa_method method, const struct lyd_node *user, unsigned *level)
{
	const char *own = user ? model_below(user, "privilege") : NULL;

	*level = method == AAA_LOCAL && own ? (unsigned)strtoul(own, NULL, 10) : 1;
	return method != AAA_DENY && (method != AAA_LOCAL || user || !methods_aaa(core));
}

struct account_list methods_account_list(const struct core *core, const struct line *line, enum account_of of,
					 unsigned level)
{
	static const char *const types[] = { [ACCOUNT_EXEC] = "exec", [ACCOUNT_COMMANDS] = "commands" };
	const char *name =
	    line && of != ACCOUNT_SYSTEM ? lines_list(core->lines, line, "accounting", types[of], level) : NULL;
	struct account_list list;

	memset(&list, 0, sizeof list); /* what is behind the name, too */
	list.of = of;
	list.level = level;
	str_copy(str_of(name ? name : "default"), list.name, sizeof list.name);
	return list;
}

static const struct lyd_node *account_entry(const struct core *core, const struct account_list *list)
{
	static const char *const paths[] = { [ACCOUNT_EXEC] = "/ravelin-aaa:aaa/exec-accounting",
					     [ACCOUNT_COMMANDS] = "/ravelin-aaa:aaa/command-accounting",
					     [ACCOUNT_SYSTEM] = "/ravelin-aaa:aaa/system-accounting" };
	char level[8];

	snprintf(level, sizeof level, "%u", list->level);
	if (list->of == ACCOUNT_COMMANDS)
		return model_entry(core->model, paths[list->of], (const char *[]){ level, list->name });
	return model_entry(core->model, paths[list->of], (const char *[]){ list->name });
}

bool methods_account_wants(const struct core *core, const struct account_list *list, bool stop)
{
	const struct lyd_node *entry = account_entry(core, list);
	const char *when = entry ? model_below(entry, "when") : NULL;

	return methods_aaa(core) && when && strcmp(when, "none") != 0 && (stop || strcmp(when, "stop-only") != 0);
}

bool methods_account_broadcast(const struct core *core, const struct account_list *list)
{
	const struct lyd_node *entry = account_entry(core, list);
	const char *value = entry ? model_below(entry, "broadcast") : NULL;

	return value && strcmp(value, "true") == 0;
}

bool methods_account_names(const struct core *core, const struct account_list *list, const char *group)
{
	const struct lyd_node *entry = account_entry(core, list), *m;

	for (m = entry ? model_first(core->model, entry, "method") : NULL; m; m = model_next(m)) {
		if (strcmp(aaa_method_group(model_value(m)), group) == 0)
			return true;
	}
	return false;
}

bool methods_account(const struct core *core, const struct account_list *list, bool stop, struct method *m)
{
	if (!methods_account_wants(core, list, stop))
		return false;
	do /* RADIUS has no record of a command */
		next_of(core, account_entry(core, list), "method", 0, m);
	while (list->of == ACCOUNT_COMMANDS && m->is == AAA_SERVERS && servers_speak(core, m->group) == AAA_RADIUS);
	return m->is == AAA_SERVERS;
}

bool methods_account_can(const struct core *core, const struct account_list *list)
{
	struct method m = { .at = 0 };

	return methods_account(core, list, true, &m);
}

const struct lyd_node *methods_user(const struct core *core, const char *name, bool exact)
{
	const struct lyd_node *user = model_entry(core->model, METHODS_USERS, (const char *[]){ name });

	if (user || exact)
		return user;
	for (user = model_first(core->model, NULL, METHODS_USERS); user; user = model_next(user))
		if (strcasecmp(model_below(user, "name"), name) == 0)
			return user;
	return NULL;
}
