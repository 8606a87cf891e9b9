/* SPDX-License-Identifier: Apache-2.0
 *
 * test_url.c: URLs as people write them come apart rightly; those with two readings, or with bytes that would end a
 * line of a protocol, are refused; redirections go only where they may.
 */
#include "files/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void parts(void **state)
{
	static const struct {
		const char *text, *user, *password, *host;
		unsigned port;
		const char *path, *shown, *wire;
	} rows[] = {
		{ "tftp://192.0.2.1/a/b", "", "", "192.0.2.1", 0, "a/b", "tftp://192.0.2.1/a/b", NULL },
		{ "TFTP:", "", "", "", 0, "", "tftp:", NULL },
		{ "tftp:/dir/x", "", "", "", 0, "dir/x", "tftp:/dir/x", NULL },
		{ "tftp:x", "", "", "", 0, "x", "tftp:/x", NULL },
		{ "ftp://h", "", "", "h", 0, "", "ftp://h/", NULL },
		{ "ftp://me:pw@h.example:2121//etc/x", "me", "pw", "h.example", 2121, "/etc/x",
		  "ftp://h.example:2121//etc/x", NULL },
		{ "ftp://a%40b:c%3Ad%2fe@h/x", "a@b", "c:d/e", "h", 0, "x", "ftp://h/x", NULL },
		{ "ftp://me@h/x;type=a", "me", "", "h", 0, "x;type=a", "ftp://h/x;type=a", "ftp://h/x%3Btype%3Da" },
		{ "tftp://h/100%25#1?", "", "", "h", 0, "100%25#1?", "tftp://h/100%25#1?", "tftp://h/100%2525%231%3F" },
		{ "http://h/a%20b?c=d#e", "", "", "h", 0, "a%20b?c=d#e", "http://h/a%20b?c=d#e",
		  "http://h/a%20b?c=d%23e" },
		{ "http://h/50%", "", "", "h", 0, "50%", "http://h/50%", "http://h/50%25" },
		{ "https://[2001:db8::1]:8443/x", "", "", "2001:db8::1", 8443, "x", "https://[2001:db8::1]:8443/x",
		  NULL },
		{ "http://h/../../etc/passwd", "", "", "h", 0, "../../etc/passwd", "http://h/../../etc/passwd", NULL },
	};
	char text[URL_TEXT];
	struct buf wire;
	struct url u;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(url_parse(str_of(rows[i].text), &u), 0);
		assert_string_equal(u.user, rows[i].user);
		assert_string_equal(u.password, rows[i].password);
		assert_string_equal(u.host, rows[i].host);
		assert_int_equal(u.port, rows[i].port);
		assert_string_equal(u.path, rows[i].path);
		url_text(&u, text);
		assert_string_equal(text, rows[i].shown);
		buf_init(&wire, 0);
		url_wire(&u, &wire);
		assert_string_equal(buf_cstr(&wire), rows[i].wire ? rows[i].wire : rows[i].shown);
		buf_release(&wire);
	}
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"ftp://a@b@c/x",      "ftp://:pw@h/x",      "ftp://@h/x",         "ftp://me@/x",
		"ftp://me:p%00w@h/x", "ftp://me:p%0aw@h/",  "ftp://me:p%w@h/x",   "ftp://me%0d@h/x",
		"ftp://h/x\r\nDELE",  "ftp://h/x y",        "ftp://h\x01/x",      "ftp://h\xc3\xa9/x",
		"http://h:0/x",       "http://h:65536/x",   "http://h:/x",        "http://h:8o/x",
		"http://h:80:80/x",   "http://[::1/x",      "http://::1/x",       "http://[::1]x/y",
		"http://[h]/x",       "http://[::1%eth0]/", "http://0177.0.0.1/", "http://0x7f000001.1/x",
		"http://127.1/x",     "http://1/x",         "http://-h/x",        "http://h..x/y",
		"http://.h/x",        "http://h./x",        "http://h%2ex/y",     "http://user:a:b@h@/x",
	};
	char *large = malloc(5001);
	struct url u;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (url_parse(str_of(texts[i]), &u) != E_INVAL)
			fail_msg("%s", texts[i]);
	assert_int_equal(url_parse(STR("ftp://h/\0x"), &u), E_INVAL);
	assert_int_equal(url_parse(STR("flash0:/x"), &u), E_NOTFOUND);
	assert_int_equal(url_parse(STR("file:///etc/passwd"), &u), E_NOTFOUND);
	assert_int_equal(url_parse(STR("x"), &u), E_NOTFOUND);
	assert_non_null(large);
	for (int at = 0; at < 3; at++) { /* path, host, user */
		memset(large, 'a', 5000);
		memcpy(large, "ftp://h/", at == 0 ? 8 : 6);
		if (at == 2)
			memcpy(large + 4990, "@h/x", 4);
		large[5000] = '\0';
		assert_true(url_parse(str_of(large), &u) < 0);
	}
	free(large);
}

