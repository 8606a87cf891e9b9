/* SPDX-License-Identifier: Apache-2.0
 *
 * key.c: one pair or public key: SSH blobs, signatures, verification, hashes (see keys.h). Runs in core and in the
 * signing helper. Blobs and signatures are hostile; private keys come from our own store or helper. A signature
 * algorithm is one row. RFC 4253 section 6.6, RFC 8332, RFC 8709.
 */
#include "keys.h"

#include "keys_private.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

/* Private exponents of at most this size are computed in about a quarter of a millisecond. */
#define SLOW_BITS      2048
#define RSA_E_BITS_MAX 64
#define ED25519_SIZE   32

static const struct alg_row {
	const char *name;      /* in messages and inside signatures */
	const char *blob_type; /* inside public key blobs */
	enum key_type type;
	const char *digest; /* NULL: the algorithm brings its own */
	unsigned bits_min;  /* of a modulus that holds the padded digest */
	bool enabled;
} alg_rows[] = {
	{ "ssh-ed25519", "ssh-ed25519", KEY_ED25519, NULL, 0, true },
	{ "rsa-sha2-512", "ssh-rsa", KEY_RSA, "SHA2-512", 752, true },
	{ "rsa-sha2-256", "ssh-rsa", KEY_RSA, "SHA2-256", 496, true },
	/* SHA-1 can be collided: nothing offers or accepts it, until a policy for old clients turns it on. */
	{ "ssh-rsa", "ssh-rsa", KEY_RSA, "SHA1", 368, false },
};

static const struct alg_row *find_alg(struct str alg)
{
	for (size_t i = 0; i < sizeof alg_rows / sizeof *alg_rows; i++)
		if (alg_rows[i].enabled && str_is(alg, alg_rows[i].name))
			return &alg_rows[i];
	return NULL;
}

static void put_rsa_blob(EVP_PKEY *pkey, struct buf *out)
{
	static const char *const parts[] = { OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_N };
	uint8_t raw[KEY_RSA_BITS_MAX / 8];

	buf_put_cstr(out, "ssh-rsa");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		BIGNUM *bn = NULL;

		if (!EVP_PKEY_get_bn_param(pkey, parts[i], &bn) || BN_num_bytes(bn) > (int)sizeof raw)
			out->err = out->err ? out->err : E_CRYPTO;
		else
			buf_put_mpint(out, raw, (size_t)BN_bn2bin(bn, raw));
		BN_free(bn);
	}
}

void key_blob(const struct key *key, struct buf *out)
{
	uint8_t raw[ED25519_SIZE];
	size_t n = sizeof raw;

	if (key->type == KEY_RSA) {
		put_rsa_blob(key->pkey, out);
		return;
	}
	if (!EVP_PKEY_get_raw_public_key(key->pkey, raw, &n)) {
		out->err = out->err ? out->err : E_CRYPTO;
		return;
	}
	buf_put_cstr(out, "ssh-ed25519");
	buf_put_str(out, (struct str){ raw, n });
}

bool key_alg_fits(const struct key *key, struct str alg)
{
	const struct alg_row *row = find_alg(alg);

	return row && row->type == key->type && key->bits >= row->bits_min && key->usage != KEY_ENCRYPTION;
}

bool key_sign_is_slow(const struct key *key)
{
	return key->type == KEY_RSA && key->bits > SLOW_BITS;
}

int key_sign(const struct key *key, struct str alg, struct str data, struct buf *out)
{
	const struct alg_row *row = find_alg(alg);
	uint8_t signature[KEY_RSA_BITS_MAX / 8];
	size_t n = sizeof signature;
	EVP_MD_CTX *ctx;
	int r = E_CRYPTO;

	if (!key_alg_fits(key, alg))
		return E_UNSUPPORTED;
	ctx = EVP_MD_CTX_new();
	if (ctx && EVP_DigestSignInit_ex(ctx, NULL, row->digest, NULL, NULL, key->pkey, NULL) == 1 &&
	    EVP_DigestSign(ctx, signature, &n, data.p, data.n) == 1) {
		buf_put_cstr(out, row->name);
		buf_put_str(out, (struct str){ signature, n });
		r = out->err;
	}
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return r;
}

int keys_export_private(const struct key *key, struct buf *der)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
	unsigned char *raw = NULL;
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &raw) : -1;

	if (n > 0)
		buf_put(der, raw, (size_t)n);
	if (raw)
		OPENSSL_clear_free(raw, n > 0 ? (size_t)n : 0);
	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	return n > 0 ? der->err : E_CRYPTO;
}

static int take_private(EVP_PKEY *pkey, struct key *out)
{
	int bits = EVP_PKEY_get_bits(pkey);

	if (EVP_PKEY_is_a(pkey, "ED25519")) {
		out->type = KEY_ED25519;
		out->bits = 256;
	} else if (EVP_PKEY_is_a(pkey, "RSA") && bits >= KEY_RSA_BITS_MIN && bits <= KEY_RSA_BITS_MAX) {
		out->type = KEY_RSA;
		out->bits = (unsigned)bits;
	} else {
		return E_UNSUPPORTED;
	}
	out->pkey = pkey;
	return 0;
}

