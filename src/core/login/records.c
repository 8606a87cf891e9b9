/* SPDX-License-Identifier: Apache-2.0
 *
 * records.c: see records.h. Runs in core. A new record is sent at once, unless it is the stop record of what a server
 * has not confirmed the start of: each goes its own way, and could be faster. One that nobody took waits, and of those
 * that wait for the same list, or group of it, the oldest is tried first, so that they come in their order.
 */
#include "core/login/records_private.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/login/servers.h"
#include "core/login/subject.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MAX    32768
#define QUEUE_MAX   16384
#define QUEUE_BYTES ((size_t)8 << 20)
#define RETRY_S     5
#define TASKS       1024 /* numbers that are set aside at once */
#define ROUTES_MAX  32

/* --- what is known --- */

void record_free(struct record *x)
{
	buf_release(&x->query);
	free(x);
}

struct record *records_find(struct record_list *list, uint32_t number, bool by_task)
{
	struct record *x;

	TAILQ_FOREACH_REVERSE(x, list, record_list, link)
	{
		if ((by_task ? x->task : x->id) == number)
			return x;
	}
	return NULL;
}

void records_close(struct records *r, struct record *x)
{
	TAILQ_REMOVE(&r->open, x, link);
	r->n_open--;
	record_free(x);
}

void records_put(struct records *r, struct record *x)
{
	TAILQ_INSERT_TAIL(&r->queue, x, link);
	r->n_queue++;
	r->queue_bytes += buf_len(&x->query);
}

void records_drop(struct records *r, struct record *x)
{
	TAILQ_REMOVE(&r->queue, x, link);
	r->n_queue--;
	r->queue_bytes -= buf_len(&x->query);
	r->n_waiting -= x->waits;
	record_free(x);
}

static void lost(struct records *r, const struct record *x, const char *why)
{
	struct ipc_msg_QUERY m;
	char user[SYSLOG_WORD_MAX] = "?";

	if (subject_kept(&x->query, &m))
		str_copy_printable(m.user, user, sizeof user);
	syslog_event(r->core->log, "AAA", 3, "ACCT_LOST", "the %s record of task %u, user %s, is lost: %s",
		     x->stop ? "stop" : "start", x->task, user, why);
}

/* --- sending --- */

static void send_record(struct record *x);

static void arm(struct records *r)
{
	static const struct timeval tv = { RETRY_S, 0 };

	if (r->n_waiting && !event_pending(r->retry, EV_TIMEOUT, NULL))
		event_add(r->retry, &tv);
}

/* Do they go to the same servers? */
static bool same_route(const struct record *a, const struct record *b)
{
	return memcmp(&a->list, &b->list, sizeof a->list) == 0 && strcmp(a->group, b->group) == 0;
}

/* Of one task, by the same way: the start record (`stop`: the stop record) that is in the queue. */
static struct record *other_of(struct records *r, const struct record *x, bool stop)
{
	struct record *y;

	TAILQ_FOREACH_REVERSE(y, &r->queue, record_list, link)
	{
		if (y->task == x->task && y->stop == stop && same_route(x, y))
			return y;
	}
	return NULL;
}

static bool may_go(struct records *r, const struct record *x)
{
	return !x->stop || !other_of(r, x, false);
}

/* The oldest that waits for each list is tried, unless one for it is under way. */
static void retry(struct records *r)
{
	const struct record *seen[ROUTES_MAX];
	struct record *x, *next;
	unsigned n = 0, i;

	for (x = TAILQ_FIRST(&r->queue); x && n < ROUTES_MAX; x = next) {
		next = TAILQ_NEXT(x, link);
		if (!x->waits)
			continue;
		for (i = 0; i < n && !same_route(seen[i], x); i++)
			;
		if (i < n)
			continue;
		seen[n++] = x;
		if (!x->ask && may_go(r, x)) {
			x->method = (struct method){ .at = 0 };
			send_record(x);
		}
	}
	arm(r);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	retry(arg);
}

static void taken(struct records *r, struct record *x)
{
	struct record *next = x->stop ? NULL : other_of(r, x, true);
	bool waited = x->waits;
	struct buf entry;

	buf_init(&entry, 0);
	records_put_number(&entry, RECORDS_DONE, x->id);
	records_drop(r, x);
	records_write_down(r, &entry);
	r->full = false;
	if (waited && !r->n_waiting)
		syslog_event(r->core->log, "AAA", 5, "ACCT_SENT", "the accounting records that waited are sent");
	if (waited || (next && next->waits))
		retry(r);
	else if (next)
		send_record(next);
}

