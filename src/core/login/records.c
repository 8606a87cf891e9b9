/* SPDX-License-Identifier: Apache-2.0
 *
 * records.c: see records.h. Runs in core. The file is a journal (files/journal.h) of what is open, what is to be sent
 * and what was; it is written anew when most of it counts no more. A new record is sent at once; one that nobody took
 * waits, and of those that wait for the same list the oldest is tried first, so that they come in their order.
 */
#include "core/login/records.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/login/servers.h"
#include "core/login/subject.h"
#include "files/journal.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MAX     32768
#define QUEUE_MAX    16384
#define QUEUE_BYTES  ((size_t)8 << 20)
#define ENTRY_MAX    16384
#define REWRITE_SIZE ((size_t)1 << 20)
#define RETRY_S      5
#define TASKS        1024 /* numbers that are set aside at once */
#define ROUTES_MAX   32

enum entry_kind { ENTRY_TASKS = 1, ENTRY_OPEN, ENTRY_RECORD, ENTRY_DONE, ENTRY_CLOSED };

/* Something that was begun, or a record of it. */
struct record {
	TAILQ_ENTRY(record) link;
	struct records *of;
	uint32_t id, task;
	bool stop;
	struct account_list list;
	struct buf query;  /* QUERY, as it is sent */
	uint64_t since_ms; /* open: when it began; 0: before the device started */
	struct method method;
	struct ask *ask;
	bool waits; /* nobody took it */
};
TAILQ_HEAD(record_list, record);

struct records {
	struct core *core;
	struct journal *journal;
	struct record_list open, queue;
	unsigned n_open, n_queue, n_waiting;
	size_t queue_bytes, rewrite_at;
	uint32_t last_id, last_task, reserved;
	bool booted, full, broken; /* the log has said so */
	struct event *retry;
};

/* --- entries --- */

static void put_body(const struct record *x, struct buf *out)
{
	buf_put_u8(out, (uint8_t)x->list.of);
	buf_put_u8(out, (uint8_t)x->list.level);
	buf_put_cstr(out, x->list.name);
	buf_put_u8(out, x->stop);
	buf_put_u32(out, x->task);
	buf_put_str(out, buf_str(&x->query));
}

static void put_entry(struct buf *out, enum entry_kind kind, const struct record *x)
{
	struct buf body;

	buf_init(&body, ENTRY_MAX);
	put_body(x, &body);
	journal_put(out, (uint8_t)kind, kind == ENTRY_OPEN ? x->task : x->id, buf_str(&body));
	buf_release(&body);
}

static bool get_body(struct str bytes, struct record *x)
{
	struct cur c = cur_of(bytes);
	struct ipc_msg_QUERY m;
	struct str query;
	bool named;

	x->list.of = (enum account_of)cur_u8(&c);
	x->list.level = cur_u8(&c);
	named = str_copy(cur_str(&c), x->list.name, sizeof x->list.name);
	x->stop = cur_u8(&c) != 0;
	x->task = cur_u32(&c);
	query = cur_str(&c);
	buf_init(&x->query, ENTRY_MAX);
	buf_put(&x->query, query.p, query.n);
	return cur_done(&c) && named && x->list.of < ACCOUNT_KINDS && !x->query.err && subject_kept(&x->query, &m);
}

static void put_number(struct buf *out, enum entry_kind kind, uint32_t number)
{
	journal_put(out, (uint8_t)kind, number, STR(""));
}

/* --- the file --- */

static void say_broken(struct records *r, const char *why)
{
	if (!r->broken)
		syslog_event(r->core->log, "AAA", 3, "ACCT_FILE",
			     "accounting records are kept in memory only, a reload loses them: %s", why);
	r->broken = true;
}

static void rewrite(struct records *r)
{
	const struct record *x;
	struct errbuf e = { "" };
	struct buf all;

	buf_init(&all, JOURNAL_MAX);
	put_number(&all, ENTRY_TASKS, r->reserved);
	TAILQ_FOREACH (x, &r->open, link)
		put_entry(&all, ENTRY_OPEN, x);
	TAILQ_FOREACH (x, &r->queue, link)
		put_entry(&all, ENTRY_RECORD, x);
	if (all.err || journal_rewrite(r->journal, buf_str(&all), &e) < 0)
		say_broken(r, all.err ? err_text(all.err) : e.text);
	else
		r->broken = false;
	r->rewrite_at = 2 * buf_len(&all) > REWRITE_SIZE ? 2 * buf_len(&all) : REWRITE_SIZE;
	buf_release(&all);
}

