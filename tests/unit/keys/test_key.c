/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: public keys and signatures made by other programs are taken for what they are, ours are taken by ourselves, and
 * everything malformed, too short, too long or of the wrong kind is refused.
 */
#include "keys/keys.h"

#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse(const char *text, struct buf *blob, char type[32], char comment[128], struct errbuf *e)
{
	buf_release(blob);
	buf_init(blob, 0);
	return key_parse_openssh(str_of(text), blob, type, comment, e);
}

static void unbase64(const char *text, struct buf *out)
{
	size_t n = strlen(text);
	uint8_t *room = buf_room(out, n);
	int got = EVP_DecodeBlock(room, (const unsigned char *)text, (int)n);

	assert_true(got > 0);
	while (n && text[n - 1] == '=') {
		got--;
		n--;
	}
	buf_claim(out, (size_t)got);
}

static void unhex(const char *hex, struct buf *out)
{
	for (; *hex; hex += 2) {
		char two[3] = { hex[0], hex[1], '\0' };

		buf_put_u8(out, (uint8_t)strtoul(two, NULL, 16));
	}
}

static void key_strings_are_read(void **state)
{
	static const struct {
		const char *text, *type, *comment, *md5;
	} rows[] = {
		{ RSA_1024, "ssh-rsa", "", RSA_1024_MD5 },
		{ "ssh-rsa " RSA_1024 " user@host", "ssh-rsa", "user@host", RSA_1024_MD5 },
		{ "  ssh-rsa\r\n" RSA_1024 "\r\n", "ssh-rsa", "", RSA_1024_MD5 },
		{ "ssh-rsa " RSA_2048 " AAAA1", "ssh-rsa", "AAAA1", RSA_2048_MD5 }, /* the comment could be base64 */
		{ RSA_2048 "\n", "ssh-rsa", "", RSA_2048_MD5 },
		{ "ssh-ed25519 " ED25519 " a b", "ssh-ed25519", "a b", ED25519_MD5 },
		{ ED25519 " \t a\033[2Jb\n", "ssh-ed25519", "a?[2Jb", ED25519_MD5 },
	};
	struct buf blob;
	char type[32], comment[128], md5[33];
	struct errbuf e;

	buf_init(&blob, 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(parse(rows[i].text, &blob, type, comment, &e), 0);
		assert_string_equal(type, rows[i].type);
		assert_string_equal(comment, rows[i].comment);
		key_hash_md5(buf_str(&blob), md5);
		assert_string_equal(md5, rows[i].md5);
	}
	buf_release(&blob);
}

static void key_strings_may_be_broken_anywhere(void **state)
{
	const char *text = RSA_1024;
	char broken[2 * sizeof RSA_1024], type[32], comment[128], sha[51], md5[33];
	struct buf blob;

	buf_init(&blob, 0);
	for (size_t width = 1; width < 90; width += 11) {
		size_t n = 0;

		for (size_t i = 0; text[i]; i++) {
			broken[n++] = text[i];
			if (i % width == width - 1)
				broken[n++] = '\n';
		}
		broken[n] = '\0';
		assert_int_equal(parse(broken, &blob, type, comment, NULL), 0);
		key_hash_sha256(buf_str(&blob), sha);
		assert_string_equal(sha, RSA_1024_SHA256);
	}
	assert_int_equal(parse(ED25519, &blob, type, comment, NULL), 0);
	key_hash_sha256(buf_str(&blob), sha);
	assert_string_equal(sha, ED25519_SHA256);
	key_hash_md5((struct str){ NULL, 0 }, md5);
	assert_string_equal(md5, "D41D8CD98F00B204E9800998ECF8427E");
	buf_release(&blob);
}

