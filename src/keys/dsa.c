/* SPDX-License-Identifier: Apache-2.0
 *
 * dsa.c: see dsa.h. Runs in core, the signing helper and the one that generates; public keys and signatures are
 * hostile.
 */
#include "dsa.h"

#include "ecdsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/param_build.h>
#include <string.h>

#define P_SIZE (DSA_BITS / 8)
#define Q_BITS 160
#define Q_SIZE (Q_BITS / 8)

enum { P, Q, G, Y };

bool dsa_fits(const EVP_PKEY *pkey)
{
	BIGNUM *q = NULL;
	bool fits = EVP_PKEY_is_a(pkey, "DSA") && EVP_PKEY_get_bits(pkey) == DSA_BITS &&
		    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_FFC_Q, &q) && BN_num_bits(q) == Q_BITS;

	BN_free(q);
	return fits;
}

static EVP_PKEY *group(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
	EVP_PKEY *params = NULL;

	if (ctx && EVP_PKEY_paramgen_init(ctx) == 1 && EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, DSA_BITS) == 1 &&
	    EVP_PKEY_CTX_set_dsa_paramgen_q_bits(ctx, Q_BITS) == 1)
		EVP_PKEY_paramgen(ctx, &params);
	EVP_PKEY_CTX_free(ctx);
	return params;
}

EVP_PKEY *dsa_generate(void)
{
	EVP_PKEY *params = group(), *pkey = NULL;
	EVP_PKEY_CTX *ctx = params ? EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL) : NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) == 1)
		EVP_PKEY_keygen(ctx, &pkey);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(params);
	return pkey;
}

static bool is_prime_like(struct str n, size_t size)
{
	return n.n == size && (n.p[0] & 0x80) && (n.p[size - 1] & 1);
}

/* More than 1 and less than p, which has all its bytes. */
static bool is_within(struct str n, struct str p)
{
	if (n.n == 0 || (n.n == 1 && n.p[0] <= 1))
		return false;
	return n.n < p.n || (n.n == p.n && memcmp(n.p, p.p, n.n) < 0);
}

int dsa_parse(struct cur *c, struct key_public *out, struct errbuf *e)
{
	struct str *n = out->dsa;

	for (int i = P; i <= Y; i++)
		n[i] = cur_mpint(c);
	if (!cur_done(c))
		return err_set(e, E_INVAL, "malformed DSA key");
	out->bits = DSA_BITS;
	if (!is_prime_like(n[P], P_SIZE) || !is_prime_like(n[Q], Q_SIZE))
		return err_set(e, E_INVAL, "DSA key that is not of %d bits over %d", DSA_BITS, Q_BITS);
	if (!is_within(n[G], n[P]) || !is_within(n[Y], n[P]))
		return err_set(e, E_INVAL, "DSA key with a number out of its range");
	return 0;
}

EVP_PKEY *dsa_public(const struct key_public *pub)
{
	static const char *const names[] = { OSSL_PKEY_PARAM_FFC_P, OSSL_PKEY_PARAM_FFC_Q, OSSL_PKEY_PARAM_FFC_G,
					     OSSL_PKEY_PARAM_PUB_KEY };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	BIGNUM *n[4] = { NULL };
	bool good = ctx && bld;

	for (int i = P; i <= Y; i++) {
		n[i] = BN_bin2bn(pub->dsa[i].p, (int)pub->dsa[i].n, NULL);
		good = good && n[i] && OSSL_PARAM_BLD_push_BN(bld, names[i], n[i]);
	}
	if (good)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	for (int i = P; i <= Y; i++)
		BN_free(n[i]);
	return pkey;
}

int dsa_signature_from_der(struct str der, struct buf *out)
{
	const unsigned char *p = der.p;
	DSA_SIG *sig = d2i_DSA_SIG(NULL, &p, (long)der.n);
	const BIGNUM *r, *s;
	uint8_t raw[2 * Q_SIZE];
	int rc = E_CRYPTO;

	if (!sig)
		return E_CRYPTO;
	DSA_SIG_get0(sig, &r, &s);
	if (BN_bn2binpad(r, raw, Q_SIZE) == Q_SIZE && BN_bn2binpad(s, raw + Q_SIZE, Q_SIZE) == Q_SIZE) {
		buf_put(out, raw, sizeof raw);
		rc = out->err;
	}
	DSA_SIG_free(sig);
	return rc;
}

int dsa_signature_to_der(struct str numbers, struct buf *der)
{
	if (numbers.n != 2 * Q_SIZE)
		return E_INVAL;
	return ec_numbers_to_der((struct str){ numbers.p, Q_SIZE }, (struct str){ numbers.p + Q_SIZE, Q_SIZE }, der);
}
