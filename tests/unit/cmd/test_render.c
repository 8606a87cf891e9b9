/* SPDX-License-Identifier: Apache-2.0
 *
 * test_render.c: running-config is printed in IOS's order and form, and a pasted configuration comes out canonical.
 */
#include "table/bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_empty_one(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_string_equal(bed_show(&b, false), "hostname Router\n!\nline con 0\nline aux 0\nline vty 0 4\n");
	assert_non_null(strstr(bed_show(&b, true), "ip ssh time-out 120\n"));
	assert_non_null(strstr(bed_show(&b, true), " exec-timeout 10 0\n"));
	bed_release(&b);
}

/* Without indents or `exit`, as configurations are pasted. */
static const char pasted[] = "hostname Router72K\n"
			     "aaa new-model\n"
			     "aaa authentication login aaa7200kw none\n"
			     "enable password password\n"
			     "username username1 password 0 password1\n"
			     "username username2 password 0 password2\n"
			     "ip domain-name cisco.com\n"
			     "! Enter the ssh commands.\n"
			     "ip ssh timeout 60\n"
			     "ip ssh authentication-retries 2\n"
			     "interface Ethernet1/1\n"
			     "no ip address\n"
			     "shutdown\n"
			     "interface Ethernet1/0\n"
			     "ip address 192.168.110.2 255.255.255.0 secondary\n"
			     "ip address 192.168.109.2 255.255.255.0\n"
			     "\n"
			     "banner login #\nOnly we\n#\n"
			     "line con 0\n"
			     "exec-timeout 0 0\n"
			     "login authentication aaa7200kw\n"
			     "transport input none\n"
			     "line aux 0\n"
			     "line vty 0 4\n"
			     "password password\n";

static const char canonical[] = "hostname Router72K\n"
				"!\n"
				"enable password password\n"
				"!\n"
				"aaa new-model\n"
				"aaa authentication login aaa7200kw none\n"
				"!\n"
				"username username1 password 0 password1\n"
				"username username2 password 0 password2\n"
				"!\n"
				"ip domain-name cisco.com\n"
				"!\n"
				"ip ssh time-out 60\n"
				"ip ssh authentication-retries 2\n"
				"!\n"
				"interface Ethernet1/0\n"
				" ip address 192.168.110.2 255.255.255.0 secondary\n"
				" ip address 192.168.109.2 255.255.255.0\n"
				"!\n"
				"interface Ethernet1/1\n"
				" no ip address\n"
				" shutdown\n"
				"!\n"
				"banner login ^C\nOnly we\n^C\n"
				"!\n"
				"line con 0\n"
				" exec-timeout 0 0\n"
				" login authentication aaa7200kw\n"
				" transport input none\n"
				"line aux 0\n"
				"line vty 0 4\n"
				" password password\n";

static void a_pasted_one(void **state)
{
	struct bed b;

	bed_init(&b);
	assert_int_equal(bed_load(&b, pasted), 0);
	assert_string_equal(bed_show(&b, false), canonical);
	assert_int_equal(bed_load(&b, canonical), 0);
	assert_string_equal(bed_show(&b, false), canonical);
	bed_release(&b);
}

static void ranges_fold(void **state)
{
	struct bed b;

	bed_init(&b);
	bed_load(&b, "line vty 0 7\npassword a\nline vty 2\nlogin local\nline vty 9\npassword a\n");
	assert_non_null(strstr(bed_show(&b, false), "line vty 0 1\n password a\n"
						    "line vty 2\n password a\n login local\n"
						    "line vty 3 7\n password a\n"
						    "line vty 9\n password a\n"));
	bed_load(&b, "line vty 2\ndefault login\n");
	assert_non_null(strstr(bed_show(&b, false), "line vty 0 7\n password a\nline vty 9\n"));
	bed_release(&b);
}

static void order(void **state)
{
	struct bed b;

	bed_init(&b);
	bed_load(&b, "interface Ethernet10/0\ninterface Ethernet2/0\ninterface ATM1/0\nusername z\nusername a\n"
		     "ip host b 1.1.1.1\nip host a 2.2.2.2\n");
	assert_non_null(strstr(bed_show(&b, false), "username z\nusername a\n")); /* as entered */
	assert_non_null(strstr(bed_show(&b, false), "ip host a 2.2.2.2\nip host b 1.1.1.1\n"));
	const char *text = bed_show(&b, false);
	assert_true(strstr(text, "ATM1/0") < strstr(text, "Ethernet2/0"));
	assert_true(strstr(text, "Ethernet2/0") < strstr(text, "Ethernet10/0"));
	bed_release(&b);
}