static void bad_key_strings_are_refused(void **state)
{
	static const char *const rows[] = {
		"",
		" \n",
		"ssh-rsa",
		"ssh-rsa ",
		"ssh-rsa !!!!",
		"AAAA",
		"AAAAAAAAAAAAAAAA",
		"/////////////////",
		"AAAAB3NzaC1yc2EAAAADAQAB",
		"AAAAC3NzaC1lZDI1NTE5AAAAIObwRN21cJbjjvU/gYUVL8L+/XyKBMcHf2hs9hdT6k8",
		RSA_1024_SPARE_BITS,
		"ssh-rsa " ED25519,
		"ssh-dss " RSA_1024,
		"ecdsa-sha2-nistp256 " ECDSA " x",
		RSA_768,
		ED25519 "=",
		ED25519 "!",
		"AAAAB3NzaC1yc2EAAAABAQAAAIEA", /* e = 1 */
		"AAAAB3NzaC1yc2EAAAAAAAAAAA==", /* empty numbers */
	};
	struct buf blob;
	char type[32], comment[128], *huge = malloc(200001);

	buf_init(&blob, 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct errbuf e = { "" };

		assert_int_equal(parse(rows[i], &blob, type, comment, &e), E_INVAL);
		assert_true(e.text[0] != '\0');
		assert_int_equal(buf_len(&blob), 0);
		assert_string_equal(type, "");
	}
	memset(huge, 'A', 200000);
	huge[200000] = '\0';
	assert_int_equal(parse(huge, &blob, type, comment, NULL), E_INVAL);
	free(huge);
	buf_release(&blob);
}

static void every_cut_of_a_key_string_is_refused(void **state)
{
	static const char text[] = "ssh-rsa " RSA_1024;
	struct buf blob;
	char type[32], comment[128];

	for (size_t n = 0; n < sizeof text - 2; n++) {
		buf_init(&blob, 0);
		/* Without its padding a key is still whole. */
		if (n != strcspn(text, "="))
			assert_int_equal(
			    key_parse_openssh((struct str){ (const uint8_t *)text, n }, &blob, type, comment, NULL),
			    text[n - (n > 0)] == '=' ? 0 : E_INVAL);
		buf_release(&blob);
	}
}

static void foreign_signatures_verify(void **state)
{
	static const struct {
		const char *alg, *inner, *base64;
		int want;
	} rows[] = {
		{ "rsa-sha2-256", "rsa-sha2-256", SIG_SHA256, 0 },
		{ "rsa-sha2-512", "rsa-sha2-512", SIG_SHA512, 0 },
		{ "rsa-sha2-256", "rsa-sha2-256", SIG_SHA512, E_DENIED },
		{ "rsa-sha2-256", "rsa-sha2-512", SIG_SHA512, E_INVAL }, /* the name inside must be the one outside */
		{ "rsa-sha2-256", "rsa-sha2-256", SIG_SHA1, E_DENIED },
		{ "ssh-rsa", "ssh-rsa", SIG_SHA1, E_UNSUPPORTED }, /* a row, but not enabled */
		{ "ssh-ed25519", "ssh-ed25519", SIG_SHA256, E_INVAL },
		{ "none", "none", SIG_SHA256, E_UNSUPPORTED },
		{ "", "", SIG_SHA256, E_UNSUPPORTED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf blob, raw, sig;

		buf_init(&blob, 0);
		buf_init(&raw, 0);
		buf_init(&sig, 0);
		unbase64(RSA_1024, &blob);
		unbase64(rows[i].base64, &raw);
		buf_put_cstr(&sig, rows[i].inner);
		buf_put_str(&sig, buf_str(&raw));
		assert_int_equal(key_verify(str_of(rows[i].alg), buf_str(&blob), STR("abc"), buf_str(&sig)),
				 rows[i].want);
		if (rows[i].want == 0)
			assert_int_equal(key_verify(str_of(rows[i].alg), buf_str(&blob), STR("abd"), buf_str(&sig)),
					 E_DENIED);
		buf_release(&blob);
		buf_release(&raw);
		buf_release(&sig);
	}
}

static void ed25519_agrees_with_rfc_8032(void **state)
{
	struct buf blob, sig, raw;

	buf_init(&blob, 0);
	buf_init(&sig, 0);
	buf_init(&raw, 0);
	unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", &raw);
	buf_put_cstr(&blob, "ssh-ed25519");
	buf_put_str(&blob, buf_str(&raw));
	buf_clear(&raw);
	unhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	      &raw);
	buf_put_cstr(&sig, "ssh-ed25519");
	buf_put_str(&sig, buf_str(&raw));
	assert_int_equal(key_verify(STR("ssh-ed25519"), buf_str(&blob), STR("r"), buf_str(&sig)), 0);
	assert_int_equal(key_verify(STR("ssh-ed25519"), buf_str(&blob), STR("s"), buf_str(&sig)), E_DENIED);
	assert_int_equal(key_verify(STR("rsa-sha2-256"), buf_str(&blob), STR("r"), buf_str(&sig)), E_INVAL);
	/* every cut and every flipped byte */
	for (size_t n = 0; n < buf_len(&sig); n++) {
		sig.data[sig.off + n] ^= 1;
		assert_true(key_verify(STR("ssh-ed25519"), buf_str(&blob), STR("r"), buf_str(&sig)) < 0);
		sig.data[sig.off + n] ^= 1;
		assert_true(key_verify(STR("ssh-ed25519"), buf_str(&blob), STR("r"), (struct str){ buf_ptr(&sig), n }) <
			    0);
	}
	for (size_t n = 0; n < buf_len(&blob); n++)
		assert_int_equal(
		    key_verify(STR("ssh-ed25519"), (struct str){ buf_ptr(&blob), n }, STR("r"), buf_str(&sig)),
		    n == buf_len(&blob) ? 0 : E_INVAL);
	buf_release(&blob);
	buf_release(&sig);
	buf_release(&raw);
}

