/* SPDX-License-Identifier: Apache-2.0
 *
 * account.c: see account.h. Runs in core. RFC 8907 sections 7 and 8.3; how a command is written is IOS's way: in one
 * argument, as long as it fits.
 */
#include "core/login/account.h"

#include "core/commands/commands.h"
#include "core/core.h"
#include "core/login/records.h"
#include "core/login/subject.h"
#include "core/session/cli.h"
#include "core/session/peer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ARGS_SIZE 12288

struct arguments {
	struct buf list;
	unsigned n;
};

static void put(struct arguments *a, const char *text)
{
	str_list_put(&a->list, str_of(text));
	a->n++;
}

static void put_number(struct arguments *a, const char *name, uint64_t value)
{
	char text[64];

	snprintf(text, sizeof text, "%s=%llu", name, (unsigned long long)value);
	put(a, text);
}

/* What every record begins with. */
static void begin(struct arguments *a, uint32_t task, const char *service)
{
	buf_init(&a->list, ARGS_SIZE);
	a->n = 0;
	put_number(a, "task_id", task);
	put_number(a, "start_time", (uint64_t)time(NULL));
	put(a, "timezone=UTC");
	put(a, service);
}

/* 0: nobody wants to know. */
static uint32_t tell(struct core *core, const struct account_list *list, uint32_t task, struct ipc_msg_QUERY *m,
		     struct arguments *a)
{
	bool begun;

	m->args = str_list_of(&a->list, a->n);
	begun = !a->list.err && records_begin(core->records, list, task, m);
	buf_release(&a->list);
	return begun ? task : 0;
}

/* --- sessions --- */

void account_start(struct peer *p)
{
	const struct account_list list = methods_account_list(p->core, p->line, ACCOUNT_EXEC, 0);
	char port[SUBJECT_PORT];
	struct ipc_msg_QUERY m = subject_query(p, AAA_KIND_ACCOUNT, p->cli.user, port);
	struct arguments a;
	uint32_t task;

	if (!methods_account_can(p->core, &list))
		return;
	task = records_task(p->core->records);
	m.method = p->authenticated;
	m.level = (uint8_t)p->cli.level;
	m.echo = p->login.by_server ? buf_str(&p->grant.echo) : STR("");
	begin(&a, task, "service=shell");
	p->account = tell(p->core, &list, task, &m, &a);
}

void account_stop(struct peer *p)
{
	records_end(p->core->records, p->transfer_task, NULL);
	records_end(p->core->records, p->account, NULL);
	p->account = p->transfer_task = 0;
}

/* --- commands --- */

static void put_word(void *arg, struct str word)
{
	struct buf *line = arg;

	if (buf_len(line))
		buf_put_u8(line, ' ');
	buf_put(line, word.p, word.n);
}

/* What does not fit into the first argument follows in others. */
static void put_command(struct arguments *a, const struct buf *line)
{
	struct str rest = buf_str(line);
	const char *name = "cmd";
	char text[AAA_WORD_MAX + 1];

	while (rest.n) {
		size_t n = sizeof text - 1 - strlen(name) - 1;

		n = n < rest.n ? n : rest.n;
		snprintf(text, sizeof text, "%s=%.*s", name, (int)n, (const char *)rest.p);
		put(a, text);
		rest.p += n;
		rest.n -= n;
		name = "cmd-arg";
	}
}

/* The task, or 0. `line` is released. */
static uint32_t tell_command(const struct peer *p, unsigned level, struct buf *line)
{
	const struct account_list list = methods_account_list(p->core, p->line, ACCOUNT_COMMANDS, level);
	char port[SUBJECT_PORT];
	struct ipc_msg_QUERY m = subject_query(p, AAA_KIND_ACCOUNT, p->cli.user, port);
	uint32_t task = records_task(p->core->records);
	struct arguments a;

	m.method = p->authenticated;
	m.level = (uint8_t)p->cli.level;
	begin(&a, task, "service=shell");
	put_number(&a, "priv-lvl", level);
	put_word(line, STR("<cr>"));
	put_command(&a, line);
	a.list.err = a.list.err ? a.list.err : line->err;
	buf_release(line);
	return tell(p->core, &list, task, &m, &a);
}

static bool is_told(const struct peer *p, unsigned level)
{
	const struct account_list list = methods_account_list(p->core, p->line, ACCOUNT_COMMANDS, level);

	return methods_account_can(p->core, &list);
}

/* What stands behind `do` is a command of its own. */
void account_command(struct run *run)
{
	const struct peer *p = peer_of(run->cli);
	unsigned level = cmd_level(&run->match);
	struct buf line;

	if (!p || !p->line || run->match.handler == cmd_do || !is_told(p, level))
		return;
	buf_init(&line, 2 * CMD_LINE_MAX);
	cmd_words(&run->match, &run->arena, put_word, &line);
	run->task = tell_command(p, level, &line);
}

/* A client's path is any bytes. */
void account_transfer(struct peer *p, struct str command, unsigned level)
{
	char text[CMD_LINE_MAX];
	struct buf line;

	if (!is_told(p, level))
		return;
	str_copy_printable(command, text, sizeof text);
	buf_init(&line, 2 * CMD_LINE_MAX);
	put_word(&line, str_of(text));
	p->transfer_task = tell_command(p, level, &line);
}

void account_command_done(struct run *run)
{
	records_end(run->core->records, run->task, NULL);
	run->task = 0;
}

/* --- the device --- */

static void system_begins(struct core *core)
{
	const struct account_list list = methods_account_list(core, NULL, ACCOUNT_SYSTEM, 0);
	struct ipc_msg_QUERY m = { .kind = AAA_KIND_ACCOUNT,
				   .level = 1,
				   .method = AAA_BY_NONE,
				   .user = STR("unknown"),
				   .port = STR("unknown"),
				   .address = STR("unknown"),
				   .secret = STR(""),
				   .host = str_of(core_hostname(core)) };
	struct arguments a;
	uint32_t task;

	if (core->system_task || core->ending || !methods_account_can(core, &list))
		return;
	task = records_task(core->records);
	begin(&a, task, "service=system");
	put(&a, "event=sys_acct");
	core->system_task = tell(core, &list, task, &m, &a);
}

/* Who configures it on a device that is up wants to hear of it. */
static void on_change(void *arg, const struct txn *t)
{
	struct core *core = arg;

	(void)t;
	if (core->booted)
		system_begins(core);
}

int account_new(struct core *core)
{
	core->records = records_new(core);
	if (!core->records)
		return E_NOMEM;
	return model_watch(core->model, "/ravelin-aaa:aaa", on_change, core);
}

void account_booted(struct core *core)
{
	records_booted(core->records);
	system_begins(core);
}

void account_ends(struct core *core, const char *reason)
{
	struct peer *p;
	char why[200];

	TAILQ_FOREACH (p, &core->peers, link) {
		if (p->cli.run)
			account_command_done(p->cli.run);
		account_stop(p);
	}
	snprintf(why, sizeof why, "reason=%s", reason);
	records_end(core->records, core->system_task, why);
	core->system_task = 0;
}
