/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: public keys and signatures made by other programs are taken for what they are, ours are taken by ourselves, and
 * everything malformed, too short, too long or of the wrong kind is refused.
 */
#include "keys/keys_private.h"

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

static int parse(const char *text, struct buf *blob, char type[KEY_TYPE_MAX], char comment[128], struct errbuf *e)
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
		{ "ecdsa-sha2-nistp384 " ECDSA_384 " x", "ecdsa-sha2-nistp384", "x", ECDSA_384_MD5 },
		{ ECDSA_521, "ecdsa-sha2-nistp521", "", ECDSA_521_MD5 },
	};
	struct buf blob;
	char type[KEY_TYPE_MAX], comment[128], md5[33];
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
	char broken[2 * sizeof RSA_1024], type[KEY_TYPE_MAX], comment[128], sha[51], md5[33];
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
		"ecdsa-sha2-nistp384 " ECDSA " x",
		"ecdsa-sha2-nistp256",
		RSA_768,
		ED25519 "=",
		ED25519 "!",
		"AAAAB3NzaC1yc2EAAAABAQAAAIEA", /* e = 1 */
		"AAAAB3NzaC1yc2EAAAAAAAAAAA==", /* empty numbers */
	};
	struct buf blob;
	char type[KEY_TYPE_MAX], comment[128], *huge = malloc(200001);

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
	char type[KEY_TYPE_MAX], comment[128];

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
		{ "ssh-rsa", "ssh-rsa", SIG_SHA1, 0 }, /* whether anybody may use it is asked elsewhere */
		{ "ssh-rsa", "ssh-rsa", SIG_SHA256, E_DENIED },
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

/* RFC 6979 appendix A.2.5 to A.2.7: message "sample". */
static const struct {
	const char *alg, *curve, *point, *r, *s;
} ec_vectors[] = {
	{ "ecdsa-sha2-nistp256", "nistp256",
	  "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
	  "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
	  "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
	  "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8" },
	{ "ecdsa-sha2-nistp384", "nistp384",
	  "04EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13"
	  "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720",
	  "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
	  "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8" },
	{ "ecdsa-sha2-nistp521", "nistp521",
	  "0401894550D0785932E00EAA23B694F213F8C3121F86DC97A04E5A7167DB4E5BCD371123D46E45DB6B5D5370A7F20FB633155D38FFA1"
	  "6D2BD761DCAC474B9A2F5023A400493101C962CD4D2FDDF782285E64584139C2F91B47F87FF82354D6630F746A28A0DB25741B5B34A8"
	  "28008B22ACC23F924FAAFBD4D33F81EA66956DFEAA2BFDFCF5",
	  "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F174E25A1EE9017B5D450606ADD152B534931D7D4E845"
	  "5CC91F9B15BF05EC36E377FA",
	  "00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1"
	  "DCCC43997F1EE0E44DA4A67A" },
};

static void put_number(const char *hex, struct buf *out)
{
	struct buf raw;

	buf_init(&raw, 0);
	unhex(hex, &raw);
	buf_put_mpint(out, buf_ptr(&raw), buf_len(&raw));
	buf_release(&raw);
}

static void put_signature(size_t i, struct buf *out)
{
	struct buf numbers;

	buf_init(&numbers, 0);
	put_number(ec_vectors[i].r, &numbers);
	put_number(ec_vectors[i].s, &numbers);
	buf_put_cstr(out, ec_vectors[i].alg);
	buf_put_str(out, buf_str(&numbers));
	buf_release(&numbers);
}

static void put_ec_blob(const char *type, const char *curve, struct str point, struct buf *out)
{
	buf_clear(out);
	buf_put_cstr(out, type);
	buf_put_cstr(out, curve);
	buf_put_str(out, point);
}

