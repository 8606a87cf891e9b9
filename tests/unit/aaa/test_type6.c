/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a secret of type 6 is read by the key that wrote it and by no other, not when a character of it is changed, cut
 * off or added, and never twice the same; no malformed form is valid.
 */
#include "aaa/aaa.h"
#include "aaa/type6.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static const uint8_t master[TYPE6_MASTER] = "0123456789abcdef0123456789abcde", other[TYPE6_MASTER] = "x";

static void what_is_sealed_is_opened(void **state)
{
	char clear[AAA_CLEAR_MAX + 1], stored[AAA_SECRET_SIZE], again[AAA_SECRET_SIZE], out[AAA_CLEAR_MAX + 1];

	for (size_t n = 1; n <= AAA_CLEAR_MAX; n++) {
		memset(clear, 'a' + (int)(n % 26), n);
		clear[n] = '\0';
		assert_int_equal(type6_seal(master, str_of(clear), stored, sizeof stored), 0);
		assert_int_equal(type6_seal(master, str_of(clear), again, sizeof again), 0);
		assert_string_not_equal(stored, again);
		assert_true(type6_valid(stored));
		assert_true(aaa_secret_valid(SECRET_ENCRYPTED, stored));
		assert_int_equal(type6_open(master, stored, out, sizeof out), 0);
		assert_string_equal(out, clear);
		assert_int_equal(type6_open(other, stored, out, sizeof out), E_CRYPTO);
		assert_string_equal(out, "");
		assert_int_equal(type6_open(master, stored, out, n), E_INVAL); /* no room */
		assert_string_equal(out, "");
		assert_false(aaa_secret_matches(SECRET_ENCRYPTED, stored, str_of(clear)));
	}
	assert_int_equal(type6_seal(master, STR(""), stored, sizeof stored), E_INVAL);
	memset(clear, 'x', sizeof clear);
	assert_int_equal(type6_seal(master, (struct str){ (uint8_t *)clear, sizeof clear }, stored, sizeof stored),
			 E_INVAL);
}

static void every_change_is_seen(void **state)
{
	char stored[AAA_SECRET_SIZE], changed[AAA_SECRET_SIZE], out[AAA_CLEAR_MAX + 1];

	for (size_t n = 5; n < 8; n++) { /* each number of '=' at the end */
		assert_int_equal(
		    type6_seal(master, (struct str){ (const uint8_t *)"secrets", n }, stored, sizeof stored), 0);
		for (size_t i = 0; stored[i]; i++) {
			memcpy(changed, stored, sizeof changed);
			changed[i] = changed[i] == 'A' ? 'B' : 'A';
			assert_true(type6_open(master, changed, out, sizeof out) < 0);
			changed[i] = '\n';
			assert_int_equal(type6_open(master, changed, out, sizeof out), E_INVAL);
			changed[i] = '\0';
			assert_true(type6_open(master, changed, out, sizeof out) < 0);
		}
		memcpy(changed, stored, sizeof changed);
		memcpy(changed + strlen(stored), "AAAA", 5);
		assert_true(type6_open(master, changed, out, sizeof out) < 0);
	}
}

static void malformed_forms(void **state)
{
	static const char *const rows[] = {
		"",
		"=",
		"====",
		"A",
		"AAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", /* nothing is in it */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==AAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
		" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	};
	char longest[400];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_false(type6_valid(rows[i]));
	memset(longest, 'A', sizeof longest);
	for (size_t n = 213; n < sizeof longest; n += 3) {
		longest[n] = '\0';
		assert_false(type6_valid(longest));
		longest[n] = 'A';
	}
}

static void words(void **state)
{
	uint8_t a[TYPE6_MASTER], b[TYPE6_MASTER];

	assert_int_equal(type6_master(STR("a master key"), a), 0);
	assert_int_equal(type6_master(STR("a master key"), b), 0);
	assert_memory_equal(a, b, sizeof a);
	assert_int_equal(type6_master(STR("a master keY"), b), 0);
	assert_memory_not_equal(a, b, sizeof a);
	assert_int_equal(type6_master(STR("1234567"), a), E_INVAL);
	assert_int_equal(type6_master(STR("12345678\n"), a), E_INVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_is_opened),
		cmocka_unit_test(every_change_is_seen),
		cmocka_unit_test(malformed_forms),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
