/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar.h: civil time without the C library's idea of where one is: names of months and days as they are typed, and
 * time zones whose summer time comes by a yearly rule or between two dates, on either side of the equator. Used by
 * core and by the command line. Nothing here asks what time it is; texts are hostile.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* The month (0 = January) or day of the week (0 = Sunday) that `s` names in at least three of its letters, or -1. */
int calendar_month(struct str s);
int calendar_weekday(struct str s);
const char *calendar_month_name(int month); /* "Jan"; as struct tm counts */
const char *calendar_weekday_name(int day); /* "Sun" */
/* "7:05:09" as seconds, "7:05" as minutes after midnight, or -1. */
int calendar_time(struct str s);
int calendar_minutes(struct str s);
/* "90" or "1:30" as minutes, hours up to three digits; -1. */
int calendar_span(struct str s);
/* Whether the month (0 = January) of that year has this day. */
bool calendar_has_day(int year, int month, int day);

/* When summer time begins or ends. Begins is told in standard time, ends in summer time. */
struct zone_turn {
	int month;         /* 0 = January */
	int week, weekday; /* a rule: 1 to 4, or 5 for the last; 0 = Sunday */
	int year, day;     /* a date */
	int minute;        /* after midnight */
};
enum zone_summer { SUMMER_NONE, SUMMER_RECURRING, SUMMER_DATE };
struct zone {
	char name[32], summer_name[32];
	int offset; /* minutes east of UTC */
	enum zone_summer summer;
	struct zone_turn begins, ends;
	int shift; /* minutes that summer time adds */
};

/* Minutes east of UTC at that second; *name, unless NULL, is what the zone is called then. */
int zone_offset(const struct zone *z, time_t utc, const char **name);
/* The wall clock at that second; *name as above. */
void zone_local(const struct zone *z, time_t utc, struct tm *tm, const char **name);
/* The second at which the wall clock shows `tm`. Of an hour shown twice it is the first; an hour that is skipped is
 * read as if the clock had not been turned yet. */
time_t zone_utc(const struct zone *z, const struct tm *tm);
/* The summer time around or after that second; false when there is none or it is over for good. */
bool zone_next_summer(const struct zone *z, time_t utc, time_t *begins, time_t *ends);

#endif
