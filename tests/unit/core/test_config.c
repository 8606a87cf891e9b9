/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: running-config is made in steps, of one state of the model, and also gets done while somebody changes it.
 */
#include "cmd/cmd.h"
#include "core/config/config.h"
#include "core/core.h"
#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOSTS 50000

static struct core core;

static void set_host(const char *name, const char *address)
{
	struct txn *t = model_begin(core.model);
	struct lyd_node *entry;
	struct errbuf e;

	assert_int_equal(txn_entry(t, NULL, "/ravelin-system:domain/host", (const char *[]){ name }, &entry, &e), 0);
	assert_int_equal(txn_set(t, entry, "address", address, &e), 0);
	assert_int_equal(txn_commit(t, &e), 0);
}

static int setup(void **state)
{
	char name[32];

	(void)state;
	if (model_new(&core.model, NULL) < 0 || cmd_set_new(&core.cmds, "ios", core.model, NULL) < 0)
		return -1;
	for (int i = 0; i < HOSTS; i++) {
		snprintf(name, sizeof name, "h%d", i);
		set_host(name, "192.0.2.1");
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cmd_set_free(core.cmds);
	model_free(core.model);
	return 0;
}

static size_t lines(const struct config_build *b)
{
	struct str s = buf_str(config_build_text(b));
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void test_one_state(void **state)
{
	struct config_build *b = config_build_new(&core, CMD_VIEW_WHOLE);
	char text[16] = "";
	bool first_done;
	size_t before;

	(void)state;
	assert_non_null(b);
	first_done = config_build_step(b);
	set_host("zz", "192.0.2.2"); /* what was made so far is of no use */
	while (!config_build_step(b))
		continue;
	assert_false(first_done);
	before = lines(b);
	assert_true(before > HOSTS);
	assert_non_null(memmem(buf_ptr(config_build_text(b)), buf_len(config_build_text(b)), "ip host zz ", 11));
	memcpy(text, buf_ptr(config_build_text(b)) + buf_len(config_build_text(b)) - 6, 6);
	assert_string_equal(text, "!\nend\n");
	config_build_free(b);
}

static void test_ends_under_changes(void **state)
{
	struct config_build *b = config_build_new(&core, CMD_VIEW_WHOLE);
	char address[32];
	int steps = 0;

	(void)state;
	assert_non_null(b);
	while (!config_build_step(b)) {
		snprintf(address, sizeof address, "192.0.2.%d", steps & 127);
		set_host("yy", address);
		assert_true(++steps < 100);
	}
	assert_true(steps > 0);
	assert_true(lines(b) > HOSTS);
	config_build_free(b);
}

static void test_given_up(void **state)
{
	struct config_build *b = config_build_new(&core, (struct cmd_view){ .level = 15, .all = true });

	(void)state;
	assert_false(config_build_step(b));
	config_build_free(b); /* the leak check of the sanitized run sees what stays */
	config_build_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_state),
		cmocka_unit_test(test_ends_under_changes),
		cmocka_unit_test(test_given_up),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
