/* SPDX-License-Identifier: Apache-2.0
 *
 * dh.c: see dh.h. The session runs it; the peer's public value is hostile and is judged (by the form's `take`) before
 * anything is computed with it.
 */
#include "ssh/v2/dh.h"

#include "base/err.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>

EVP_PKEY *dh_load(const char *type, const OSSL_PARAM *group, const OSSL_PARAM *part, int selection)
{
	OSSL_PARAM params[DH_GROUP_PARAMS + 2];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;
	size_t n = 0;

	while (n < DH_GROUP_PARAMS && group[n].key) {
		params[n] = group[n];
		n++;
	}
	if (part)
		params[n++] = *part;
	params[n] = OSSL_PARAM_construct_end();
	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &key, selection, params) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static int agree(EVP_PKEY *own, EVP_PKEY *peer, struct buf *secret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	uint8_t shared[DH_PUBLIC_MAX];
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

int dh_initiate(const struct dh_form *form, const OSSL_PARAM *group, struct buf *priv, struct buf *q_c)
{
	EVP_PKEY *own = form->make(group);
	int rc = own ? form->put(own, q_c) : E_CRYPTO;

	if (!rc)
		rc = keep_private(own, priv);
	EVP_PKEY_free(own);
	return rc;
}

int dh_respond(const struct dh_form *form, const OSSL_PARAM *group, struct str q_c, struct buf *q_s, struct buf *secret)
{
	EVP_PKEY *peer = form->take(group, q_c), *own = NULL;
	int rc = E_INVAL;

	if (peer)
		rc = (own = form->make(group)) ? form->put(own, q_s) : E_CRYPTO;
	if (!rc)
		rc = agree(own, peer, secret);
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
	return rc;
}

int dh_finish(const struct dh_form *form, const OSSL_PARAM *group, const struct buf *priv, struct str q_s,
	      struct buf *secret)
{
	EVP_PKEY *peer = form->take(group, q_s), *own;
	OSSL_PARAM x;
	int rc;

	if (!peer)
		return E_INVAL;
	x = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, priv->data + priv->off, buf_len(priv));
	own = dh_load(form->type, group, &x, EVP_PKEY_KEYPAIR);
	rc = own ? agree(own, peer, secret) : E_CRYPTO;
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
	return rc;
}
