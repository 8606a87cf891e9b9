/* SPDX-License-Identifier: Apache-2.0
 *
 * test_alias.c: an alias stands for the beginning of a line, once, where its mode is; a blank before it, or a word that
 * only begins like it, is no alias.
 */
#include "table/bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void stands_for(struct bed *b, const char *typed, const char *meant)
{
	struct arena a;
	ptrdiff_t grown;
	struct str line;

	arena_init(&a, 0);
	line = cmd_alias(b->set, &b->place, str_of(typed), &a, &grown);
	assert_int_equal(line.n, strlen(meant));
	assert_memory_equal(line.p, meant, line.n);
	assert_int_equal(grown, (ptrdiff_t)strlen(meant) - (ptrdiff_t)strlen(typed));
	arena_release(&a);
}

/* What follows the word comes whole, whatever bytes it holds. */
static void takes_no_part(void **state)
{
	static const char typed[] = "s privilege\0 x";
	struct bed *b = *state;
	struct arena a;
	ptrdiff_t grown;
	struct str line;

	cmd_place_exec(b->set, &b->place);
	arena_init(&a, 0);
	line = cmd_alias(b->set, &b->place, (struct str){ (const uint8_t *)typed, sizeof typed - 1 }, &a, &grown);
	assert_int_equal(line.n, sizeof "show privilege\0 x" - 1);
	assert_memory_equal(line.p, "show privilege\0 x", line.n);
	arena_release(&a);
}

static int setup(void **state)
{
	static struct bed b;

	bed_init(&b);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	bed_release(*state);
	return 0;
}

static void own_aliases(void **state)
{
	struct bed *b = *state;

	assert_int_equal(bed_type(b, "alias exec srb show running-config | begin", NULL), 0);
	assert_int_equal(bed_type(b, "alias configure show hostname", NULL), 0);
	assert_int_equal(bed_type(b, "alias exec again again more", NULL), 0);
	assert_int_equal(bed_type(b, "alias line et exec-timeout", NULL), 0);
	stands_for(b, "srb line", "srb line"); /* not in this mode */
	stands_for(b, "show R2", "hostname R2");
	cmd_place_exec(b->set, &b->place);
	stands_for(b, "srb line", "show running-config | begin line");
	stands_for(b, "srb", "show running-config | begin");
	stands_for(b, " srb line", " srb line");
	stands_for(b, "sr line", "sr line");
	stands_for(b, "SRB line", "SRB line");
	stands_for(b, "again x", "again more x");
	stands_for(b, "", "");
	cmd_place_config(b->set, &b->place);
	assert_int_equal(bed_type(b, "line con 0", NULL), 0);
	stands_for(b, "et 5", "exec-timeout 5");
	stands_for(b, "show R2", "show R2");
	assert_int_equal(bed_type(b, "no alias line et", NULL), 0);
	stands_for(b, "et 5", "et 5");
}

static void built_in_aliases_are_those_of_commands_there_are(void **state)
{
	struct bed *b = *state;

	stands_for(b, "s x", "s x"); /* exec only */
	cmd_place_exec(b->set, &b->place);
	stands_for(b, "s ver", "show ver");
	stands_for(b, "lo", "logout");
	stands_for(b, "h", "help");
	stands_for(b, "r", "r"); /* nothing resumes here */
	cmd_place_config(b->set, &b->place);
	assert_int_equal(bed_type(b, "alias exec s show ip", NULL), 0);
	cmd_place_exec(b->set, &b->place);
	stands_for(b, "s ssh", "show ip ssh");
	assert_int_equal(bed_type(b, "show aliases", NULL), 0);
	cmd_aliases(&b->match, &b->out);
	assert_non_null(strstr(buf_cstr(&b->out), "Exec mode aliases:\n"));
	assert_non_null(strstr(buf_cstr(&b->out), "  s                     show ip\n"));
	assert_null(strstr(buf_cstr(&b->out), "  s                     show\n"));
	buf_clear(&b->out);
	assert_int_equal(bed_type(b, "show aliases line", NULL), 0);
	cmd_aliases(&b->match, &b->out);
	assert_int_equal(buf_len(&b->out), 0);
}

static void help_and_completion_know_them(void **state)
{
	struct bed *b = *state;

	assert_int_equal(bed_type(b, "alias exec shi show ip", NULL), 0);
	cmd_place_exec(b->set, &b->place);
	assert_string_equal(bed_help(b, "sh"), "*shi=\"show ip\"  show            \n\n");
	assert_non_null(strstr(bed_help(b, "shi "), "ssh"));
	assert_string_equal(bed_help(b, "shi s"), "ssh  \n\n");
	assert_string_equal(bed_complete(b, "shi s"), "sh ");
	assert_string_equal(bed_complete(b, "sho"), "w ");
	assert_non_null(strstr(bed_help(b, " shi "), "% Unrecognized command"));
}

static void too_long_is_left_alone(void **state)
{
	struct bed *b = *state;
	char line[CMD_LINE_MAX + 1];

	memset(line, 'x', CMD_LINE_MAX);
	memcpy(line, "s ", 2);
	line[CMD_LINE_MAX] = '\0';
	cmd_place_exec(b->set, &b->place);
	stands_for(b, line, line);
	line[CMD_LINE_MAX - 3] = '\0';
	assert_int_equal(bed_type(b, line, NULL), E_INVAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(own_aliases),
		TEST(takes_no_part),
		TEST(built_in_aliases_are_those_of_commands_there_are),
		TEST(help_and_completion_know_them),
		TEST(too_long_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