static void redirections(void **state)
{
	static const struct {
		const char *from, *location;
		int rc;
		const char *to;
	} rows[] = {
		{ "http://me:pw@h:81/a/b?q", "c", 0, "http://h:81/a/c" },
		{ "http://me:pw@h:81/a/b?q=/x", "/c?d", 0, "http://h:81/c?d" },
		{ "http://h/a", "//other/x", 0, "http://other/x" },
		{ "http://h/a", "https://h/x", 0, "https://h/x" },
		{ "https://h/a", "https://other:1/x", 0, "https://other:1/x" },
		{ "https://h/a", "http://h/x", E_DENIED, NULL },
		{ "http://h/a", "ftp://h/x", E_DENIED, NULL },
		{ "http://h/a", "scp://h/x", E_DENIED, NULL },
		{ "http://h/a", "file:///etc/passwd", E_DENIED, NULL },
		{ "http://h/a", "javascript:x", E_DENIED, NULL },
		{ "http://h/a", "http://you:pw@h/x", E_INVAL, NULL },
		{ "http://h/a", "http:///x", E_INVAL, NULL },
		{ "http://h/a", "", E_INVAL, NULL },
		{ "http://h/a", "x y", E_INVAL, NULL },
		{ "http://h/a", "\nx", E_INVAL, NULL },
	};
	struct url from, to;
	char text[URL_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(url_parse(str_of(rows[i].from), &from), 0);
		if (url_redirect(&from, str_of(rows[i].location), &to) != rows[i].rc)
			fail_msg("%s -> %s", rows[i].from, rows[i].location);
		if (rows[i].rc)
			continue;
		url_text(&to, text);
		assert_string_equal(text, rows[i].to);
		assert_int_equal(to.password[0] != 0, from.password[0] && strcmp(to.host, from.host) == 0);
	}
	assert_int_equal(url_parse(STR("http://me:pw@h/a"), &from), 0);
	assert_int_equal(url_redirect(&from, STR("http://other/x"), &to), 0);
	assert_string_equal(to.user, "");
}

static void answers(void **state)
{
	struct url u = { .scheme = IFS_TFTP };

	(void)state;
	assert_int_equal(url_set_host(&u, STR("2001:db8::1")), 0);
	assert_string_equal(u.host, "2001:db8::1");
	assert_int_equal(url_set_host(&u, STR("h:69")), 0);
	assert_int_equal(u.port, 69);
	assert_int_equal(url_set_host(&u, STR("h/x")), E_INVAL);
	assert_int_equal(url_set_host(&u, STR("")), E_INVAL);
	assert_int_equal(url_set_path(&u, STR("a\nb")), E_INVAL);
	assert_int_equal(url_set_path(&u, STR("a/b")), 0);
	assert_string_equal(url_base(&u), "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),
		cmocka_unit_test(refused),
		cmocka_unit_test(redirections),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
