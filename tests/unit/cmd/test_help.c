/* SPDX-License-Identifier: Apache-2.0
 *
 * test_help.c: `?` lists what may follow, and Tab makes the last word whole when there is one way to.
 */
#include "table/bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct bed));
	bed_init(*state);
	return 0;
}

static int teardown(void **state)
{
	bed_release(*state);
	free(*state);
	return 0;
}

static void after_a_blank(void **state)
{
	struct bed *b = *state;

	assert_string_equal(bed_help(b, "username x password "),
			    "  0     Specifies an UNENCRYPTED password will follow\n"
			    "  7     Specifies a HIDDEN password will follow\n"
			    "  LINE  The UNENCRYPTED (cleartext) user password\n\n");
	assert_string_equal(bed_help(b, "ip ssh time-out "), "  <1-120>  SSH time-out interval (secs)\n\n");
	assert_string_equal(bed_help(b, "hostname R1 "), "  <cr>\n\n");
	assert_string_equal(bed_help(b, "aaa authentication login "),
			    "  WORD     Named authentication list.\n"
			    "  default  The default authentication list.\n\n");
	assert_string_equal(bed_help(b, "ip host x 10.0.0.1 "), "  A.B.C.D  Host IP address\n"
								"  <cr>\n\n");
	assert_string_equal(bed_help(b, "no ip ssh time-out "), "  <1-120>  SSH time-out interval (secs)\n"
								"  <cr>\n\n");
	assert_string_equal(bed_help(b, "interface Loopback "), "  <unit>  Interface number\n\n");
	cmd_place_exec(b->set, &b->place);
	assert_string_equal(bed_help(b, "show version "), "  |     Output modifiers\n"
							  "  <cr>\n\n");
	assert_string_equal(bed_help(b, "show version | include "), "  LINE  Regular Expression\n\n");
}

static void inside_a_word(void **state)
{
	struct bed *b = *state;

	assert_string_equal(bed_help(b, "h"), "help      hostname  \n\n");
	assert_string_equal(bed_help(b, "username x p"), "password   privilege  \n\n");
	assert_string_equal(bed_help(b, "n"), "no  \n\n");
	assert_string_equal(bed_help(b, "hostname R"), "  WORD  This system's network name\n\n");
	assert_string_equal(bed_help(b, "interface G"), "GigabitEthernet  Group-Async      \n\n");
	cmd_place_exec(b->set, &b->place);
	assert_string_equal(bed_help(b, "co"), "configure  copy       \n\n");
	assert_string_equal(bed_help(b, "show version | i"), "include  \n\n");
	assert_string_equal(bed_help(b, "show version |i"), "include  \n\n");
}

static void unknown_and_ambiguous(void **state)
{
	struct bed *b = *state;

	assert_string_equal(bed_help(b, "nonsense "), "% Unrecognized command\n");
	assert_string_equal(bed_help(b, "xyz"), "% Unrecognized command\n");
	assert_string_equal(bed_help(b, "username x p "), "% Ambiguous command:  \"username x p \"\n");
}

static void at_the_start_of_a_mode(void **state)
{
	struct bed *b = *state;
	const char *text;

	bed_type(b, "line vty 0 4", NULL);
	text = bed_help(b, "");
	assert_ptr_equal(strstr(text, "Line configuration commands:\n"), text);
	assert_non_null(strstr(text, "  exec-timeout      Set the EXEC timeout\n"));
	assert_non_null(strstr(text, "  exit              Exit from this mode\n"));
	assert_non_null(strstr(text, "  no                Negate a command or set its defaults\n"));
	assert_null(strstr(text, "hostname"));
	assert_non_null(strstr(bed_help(b, "ip ssh "), "time-out")); /* what it does not know, its parents may */
	assert_null(strstr(bed_help(b, "no "), "exit"));
	assert_non_null(strstr(bed_help(b, "do show "), "version"));
	assert_null(strstr(bed_help(b, "ip ssh time"), "timeout")); /* the other spelling is not shown */
}

/* `ip route` is never short for an interface's `ip route-cache`. */
static void whole_words_of_an_outer_mode(void **state)
{
	struct bed *b = *state;

	bed_type(b, "interface Ethernet0", NULL);
	assert_string_equal(bed_help(b, "ip route "), "  A.B.C.D  Destination prefix\n\n");
	assert_non_null(strstr(bed_help(b, "ip route-c "), "  distributed  "));
	assert_non_null(strstr(bed_help(b, "ip rou "), "  distributed  "));
	assert_string_equal(bed_help(b, "ip route"), "route-cache  \n\n");
	assert_string_equal(bed_help(b, "map-list "), "  WORD  Name of the map list\n\n");
	assert_string_equal(bed_complete(b, "ip route-cache dis"), "tributed ");
}

static void completion(void **state)
{
	static const struct {
		const char *line, *added;
	} cases[] = {
		{ "hos", "tname " },
		{ "hostname", " " },
		{ "hostname ", "" },
		{ "x", "" },
		{ "username b p", "" },
		{ "username b se", "cret " },
		{ "ip ssh tim", "e-out " },
		{ "no ho", "stname " },
		{ "n", "o " },
		{ "interface gig", "abitEthernet " },
		{ "do sh", "ow " },
		{ "do show vers", "ion " },
		{ "aaa authentication login default local", " " },
		{ "ip ssh time-out 1", "" },
		{ "", "" },
		{ "NO HOSTN", "ame " },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(bed_complete(*state, cases[i].line), cases[i].added);
}

static void privilege_hides(void **state)
{
	struct bed *b = *state;

	cmd_place_exec(b->set, &b->place);
	b->level = 1;
	assert_null(strstr(bed_help(b, ""), "configure"));
	assert_null(strstr(bed_help(b, "show "), "running-config"));
	assert_string_equal(bed_complete(b, "conf"), "");
	b->level = 15;
	assert_non_null(strstr(bed_help(b, "show "), "running-config"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(after_a_blank),
		T(inside_a_word),
		T(unknown_and_ambiguous),
		T(at_the_start_of_a_mode),
		T(whole_words_of_an_outer_mode),
		T(completion),
		T(privilege_hides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