static void ecdsa_agrees_with_rfc_6979(void **state)
{
	for (size_t i = 0; i < 3; i++) {
		struct str alg = str_of(ec_vectors[i].alg);
		struct buf blob, sig, point;

		buf_init(&blob, 0);
		buf_init(&sig, 0);
		buf_init(&point, 0);
		unhex(ec_vectors[i].point, &point);
		put_ec_blob(ec_vectors[i].alg, ec_vectors[i].curve, buf_str(&point), &blob);
		put_signature(i, &sig);
		assert_int_equal(key_verify(alg, buf_str(&blob), STR("sample"), buf_str(&sig)), 0);
		assert_int_equal(key_verify(alg, buf_str(&blob), STR("simple"), buf_str(&sig)), E_DENIED);
		assert_int_equal(key_verify(STR("rsa-sha2-256"), buf_str(&blob), STR("sample"), buf_str(&sig)),
				 E_INVAL);
		assert_int_equal(
		    key_verify(str_of(ec_vectors[(i + 1) % 3].alg), buf_str(&blob), STR("sample"), buf_str(&sig)),
		    E_INVAL);
		for (size_t n = 0; n < buf_len(&sig); n++) {
			sig.data[sig.off + n] ^= 1;
			assert_true(key_verify(alg, buf_str(&blob), STR("sample"), buf_str(&sig)) < 0);
			sig.data[sig.off + n] ^= 1;
		}
		for (size_t n = 0; n < buf_len(&sig); n += 5)
			assert_int_equal(
			    key_verify(alg, buf_str(&blob), STR("sample"), (struct str){ buf_ptr(&sig), n }), E_INVAL);
		buf_put_u8(&sig, 0);
		assert_int_equal(key_verify(alg, buf_str(&blob), STR("sample"), buf_str(&sig)), E_INVAL);
		buf_release(&blob);
		buf_release(&sig);
		buf_release(&point);
	}
}

/* Signatures of nothing: numbers that are 0, negative, not minimal, or longer than the curve's order. */
static void odd_ecdsa_signatures_are_refused(void **state)
{
	static const struct str numbers[] = {
		STR("\0\0\0\0\0\0\0\0"),
		STR("\0\0\0\1\1\0\0\0\0"),
		STR("\0\0\0\1\1\0\0\0\1\377"),
		STR("\0\0\0\1\1\0\0\0\1\1\0"),
		STR("\0\0\0\2\0\1\0\0\0\1\1"),
		STR("\0\0\0\1\1\0\0\0\42\1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
		STR("\0\0\0\1\1"),
		STR(""),
	};
	struct buf blob, sig;

	buf_init(&blob, 0);
	buf_init(&sig, 0);
	unbase64(ECDSA, &blob);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		buf_clear(&sig);
		buf_put_cstr(&sig, "ecdsa-sha2-nistp256");
		buf_put_str(&sig, numbers[i]);
		assert_int_equal(key_verify(STR("ecdsa-sha2-nistp256"), buf_str(&blob), STR("x"), buf_str(&sig)),
				 E_INVAL);
	}
	buf_release(&blob);
	buf_release(&sig);
}

/* What an operator may paste: each is refused with words that name the fault, as a key of `key-string` and as one that
 * a signature is to be verified with. */
static void expect_refusal(const struct buf *blob, const char *words)
{
	char type[KEY_TYPE_MAX], comment[128], *text = malloc(2 * buf_len(blob) + 8);
	struct errbuf e = { "" };
	struct buf out;

	buf_init(&out, 0);
	assert_true(EVP_EncodeBlock((unsigned char *)text, buf_ptr(blob), (int)buf_len(blob)) > 0);
	assert_int_equal(key_parse_openssh(str_of(text), &out, type, comment, &e), E_INVAL);
	if (!strstr(e.text, words))
		fail_msg("\"%s\" instead of \"%s\"", e.text, words);
	assert_int_equal(buf_len(&out), 0);
	free(text);
	buf_release(&out);
}

static void put_rsa(struct buf *blob, const char *e, size_t n_bits, uint8_t last)
{
	static uint8_t n[8192];
	struct buf number;

	memset(n, 0xc5, sizeof n);
	n[n_bits / 8 - 1] = last;
	buf_init(&number, 0);
	unhex(e, &number);
	buf_clear(blob);
	buf_put_cstr(blob, "ssh-rsa");
	buf_put_mpint(blob, buf_ptr(&number), buf_len(&number));
	buf_put_mpint(blob, n, n_bits / 8);
	buf_release(&number);
}

static void bad_rsa_keys_are_named(void **state)
{
	static const struct {
		const char *e;
		size_t bits;
		uint8_t last;
		const char *words;
	} rows[] = {
		{ "010001", 16384, 1, "16384 bits: at most 8192" },
		{ "010001", 768, 1, "768 bits: at least 1024" },
		{ "01", 2048, 1, "exponent that is 1 or even" },
		{ "010002", 2048, 1, "exponent that is 1 or even" },
		{ "02", 2048, 1, "exponent that is 1 or even" },
		{ "010000000000000001", 2048, 1, "exponent of 65 bits" },
		{ "010001", 2048, 2, "even modulus" },
		{ "010001", 40000, 1, "over 4096 bytes" },
	};
	struct buf blob;

	buf_init(&blob, 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		put_rsa(&blob, rows[i].e, rows[i].bits, rows[i].last);
		expect_refusal(&blob, rows[i].words);
		assert_true(key_verify(STR("rsa-sha2-256"), buf_str(&blob), STR("x"),
				       STR("\0\0\0\14rsa-sha2-256\0\0\0\1x")) < 0);
	}
	buf_release(&blob);
}

