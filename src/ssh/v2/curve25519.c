/* SPDX-License-Identifier: Apache-2.0
 *
 * curve25519.c: the X25519 key exchange, RFC 8731. The session runs it; the peer's public value is hostile.
 * The shared secret stands in the exchange hash as an mpint.
 */
#include "ssh/v2/curve25519.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define SIZE 32

static EVP_PKEY *make(const struct kex_alg *alg, struct buf *q)
{
	EVP_PKEY *own = EVP_PKEY_Q_keygen(NULL, NULL, alg->group);
	uint8_t *room = buf_room(q, SIZE);
	size_t n = SIZE;

	if (!own || !room || EVP_PKEY_get_raw_public_key(own, room, &n) != 1 || n != SIZE) {
		EVP_PKEY_free(own);
		return NULL;
	}
	buf_claim(q, SIZE);
	return own;
}

/* libcrypto refuses the all-zero result of low-order points, as RFC 8731 section 3 demands. */
static int agree(const struct kex_alg *alg, EVP_PKEY *own, struct str theirs, struct buf *secret)
{
	EVP_PKEY *peer = NULL;
	EVP_PKEY_CTX *ctx = NULL;
	uint8_t shared[SIZE];
	size_t n = sizeof(shared);
	int rc = E_INVAL;

	if (theirs.n != SIZE)
		return E_INVAL;
	peer = EVP_PKEY_new_raw_public_key_ex(NULL, alg->group, NULL, theirs.p, theirs.n);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	if (!peer || !ctx || EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer(ctx, peer) != 1)
		goto out;
	if (EVP_PKEY_derive(ctx, shared, &n) != 1 || n != SIZE)
		goto out;
	buf_put_mpint(secret, shared, n);
	rc = secret->err;
out:
	OPENSSL_cleanse(shared, sizeof(shared));
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return rc;
}

int curve25519_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c)
{
	EVP_PKEY *own = make(alg, q_c);
	uint8_t *room = own ? buf_room(priv, SIZE) : NULL;
	size_t n = SIZE;
	int rc = E_CRYPTO;

	if (room && EVP_PKEY_get_raw_private_key(own, room, &n) == 1 && n == SIZE) {
		buf_claim(priv, SIZE);
		rc = 0;
	}
	EVP_PKEY_free(own);
	return rc;
}

int curve25519_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret)
{
	EVP_PKEY *own;
	int rc;

	if (q_c.n != SIZE)
		return E_INVAL;
	own = make(alg, q_s);
	rc = own ? agree(alg, own, q_c, secret) : E_CRYPTO;
	EVP_PKEY_free(own);
	return rc;
}

int curve25519_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret)
{
	EVP_PKEY *own = EVP_PKEY_new_raw_private_key_ex(NULL, alg->group, NULL, buf_ptr(priv), buf_len(priv));
	int rc = own ? agree(alg, own, q_s, secret) : E_CRYPTO;

	EVP_PKEY_free(own);
	return rc;
}
