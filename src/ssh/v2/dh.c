/* SPDX-License-Identifier: Apache-2.0
 *
 * dh.c: see dh.h. The session runs it; the peer's public value is hostile and is judged before anything is computed
 * with it. An elliptic-curve value must be an uncompressed point of the curve and not infinity (RFC 5656 section 4; the
 * curves' cofactor is 1, so that is all of SEC 1 section 3.2.2); a modp value must be an mpint with 1 < value < p - 1
 * (RFC 8268 section 4; p is a safe prime, so what is left has no small order). The shared secret is an mpint in both.
 */
#include "ssh/v2/dh.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#define PUBLIC_MAX 512 /* bytes of the largest modp group; points are shorter */

/* What differs between the two: libcrypto's name of the key type, how a public value is written and how it is read. */
struct form {
	const char *type;
	int (*put)(EVP_PKEY *own, struct buf *q);
	EVP_PKEY *(*take)(const struct kex_alg *alg, struct str q); /* NULL: not a good value */
};

/* A key of the group from one of its parts. */
static EVP_PKEY *load(const struct kex_alg *alg, const char *type, OSSL_PARAM part, int selection)
{
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)alg->group, 0),
				part, OSSL_PARAM_construct_end() };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &key, selection, params) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *make(const struct kex_alg *alg, const char *type)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_group_name(ctx, alg->group) == 1 &&
	    EVP_PKEY_generate(ctx, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static int agree(EVP_PKEY *own, EVP_PKEY *peer, struct buf *secret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	uint8_t shared[PUBLIC_MAX];
	size_t n = sizeof(shared);
	int rc = E_CRYPTO;

	/* 0: the peer's value was checked when it was read */
	if (ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) == 1 &&
	    EVP_PKEY_derive(ctx, shared, &n) == 1) {
		buf_put_mpint(secret, shared, n);
		rc = secret->err;
	}
	OPENSSL_cleanse(shared, sizeof(shared));
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

/* The private number alone, as libcrypto's parameters want it: in the machine's byte order. */
static int keep_private(EVP_PKEY *own, struct buf *priv)
{
	BIGNUM *x = NULL;
	uint8_t *room;
	int n, rc = E_CRYPTO;

	if (EVP_PKEY_get_bn_param(own, OSSL_PKEY_PARAM_PRIV_KEY, &x) != 1)
		return E_CRYPTO;
	n = BN_num_bytes(x);
	room = buf_room(priv, (size_t)n);
	if (room && BN_bn2nativepad(x, room, n) == n) {
		buf_claim(priv, (size_t)n);
		rc = 0;
	}
	BN_clear_free(x);
	return rc;
}

static int initiate(const struct kex_alg *alg, const struct form *form, struct buf *priv, struct buf *q_c)
{
	EVP_PKEY *own = make(alg, form->type);
	int rc = own ? form->put(own, q_c) : E_CRYPTO;

	if (!rc)
		rc = keep_private(own, priv);
	EVP_PKEY_free(own);
	return rc;
}

static int respond(const struct kex_alg *alg, const struct form *form, struct str q_c, struct buf *q_s,
		   struct buf *secret)
{
	EVP_PKEY *peer = form->take(alg, q_c), *own = NULL;
	int rc = E_INVAL;

	if (peer)
		rc = (own = make(alg, form->type)) ? form->put(own, q_s) : E_CRYPTO;
	if (!rc)
		rc = agree(own, peer, secret);
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
	return rc;
}

static int finish(const struct kex_alg *alg, const struct form *form, const struct buf *priv, struct str q_s,
		  struct buf *secret)
{
	EVP_PKEY *peer = form->take(alg, q_s), *own;
	OSSL_PARAM x;
	int rc;

	if (!peer)
		return E_INVAL;
	x = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, priv->data + priv->off, buf_len(priv));
	own = load(alg, form->type, x, EVP_PKEY_KEYPAIR);
	rc = own ? agree(own, peer, secret) : E_CRYPTO;
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
	return rc;
}

