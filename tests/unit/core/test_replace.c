/* SPDX-License-Identifier: Apache-2.0
 *
 * test_replace.c: a configuration is replaced whole or not at all, whatever comes between; and a change that nobody
 * confirms goes back.
 */
#include "../../fuzz/core_bed.h"

#include "core/config/config.h"
#include "core/config/loader.h"
#include "core/config/overlap.h"
#include "core/config/replace.h"
#include "core/config/revert.h"
#include "core/login/passwords.h"
#include "core/session/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define OLD  "hostname OLD\nip host a 192.0.2.1\nline vty 0 4\n exec-timeout 1 0\n"
#define NEW  "hostname NEW\nip host b 192.0.2.2\nline vty 0 2\n exec-timeout 2 0\n"
#define LONG 5000

static struct core core;

struct end {
	bool over, done;
	size_t changes;
	unsigned refused;
	char words[256], message[256];
};

static void on_refused(void *arg, const char *message)
{
	struct end *end = arg;

	snprintf(end->message, sizeof end->message, "%s", message);
}

static void on_ended(void *arg, bool done, size_t changes, unsigned refused, const char *words)
{
	struct end *end = arg;

	assert_false(end->over);
	end->over = true;
	end->done = done;
	end->changes = changes;
	end->refused = refused;
	snprintf(end->words, sizeof end->words, "%s", words);
}

static const struct replace_events events = { on_refused, on_ended };

static struct replace *begin(const char *text, bool lock, struct end *end, struct errbuf *e)
{
	*end = (struct end){ 0 };
	return replace_begin(&core, NULL, "flash0:/x", str_of(text), "the test", "tester", lock, &events, end, e);
}

static void turn(void)
{
	event_base_loop(core.base, EVLOOP_ONCE);
}

static struct end replaced(const char *text)
{
	struct errbuf e = { "" };
	struct end end;

	assert_non_null(begin(text, true, &end, &e));
	while (!end.over)
		turn();
	event_base_loop(core.base, EVLOOP_NONBLOCK);
	return end;
}

/* running-config without when it was changed. */
static const char *running(void)
{
	static struct buf text;
	struct cmd_render *r;

	buf_release(&text);
	buf_init(&text, 0);
	r = cmd_render_new(core.cmds, CMD_VIEW_WHOLE, &text);
	while (!cmd_render_step(r))
		continue;
	cmd_render_free(r);
	return buf_cstr(&text);
}

static void is_running(const char *line)
{
	if (!strstr(running(), line))
		print_error("not in running-config: %s\n%s", line, running());
	assert_non_null(strstr(running(), line));
}

/* --- a shell that somebody else types on --- */

static struct buf said;
static void out(struct cli *sh, struct str bytes)
{
	(void)sh;
	buf_put(&said, bytes.p, bytes.n);
}

static void done(struct cli *sh, unsigned status)
{
	(void)sh;
	(void)status;
}

static const struct cli_ops ops = { .out = out, .done = done };

static void types(const char *line)
{
	struct cli sh;

	buf_release(&said);
	buf_init(&said, 0);
	cli_init(&sh, &core, &ops);
	cmd_place_config(core.cmds, &sh.place);
	sh.level = 15;
	assert_int_equal(cli_command(&sh, str_of(line)), 0);
	assert_null(sh.run);
	cli_release(&sh);
}

static int setup(void **state)
{
	struct errbuf e = { "" };

	(void)state;
	if (core.base)
		return 0;
	bed_start(&core);
	syslog_booted(core.log);
	return overlap_new(&core.overlap, core.model, &e) < 0 || passwords_guard(&core) < 0;
}

