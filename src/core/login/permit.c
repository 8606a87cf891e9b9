/* SPDX-License-Identifier: Apache-2.0
 *
 * permit.c: see permit.h. Runs in core; lines are hostile, and so is what servers say. RFC 8907 sections 6.1, 8.2: what
 * a server adds to a command, or puts in its place, is not obeyed, so it is a refusal unless it is optional.
 */
#include "core/login/permit.h"

#include "core/commands/commands.h"
#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/login/servers.h"
#include "core/session/cli.h"
#include "core/session/peer.h"
#include "lines/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGS_SIZE 12288 /* of a QUERY */

struct permit {
	struct core *core;
	struct behalf who;
	unsigned level;
	struct buf args; /* strings, as they are sent */
	unsigned n_args;
	struct method method;
	struct ask *ask;
	permit_fn *fn;
	void *arg;
};

static void debug(const struct permit *p, const char *what)
{
	char user[SYSLOG_WORD_MAX];

	if (debug_on(p->core, DEBUG_AAA_AUTHOR))
		syslog_debug(p->core->log, "AAA/AUTHOR/CMD (%s, level %u, group %s): %s",
			     syslog_word(p->who.user, user), p->level, p->method.group[0] ? p->method.group : "-",
			     what);
}

/* --- the question --- */

static bool put_argument(struct permit *p, const char *name, struct str value)
{
	char text[AAA_WORD_MAX + 1];
	int n = snprintf(text, sizeof text, "%s=%.*s", name, (int)value.n, (const char *)value.p);

	str_list_put(&p->args, str_of(text));
	p->n_args++;
	return n > 0 && (size_t)n < sizeof text && p->n_args <= AAA_ARGS_MAX && !p->args.err;
}

/* Servers know that a command ends where it says so. False: it cannot be put into one question. */
static bool put_arguments(struct permit *p, const struct buf *words, unsigned n)
{
	struct cur c = cur_of(buf_str(words));
	bool good = put_argument(p, "service", STR("shell"));

	for (unsigned i = 0; i < n; i++)
		good &= put_argument(p, i ? "cmd-arg" : "cmd", cur_str(&c));
	return good && put_argument(p, "cmd-arg", STR("<cr>"));
}

/* --- the answer --- */

static bool was_sent(const struct permit *p, struct str argument)
{
	struct cur c = cur_of(buf_str(&p->args));

	for (unsigned i = 0; i < p->n_args; i++) {
		struct str own = cur_str(&c);

		if (own.n == argument.n && memcmp(own.p, argument.p, own.n) == 0)
			return true;
	}
	return false;
}

static bool is_of_command(struct str argument)
{
	return argument.n >= 3 && memcmp(argument.p, "cmd", 3) == 0;
}

/* The command as it was asked about, or nothing of it; what else is mandatory is not understood. */
static bool can_obey(const struct permit *p, struct str_list args)
{
	struct cur c = cur_of(args.raw);
	struct str argument;
	unsigned of_command = 0;

	for (uint32_t i = 0; i < args.count; i++) {
		const uint8_t *split;

		if (!str_list_next(&c, &argument))
			return false;
		split = argument.n ? memchr(argument.p, '=', argument.n) : NULL;
		of_command += is_of_command(argument);
		if (!was_sent(p, argument) &&
		    (split || is_of_command(argument) || !argument.n || !memchr(argument.p, '*', argument.n)))
			return false;
	}
	return of_command == 0 || of_command == p->n_args - 1; /* but service=shell */
}

/* --- methods --- */

static void free_permit(struct permit *p)
{
	buf_release(&p->args);
	free(p);
}

static bool method_says(const struct permit *p)
{
	switch (p->method.is) {
	case AAA_NONE:
		return true;
	case AAA_IF_AUTHENTICATED:
		return p->who.authenticated && p->who.authenticated != AAA_BY_NONE;
	case AAA_LOCAL:
		return methods_user(p->core, p->who.user, true) != NULL;
	default:
		return false;
	}
}

static bool ask(struct permit *p);

static enum authorize_end next_method(struct permit *p)
{
	do
		methods_commands(p->core, p->who.line, p->level, &p->method);
	while (p->method.is == AAA_SERVERS && !ask(p));
	if (p->method.is == AAA_SERVERS)
		return AUTHORIZE_LATER;
	return method_says(p) ? AUTHORIZE_YES : AUTHORIZE_NO;
}

static void finish(struct permit *p, bool may, struct str text)
{
	permit_fn *fn = p->fn;
	void *arg = p->arg;

	debug(p, may ? "PASS" : "FAIL");
	free_permit(p);
	fn(arg, may, text);
}

static void on_done(void *arg, const struct ask_result *r)
{
	struct permit *p = arg;
	enum authorize_end end;

	p->ask = NULL;
	if (r->end != ASK_ERROR) {
		finish(p, r->end == ASK_PASS && can_obey(p, r->args), r->text);
		return;
	}
	debug(p, "ERROR, next method");
	end = next_method(p);
	if (end != AUTHORIZE_LATER)
		finish(p, end == AUTHORIZE_YES, STR(""));
}

