/* SPDX-License-Identifier: Apache-2.0
 *
 * test_words.c: a command is told to others in whole words, however it was typed, and never with a secret.
 */
#include "table/bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void put(void *arg, struct str word)
{
	buf_printf(arg, "%s%.*s", buf_len(arg) ? " " : "", (int)word.n, (const char *)word.p);
}

static void told(struct bed *b, bool exec, const char *line, const char *expected)
{
	struct cmd_error err;
	struct cmd_match m;
	struct arena a;
	struct buf out;

	arena_init(&a, 65536);
	buf_init(&out, 65536);
	if (exec)
		cmd_place_exec(b->set, &b->place);
	else
		cmd_place_config(b->set, &b->place);
	assert_int_equal(cmd_parse(b->set, &b->place, 15, str_of(line), &a, &m, &err), 0);
	cmd_words(&m, &a, put, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_release(&out);
	arena_release(&a);
}

static void whole_words(void **state)
{
	struct bed b;

	(void)state;
	bed_init(&b);
	told(&b, true, "  sh   ver", "show version");
	told(&b, true, "sh run | i x", "show running-config");
	told(&b, true, "sh run | tee /append flash:x", "show running-config | tee /append flash:x");
	told(&b, true, "terminal len 0", "terminal length 0");
	told(&b, false, "no host", "no hostname");
	told(&b, false, "def host", "default hostname");
	told(&b, false, "int gi 0/0", "interface GigabitEthernet0/0");
	told(&b, false, "aaa authentication login default group tacacs+ local",
	     "aaa authentication login default group tacacs+ local");
	bed_release(&b);
}

static void secrets(void **state)
{
	struct bed b;

	(void)state;
	bed_init(&b);
	told(&b, false, "username a privilege 15 secret 0 hidden words", "username a privilege 15 secret 0 *****");
	told(&b, false, "enable password hidden", "enable password *****");
	told(&b, true, "test aaa group tacacs+ u hidden legacy", "test aaa group tacacs+ u ***** legacy");
	told(&b, true, "copy ftp://u:hidden@h/x flash:", "copy ftp://u:*****@h/x flash:");
	told(&b, true, "copy ftp://u:hid@den@h/x@y flash:", "copy ftp://u:*****@h/x@y flash:");
	told(&b, true, "sh run | red ftp://u:hidden@h/x", "show running-config | redirect ftp://u:*****@h/x");
	told(&b, true, "copy ftp://u@h/x flash:", "copy ftp://u@h/x flash:");
	told(&b, true, "copy http://h:80/x@y flash:", "copy http://h:80/x@y flash:");
	told(&b, false, "alias exec c copy ftp://u:hidden@h/x flash:", "alias exec c copy ftp://u:*****@h/x flash:");
	bed_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_words),
		cmocka_unit_test(secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
