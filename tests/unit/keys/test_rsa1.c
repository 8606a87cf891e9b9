/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a session key of SSH version 1 that a client wrapped comes out whole, whichever of the two keys is the larger,
 * and anything spoilt gives a key of nobody's, another one each time. And the answer to a challenge is what the client
 * of another implementation computes (Python's hashlib).
 */
#include "keys/rsa1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

static struct key large = { .type = KEY_RSA, .usage = KEY_SSH1 }, small = { .type = KEY_RSA, .usage = KEY_SSH1 };
static const uint8_t cookie[RSA1_COOKIE] = "cookies";
static uint8_t session_key[RSA1_KEY];

/* PKCS #1 by hand, so that it can be wrong: 0, kind, filler, separator, content. */
struct padding {
	uint8_t kind, separator;
	size_t filler; /* bytes of it that are zero, from the front */
};
static const struct padding right = { 2, 0, 0 };

static size_t wrap_once(const struct key *key, const struct padding *how, const uint8_t *in, size_t n, uint8_t *out)
{
	size_t size = key->bits / 8, fill = size - 3 - n;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	uint8_t block[512];

	assert_true(n + 3 <= size);
	block[0] = 0;
	block[1] = how->kind;
	for (size_t i = 0; i < fill; i++)
		block[2 + i] = i < how->filler ? 0 : 0x55;
	block[2 + fill] = how->separator;
	memcpy(block + 3 + fill, in, n);
	assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, out, &size, block, size), 1);
	EVP_PKEY_CTX_free(ctx);
	return size;
}

/* As a client does it: `content` bytes (32 is right) of the session key. */
static size_t wrap(const struct key *host, const struct key *server, const struct padding *inner,
		   const struct padding *outer, size_t content, uint8_t *out)
{
	uint8_t id[RSA1_SESSION_ID], mixed[64], half[512];
	size_t n;

	assert_int_equal(rsa1_session_id(host, server, cookie, id), 0);
	memset(mixed, 1, sizeof mixed);
	memcpy(mixed + content - RSA1_KEY, session_key, RSA1_KEY);
	for (size_t i = 0; i < sizeof id; i++)
		mixed[content - RSA1_KEY + i] ^= id[i];
	n = wrap_once(&small, inner, mixed, content, half);
	return wrap_once(&large, outer, half, n, out);
}

static bool unwraps(const struct key *host, const struct key *server, const uint8_t *back, size_t back_n,
		    struct str secret)
{
	uint8_t one[RSA1_KEY], two[RSA1_KEY];

	assert_int_equal(rsa1_unwrap(host, server, cookie, (struct str){ back, back_n }, secret, one), 0);
	assert_int_equal(rsa1_unwrap(host, server, cookie, (struct str){ back, back_n }, secret, two), 0);
	if (memcmp(one, session_key, sizeof one) == 0)
		return memcmp(two, session_key, sizeof two) == 0;
	assert_memory_not_equal(one, two, sizeof one); /* a key of nobody's */
	return false;
}

static void keys_come_out(void **state)
{
	uint8_t secret[512];
	size_t n;

	for (int i = 0; i < 20; i++) { /* also some that begin with zeros */
		RAND_bytes(session_key, sizeof session_key);
		n = wrap(&large, &small, &right, &right, RSA1_KEY, secret);
		assert_true(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ secret, n }));
		n = wrap(&small, &large, &right, &right, RSA1_KEY, secret);
		assert_true(unwraps(&small, &large, cookie, sizeof cookie, (struct str){ secret, n }));
	}
}

/* Clients that count in numbers leave leading zeros out. */
static void keys_with_leading_zeros(void **state)
{
	uint8_t secret[512], id[RSA1_SESSION_ID], short_key[RSA1_KEY - 1], half[512], other[512];
	size_t n;

	RAND_bytes(session_key, sizeof session_key);
	assert_int_equal(rsa1_session_id(&large, &small, cookie, id), 0);
	session_key[0] = id[0]; /* so that what is wrapped begins with zero */
	for (size_t i = 0; i < sizeof short_key; i++)
		short_key[i] = session_key[i + 1] ^ (i + 1 < sizeof id ? id[i + 1] : 0);
	n = wrap_once(&small, &right, short_key, sizeof short_key, half);
	n = wrap_once(&large, &right, half, n, secret);
	assert_true(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ secret, n }));
	/* … and so may the number between the two keys be short */
	memset(other, 0, sizeof other);
	n = wrap_once(&large, &right, half, small.bits / 8, other);
	assert_true(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ other, n }));
}