static void write_down(struct records *r, struct buf *entries)
{
	struct errbuf e = { "" };

	if (r->journal && (entries->err || journal_append(r->journal, buf_str(entries), &e) < 0))
		say_broken(r, entries->err ? err_text(entries->err) : e.text);
	buf_release(entries);
	if (r->journal && journal_size(r->journal) > r->rewrite_at)
		rewrite(r);
}

/* --- what is known --- */

static void free_record(struct record *x)
{
	buf_release(&x->query);
	free(x);
}

static struct record *find(struct record_list *list, uint32_t number, bool by_task)
{
	struct record *x;

	TAILQ_FOREACH_REVERSE(x, list, record_list, link)
	{
		if ((by_task ? x->task : x->id) == number)
			return x;
	}
	return NULL;
}

static void close_task(struct records *r, struct record *x)
{
	TAILQ_REMOVE(&r->open, x, link);
	r->n_open--;
	free_record(x);
}

static void put_record(struct records *r, struct record *x)
{
	TAILQ_INSERT_TAIL(&r->queue, x, link);
	r->n_queue++;
	r->queue_bytes += buf_len(&x->query);
}

static void drop_record(struct records *r, struct record *x)
{
	TAILQ_REMOVE(&r->queue, x, link);
	r->n_queue--;
	r->queue_bytes -= buf_len(&x->query);
	r->n_waiting -= x->waits;
	free_record(x);
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

/* The oldest that waits for each list is tried, unless one for it is under way. */
static void retry(struct records *r)
{
	const struct account_list *seen[ROUTES_MAX];
	struct record *x, *next;
	unsigned n = 0, i;

	for (x = TAILQ_FIRST(&r->queue); x && n < ROUTES_MAX; x = next) {
		next = TAILQ_NEXT(x, link);
		if (!x->waits)
			continue;
		for (i = 0; i < n && memcmp(seen[i], &x->list, sizeof x->list) != 0; i++)
			;
		if (i < n)
			continue;
		seen[n++] = &x->list;
		if (!x->ask) {
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
	bool waited = x->waits;
	struct buf entry;

	buf_init(&entry, 0);
	put_number(&entry, ENTRY_DONE, x->id);
	drop_record(r, x);
	write_down(r, &entry);
	r->full = false;
	if (waited && !r->n_waiting)
		syslog_event(r->core->log, "AAA", 5, "ACCT_SENT", "the accounting records that waited are sent");
	if (waited)
		retry(r);
}

static void wait_for_servers(struct records *r, struct record *x)
{
	if (!x->waits && !r->n_waiting)
		syslog_event(r->core->log, "AAA", 4, "ACCT_WAIT",
			     "no server takes accounting records: they are kept until one does");
	r->n_waiting += !x->waits;
	x->waits = true;
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

/* To the next group of the list; when there is none it waits, unless the list is gone. */
static void send_record(struct record *x)
{
	static const struct ask_events events = { .done = on_done };
	struct records *r = x->of;
	struct ipc_msg_QUERY m;

	if (methods_account(r->core, &x->list, x->stop, &x->method) && subject_kept(&x->query, &m)) {
		x->ask = servers_ask(r->core, x->method.group, &m, &events, x);
		if (x->ask)
			return;
	}
	wait_for_servers(r, x);
}

/* Does one for the same list wait already? */
static bool behind_others(const struct records *r, const struct account_list *list)
{
	const struct record *x;

	TAILQ_FOREACH (x, &r->queue, link) {
		if (x->waits && memcmp(&x->list, list, sizeof *list) == 0)
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
	buf_init(&x->query, ENTRY_MAX);
	m->record = stop ? AAA_RECORD_STOP : AAA_RECORD_START;
	ipc_put_QUERY(&x->query, m);
	if (!x->query.err)
		return x;
	free_record(x);
	return NULL;
}

/* Into the file, then to the servers. */
static void enqueue(struct records *r, struct record *x)
{
	struct buf entry;

	buf_init(&entry, 0);
	if (full(r, x, r->n_queue >= QUEUE_MAX || r->queue_bytes >= QUEUE_BYTES)) {
		if (x->stop) {
			put_number(&entry, ENTRY_CLOSED, x->task);
			write_down(r, &entry);
		}
		free_record(x);
		return;
	}
	x->id = ++r->last_id;
	put_entry(&entry, ENTRY_RECORD, x);
	write_down(r, &entry);
	if (r->booted && (!r->n_waiting || !behind_others(r, &x->list)))
		send_record(x);
	else if (r->booted)
		wait_for_servers(r, x);
	put_record(r, x);
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
			free_record(x);
		return false;
	}
	x->since_ms = clock_now_ms();
	TAILQ_INSERT_TAIL(&r->open, x, link);
	r->n_open++;
	buf_init(&entry, 0);
	put_entry(&entry, ENTRY_OPEN, x);
	write_down(r, &entry);
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
	buf_init(&args, ENTRY_MAX);
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
	struct record *open = task ? find(&r->open, task, true) : NULL, *x;
	struct buf entry;

	if (!open)
		return;
	x = methods_account_wants(r->core, &open->list, true) ? stop_of(r, open, more) : NULL;
	if (x) { /* as the file is read, it closes its task */
		close_task(r, open);
		enqueue(r, x);
		return;
	}
	buf_init(&entry, 0);
	put_number(&entry, ENTRY_CLOSED, task);
	close_task(r, open);
	write_down(r, &entry);
}

uint32_t records_task(struct records *r)
{
	struct buf entry;

	if (r->last_task == r->reserved) {
		r->reserved += TASKS;
		buf_init(&entry, 0);
		put_number(&entry, ENTRY_TASKS, r->reserved);
		write_down(r, &entry);
	}
	if (++r->last_task == 0)
		++r->last_task;
	return r->last_task;
}

/* --- at the start --- */

static void take_record(struct records *r, uint8_t kind, uint32_t id, struct str body)
{
	struct record *x = calloc(1, sizeof *x), *open;

	if (!x)
		return;
	x->of = r;
	x->id = id;
	if (!get_body(body, x)) {
		free_record(x);
		return;
	}
	if (kind == ENTRY_OPEN) {
		TAILQ_INSERT_TAIL(&r->open, x, link);
		r->n_open++;
		return;
	}
	open = x->stop ? find(&r->open, x->task, true) : NULL;
	if (open)
		close_task(r, open);
	put_record(r, x);
	r->last_id = id > r->last_id ? id : r->last_id;
}

static void take_entry(void *arg, uint8_t kind, uint32_t id, struct str body)
{
	struct records *r = arg;
	struct record *x;

	switch (kind) {
	case ENTRY_TASKS:
		r->reserved = id;
		break;
	case ENTRY_OPEN:
	case ENTRY_RECORD:
		take_record(r, kind, id, body);
		break;
	case ENTRY_DONE:
		if ((x = find(&r->queue, id, false)))
			drop_record(r, x);
		break;
	case ENTRY_CLOSED:
		if ((x = find(&r->open, id, true)))
			close_task(r, x);
		break;
	default:
		break;
	}
}

struct records *records_new(struct core *core)
{
	struct records *r = calloc(1, sizeof *r);
	struct errbuf e = { "" };
	size_t cut;

	if (!r)
		return NULL;
	r->core = core;
	TAILQ_INIT(&r->open);
	TAILQ_INIT(&r->queue);
	r->retry = evtimer_new(core->base, on_retry, r);
	if (!r->retry)
		return NULL; /* the boot fails */
	if (journal_open(&r->journal, core->nvram_fd, RECORDS_FILE, take_entry, r, &cut, &e) < 0)
		say_broken(r, e.text);
	else if (cut)
		syslog_event(core->log, "AAA", 3, "ACCT_FILE",
			     "the last %zu bytes of the accounting records are damaged", cut);
	r->last_task = r->reserved;
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
		if (methods_account_wants(r->core, &x->list, x->stop)) {
			r->n_waiting += !x->waits;
			x->waits = true;
		} else {
			lost(r, x, "its list is configured no more");
			drop_record(r, x);
		}
	}
	if (r->journal)
		rewrite(r);
	retry(r);
}
