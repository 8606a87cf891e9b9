/* SPDX-License-Identifier: Apache-2.0
 *
 * test_parse.c: a line is understood as IOS understands it, and where it is not, the right word is blamed.
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

#define EXEC(b) cmd_place_exec((b)->set, &(b)->place)

static void errors(void **state)
{
	static const struct {
		bool exec;
		const char *line;
		int kind;
		size_t column;
	} cases[] = {
		{ true, "show nonsense", CMD_ERR_INVALID, 5 },
		{ true, "  show   ip nonsense", CMD_ERR_INVALID, 12 },
		{ true, "show", CMD_ERR_OTHER, 4 },
		{ true, " sh ", CMD_ERR_OTHER, 4 },
		{ true, "show ip", CMD_ERR_INCOMPLETE, 7 },
		{ true, "terminal length", CMD_ERR_INCOMPLETE, 15 },
		{ true, "show s", CMD_ERR_AMBIGUOUS, 5 },
		{ true, "e", CMD_ERR_AMBIGUOUS, 0 },
		{ true, "frobnicate", CMD_ERR_UNKNOWN, 0 },
		{ true, "frobnicate  ", CMD_ERR_UNKNOWN, 0 },
		{ true, "frobnicate now", CMD_ERR_INVALID, 0 },
		{ true, "no show", CMD_ERR_INVALID, 3 },
		{ true, "show version foo", CMD_ERR_INVALID, 13 },
		{ true, "show version | grep x", CMD_ERR_INVALID, 15 },
		{ true, "show version | include", CMD_ERR_INCOMPLETE, 22 },
		{ true, "show version |", CMD_ERR_INCOMPLETE, 14 },
		{ true, "configure terminal | include x", CMD_ERR_INVALID, 19 },
		{ true,
		  "reload in 5 a\x9b"
		  "2Jb",
		  CMD_ERR_INVALID, 12 }, /* others read it: no terminal control of 8 bits */
		{ true,
		  "reload in 5 a\xc2\x9b"
		  "2Jb",
		  CMD_ERR_INVALID, 12 },
		{ true, "terminal length 513", CMD_ERR_INVALID, 16 },
		{ true, "terminal length -1", CMD_ERR_INVALID, 16 },
		{ true, "terminal length 99999999999999999999", CMD_ERR_INVALID, 16 },
		{ false, "frobnicate", CMD_ERR_INVALID, 0 },
		{ false, "no", CMD_ERR_INCOMPLETE, 2 },
		{ false, "no no hostname", CMD_ERR_INVALID, 3 },
		{ false, "no exit", CMD_ERR_INVALID, 3 },
		{ false, "hostname cisco 7200", CMD_ERR_INVALID, 15 },
		{ false, "hostname -x", CMD_ERR_INVALID, 9 },
		{ false, "ip ssh time-out 121", CMD_ERR_INVALID, 16 },
		{ false, "ip ssh time-out 0", CMD_ERR_INVALID, 16 },
		{ false, "ip ssh time-out 12x", CMD_ERR_INVALID, 16 },
		{ false, "ip ssh version 3", CMD_ERR_INVALID, 15 },
		{ false, "ip ssh version", CMD_ERR_INCOMPLETE, 14 },
		{ false, "ip ssh a 6", CMD_ERR_INVALID, 9 },
		{ false, "line vty 4 2", CMD_ERR_INVALID, 11 },
		{ false, "line con 1", CMD_ERR_INVALID, 9 },
		{ false, "interface Ethernet", CMD_ERR_INCOMPLETE, 18 },
		{ false, "interface Ethernet 1//0", CMD_ERR_INVALID, 10 },
		{ false, "interface e/1", CMD_ERR_INVALID, 10 },
		{ false, "interface t0", CMD_ERR_INVALID, 10 }, /* Tunnel or TenGigabitEthernet */
		{ false, "interface Vlan4095", CMD_ERR_INVALID, 10 },
		{ false, "no ip route 10.0.0.0 255.0.0.0", CMD_ERR_INCOMPLETE, 30 }, /* which one? */
		{ false, "no interface", CMD_ERR_INCOMPLETE, 12 },
		{ false, "controller E1 2//0", CMD_ERR_INVALID, 14 },
		{ false, "ip host x 10.0.0.300", CMD_ERR_INVALID, 10 },
		{ false, "username bob password 7", CMD_ERR_INCOMPLETE, 23 },
		{ false, "username", CMD_ERR_INCOMPLETE, 8 },
		{ false, "banner motd", CMD_ERR_INCOMPLETE, 11 },
		{ false, "hostname a\033b", CMD_ERR_INVALID, 9 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bed *b = *state;

		if (cases[i].exec)
			EXEC(b);
		else
			cmd_place_config(b->set, &b->place);
		if (bed_type(b, cases[i].line, NULL) != E_INVAL || (int)b->err.kind != cases[i].kind ||
		    (b->err.kind != CMD_ERR_AMBIGUOUS && b->err.column != cases[i].column))
			fail_msg("\"%s\": kind %d at %zu", cases[i].line, (int)b->err.kind, b->err.column);
	}
}