static bool ask(struct permit *p)
{
	static const struct ask_events events = { .done = on_done };
	char port[SUBJECT_PORT];
	struct ipc_msg_QUERY m = subject_query_of(&p->who, AAA_KIND_COMMAND, port);

	m.level = (uint8_t)p->level;
	m.method = p->who.authenticated ? p->who.authenticated : AAA_BY_NONE;
	m.args = str_list_of(&p->args, p->n_args);
	debug(p, "asking");
	p->ask = servers_ask(p->core, p->method.group, &m, &events, p);
	return p->ask != NULL;
}

enum authorize_end permit_ask(struct core *core, const struct behalf *who, unsigned level, const struct buf *words,
			      unsigned n, permit_fn *fn, void *arg, struct permit **out)
{
	struct permit *p = calloc(1, sizeof *p);
	enum authorize_end end = AUTHORIZE_NO;

	*out = NULL;
	if (!p)
		return AUTHORIZE_NO;
	*p = (struct permit){ .core = core, .who = *who, .level = level, .fn = fn, .arg = arg };
	buf_init(&p->args, ARGS_SIZE);
	if (put_arguments(p, words, n))
		end = next_method(p);
	if (end == AUTHORIZE_LATER)
		*out = p;
	else
		free_permit(p);
	return end;
}

void permit_cancel(struct permit *p)
{
	if (!p)
		return;
	ask_cancel(p->ask);
	free_permit(p);
}

/* --- a line --- */

/* In the run's arena. */
struct line_permit {
	struct permit *asked;
	bool over, may;
	char text[512]; /* of the server */
};

bool permit_wanted(const struct run *run)
{
	const struct cmd_match *m = &run->match;
	struct behalf who;

	if (m->handler == cmd_do) /* the line behind it is asked about */
		return false;
	if (cmd_place_configuring(&m->place) && !model_bool(run->core->model, "/ravelin-aaa:aaa/config-commands"))
		return false;
	return subject_of_cli(run->cli, &who) && who.line && methods_commands_listed(run->core, who.line, cmd_level(m));
}

struct words {
	struct buf list;
	unsigned n;
};

static void put_word(void *arg, struct str word)
{
	struct words *w = arg;

	str_list_put(&w->list, word);
	w->n++;
}

static struct words words_of(struct run *run)
{
	struct words w = { .n = 0 };

	buf_init(&w.list, 0);
	cmd_words(&run->match, &run->arena, put_word, &w);
	return w;
}

static void log_refusal(struct run *run, const struct behalf *who)
{
	struct words w = words_of(run);
	struct cur c = cur_of(buf_str(&w.list));
	char text[200] = "", user[SYSLOG_WORD_MAX];
	size_t at = 0;

	for (unsigned i = 0; i < w.n && at < sizeof text - 1; i++) {
		struct str word = cur_str(&c);

		at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s", i ? " " : "", (int)word.n,
				       (const char *)word.p);
	}
	syslog_event(run->core->log, "AAA", 4, "COMMAND_REFUSED", "%s@%s: %s", syslog_word(who->user, user),
		     who->address[0] ? who->address : "console", text);
	buf_release(&w.list);
}

static int refuse(struct run *run, const char *text)
{
	struct behalf who;

	if (subject_of_cli(run->cli, &who))
		log_refusal(run, &who);
	if (text[0])
		buf_printf(&run->out, "%s\n", text);
	return run_fail(run,
			run->cli->interactive ? "Command authorization failed.\n" : "%% Command authorization failed.");
}

static void on_permit(void *arg, bool may, struct str text)
{
	struct run *run = arg;
	struct line_permit *l = run->permit;
	size_t n = text.n < sizeof l->text - 1 ? text.n : sizeof l->text - 1;

	l->asked = NULL;
	l->over = true;
	l->may = may;
	if (n)
		memcpy(l->text, text.p, n);
	l->text[n] = '\0';
	run->abandon = NULL;
	cli_resume(run->cli);
}

static void abandon(const void *run)
{
	permit_cancel(((const struct run *)run)->permit->asked);
}

static int begin(struct run *run, struct line_permit *l)
{
	enum authorize_end end = AUTHORIZE_NO;
	struct words w = words_of(run);
	struct behalf who;

	run->permit = l;
	if (subject_of_cli(run->cli, &who) && !w.list.err)
		end = permit_ask(run->core, &who, cmd_level(&run->match), &w.list, w.n, on_permit, run, &l->asked);
	buf_release(&w.list);
	if (end == AUTHORIZE_LATER) {
		run->abandon = abandon;
		return RUN_WAIT;
	}
	return end == AUTHORIZE_YES ? RUN_DONE : refuse(run, "");
}

int permit_step(struct run *run)
{
	struct line_permit *l = run->permit;

	if (l && !l->over)
		return RUN_WAIT;
	if (l)
		return l->may ? RUN_DONE : refuse(run, l->text);
	l = arena_alloc(&run->arena, sizeof *l);
	if (!l)
		return run_fail(run, "%% Out of memory");
	*l = (struct line_permit){ .over = false };
	return begin(run, l);
}
