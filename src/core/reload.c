/* SPDX-License-Identifier: Apache-2.0
 *
 * reload.c: see reload.h. Runs in core. The timer is set for the next announcement, the last of which is the reload.
 */
#include "reload.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "core/shutdown.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS    UINT64_C(60000)
#define TOLERANCE_MS 1000

struct reload_plan {
	struct core *core;
	struct event *timer;
	uint64_t due_ms; /* monotonic */
	bool at;
	char by[192], reason[256];
};

/* Minutes before, at which everybody is told. */
static const unsigned warnings[] = { 60, 30, 5, 1 };

static uint64_t left_ms(const struct reload_plan *plan)
{
	uint64_t now = clock_now_ms();

	return plan->due_ms > now ? plan->due_ms - now : 0;
}

static void announce(const struct core *core, const char *text)
{
	char message[160];
	struct peer *p;

	snprintf(message, sizeof message, "\n\n***\n*** --- SHUTDOWN %s ---\n***\n", text);
	TAILQ_FOREACH (p, &core->peers, link)
		peer_monitor(p, message);
}

static void announce_left(const struct reload_plan *plan)
{
	unsigned long long s = (left_ms(plan) + 500) / 1000;
	char text[64];

	snprintf(text, sizeof text, "in %llu:%02llu:%02llu", s / 3600, s / 60 % 60, s % 60);
	announce(plan->core, text);
}

/* Until the next of the times before it; one that is almost here counts as passed. */
static void set_timer(struct reload_plan *plan)
{
	uint64_t left = left_ms(plan), wait = left;
	struct timeval tv;

	for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++) {
		if (left > warnings[i] * MINUTE_MS + TOLERANCE_MS) {
			wait = left - warnings[i] * MINUTE_MS;
			break;
		}
	}
	tv = (struct timeval){ (time_t)(wait / 1000), (suseconds_t)(wait % 1000) * 1000 };
	event_add(plan->timer, &tv);
}

static void drop(struct core *core)
{
	if (core->plan)
		event_free(core->plan->timer);
	free(core->plan);
	core->plan = NULL;
}

void reload_now(struct core *core, const char *by, const char *reason)
{
	syslog_event(core->log, "SYS", 5, "RELOAD", "Reload requested by %s. Reload Reason: %s.", by, reason);
	shutdown_begin(core, true, "\n***\n*** --- SHUTDOWN NOW ---\n***\n", reason);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct reload_plan *plan = arg;
	struct core *core = plan->core;

	(void)fd;
	(void)what;
	if (left_ms(plan)) {
		announce_left(plan);
		set_timer(plan);
		return;
	}
	if (!core->ending)
		reload_now(core, plan->by, plan->reason);
	drop(core);
}

int reload_plan(struct core *core, uint64_t ms, bool at, const char *by, const char *reason)
{
	char when[CLOCK_TEXT], now[CLOCK_TEXT];
	struct reload_plan *plan;

	drop(core);
	plan = calloc(1, sizeof *plan);
	if (plan)
		plan->timer = evtimer_new(core->base, on_timer, plan);
	if (!plan || !plan->timer) {
		free(plan);
		return E_NOMEM;
	}
	plan->core = core;
	plan->due_ms = clock_now_ms() + ms;
	plan->at = at;
	snprintf(plan->by, sizeof plan->by, "%s", by);
	snprintf(plan->reason, sizeof plan->reason, "%s", reason);
	core->plan = plan;
	clock_text(&core->clock, time(NULL), now, sizeof now);
	clock_text(&core->clock, time(NULL) + (time_t)((ms + 500) / 1000), when, sizeof when);
	syslog_event(core->log, "SYS", 5, "SCHEDULED_RELOAD", "Reload requested for %s at %s by %s. Reload Reason: %s.",
		     when, now, by, reason);
	announce_left(plan);
	set_timer(plan);
	return 0;
}

bool reload_cancel(struct core *core, const char *by)
{
	char now[CLOCK_TEXT];

	if (!core->plan)
		return false;
	drop(core);
	clock_text(&core->clock, time(NULL), now, sizeof now);
	announce(core, "ABORTED");
	syslog_event(core->log, "SYS", 5, "SCHEDULED_RELOAD_CANCELLED", "Scheduled reload cancelled at %s by %s", now,
		     by);
	return true;
}

bool reload_planned(const struct core *core)
{
	return core->plan != NULL;
}

void reload_clock_moved(struct core *core, int64_t ms)
{
	struct reload_plan *plan = core->plan;
	uint64_t left;

	if (!plan || !plan->at)
		return;
	left = left_ms(plan);
	if (ms >= 0 && (uint64_t)ms >= left)
		plan->due_ms = clock_now_ms();
	else
		plan->due_ms -= (uint64_t)ms;
	set_timer(plan);
}

/* --- in words --- */

/* "1 hour and 2 minutes": the two greatest units. */
static void span(uint64_t secs, struct buf *out)
{
	static const struct {
		unsigned secs;
		const char *name;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	unsigned said = 0;

	for (size_t i = 0; i < 4 && said < 2; i++) {
		unsigned long long n = secs / units[i].secs;

		secs %= units[i].secs;
		if (n || (i == 3 && !said))
			buf_printf(out, "%s%llu %s%s", said++ ? " and " : "", n, units[i].name, n == 1 ? "" : "s");
	}
}

void reload_describe(const struct core *core, uint64_t ms, const char *by, const char *reason, struct buf *out)
{
	uint64_t secs = (ms + 500) / 1000;
	char when[CLOCK_TEXT];

	clock_text(&core->clock, time(NULL) + (time_t)secs, when, sizeof when);
	buf_printf(out, "Reload scheduled for %s (in ", when);
	span(secs, out);
	buf_printf(out, ") by %s\nReload reason: %s\n", by, reason);
}

void reload_show(const struct core *core, struct buf *out)
{
	if (core->plan)
		reload_describe(core, left_ms(core->plan), core->plan->by, core->plan->reason, out);
	else
		buf_puts(out, "No reload is scheduled.\n");
}
