/* SPDX-License-Identifier: Apache-2.0
 *
 * test_calendar.c: what is typed as a time, month or day is read whole or refused; zones turn to summer time and back
 * at the right second, north and south of the equator, at the edges of the year, by rule and by date.
 */
#include "base/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct zone eastern = {
	.name = "EST",
	.summer_name = "EDT",
	.offset = -300,
	.shift = 60,
	.summer = SUMMER_RECURRING,
	.begins = { .month = 2, .week = 2, .weekday = 0, .minute = 120 },
	.ends = { .month = 10, .week = 1, .weekday = 0, .minute = 120 },
};
static const struct zone central_europe = {
	.name = "CET",
	.summer_name = "CEST",
	.offset = 60,
	.shift = 60,
	.summer = SUMMER_RECURRING,
	.begins = { .month = 2, .week = 5, .weekday = 0, .minute = 120 },
	.ends = { .month = 9, .week = 5, .weekday = 0, .minute = 180 },
};
static const struct zone sydney = {
	.name = "AEST",
	.summer_name = "AEDT",
	.offset = 600,
	.shift = 60,
	.summer = SUMMER_RECURRING,
	.begins = { .month = 9, .week = 1, .weekday = 0, .minute = 120 },
	.ends = { .month = 3, .week = 1, .weekday = 0, .minute = 180 },
};

static time_t at(int year, int month, int day, int hour, int minute, int second)
{
	struct tm tm = { .tm_year = year - 1900,
			 .tm_mon = month - 1,
			 .tm_mday = day,
			 .tm_hour = hour,
			 .tm_min = minute,
			 .tm_sec = second };

	return timegm(&tm);
}

/* The zone is called `before` one second before `turn`, and `after` from then on. */
static void turns(const struct zone *z, time_t turn, const char *before, const char *after)
{
	const char *name;

	zone_offset(z, turn - 1, &name);
	assert_string_equal(name, before);
	zone_offset(z, turn, &name);
	assert_string_equal(name, after);
}

static void test_northern_rules(void **state)
{
	(void)state;
	turns(&eastern, at(2026, 3, 8, 7, 0, 0), "EST", "EDT");
	turns(&eastern, at(2026, 11, 1, 6, 0, 0), "EDT", "EST");
	turns(&central_europe, at(2026, 3, 29, 1, 0, 0), "CET", "CEST"); /* the fifth Sunday is the last */
	turns(&central_europe, at(2026, 10, 25, 1, 0, 0), "CEST", "CET");
	turns(&central_europe, at(2027, 3, 28, 1, 0, 0), "CET", "CEST"); /* the fourth is */
	assert_int_equal(zone_offset(&eastern, at(2026, 7, 1, 0, 0, 0), NULL), -240);
	assert_int_equal(zone_offset(&eastern, at(2026, 1, 1, 0, 0, 0), NULL), -300);
}

static void test_southern_rules_span_the_new_year(void **state)
{
	(void)state;
	turns(&sydney, at(2026, 10, 3, 16, 0, 0), "AEST", "AEDT");
	turns(&sydney, at(2027, 4, 3, 16, 0, 0), "AEDT", "AEST");
	assert_int_equal(zone_offset(&sydney, at(2026, 12, 31, 13, 30, 0), NULL), 660); /* New Year's Day there */
	assert_int_equal(zone_offset(&sydney, at(2027, 1, 1, 12, 0, 0), NULL), 660);
	assert_int_equal(zone_offset(&sydney, at(2027, 7, 1, 0, 0, 0), NULL), 600);
}

/* A summer that ends with the year, and one that begins with it. */
static void test_edges_of_the_year(void **state)
{
	struct zone z = { .name = "STD",
			  .summer_name = "SUM",
			  .offset = 0,
			  .shift = 60,
			  .summer = SUMMER_RECURRING,
			  .begins = { .month = 8, .week = 1, .weekday = 0, .minute = 0 },
			  .ends = { .month = 0, .week = 1, .weekday = 5, .minute = 30 } };

	(void)state;
	/* 1 January 2027 is a Friday: its 00:30 in summer time is 23:30 of the old year. */
	turns(&z, at(2026, 12, 31, 23, 30, 0), "SUM", "STD");
	z.begins = (struct zone_turn){ .month = 0, .week = 1, .weekday = 5, .minute = 0 };
	z.ends = (struct zone_turn){ .month = 5, .week = 1, .weekday = 1, .minute = 0 };
	turns(&z, at(2027, 1, 1, 0, 0, 0), "STD", "SUM");
}