static void odd_rsa_keys_are_refused(void **state)
{
	static const struct {
		size_t e_size, n_size;
		uint8_t e_last, n_last;
		int want;
	} rows[] = {
		{ 3, 128, 1, 1, E_DENIED }, /* plausible: only the signature is wrong */
		{ 3, 127, 1, 1, E_UNSUPPORTED }, { 3, 128, 2, 1, E_INVAL },   { 3, 128, 1, 2, E_INVAL },
		{ 0, 128, 1, 1, E_INVAL },       { 3, 0, 1, 1, E_INVAL },     { 1, 128, 1, 1, E_INVAL },
		{ 9, 128, 1, 1, E_INVAL },       { 3, 1024, 1, 1, E_DENIED }, { 3, 1025, 1, 1, E_INVAL },
		{ 3, 16384, 1, 1, E_INVAL },
	};
	static uint8_t bytes[16384];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf blob, sig;

		buf_init(&blob, 0);
		buf_init(&sig, 0);
		buf_put_cstr(&blob, "ssh-rsa");
		memset(bytes, 0, sizeof bytes);
		bytes[0] = 1;
		if (rows[i].e_size)
			bytes[rows[i].e_size - 1] = rows[i].e_last;
		buf_put_mpint(&blob, bytes, rows[i].e_size);
		memset(bytes, 0xc5, sizeof bytes);
		if (rows[i].n_size)
			bytes[rows[i].n_size - 1] = rows[i].n_last;
		buf_put_mpint(&blob, bytes, rows[i].n_size);
		memset(bytes, 0x11, sizeof bytes);
		buf_put_cstr(&sig, "rsa-sha2-256");
		buf_put_str(&sig, (struct str){ bytes, rows[i].n_size < 1024 ? rows[i].n_size : 1024 });
		assert_int_equal(key_verify(STR("rsa-sha2-256"), buf_str(&blob), STR("x"), buf_str(&sig)),
				 rows[i].want);
		buf_release(&blob);
		buf_release(&sig);
	}
}

static void make_rsa(struct key *key, unsigned bits)
{
	*key = (struct key){ .type = KEY_RSA, .bits = bits, .pkey = EVP_RSA_gen(bits) };
	assert_non_null(key->pkey);
}