/* And with a start record its stop record, if there is one already. */
static void wait_for_servers(struct records *r, struct record *x)
{
	struct record *next = x->stop || x->waits ? NULL : other_of(r, x, true);

	if (!x->waits && !r->n_waiting)
		syslog_event(r->core->log, "AAA", 4, "ACCT_WAIT",
			     "no server takes accounting records: they are kept until one does");
	r->n_waiting += !x->waits;
	x->waits = true;
	if (next && !next->waits)
		wait_for_servers(r, next);
	arm(r);
}

static void on_done(void *arg, const struct ask_result *result)
{
	struct record *x = arg;
	struct records *r = x->of;

	x->ask = NULL;
	if (debug_on(r->core, DEBUG_AAA_ACCT))
		syslog_debug(r->core->log, "AAA/ACCT(%08X): %s record %s", x->task, x->stop ? "STOP" : "START",
			     result->end == ASK_PASS ? "taken" : "not taken");
	if (result->end == ASK_PASS)
		taken(r, x);
	else
		send_record(x);
}

/* The next that may take it; of a list that is broadcast there is one. */
static bool next_group(struct record *x)
{
	const struct core *core = x->of->core;

	if (!x->group[0])
		return methods_account(core, &x->list, x->stop, &x->method);
	memcpy(x->method.group, x->group, sizeof x->group);
	return x->method.at++ == 0 && methods_account_wants(core, &x->list, x->stop);
}

/* To the next group of the list; when there is none it waits, unless the list is gone. */
static void send_record(struct record *x)
{
	static const struct ask_events events = { .done = on_done };
	struct records *r = x->of;
	struct ipc_msg_QUERY m;

	if (next_group(x) && subject_kept(&x->query, &m)) {
		x->ask = servers_ask(r->core, x->method.group, &m, &events, x);
		if (x->ask)
			return;
	}
	wait_for_servers(r, x);
}

/* Does one for the same servers wait already? */
static bool behind_others(const struct records *r, const struct record *new)
{
	const struct record *x;

	TAILQ_FOREACH (x, &r->queue, link) {
		if (x->waits && same_route(x, new))
			return true;
	}
	return false;
}

/* --- new ones --- */

static bool full(struct records *r, const struct record *x, bool no_room)
{
	if (no_room && !r->full)
		lost(r, x, "too many wait already; others are lost without a word until one is taken");
	r->full |= no_room;
	return no_room;
}

static struct record *copy_of(struct records *r, const struct account_list *list, uint32_t task, bool stop,
			      struct ipc_msg_QUERY *m)
{
	struct record *x = calloc(1, sizeof *x);

	if (!x)
		return NULL;
	*x = (struct record){ .of = r, .list = *list, .task = task, .stop = stop };
	buf_init(&x->query, RECORDS_ENTRY_MAX);
	m->record = stop ? AAA_RECORD_STOP : AAA_RECORD_START;
	ipc_put_QUERY(&x->query, m);
	if (!x->query.err)
		return x;
	record_free(x);
	return NULL;
}

static struct record *twin_of(const struct record *x)
{
	struct record *twin = calloc(1, sizeof *twin);

	if (!twin)
		return NULL;
	*twin = (struct record){ .of = x->of, .list = x->list, .task = x->task, .stop = x->stop };
	buf_init(&twin->query, RECORDS_ENTRY_MAX);
	buf_put(&twin->query, buf_ptr(&x->query), buf_len(&x->query));
	return twin;
}

/* Into the queue, and what is to be written down of it. */
static void put_new(struct records *r, struct record *x, struct buf *entries)
{
	if (full(r, x, r->n_queue >= QUEUE_MAX || r->queue_bytes >= QUEUE_BYTES)) {
		if (x->stop)
			records_put_number(entries, RECORDS_CLOSED, x->task);
		record_free(x);
		return;
	}
	x->id = ++r->last_id;
	records_put(r, x);
	records_put_entry(entries, RECORDS_RECORD, x);
}

/* Into the file, all in one write, then to the servers. Of a list that is broadcast one for each group: each has its
 * own way and waits for nobody else's servers. They are in the queue before they are written: that may write the file
 * anew, from what is there. */
static void enqueue(struct records *r, struct record *x)
{
	struct method next = { .at = 0 };
	bool each = methods_account_broadcast(r->core, &x->list) && methods_account(r->core, &x->list, x->stop, &next);
	uint32_t before = r->last_id;
	struct record *twin;
	struct buf entries;

	buf_init(&entries, 0);
	do {
		memcpy(x->group, next.group, sizeof x->group);
		twin = each && methods_account(r->core, &x->list, x->stop, &next) ? twin_of(x) : NULL;
		put_new(r, x, &entries);
	} while ((x = twin));
	records_write_down(r, &entries);
	for (x = TAILQ_LAST(&r->queue, record_list); x && x->id > before; x = TAILQ_PREV(x, record_list, link)) {
		if (r->booted && r->n_waiting && behind_others(r, x))
			wait_for_servers(r, x);
		else if (r->booted && may_go(r, x))
			send_record(x);
	}
}

