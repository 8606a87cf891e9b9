/* SPDX-License-Identifier: Apache-2.0
 *
 * test_reload.c: a reload that is put off comes at its time and not before, tells who asked and why, can be replaced
 * and called off, and follows the clock only where it was given as a time of day.
 */
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/reload.h"

#include "model/model.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE UINT64_C(60000)

static struct core core;

static int setup(void **state)
{
	(void)state;
	memset(&core, 0, sizeof core);
	TAILQ_INIT(&core.peers);
	core.base = event_base_new();
	core.log = syslog_new(-1, &core.clock);
	syslog_booted(core.log);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	reload_cancel(&core, "the test");
	syslog_free(core.log);
	event_base_free(core.base);
	return 0;
}

static void describes(uint64_t ms, const char *span)
{
	struct buf out;

	buf_init(&out, 0);
	reload_describe(&core, ms, "admin on vty0", "because", &out);
	assert_non_null(strstr(buf_cstr(&out), span));
	assert_non_null(strstr(buf_cstr(&out), ") by admin on vty0\nReload reason: because\n"));
	buf_release(&out);
}

static void test_spans(void **state)
{
	(void)state;
	describes(90 * MINUTE, "(in 1 hour and 30 minutes)");
	describes(5 * MINUTE, "(in 5 minutes)");
	describes(MINUTE + 1000, "(in 1 minute and 1 second)");
	describes(0, "(in 0 seconds)");
	describes((24 * 60 + 1) * MINUTE, "(in 1 day and 1 minute)");
	describes(RELOAD_MINUTES_MAX * MINUTE, "(in 24 days)");
}

static bool logged(const char *what)
{
	struct buf out;
	uint64_t at = 0;
	bool found;

	buf_init(&out, 0);
	while (syslog_lines(core.log, &at, &out))
		;
	found = strstr(buf_cstr(&out), what) != NULL;
	buf_release(&out);
	return found;
}

static void test_it_comes(void **state)
{
	(void)state;
	assert_int_equal(reload_plan(&core, 30, false, "admin on vty0", "it is time"), 0);
	assert_true(logged("%SYS-5-SCHEDULED_RELOAD: Reload requested for "));
	assert_true(logged(" by admin on vty0. Reload Reason: it is time."));
	assert_false(core.ending);
	event_base_dispatch(core.base);
	assert_true(core.ending && core.reload);
	assert_false(reload_planned(&core));
	assert_true(logged("%SYS-5-RELOAD: Reload requested by admin on vty0. Reload Reason: it is time."));
}

static void test_called_off_it_does_not(void **state)
{
	(void)state;
	assert_false(reload_cancel(&core, "admin on vty0"));
	assert_int_equal(reload_plan(&core, 20, false, "admin on vty0", "one"), 0);
	assert_int_equal(reload_plan(&core, 30, false, "admin on vty0", "two"), 0); /* instead */
	assert_true(reload_cancel(&core, "guest on con0"));
	assert_true(logged("%SYS-5-SCHEDULED_RELOAD_CANCELLED: Scheduled reload cancelled at "));
	event_base_dispatch(core.base); /* nothing is left to wait for */
	assert_false(core.ending);
}

static void shown(const char *text)
{
	struct buf out;

	buf_init(&out, 0);
	reload_show(&core, &out);
	assert_non_null(strstr(buf_cstr(&out), text));
	buf_release(&out);
}

static void test_the_clock_is_set(void **state)
{
	(void)state;
	assert_int_equal(reload_plan(&core, 600 * MINUTE + 30000, false, "a", "in"), 0);
	reload_clock_moved(&core, (int64_t)(60 * MINUTE));
	shown("10 hours");
	assert_int_equal(reload_plan(&core, 600 * MINUTE + 30000, true, "a", "at"), 0);
	reload_clock_moved(&core, (int64_t)(60 * MINUTE));
	shown("9 hours");
	reload_clock_moved(&core, -(int64_t)(120 * MINUTE));
	shown("11 hours");
	reload_clock_moved(&core, (int64_t)(5000 * MINUTE)); /* past its time */
	event_base_dispatch(core.base);
	assert_true(core.ending);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_spans, setup, teardown),
		cmocka_unit_test_setup_teardown(test_it_comes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_called_off_it_does_not, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_clock_is_set, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
