/* SPDX-License-Identifier: Apache-2.0
 *
 * test_users.c: which method asks whom, who may have an EXEC with which privilege, and what a banner shows.
 */
#include "cmd/cmd.h"
#include "core/core.h"
#include "core/login/methods.h"
#include "core/login/servers.h"
#include "core/session/banner.h"
#include "lines/lines.h"
#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "change.h"
#include "keep.h"

static void set_top(struct core *core, const char *path, const char *value)
{
	change(core->model, NULL, NULL, path, value);
}

static void user(struct core *core, const char *name, const char *privilege)
{
	change(core->model, "/ravelin-system:users/user", (const char *[]){ name }, "privilege", privilege);
}

static void method(struct core *core, const char *list, const char *value)
{
	change(core->model, list, (const char *[]){ "default" }, "method", value);
}

static int setup(void **state)
{
	static struct core core;

	assert_int_equal(model_new(&core.model, NULL), 0);
	assert_int_equal(cmd_set_new(&core.cmds, "ios", core.model, NULL), 0); /* with it come the lines */
	core.lines = lines_new(core.model);
	core.servers = servers_new(&core);
	keep(core.servers);
	*state = &core;
	return 0;
}

static int teardown(void **state)
{
	struct core *core = *state;

	lines_free(core->lines);
	cmd_set_free(core->cmds);
	model_free(core->model);
	return 0;
}

static enum aaa_method login(const struct core *core, const struct line *line)
{
	struct method m = { .at = 0 };

	methods_login(core, line, &m);
	return m.is;
}

static enum aaa_method enable(const struct core *core, const struct line *line, unsigned level)
{
	struct method m = { .at = 0 };

	methods_enable(core, line, level, &m);
	return m.is;
}

static bool exec(const struct core *core, const char *name, bool console, unsigned *level)
{
	struct method m = { .at = 0 };

	methods_exec(core, console, &m);
	return methods_exec_says(core, m.is, methods_user(core, name, true), level);
}

static void login_on_the_console(void **state)
{
	struct core *core = *state;
	const struct line *con = lines_at(core->lines, 0);

	set_top(core, "/ravelin-aaa:aaa/new-model", "true");
	assert_int_equal(login(core, con), AAA_NONE); /* no list: nobody is locked out */
	method(core, "/ravelin-aaa:aaa/login", "group tacacs+");
	assert_int_equal(login(core, con), AAA_DENY);
	method(core, "/ravelin-aaa:aaa/login", "local");
	assert_int_equal(login(core, con), AAA_DENY); /* a database with nobody in it cannot be asked */
	user(core, "bob", "7");
	assert_int_equal(login(core, con), AAA_LOCAL);
	method(core, "/ravelin-aaa:aaa/login", "none");
	assert_int_equal(login(core, con), AAA_LOCAL);
}

static void a_list_that_is_not_there(void **state)
{
	static const char *const con0[] = { "con", "0" };
	struct core *core = *state;
	const struct line *con = lines_at(core->lines, 0);

	set_top(core, "/ravelin-aaa:aaa/new-model", "true");
	change(core->model, "/ravelin-line:lines/line", con0, "login", "list");
	change(core->model, "/ravelin-line:lines/line", con0, "login-list", "CON");
	assert_int_equal(login(core, con), AAA_DENY);
	user(core, "bob", "7");
	assert_int_equal(login(core, con), AAA_LOCAL);
	change(core->model, "/ravelin-aaa:aaa/login", (const char *[]){ "CON" }, "method", "none");
	assert_int_equal(login(core, con), AAA_NONE);
}

static void enable_methods(void **state)
{
	struct core *core = *state;
	const struct line *con = lines_at(core->lines, 0), *vty = lines_at(core->lines, 2);

	assert_int_equal(enable(core, con, 15), AAA_NONE);
	assert_int_equal(enable(core, vty, 15), AAA_DENY);
	change(core->model, "/ravelin-system:enable", (const char *[]){ "password", "15" }, "value", "x");
	assert_int_equal(enable(core, con, 15), AAA_ENABLE);
	assert_int_equal(enable(core, vty, 15), AAA_ENABLE);
	assert_int_equal(enable(core, vty, 7), AAA_DENY);
	assert_int_equal(enable(core, con, 7), AAA_DENY); /* not past the password of the level above */
	set_top(core, "/ravelin-aaa:aaa/enable/method", "none");
	assert_int_equal(enable(core, vty, 7), AAA_DENY); /* no new-model: the list does not count */
	set_top(core, "/ravelin-aaa:aaa/new-model", "true");
	assert_int_equal(enable(core, vty, 7), AAA_NONE);
}

