/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_aaa_show.c: `show aaa sessions|user|method-lists|attributes`. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/login/authorize.h"
#include "core/login/methods.h"
#include "core/login/servers.h"
#include "core/login/subject.h"
#include "core/session/cli.h"
#include "core/session/peer.h"
#include "lines/lines.h"
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#define AAA "/ravelin-aaa:aaa/"

/* --- sessions and users --- */

static const char *name_of(const struct peer *p)
{
	return p->cli.user[0] ? p->cli.user : "*not available*";
}

static const char *address_of(const struct peer *p)
{
	return p->address[0] ? p->address : "0.0.0.0";
}

/* Who has an EXEC now. */
static bool has_session(const struct peer *p)
{
	return p->unique && p->line && p->line->since_ms;
}

int cmd_show_aaa_sessions(struct run *run)
{
	const struct peer *p;

	buf_printf(&run->out, "Total sessions since last reload: %u\n", run->core->sessions);
	TAILQ_FOREACH (p, &run->core->peers, link) {
		if (has_session(p))
			buf_printf(&run->out,
				   "Session Id: %u\n   Unique Id: %u\n   User Name: %s\n   IP Address: %s\n"
				   "   Idle Time: %llu\n   CT Call Handle: 0\n",
				   p->unique, p->unique, name_of(p), address_of(p),
				   (unsigned long long)((clock_now_ms() - p->line->active_ms) / 1000));
	}
	return RUN_DONE;
}

