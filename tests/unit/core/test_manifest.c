/* SPDX-License-Identifier: Apache-2.0
 *
 * test_manifest.c: a manifest is read back as it was written; whichever byte is changed, it is not genuine; names that
 * no file can have are not taken.
 */
#include "core/files/manifest.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static EVP_PKEY *key(uint8_t fill)
{
	uint8_t seed[32];

	memset(seed, fill, sizeof seed);
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
}

static struct manifest sample(void)
{
	struct manifest m = {
		.image = { true, "images/first.bin", "1.2.3", 4700000, 1234567890, { 1, 2, 3 } },
		.config = { true, ".runcfg-20261128-181500.ar", "1.2.3", 400, 1234567899, { 4, 5, 6 } },
	};

	return m;
}

static void is_read_back(void **state)
{
	struct manifest m = sample(), read;
	EVP_PKEY *k = key(1);
	struct buf b;

	(void)state;
	for (int has = 0; has < 4; has++) {
		m.image.set = has & 1;
		m.config.set = has & 2;
		buf_init(&b, MANIFEST_MAX);
		assert_int_equal(manifest_encode(&m, k, &b), 0);
		assert_int_equal(manifest_parse(buf_str(&b), &read), 0);
		assert_true(manifest_genuine(buf_str(&b), k));
		assert_int_equal(read.image.set, m.image.set);
		assert_int_equal(read.config.set, m.config.set);
		assert_string_equal(read.image.name, m.image.set ? m.image.name : "");
		assert_string_equal(read.config.name, m.config.set ? m.config.name : "");
		if (m.image.set) {
			assert_string_equal(read.image.version, m.image.version);
			assert_int_equal(read.image.size, m.image.size);
			assert_int_equal(read.image.time, m.image.time);
			assert_memory_equal(read.image.digest, m.image.digest, MANIFEST_DIGEST);
		}
		buf_release(&b);
	}
	EVP_PKEY_free(k);
}

static void every_byte_counts(void **state)
{
	struct manifest m = sample();
	EVP_PKEY *k = key(1), *other = key(2);
	struct buf b;

	(void)state;
	buf_init(&b, MANIFEST_MAX);
	assert_int_equal(manifest_encode(&m, k, &b), 0);
	assert_false(manifest_genuine(buf_str(&b), other));
	for (size_t i = 0; i < buf_len(&b); i++) {
		b.data[b.off + i] ^= 0x20;
		assert_false(manifest_genuine(buf_str(&b), k));
		b.data[b.off + i] ^= 0x20;
		assert_false(manifest_genuine((struct str){ buf_ptr(&b), i }, k));
		assert_int_equal(manifest_parse((struct str){ buf_ptr(&b), i }, &m), E_INVAL);
	}
	assert_true(manifest_genuine(buf_str(&b), k));
	buf_release(&b);
	EVP_PKEY_free(k);
	EVP_PKEY_free(other);
}

static void names_lead_nowhere_else(void **state)
{
	static const char *const bad_images[] = { "", "/", "../x", "a/../../x", "/x", "x/", "a//b", "a\nb", ".." };
	static const char *const bad_configs[] = { "", "a/b", "../x", ".", "..", "a\x01", "/x" };
	EVP_PKEY *k = key(1);
	struct buf b;

	(void)state;
	for (size_t i = 0; i < 9 + 7; i++) {
		struct manifest m = sample(), read;

		snprintf(i < 9 ? m.image.name : m.config.name, PATH_BYTES, "%s",
			 i < 9 ? bad_images[i] : bad_configs[i - 9]);
		buf_init(&b, MANIFEST_MAX);
		assert_int_equal(manifest_encode(&m, k, &b), 0);
		assert_int_equal(manifest_parse(buf_str(&b), &read), E_INVAL);
		assert_false(read.image.set || read.config.set);
		buf_release(&b);
	}
	EVP_PKEY_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_read_back),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(names_lead_nowhere_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