static void bad_points_are_named(void **state)
{
	static const char type[] = "ecdsa-sha2-nistp256", not_whole[] = "without a whole, uncompressed point";
	struct buf blob, point;
	uint8_t *p;

	buf_init(&blob, 0);
	buf_init(&point, 0);
	unhex(ec_vectors[0].point, &point);
	p = point.data + point.off;
	put_ec_blob(type, "nistp384", buf_str(&point), &blob);
	expect_refusal(&blob, "another curve than \"nistp256\"");
	put_ec_blob("ecdsa-sha2-nistp521", "nistp521", buf_str(&point), &blob);
	expect_refusal(&blob, not_whole);
	put_ec_blob(type, "nistp256", (struct str){ p, 64 }, &blob);
	expect_refusal(&blob, not_whole);
	put_ec_blob(type, "nistp256", STR("\0"), &blob);
	expect_refusal(&blob, not_whole); /* infinity */
	p[0] = 2;
	put_ec_blob(type, "nistp256", (struct str){ p, 33 }, &blob);
	expect_refusal(&blob, not_whole); /* compressed */
	p[0] = 6;
	put_ec_blob(type, "nistp256", buf_str(&point), &blob);
	expect_refusal(&blob, not_whole); /* hybrid */
	p[0] = 4;
	p[64] ^= 1;
	put_ec_blob(type, "nistp256", buf_str(&point), &blob);
	expect_refusal(&blob, "not on the curve");
	assert_int_equal(key_verify(str_of(type), buf_str(&blob), STR("x"),
				    STR("\0\0\0\23ecdsa-sha2-nistp256\0\0\0\12\0\0\0\1\1\0\0\0\1\1")),
			 E_INVAL);
	memset(p + 1, 0, 64);
	put_ec_blob(type, "nistp256", buf_str(&point), &blob);
	expect_refusal(&blob, "not on the curve");
	memset(p + 1, 0xff, 64);
	put_ec_blob(type, "nistp256", buf_str(&point), &blob);
	expect_refusal(&blob, "not on the curve");
	buf_release(&blob);
	buf_release(&point);
}

static void other_bad_keys_are_named(void **state)
{
	static const char *const unknown[] = {
		"ssh-xmss",       "ssh-ed448", "ssh-rsa-cert-v01@openssh.com", "ecdsa-sha2-nistp224",
		"x509v3-ssh-rsa", "ssh-rs"
	};
	struct errbuf e = { "" };
	char t[KEY_TYPE_MAX], comment[128];
	struct buf blob;

	buf_init(&blob, 0);
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		buf_clear(&blob);
		buf_put_cstr(&blob, unknown[i]);
		buf_put_cstr(&blob, "body");
		expect_refusal(&blob, "key type is not supported");
	}
	buf_clear(&blob);
	buf_put_cstr(&blob, "ssh-ed25519");
	buf_put_cstr(&blob, "short");
	expect_refusal(&blob, "malformed Ed25519 key");
	buf_clear(&blob);
	unbase64(ECDSA, &blob);
	buf_put(&blob, "trailing", 8);
	expect_refusal(&blob, "follow");
	assert_int_equal(key_parse_openssh(STR(ECDSA "AAAA"), &blob, t, comment, &e), E_INVAL);
	assert_non_null(strstr(e.text, "follows the key"));
	buf_release(&blob);
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
			bool fits = k == 0 ? a == 0 : a > 0;
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

/* n + `added` zeros before it in the signature, in a key's own form. */
static void put_wrapped(struct buf *out, const char *alg, const uint8_t *raw, size_t n, size_t added)
{
	buf_put_cstr(out, alg);
	buf_put_u32(out, (uint32_t)(n + added));
	while (added--)
		buf_put_u8(out, 0);
	buf_put(out, raw, n);
}