static void words_of_errors(void **state)
{
	struct bed *b = *state;

	EXEC(b);
	bed_type(b, "show nonsense", NULL);
	assert_string_equal(bed_error(b, 3), "        ^\n% Invalid input detected at '^' marker.\n\n");
	bed_type(b, "show ip", NULL);
	assert_string_equal(bed_error(b, 3), "% Incomplete command.\n\n");
	bed_type(b, "sho", NULL);
	assert_string_equal(bed_error(b, 3), "% Type \"show ?\" for a list of subcommands\n");
	bed_type(b, " show s", NULL);
	assert_string_equal(bed_error(b, 3), "% Ambiguous command:  \"show s\"\n");
	bed_type(b, "frob", NULL);
	assert_string_equal(bed_error(b, 3),
			    "% Unknown command or computer name, or unable to find computer address\n");
	bed_type(b, "show version | tee /app", NULL);
	assert_string_equal(bed_error(b, 3), "% Incomplete command.\n\n");
}

static void a_line_is_not_longer_than_the_limit(void **state)
{
	struct bed *b = *state;
	char line[CMD_LINE_MAX + 2];

	memset(line, 'a', sizeof line);
	line[sizeof line - 1] = '\0';
	assert_int_equal(bed_type(b, line, NULL), E_INVAL);
	assert_int_equal(b->err.kind, CMD_ERR_OTHER);
}

static void nothing_to_do(void **state)
{
	static const char *const lines[] = { "", "   ", "!", "  ! comment", "!no hostname", "\t" };
	struct bed *b = *state;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		assert_int_equal(bed_type(b, lines[i], NULL), 0);
		assert_null(b->match.row);
	}
}

static void arguments_by_name(void **state)
{
	struct bed *b = *state;

	assert_int_equal(bed_type(b, "cry key gen rsa usage label sshkeys mod 768", NULL), 0);
	assert_true(b->handled);
	assert_string_equal(cmd_arg(&b->match, "label"), "sshkeys");
	assert_string_equal(cmd_arg(&b->match, "modulus"), "768");
	assert_null(cmd_arg(&b->match, "storage"));
	assert_true(cmd_has(&b->match, "usage-keys"));
	assert_false(cmd_has(&b->match, "exportable"));
	assert_string_equal(cmd_row_mode(&b->match), "config");
	EXEC(b);
	assert_int_equal(bed_type(b, "enable 7", NULL), 0);
	assert_string_equal(cmd_arg(&b->match, "level"), "7");
	assert_int_equal(bed_type(b, "terminal no mon", NULL), 0);
	assert_true(b->match.no);
	assert_int_equal(bed_type(b, "TERM LEN 0", NULL), 0);
	assert_string_equal(cmd_arg(&b->match, "lines"), "0");
}

static void hooks_change_arguments(void **state)
{
	struct bed *b = *state;

	cmd_place_config(b->set, &b->place);
	assert_int_equal(bed_type(b, "username bob secret hello", NULL), 0);
	assert_non_null(b->match.hook);
	assert_null(cmd_arg(&b->match, "type"));
	assert_int_equal(cmd_set_arg(&b->match, &b->arena, "type", "9"), 0);
	assert_int_equal(cmd_set_arg(&b->match, &b->arena, "value", "$9$x"), 0);
	assert_int_equal(cmd_set_arg(&b->match, &b->arena, "nothing", "x"), E_NOTFOUND);
	assert_string_equal(cmd_arg(&b->match, "type"), "9");
	assert_int_equal(bed_type(b, "no username bob", NULL), 0);
	assert_null(b->match.hook);
}

