/* SPDX-License-Identifier: Apache-2.0
 *
 * test_timeout.c: a session ends when its line says so, a changed configuration counts at once, and nothing ticks where
 * nothing is due. Time passes by moving what is remembered of it into the past.
 */
#include "core/clock.h"
#include "core/commands/commands.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "core/session/service.h"
#include "core/session/terminal.h"
#include "core/session/timeout.h"
#include "lines/lines.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct cmd_handler handlers[] = {
#define COMMAND_ROW(name, fn) { name, fn },
	COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};
static const struct peer_origin nobody;

struct bed {
	struct core core;
	struct peer *peer;
	struct ipc_channel session; /* the other end */
};

static int setup(void **state)
{
	static struct bed b;
	int pair[2];

	b = (struct bed){ 0 };
	TAILQ_INIT(&b.core.peers);
	b.core.nvram_fd = -1;
	b.core.log = syslog_new(-1, &b.core.clock);
	syslog_booted(b.core.log);
	assert_int_equal(model_new(&b.core.model, NULL), 0);
	assert_int_equal(cmd_set_new(&b.core.cmds, "ios", b.core.model, NULL), 0);
	assert_int_equal(cmd_set_bind(b.core.cmds, handlers, sizeof handlers / sizeof handlers[0], NULL), 0);
	b.core.lines = lines_new(b.core.model);
	assert_int_equal(model_watch(b.core.model, "/ravelin-line:lines", terminal_lines_changed, &b.core), 0);
	b.core.base = event_base_new();
	assert_int_equal(ipc_pair(pair), 0);
	assert_int_equal(ipc_channel_init(&b.session, pair[1], FROM_CORE, false), 0);
	b.peer = service_start(&b.core, pair[0], KIND_CONSOLE, "", 0, &nobody);
	assert_non_null(b.peer);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	ipc_channel_release(&b->session);
	for (int i = 0; i < 5000 && !TAILQ_EMPTY(&b->core.peers); i++) {
		event_base_loop(b->core.base, EVLOOP_NONBLOCK);
		usleep(500);
	}
	assert_true(TAILQ_EMPTY(&b->core.peers));
	event_base_free(b->core.base);
	lines_free(b->core.lines);
	cmd_set_free(b->core.cmds);
	model_free(b->core.model);
	syslog_free(b->core.log);
	return 0;
}

