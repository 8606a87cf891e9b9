/* SPDX-License-Identifier: Apache-2.0
 *
 * test_log.c: the buffer keeps the newest lines that fit into its bytes, whole, at any size; stamps look as they were
 * asked for; a message goes where its severity lets it.
 */
#include "core/log/log_buffer.h"
#include "core/log/stamp.h"
#include "core/log/syslog.h"

#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- buffer --- */

static void check(const struct log_buffer *b, const char *all)
{
	struct buf got;
	uint64_t at = 0;
	size_t n;

	buf_init(&got, 0);
	while (log_buffer_read(b, &at, 100, &got))
		;
	n = buf_len(&got);
	assert_true(n <= b->max && b->cap <= b->max);
	assert_true(n <= strlen(all));
	/* the end of all that was written, from a line's beginning on */
	assert_memory_equal(buf_ptr(&got) ? (const char *)buf_ptr(&got) : "", all + strlen(all) - n, n);
	assert_true(n == strlen(all) || all[strlen(all) - n - 1] == '\n');
	buf_release(&got);
}

static void test_the_newest_lines_stay(void **state)
{
	struct log_buffer b = { 0 };
	static char all[400000];
	size_t n = 0;
	unsigned seed = 1;

	(void)state;
	log_buffer_limit(&b, 5000);
	for (int i = 0; i < 2000; i++) {
		char line[200];
		size_t len = (seed = seed * 1103515245 + 12345) >> 16;

		snprintf(
		    line, sizeof line, "%d %.*s", i, (int)(len % 180),
		    "----------------------------------------------------------------------------------------------"
		    "----------------------------------------------------------------------------------------------");
		log_buffer_put(&b, line);
		n += (size_t)snprintf(all + n, sizeof all - n, "%s\n", line);
		check(&b, all);
		if (i % 500 == 499)
			log_buffer_limit(&b, i == 999 ? 4096 : 9000);
		check(&b, all);
	}
	assert_true(b.end - b.begin > 9000 - 200);
	assert_true(b.given_up > 1000);
	log_buffer_release(&b);
}

static void test_small_and_none(void **state)
{
	struct log_buffer b = { 0 };
	struct buf out;
	uint64_t at = 0;

	(void)state;
	buf_init(&out, 0);
	log_buffer_put(&b, "nothing is kept");
	assert_false(log_buffer_read(&b, &at, 10, &out));
	log_buffer_limit(&b, 8);
	log_buffer_put(&b, "too long");
	log_buffer_put(&b, "one");
	log_buffer_put(&b, "two");
	assert_false(log_buffer_read(&b, &at, 10, &out));
	assert_true(str_is(buf_str(&out), "one\ntwo\n"));
	log_buffer_put(&b, "");
	buf_clear(&out);
	at = 0;
	log_buffer_read(&b, &at, 10, &out);
	assert_true(str_is(buf_str(&out), "two\n\n"));
	log_buffer_clear(&b);
	at = 0;
	buf_clear(&out);
	assert_false(log_buffer_read(&b, &at, 10, &out));
	assert_int_equal(buf_len(&out), 0);
	log_buffer_limit(&b, 0);
	log_buffer_release(&b);
	buf_release(&out);
}

/* What goes away between two pieces leaves no broken line behind. */
static void test_read_while_written(void **state)
{
	struct log_buffer b = { 0 };
	struct buf out;
	uint64_t at = 0;

	(void)state;
	buf_init(&out, 0);
	log_buffer_limit(&b, 16);
	log_buffer_put(&b, "aaa");
	log_buffer_put(&b, "bbb");
	log_buffer_put(&b, "ccc");
	assert_true(log_buffer_read(&b, &at, 1, &out));
	assert_true(str_is(buf_str(&out), "aaa\n"));
	log_buffer_put(&b, "ddd");
	log_buffer_put(&b, "eee");
	log_buffer_put(&b, "fff");
	while (log_buffer_read(&b, &at, 1, &out))
		;
	assert_true(str_is(buf_str(&out), "aaa\nccc\nddd\neee\nfff\n"));
	log_buffer_release(&b);
	buf_release(&out);
}

/* --- stamps --- */

static void test_uptime(void **state)
{
	static const struct {
		uint64_t secs;
		const char *text;
	} cases[] = { { 0, "00:00:00: " },
		      { 2035, "00:33:55: " },
		      { 86399, "23:59:59: " },
		      { 86400, "1d00h: " },
		      { 3 * 86400 + 6 * 3600, "3d06h: " },
		      { 604799, "6d23h: " },
		      { 604800, "1w0d: " },
		      { 364 * 86400, "52w0d: " },
		      { 365 * 86400, "1y0w: " },
		      { 365 * 86400 + 12 * 604800, "1y12w: " } };
	const struct stamp s = { .format = STAMP_UPTIME };
	const struct clock c = { 0 };
	char text[STAMP_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		stamp_text(&s, &c, (struct timespec){ 0, 0 }, cases[i].secs, text, sizeof text);
		assert_string_equal(text, cases[i].text);
	}
}