/* --- points of a curve --- */

static int put_point(EVP_PKEY *own, struct buf *q)
{
	uint8_t point[PUBLIC_MAX];
	size_t n = 0;

	if (EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point), &n) != 1)
		return E_CRYPTO;
	buf_put(q, point, n);
	return q->err;
}

static EVP_PKEY *take_point(const struct kex_alg *alg, struct str q)
{
	OSSL_PARAM point;
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *peer;

	if (q.n != alg->client_len || q.p[0] != POINT_CONVERSION_UNCOMPRESSED)
		return NULL;
	point = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)q.p, q.n);
	peer = load(alg, "EC", point, EVP_PKEY_PUBLIC_KEY);
	ctx = peer ? EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL) : NULL;
	if (!ctx || EVP_PKEY_public_check_quick(ctx) != 1) {
		EVP_PKEY_free(peer);
		peer = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return peer;
}

static const struct form ec = { "EC", put_point, take_point };

int ecdh_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c)
{
	return initiate(alg, &ec, priv, q_c);
}

int ecdh_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret)
{
	return respond(alg, &ec, q_c, q_s, secret);
}

int ecdh_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret)
{
	return finish(alg, &ec, priv, q_s, secret);
}

/* --- numbers modulo a prime: what stands inside an mpint (RFC 4251 section 5) --- */

static int put_number(EVP_PKEY *own, struct buf *q)
{
	uint8_t raw[1 + PUBLIC_MAX] = { 0 };
	BIGNUM *y = NULL;
	int n;

	if (EVP_PKEY_get_bn_param(own, OSSL_PKEY_PARAM_PUB_KEY, &y) != 1)
		return E_CRYPTO;
	n = BN_num_bytes(y) <= PUBLIC_MAX ? BN_bn2bin(y, raw + 1) : 0;
	BN_free(y);
	if (n == 0)
		return E_CRYPTO;
	if (raw[1] & 0x80)
		buf_put(q, raw, (size_t)n + 1);
	else
		buf_put(q, raw + 1, (size_t)n);
	return q->err;
}

/* Positive, and as short as can be. */
static bool is_mpint(struct str q)
{
	if (q.n == 0 || (q.p[0] & 0x80))
		return false;
	return q.p[0] != 0 || (q.n > 1 && (q.p[1] & 0x80));
}

static bool in_range(EVP_PKEY *peer, const BIGNUM *y)
{
	BIGNUM *p = NULL;
	bool good = false;

	if (EVP_PKEY_get_bn_param(peer, OSSL_PKEY_PARAM_FFC_P, &p) == 1 && BN_sub_word(p, 1) == 1)
		good = BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, p) < 0;
	BN_free(p);
	return good;
}

static EVP_PKEY *take_number(const struct kex_alg *alg, struct str q)
{
	uint8_t native[PUBLIC_MAX];
	EVP_PKEY *peer = NULL;
	BIGNUM *y;
	int n;

	if (q.n > 1 + (size_t)alg->client_len || !is_mpint(q) || !(y = BN_bin2bn(q.p, (int)q.n, NULL)))
		return NULL;
	n = BN_num_bytes(y);
	if (n <= alg->client_len && BN_bn2nativepad(y, native, n) == n)
		peer = load(alg, "DH", OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PUB_KEY, native, (size_t)n),
			    EVP_PKEY_PUBLIC_KEY);
	if (peer && !in_range(peer, y)) {
		EVP_PKEY_free(peer);
		peer = NULL;
	}
	BN_free(y);
	return peer;
}

static const struct form dh = { "DH", put_number, take_number };

int modp_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c)
{
	return initiate(alg, &dh, priv, q_c);
}

int modp_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret)
{
	return respond(alg, &dh, q_c, q_s, secret);
}

int modp_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret)
{
	return finish(alg, &dh, priv, q_s, secret);
}