static void spoilt_keys(void **state)
{
	static const struct padding kind1 = { 1, 0, 0 }, kind0 = { 0, 0, 0 }, no_end = { 2, 0x55, 0 },
				    short_fill = { 2, 0, 1 }, none = { 2, 0, 4 };
	static const struct padding *const wrong[] = { &kind1, &kind0, &no_end, &short_fill, &none };
	uint8_t secret[512] = { 0 }, modulus[512], id[RSA1_SESSION_ID];
	struct buf e, m;
	size_t n;

	assert_int_equal(rsa1_session_id(&large, &small, cookie, id), 0);
	for (size_t i = 0; i < sizeof session_key; i++) /* no zero byte in what is wrapped */
		session_key[i] = 0x77 ^ (i < sizeof id ? id[i] : 0);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		n = wrap(&large, &small, wrong[i], &right, RSA1_KEY, secret);
		assert_false(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ secret, n }));
		n = wrap(&large, &small, &right, wrong[i], RSA1_KEY, secret);
		assert_false(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ secret, n }));
	}
	n = wrap(&large, &small, &right, &right, RSA1_KEY + 1, secret); /* longer than a key */
	assert_false(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ secret, n }));
	n = wrap(&large, &small, &right, &right, RSA1_KEY, secret);
	assert_false(unwraps(&large, &small, (const uint8_t *)"cookieS", 8, (struct str){ secret, n }));
	assert_false(unwraps(&large, &small, cookie, 7, (struct str){ secret, n }));
	assert_false(unwraps(&large, &small, cookie, 0, (struct str){ NULL, 0 }));
	assert_false(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ secret, n - 1 }));
	assert_false(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ secret, sizeof secret }));
	buf_init(&e, 0);
	buf_init(&m, 0);
	assert_int_equal(rsa1_public(&large, &e, &m), 0);
	memcpy(modulus, buf_ptr(&m), buf_len(&m));
	assert_false(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ modulus, buf_len(&m) }));
	buf_release(&e);
	buf_release(&m);
}

/* The inner number is not under its modulus: libcrypto would refuse it, and that must not be seen. */
static void inner_numbers_too_large(void **state)
{
	uint8_t half[512], secret[512];
	size_t n;

	memset(half, 0xff, sizeof half);
	n = wrap_once(&large, &right, half, small.bits / 8, secret);
	assert_false(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ secret, n }));
	n = wrap_once(&large, &right, half, small.bits / 8 + 4, secret);
	assert_false(unwraps(&large, &small, cookie, sizeof cookie, (struct str){ secret, n }));
}

static void the_wrong_keys(void **state)
{
	uint8_t key[RSA1_KEY];

	assert_int_equal(rsa1_unwrap(&large, &large, cookie, (struct str){ cookie, 8 }, STR("x"), key), E_CRYPTO);
}

static void challenges(void **state)
{
	static const uint8_t want[16] = { 0x0b, 0x1c, 0xcf, 0x28, 0x48, 0xaa, 0xaa, 0x31,
					  0xe0, 0x90, 0x70, 0xb6, 0x82, 0x58, 0xad, 0xdd };
	uint8_t challenge[RSA1_CHALLENGE], id[RSA1_SESSION_ID], response[16], back[512];
	struct buf e, n, blob, blob_of_key, number;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(large.pkey, NULL);
	size_t size = sizeof back;

	for (size_t i = 0; i < sizeof challenge; i++)
		challenge[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof id; i++)
		id[i] = (uint8_t)(0xf0 + i);
	assert_int_equal(rsa1_response(challenge, id, response), 0);
	assert_memory_equal(response, want, sizeof want);
	buf_init(&e, 0);
	buf_init(&n, 0);
	buf_init(&blob, 0);
	buf_init(&blob_of_key, 0);
	buf_init(&number, 0);
	assert_int_equal(rsa1_public(&large, &e, &n), 0);
	rsa1_blob(buf_str(&n), 65537, &blob);
	key_blob(&large, &blob_of_key);
	assert_true(str_eq(buf_str(&blob), buf_str(&blob_of_key)));
	assert_int_equal(rsa1_encrypt(buf_str(&blob), challenge, &number), 0);
	assert_int_equal(EVP_PKEY_decrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING), 1);
	assert_int_equal(EVP_PKEY_decrypt(ctx, back, &size, buf_ptr(&number), buf_len(&number)), 1);
	assert_int_equal(size, sizeof challenge);
	assert_memory_equal(back, challenge, sizeof challenge);
	assert_true(rsa1_encrypt(STR("junk"), challenge, &number) < 0);
	EVP_PKEY_CTX_free(ctx);
	buf_release(&e);
	buf_release(&n);
	buf_release(&blob);
	buf_release(&blob_of_key);
	buf_release(&number);
}

static int make(void **state)
{
	large.pkey = EVP_RSA_gen(1280);
	small.pkey = EVP_RSA_gen(1024);
	large.bits = 1280;
	small.bits = 1024;
	return large.pkey && small.pkey ? 0 : -1;
}

static int release(void **state)
{
	key_release(&large);
	key_release(&small);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_come_out),  cmocka_unit_test(keys_with_leading_zeros),
		cmocka_unit_test(spoilt_keys),    cmocka_unit_test(inner_numbers_too_large),
		cmocka_unit_test(the_wrong_keys), cmocka_unit_test(challenges),
	};

	return cmocka_run_group_tests(tests, make, release);
}