static void stamped(struct stamp s, const struct clock *c, const char *expected)
{
	char text[STAMP_TEXT];

	stamp_text(&s, c, (struct timespec){ 1795222253, 199999999 }, 5, text,
		   sizeof text); /* 21 Nov 2026, 00:50:53 UTC */
	assert_string_equal(text, expected);
}

static void test_datetime(void **state)
{
	struct clock c = { .zone = { .name = "EST", .offset = -300 } };

	(void)state;
	stamped((struct stamp){ .format = STAMP_NONE }, &c, "");
	stamped((struct stamp){ .format = STAMP_DATETIME }, &c, "*Nov 21 00:50:53: ");
	stamped((struct stamp){ .format = STAMP_DATETIME_MSEC }, &c, "*Nov 21 00:50:53.199: ");
	stamped((struct stamp){ .format = STAMP_DATETIME, .show_timezone = true }, &c, "*Nov 21 00:50:53 UTC: ");
	stamped((struct stamp){ STAMP_DATETIME_MSEC, true, true, true }, &c, "*Nov 20 2026 19:50:53.199 EST: ");
	c.set = true;
	stamped((struct stamp){ STAMP_DATETIME, true, false, false }, &c, "Nov 20 19:50:53: ");
}

/* --- severities --- */

static unsigned console, monitor;

static unsigned sink(void *arg, const char *line, unsigned places)
{
	(void)arg;
	(void)line;
	console += (places & SYSLOG_CONSOLE) != 0;
	monitor += (places & SYSLOG_MONITOR) != 0;
	return places;
}

static void set(struct model *m, const char *path, const char *value)
{
	struct txn *t = model_begin(m);

	assert_int_equal(txn_set(t, NULL, path, value, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

/* Every severity once; how many of the lines came where. */
static void gets(struct syslog *log, struct model *m, unsigned at_console, unsigned at_monitor, unsigned buffered)
{
	struct buf out;
	uint64_t at = 0;
	unsigned lines = 0;

	buf_init(&out, 0);
	syslog_configure(log, m);
	syslog_clear(log);
	console = monitor = 0;
	for (int i = 0; i < 7; i++)
		syslog_event(log, "TEST", i, "EVENT", "severity %d", i);
	syslog_debug(log, "severity %d", 7);
	while (syslog_lines(log, &at, &out))
		;
	for (size_t i = 0; i < buf_len(&out); i++)
		lines += buf_ptr(&out)[i] == '\n';
	assert_int_equal(console, at_console);
	assert_int_equal(monitor, at_monitor);
	assert_int_equal(lines, buffered);
	buf_release(&out);
}

static void test_levels(void **state)
{
	struct clock c = { 0 };
	struct model *m;
	struct syslog *log = syslog_new(-1, &c);

	(void)state;
	assert_int_equal(model_new(&m, NULL), 0);
	syslog_booted(log);
	syslog_sink(log, sink, NULL);
	gets(log, m, 8, 8, 8);
	set(m, "/ravelin-log:logging/console/level", "0");
	set(m, "/ravelin-log:logging/monitor/level", "3");
	set(m, "/ravelin-log:logging/buffered/level", "6");
	gets(log, m, 1, 4, 7);
	set(m, "/ravelin-log:logging/monitor/enabled", "false");
	gets(log, m, 1, 0, 7);
	set(m, "/ravelin-log:logging/buffered/enabled", "false");
	gets(log, m, 1, 0, 0);
	set(m, "/ravelin-log:logging/buffered/enabled", "true");
	set(m, "/ravelin-log:logging/monitor/enabled", "true");
	set(m, "/ravelin-log:logging/enabled", "false");
	gets(log, m, 1, 0, 0);
	syslog_free(log);
	model_free(m);
}

static void test_control_bytes_do_not_pass(void **state)
{
	struct clock c = { 0 };
	struct syslog *log = syslog_new(-1, &c);
	struct buf out;
	uint64_t at = 0;

	(void)state;
	buf_init(&out, 0);
	syslog_booted(log);
	syslog_event(log, "TEST", 5, "EVENT", "%s", "a\r\nb\x1b[2J\x80\x7f");
	syslog_debug(log, "%s", "\x07z");
	syslog_lines(log, &at, &out);
	assert_non_null(strstr(buf_cstr(&out), "%TEST-5-EVENT: a??b?[2J??\n"));
	assert_non_null(strstr(buf_cstr(&out), ": ?z\n"));
	buf_release(&out);
	syslog_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_newest_lines_stay),
		cmocka_unit_test(test_small_and_none),
		cmocka_unit_test(test_read_while_written),
		cmocka_unit_test(test_uptime),
		cmocka_unit_test(test_datetime),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_control_bytes_do_not_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
