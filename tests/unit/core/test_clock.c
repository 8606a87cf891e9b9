/* SPDX-License-Identifier: Apache-2.0
 *
 * test_clock.c: what `clock set` said survives in nvram and moves the wall clock; a damaged file counts as none.
 */
#include "core/clock.h"

#include "files/files.h"
#include "model/model.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../folder.h"

static void test_offsets(void **state)
{
	static const char *const bad[] = { "",
					   "\n",
					   "12",
					   "12\n\n",
					   "12 \n",
					   " 12\n",
					   "+12\n",
					   "--1\n",
					   "0x10\n",
					   "1e5\n",
					   "ten\n",
					   "12\n13\n",
					   "-\n",
					   "99999999999999999\n",
					   "9223372036854775808\n" };
	int64_t ms = 7;

	(void)state;
	assert_true(clock_parse_offset(STR("0\n"), &ms) && ms == 0);
	assert_true(clock_parse_offset(STR("-86400001\n"), &ms) && ms == -86400001);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(clock_parse_offset(str_of(bad[i]), &ms));
	assert_false(clock_parse_offset((struct str){ (const uint8_t *)"1\0\n", 3 }, &ms));
}

static void test_the_wall_clock_moves(void **state)
{
	struct clock c = { .offset_ms = -1 };
	struct timespec now;

	(void)state;
	for (c.offset_ms = -2001; c.offset_ms < 2001; c.offset_ms += 333) {
		struct timespec host;
		int64_t apart;

		now = clock_wall(&c);
		clock_gettime(CLOCK_REALTIME, &host);
		assert_in_range(now.tv_nsec, 0, 999999999);
		apart = (now.tv_sec - host.tv_sec) * 1000 + (now.tv_nsec - host.tv_nsec) / 1000000;
		assert_true(apart <= c.offset_ms + 1); /* the host was read later */
	}
}

static void set(struct model *m, const char *path, const char *value)
{
	struct txn *t = model_begin(m);

	assert_int_equal(txn_set(t, NULL, path, value, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static void test_the_zone_is_the_models(void **state)
{
	struct clock c = { 0 };
	struct model *m;
	char text[CLOCK_TEXT];

	(void)state;
	assert_int_equal(model_new(&m, NULL), 0);
	clock_configure(&c, m);
	clock_text(&c, 1795222253, text, sizeof text);
	assert_string_equal(text, "00:50:53 UTC Sat Nov 21 2026");
	set(m, "/ravelin-clock:clock/timezone/name", "NST");
	set(m, "/ravelin-clock:clock/timezone/hours", "-3");
	set(m, "/ravelin-clock:clock/timezone/minutes", "30");
	clock_configure(&c, m);
	clock_text(&c, 1795222253, text, sizeof text);
	assert_string_equal(text, "21:20:53 NST Fri Nov 20 2026");
	set(m, "/ravelin-clock:clock/summer-time/name", "NDT");
	set(m, "/ravelin-clock:clock/summer-time/kind", "recurring");
	clock_configure(&c, m);
	assert_int_equal(c.zone.begins.week, 2); /* the rule of the United States */
	assert_int_equal(c.zone.shift, 60);
	set(m, "/ravelin-clock:clock/summer-time/begins/month", "Oct");
	set(m, "/ravelin-clock:clock/summer-time/begins/week", "5");
	set(m, "/ravelin-clock:clock/summer-time/begins/weekday", "Sat");
	set(m, "/ravelin-clock:clock/summer-time/begins/time", "23:59");
	set(m, "/ravelin-clock:clock/summer-time/offset", "30");
	clock_configure(&c, m);
	assert_int_equal(c.zone.begins.month, 9);
	assert_int_equal(c.zone.begins.week, 5);
	assert_int_equal(c.zone.begins.weekday, 6);
	assert_int_equal(c.zone.begins.minute, 1439);
	assert_int_equal(c.zone.shift, 30);
	model_free(m);
}

static void test_kept_in_nvram(void **state)
{
	char dir[32];
	struct clock c = { 0 }, again = { 0 };
	struct errbuf e = { "" };
	int fd = folder_make(dir);

	(void)state;
	clock_load(&c, fd, &e);
	assert_false(c.set);
	assert_string_equal(e.text, "");
	assert_int_equal(clock_set(&c, fd, 1900000000, &e), 0);
	assert_in_range(clock_wall(&c).tv_sec, 1900000000, 1900000100);
	clock_load(&again, fd, &e);
	assert_true(again.set);
	assert_int_equal(again.offset_ms, c.offset_ms);
	assert_int_equal(files_save(fd, "clock-offset", STR("soon\n"), 0600, &e), 0);
	clock_load(&again, fd, &e);
	assert_false(again.set);
	assert_int_equal(again.offset_ms, 0);
	assert_non_null(strstr(e.text, "damaged"));
	assert_int_equal(clock_set(&c, fd, 0, &e), 0);
	assert_false(c.set);
	assert_int_equal(unlinkat(fd, "clock-offset", 0), -1);
	folder_remove(dir, fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_the_wall_clock_moves),
		cmocka_unit_test(test_the_zone_is_the_models),
		cmocka_unit_test(test_kept_in_nvram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
