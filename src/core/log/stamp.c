/* SPDX-License-Identifier: Apache-2.0
 *
 * stamp.c: see stamp.h. Runs in core.
 */
#include "stamp.h"

#include <stdio.h>

#define DAY  86400
#define WEEK (7 * (uint64_t)DAY)
#define YEAR (365 * (uint64_t)DAY)

/* "00:33:55", "3d06h", "5w2d", "1y12w": two units are enough. */
static void uptime(uint64_t secs, char *out, size_t size)
{
	unsigned long long s = secs;

	if (s < DAY)
		snprintf(out, size, "%02llu:%02llu:%02llu: ", s / 3600, s / 60 % 60, s % 60);
	else if (s < WEEK)
		snprintf(out, size, "%llud%02lluh: ", s / DAY, s % DAY / 3600);
	else if (s < YEAR)
		snprintf(out, size, "%lluw%llud: ", s / WEEK, s % WEEK / DAY);
	else
		snprintf(out, size, "%lluy%lluw: ", s / YEAR, s % YEAR / WEEK);
}

static void datetime(const struct stamp *s, const struct clock *c, struct timespec wall, char *out, size_t size)
{
	static const struct zone utc;
	const char *star = c->set ? "" : "*", *zone;
	char year[16] = "", msec[8] = "";
	struct tm tm;

	zone_local(s->localtime ? &c->zone : &utc, wall.tv_sec, &tm, &zone);
	if (s->year)
		snprintf(year, sizeof year, "%d ", tm.tm_year + 1900);
	if (s->format == STAMP_DATETIME_MSEC)
		snprintf(msec, sizeof msec, ".%03ld", wall.tv_nsec / 1000000 % 1000);
	snprintf(out, size, "%s%s %2d %s%02d:%02d:%02d%s%s%s: ", star, calendar_month_name(tm.tm_mon), tm.tm_mday, year,
		 tm.tm_hour, tm.tm_min, tm.tm_sec, msec, s->show_timezone ? " " : "", s->show_timezone ? zone : "");
}

void stamp_text(const struct stamp *s, const struct clock *c, struct timespec wall, uint64_t uptime_secs, char *out,
		size_t size)
{
	out[0] = '\0';
	if (s->format == STAMP_UPTIME)
		uptime(uptime_secs, out, size);
	else if (s->format != STAMP_NONE)
		datetime(s, c, wall, out, size);
}