static void set(struct bed *b, const char *path, const char *value)
{
	const char *keys[] = { line_type_name(b->peer->line->type), "0" };
	struct txn *t = model_begin(b->core.model);
	struct lyd_node *entry;

	assert_int_equal(txn_entry(t, NULL, "/ravelin-line:lines/line", keys, &entry, NULL), 0);
	assert_int_equal(txn_set(t, entry, path, value, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

/* Seconds until the timer, rounded up; -1 = it does not run. */
static long left(const struct bed *b)
{
	struct timeval due, now;

	if (!event_pending(b->peer->deadline, EV_TIMEOUT, &due))
		return -1;
	evutil_gettimeofday(&now, NULL);
	return due.tv_sec - now.tv_sec + (due.tv_usec > now.tv_usec);
}

/* A timer set to n seconds, on a machine that is in no hurry. */
static void assert_left(const struct bed *b, long n)
{
	assert_in_range(left(b), n > 15 ? n - 15 : 0, n + 1);
}

/* The text of the next message of this type that core sends. */
static void expect(struct bed *b, uint16_t type, const char *words)
{
	struct ipc_record r;
	char text[400] = "";

	for (int i = 0; i < 5000 && !*text; i++) {
		event_base_loop(b->core.base, EVLOOP_NONBLOCK);
		if (ipc_recv(&b->session, PH_ANY, clock_now_ms(), &r) < 0) {
			usleep(500);
			continue;
		}
		if (r.type == type) {
			struct ipc_msg_CLOSE close;
			struct ipc_msg_MONITOR monitor;

			if (type == IPC_CLOSE && ipc_get_CLOSE(r.body, &close))
				str_copy(close.text, text, sizeof text);
			if (type == IPC_MONITOR && ipc_get_MONITOR(r.body, &monitor) &&
			    !memmem(monitor.text.p, monitor.text.n, ": %", 3))
				str_copy(monitor.text, text, sizeof text);
		}
		ipc_record_release(&r);
	}
	assert_non_null(strstr(text, words));
}

static void enter(struct bed *b)
{
	b->peer->line->busy = true;
	terminal_enter(b->peer);
}

static void test_nobody_is_there(void **state)
{
	struct bed *b = *state;

	timeout_touch(b->peer);
	assert_int_equal(left(b), -1);
	set(b, "exec-timeout/minutes", "1");
	assert_int_equal(left(b), -1);
}

static void test_login(void **state)
{
	struct bed *b = *state;

	b->peer->line->busy = true;
	timeout_touch(b->peer);
	assert_left(b, 30);
	set(b, "login-response", "0");
	assert_int_equal(left(b), -1);
	set(b, "login-response", "20");
	assert_left(b, 20);
	b->peer->line->active_ms -= 20000;
	timeout_arm(b->peer);
	expect(b, IPC_CLOSE, "% Login timeout expired");
}

static void test_a_lowered_time_reaches_who_is_idle(void **state)
{
	struct bed *b = *state;

	enter(b);
	assert_left(b, 600);
	set(b, "exec-timeout/minutes", "0");
	assert_int_equal(left(b), -1);
	set(b, "exec-timeout/seconds", "100");
	assert_left(b, 100);
	b->peer->line->active_ms -= 50000;
	set(b, "exec-timeout/seconds", "200");
	assert_left(b, 150);
	set(b, "exec-timeout/seconds", "40");
	expect(b, IPC_CLOSE, "% Idle timeout expired");
}

static void test_a_command_that_works_is_not_idle(void **state)
{
	struct bed *b = *state;
	struct run run = { .cli = &b->peer->cli }, *before;

	enter(b);
	before = b->peer->cli.run;
	set(b, "exec-timeout/minutes", "1");
	b->peer->cli.run = &run;
	b->peer->line->active_ms -= 61000;
	timeout_due(b->peer);
	assert_left(b, 60);
	run.waiting_answer = true;
	b->peer->line->active_ms -= 61000;
	timeout_due(b->peer);
	b->peer->cli.run = before;
	expect(b, IPC_CLOSE, "% Idle timeout expired");
}

static void test_typing_starts_the_idle_time_anew(void **state)
{
	struct bed *b = *state;

	enter(b);
	b->peer->line->active_ms -= 599000;
	timeout_arm(b->peer);
	timeout_touch(b->peer);
	assert_left(b, 600);
}

static void test_absolute(void **state)
{
	struct bed *b = *state;

	enter(b);
	set(b, "exec-timeout/minutes", "0");
	set(b, "absolute-timeout", "2");
	assert_left(b, 100); /* the warning comes first */
	b->peer->line->since_ms -= 90000;
	timeout_touch(b->peer);
	assert_left(b, 10);
	b->peer->line->since_ms -= 10000;
	timeout_touch(b->peer);
	expect(b, IPC_MONITOR, "this session ends in 20 seconds");
	assert_left(b, 20);
	b->peer->line->since_ms -= 20000;
	timeout_touch(b->peer);
	expect(b, IPC_CLOSE, "% Line timeout expired");
}

static void test_no_warning(void **state)
{
	struct bed *b = *state;

	enter(b);
	set(b, "exec-timeout/minutes", "0");
	set(b, "logout-warning", "0");
	set(b, "absolute-timeout", "2");
	assert_left(b, 120);
	set(b, "logout-warning", "100000"); /* longer than all of it: at once */
	expect(b, IPC_MONITOR, "this session ends in 120 seconds");
	set(b, "absolute-timeout", "0");
	assert_int_equal(left(b), -1);
}

static void test_a_line_that_is_gone(void **state)
{
	struct bed *b = *state;
	const char *keys[] = { "vty", "0" };
	struct lyd_node *entry;
	struct txn *t;

	lines_release(b->core.lines, b->peer->line);
	terminal_attach(b->peer, lines_take(b->core.lines, LINE_VTY, "ssh", NULL, NULL));
	terminal_enter(b->peer);
	t = model_begin(b->core.model);
	assert_int_equal(txn_entry(t, NULL, "/ravelin-line:lines/line", keys, &entry, NULL), 0);
	assert_int_equal(txn_delete_node(t, entry, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
	expect(b, IPC_CLOSE, "% The line was removed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nobody_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_login, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_lowered_time_reaches_who_is_idle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_command_that_works_is_not_idle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_typing_starts_the_idle_time_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absolute, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_warning, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_line_that_is_gone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
