/* SPDX-License-Identifier: Apache-2.0
 *
 * test_collector.c: a message looks as each layout has it, and no name ends its field; what waits for a collector stays
 * within its megabyte, the oldest give way, and each is counted.
 */
#include "core/log/collector.h"
#include "core/log/wire.h"

#include "core/core.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-28 18:00:00.123 UTC */
static const struct syslog_message message = {
	.severity = 5,
	.facility = "SYS",
	.mnemonic = "CONFIG_I",
	.line = "000046: *Nov 28 18:00:00.123: %SYS-5-CONFIG_I: done",
	.text = "done",
	.number = 46,
	.numbered = true,
	.wall = { .tv_sec = 1795888800, .tv_nsec = 123456789 },
};

static void looks(enum wire_form form, const char *origin, const char *host, const struct syslog_message *m,
		  const char *expected)
{
	struct clock clock = { .set = true };
	struct wire_head head = { .form = form, .facility = 23, .origin = origin, .host = host, .clock = &clock };
	struct buf out;

	buf_init(&out, 0);
	wire_put(&head, m, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_release(&out);
}

static void test_layouts(void **state)
{
	struct syslog_message debug = message;

	(void)state;
	debug.severity = 7;
	debug.facility = debug.mnemonic = NULL;
	debug.numbered = false;
	debug.text = debug.line = "SSH0: x";
	looks(WIRE_IOS, NULL, "R1", &message, "<189>46: 000046: *Nov 28 18:00:00.123: %SYS-5-CONFIG_I: done");
	looks(WIRE_IOS, "R2", "R1", &message, "<189>46: R2: 000046: *Nov 28 18:00:00.123: %SYS-5-CONFIG_I: done");
	looks(WIRE_RFC3164, NULL, "R1", &message, "<189>Nov 28 18:00:00 R1 %SYS-5-CONFIG_I: 000046: done");
	looks(WIRE_RFC3164, NULL, "R1", &debug, "<191>Nov 28 18:00:00 R1 debug: SSH0: x");
	looks(WIRE_RFC5424, "R2", "R1", &message,
	      "<189>1 2026-11-28T18:00:00.123Z R2 SYS - CONFIG_I [meta sequenceId=\"46\"]"
	      "[timeQuality tzKnown=\"1\" isSynced=\"1\"] %SYS-5-CONFIG_I: 000046: done");
	looks(WIRE_RFC5424, NULL, "R1", &debug,
	      "<191>1 2026-11-28T18:00:00.123Z R1 debug - - [meta sequenceId=\"46\"]"
	      "[timeQuality tzKnown=\"1\" isSynced=\"1\"] SSH0: x");
}

static void test_names_cannot_end_their_field(void **state)
{
	(void)state;
	looks(WIRE_RFC3164, "a b\n<0>", "R1", &message, "<189>Nov 28 18:00:00 a-b-<0> %SYS-5-CONFIG_I: 000046: done");
	looks(WIRE_RFC3164, NULL, "", &message, "<189>Nov 28 18:00:00 - %SYS-5-CONFIG_I: 000046: done");
	looks(WIRE_IOS, "\x1b\xc3\xa9", "R1", &message,
	      "<189>46: ---: 000046: *Nov 28 18:00:00.123: %SYS-5-CONFIG_I: done");
}

static void test_facilities(void **state)
{
	(void)state;
	assert_int_equal(wire_facility("kern"), 0);
	assert_int_equal(wire_facility("cron"), 9);
	assert_int_equal(wire_facility("local0"), 16);
	assert_int_equal(wire_facility("local7"), 23);
}

static unsigned long shown(const struct collector *c, const char *what)
{
	unsigned long n = 0;
	const char *at;
	struct buf out;

	buf_init(&out, 0);
	collector_show(c, &out);
	at = strstr(buf_cstr(&out), what);
	assert_non_null(at);
	while (at[-1] != '\n')
		at--;
	assert_int_equal(sscanf(at, "%lu", &n), 1);
	buf_release(&out);
	return n;
}

static void test_the_oldest_give_way(void **state)
{
	static const struct collector_spec spec = { .name = "127.0.0.1", .port = 514 };
	static struct core core;
	const unsigned long times = 5000;
	struct collector *c;
	char line[400];

	(void)state;
	core.base = event_base_new();
	c = collector_new(&core, &spec);
	assert_non_null(c);
	memset(line, 'x', sizeof line);
	for (unsigned long i = 1; i <= times; i++) {
		collector_put(c, (struct str){ (const uint8_t *)line, sizeof line });
		assert_int_equal(shown(c, " message lines waiting") + shown(c, " message lines dropped"), i);
	}
	assert_true(shown(c, " message lines waiting") > 2000);
	assert_true(shown(c, " message lines waiting") * sizeof line <= COLLECTOR_QUEUE);
	assert_true(shown(c, " message lines dropped") > 2000);
	assert_int_equal(shown(c, " message lines logged"), 0);
	collector_free(c);
	event_base_free(core.base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_names_cannot_end_their_field),
		cmocka_unit_test(test_facilities),
		cmocka_unit_test(test_the_oldest_give_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
