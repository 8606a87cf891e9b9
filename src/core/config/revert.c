/* SPDX-License-Identifier: Apache-2.0
 *
 * revert.c: see revert.h. Runs in core. What cannot be done now, because somebody else replaces the configuration or a
 * guard refuses it, is tried again: it is not given up before it is confirmed.
 */
#include "revert.h"

#include "core/clock.h"
#include "core/config/config.h"
#include "core/config/replace.h"
#include "core/core.h"
#include "core/log/syslog.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS UINT64_C(60000)
#define BUSY_MS   UINT64_C(1000)
#define FACILITY  "ARCHIVE_DIFF"

struct revert {
	struct core *core;
	struct event *timer;
	uint64_t due_ms; /* monotonic */
	uint64_t minutes;
	bool warned, going;
	char by[288], user[65], name[256], since[CLOCK_TEXT];
	struct buf text;
	struct replace_events events; /* of who waits */
	void *arg;
};

static void free_revert(struct revert *v)
{
	if (v->timer)
		event_free(v->timer);
	buf_release(&v->text);
	free(v);
}

static void wait_ms(struct revert *v, uint64_t ms)
{
	struct timeval tv = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	event_add(v->timer, &tv);
}

/* Until the warning of the last minute, or the end. */
static void set_timer(struct revert *v, uint64_t ms)
{
	v->due_ms = clock_now_ms() + ms;
	v->minutes = (ms + MINUTE_MS - 1) / MINUTE_MS;
	v->warned = ms <= MINUTE_MS;
	clock_text(&v->core->clock, time(NULL), v->since, sizeof v->since);
	wait_ms(v, v->warned ? ms : ms - MINUTE_MS);
}

static void on_refused(void *arg, const char *message)
{
	struct revert *v = arg;

	syslog_event(v->core->log, "SYS", 3, "CONFIG_LINE", "%s", message);
	if (v->events.refused)
		v->events.refused(v->arg, message);
}

static void on_ended(void *arg, bool done, size_t changes, unsigned refused, const char *words)
{
	struct revert *v = arg;
	struct replace_events events = v->events;
	void *waits = v->arg;

	v->going = false;
	v->events = (struct replace_events){ NULL, NULL };
	if (done) {
		v->core->revert = NULL;
		free_revert(v);
	} else {
		syslog_event(v->core->log, FACILITY, 2, "ROLLBK_CNFMD_CHG_FAILED",
			     "Not rolled back to %s, next try in one minute: %s", v->name,
			     *words ? words : "lines refused");
		wait_ms(v, MINUTE_MS);
	}
	if (events.ended)
		events.ended(waits, done, changes, refused, words);
}

static int go(struct revert *v, struct errbuf *e)
{
	static const struct replace_events events = { on_refused, on_ended };
	char by[sizeof v->by + 64];

	snprintf(by, sizeof by, "Rollback Confirmed Change of %s", v->by);
	if (!replace_begin(v->core, NULL, v->name, buf_str(&v->text), by, v->user, true, &events, v, e))
		return E_BUSY;
	v->going = true;
	event_del(v->timer);
	syslog_event(v->core->log, FACILITY, 5, "ROLLBK_CNFMD_CHG_ROLLBACK_START", "Start rolling to: %s", v->name);
	return 0;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct revert *v = arg;
	struct errbuf e = { "" };

	(void)fd;
	(void)what;
	if (!v->warned) {
		v->warned = true;
		syslog_event(v->core->log, FACILITY, 5, "ROLLBK_CNFMD_CHG_WARNING_ABSTIMER",
			     "System will rollback to config %s in one minute. Enter \"configure confirm\" if you wish "
			     "to keep what you've configured",
			     v->name);
		wait_ms(v, MINUTE_MS);
	} else if (!v->going && go(v, &e) < 0) {
		wait_ms(v, BUSY_MS);
	}
}

int revert_schedule(struct core *core, const struct revert_plan *plan, struct errbuf *e)
{
	struct revert *v;

	if (core->revert)
		return err_set(e, E_EXISTS, "a change waits for confirmation already");
	v = calloc(1, sizeof *v);
	if (!v)
		return err_set(e, E_NOMEM, "out of memory");
	v->core = core;
	v->timer = evtimer_new(core->base, on_timer, v);
	snprintf(v->by, sizeof v->by, "%s", plan->by);
	snprintf(v->user, sizeof v->user, "%s", plan->user);
	snprintf(v->name, sizeof v->name, "%s", plan->name);
	buf_init(&v->text, CONFIG_MAX_BYTES);
	buf_put(&v->text, plan->text.p, plan->text.n);
	if (!v->timer || v->text.err) {
		free_revert(v);
		return err_set(e, E_NOMEM, "out of memory");
	}
	set_timer(v, plan->ms);
	core->revert = v;
	syslog_event(core->log, FACILITY, 5, "ROLLBK_CNFMD_CHG_START_ABSTIMER",
		     "User: %s: Scheduled to rollback to config %s in %llu minutes", v->by, v->name,
		     (unsigned long long)v->minutes);
	return 0;
}

const char *revert_pending(const struct core *core)
{
	return core->revert ? core->revert->name : NULL;
}

static int pending(const struct core *core)
{
	if (!core->revert)
		return E_NOTFOUND;
	return core->revert->going ? E_BUSY : 0;
}

int revert_confirm(struct core *core, const char *by)
{
	int rc = pending(core);

	if (rc < 0)
		return rc;
	syslog_event(core->log, FACILITY, 5, "ROLLBK_CNFMD_CHG_CONFIRM", "User: %s: Confirm the configuration change",
		     by);
	free_revert(core->revert);
	core->revert = NULL;
	return 0;
}

int revert_retime(struct core *core, uint64_t ms, const char *by)
{
	int rc = pending(core);

	if (rc < 0)
		return rc;
	set_timer(core->revert, ms);
	syslog_event(core->log, FACILITY, 5, "ROLLBK_CNFMD_CHG_RESCHEDULE",
		     "User: %s: Scheduled to rollback to config %s in %llu minutes", by, core->revert->name,
		     (unsigned long long)core->revert->minutes);
	return 0;
}

int revert_now(struct core *core, const struct replace_events *events, void *arg, struct errbuf *e)
{
	int rc = pending(core);

	if (rc == E_NOTFOUND)
		return err_set(e, rc, "no change waits for confirmation");
	if (rc < 0)
		return err_set(e, rc, "the rollback has begun");
	rc = go(core->revert, e);
	if (rc == 0) {
		core->revert->events = *events;
		core->revert->arg = arg;
	}
	return rc;
}

void revert_forget(struct core *core, const void *arg)
{
	if (core->revert && core->revert->arg == arg)
		core->revert->events = (struct replace_events){ NULL, NULL };
}

void revert_show(const struct core *core, struct buf *out)
{
	const struct revert *v = core->revert;

	if (!v) {
		buf_puts(out, "%No Rollback Confirmed Change pending\n");
		return;
	}
	buf_printf(
	    out, "Time configured(or reconfigured): %s\nTimer type: absolute timer\nTimer value: %llu min\nUser: %s\n",
	    v->since, (unsigned long long)v->minutes, v->user[0] ? v->user : "console");
}
