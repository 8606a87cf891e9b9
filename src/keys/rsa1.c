/* SPDX-License-Identifier: Apache-2.0
 *
 * rsa1.c: see rsa1.h. Runs in core. Everything between the first decryption and the choice of the key is done without a
 * branch or an index that depends on what was decrypted: masks are all ones or all zeros.
 */
#include "keys/rsa1.h"

#include "keys_private.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

#define MODULUS_MAX (KEY_RSA_BITS_MAX / 8)
#define PADDING_MIN 8 /* PKCS #1: 0, 2, at least so many random bytes, 0, content */

/* --- masks --- */

static uint32_t is_zero(uint32_t x)
{
	return 0U - (1U ^ (x | (0U - x)) >> 31);
}

static uint32_t is_less(uint32_t a, uint32_t b) /* both under 2^31 */
{
	return 0U - ((a - b) >> 31);
}

static uint32_t is_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint32_t different = 0;

	for (size_t i = 0; i < n; i++)
		different |= a[i] ^ b[i];
	return is_zero(different);
}

/* Big-endian numbers of the same length. */
static uint32_t is_less_number(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint32_t borrow = 0;

	for (size_t i = n; i-- > 0;)
		borrow = (a[i] - b[i] - borrow) >> 31;
	return 0U - borrow;
}

static void choose(uint8_t *to, const uint8_t *other, size_t n, uint32_t keep)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)((to[i] & keep) | (other[i] & ~keep));
}

/* Leaves of a padded block its content, with zeros before it. All ones if the padding is right and the content has at
 * most `max` bytes. */
static uint32_t unpad(uint8_t *block, size_t n, size_t max)
{
	uint32_t good = is_zero(block[0]) & is_zero(block[1] ^ 2U), inside = 0, at = 0;

	for (size_t i = 2; i < n; i++) {
		uint32_t zero = is_zero(block[i]);

		block[i] = (uint8_t)(block[i] & inside);
		at |= zero & ~inside & (uint32_t)i;
		inside |= zero;
	}
	block[0] = block[1] = 0;
	return good & inside & ~is_less(at, 2 + PADDING_MIN) & ~is_less((uint32_t)max, (uint32_t)n - 1 - at);
}

/* --- numbers --- */

static int put_number(const struct key *key, const char *part, struct buf *out)
{
	uint8_t raw[MODULUS_MAX];
	BIGNUM *bn = NULL;
	int rc = E_CRYPTO;

	if (EVP_PKEY_get_bn_param(key->pkey, part, &bn) == 1 && BN_num_bytes(bn) <= (int)sizeof raw) {
		buf_put(out, raw, (size_t)BN_bn2bin(bn, raw));
		rc = out->err;
	}
	BN_free(bn);
	ERR_clear_error();
	return rc;
}

int rsa1_public(const struct key *key, struct buf *e, struct buf *n)
{
	int rc = put_number(key, OSSL_PKEY_PARAM_RSA_E, e);

	return rc ? rc : put_number(key, OSSL_PKEY_PARAM_RSA_N, n);
}

static int md5(struct str bytes, uint8_t out[16])
{
	return EVP_Digest(bytes.p, bytes.n, out, NULL, EVP_md5(), NULL) == 1 ? 0 : E_CRYPTO;
}

int rsa1_session_id(const struct key *host, const struct key *server, const uint8_t cookie[RSA1_COOKIE],
		    uint8_t id[RSA1_SESSION_ID])
{
	struct buf b;
	int rc;

	buf_init(&b, 0);
	rc = put_number(host, OSSL_PKEY_PARAM_RSA_N, &b);
	if (rc == 0)
		rc = put_number(server, OSSL_PKEY_PARAM_RSA_N, &b);
	buf_put(&b, cookie, RSA1_COOKIE);
	if (rc == 0)
		rc = b.err ? b.err : md5(buf_str(&b), id);
	buf_release(&b);
	return rc;
}

/* --- the session key --- */

static size_t bytes_of(const struct key *key)
{
	return (key->bits + 7) / 8;
}

/* Replaces the `n` bytes of a number under the modulus by its decryption, padding and all. */
static int decrypt(const struct key *key, uint8_t *block, size_t n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	uint8_t out[MODULUS_MAX];
	size_t len = sizeof out;
	int rc = E_CRYPTO;

	if (ctx && EVP_PKEY_decrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	    EVP_PKEY_decrypt(ctx, out, &len, block, n) == 1 && len == n) {
		memcpy(block, out, n);
		rc = 0;
	}
	EVP_PKEY_CTX_free(ctx);
	OPENSSL_cleanse(out, sizeof out);
	ERR_clear_error();
	return rc;
}