static void exec_authorization(void **state)
{
	struct core *core = *state;
	unsigned level;

	user(core, "bob", "7");
	assert_true(exec(core, "bob", false, &level));
	assert_int_equal(level, 7);
	assert_true(exec(core, "nobody", false, &level));
	assert_int_equal(level, 1);
	set_top(core, "/ravelin-aaa:aaa/new-model", "true");
	assert_true(exec(core, "bob", false, &level)); /* no list: no authorization, no privilege */
	assert_int_equal(level, 1);
	method(core, "/ravelin-aaa:aaa/exec", "group radius");
	assert_false(exec(core, "bob", false, &level));
	assert_int_equal(level, 1);
	assert_true(exec(core, "bob", true, &level)); /* not on the console … */
	method(core, "/ravelin-aaa:aaa/exec", "local");
	assert_true(exec(core, "bob", false, &level));
	assert_int_equal(level, 7);
	assert_false(exec(core, "nobody", false, &level));
	assert_true(exec(core, "bob", true, &level));
	assert_int_equal(level, 1);
	set_top(core, "/ravelin-aaa:aaa/console", "true"); /* … unless it is asked for */
	assert_true(exec(core, "bob", true, &level));
	assert_int_equal(level, 7);
	assert_false(exec(core, "", true, &level));
}

/* A group without servers cannot be asked; with one, the list stops there, and goes on behind it. */
static void lists_with_servers(void **state)
{
	struct core *core = *state;
	struct method m = { .at = 0 };

	set_top(core, "/ravelin-aaa:aaa/new-model", "true");
	method(core, "/ravelin-aaa:aaa/login", "group tacacs+");
	method(core, "/ravelin-aaa:aaa/login", "tacacs+");
	method(core, "/ravelin-aaa:aaa/login", "local");
	methods_ssh(core, &m);
	assert_int_equal(m.is, AAA_LOCAL);
	change(core->model, "/ravelin-servers:tacacs/host", (const char *[]){ "192.0.2.1" }, NULL, NULL);
	m = (struct method){ .at = 0 };
	methods_ssh(core, &m);
	assert_int_equal(m.is, AAA_SERVERS);
	assert_string_equal(m.group, "tacacs+");
	methods_ssh(core, &m);
	assert_int_equal(m.is, AAA_SERVERS);
	methods_ssh(core, &m);
	assert_int_equal(m.is, AAA_LOCAL);
	methods_ssh(core, &m);
	assert_int_equal(m.is, AAA_DENY);
	assert_int_equal(methods_ssh_local(core), AAA_LOCAL);
}

static void names_of_users(void **state)
{
	struct core *core = *state;

	user(core, "Bob", "7");
	assert_non_null(methods_user(core, "bob", false));
	assert_null(methods_user(core, "bob", true));
	user(core, "bob", "3");
	assert_string_equal(model_below(methods_user(core, "bob", false), "privilege"), "3");
	assert_null(methods_user(core, "", false));
	assert_null(methods_user(core, "']|//*['", false));
}

static const char *shown(struct core *core, const char *text, const struct line *line, struct buf *out)
{
	set_top(core, "/ravelin-system:banner/motd", text);
	buf_clear(out);
	banner_put(core, "motd", line, out);
	return buf_cstr(out);
}

static void banner_tokens(void **state)
{
	struct core *core = *state;
	struct line *vty = lines_at(core->lines, 2);
	struct buf out;

	buf_init(&out, 0);
	banner_put(core, "motd", vty, &out);
	assert_int_equal(buf_len(&out), 0);
	set_top(core, "/ravelin-system:hostname", "R1");
	assert_string_equal(shown(core, "$(hostname).$(domain)!", vty, &out), "R1.!\n");
	set_top(core, "/ravelin-system:domain/name", "example.com");
	change(core->model, "/ravelin-line:lines/line", (const char *[]){ "vty", "0" }, "location", "rack 4");
	assert_string_equal(shown(core, "$(hostname).$(domain) line $(line) ($(line-desc))", vty, &out),
			    "R1.example.com line 2 (rack 4)\n");
	assert_string_equal(shown(core, "$(line)$(line-desc)x", NULL, &out), "x\n");
	assert_string_equal(shown(core, "$ $( $(host) $$(hostname $(HOSTNAME)", vty, &out),
			    "$ $( $(host) $$(hostname $(HOSTNAME)\n");
	assert_string_equal(shown(core, "gr\303\274\303\237 $", vty, &out), "gr\303\274\303\237 $\n");
	buf_release(&out);
}

static void banners_are_bounded(void **state)
{
	struct core *core = *state;
	char text[4096 * 3 + 1], domain[254];
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < 4096; i++)
		memcpy(text + 3 * i, "\342\202\254", 3); /* the euro sign: a character of three bytes */
	text[sizeof text - 1] = '\0';
	assert_int_equal(strlen(shown(core, text, NULL, &out)), sizeof text);
	set_top(core, "/ravelin-system:hostname", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk");
	text[0] = '\0';
	for (size_t i = 0; i < 372; i++)
		memcpy(text + 11 * i, "$(hostname)", 12);
	assert_int_equal(strlen(shown(core, text, NULL, &out)), 372 * 63 + 1);
	memset(domain, 'd', sizeof domain - 1);
	domain[sizeof domain - 1] = '\0';
	set_top(core, "/ravelin-system:domain/name", domain);
	for (size_t i = 0; i < 455; i++)
		memcpy(text + 9 * i, "$(domain)", 10);
	assert_in_range(strlen(shown(core, text, NULL, &out)), BANNER_SHOWN_MAX, BANNER_SHOWN_MAX + 256);
	buf_release(&out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(login_on_the_console), TEST(a_list_that_is_not_there), TEST(enable_methods),
		TEST(exec_authorization),   TEST(lists_with_servers),       TEST(names_of_users),
		TEST(banner_tokens),        TEST(banners_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