/* RSA: shorter is one some clients send (above), longer nobody does, and neither says anything else. */
static void longer_rsa_signatures_are_refused(void **state)
{
	struct key key;
	struct buf blob, sig, other;
	struct str raw;
	struct cur c;

	make_rsa(&key, 1024);
	buf_init(&blob, 0);
	buf_init(&sig, 0);
	buf_init(&other, 0);
	key_blob(&key, &blob);
	assert_int_equal(key_sign(&key, STR("rsa-sha2-256"), STR("x"), &sig), 0);
	c = cur_of(buf_str(&sig));
	cur_str(&c);
	raw = cur_str(&c);
	put_wrapped(&other, "rsa-sha2-256", raw.p, raw.n, 0);
	assert_int_equal(key_verify(STR("rsa-sha2-256"), buf_str(&blob), STR("x"), buf_str(&other)), 0);
	buf_clear(&other);
	put_wrapped(&other, "rsa-sha2-256", raw.p, raw.n, 1);
	assert_int_equal(key_verify(STR("rsa-sha2-256"), buf_str(&blob), STR("x"), buf_str(&other)), E_INVAL);
	buf_clear(&other);
	put_wrapped(&other, "rsa-sha2-256", raw.p, 0, 0);
	assert_int_equal(key_verify(STR("rsa-sha2-256"), buf_str(&blob), STR("x"), buf_str(&other)), E_INVAL);
	buf_release(&blob);
	buf_release(&sig);
	buf_release(&other);
	key_release(&key);
}

