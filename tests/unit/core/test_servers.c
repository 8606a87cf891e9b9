/* SPDX-License-Identifier: Apache-2.0
 *
 * test_servers.c: a server that does not answer is left out for its dead time and no longer, as the criteria say, and
 * probed when it has been idle or dead. Time passes by moving what is remembered of it into the past.
 */
#include "cmd/cmd.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/servers_private.h"
#include "lines/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keep.h"

#define MINUTE 60000u

static struct core core;

static void set(const char *path, const char *value)
{
	static const char *const name[] = { "R" };
	struct txn *t = model_begin(core.model);
	struct lyd_node *entry = NULL;

	if (path[0] != '/')
		assert_int_equal(txn_entry(t, NULL, "/ravelin-servers:radius/server", name, &entry, NULL), 0);
	assert_int_equal(txn_set(t, entry, path, value, NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
}

static int setup(void **state)
{
	core = (struct core){ .booted = true };
	assert_int_equal(model_new(&core.model, NULL), 0);
	assert_int_equal(cmd_set_new(&core.cmds, "ios", core.model, NULL), 0);
	core.lines = lines_new(core.model);
	core.log = syslog_new(-1, &core.clock);
	core.servers = servers_new(&core);
	keep(core.servers);
	set("address/ipv4", "192.0.2.1");
	set("key/value", "cisco");
	*state = TAILQ_FIRST(&core.servers->list);
	assert_non_null(*state);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	syslog_free(core.log);
	lines_free(core.lines);
	cmd_set_free(core.cmds);
	model_free(core.model);
	return 0;
}

static void dead_time(void **state)
{
	struct server *s = *state;

	server_failed(core.servers, s, "silent", false);
	assert_false(server_dead(s)); /* none is configured */
	assert_true(s->down);
	set("/ravelin-servers:radius/deadtime", "2");
	server_failed(core.servers, s, "silent", false);
	assert_true(server_dead(s));
	assert_in_range(s->dead_until_ms - clock_now_ms(), 2 * MINUTE - 1000, 2 * MINUTE);
	s->dead_until_ms = clock_now_ms(); /* two minutes later */
	assert_false(server_dead(s));
	server_failed(core.servers, s, "silent", false);
	assert_true(server_dead(s));
	server_answered(core.servers, s);
	assert_false(server_dead(s));
	assert_false(s->down);
	server_failed(core.servers, s, "nobody listens", true);
	assert_false(server_dead(s)); /* whose host says so is found again at once */
	assert_true(s->down);
}

static void criteria(void **state)
{
	struct server *s = *state;

	set("/ravelin-servers:radius/deadtime", "2");
	set("/ravelin-servers:radius/dead-criteria/time", "10");
	set("/ravelin-servers:radius/dead-criteria/tries", "3");
	s->asker = (struct asker *)s; /* it was asked; not looked at */
	server_answered(core.servers, s);
	s->unheard = 3;
	server_failed(core.servers, s, "silent", false);
	assert_false(server_dead(s) || s->down); /* not for so long */
	s->heard_ms -= 10000;
	s->unheard = 2;
	server_failed(core.servers, s, "silent", false);
	assert_false(server_dead(s) || s->down); /* not so often */
	s->unheard = 3;
	server_failed(core.servers, s, "silent", false);
	assert_true(server_dead(s) && s->down);
	s->asker = NULL;
}

static void probes(void **state)
{
	struct server *s = *state;
	uint64_t now = clock_now_ms();

	assert_int_equal(probe_due_ms(s), 0);
	set("automate-tester/username", "probe");
	assert_int_equal(probe_due_ms(s), 1); /* at once */
	s->asked_ms = now;
	assert_int_equal(probe_due_ms(s), now + 60 * MINUTE);
	set("automate-tester/idle-time", "5");
	assert_int_equal(probe_due_ms(s), now + 5 * MINUTE);
	s->probing = 1;
	assert_int_equal(probe_due_ms(s), 0);
	s->probing = 0;
	s->dead_until_ms = now + 3 * MINUTE;
	assert_int_equal(probe_due_ms(s), now + 3 * MINUTE);
	s->dead_until_ms = now - 1;
	assert_int_equal(probe_due_ms(s), now + MINUTE); /* one that fails is not followed by one at once */
	assert_false(server_dead(s));
	set("automate-tester/probe-on", "true");
	assert_true(server_dead(s)); /* until it answers */
	server_answered(core.servers, s);
	assert_false(server_dead(s));
	assert_int_equal(probe_due_ms(s), 0);
	set("address/ipv4", "192.0.2.2");
	assert_int_equal(probe_due_ms(s), 1); /* another server */
	s->key[0] = '\0';
	assert_int_equal(probe_due_ms(s), 0); /* nobody asks it */
}

static void its_way(void **state)
{
	static const char *const group[] = { "G" };
	struct txn *t = model_begin(core.model);
	struct lyd_node *entry, *member;

	assert_string_equal(server_group(&core, *state), "radius");
	assert_int_equal(txn_entry(t, NULL, "/ravelin-servers:radius/group", group, &entry, NULL), 0);
	assert_int_equal(txn_entry(t, entry, "member", (const char *[]){ "R" }, &member, NULL), 0);
	assert_int_equal(txn_set(t, member, "named", "true", NULL), 0);
	assert_int_equal(txn_commit(t, NULL), 0);
	assert_string_equal(server_group(&core, *state), "G");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(dead_time), TEST(criteria), TEST(probes), TEST(its_way) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
