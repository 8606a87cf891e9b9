/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a DSA pair signs and verifies as RFC 4253 section 6.6 has it, comes back from its file's form, and no other
 * size, number out of its range or signature of another length is taken.
 */
#include "keys/dsa.h"
#include "keys/keys_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct key key;
static struct buf blob;

static int setup(void **state)
{
	struct buf der;
	int r;

	(void)state;
	buf_init(&der, 0);
	buf_init(&blob, 0);
	r = key_make_dsa(&der);
	if (r == 0)
		r = key_from_private(buf_str(&der), &key);
	key.usage = KEY_SIGNATURE;
	key_blob(&key, &blob);
	buf_release(&der);
	return r ? r : blob.err;
}

static int teardown(void **state)
{
	(void)state;
	key_release(&key);
	buf_release(&blob);
	return 0;
}

static void signs_and_verifies(void **state)
{
	static const char *const others[] = { "ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256" };
	struct buf sig;
	struct str alg = STR("ssh-dss");

	(void)state;
	assert_int_equal(key.type, KEY_DSA);
	assert_int_equal(key.bits, 1024);
	assert_true(key_alg_fits(&key, alg));
	for (size_t i = 0; i < 4; i++)
		assert_false(key_alg_fits(&key, str_of(others[i])));
	for (int i = 0; i < 20; i++) { /* numbers with leading zeros keep their 20 bytes */
		buf_init(&sig, 0);
		assert_int_equal(key_sign(&key, alg, STR("text"), &sig), 0);
		assert_int_equal(buf_len(&sig), 4 + 7 + 4 + 40);
		assert_int_equal(key_verify(alg, buf_str(&blob), STR("text"), buf_str(&sig)), 0);
		assert_int_equal(key_verify(alg, buf_str(&blob), STR("test"), buf_str(&sig)), E_DENIED);
		assert_int_equal(key_verify(STR("ssh-rsa"), buf_str(&blob), STR("text"), buf_str(&sig)), E_INVAL);
		sig.data[sig.len - 1] ^= 1;
		assert_true(key_verify(alg, buf_str(&blob), STR("text"), buf_str(&sig)) < 0);
		buf_release(&sig);
	}
}

static void signatures_have_forty_bytes(void **state)
{
	static const uint8_t ones[60] = { [0 ... 59] = 1 };
	struct buf sig;

	(void)state;
	for (size_t n = 0; n < sizeof ones; n++) {
		buf_init(&sig, 0);
		buf_put_cstr(&sig, "ssh-dss");
		buf_put_str(&sig, (struct str){ ones, n });
		assert_int_equal(key_verify(STR("ssh-dss"), buf_str(&blob), STR("text"), buf_str(&sig)),
				 n == 40 ? E_DENIED : E_INVAL);
		buf_release(&sig);
	}
}

/* The fields of the good blob with one of them in another form. */
static int with_field(size_t which, struct str other)
{
	struct cur c = cur_of(buf_str(&blob));
	struct key_public pub;
	struct errbuf e = { "" };
	struct buf b;
	int r;

	buf_init(&b, 0);
	for (size_t i = 0; i < 5; i++) {
		struct str field = cur_str(&c);

		buf_put_str(&b, i == which ? other : field);
	}
	r = key_public_parse(buf_str(&b), &pub, &e);
	assert_int_equal(r < 0, e.text[0] != '\0');
	buf_release(&b);
	return r;
}

static void bad_numbers_are_refused(void **state)
{
	static uint8_t number[130];

	(void)state;
	assert_int_equal(with_field(9, STR("")), 0);
	for (size_t field = 1; field <= 4; field++) {
		assert_int_equal(with_field(field, STR("")), E_INVAL);
		assert_int_equal(with_field(field, STR("\1")), E_INVAL);
		assert_int_equal(with_field(field, STR("\0")), E_INVAL);
		assert_int_equal(with_field(field, STR("\200")), E_INVAL); /* negative */
		memset(number, 0xff, sizeof number);
		number[0] = 0;
		assert_int_equal(with_field(field, (struct str){ number, 130 }), E_INVAL);
		if (field != 1) /* as large as can be: not under p */
			assert_int_equal(with_field(field, (struct str){ number, 129 }), E_INVAL);
		number[128] = 0xfe;
		assert_int_equal(with_field(field, (struct str){ number, 129 }), E_INVAL); /* or even */
		assert_int_equal(with_field(field, (struct str){ number, 64 }), field < 3 ? E_INVAL : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_and_verifies),
		cmocka_unit_test(signatures_have_forty_bytes),
		cmocka_unit_test(bad_numbers_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