static void test_dates_count_once(void **state)
{
	struct zone z = { .name = "GMT",
			  .summer_name = "BST",
			  .shift = 60,
			  .summer = SUMMER_DATE,
			  .begins = { .year = 2026, .month = 2, .day = 29, .minute = 60 },
			  .ends = { .year = 2026, .month = 9, .day = 25, .minute = 120 } };
	time_t begins, ends;

	(void)state;
	turns(&z, at(2026, 3, 29, 1, 0, 0), "GMT", "BST");
	turns(&z, at(2026, 10, 25, 1, 0, 0), "BST", "GMT");
	assert_int_equal(zone_offset(&z, at(2027, 6, 1, 0, 0, 0), NULL), 0);
	assert_true(zone_next_summer(&z, at(2020, 1, 1, 0, 0, 0), &begins, &ends));
	assert_int_equal(begins, at(2026, 3, 29, 1, 0, 0));
	assert_false(zone_next_summer(&z, at(2026, 10, 25, 1, 0, 0), &begins, &ends));
	z.ends.year = 2025; /* backwards: never */
	assert_int_equal(zone_offset(&z, at(2026, 6, 1, 0, 0, 0), NULL), 0);
}

/* Every wall clock of a year that exists leads back to itself. */
static void test_there_and_back(void **state)
{
	static const struct zone *const zones[] = { &eastern, &central_europe, &sydney };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (time_t t = at(2026, 1, 1, 0, 0, 0); t < at(2027, 1, 1, 0, 0, 0); t += 1777) {
			struct tm tm, again;

			zone_local(zones[i], t, &tm, NULL);
			zone_local(zones[i], zone_utc(zones[i], &tm), &again, NULL);
			assert_int_equal(timegm(&tm), timegm(&again));
		}
	}
}

static void test_hours_shown_twice_or_never(void **state)
{
	struct tm twice = { .tm_year = 126, .tm_mon = 10, .tm_mday = 1, .tm_hour = 1, .tm_min = 30 };
	struct tm never = { .tm_year = 126, .tm_mon = 2, .tm_mday = 8, .tm_hour = 2, .tm_min = 30 };

	(void)state;
	assert_int_equal(zone_utc(&eastern, &twice), at(2026, 11, 1, 5, 30, 0));
	assert_int_equal(zone_utc(&eastern, &never), at(2026, 3, 8, 7, 30, 0));
}

static void test_texts(void **state)
{
	(void)state;
	assert_int_equal(calendar_month(STR("jan")), 0);
	assert_int_equal(calendar_month(STR("DECEMBER")), 11);
	assert_int_equal(calendar_month(STR("ju")), -1);
	assert_int_equal(calendar_month(STR("januaryy")), -1);
	assert_int_equal(calendar_month(STR("")), -1);
	assert_int_equal(calendar_weekday(STR("Sund")), 0);
	assert_int_equal(calendar_weekday(STR("sat")), 6);
	assert_int_equal(calendar_weekday(STR("Mo")), -1);
	assert_int_equal(calendar_time(STR("7:05:09")), (7 * 60 + 5) * 60 + 9);
	assert_int_equal(calendar_time(STR("23:59:59")), 86399);
	assert_int_equal(calendar_minutes(STR("2:00")), 120);
	assert_int_equal(calendar_span(STR("90")), 90);
	assert_int_equal(calendar_span(STR("123:05")), 123 * 60 + 5);
}

static void test_bad_texts(void **state)
{
	static const char *const times[] = { "",         "7",         "7:05",   "24:00:00", "23:60:00",
					     "23:59:60", "7:5:09",    "07:05:", "07:05:9",  "7:05:090",
					     "-1:00:00", "07:05:09x", ":05:09", "::" };
	static const char *const minutes[] = { "", "2", "2:0", "2:000", "24:00", "2:60", "2:00:00", ":", "2:", "x:00" };
	static const char *const spans[] = { "", "x", "1:60", "1:5", "1000:00", "100000", "5 ", ":05", "1:", "-5" };

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		assert_int_equal(calendar_time(str_of(times[i])), -1);
	for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
		assert_int_equal(calendar_minutes(str_of(minutes[i])), -1);
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
		assert_int_equal(calendar_span(str_of(spans[i])), -1);
}

static void test_days_of_months(void **state)
{
	(void)state;
	assert_true(calendar_has_day(2028, 1, 29));
	assert_false(calendar_has_day(2027, 1, 29));
	assert_false(calendar_has_day(2027, 3, 31));
	assert_true(calendar_has_day(2099, 11, 31));
	assert_false(calendar_has_day(2027, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_northern_rules),
		cmocka_unit_test(test_southern_rules_span_the_new_year),
		cmocka_unit_test(test_edges_of_the_year),
		cmocka_unit_test(test_dates_count_once),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_hours_shown_twice_or_never),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_bad_texts),
		cmocka_unit_test(test_days_of_months),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
