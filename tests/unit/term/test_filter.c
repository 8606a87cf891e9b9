/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: each output filter passes exactly the lines it should, however the output is cut into pieces, and no pattern
 * takes more than its share of memory or means something else than in the C library's POSIX expressions.
 */
#include "base/err.h"
#include "term/filter.h"
#include "term/pattern.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char config[] = "hostname R1\n"
			     "!\n"
			     "interface GigabitEthernet0/0\n"
			     " ip address 10.0.0.1 255.0.0.0\n"
			     " no ip proxy-arp\n"
			     "!\n"
			     "interface GigabitEthernet0/1\n"
			     " shutdown\n"
			     "!\n"
			     "ip ssh pubkey-chain\n"
			     "  username admin\n"
			     "   key-hash ssh-rsa ABC\n"
			     "line vty 0 4\n"
			     " login local\n"
			     "end";

struct filter_case {
	enum term_filter kind;
	const char *pattern, *out;
};

static const struct filter_case cases[] = {
	{ TERM_FILTER_INCLUDE, "interface", "interface GigabitEthernet0/0\ninterface GigabitEthernet0/1\n" },
	{ TERM_FILTER_INCLUDE, "^ ip|^hostname", "hostname R1\n ip address 10.0.0.1 255.0.0.0\n" },
	{ TERM_FILTER_INCLUDE, "nothing", "" },
	{ TERM_FILTER_INCLUDE, "end$", "end" },
	{ TERM_FILTER_EXCLUDE, "^ |!|ip|line|end|interface", "hostname R1\n" },
	{ TERM_FILTER_EXCLUDE, "^[^l]", "line vty 0 4\n" },
	{ TERM_FILTER_BEGIN, "^line", "line vty 0 4\n login local\nend" },
	{ TERM_FILTER_BEGIN, "nothing", "" },
	{ TERM_FILTER_SECTION, "interface",
	  "interface GigabitEthernet0/0\n ip address 10.0.0.1 255.0.0.0\n no ip proxy-arp\n"
	  "interface GigabitEthernet0/1\n shutdown\n" },
	{ TERM_FILTER_SECTION, "^line vty|hostname", "hostname R1\nline vty 0 4\n login local\n" },
	{ TERM_FILTER_SECTION, "username", "  username admin\n   key-hash ssh-rsa ABC\n" },
	{ TERM_FILTER_COUNT, "interface", "Number of lines which match regexp = 2\n" },
	{ TERM_FILTER_COUNT, "^end$", "Number of lines which match regexp = 1\n" },
	{ TERM_FILTER_COUNT, "nothing", "Number of lines which match regexp = 0\n" },
};

static void run(const struct filter_case *c, const char *text, size_t chunk, struct buf *out)
{
	struct filter *f;

	buf_clear(out);
	assert_int_equal(filter_new(&f, c->kind, str_of(c->pattern)), 0);
	for (size_t i = 0, n = strlen(text); i < n; i += chunk)
		filter_write(f, (struct str){ (const uint8_t *)text + i, n - i < chunk ? n - i : chunk }, out);
	filter_finish(f, out);
	filter_free(f);
}

static void test_kinds(void **state)
{
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t chunk = 1; chunk < sizeof config; chunk += 7) {
			run(&cases[i], config, chunk, &out);
			assert_string_equal(buf_cstr(&out), cases[i].out);
		}
	buf_release(&out);
}

static void test_crlf_and_empty_lines(void **state)
{
	struct buf out;

	buf_init(&out, 0);
	run(&(struct filter_case){ TERM_FILTER_INCLUDE, "^b$|^$" }, "a\r\nb\r\n\r\n\nb", 3, &out);
	assert_string_equal(buf_cstr(&out), "b\r\n\r\n\nb");
	run(&(struct filter_case){ TERM_FILTER_SECTION, "^a" }, "a\n b\n\n c\nd\n", 2, &out);
	assert_string_equal(buf_cstr(&out), "a\n b\n"); /* an empty line ends a section */
	buf_release(&out);
}

static void test_none(void **state)
{
	struct filter *f;
	struct buf out;

	buf_init(&out, 0);
	assert_int_equal(filter_new(&f, TERM_FILTER_NONE, STR("((")), 0);
	assert_null(f);
	filter_write(f, STR("as it is"), &out);
	filter_finish(f, &out);
	assert_string_equal(buf_cstr(&out), "as it is");
	buf_release(&out);
}

/* Of a line without end the first bytes decide, and no more is kept. */
static void test_long_line(void **state)
{
	static char line[100001];
	struct buf out;

	buf_init(&out, 0);
	memset(line, 'x', sizeof line - 1);
	for (size_t chunk = 1; chunk < 20000; chunk = chunk * 7) {
		run(&(struct filter_case){ TERM_FILTER_INCLUDE, "^xx" }, line, chunk, &out);
		assert_int_equal(buf_len(&out), 100000);
		run(&(struct filter_case){ TERM_FILTER_EXCLUDE, "^xx" }, line, chunk, &out);
		assert_int_equal(buf_len(&out), 0);
		line[FILTER_LINE_MAX] = 'y';
		run(&(struct filter_case){ TERM_FILTER_INCLUDE, "y" }, line, chunk, &out);
		assert_int_equal(buf_len(&out), 0);
		line[FILTER_LINE_MAX] = 'x';
		line[50000] = '\n';
		line[50001] = 'y';
		run(&(struct filter_case){ TERM_FILTER_INCLUDE, "y" }, line, chunk, &out);
		assert_int_equal(buf_len(&out), 49999);
		line[50000] = line[50001] = 'x';
	}
	buf_release(&out);
}

