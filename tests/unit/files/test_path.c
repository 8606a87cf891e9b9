/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: whatever is given as a path, what comes out is a plain one below the root, or nothing.
 */
#include "files/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void test_resolve(void **state)
{
	static const char *const rows[][3] = {
		{ "", "", "" },
		{ "", "/", "" },
		{ "", "a", "a" },
		{ "a", "b", "a/b" },
		{ "a", "/b", "b" },
		{ "a/b", "..", "a" },
		{ "a/b", "../..", "" },
		{ "a/b", "../../../../c", "c" },
		{ "", "../../etc/passwd", "etc/passwd" },
		{ "a", "./b//c/./", "a/b/c" },
		{ "a", "b/../../d", "d" },
		{ "", "-rf", "-rf" },
		{ "", "%s%n", "%s%n" },
		{ "", "...", "..." },
		{ "", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct path from = { "" }, out;

		assert_true(path_resolve(&from, str_of(rows[i][0]), &from));
		assert_true(path_resolve(&from, str_of(rows[i][1]), &out));
		assert_string_equal(out.text, rows[i][2]);
	}
}

static void test_refused(void **state)
{
	static const struct str bad[] = {
		STR("a\nb"),
		STR("a\0b"),
		STR("a\x1b[2J"),
		STR("a\x7f"),
		STR("a\xc2\x9b"),
		STR("\xff"),
		STR("\xc0\xaf"),
		STR("\xed\xa0\x80"),
		STR("a/b\x01/c"),
		STR("\xe2\x82"),
		STR(".next-0123456789abcdef"),
		STR("a/.next-x"),
	};
	struct path root = { "" }, out = { "kept" };
	char name[PATH_BYTES * 2];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(path_resolve(&root, bad[i], &out));
	memset(name, 'x', sizeof name);
	assert_false(path_resolve(&root, (struct str){ (uint8_t *)name, 256 }, &out));
	for (size_t i = 200; i < sizeof name; i += 200)
		name[i] = '/';
	assert_false(path_resolve(&root, (struct str){ (uint8_t *)name, sizeof name }, &out));
	assert_string_equal(out.text, "kept");
	assert_true(path_resolve(&root, (struct str){ (uint8_t *)name, 1000 }, &out));
}

static void test_parts(void **state)
{
	struct path p = { "a/b/c" }, parent, root = { "" }, a = { "a" }, ab = { "ab" };
	struct str prefix, rest;

	assert_string_equal(path_base(&p), "c");
	path_parent(&p, &parent);
	assert_string_equal(parent.text, "a/b");
	path_parent(&root, &parent);
	assert_string_equal(parent.text, "");
	assert_true(path_within(&p, &a) && path_within(&p, &root) && path_within(&a, &a));
	assert_false(path_within(&ab, &a) || path_within(&a, &p));
	assert_true(path_prefix(STR("flash0:/x:y"), &prefix, &rest));
	assert_true(str_is(prefix, "flash0") && str_is(rest, "/x:y"));
	assert_false(path_prefix(STR("a/b:c"), &prefix, &rest) || path_prefix(STR(":x"), &prefix, &rest) ||
		     path_prefix(STR("flash0"), &prefix, &rest) || path_prefix(STR(""), &prefix, &rest));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_resolve), cmocka_unit_test(test_refused),
					    cmocka_unit_test(test_parts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
