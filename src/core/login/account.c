/* SPDX-License-Identifier: Apache-2.0
 *
 * account.c: see account.h. Runs in core. RFC 8907 sections 7 and 8.3.
 */
#include "core/login/account.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/login/methods.h"
#include "core/login/servers.h"
#include "core/login/subject.h"
#include "core/session/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One record on its way. */
struct record {
	struct core *core;
	struct method method;
	struct buf query; /* QUERY, as it is sent */
	bool stop;
	uint32_t task;
	char user[65];
};

static void free_record(struct record *r)
{
	buf_release(&r->query);
	free(r);
}

static void lost(const struct record *r)
{
	char user[SYSLOG_WORD_MAX];

	syslog_event(r->core->log, "AAA", 3, "ACCT_LOST", "the %s record of task %u, user %s, was taken by no server",
		     r->stop ? "stop" : "start", r->task, syslog_word(r->user, user));
}

static void send_record(struct record *r);

static void on_done(void *arg, const struct ask_result *result)
{
	struct record *r = arg;

	if (debug_on(r->core, DEBUG_AAA_ACCT))
		syslog_debug(r->core->log, "AAA/ACCT/EXEC(%08X): %s record %s", r->task, r->stop ? "STOP" : "START",
			     result->end == ASK_PASS ? "taken" : "not taken");
	if (result->end == ASK_PASS)
		free_record(r);
	else
		send_record(r);
}

/* To the next group of the list. */
static void send_record(struct record *r)
{
	static const struct ask_events events = { .done = on_done };
	struct ipc_msg_QUERY m;

	if (methods_account(r->core, r->stop, &r->method) && subject_kept(&r->query, &m) &&
	    servers_ask(r->core, r->method.group, &m, &events, r))
		return;
	lost(r);
	free_record(r);
}

static void put(struct buf *args, uint32_t *n, const char *name, uint64_t value)
{
	char text[64];

	snprintf(text, sizeof text, "%s=%llu", name, (unsigned long long)value);
	str_list_put(args, str_of(text));
	++*n;
}

static void put_args(const struct peer *p, bool stop, struct buf *args, uint32_t *n)
{
	put(args, n, "task_id", p->account.task);
	put(args, n, "start_time", p->account.since);
	str_list_put(args, STR("timezone=UTC"));
	str_list_put(args, STR("service=shell"));
	*n += 2;
	if (!stop)
		return;
	put(args, n, "stop_time", (uint64_t)time(NULL));
	put(args, n, "elapsed_time", (clock_now_ms() - p->account.since_ms) / 1000);
}

static void tell(struct peer *p, bool stop)
{
	struct record *r = calloc(1, sizeof *r);
	char port[SUBJECT_PORT];
	struct ipc_msg_QUERY m = subject_query(p, AAA_KIND_ACCOUNT, p->cli.user, port);
	struct buf args;
	uint32_t n = 0;

	if (!r)
		return;
	*r = (struct record){ .core = p->core, .stop = stop, .task = p->account.task };
	str_copy(str_of(p->cli.user), r->user, sizeof r->user);
	buf_init(&r->query, 0);
	buf_init(&args, 0);
	put_args(p, stop, &args, &n);
	m.record = stop ? AAA_RECORD_STOP : AAA_RECORD_START;
	m.method = p->authenticated;
	m.level = (uint8_t)p->cli.level;
	m.args = str_list_of(&args, n);
	ipc_put_QUERY(&r->query, &m);
	buf_release(&args);
	send_record(r);
}

static bool wanted(const struct peer *p, bool stop)
{
	struct method m = { .at = 0 };

	return methods_account(p->core, stop, &m);
}

void account_start(struct peer *p)
{
	static uint32_t last;

	p->account = (struct account){ ++last, (uint64_t)time(NULL), clock_now_ms() };
	if (wanted(p, false))
		tell(p, false);
}

void account_stop(struct peer *p)
{
	if (p->account.task && wanted(p, true))
		tell(p, true);
	p->account.task = 0;
}