static void own_signatures_verify(void **state)
{
	static const char *const algs[] = { "ssh-ed25519", "rsa-sha2-256", "rsa-sha2-512", "ssh-rsa" };
	struct key keys[2] = { { .type = KEY_ED25519, .bits = 256, .pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") } };

	make_rsa(&keys[1], 1024);
	for (int k = 0; k < 2; k++)
		for (int a = 0; a < 4; a++) {
			bool fits = k == 0 ? a == 0 : a == 1 || a == 2;
			struct str alg = str_of(algs[a]);
			struct buf blob, sig;

			buf_init(&blob, 0);
			buf_init(&sig, 0);
			key_blob(&keys[k], &blob);
			assert_int_equal(key_alg_fits(&keys[k], alg), fits);
			assert_int_equal(key_sign(&keys[k], alg, STR("text"), &sig), fits ? 0 : E_UNSUPPORTED);
			if (fits)
				assert_int_equal(key_verify(alg, buf_str(&blob), STR("text"), buf_str(&sig)), 0);
			buf_release(&blob);
			buf_release(&sig);
		}
	assert_false(key_sign_is_slow(&keys[0]));
	assert_false(key_sign_is_slow(&keys[1]));
	keys[1].usage = KEY_ENCRYPTION; /* never signs */
	assert_false(key_alg_fits(&keys[1], STR("rsa-sha2-256")));
	keys[1].bits = 3072;
	assert_true(key_sign_is_slow(&keys[1]));
	key_release(&keys[0]);
	key_release(&keys[1]);
}

static void short_moduli_cannot_sign_long_digests(void **state)
{
	struct key key;
	struct buf sig;

	buf_init(&sig, 0);
	make_rsa(&key, 512);
	assert_true(key_alg_fits(&key, STR("rsa-sha2-256")));
	assert_int_equal(key_sign(&key, STR("rsa-sha2-256"), STR("x"), &sig), 0);
	assert_false(key_alg_fits(&key, STR("rsa-sha2-512")));
	assert_int_equal(key_sign(&key, STR("rsa-sha2-512"), STR("x"), &sig), E_UNSUPPORTED);
	key_release(&key);
	buf_release(&sig);
}

static void stripped_rsa_signatures_verify(void **state)
{
	struct key key;
	struct buf blob, sig, bare;
	unsigned found = 0;

	make_rsa(&key, 1024);
	buf_init(&blob, 0);
	key_blob(&key, &blob);
	/* One signature in 256 begins with a zero byte, which some clients drop. */
	for (uint32_t i = 0; i < 5000 && !found; i++) {
		struct str data = { (uint8_t *)&i, sizeof i }, raw;
		struct cur c;

		buf_init(&sig, 0);
		buf_init(&bare, 0);
		assert_int_equal(key_sign(&key, STR("rsa-sha2-256"), data, &sig), 0);
		c = cur_of(buf_str(&sig));
		cur_str(&c);
		raw = cur_str(&c);
		if (raw.p[0] == 0) {
			found++;
			buf_put_cstr(&bare, "rsa-sha2-256");
			buf_put_str(&bare, (struct str){ raw.p + 1, raw.n - 1 });
			assert_int_equal(key_verify(STR("rsa-sha2-256"), buf_str(&blob), data, buf_str(&bare)), 0);
		}
		buf_release(&sig);
		buf_release(&bare);
	}
	assert_int_equal(found, 1);
	buf_release(&blob);
	key_release(&key);
}

static void private_keys_come_back(void **state)
{
	struct key key, again = { 0 };
	struct buf der, blob, blob2;

	make_rsa(&key, 1024);
	buf_init(&der, 0);
	buf_init(&blob, 0);
	buf_init(&blob2, 0);
	assert_int_equal(keys_export_private(&key, &der), 0);
	assert_int_equal(key_from_private(buf_str(&der), &again), 0);
	assert_int_equal(again.type, KEY_RSA);
	assert_int_equal(again.bits, 1024);
	key_blob(&key, &blob);
	key_blob(&again, &blob2);
	assert_true(str_eq(buf_str(&blob), buf_str(&blob2)));
	key_release(&again);
	for (size_t n = 0; n < buf_len(&der); n++)
		assert_true(key_from_private((struct str){ buf_ptr(&der), n }, &again) < 0);
	buf_put_u8(&der, 0); /* trailing byte */
	assert_int_equal(key_from_private(buf_str(&der), &again), E_INVAL);
	assert_null(again.pkey);
	buf_release(&der);
	buf_release(&blob);
	buf_release(&blob2);
	key_release(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_strings_are_read),
		cmocka_unit_test(key_strings_may_be_broken_anywhere),
		cmocka_unit_test(bad_key_strings_are_refused),
		cmocka_unit_test(every_cut_of_a_key_string_is_refused),
		cmocka_unit_test(foreign_signatures_verify),
		cmocka_unit_test(ed25519_agrees_with_rfc_8032),
		cmocka_unit_test(odd_rsa_keys_are_refused),
		cmocka_unit_test(own_signatures_verify),
		cmocka_unit_test(short_moduli_cannot_sign_long_digests),
		cmocka_unit_test(stripped_rsa_signatures_verify),
		cmocka_unit_test(private_keys_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
