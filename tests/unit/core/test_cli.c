/* SPDX-License-Identifier: Apache-2.0
 *
 * test_cli.c: a command ends exactly once, and giving up the console's login ends the session instead of opening it.
 */
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/cli.h"
#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static unsigned done, asked, told;
static unsigned last_status;

static void on_out(struct cli *sh, struct str bytes)
{
	(void)sh;
	told += memmem(bytes.p, bytes.n, "Kept for configuration only", 27) != NULL;
}

static void on_progress(struct cli *sh, const char *text)
{
	(void)sh;
	(void)text;
}

static void on_ask(struct cli *sh, const char *prompt, bool echo, enum ipc_ask kind)
{
	(void)sh;
	(void)prompt;
	(void)echo;
	(void)kind;
	asked++;
}

static void on_done(struct cli *sh, unsigned status)
{
	(void)sh;
	done++;
	last_status = status;
}

static const struct cli_ops ops = { .out = on_out, .progress = on_progress, .ask = on_ask, .done = on_done };

static void nothing(const void *run)
{
	(void)run;
}

/* Waits for work elsewhere, as for a helper. */
static int waits_for_work(struct run *run)
{
	run->abandon = nothing;
	return RUN_WAIT;
}

static int asks_then_works(struct run *run)
{
	if (run->step == 0)
		return run_ask(run, 1, false, ASK_LINE, "Password: ");
	if (run->cancelled)
		return RUN_FAILED;
	return waits_for_work(run);
}

static int setup(void **state)
{
	static struct core core;

	TAILQ_INIT(&core.peers);
	core.log = syslog_new(-1, &core.clock);
	syslog_booted(core.log);
	assert_int_equal(model_new(&core.model, NULL), 0);
	assert_int_equal(cmd_set_new(&core.cmds, "ios", core.model, NULL), 0);
	*state = &core;
	return 0;
}

static int teardown(void **state)
{
	struct core *core = *state;

	cmd_set_free(core->cmds);
	model_free(core->model);
	syslog_free(core->log);
	return 0;
}

static void fresh(struct cli *sh, void **state)
{
	cli_init(sh, *state, &ops);
	done = asked = told = 0;
}

static void test_interrupted_login_ends_the_session(void **state)
{
	struct cli sh;

	fresh(&sh, state);
	assert_int_equal(cli_internal(&sh, waits_for_work), 0);
	cli_cancel(&sh);
	assert_int_equal(done, 1);
	assert_int_equal(last_status, 1);
	assert_true(sh.leave);
	assert_null(sh.run);
}

static void test_interrupted_after_the_password(void **state)
{
	struct cli sh;

	fresh(&sh, state);
	assert_int_equal(cli_internal(&sh, asks_then_works), 0);
	assert_int_equal(asked, 1);
	assert_int_equal(cli_answer(&sh, false, STR("guess")), 0);
	assert_int_equal(done, 0);
	cli_cancel(&sh);
	assert_int_equal(done, 1);
	assert_true(sh.leave);
}

static void test_nothing_runs_beside_a_command(void **state)
{
	struct cli sh;

	fresh(&sh, state);
	assert_int_equal(cli_internal(&sh, waits_for_work), 0);
	assert_int_equal(cli_command(&sh, STR("exit")), E_BUSY);
	assert_int_equal(cli_answer(&sh, false, STR("unasked")), E_STATE);
	assert_int_equal(done, 0);
	cli_release(&sh);
	assert_int_equal(done, 0);
}

static void test_a_wrong_line_ends_with_status_1(void **state)
{
	struct cli sh;

	fresh(&sh, state);
	assert_int_equal(cli_command(&sh, STR("no such thing")), 0);
	assert_int_equal(done, 1);
	assert_int_equal(last_status, 1);
	assert_int_equal(cli_command(&sh, STR("")), 0);
	assert_int_equal(done, 2);
	assert_int_equal(last_status, 0);
	cli_cancel(&sh); /* nothing runs: nothing happens */
	assert_int_equal(done, 2);
}

/* What acts on nothing says so once, to a person who types it. */
static void test_kept_rows_say_so(void **state)
{
	static const struct {
		const char *line;
		bool interactive, ahead;
		unsigned told; /* so far */
	} cases[] = {
		{ "ip classless", false, false, 0 }, /* a file */
		{ "ip classless", true, true, 0 },   /* a paste */
		{ "ip classless", true, false, 1 },  { "no ip classless", true, false, 1 },
		{ "ip cef", true, false, 2 },        { "hostname R2", true, false, 2 },
	};
	struct cli sh;

	fresh(&sh, state);
	cmd_place_config(sh.core->cmds, &sh.place);
	sh.level = 15;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sh.interactive = cases[i].interactive;
		sh.ahead = cases[i].ahead;
		assert_int_equal(cli_command(&sh, str_of(cases[i].line)), 0);
		assert_int_equal(done, i + 1);
		assert_int_equal(last_status, 0);
		assert_int_equal(told, cases[i].told);
	}
	cli_release(&sh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupted_login_ends_the_session),
		cmocka_unit_test(test_interrupted_after_the_password),
		cmocka_unit_test(test_nothing_runs_beside_a_command),
		cmocka_unit_test(test_a_wrong_line_ends_with_status_1),
		cmocka_unit_test(test_kept_rows_say_so),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
