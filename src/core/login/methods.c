/* SPDX-License-Identifier: Apache-2.0
 *
 * methods.c: see methods.h. Runs in core; names of users are hostile.
 */
#include "methods.h"

#include "core/core.h"
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

/* The first method that can be asked of those below `parent` (NULL: at `path` itself). */
static enum aaa_method first_of(const struct core *core, const struct lyd_node *parent, const char *path,
				unsigned askable)
{
	const char *names[METHODS_MAX];
	size_t n = 0;

	for (const struct lyd_node *m = model_first(core->model, parent, path); m && n < METHODS_MAX; m = model_next(m))
		names[n++] = model_value(m);
	return aaa_method_first(names, n, askable);
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

enum aaa_method methods_login(const struct core *core, const struct line *line)
{
	const char *list = lines_login_list(core->lines, line->type);
	const struct lyd_node *entry =
	    model_entry(core->model, "/ravelin-aaa:aaa/login", (const char *[]){ list ? list : "default" });

	if (entry)
		return first_of(core, entry, "method", askable(core, line, 15));
	if (!list)
		return AAA_NONE;
	return askable(core, line, 15) & AAA_BIT(AAA_LOCAL) ? AAA_LOCAL : AAA_DENY;
}

enum aaa_method methods_ssh(const struct core *core)
{
	const char *list = lines_login_list(core->lines, LINE_VTY);
	const struct lyd_node *entry =
	    model_entry(core->model, "/ravelin-aaa:aaa/login", (const char *[]){ list ? list : "default" });

	if (!methods_aaa(core) || !entry)
		return AAA_LOCAL;
	return first_of(core, entry, "method", AAA_BIT(AAA_LOCAL) | AAA_BIT(AAA_LOCAL_CASE));
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
enum aaa_method methods_enable(const struct core *core, const struct line *line, unsigned level)
{
	static const char path[] = "/ravelin-aaa:aaa/enable/method";
	unsigned can = askable(core, line, level) & ~(AAA_BIT(AAA_LOCAL) | AAA_BIT(AAA_LOCAL_CASE));

	if (methods_aaa(core) && model_first(core->model, NULL, path))
		return first_of(core, NULL, path, can);
	if (can & AAA_BIT(AAA_ENABLE))
		return AAA_ENABLE;
	return line->type == LINE_CON && !guarded(core, level) ? AAA_NONE : AAA_DENY;
}

static const struct lyd_node *exec_list(const struct core *core)
{
	return model_entry(core->model, "/ravelin-aaa:aaa/exec", (const char *[]){ "default" });
}

bool methods_exec_listed(const struct core *core, bool console)
{
	return methods_aaa(core) && exec_list(core) &&
	       (!console || model_bool(core->model, "/ravelin-aaa:aaa/console"));
}

bool methods_exec(const struct core *core, const struct lyd_node *user, bool console, unsigned *level)
{
	const char *own = user ? model_below(user, "privilege") : NULL;
	enum aaa_method method = AAA_LOCAL;

	if (methods_aaa(core)) {
		unsigned can = AAA_BIT(AAA_LOCAL) | AAA_BIT(AAA_NONE) | AAA_BIT(AAA_IF_AUTHENTICATED);

		method = methods_exec_listed(core, console) ? first_of(core, exec_list(core), "method", can) : AAA_NONE;
	}
	*level = method == AAA_LOCAL && own ? (unsigned)strtoul(own, NULL, 10) : 1;
	return method != AAA_DENY && (method != AAA_LOCAL || user || !methods_aaa(core));
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