/* More than one piece of a list, entered in no order. */
static void a_long_list(void **state)
{
	enum { N = 1000, STRIDE = 617 };
	struct bed b;
	struct buf wanted;
	char line[64];

	bed_init(&b);
	buf_init(&wanted, 0);
	for (int i = 0; i < N; i++) {
		snprintf(line, sizeof line, "ip host h%d 10.0.0.%d", i * STRIDE % N, i * STRIDE % N & 255);
		assert_int_equal(bed_type(&b, line, NULL), 0);
		buf_printf(&wanted, "ip host h%d 10.0.0.%d\n", i, i & 255);
	}
	assert_non_null(strstr(bed_show(&b, false), buf_cstr(&wanted)));
	buf_release(&wanted);
	bed_release(&b);
}

/* A mode that is there by itself, modes within modes, and entries that are stated as `no`. */
static void presence(void **state)
{
	struct bed b;

	bed_init(&b);
	bed_load(&b, "redundancy\n");
	assert_non_null(strstr(bed_show(&b, false), "!\nredundancy\n!\n"));
	bed_load(&b, "main-cpu\nauto-sync startup-config\n"
		     "no exception linecard slot 10 sqe-registers\nno exception linecard slot 2 sqe-registers\n"
		     "exception linecard slot 1 sqe-registers\n");
	assert_non_null(strstr(bed_show(&b, false), "!\nredundancy\n main-cpu\n  auto-sync startup-config\n!\n"));
	assert_non_null(strstr(bed_show(&b, false), "exception linecard slot 1 sqe-registers\n"
						    "no exception linecard slot 2 sqe-registers\n"
						    "no exception linecard slot 10 sqe-registers\n"));
	bed_release(&b);
}

/* What a value looks like must not change what it means when it is read back. */
static void values_like_keywords(void **state)
{
	static const char lines[] = "enable secret level 3 5 level 9\n"
				    "enable password level 15 0 level\n"
				    "username secret password 0 7 x\n"
				    "username password secret 5 privilege 3\n"
				    "line con 0\n"
				    "password 0 7\n";
	struct bed one, two;
	char *text;

	bed_init(&one);
	bed_init(&two);
	assert_int_equal(bed_load(&one, lines), 0);
	text = strdup(bed_show(&one, false));
	assert_int_equal(bed_load(&two, text), 0);
	assert_string_equal(bed_show(&two, false), text);
	assert_string_equal(model_str(two.model, "/ravelin-system:hostname"), "Router");
	assert_string_equal(
	    model_below(model_entry(two.model, "/ravelin-line:lines/line", (const char *[]){ "con", "0" }),
			"password/value"),
	    "7");
	free(text);
	bed_release(&one);
	bed_release(&two);
}

static void a_banner_may_hold_the_delimiter(void **state)
{
	struct bed one, two;
	char *text;

	bed_init(&one);
	bed_init(&two);
	assert_int_equal(bed_type(&one, "banner motd #press ^C twice#", NULL), 0);
	text = strdup(bed_show(&one, false));
	assert_int_equal(bed_load(&two, text), 0);
	assert_string_equal(model_str(two.model, "/ravelin-system:banner/motd"), "press ^C twice");
	free(text);
	bed_release(&one);
	bed_release(&two);
}

static void same_when_read_back(struct bed *one, const char *banner)
{
	char *text = strdup(bed_show(one, false));
	struct bed two;

	bed_init(&two);
	assert_int_equal(bed_load(&two, text), 0);
	assert_string_equal(model_str(two.model, "/ravelin-system:banner/motd"), banner);
	bed_release(&two);
	free(text);
}

/* What is printed for the longest line a terminal takes is longer, and can be read all the same; and a banner has 4096
 * characters, whatever their bytes. */
static void the_longest_banners(void **state)
{
	char line[4097], text[3 * 4096 + 128];
	size_t n = 0;
	struct bed b;

	bed_init(&b);
	memset(line, 'x', sizeof line - 1);
	memcpy(line, "ban m #", 7);
	line[4095] = '#';
	line[4096] = '\0';
	assert_int_equal(bed_type(&b, line, NULL), 0);
	line[4095] = '\0';
	same_when_read_back(&b, line + 7);
	for (size_t i = 1; i < 4096; i++) { /* with the line feed behind the delimiter, 4096 */
		const char *c = i % 64 ? "\345\261\261" : "\n";

		memcpy(text + n, c, strlen(c));
		n += strlen(c);
	}
	memcpy(text + n, "#", 2);
	assert_int_equal(bed_type(&b, "banner motd #", text), 0);
	text[n] = '\0';
	memmove(text + 1, text, n + 1);
	text[0] = '\n';
	same_when_read_back(&b, text);
	memcpy(text + n + 1, "x#", 3); /* one more is too many */
	assert_int_equal(bed_type(&b, "banner motd #", text), E_INVAL);
	assert_non_null(strstr(bed_error(&b, 0), "length"));
	bed_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one),         cmocka_unit_test(a_pasted_one),
		cmocka_unit_test(ranges_fold),          cmocka_unit_test(order),
		cmocka_unit_test(a_long_list),          cmocka_unit_test(presence),
		cmocka_unit_test(values_like_keywords), cmocka_unit_test(a_banner_may_hold_the_delimiter),
		cmocka_unit_test(the_longest_banners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
