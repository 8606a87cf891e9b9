/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: stored passwords made by real devices and other programs match what they were made from and nothing else, ours
 * do too, and no malformed stored form is valid or matches anything.
 */
#include "aaa/aaa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const int types[] = { 5, 7, 8, 9 };
#define TYPES (sizeof types / sizeof *types)

static void known_pairs_match(void **state)
{
	static const struct {
		int type;
		const char *stored, *clear;
	} rows[] = {
		{ 0, "cisco", "cisco" },
		{ 5, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "cisco" },
		{ 5, "$1$28772684$iEwNOgGugqO9.bIz5sk8k/", "hashcat" },
		/* openssl passwd -1: a digest length crossed, one character, a one-character salt */
		{ 5, "$1$abcd$/Li/jFxOLWRkNNubIzH1G.", "a pass phrase of more than thirty-two bytes" },
		{ 5, "$1$abcd$SwRG.yy0q6pJ8rg/8TwLf.", "x" },
		{ 5, "$1$a$b5Qx0Tu2li2K0VouYXSxG.", "cisco" },
		{ 7, "094F471A1A0A", "cisco" },
		{ 7, "045802150C2E", "cisco" },
		{ 7, "0822455D0A16", "cisco" },
		{ 7, "070C285F4D06", "cisco" },
		{ 7, "02050D480809", "cisco" },
		{ 7, "060506324F41", "cisco" },
		{ 7, "110A1016141D", "cisco" },
		{ 7, "1511021F0725", "cisco" },
		{ 7, "1511021f0725", "cisco" },
		{ 8, "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk", "hashcat" },
		{ 9, "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "hashcat" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char wrong[80];

		assert_true(aaa_secret_valid(rows[i].type, rows[i].stored));
		assert_true(aaa_secret_matches(rows[i].type, rows[i].stored, str_of(rows[i].clear)));
		snprintf(wrong, sizeof wrong, "%sX", rows[i].clear);
		assert_false(aaa_secret_matches(rows[i].type, rows[i].stored, str_of(wrong)));
		wrong[strlen(rows[i].clear) - 1] = '\0';
		assert_false(aaa_secret_matches(rows[i].type, rows[i].stored, str_of(wrong)));
		assert_false(aaa_secret_matches(rows[i].type, rows[i].stored, STR("")));
		assert_false(aaa_secret_matches(rows[i].type, rows[i].stored, str_of(rows[i].stored)) &&
			     rows[i].type != 0);
	}
}

static void every_character_of_a_hash_counts(void **state)
{
	static const char *const stored[] = { "$1$28772684$iEwNOgGugqO9.bIz5sk8k/",
					      "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk",
					      "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6" };
	static const int type_of[] = { 5, 8, 9 };
	char changed[AAA_SECRET_SIZE];

	for (size_t s = 0; s < 3; s++)
		for (size_t i = 3; stored[s][i]; i++) {
			snprintf(changed, sizeof changed, "%s", stored[s]);
			if (changed[i] == '$')
				continue;
			changed[i] = changed[i] == '.' ? '2' : '.'; /* both stand for digests that end in zero bits */
			assert_false(aaa_secret_matches(type_of[s], changed, STR("hashcat")));
		}
}

static void made_secrets_match(void **state)
{
	static const char *const clears[] = { "x", "cisco", "with blank and \"quotes\"", "\xc3\xa4\xc3\xb6",
					      "a text that is longer than the thirty-two bytes of the digests" };
	char stored[AAA_SECRET_SIZE], again[AAA_SECRET_SIZE];

	for (size_t t = 0; t < TYPES; t++)
		for (size_t c = 0; c < sizeof clears / sizeof *clears; c++) {
			struct str clear = str_of(clears[c]);

			assert_int_equal(aaa_secret_make(types[t], clear, stored, sizeof stored, NULL), 0);
			assert_true(aaa_secret_valid(types[t], stored));
			assert_true(aaa_secret_matches(types[t], stored, clear));
			assert_false(aaa_secret_matches(types[t], stored, STR("other")));
			assert_int_equal(aaa_secret_make(types[t], clear, again, sizeof again, NULL), 0);
			assert_true(types[t] == 7 || strcmp(stored, again) != 0); /* type 7 has 16 salts only */
		}
}

static void forms_look_as_ios_writes_them(void **state)
{
	static const size_t lengths[] = { 30, 12, 61, 61 };
	char stored[AAA_SECRET_SIZE];

	for (int round = 0; round < 20; round++)
		for (size_t t = 0; t < TYPES - (round > 0 ? 2 : 0); t++) {
			assert_int_equal(aaa_secret_make(types[t], STR("cisco"), stored, sizeof stored, NULL), 0);
			assert_int_equal(strlen(stored), lengths[t]);
			if (types[t] == 7) {
				assert_true(stored[0] < '2');
				assert_int_equal(strspn(stored, "0123456789ABCDEF"), 12);
			}
		}
}

static void malformed_forms_match_nothing(void **state)
{
	static const struct {
		int type;
		const char *stored;
	} rows[] = {
		{ 0, "" },
		{ 0, "a\nb" },
		{ 1, "cisco" },
		{ -1, "cisco" },
		{ 4, "2btjjy78REtmYkkW0csHUbJZOstRXoWdX1mGrmmfeHI" },
		{ 5, "" },
		{ 5, "cisco" },
		{ 5, "$1$" },
		{ 5, "$1$$hx5rVt7rPNoS4wqbXKX7m0" },
		{ 5, "$1$mERr$" },
		{ 5, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m" },
		{ 5, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m00" },
		{ 5, "$1$mERr$hx5rVt7rPNoS4wqbXKX7mz" },
		{ 5, "$1$mERrmERrm$hx5rVt7rPNoS4wqbXKX7m0" },
		{ 5, "$1$mE:r$hx5rVt7rPNoS4wqbXKX7m0" },
		{ 5, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m\xff" },
		{ 7, "" },
		{ 7, "09" },
		{ 7, "0" },
		{ 7, "094F471A1A0" },
		{ 7, "094F471A1A0G" },
		{ 7, "9X4F471A1A0A" },
		{ 7, "534F471A1A0A" },
		{ 7, "-14F471A1A0A" },
		{ 7, "0064" }, /* reveals a NUL */
		{ 8, "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFW" },
		{ 8, "$8$TnGX/fE4KGHOV$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk" },
		{ 8, "$8$TnGX/fE4KGHOVUU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk" },
		{ 8, "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWl" }, /* spare bits */
		{ 8, "$9$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk" },
		{ 9, "$8$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6" },
		{ 9, "$9$2MJBozw/9R3UsU" },
		{ 9, "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6 " },
		{ 9, "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdf=6" },
	};
	char endless[1000];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(aaa_secret_valid(rows[i].type, rows[i].stored));
		assert_false(aaa_secret_matches(rows[i].type, rows[i].stored, STR("cisco")));
		assert_false(aaa_secret_matches(rows[i].type, rows[i].stored, STR("hashcat")));
		assert_false(aaa_secret_matches(rows[i].type, rows[i].stored, STR("")));
	}
	memset(endless, '0', sizeof endless - 1);
	endless[sizeof endless - 1] = '\0';
	for (int type = -1; type < 12; type++)
		assert_false(aaa_secret_valid(type, endless));
}

static void odd_passwords_never_match(void **state)
{
	uint8_t endless[AAA_CLEAR_MAX + 1];
	char stored[AAA_SECRET_SIZE];
	struct errbuf e;

	memset(endless, 'x', sizeof endless);
	for (size_t t = 0; t < TYPES; t++) {
		assert_int_equal(aaa_secret_make(types[t], STR(""), stored, sizeof stored, &e), E_INVAL);
		assert_int_equal(aaa_secret_make(types[t], STR("a\0b"), stored, sizeof stored, &e), E_INVAL);
		assert_int_equal(
		    aaa_secret_make(types[t], (struct str){ endless, sizeof endless }, stored, sizeof stored, &e),
		    E_INVAL);
		assert_string_equal(stored, "");
		assert_int_equal(
		    aaa_secret_make(types[t], (struct str){ endless, AAA_CLEAR_MAX }, stored, sizeof stored, &e), 0);
		assert_false(aaa_secret_matches(types[t], stored, (struct str){ endless, sizeof endless }));
		assert_int_equal(aaa_secret_make(types[t], STR("cisco"), stored, 10, &e), E_TOOBIG);
	}
	assert_int_equal(aaa_secret_make(0, STR("cisco"), stored, sizeof stored, &e), E_UNSUPPORTED);
	assert_int_equal(aaa_secret_make(4, STR("cisco"), stored, sizeof stored, &e), E_UNSUPPORTED);
	assert_false(aaa_secret_matches(0, "cisco", STR("cisco\0")));
}

static void the_decoy_is_valid_and_matches_nothing(void **state)
{
	assert_true(aaa_secret_valid(9, aaa_decoy_secret));
	assert_false(aaa_secret_matches(9, aaa_decoy_secret, STR("")));
	assert_false(aaa_secret_matches(9, aaa_decoy_secret, STR("cisco")));
}

static void slow_types_are_named(void **state)
{
	assert_false(aaa_secret_is_slow(0));
	assert_true(aaa_secret_is_slow(5));
	assert_false(aaa_secret_is_slow(7));
	assert_true(aaa_secret_is_slow(8));
	assert_true(aaa_secret_is_slow(9));
	assert_false(aaa_secret_is_slow(99));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_pairs_match),
		cmocka_unit_test(every_character_of_a_hash_counts),
		cmocka_unit_test(made_secrets_match),
		cmocka_unit_test(forms_look_as_ios_writes_them),
		cmocka_unit_test(malformed_forms_match_nothing),
		cmocka_unit_test(odd_passwords_never_match),
		cmocka_unit_test(the_decoy_is_valid_and_matches_nothing),
		cmocka_unit_test(slow_types_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
