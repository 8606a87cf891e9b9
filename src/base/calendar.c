/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar.c: see calendar.h. Arithmetic is UTC's (timegm, gmtime_r), which knows no zone; only offsets are ours.
 */
#include "calendar.h"

#include <string.h>
#include <strings.h>

#define SHORTEST_NAME 3

static const char *const months[12] = { "January", "February", "March",     "April",   "May",      "June",
					"July",    "August",   "September", "October", "November", "December" };
static const char *const short_months[12] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const days[7] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
static const char *const short_days[7] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

/* --- texts --- */

static int named(struct str s, const char *const *names, int n)
{
	for (int i = 0; i < n; i++) {
		if (s.n >= SHORTEST_NAME && s.n <= strlen(names[i]) &&
		    strncasecmp(names[i], (const char *)s.p, s.n) == 0)
			return i;
	}
	return -1;
}

int calendar_month(struct str s)
{
	return named(s, months, 12);
}

int calendar_weekday(struct str s)
{
	return named(s, days, 7);
}

const char *calendar_month_name(int month)
{
	return short_months[month];
}

const char *calendar_weekday_name(int day)
{
	return short_days[day];
}

/* One to `digits` digits, not above `max`; -1 and *s as it was. */
static int number(struct str *s, size_t digits, int max)
{
	int n = 0;
	size_t i = 0;

	while (i < s->n && i < digits && s->p[i] >= '0' && s->p[i] <= '9')
		n = n * 10 + (s->p[i++] - '0');
	if (i == 0 || n > max)
		return -1;
	s->p += i;
	s->n -= i;
	return n;
}

/* What stands behind a colon: always two digits. */
static int sixtieth(struct str *s)
{
	struct str rest = { s->p + 1, s->n - 1 };
	int n;

	if (s->n < 3 || s->p[0] != ':')
		return -1;
	n = number(&rest, 2, 59);
	if (n < 0 || rest.n != s->n - 3)
		return -1;
	*s = rest;
	return n;
}

int calendar_minutes(struct str s)
{
	int hour = number(&s, 2, 23), minute = hour < 0 ? -1 : sixtieth(&s);

	return minute < 0 || s.n ? -1 : hour * 60 + minute;
}

int calendar_time(struct str s)
{
	int hour = number(&s, 2, 23), minute = hour < 0 ? -1 : sixtieth(&s), second = minute < 0 ? -1 : sixtieth(&s);

	return second < 0 || s.n ? -1 : (hour * 60 + minute) * 60 + second;
}

int calendar_span(struct str s)
{
	struct str hours = s;
	int n = number(&s, 5, 99999), h, m;

	if (n >= 0 && s.n == 0)
		return n;
	h = number(&hours, 3, 999);
	m = h < 0 ? -1 : sixtieth(&hours);
	return m < 0 || hours.n ? -1 : h * 60 + m;
}

bool calendar_has_day(int year, int month, int day)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month, .tm_mday = day };

	return timegm(&tm) != -1 && tm.tm_mday == day && tm.tm_mon == month;
}

/* --- zones --- */

static int weekday_of(int year, int month, int day)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month, .tm_mday = day };

	timegm(&tm);
	return tm.tm_wday;
}

static int day_of_rule(const struct zone_turn *t, int year)
{
	int day = 1 + (t->weekday - weekday_of(year, t->month, 1) + 7) % 7 + (t->week - 1) * 7;

	while (!calendar_has_day(year, t->month, day)) /* the last: the fourth or the fifth */
		day -= 7;
	return day;
}

/* The second of a turn in that year, when the clock is `offset` minutes east. */
static time_t turn_at(const struct zone *z, const struct zone_turn *t, int year, int offset)
{
	bool rule = z->summer == SUMMER_RECURRING;
	struct tm tm = { .tm_year = (rule ? year : t->year) - 1900, .tm_mon = t->month, .tm_min = t->minute };

	tm.tm_mday = rule ? day_of_rule(t, year) : t->day;
	return timegm(&tm) - (time_t)offset * 60;
}

/* The summer that begins in that year; south of the equator it ends in the next one. */
static void summer_of(const struct zone *z, int year, time_t *begins, time_t *ends)
{
	*begins = turn_at(z, &z->begins, year, z->offset);
	*ends = turn_at(z, &z->ends, year, z->offset + z->shift);
	if (*ends <= *begins && z->summer == SUMMER_RECURRING)
		*ends = turn_at(z, &z->ends, year + 1, z->offset + z->shift);
}

bool zone_next_summer(const struct zone *z, time_t utc, time_t *begins, time_t *ends)
{
	time_t standard = utc + (time_t)z->offset * 60;
	struct tm tm;

	if (z->summer == SUMMER_NONE)
		return false;
	gmtime_r(&standard, &tm);
	for (int year = tm.tm_year + 1900 - 1; year <= tm.tm_year + 1900 + 1; year++) {
		summer_of(z, year, begins, ends);
		if (*ends > utc && *begins < *ends)
			return true;
	}
	return false;
}

int zone_offset(const struct zone *z, time_t utc, const char **name)
{
	time_t begins, ends;
	bool summer = zone_next_summer(z, utc, &begins, &ends) && begins <= utc;

	if (name)
		*name = summer ? z->summer_name : z->name[0] ? z->name : "UTC";
	return z->offset + (summer ? z->shift : 0);
}

void zone_local(const struct zone *z, time_t utc, struct tm *tm, const char **name)
{
	time_t local = utc + (time_t)zone_offset(z, utc, name) * 60;

	gmtime_r(&local, tm);
}

time_t zone_utc(const struct zone *z, const struct tm *tm)
{
	struct tm copy = *tm;
	time_t local = timegm(&copy), summer = local - (time_t)(z->offset + z->shift) * 60;

	if (z->summer != SUMMER_NONE && zone_offset(z, summer, NULL) != z->offset)
		return summer;
	return local - (time_t)z->offset * 60;
}
