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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_move),
		cmocka_unit_test(parents_move_along),
		cmocka_unit_test(configuration_commands_move),
		cmocka_unit_test(a_word_alone_takes_what_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
