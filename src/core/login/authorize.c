/* SPDX-License-Identifier: Apache-2.0
 *
 * authorize.c: see authorize.h. Runs in core; the arguments of a server are hostile. RFC 8907 sections 6.1, 8.2.
 */
#include "core/login/authorize.h"

#include "aaa/radius.h"
#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/login/servers.h"
#include "core/login/subject.h"
#include "core/session/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL_MAX   15
#define MINUTES_MAX 35791 /* of exec-timeout */

static void debug(const struct peer *p, const char *what, const char *more)
{
	if (debug_on(p->core, DEBUG_AAA_AUTHOR))
		syslog_debug(p->core->log, "AAA/AUTHOR (%08X): %s%s", p->number, what, more);
}

/* --- what a server's arguments say --- */

static bool number_of(const char *text, unsigned most, unsigned *out)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || n > most)
		return false;
	*out = (unsigned)n;
	return true;
}

static bool take_level(struct peer *p, const char *value)
{
	p->rights.level_set = true;
	return number_of(value, LEVEL_MAX, &p->cli.level);
}

static bool take_autocommand(struct peer *p, const char *value)
{
	return str_copy(str_of(value), p->rights.autocommand, sizeof p->rights.autocommand);
}

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS };

/* So many of a unit; at most MINUTES_MAX minutes. */
static bool take_time(const char *value, unsigned unit_ms, bool *set, uint64_t *ms)
{
	unsigned n;

	*set = number_of(value, MINUTES_MAX * (MINUTE_MS / unit_ms), &n);
	*ms = *set ? (uint64_t)n * unit_ms : 0;
	return *set;
}

static bool take_idle(struct peer *p, const char *value)
{
	return take_time(value, MINUTE_MS, &p->rights.idle_set, &p->rights.idle_ms);
}

static bool take_end(struct peer *p, const char *value)
{
	return take_time(value, MINUTE_MS, &p->rights.end_set, &p->rights.end_ms);
}

static bool take_idle_seconds(struct peer *p, const char *value)
{
	return take_time(value, SECOND_MS, &p->rights.idle_set, &p->rights.idle_ms);
}

static bool take_end_seconds(struct peer *p, const char *value)
{
	return take_time(value, SECOND_MS, &p->rights.end_set, &p->rights.end_ms);
}

/* Service-Type of RADIUS; `shell:priv-lvl` says it better. Others than these were refused before. */
static bool take_service(struct peer *p, const char *value)
{
	unsigned service;

	if (!number_of(value, RADIUS_NAS_PROMPT, &service))
		return false;
	if (service == RADIUS_ADMINISTRATIVE && !p->rights.level_set)
		p->cli.level = LEVEL_MAX;
	return true;
}

static bool take_nohangup(struct peer *p, const char *value)
{
	p->rights.stays = strcmp(value, "true") == 0;
	return p->rights.stays || strcmp(value, "false") == 0;
}

static bool is_shell(struct peer *p, const char *value)
{
	(void)p;
	return strcmp(value, "shell") == 0;
}

static bool is_empty(struct peer *p, const char *value)
{
	(void)p;
	return value[0] == '\0';
}

/* There is no escape character that could lead out of a session. */
static bool any(struct peer *p, const char *value)
{
	(void)p;
	(void)value;
	return true;
}

static const struct {
	const char *name;
	bool (*take)(struct peer *p, const char *value);
	const char *format; /* for people */
} arguments[] = {
	{ "priv-lvl", take_level, "Ulong" },
	{ "autocmd", take_autocommand, "String" },
	{ "idletime", take_idle, "Ulong" },
	{ "timeout", take_end, "Ulong" },
	{ "nohangup", take_nohangup, "Bool" },
	{ "noescape", any, "Bool" },
	{ "service", is_shell, "Enum" },
	{ "cmd", is_empty, "String" },
	{ "idle-timeout", take_idle_seconds, "Ulong" },
	{ "session-timeout", take_end_seconds, "Ulong" },
	{ "service-type", take_service, "Enum" },
};

bool authorize_attribute(size_t i, const char **name, const char **format)
{
	if (i >= sizeof arguments / sizeof arguments[0])
		return false;
	*name = arguments[i].name;
	*format = arguments[i].format;
	return true;
}