static const char *authenticated_by(const struct peer *p)
{
	static const struct {
		enum aaa_method method;
		const char *words;
	} rows[] = {
		{ AAA_SERVERS, "server" }, { AAA_LINE, "line" }, { AAA_ENABLE, "enable" }, { AAA_LOCAL, "local" }
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (p->authenticated == subject_method(rows[i].method))
			return rows[i].words;
	return "none";
}

static void put_user(struct run *run, const struct peer *p)
{
	char since[CLOCK_TEXT];

	clock_text(&run->core->clock, time(NULL) - (time_t)((clock_now_ms() - p->line->since_ms) / 1000), since,
		   sizeof since);
	buf_printf(&run->out,
		   "--------------------------------------------------\n"
		   "Unique id %u is currently in use.\n"
		   "Accounting:\n"
		   "  start_time=%s\n"
		   "Authen: service=LOGIN type=ASCII method=%s\n"
		   "General:\n"
		   "  Unique Id = %08X\n"
		   "  Session Id = %08X\n"
		   "  Attribute List:\n"
		   "    username=%s\n"
		   "    priv-lvl=%u\n"
		   "    port=tty%u\n"
		   "    rem-addr=%s\n",
		   p->unique, since, authenticated_by(p), p->unique, p->unique, name_of(p), p->cli.level, p->line->tty,
		   p->address[0] ? p->address : "async");
}

int cmd_show_aaa_user(struct run *run)
{
	const char *id = cmd_arg(&run->match, "id");
	unsigned long wanted = id ? strtoul(id, NULL, 10) : 0;
	const struct peer *p;
	bool found = false;

	TAILQ_FOREACH (p, &run->core->peers, link) {
		if (!has_session(p) || (id && p->unique != wanted))
			continue;
		put_user(run, p);
		found = true;
	}
	if (!found && id)
		return run_fail(run, "%% No such unique id: %s", id);
	return RUN_DONE;
}

/* --- method lists --- */

static const struct queue {
	const char *word, *title; /* word: of which kind */
	const char *list, *key;   /* of the model: the list, and what names its entries beside `name` */
	bool when;                /* its entries say when a record is made */
} queues[] = {
	{ "authentication", "authen queue=AAA_ML_AUTHEN_LOGIN", AAA "login", NULL, false },
	{ "authentication", "authen queue=AAA_ML_AUTHEN_ENABLE", NULL, NULL, false },
	{ "authorization", "author queue=AAA_ML_AUTHOR_SHELL", AAA "exec", NULL, false },
	{ "authorization", "author queue=AAA_ML_AUTHOR_CMD", AAA "commands", "level", false },
	{ "accounting", "acct queue=AAA_ML_ACCT_SHELL", AAA "exec-accounting", NULL, true },
	{ "accounting", "acct queue=AAA_ML_ACCT_CMD", AAA "command-accounting", "level", true },
	{ "accounting", "acct queue=AAA_ML_ACCT_SYSTEM", AAA "system-accounting", NULL, true },
	{ "accounting", "acct queue=AAA_ML_ACCT_OTHER", AAA "accounting", "type", true },
};

static bool alive(const struct core *core, const char *method)
{
	return aaa_method_named(method) != AAA_SERVERS || servers_any(core, aaa_method_group(method));
}

static void put_method(struct buf *out, const char *method)
{
	if (aaa_method_named(method) == AAA_SERVERS) {
		buf_printf(out, " SERVER_GROUP %s", aaa_method_group(method));
		return;
	}
	buf_puts(out, " ");
	for (; *method; method++) {
		char c = *method >= 'a' && *method <= 'z' ? (char)(*method - 'a' + 'A') : *method;

		buf_put(out, &c, 1);
	}
}

/* `entry`: of accounting, says when a record is made, and whether to each group. */
static void put_methods(struct run *run, const struct queue *q, const struct lyd_node *first,
			const struct lyd_node *entry)
{
	const char *when = q->when ? model_below(entry, "when") : NULL;
	bool each = when && strcmp(model_below(entry, "broadcast"), "true") == 0;
	bool any = !first;

	for (const struct lyd_node *m = first; m; m = model_next(m))
		any |= alive(run->core, model_value(m));
	buf_printf(&run->out, ":state=%s :%s%s%s", any ? "ALIVE" : "DEAD", when ? " " : "", when ? when : "",
		   each ? " broadcast" : "");
	for (const struct lyd_node *m = first; m; m = model_next(m))
		put_method(&run->out, model_value(m));
	buf_puts(&run->out, "\n");
}

static void put_queue(struct run *run, const struct queue *q)
{
	const struct lyd_node *e = q->list ? model_first(run->core->model, NULL, q->list) : NULL;
	const struct lyd_node *enable = q->list ? NULL : model_first(run->core->model, NULL, AAA "enable/method");
	unsigned id = 0;

	buf_printf(&run->out, "%s\n", q->title);
	if (enable) { /* one list, which has no name */
		buf_puts(&run->out, "  name=default valid=TRUE id=0 ");
		put_methods(run, q, enable, NULL);
	}
	for (; e; e = model_next(e)) {
		buf_printf(&run->out, "  name=%s ", model_below(e, "name"));
		if (q->key)
			buf_printf(&run->out, "%s=%s ", q->key, model_below(e, q->key));
		buf_printf(&run->out, "valid=TRUE id=%X ", id++);
		put_methods(run, q, model_first(run->core->model, e, "method"), e);
	}
}

int cmd_show_method_lists(struct run *run)
{
	if (!methods_aaa(run->core))
		return run_fail(run, "%% AAA is not enabled: no list is asked");
	for (size_t i = 0; i < sizeof queues / sizeof queues[0]; i++)
		if (cmd_has(&run->match, "all") || cmd_has(&run->match, queues[i].word))
			put_queue(run, &queues[i]);
	return RUN_DONE;
}

/* --- attributes --- */

int cmd_show_aaa_attributes(struct run *run)
{
	const char *name, *format;

	buf_puts(&run->out, "AAA ATTRIBUTE LIST:\n");
	for (size_t i = 0; authorize_attribute(i, &name, &format); i++)
		buf_printf(&run->out, "    Type=%-4zu  Name=%-28s  Format=%s\n", i + 1, name, format);
	return RUN_DONE;
}