/* Little-endian a += the order of Ed25519's base point (RFC 8032 section 5.1). */
static void add_order(uint8_t a[32])
{
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
					   0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
	unsigned carry = 0;

	for (int i = 0; i < 32; i++) {
		carry += (unsigned)a[i] + order[i];
		a[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* Who has a signature must not be able to make a second one of it: S plus the order is refused (RFC 8032
 * section 5.1.7). */
static void a_second_form_of_ed25519_is_refused(void **state)
{
	struct key key = { .type = KEY_ED25519, .bits = 256, .pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") };
	struct buf blob, sig;
	uint8_t *raw;

	buf_init(&blob, 0);
	buf_init(&sig, 0);
	key_blob(&key, &blob);
	assert_int_equal(key_sign(&key, STR("ssh-ed25519"), STR("x"), &sig), 0);
	assert_int_equal(key_verify(STR("ssh-ed25519"), buf_str(&blob), STR("x"), buf_str(&sig)), 0);
	raw = sig.data + sig.len - 64;
	add_order(raw + 32);
	assert_int_equal(key_verify(STR("ssh-ed25519"), buf_str(&blob), STR("x"), buf_str(&sig)), E_DENIED);
	buf_release(&blob);
	buf_release(&sig);
	key_release(&key);
}

/* The order of P-256, which r and s stay under (FIPS 186-4 section 6.4.2), and a DER signature, which is none of SSH.
 */
static void ecdsa_numbers_are_under_the_order(void **state)
{
	static const char order[] = "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
	struct buf blob, sig, numbers, n;

	buf_init(&blob, 0);
	buf_init(&n, 0);
	unbase64(ECDSA, &blob);
	unhex(order, &n);
	for (int i = 0; i < 3; i++) {
		buf_init(&sig, 0);
		buf_init(&numbers, 0);
		buf_put_str(&numbers, i == 1 ? STR("\1") : buf_str(&n));
		buf_put_str(&numbers, i == 0 ? STR("\1") : buf_str(&n));
		buf_put_cstr(&sig, "ecdsa-sha2-nistp256");
		buf_put_str(&sig, buf_str(&numbers));
		assert_int_equal(key_verify(STR("ecdsa-sha2-nistp256"), buf_str(&blob), STR("x"), buf_str(&sig)),
				 E_DENIED);
		buf_release(&sig);
		buf_release(&numbers);
	}
	buf_init(&sig, 0);
	buf_put_cstr(&sig, "ecdsa-sha2-nistp256");
	buf_put_str(&sig, STR("\x30\x06\x02\x01\x01\x02\x01\x01"));
	assert_int_equal(key_verify(STR("ecdsa-sha2-nistp256"), buf_str(&blob), STR("x"), buf_str(&sig)), E_INVAL);
	buf_release(&sig);
	buf_release(&blob);
	buf_release(&n);
}

static void put_sk(struct buf *blob, struct buf *of, const char *application)
{
	struct cur c = cur_of(buf_str(of));

	cur_str(&c);
	buf_put_cstr(blob, "sk-ssh-ed25519@openssh.com");
	buf_put_str(blob, cur_str(&c));
	buf_put_cstr(blob, application);
}

/* flags and counter stand behind the signature, and in what is signed between two digests (PROTOCOL.u2f). */
static void put_sk_signature(struct buf *sig, const struct key *key, uint8_t flags, uint8_t signed_flags)
{
	uint8_t digest[32];
	struct buf message, plain;
	struct cur c;

	buf_init(&message, 0);
	buf_init(&plain, 0);
	EVP_Digest("ssh:", 4, digest, NULL, EVP_sha256(), NULL);
	buf_put(&message, digest, 32);
	buf_put_u8(&message, signed_flags);
	buf_put_u32(&message, 9);
	EVP_Digest("x", 1, digest, NULL, EVP_sha256(), NULL);
	buf_put(&message, digest, 32);
	assert_int_equal(key_sign(key, STR("ssh-ed25519"), buf_str(&message), &plain), 0);
	c = cur_of(buf_str(&plain));
	cur_str(&c);
	buf_clear(sig);
	buf_put_cstr(sig, "sk-ssh-ed25519@openssh.com");
	buf_put_str(sig, cur_str(&c));
	buf_put_u8(sig, flags);
	buf_put_u32(sig, 9);
	buf_release(&message);
	buf_release(&plain);
}

static void security_keys_attest(void **state)
{
	static const struct str alg = STR("sk-ssh-ed25519@openssh.com");
	struct key key = { .type = KEY_ED25519, .bits = 256, .pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") };
	struct buf plain, blob, sig;
	struct key_public pub;

	buf_init(&plain, 0);
	buf_init(&blob, 0);
	buf_init(&sig, 0);
	key_blob(&key, &plain);
	put_sk(&blob, &plain, "ssh:");
	put_sk_signature(&sig, &key, 1, 1);
	assert_int_equal(key_verify(alg, buf_str(&blob), STR("x"), buf_str(&sig)), 0);
	assert_int_equal(key_verify(alg, buf_str(&blob), STR("y"), buf_str(&sig)), E_DENIED);
	assert_int_equal(key_verify_flags(alg, buf_str(&blob), STR("x"), buf_str(&sig), KEY_SK_VERIFIED), E_DENIED);
	assert_int_equal(key_verify(STR("ssh-ed25519"), buf_str(&blob), STR("x"), buf_str(&sig)), E_INVAL);
	assert_int_equal(key_verify(alg, buf_str(&plain), STR("x"), buf_str(&sig)), E_INVAL);
	for (size_t n = 0; n < buf_len(&sig); n++)
		assert_int_equal(key_verify(alg, buf_str(&blob), STR("x"), (struct str){ buf_ptr(&sig), n }), E_INVAL);
	put_sk_signature(&sig, &key, 0, 0);
	assert_int_equal(key_verify(alg, buf_str(&blob), STR("x"), buf_str(&sig)), E_DENIED);
	assert_int_equal(key_verify_flags(alg, buf_str(&blob), STR("x"), buf_str(&sig), 0), 0);
	put_sk_signature(&sig, &key, 1, 0);
	assert_int_equal(key_verify(alg, buf_str(&blob), STR("x"), buf_str(&sig)), E_DENIED);
	assert_false(key_alg_fits(&key, alg)); /* a key of our own signs nothing in a security key's name */
	buf_clear(&blob);
	put_sk(&blob, &plain, "https://example.com");
	assert_int_equal(key_public_parse(buf_str(&blob), &pub, NULL), E_INVAL);
	buf_release(&plain);
	buf_release(&blob);
	buf_release(&sig);
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
		cmocka_unit_test(ecdsa_agrees_with_rfc_6979),
		cmocka_unit_test(odd_ecdsa_signatures_are_refused),
		cmocka_unit_test(bad_rsa_keys_are_named),
		cmocka_unit_test(bad_points_are_named),
		cmocka_unit_test(other_bad_keys_are_named),
		cmocka_unit_test(odd_rsa_keys_are_refused),
		cmocka_unit_test(own_signatures_verify),
		cmocka_unit_test(short_moduli_cannot_sign_long_digests),
		cmocka_unit_test(stripped_rsa_signatures_verify),
		cmocka_unit_test(longer_rsa_signatures_are_refused),
		cmocka_unit_test(a_second_form_of_ed25519_is_refused),
		cmocka_unit_test(ecdsa_numbers_are_under_the_order),
		cmocka_unit_test(security_keys_attest),
		cmocka_unit_test(private_keys_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
