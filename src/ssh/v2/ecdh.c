/* SPDX-License-Identifier: Apache-2.0
 *
 * ecdh.c: see ecdh.h. The session runs it; the peer's point is hostile: it must be an uncompressed point of the curve
 * and not infinity (RFC 5656 section 4; the curves' cofactor is 1, so that is all of SEC 1 section 3.2.2).
 */
#include "ssh/v2/ecdh.h"

#include "ssh/v2/dh.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>

#define POINT_MAX 133 /* bytes: P-521's */

static EVP_PKEY *make(const OSSL_PARAM *group)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_params(ctx, group) == 1 &&
	    EVP_PKEY_generate(ctx, &key) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static int put(EVP_PKEY *own, struct buf *q)
{
	uint8_t point[POINT_MAX];
	size_t n = 0;

	if (EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point), &n) != 1)
		return E_CRYPTO;
	buf_put(q, point, n);
	return q->err;
}

static EVP_PKEY *take(const OSSL_PARAM *group, struct str q)
{
	OSSL_PARAM point;
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *peer;

	if (q.n == 0 || q.p[0] != POINT_CONVERSION_UNCOMPRESSED)
		return NULL;
	point = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)q.p, q.n);
	peer = dh_load("EC", group, &point, EVP_PKEY_PUBLIC_KEY);
	ctx = peer ? EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL) : NULL;
	if (!ctx || EVP_PKEY_public_check_quick(ctx) != 1) {
		EVP_PKEY_free(peer);
		peer = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return peer;
}

static const struct dh_form form = { "EC", make, put, take };

#define GROUP(alg)                                                                                                     \
	(const OSSL_PARAM[])                                                                                           \
	{                                                                                                              \
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)(alg)->group, 0),                 \
		    OSSL_PARAM_construct_end()                                                                         \
	}

int ecdh_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c)
{
	return dh_initiate(&form, GROUP(alg), priv, q_c);
}

int ecdh_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret)
{
	return q_c.n == alg->client_len ? dh_respond(&form, GROUP(alg), q_c, q_s, secret) : E_INVAL;
}

int ecdh_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret)
{
	return q_s.n == alg->server_len ? dh_finish(&form, GROUP(alg), priv, q_s, secret) : E_INVAL;
}