int key_from_private(struct str der, struct key *out)
{
	const unsigned char *p = der.p;
	PKCS8_PRIV_KEY_INFO *info = NULL;
	EVP_PKEY *pkey = NULL;
	int r = E_INVAL;

	if (der.n == 0 || der.n > KEY_DER_MAX)
		return E_INVAL;
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n);
	if (info && p == der.p + der.n)
		pkey = EVP_PKCS82PKEY(info);
	if (pkey)
		r = take_private(pkey, out);
	if (r < 0)
		EVP_PKEY_free(pkey);
	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	return r;
}

void key_release(struct key *key)
{
	EVP_PKEY_free(key->pkey);
	key->pkey = NULL;
}

static EVP_PKEY *rsa_of(const struct key_public *pub)
{
	BIGNUM *n = BN_bin2bn(pub->n.p, (int)pub->n.n, NULL), *e = BN_bin2bn(pub->e.p, (int)pub->e.n, NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (n && e && bld && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e))
		params = OSSL_PARAM_BLD_to_param(bld);
	if (ctx && params && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(e);
	return pkey;
}

static unsigned bits_of(struct str number)
{
	return number.n == 0 ? 0 : (unsigned)(8 * number.n) - (unsigned)__builtin_clz((unsigned)number.p[0] << 24 | 1U);
}

int key_public_parse(struct str blob, struct key_public *out)
{
	struct cur c = cur_of(blob);
	struct str type = cur_str(&c);

	*out = (struct key_public){ 0 };
	if (str_is(type, "ssh-ed25519")) {
		out->type = KEY_ED25519;
		out->name = "ssh-ed25519";
		out->raw = cur_str(&c);
		return cur_done(&c) && out->raw.n == ED25519_SIZE ? 0 : E_INVAL;
	}
	if (!str_is(type, "ssh-rsa"))
		return c.bad ? E_INVAL : E_UNSUPPORTED;
	out->type = KEY_RSA;
	out->name = "ssh-rsa";
	out->e = cur_mpint(&c);
	out->n = cur_mpint(&c);
	if (!cur_done(&c) || out->n.n > KEY_RSA_BITS_MAX / 8)
		return E_INVAL;
	out->bits = bits_of(out->n);
	/* Even numbers and e = 1 are no keys; a long exponent would only burn time. */
	if (out->n.n == 0 || out->e.n == 0 || bits_of(out->e) < 2 || bits_of(out->e) > RSA_E_BITS_MAX ||
	    !(out->n.p[out->n.n - 1] & 1) || !(out->e.p[out->e.n - 1] & 1))
		return E_INVAL;
	return out->bits >= KEY_RSA_VERIFY_MIN ? 0 : E_UNSUPPORTED;
}

/* Some clients drop leading zeros of an RSA signature; libcrypto wants the modulus' length. */
static int fit_signature(const struct key_public *pub, struct str raw, uint8_t full[KEY_RSA_BITS_MAX / 8],
			 struct str *out)
{
	*out = raw;
	if (pub->type != KEY_RSA || raw.n == pub->n.n)
		return 0;
	if (raw.n == 0 || raw.n > pub->n.n)
		return E_INVAL;
	memset(full, 0, pub->n.n - raw.n);
	memcpy(full + (pub->n.n - raw.n), raw.p, raw.n);
	*out = (struct str){ full, pub->n.n };
	return 0;
}

static int verify_by(const struct alg_row *row, EVP_PKEY *pkey, struct str data, struct str signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int r = E_CRYPTO;

	if (ctx && EVP_DigestVerifyInit_ex(ctx, NULL, row->digest, NULL, NULL, pkey, NULL) == 1)
		r = EVP_DigestVerify(ctx, signature.p, signature.n, data.p, data.n) == 1 ? 0 : E_DENIED;
	EVP_MD_CTX_free(ctx);
	return r;
}

int key_verify(struct str alg, struct str blob, struct str data, struct str signature)
{
	const struct alg_row *row = find_alg(alg);
	uint8_t full[KEY_RSA_BITS_MAX / 8];
	struct cur c = cur_of(signature);
	struct str name = cur_str(&c), raw = cur_str(&c);
	struct key_public pub;
	EVP_PKEY *pkey;
	int r;

	if (!row)
		return E_UNSUPPORTED;
	r = key_public_parse(blob, &pub);
	if (r < 0)
		return r;
	if (pub.type != row->type || !cur_done(&c) || !str_eq(name, alg))
		return E_INVAL;
	r = fit_signature(&pub, raw, full, &raw);
	if (r < 0)
		return r;
	pkey = pub.type == KEY_RSA ? rsa_of(&pub)
				   : EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, pub.raw.p, pub.raw.n);
	r = pkey ? verify_by(row, pkey, data, raw) : E_INVAL;
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return r;
}

void key_hash_md5(struct str blob, char out[33])
{
	unsigned char md[EVP_MAX_MD_SIZE] = { 0 };

	if (!EVP_Digest(blob.p, blob.n, md, NULL, EVP_md5(), NULL))
		explicit_bzero(md, sizeof md);
	for (int i = 0; i < 16; i++)
		snprintf(out + 2 * (ptrdiff_t)i, 3, "%02X", md[i]);
}

void key_hash_sha256(struct str blob, char out[51])
{
	unsigned char md[EVP_MAX_MD_SIZE] = { 0 }, text[45];

	if (!EVP_Digest(blob.p, blob.n, md, NULL, EVP_sha256(), NULL))
		explicit_bzero(md, sizeof md);
	EVP_EncodeBlock(text, md, 32);
	snprintf(out, 51, "SHA256:%.43s", (const char *)text);
}
