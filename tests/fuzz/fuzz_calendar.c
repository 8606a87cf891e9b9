/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_calendar.c: texts of times, months and days, and zones of any rule: whatever is read prints and reads the same,
 * and a zone's offset is its own or its summer's, at every second.
 */
#include "base/calendar.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void texts(struct str s)
{
	int minutes = calendar_minutes(s), seconds = calendar_time(s), span = calendar_span(s);
	int month = calendar_month(s), day = calendar_weekday(s);
	char text[16];

	if (minutes >= 0) {
		snprintf(text, sizeof text, "%d:%02d", minutes / 60, minutes % 60);
		if (calendar_minutes(str_of(text)) != minutes)
			abort();
	}
	if (seconds >= 86400 || span > 999 * 60 + 100000)
		abort();
	if (month >= 0 && calendar_month(str_of(calendar_month_name(month))) != month)
		abort();
	if (day >= 0 && calendar_weekday(str_of(calendar_weekday_name(day))) != day)
		abort();
}

static struct zone_turn turn(struct cur *c)
{
	struct zone_turn t = { .month = cur_u8(c) % 12, .week = 1 + cur_u8(c) % 5, .weekday = cur_u8(c) % 7 };

	t.year = 1993 + cur_u8(c) % 107;
	t.day = 1 + cur_u8(c) % 31;
	t.minute = cur_u16(c) % 1440;
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur c = cur_of((struct str){ data, size });
	struct zone z = { .name = "STD", .summer_name = "SUM" };
	time_t t = (time_t)cur_u32(&c), begins, ends;
	struct tm tm, again;
	int offset;

	texts((struct str){ data, size });
	z.offset = (int)(cur_u16(&c) % 2879) - 1439;
	z.summer = (enum zone_summer)(cur_u8(&c) % 3);
	z.begins = turn(&c);
	z.ends = turn(&c);
	z.shift = 1 + cur_u16(&c) % 1440;
	offset = zone_offset(&z, t, NULL);
	if (offset != z.offset && offset != z.offset + z.shift)
		abort();
	if (zone_next_summer(&z, t, &begins, &ends) && (begins >= ends || ends <= t))
		abort();
	zone_local(&z, t, &tm, NULL);
	zone_local(&z, zone_utc(&z, &tm), &again, NULL);
	if (z.summer == SUMMER_NONE && timegm(&tm) != timegm(&again))
		abort();
	return 0;
}
