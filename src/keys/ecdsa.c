/* SPDX-License-Identifier: Apache-2.0
 *
 * ecdsa.c: see ecdsa.h. Runs in core and the signing helper; points and signatures are hostile. A point is taken
 * uncompressed only, and libcrypto refuses one that is not on the curve when the key is made of it.
 */
#include "ecdsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/params.h>

static const struct ec_curve curves[] = {
	{ "ecdsa-sha2-nistp256", "nistp256", "P-256", 256, 32 },
	{ "ecdsa-sha2-nistp384", "nistp384", "P-384", 384, 48 },
	{ "ecdsa-sha2-nistp521", "nistp521", "P-521", 521, 66 },
};

#define CURVES (sizeof curves / sizeof *curves)

const struct ec_curve *ec_curve_of(struct str blob_type)
{
	for (size_t i = 0; i < CURVES; i++)
		if (str_is(blob_type, curves[i].blob_type))
			return &curves[i];
	return NULL;
}

const struct ec_curve *ec_curve_sized(unsigned bits)
{
	for (size_t i = 0; i < CURVES; i++)
		if (curves[i].bits == bits)
			return &curves[i];
	return NULL;
}

EVP_PKEY *ec_generate(const struct ec_curve *curve)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve->group);
}

void ec_put_blob(const EVP_PKEY *pkey, const struct ec_curve *curve, struct buf *out)
{
	uint8_t point[1 + 2 * EC_SIZE_MAX];
	size_t n = 0;

	if (!EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof point, &n) ||
	    n != 1 + 2 * curve->size) {
		out->err = out->err ? out->err : E_CRYPTO;
		return;
	}
	buf_put_cstr(out, curve->blob_type);
	buf_put_cstr(out, curve->name);
	buf_put_str(out, (struct str){ point, n });
}

EVP_PKEY *ec_public(const struct key_public *pub)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)pub->curve->group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)pub->raw.p, pub->raw.n),
		OSSL_PARAM_construct_end()
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

bool ec_on_curve(const struct key_public *pub)
{
	EVP_PKEY *pkey = ec_public(pub);

	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return pkey != NULL;
}

static void put_number(struct buf *out, const BIGNUM *n)
{
	uint8_t raw[EC_SIZE_MAX];

	if (BN_num_bytes(n) > EC_SIZE_MAX)
		out->err = out->err ? out->err : E_CRYPTO;
	else
		buf_put_mpint(out, raw, (size_t)BN_bn2bin(n, raw));
}

int ec_signature_from_der(struct str der, struct buf *out)
{
	const unsigned char *p = der.p;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.n);

	if (!sig)
		return E_CRYPTO;
	put_number(out, ECDSA_SIG_get0_r(sig));
	put_number(out, ECDSA_SIG_get0_s(sig));
	ECDSA_SIG_free(sig);
	return out->err;
}

int ec_numbers_to_der(struct str r, struct str s, struct buf *der)
{
	BIGNUM *bn_r = BN_bin2bn(r.p, (int)r.n, NULL), *bn_s = BN_bin2bn(s.p, (int)s.n, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	unsigned char *raw = NULL;
	int n = 0;

	if (sig && bn_r && bn_s && ECDSA_SIG_set0(sig, bn_r, bn_s) == 1) {
		bn_r = bn_s = NULL; /* the signature's now */
		n = i2d_ECDSA_SIG(sig, &raw);
	}
	if (n > 0)
		buf_put(der, raw, (size_t)n);
	OPENSSL_free(raw);
	ECDSA_SIG_free(sig);
	BN_free(bn_r);
	BN_free(bn_s);
	return n > 0 ? der->err : E_CRYPTO;
}

int ec_signature_to_der(const struct ec_curve *curve, struct str numbers, struct buf *der)
{
	struct cur c = cur_of(numbers);
	struct str r = cur_mpint(&c), s = cur_mpint(&c);

	if (!cur_done(&c) || r.n == 0 || s.n == 0 || r.n > curve->size || s.n > curve->size)
		return E_INVAL;
	return ec_numbers_to_der(r, s, der);
}
