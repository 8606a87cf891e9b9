/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_clock.c: what time the device believes it is. The host's clock is its hardware calendar: read, never written.
 * Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "core/reload.h"
#include "core/session/cli.h"

#include <stdlib.h>
#include <string.h>

static int number(const struct run *run, const char *arg)
{
	return (int)strtol(cmd_arg(&run->match, arg), NULL, 10);
}

static int moved(struct run *run, time_t utc)
{
	struct core *core = run->core;
	int64_t offset = core->clock.offset_ms;
	char before[CLOCK_TEXT], after[CLOCK_TEXT], who[CLI_WHO];
	struct errbuf e = { "" };

	cli_who(run->cli, who, sizeof who);
	clock_wall_text(&core->clock, clock_wall(&core->clock).tv_sec, before, sizeof before);
	if (clock_set(&core->clock, core->nvram_fd, utc, &e) < 0)
		return run_fail(run, "%%Error writing nvram: (%s)", e.text);
	reload_clock_moved(core, core->clock.offset_ms - offset);
	clock_wall_text(&core->clock, clock_wall(&core->clock).tv_sec, after, sizeof after);
	syslog_event(core->log, "SYS", 6, "CLOCKUPDATE",
		     "System clock has been updated from %s to %s, configured from %s.", before, after, who);
	return RUN_DONE;
}

int cmd_clock_set(struct run *run)
{
	int seconds = number(run, "time"), month = calendar_month(str_of(cmd_arg(&run->match, "month")));
	struct tm tm = { .tm_year = number(run, "year") - 1900, .tm_mon = month, .tm_mday = number(run, "day") };

	if (!calendar_has_day(tm.tm_year + 1900, month, tm.tm_mday))
		return run_invalid(run, "day");
	tm.tm_sec = seconds;
	return moved(run, zone_utc(&run->core->clock.zone, &tm));
}

int cmd_clock_read_calendar(struct run *run)
{
	return moved(run, 0);
}

/* --- show --- */

static void put_turn(const char *what, time_t utc, int offset, const char *zone, struct buf *out)
{
	time_t local = utc + (time_t)offset * 60;
	struct tm tm;

	gmtime_r(&local, &tm);
	buf_printf(out, "Summer time %s %02d:%02d:%02d %s %s %s %d %d\n", what, tm.tm_hour, tm.tm_min, tm.tm_sec, zone,
		   calendar_weekday_name(tm.tm_wday), calendar_month_name(tm.tm_mon), tm.tm_mday, tm.tm_year + 1900);
}

/* The star: nobody vouches for the time. */
int cmd_show_clock(struct run *run)
{
	const struct clock *c = &run->core->clock;
	struct timespec now = clock_wall(c);
	const struct zone *z = &c->zone;
	time_t begins, ends;
	char text[CLOCK_TEXT];
	size_t hms = strlen("12:00:00");

	clock_wall_text(c, now.tv_sec, text, sizeof text);
	buf_printf(&run->out, "%s%.*s.%03ld%s\n", c->set ? "" : "*", (int)hms, text, now.tv_nsec / 1000000, text + hms);
	if (!cmd_has(&run->match, "detail"))
		return RUN_DONE;
	buf_printf(&run->out, "Time source is %s\n", c->set ? "user configuration" : "hardware calendar");
	if (zone_next_summer(z, now.tv_sec, &begins, &ends)) {
		put_turn("starts", begins, z->offset, z->name[0] ? z->name : "UTC", &run->out);
		put_turn("ends", ends, z->offset + z->shift, z->summer_name, &run->out);
	}
	return RUN_DONE;
}

int cmd_show_calendar(struct run *run)
{
	const struct clock host = { .zone = run->core->clock.zone };
	char text[CLOCK_TEXT];

	clock_wall_text(&host, clock_wall(&host).tv_sec, text, sizeof text);
	buf_printf(&run->out, "%s\n", text);
	return RUN_DONE;
}