static void whole_or_not_at_all(void **state)
{
	char before[4096];
	struct end end;

	(void)state;
	end = replaced(OLD);
	assert_true(end.done && end.changes > 0);
	is_running("hostname OLD\n");
	snprintf(before, sizeof before, "%s", running());
	end = replaced("hostname NEW\nbogus line\nip host b 192.0.2.2\ncrypto key zeroize rsa\ndo reload\n");
	assert_false(end.done);
	assert_int_equal(end.refused, 3);
	assert_string_equal(end.message, "flash0:/x line 5: % Not a line of a configuration: \"do ...\"");
	assert_string_equal(running(), before);
	end = replaced(NEW);
	assert_true(end.done && !end.refused);
	is_running("hostname NEW\n");
	is_running("ip host b 192.0.2.2\n");
	assert_null(strstr(running(), "ip host a"));
	is_running("line vty 0 2\n exec-timeout 2 0\n");
	assert_null(strstr(running(), "exec-timeout 1 0"));
	end = replaced(NEW);
	assert_true(end.done && end.changes == 0);
	assert_non_null(strstr(core.last_change, " by tester"));
}

/* A configuration of many lines, so that it takes many turns. */
static void long_text(struct buf *text, const char *name)
{
	buf_init(text, 0);
	buf_printf(text, "hostname %s\n", name);
	for (int i = 0; i < LONG; i++)
		buf_printf(text, "ip host %s%d 192.0.2.1\n", name, i);
}

static void given_up_at_any_turn(void **state)
{
	struct buf text;
	struct errbuf e;
	struct end end = { 0 };

	(void)state;
	long_text(&text, "BIG");
	for (int turns = 0; !end.over; turns += 7) {
		struct replace *r = (replaced(OLD), begin(buf_cstr(&text), true, &end, &e));

		for (int i = 0; i < turns && !end.over; i++)
			turn();
		if (!end.over)
			replace_abandon(r);
		event_base_loop(core.base, EVLOOP_NONBLOCK);
		is_running(end.over ? "hostname BIG\n" : "hostname OLD\n");
		assert_true(!strstr(running(), "ip host BIG") == !end.over);
		assert_false(replace_locks(&core, &e));
	}
	buf_release(&text);
}

static void one_at_a_time(void **state)
{
	struct end first, second;
	struct errbuf e = { "" };

	(void)state;
	replaced(OLD);
	assert_non_null(begin(NEW, true, &first, &e));
	assert_null(begin(OLD, true, &second, &e));
	assert_string_equal(e.text, "the configuration is being replaced by the test");
	types("hostname OTHER");
	assert_non_null(
	    strstr(buf_cstr(&said), "% Configuration mode is locked: the test replaces the configuration."));
	while (!first.over)
		turn();
	is_running("hostname NEW\n");
	types("hostname OTHER");
	is_running("hostname OTHER\n");
}

/* Without the lock somebody's lines come between, and are replaced. */
static void lines_that_come_between(void **state)
{
	struct end end;
	struct errbuf e = { "" };
	struct buf text;
	char line[64];

	(void)state;
	replaced(OLD);
	long_text(&text, "BIG");
	assert_non_null(begin(buf_cstr(&text), false, &end, &e));
	for (unsigned i = 0; !end.over; i++) {
		snprintf(line, sizeof line, "ip host between%u 192.0.2.9", i);
		types(line);
		turn();
	}
	assert_true(end.done);
	is_running("hostname BIG\n");
	assert_null(strstr(running(), "between0 "));
	buf_release(&text);
}

static void addresses_change_places(void **state)
{
	struct end end;

	(void)state;
	replaced("interface Ethernet0/0\n ip address 10.1.1.1 255.255.255.0\n no shutdown\n"
		 "interface Ethernet0/1\n ip address 10.2.2.1 255.255.255.0\n no shutdown\n");
	end = replaced("interface Ethernet0/0\n ip address 10.2.2.1 255.255.255.0\n no shutdown\n"
		       "interface Ethernet0/1\n ip address 10.1.1.1 255.255.255.0\n no shutdown\n");
	assert_true(end.done);
	assert_string_equal(end.words, "");
	is_running("interface Ethernet0/0\n ip address 10.2.2.1 ");
	end = replaced("interface Ethernet0/0\n ip address 10.9.9.1 255.255.255.0\n no shutdown\n"
		       "interface Ethernet0/1\n ip address 10.9.9.2 255.255.255.0\n no shutdown\n");
	assert_false(end.done);
	assert_non_null(strstr(end.words, "10.9.9.0 overlaps with Ethernet0/"));
	is_running("interface Ethernet0/0\n ip address 10.2.2.1 ");
	types("interface Ethernet0/2"); /* what is up is known as it was */
	replaced("interface Ethernet0/0\n ip address 10.9.9.1 255.255.255.0\n no shutdown\n");
	is_running("ip address 10.9.9.1 ");
	end = replaced(OLD);
	assert_true(end.done);
}

