/* SPDX-License-Identifier: Apache-2.0
 *
 * curve25519.c: X25519, RFC 7748, alone (RFC 8731: the shared secret stands in the exchange hash as an mpint) and for
 * the hybrids. The session runs it; the peer's public value is hostile.
 */
#include "ssh/v2/curve25519.h"

#include "base/random.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define SIZE CURVE25519_SIZE

/* libcrypto refuses the all-zero result of low-order points, as RFC 8731 section 3 demands. */
static int derive(EVP_PKEY *own, struct str theirs, uint8_t shared[SIZE])
{
	EVP_PKEY *peer = NULL;
	EVP_PKEY_CTX *ctx = NULL;
	size_t n = SIZE;
	int rc = E_INVAL;

	if (theirs.n != SIZE)
		return E_INVAL;
	peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, theirs.p, theirs.n);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	/* Any 32 bytes are a public value: there is nothing in it to validate. */
	if (!peer || !ctx || EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) != 1)
		goto out;
	if (EVP_PKEY_derive(ctx, shared, &n) == 1 && n == SIZE)
		rc = 0;
out:
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return rc;
}

static int put_raw(struct buf *out, EVP_PKEY *own, int (*get)(const EVP_PKEY *, unsigned char *, size_t *))
{
	uint8_t *room = buf_room(out, SIZE);
	size_t n = SIZE;

	if (!room || get(own, room, &n) != 1 || n != SIZE)
		return E_CRYPTO;
	buf_claim(out, SIZE);
	return 0;
}

/* RFC 7748 section 6.1: a private key is 32 random bytes. */
static EVP_PKEY *generate(void)
{
	uint8_t raw[SIZE];
	EVP_PKEY *own = NULL;

	if (random_bytes(raw, SIZE) == 0)
		own = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, raw, SIZE);
	OPENSSL_cleanse(raw, SIZE);
	return own;
}

int curve25519_keypair(struct buf *priv, struct buf *q)
{
	EVP_PKEY *own = generate();
	int rc = own ? put_raw(priv, own, EVP_PKEY_get_raw_private_key) : E_CRYPTO;

	if (!rc)
		rc = put_raw(q, own, EVP_PKEY_get_raw_public_key);
	EVP_PKEY_free(own);
	return rc;
}

int curve25519_answer(struct str theirs, struct buf *q, uint8_t shared[SIZE])
{
	EVP_PKEY *own;
	int rc;

	if (theirs.n != SIZE)
		return E_INVAL;
	own = generate();
	rc = own ? derive(own, theirs, shared) : E_CRYPTO;
	if (!rc)
		rc = put_raw(q, own, EVP_PKEY_get_raw_public_key);
	EVP_PKEY_free(own);
	return rc;
}

int curve25519_agree(struct str priv, struct str theirs, uint8_t shared[SIZE])
{
	EVP_PKEY *own = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, priv.p, priv.n);
	int rc = own ? derive(own, theirs, shared) : E_CRYPTO;

	EVP_PKEY_free(own);
	return rc;
}

int curve25519_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c)
{
	return curve25519_keypair(priv, q_c);
}

/* K as an mpint; wipes `shared`. */
static int put_secret(struct buf *secret, uint8_t shared[SIZE], int rc)
{
	if (!rc) {
		buf_put_mpint(secret, shared, SIZE);
		rc = secret->err;
	}
	OPENSSL_cleanse(shared, SIZE);
	return rc;
}

int curve25519_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret)
{
	uint8_t shared[SIZE];

	return put_secret(secret, shared, curve25519_answer(q_c, q_s, shared));
}

int curve25519_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret)
{
	uint8_t shared[SIZE];

	return put_secret(secret, shared, curve25519_agree(buf_str(priv), q_s, shared));
}