static void test_bad_patterns(void **state)
{
	static const struct {
		const char *pattern;
		int err;
	} rows[] = {
		{ "", E_INVAL },
		{ "(", E_INVAL },
		{ ")", E_INVAL },
		{ "a)", E_INVAL },
		{ "(a", E_INVAL },
		{ "[", E_INVAL },
		{ "[a", E_INVAL },
		{ "[]", E_INVAL },
		{ "[^]", E_INVAL },
		{ "[z-a]", E_INVAL },
		{ "[[:no:]]", E_INVAL },
		{ "[[:alpha]", E_INVAL },
		{ "[[=a=]]", E_INVAL },
		{ "[[.a.]]", E_INVAL },
		{ "*", E_INVAL },
		{ "+a", E_INVAL },
		{ "(*a)", E_INVAL },
		{ "a|?", E_INVAL },
		{ "\\", E_INVAL },
		{ "a\\", E_INVAL },
		{ "(a)\\1", E_INVAL },
		{ "\\w", E_INVAL },
		{ "a{3,2}", E_INVAL },
		{ "a{3", E_INVAL },
		{ "a{3,", E_INVAL },
		{ "a{3x}", E_INVAL },
		{ "a{256}", E_TOOBIG },
		{ "a{1,99999999999}", E_TOOBIG },
		{ "((a{255}){255}){255}", E_TOOBIG },
		{ "(((((a*){9})*){9})*){99}", E_TOOBIG },
		{ "(a{0}){0}{255}(b{250}){250}", E_TOOBIG },
	};
	struct pattern *p;
	char text[PATTERN_MAX + 2];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (pattern_new(&p, str_of(rows[i].pattern)) != rows[i].err)
			print_error("pattern %s\n", rows[i].pattern);
		assert_int_equal(pattern_new(&p, str_of(rows[i].pattern)), rows[i].err);
		assert_null(p);
	}
	memset(text, '(', sizeof text);
	assert_int_equal(pattern_new(&p, (struct str){ (uint8_t *)text, PATTERN_MAX }), E_TOOBIG);
	memset(text, 'a', sizeof text);
	assert_int_equal(pattern_new(&p, (struct str){ (uint8_t *)text, PATTERN_MAX + 1 }), E_TOOBIG);
	assert_int_equal(pattern_new(&p, (struct str){ (uint8_t *)text, PATTERN_MAX }), 0);
	pattern_free(p);
}

/* What would take a backtracking matcher years. */
static void test_hard_patterns(void **state)
{
	static const char *const hard[] = { "^(a*)*b$", "(a|aa)+$b", "(a?){200}a{200}c", "(.*)*(.*)*(.*)*c" };
	static char line[8001];
	struct pattern *p;

	memset(line, 'a', sizeof line - 1);
	for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++) {
		assert_int_equal(pattern_new(&p, str_of(hard[i])), 0);
		assert_false(pattern_match(p, str_of(line)));
		pattern_free(p);
	}
}

static const char *const pieces[] = {
	"a",     "b",     "ab", ".", "^", "$", "[ab]", "[^a]", "[a-c]", "[]a]",  "[^]-]", "[[:digit:]x]",
	"(a|b)", "(ab|)", "(",  ")", "|", "*", "+",    "?",    "{2}",   "{1,2}", "{0,}",  "{0}",
	"\\.",   "\\(",   "1",  "-", "c",
};
static const char *const lines[] = {
	"", "a", "b", "ab", "ba", "aab", "abab", "bbb", "a.b", "a(b", "c1", "1", "x-", "]", "aaaa", "abcabc", "cab1",
};

static bool dubious(const char *text)
{
	/* repeated anchors and repetitions are undefined in POSIX or wrong in the C library */
	static const char *const bad[] = { "^*", "^+", "^?", "^{", "$*", "$+", "$?", "${", "**", "*+", "*?", "+*",
					   "++", "+?", "?*", "?+", "??", "*{", "+{", "?{", "}*", "}+", "}?", "}{" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (strstr(text, bad[i]))
			return true;
	return text[0] == '{' || strstr(text, "({") || strstr(text, "|{");
}

static void compare(const char *text)
{
	struct pattern *p;
	regex_t re;
	int err = pattern_new(&p, str_of(text));

	if (err)
		return;
	assert_int_equal(regcomp(&re, text, REG_EXTENDED | REG_NOSUB), 0);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		bool ours = pattern_match(p, str_of(lines[i]));

		if (ours != !regexec(&re, lines[i], 0, NULL, 0))
			print_error("/%s/ on \"%s\"\n", text, lines[i]);
		assert_int_equal(ours, !regexec(&re, lines[i], 0, NULL, 0));
	}
	regfree(&re);
	pattern_free(p);
}

static void test_against_regcomp(void **state)
{
	uint32_t seed = 12345;
	char text[64];

	for (int round = 0; round < 20000; round++) {
		size_t n = 0;

		for (uint32_t k = 1 + round % 6; k; k--) {
			seed = seed * 1664525 + 1013904223;
			n += (size_t)snprintf(text + n, sizeof text - n, "%s",
					      pieces[(seed >> 8) % (sizeof pieces / sizeof pieces[0])]);
		}
		if (!dubious(text))
			compare(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_crlf_and_empty_lines),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_bad_patterns),
		cmocka_unit_test(test_hard_patterns),
		cmocka_unit_test(test_against_regcomp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