bool records_begin(struct records *r, const struct account_list *list, uint32_t task, const struct ipc_msg_QUERY *m)
{
	struct ipc_msg_QUERY query = *m;
	struct record *x;
	struct buf entry;

	if (!methods_account_can(r->core, list))
		return false;
	x = copy_of(r, list, task, false, &query);
	if (!x || full(r, x, r->n_open >= OPEN_MAX)) {
		if (x)
			record_free(x);
		return false;
	}
	x->since_ms = clock_now_ms();
	TAILQ_INSERT_TAIL(&r->open, x, link);
	r->n_open++;
	buf_init(&entry, 0);
	records_put_entry(&entry, RECORDS_OPEN, x);
	records_write_down(r, &entry);
	if (methods_account_wants(r->core, list, false) && (x = copy_of(r, list, task, false, &query)))
		enqueue(r, x);
	return true;
}

static uint64_t start_time(const struct ipc_msg_QUERY *m)
{
	static const char name[] = "start_time=";
	struct cur c = cur_of(m->args.raw);
	struct str argument;
	char text[64];

	for (uint32_t i = 0; i < m->args.count && str_list_next(&c, &argument); i++)
		if (str_copy(argument, text, sizeof text) && strncmp(text, name, sizeof name - 1) == 0)
			return strtoull(text + sizeof name - 1, NULL, 10);
	return 0;
}

static void put_argument(struct buf *args, uint32_t *n, const char *name, uint64_t value)
{
	char text[64];

	snprintf(text, sizeof text, "%s=%llu", name, (unsigned long long)value);
	str_list_put(args, str_of(text));
	++*n;
}

static struct record *stop_of(struct records *r, const struct record *open, const char *more)
{
	uint64_t now = (uint64_t)time(NULL), began, elapsed;
	struct ipc_msg_QUERY m;
	struct record *x;
	struct buf args;
	uint32_t n;

	if (!subject_kept(&open->query, &m))
		return NULL;
	began = start_time(&m);
	elapsed = open->since_ms ? (clock_now_ms() - open->since_ms) / 1000 : now > began ? now - began : 0;
	buf_init(&args, RECORDS_ENTRY_MAX);
	buf_put(&args, m.args.raw.p, m.args.raw.n);
	n = m.args.count;
	put_argument(&args, &n, "stop_time", now);
	put_argument(&args, &n, "elapsed_time", elapsed);
	if (more) {
		str_list_put(&args, str_of(more));
		n++;
	}
	m.args = str_list_of(&args, n);
	x = copy_of(r, &open->list, open->task, true, &m);
	buf_release(&args);
	return x;
}

void records_end(struct records *r, uint32_t task, const char *more)
{
	struct record *open = task ? records_find(&r->open, task, true) : NULL, *x;
	struct buf entry;

	if (!open)
		return;
	x = methods_account_wants(r->core, &open->list, true) ? stop_of(r, open, more) : NULL;
	if (x) { /* as the file is read, it closes its task */
		records_close(r, open);
		enqueue(r, x);
		return;
	}
	buf_init(&entry, 0);
	records_put_number(&entry, RECORDS_CLOSED, task);
	records_close(r, open);
	records_write_down(r, &entry);
}

uint32_t records_task(struct records *r)
{
	struct buf entry;

	if (r->last_task == r->reserved) {
		r->reserved += TASKS;
		buf_init(&entry, 0);
		records_put_number(&entry, RECORDS_TASKS, r->reserved);
		records_write_down(r, &entry);
	}
	if (++r->last_task == 0)
		++r->last_task;
	return r->last_task;
}

/* --- at the start --- */

struct records *records_new(struct core *core)
{
	struct records *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->core = core;
	TAILQ_INIT(&r->open);
	TAILQ_INIT(&r->queue);
	r->retry = evtimer_new(core->base, on_retry, r);
	if (!r->retry)
		return NULL; /* the boot fails */
	records_load(r);
	return r;
}

/* Whoever was at work when the device went down is not any more. */
void records_booted(struct records *r)
{
	struct record *x, *next;

	while ((x = TAILQ_FIRST(&r->open)) && !x->since_ms)
		records_end(r, x->task, "err_msg=the device restarted");
	r->booted = true;
	for (x = TAILQ_FIRST(&r->queue); x; x = next) {
		next = TAILQ_NEXT(x, link);
		if (methods_account_wants(r->core, &x->list, x->stop) &&
		    (!x->group[0] || methods_account_names(r->core, &x->list, x->group))) {
			r->n_waiting += !x->waits;
			x->waits = true;
		} else {
			lost(r, x, "its list is configured no more");
			records_drop(r, x);
		}
	}
	if (r->journal)
		records_rewrite(r);
	retry(r);
}