static void passwords_are_hidden_as_when_they_are_typed(void **state)
{
	(void)state;
	assert_true(replaced("service password-encryption\nline con 0\n password secret\n").done);
	is_running(" password 7 ");
	assert_null(strstr(running(), "secret"));
	replaced(OLD);
}

/* --- what is to be confirmed --- */

static int schedule(uint64_t ms, struct errbuf *e)
{
	char before[4096];
	struct revert_plan plan = { .ms = ms, .by = "the test", .user = "tester", .name = "flash0:/back-1" };

	snprintf(before, sizeof before, "%s", running());
	plan.text = str_of(before);
	return revert_schedule(&core, &plan, e);
}

static void it_goes_back_by_itself(void **state)
{
	struct errbuf e = { "" };
	struct end end;

	(void)state;
	replaced(OLD);
	assert_int_equal(schedule(20, &e), 0);
	assert_int_equal(schedule(20, &e), E_EXISTS);
	assert_string_equal(revert_pending(&core), "flash0:/back-1");
	types("hostname EDITED");
	types("no ip host a");
	assert_non_null(begin(NEW, true, &end, &e)); /* it is not disturbed, and then goes back all the same */
	while (revert_pending(&core))
		turn();
	assert_true(end.done);
	is_running("hostname OLD\n");
	is_running("ip host a 192.0.2.1\n");
}

static void not_when_it_is_confirmed(void **state)
{
	struct errbuf e = { "" };
	struct buf shown;

	(void)state;
	replaced(OLD);
	assert_int_equal(revert_confirm(&core, "the test"), E_NOTFOUND);
	assert_int_equal(revert_retime(&core, 1, "the test"), E_NOTFOUND);
	assert_int_equal(schedule(1, &e), 0);
	assert_int_equal(revert_retime(&core, 5 * 60000, "the test"), 0);
	buf_init(&shown, 0);
	revert_show(&core, &shown);
	assert_non_null(strstr(buf_cstr(&shown), "Timer value: 5 min\nUser: tester\n"));
	buf_release(&shown);
	types("hostname KEPT");
	assert_int_equal(revert_confirm(&core, "the test"), 0);
	assert_null(revert_pending(&core));
	event_base_loop(core.base, EVLOOP_NONBLOCK);
	is_running("hostname KEPT\n");
}

static void now_and_nobody_waits(void **state)
{
	struct errbuf e = { "" };
	struct end end = { 0 };

	(void)state;
	replaced(OLD);
	assert_int_equal(revert_now(&core, &events, &end, &e), E_NOTFOUND);
	assert_int_equal(schedule(60000, &e), 0);
	types("hostname AWAY");
	assert_int_equal(revert_now(&core, &events, &end, &e), 0);
	assert_int_equal(revert_now(&core, &events, &end, &e), E_BUSY);
	assert_int_equal(revert_confirm(&core, "the test"), E_BUSY);
	revert_forget(&core, &end);
	while (revert_pending(&core))
		turn();
	assert_false(end.over);
	is_running("hostname OLD\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(whole_or_not_at_all, setup),
		cmocka_unit_test_setup(given_up_at_any_turn, setup),
		cmocka_unit_test_setup(one_at_a_time, setup),
		cmocka_unit_test_setup(lines_that_come_between, setup),
		cmocka_unit_test_setup(addresses_change_places, setup),
		cmocka_unit_test_setup(passwords_are_hidden_as_when_they_are_typed, setup),
		cmocka_unit_test_setup(it_goes_back_by_itself, setup),
		cmocka_unit_test_setup(not_when_it_is_confirmed, setup),
		cmocka_unit_test_setup(now_and_nobody_waits, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