static void filters(void **state)
{
	struct bed *b = *state;

	EXEC(b);
	assert_int_equal(bed_type(b, "sh run | i ^ip|host name", NULL), 0);
	assert_int_equal(b->match.filter, CMD_FILTER_INCLUDE);
	assert_string_equal(b->match.pattern, "^ip|host name");
	assert_int_equal(bed_type(b, "show users |count .", NULL), 0);
	assert_int_equal(b->match.filter, CMD_FILTER_COUNT);
	assert_int_equal(bed_type(b, "show running-config | sec line", NULL), 0);
	assert_int_equal(b->match.filter, CMD_FILTER_SECTION);
	assert_int_equal(bed_type(b, "show running-config", NULL), 0);
	assert_int_equal(b->match.filter, CMD_FILTER_NONE);
}

static void prompt_is(struct bed *b, const char *expected)
{
	struct buf out;

	buf_init(&out, 0);
	cmd_place_prompt(&b->place, "a-name-of-more-than-twenty", b->level, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_release(&out);
}

static void places_and_prompts(void **state)
{
	struct bed *b = *state;

	EXEC(b);
	prompt_is(b, "a-name-of-more-than-twenty#");
	b->level = 1;
	prompt_is(b, "a-name-of-more-than-twenty>");
	b->level = 15;
	cmd_place_config(b->set, &b->place);
	prompt_is(b, "a-name-of-more-than-(config)#");
	bed_type(b, "ip ssh pubkey-chain", NULL);
	prompt_is(b, "a-name-of-more-than-(conf-ssh-pubkey)#");
	bed_type(b, "username x", NULL);
	prompt_is(b, "a-name-of-more-than-(conf-ssh-pubkey-user)#");
	bed_type(b, "server y", NULL); /* from its neighbour: one up, then in */
	prompt_is(b, "a-name-of-more-than-(conf-ssh-pubkey-server)#");
	assert_true(cmd_place_up(&b->place));
	assert_true(cmd_place_up(&b->place));
	prompt_is(b, "a-name-of-more-than-(config)#");
	assert_true(cmd_place_up(&b->place));
	assert_false(cmd_place_configuring(&b->place));
	assert_false(cmd_place_up(&b->place));
}

static void walk_up(void **state)
{
	struct bed *b = *state;

	bed_type(b, "interface Ethernet1/0", NULL);
	assert_int_equal(bed_type(b, "ip ssh time-out 60", NULL), 0);
	prompt_is(b, "a-name-of-more-than-(config)#");
	bed_type(b, "line vty 0 4", NULL);
	assert_int_equal(bed_type(b, "end", NULL), 0); /* a handler: core leaves the mode */
	prompt_is(b, "a-name-of-more-than-(config-line)#");
	assert_int_equal(bed_type(b, "ex", NULL), E_INVAL);
	assert_int_equal(b->err.kind, CMD_ERR_AMBIGUOUS);
	assert_int_equal(bed_type(b, "ip ssh versino 2", NULL), E_INVAL); /* the outer parse got farther */
	assert_int_equal(b->err.column, 7);
	assert_int_equal(bed_type(b, "transport inptu", NULL), E_INVAL);
	assert_int_equal(b->err.column, 10);
	prompt_is(b, "a-name-of-more-than-(config-line)#");
	bed_type(b, "ip ssh pubkey-chain", NULL);
	assert_int_equal(bed_type(b, "username bob privilege 15", NULL), 0); /* the global command */
	prompt_is(b, "a-name-of-more-than-(config)#");
	assert_int_equal(bed_type(b, "exec-timeout 5", NULL), E_INVAL); /* never down */
}

/* A global command typed in a mode that has one beginning alike. */
static void words_decide_not_abbreviations(void **state)
{
	static const struct {
		const char *line, *prompt;
		int kind; /* -1: taken */
	} cases[] = {
		{ "ip route 192.168.1.0 255.255.255.0 10.1.10.1", "Router(config)#", -1 },
		{ "no ip route 192.168.1.0 255.255.255.0 10.1.10.1", "Router(config)#", -1 },
		{ "ip route", "Router(config-if)#", CMD_ERR_INCOMPLETE },
		{ "no ip route", "Router(config-if)#", CMD_ERR_INCOMPLETE },
		{ "ip route-c", "Router(config-if)#", -1 },
		{ "ip rou", "Router(config-if)#", -1 },
		{ "no ip route-cache", "Router(config-if)#", -1 },
		{ "no ip classless", "Router(config)#", -1 },
		{ "ip cl", "Router(config)#", -1 },
		{ "no ip cef", "Router(config)#", -1 },
		{ "no cdp run", "Router(config)#", -1 },
		{ "no cdp enable", "Router(config-if)#", -1 },
		{ "no cdp", "Router(config-if)#", CMD_ERR_INCOMPLETE },
		{ "router ospf 1", "Router(config-router)#", -1 },
		{ "map-list atm", "Router(config-map-list)#", -1 },
		{ "controller E1 2/1", "Router(config-controller)#", -1 },
		{ "redundancy", "Router(config-r)#", -1 },
		{ "! ip route", "Router(config-if)#", -1 },
		{ "", "Router(config-if)#", -1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bed b;
		int rc;

		bed_init(&b);
		bed_type(&b, "interface Ethernet1/0", NULL);
		rc = bed_type(&b, cases[i].line, NULL);
		if ((rc < 0) != (cases[i].kind >= 0) || (rc < 0 && (int)b.err.kind != cases[i].kind))
			fail_msg("\"%s\": %d, kind %d", cases[i].line, rc, (int)b.err.kind);
		buf_clear(&b.out);
		cmd_place_prompt(&b.place, "Router", 15, &b.out);
		assert_string_equal(buf_cstr(&b.out), cases[i].prompt);
		bed_release(&b);
	}
}

static void modes_within_modes(void **state)
{
	struct bed b;

	bed_init(&b);
	bed_type(&b, "redundancy", NULL);
	assert_int_equal(bed_type(&b, "main-cpu", NULL), 0);
	cmd_place_prompt(&b.place, "Router", 15, &b.out);
	assert_string_equal(buf_cstr(&b.out), "Router(config-r-mc)#");
	assert_int_equal(bed_type(&b, "auto-sync startup-config", NULL), 0);
	assert_int_equal(bed_type(&b, "ip subnet-zero", NULL), 0);
	buf_clear(&b.out);
	cmd_place_prompt(&b.place, "Router", 15, &b.out);
	assert_string_equal(buf_cstr(&b.out), "Router(config)#");
	bed_type(&b, "map-list atm", NULL);
	assert_int_equal(bed_type(&b, "ip 10.1.10.1 atm-vc 7 broadcast", NULL), 0);
	assert_int_equal(bed_type(&b, "no ip classless", NULL), 0);
	bed_release(&b);
}

static void text_until(void **state)
{
	struct bed *b = *state;

	assert_int_equal(bed_type(b, "banner login #first", "second\n#ignored"), 0);
	assert_string_equal(model_str(b->model, "/ravelin-system:banner/login"), "first\nsecond\n");
	assert_int_equal(bed_type(b, "banner motd ^Cone line^C", NULL), 0);
	assert_string_equal(model_str(b->model, "/ravelin-system:banner/motd"), "one line");
	bed_type(b, "ip ssh pubkey-chain", NULL);
	bed_type(b, "username u", NULL);
	assert_int_equal(bed_type(b, "key-string", "AAAA\nBBBB\n exit \nCCCC\n"), E_INVAL); /* no hook ran */
	assert_string_equal(cmd_arg(&b->match, "text"), "AAAA\nBBBB\n");
	assert_string_equal(b->match.text_rule.prompt, "(conf-ssh-pubkey-data)#");
}

static void missing_handlers_are_named(void **state)
{
	struct cmd_handler one = { "frobnicate", NULL };
	struct bed *b = *state;
	struct errbuf e;

	assert_int_equal(cmd_set_bind(b->set, &one, 1, &e), E_NOTFOUND);
	assert_non_null(strstr(e.text, "frobnicate"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(errors),
		T(words_of_errors),
		T(a_line_is_not_longer_than_the_limit),
		T(nothing_to_do),
		T(arguments_by_name),
		T(hooks_change_arguments),
		T(filters),
		T(places_and_prompts),
		T(walk_up),
		T(words_decide_not_abbreviations),
		T(modes_within_modes),
		T(text_until),
		T(missing_handlers_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
