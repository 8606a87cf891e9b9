/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_reload.c: the reload, now or later, with IOS's questions. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/reload.h"
#include "core/session/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAVE   "System configuration has been modified. Save? [yes/no]: "
#define REASON "Reload Command"

enum reload_step { RL_BEGIN, RL_SAVE, RL_CONFIRM };

static int number(const struct run *run, const char *arg)
{
	return (int)strtol(cmd_arg(&run->match, arg), NULL, 10);
}

static const char *reason(const struct run *run)
{
	const char *text = cmd_arg(&run->match, "reason");

	return text ? text : REASON;
}

/* "admin on vty0 (192.0.2.1)" */
static void requester(const struct run *run, char *out, size_t size)
{
	const struct cli *sh = run->cli;

	snprintf(out, size, "%s on %s", sh->user[0] ? sh->user : "console", sh->origin);
}

/* --- when --- */

/* The day that was named, this year or, when it is over, next; without one, today or tomorrow. 0: there is none. */
static time_t time_named(const struct run *run, time_t now)
{
	const struct zone *z = &run->core->clock.zone;
	const char *month = cmd_arg(&run->match, "month");
	struct tm tm;
	time_t found;

	zone_local(z, now, &tm, NULL);
	tm.tm_hour = tm.tm_sec = 0;
	tm.tm_min = calendar_minutes(str_of(cmd_arg(&run->match, "time")));
	if (!month) {
		found = zone_utc(z, &tm);
		tm.tm_mday += found <= now;
		return zone_utc(z, &tm);
	}
	tm.tm_mon = calendar_month(str_of(month));
	tm.tm_mday = number(run, "day");
	if (!calendar_has_day(tm.tm_year + 1900, tm.tm_mon, tm.tm_mday))
		return 0;
	found = zone_utc(z, &tm);
	tm.tm_year += found <= now;
	return calendar_has_day(tm.tm_year + 1900, tm.tm_mon, tm.tm_mday) ? zone_utc(z, &tm) : 0;
}

/* Milliseconds from now in *ms; RUN_DONE, or RUN_FAILED and said why. */
static int delay_of(struct run *run, uint64_t *ms)
{
	struct timespec now = clock_wall(&run->core->clock);
	const char *delay = cmd_arg(&run->match, "delay");
	time_t at;

	if (delay) {
		*ms = (uint64_t)number(run, "delay") * 60000;
		if (*ms == 0)
			return run_invalid(run, "delay");
	} else {
		at = time_named(run, now.tv_sec);
		if (!at)
			return run_invalid(run, "day");
		*ms = (uint64_t)((int64_t)(at - now.tv_sec) * 1000 - now.tv_nsec / 1000000);
	}
	if (*ms > (uint64_t)RELOAD_MINUTES_MAX * 60000)
		return run_fail(run, "%% Reload must be scheduled within 24 days");
	return RUN_DONE;
}

/* --- the questions --- */

static int confirm(struct run *run)
{
	struct errbuf e = { "" };
	const char *damage = doubt_startup(run->core, &e);
	char by[192];
	uint64_t ms;

	if (damage)
		buf_printf(&run->out, "%%Warning: startup-config will be left alone: %s\n", damage);
	if (cmd_has(&run->match, "in") || cmd_has(&run->match, "at")) {
		if (delay_of(run, &ms) != RUN_DONE)
			return RUN_FAILED;
		requester(run, by, sizeof by);
		reload_describe(run->core, ms, by, reason(run), &run->out);
	}
	return run_ask(run, RL_CONFIRM, false, ASK_CONFIRM, "Proceed with reload? [confirm]");
}

static int saved(struct run *run)
{
	int rc = run_yes_or_no(run, SAVE);

	if (rc == RUN_DONE)
		rc = cmd_write(run);
	else if (rc == RUN_FAILED && !run->cancelled)
		rc = RUN_DONE; /* he does not want to */
	return rc == RUN_DONE ? confirm(run) : rc;
}

/* The questions before; `then` once they are answered. */
static int questions(struct run *run, int (*then)(struct run *run))
{
	if (run->step == RL_BEGIN)
		return run->core->modified ? run_ask(run, RL_SAVE, true, ASK_YESNO, SAVE) : confirm(run);
	if (run->step == RL_SAVE)
		return saved(run);
	return run_yes(run) ? then(run) : RUN_FAILED;
}

static int now(struct run *run)
{
	char by[192];

	requester(run, by, sizeof by);
	reload_now(run->core, by, REASON);
	return RUN_WAIT; /* for the end: no prompt comes any more */
}

int cmd_reload(struct run *run)
{
	return questions(run, now);
}

static int later(struct run *run)
{
	char by[192];
	uint64_t ms;

	if (delay_of(run, &ms) != RUN_DONE)
		return RUN_FAILED;
	requester(run, by, sizeof by);
	if (reload_plan(run->core, ms, cmd_has(&run->match, "at"), by, reason(run)) < 0)
		return run_fail(run, "%% Out of memory");
	return RUN_DONE;
}

/* A time that cannot be is told before anything is asked. */
int cmd_reload_later(struct run *run)
{
	uint64_t ms;

	if (run->step == RL_BEGIN && delay_of(run, &ms) != RUN_DONE)
		return RUN_FAILED;
	return questions(run, later);
}

int cmd_reload_cancel(struct run *run)
{
	char by[192];

	requester(run, by, sizeof by);
	if (!reload_cancel(run->core, by))
		return run_fail(run, "%%No reload is currently scheduled.");
	return RUN_DONE;
}

int cmd_show_reload(struct run *run)
{
	reload_show(run->core, &run->out);
	return RUN_DONE;
}
