/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: the codes of RFC 6238 (its appendix B, cut to six digits) are good at their time and one step beside it, once,
 * and never behind a later one; scratch codes are good once; whatever else is typed is not.
 */
#include "aaa/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static const char secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; /* "12345678901234567890" */

static bool good(time_t now, const char *code, struct totp_used *used)
{
	return totp_check(secret, now, str_of(code), used);
}

static void published(void **state)
{
	static const struct {
		time_t at;
		const char *code;
	} rows[] = { { 59, "287082" },         { 1111111109, "081804" }, { 1111111111, "050471" },
		     { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct totp_used used = { 0 };

		assert_true(good(rows[i].at, rows[i].code, &used));
		assert_int_equal(used.step, rows[i].at / TOTP_STEP);
		assert_false(good(rows[i].at, rows[i].code, &used));
		for (int off = -3; off <= 3; off++) {
			used = (struct totp_used){ 0 };
			if (rows[i].at + off * TOTP_STEP > TOTP_STEP)
				assert_int_equal(good(rows[i].at + off * TOTP_STEP, rows[i].code, &used),
						 off >= -1 && off <= 1);
		}
	}
}

static void none_behind_a_later_one(void **state)
{
	struct totp_used used = { .step = 1111111111 / TOTP_STEP };

	assert_false(good(1111111111, "081804", &used)); /* of the step before */
	used.step--;
	assert_false(good(1111111111, "081804", &used));
	assert_true(good(1111111111, "050471", &used));
	assert_int_equal(used.scratch, 0);
}

static void scratch_codes(void **state)
{
	char codes[TOTP_SCRATCHES][TOTP_LONG + 1];
	struct totp_used used = { 0 };

	for (unsigned i = 0; i < TOTP_SCRATCHES; i++)
		assert_int_equal(totp_scratch(secret, i, codes[i]), 0);
	for (unsigned i = TOTP_SCRATCHES; i-- > 0;) {
		assert_true(good(59, codes[i], &used));
		assert_false(good(59, codes[i], &used));
	}
	assert_int_equal(used.step, 0);
	used.scratch = UINT32_MAX;
	assert_false(good(59, codes[0], &used));
}

static void no_codes(void **state)
{
	static const char *const typed[] = { "",         "2",        "28708",           "2870820", "287083",
					     " 287082",  "287082 ",  "28708a",          "-87082",  "+87082",
					     "00287082", "94287082", "000000000287082", "\t",      "٢٨٧٠٨٢" };
	struct totp_used used = { 0 };
	uint8_t many[5000];

	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
		assert_false(good(59, typed[i], &used));
	assert_false(totp_check(secret, 59, (struct str){ (const uint8_t *)"287082", 7 }, &used));
	memset(many, '2', sizeof many);
	assert_false(totp_check(secret, 59, (struct str){ many, sizeof many }, &used));
	assert_false(good(-1, "287082", &used));
	assert_int_equal(used.step, 0);
}

static void secrets(void **state)
{
	static const char *const bad[] = { "", "GEZDGNBV", "GEZDGNBVGY3TQOJ", "!!!!!!!!!!!!!!!!", "1111111111111111" };
	char made[TOTP_TEXT], other[TOTP_TEXT], code[TOTP_LONG + 1], longest[200];
	struct totp_used used = { 0 };

	assert_true(totp_secret_valid(secret));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(totp_secret_valid(bad[i]));
		assert_false(totp_check(bad[i], 59, STR("287082"), &used));
		assert_true(totp_scratch(bad[i], 0, code) < 0);
	}
	memset(longest, 'A', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	assert_false(totp_secret_valid(longest));
	assert_int_equal(totp_secret_make(made), 0);
	assert_int_equal(totp_secret_make(other), 0);
	assert_int_equal(strlen(made), 32);
	assert_true(totp_secret_valid(made));
	assert_string_not_equal(made, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published),     cmocka_unit_test(none_behind_a_later_one),
		cmocka_unit_test(scratch_codes), cmocka_unit_test(no_codes),
		cmocka_unit_test(secrets),
	};

	totp_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