/* "name=value" must be understood, "name*value" may be passed over. */
static bool take_argument(struct peer *p, struct str argument)
{
	char text[AAA_WORD_MAX + 1], *split;
	bool mandatory, taken = false;

	if (!str_copy(argument, text, sizeof text) || !peer_printable(argument))
		return false;
	split = strpbrk(text, "=*");
	if (!split)
		return false;
	mandatory = *split == '=';
	*split = '\0';
	for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
		if (strcmp(arguments[i].name, text) == 0)
			taken = arguments[i].take(p, split + 1);
	}
	debug(p, taken ? "AV " : mandatory ? "AV refused " : "AV passed over ", text);
	return taken || !mandatory;
}

static bool take_arguments(struct peer *p, struct str_list args)
{
	struct cur c = cur_of(args.raw);
	struct str argument;
	char word[100];

	p->cli.level = 1;
	for (uint32_t i = 0; i < args.count; i++) {
		if (!str_list_next(&c, &argument))
			return false;
		if (take_argument(p, argument))
			continue;
		str_copy_printable(argument, word, sizeof word);
		snprintf(p->authorize.why, sizeof p->authorize.why, "cannot obey the server's \"%s\"", word);
		return false;
	}
	return true;
}

/* --- methods --- */

static void ask(struct peer *p);

/* By RADIUS he was authorized when he was authenticated, or never. */
static bool by_grant(const struct peer *p)
{
	return servers_speak(p->core, p->authorize.method.group) == AAA_RADIUS;
}

static enum authorize_end next_method(struct peer *p)
{
	struct authorize *a = &p->authorize;
	unsigned level;

	do
		methods_exec(p->core, peer_is_console(p), &a->method);
	while (a->method.is == AAA_SERVERS && by_grant(p) && !(p->grant.given && p->login.by_server));
	if (a->method.is == AAA_SERVERS && by_grant(p)) {
		debug(p, "by what came with the login, group ", a->method.group);
		return take_arguments(p, grant_args(&p->grant)) ? AUTHORIZE_YES : AUTHORIZE_NO;
	}
	if (a->method.is == AAA_SERVERS) {
		ask(p);
		return AUTHORIZE_LATER;
	}
	p->rights.local |= a->method.is == AAA_LOCAL;
	if (!methods_exec_says(p->core, a->method.is, methods_user(p->core, p->cli.user, true), &level))
		return AUTHORIZE_NO;
	p->cli.level = level;
	return AUTHORIZE_YES;
}

static void on_done(void *arg, const struct ask_result *r)
{
	struct peer *p = arg;
	enum authorize_end end = AUTHORIZE_NO;

	p->authorize.ask = NULL;
	if (r->end == ASK_ERROR)
		end = next_method(p);
	else if (r->end == ASK_PASS && take_arguments(p, r->args))
		end = AUTHORIZE_YES;
	debug(p, end == AUTHORIZE_YES ? "PASS" : end == AUTHORIZE_NO ? "FAIL" : "ERROR, next method", "");
	if (end != AUTHORIZE_LATER)
		p->authorize.fn(p, end == AUTHORIZE_YES);
}

static void ask(struct peer *p)
{
	static const struct ask_events events = { .done = on_done };
	char port[SUBJECT_PORT];
	struct ipc_msg_QUERY m = subject_query(p, AAA_KIND_EXEC, p->cli.user, port);
	struct buf args;

	buf_init(&args, 0);
	str_list_put(&args, STR("service=shell"));
	str_list_put(&args, STR("cmd="));
	m.args = str_list_of(&args, 2);
	m.method = p->authenticated;
	debug(p, "asking group ", p->authorize.method.group);
	p->authorize.ask = servers_ask(p->core, p->authorize.method.group, &m, &events, p);
	buf_release(&args);
	if (!p->authorize.ask)
		peer_violation(p, "no memory for its authorization");
}

enum authorize_end authorize_exec(struct peer *p, authorize_fn *fn)
{
	p->authorize = (struct authorize){ .fn = fn, .why = "no EXEC authorized" };
	p->rights = (struct rights){ .local = !p->login.by_server };
	return next_method(p);
}

void authorize_release(struct authorize *a)
{
	ask_cancel(a->ask);
	a->ask = NULL;
}
