/* SPDX-License-Identifier: Apache-2.0
 *
 * test_privilege.c: `privilege exec level` moves a command and the words before it to another level, and back.
 */
#include "table/bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool may(struct bed *b, unsigned level, const char *line)
{
	struct cmd_place here = b->place;
	int rc;

	cmd_place_exec(b->set, &b->place);
	b->level = level;
	rc = bed_type(b, line, NULL);
	b->level = 15;
	b->place = here;
	return !rc;
}

static void commands_move(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_true(may(&b, 1, "show version"));
	assert_false(may(&b, 1, "show running-config"));
	assert_false(may(&b, 14, "show running-config"));
	assert_int_equal(bed_type(&b, "privilege exec level 1 sh run", NULL), 0);
	assert_non_null(strstr(bed_show(&b, false), "privilege exec level 1 show running-config\n"));
	assert_true(may(&b, 1, "show running-config"));
	assert_false(may(&b, 1, "show startup-config"));
	assert_int_equal(bed_type(&b, "no privilege exec level 1 show running-config", NULL), 0);
	assert_false(may(&b, 1, "show running-config"));
	bed_release(&b);
}

static void parents_move_along(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(bed_type(&b, "privilege exec level 7 configure terminal", NULL), 0);
	assert_true(may(&b, 7, "configure terminal"));
	assert_false(may(&b, 6, "configure terminal"));
	assert_int_equal(bed_type(&b, "privilege exec level 5 show ip ssh", NULL), 0);
	assert_false(may(&b, 4, "show version")); /* show itself is at 5 now */
	assert_true(may(&b, 5, "show version"));
	assert_int_equal(bed_type(&b, "privilege exec level 1 show", NULL), 0); /* set itself, it stays */
	assert_true(may(&b, 1, "show version"));
	assert_false(may(&b, 4, "show ip ssh"));
	assert_false(may(&b, 14, "show running-config")); /* its own level holds */
	bed_release(&b);
}

static void configuration_commands_move(void **state)
{
	struct bed b;

	bed_init(&b);
	b.level = 5;
	assert_int_equal(bed_type(&b, "hostname R2", NULL), E_INVAL);
	b.level = 15;
	assert_int_equal(bed_type(&b, "privilege configure level 5 hostname", NULL), 0);
	b.level = 5;
	assert_int_equal(bed_type(&b, "hostname R2", NULL), 0);
	assert_int_equal(bed_type(&b, "ip ssh version 2", NULL), E_INVAL);
	assert_int_equal(bed_type(&b, "exit", NULL), 0);
	bed_release(&b);
}

static void a_word_alone_takes_what_follows(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(bed_type(&b, "privilege exec level 3 copy", NULL), 0);
	assert_true(may(&b, 3, "copy running-config startup-config"));
	assert_int_equal(bed_type(&b, "privilege exec level 9 show", NULL), 0);
	assert_false(may(&b, 8, "show version"));
	assert_false(may(&b, 9, "show running-config"));
	bed_release(&b);
}

static void all_takes_everything_behind_it(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(bed_type(&b, "privilege exec all level 5 show", NULL), 0);
	assert_non_null(strstr(bed_show(&b, false), "privilege exec all level 5 show\n"));
	assert_true(may(&b, 5, "show running-config")); /* 15 of its own */
	assert_true(may(&b, 5, "show ip ssh"));
	assert_false(may(&b, 4, "show version"));
	assert_int_equal(bed_type(&b, "privilege exec level 9 show running-config", NULL), 0);
	assert_false(may(&b, 8, "show running-config"));
	assert_true(may(&b, 5, "show startup-config"));
	assert_int_equal(bed_type(&b, "privilege exec all level 2 show ip", NULL), 0); /* show itself stays at 5 */
	assert_true(may(&b, 5, "show ip ssh"));
	assert_false(may(&b, 4, "show ip ssh"));
	assert_int_equal(bed_type(&b, "privilege exec level 5 show", NULL), 0); /* without all again */
	assert_false(may(&b, 14, "show startup-config"));
	bed_release(&b);
}

static void reset_takes_an_override_back(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(bed_type(&b, "privilege exec level 1 show running-config", NULL), 0);
	assert_int_equal(bed_type(&b, "privilege exec reset show startup-config", NULL), 0); /* another */
	assert_true(may(&b, 1, "show running-config"));
	assert_int_equal(bed_type(&b, "privilege exec reset sh run", NULL), 0);
	assert_false(may(&b, 14, "show running-config"));
	assert_null(strstr(bed_show(&b, false), "privilege"));
	assert_int_equal(bed_type(&b, "no privilege exec reset show", NULL), E_INVAL);
	bed_release(&b);
}

static void sub_modes_have_levels_too(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(bed_type(&b, "privilege configure level 5 line", NULL), 0);
	assert_int_equal(bed_type(&b, "privilege line level 5 location", NULL), 0);
	assert_int_equal(bed_type(&b, "privilege interface all level 5 ip", NULL), 0);
	b.level = 5;
	assert_int_equal(bed_type(&b, "line vty 0 4", NULL), 0);
	assert_int_equal(bed_type(&b, "location here", NULL), 0);
	assert_int_equal(bed_type(&b, "exec-timeout 1 0", NULL), E_INVAL);
	assert_null(strstr(bed_help(&b, ""), "exec-timeout"));
	assert_int_equal(bed_type(&b, "interface Loopback0", NULL), E_INVAL);
	b.level = 15;
	assert_int_equal(bed_type(&b, "interface Loopback0", NULL), 0);
	b.level = 5;
	assert_int_equal(bed_type(&b, "ip proxy-arp", NULL), 0);
	assert_int_equal(bed_type(&b, "shutdown", NULL), E_INVAL);
	bed_release(&b);
}

static void unknown_commands_are_refused(void **state)
{
	static const struct {
		const char *line;
		size_t column;
	} cases[] = {
		{ "privilege exec level 2 frobnicate", 23 },   { "privilege exec level 2 show  nonsense", 29 },
		{ "privilege line level 2 show version", 23 }, { "privilege exec level 2 terminal length 9999", 39 },
		{ "privilege exec reset nonsense", 21 },       { "no privilege exec level 2 nonsense", 26 },
	};
	struct bed b;

	bed_init(&b);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(bed_type(&b, cases[i].line, NULL), E_INVAL);
		assert_int_equal(b.err.kind, CMD_ERR_INVALID);
		assert_int_equal(b.err.column, cases[i].column);
	}
	assert_null(strstr(bed_show(&b, false), "privilege"));
	assert_int_equal(bed_type(&b, "privilege exec level 2 terminal length 99", NULL), 0);
	assert_int_equal(bed_type(&b, "privilege configure level 2 interface Loopback", NULL), 0);
	bed_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_move),
		cmocka_unit_test(parents_move_along),
		cmocka_unit_test(configuration_commands_move),
		cmocka_unit_test(a_word_alone_takes_what_follows),
		cmocka_unit_test(all_takes_everything_behind_it),
		cmocka_unit_test(reset_takes_an_override_back),
		cmocka_unit_test(sub_modes_have_levels_too),
		cmocka_unit_test(unknown_commands_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