/* A number that any key of `n` bytes takes. */
static int random_number(uint8_t *out, size_t n)
{
	if (RAND_bytes(out, (int)n) != 1)
		return E_CRYPTO;
	out[0] = 0;
	return 0;
}

/* Decrypts the number at `block`, or a random one where it is not under the modulus. *good: all ones or as it was. */
static int decrypt_checked(const struct key *key, uint8_t *block, size_t n, size_t max, uint32_t *good)
{
	uint8_t other[MODULUS_MAX];
	struct buf modulus;
	int rc;

	buf_init(&modulus, 0);
	rc = put_number(key, OSSL_PKEY_PARAM_RSA_N, &modulus);
	if (rc == 0 && buf_len(&modulus) != n)
		rc = E_CRYPTO;
	if (rc == 0)
		rc = random_number(other, n);
	if (rc == 0) {
		uint32_t fits = is_less_number(block, buf_ptr(&modulus), n);

		choose(block, other, n, fits);
		rc = decrypt(key, block, n);
		*good &= fits & unpad(block, n, max);
	}
	buf_release(&modulus);
	OPENSSL_cleanse(other, sizeof other);
	return rc;
}

int rsa1_unwrap(const struct key *host, const struct key *server, const uint8_t cookie[RSA1_COOKIE],
		struct str cookie_back, struct str secret, uint8_t key[RSA1_KEY])
{
	const struct key *large = host->bits > server->bits ? host : server, *small = large == host ? server : host;
	size_t n = bytes_of(large), k = bytes_of(small);
	uint8_t block[MODULUS_MAX], random[RSA1_KEY], id[RSA1_SESSION_ID];
	uint32_t good = UINT32_MAX;
	int rc;

	if (n > sizeof block || k >= n || k < RSA1_KEY + 3 + PADDING_MIN || RAND_bytes(random, sizeof random) != 1)
		return E_CRYPTO;
	/* These the client knows himself; yet nothing is skipped for them. */
	good &= cookie_back.n == RSA1_COOKIE ? is_equal(cookie_back.p, cookie, RSA1_COOKIE) : 0;
	good &= secret.n <= n ? UINT32_MAX : 0;
	explicit_bzero(block, sizeof block);
	if (secret.n && secret.n <= n)
		memcpy(block + n - secret.n, secret.p, secret.n);
	rc = decrypt_checked(large, block, n, k, &good);
	if (rc == 0)
		rc = decrypt_checked(small, block + n - k, k, RSA1_KEY, &good);
	if (rc == 0)
		rc = rsa1_session_id(host, server, cookie, id);
	if (rc == 0) {
		memcpy(key, block + n - RSA1_KEY, RSA1_KEY);
		for (size_t i = 0; i < RSA1_SESSION_ID; i++)
			key[i] ^= id[i];
		choose(key, random, RSA1_KEY, good);
	}
	OPENSSL_cleanse(block, sizeof block);
	OPENSSL_cleanse(random, sizeof random);
	return rc;
}

/* --- users' keys --- */

void rsa1_blob(struct str modulus, uint32_t exponent, struct buf *blob)
{
	const uint8_t e[4] = { (uint8_t)(exponent >> 24), (uint8_t)(exponent >> 16), (uint8_t)(exponent >> 8),
			       (uint8_t)exponent };

	buf_put_cstr(blob, "ssh-rsa");
	buf_put_mpint(blob, e, sizeof e);
	buf_put_mpint(blob, modulus.p, modulus.n);
}

int rsa1_encrypt(struct str blob, const uint8_t challenge[RSA1_CHALLENGE], struct buf *number)
{
	struct key_public pub;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *ctx;
	uint8_t out[MODULUS_MAX];
	size_t n = sizeof out;
	int rc = key_public_parse(blob, &pub, NULL);

	if (rc)
		return rc;
	if (pub.type != KEY_RSA)
		return E_UNSUPPORTED;
	pkey = key_public_rsa(&pub);
	ctx = pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) : NULL;
	if (ctx && EVP_PKEY_encrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_encrypt(ctx, out, &n, challenge, RSA1_CHALLENGE) == 1)
		buf_put(number, out, n);
	else
		rc = E_CRYPTO;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return rc ? rc : number->err;
}

int rsa1_response(const uint8_t challenge[RSA1_CHALLENGE], const uint8_t id[RSA1_SESSION_ID], uint8_t response[16])
{
	uint8_t both[RSA1_CHALLENGE + RSA1_SESSION_ID];
	int rc;

	memcpy(both, challenge, RSA1_CHALLENGE);
	memcpy(both + RSA1_CHALLENGE, id, RSA1_SESSION_ID);
	rc = md5((struct str){ both, sizeof both }, response);
	OPENSSL_cleanse(both, sizeof both);
	return rc;
}
