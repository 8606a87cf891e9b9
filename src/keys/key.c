/* SPDX-License-Identifier: Apache-2.0
 *
 * key.c: one pair or public key: SSH blobs, signatures, verification, hashes (see keys.h). Runs in core and in the
 * signing helper. Blobs and signatures are hostile; private keys come from our own store or helper. A signature
 * algorithm is one row. RFC 4253 section 6.6, RFC 5656 section 3, RFC 8332, RFC 8709, OpenSSH PROTOCOL.u2f.
 */
#include "keys.h"

#include "dsa.h"
#include "ecdsa.h"
#include "ed25519.h"
#include "keys_private.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

/* Private exponents of at most this size are computed in about a quarter of a millisecond. */
#define SLOW_BITS       2048
#define RSA_E_BITS_MAX  64
#define ED25519_SIZE    32
#define APPLICATION_MAX 255

#define CERT_OF(name) name "-cert-v01@openssh.com"
const struct key_kind key_kinds[] = {
	{ "ssh-ed25519", CERT_OF("ssh-ed25519"), KEY_ED25519, false, 1 },
	{ "ecdsa-sha2-nistp256", CERT_OF("ecdsa-sha2-nistp256"), KEY_ECDSA, false, 2 },
	{ "ecdsa-sha2-nistp384", CERT_OF("ecdsa-sha2-nistp384"), KEY_ECDSA, false, 2 },
	{ "ecdsa-sha2-nistp521", CERT_OF("ecdsa-sha2-nistp521"), KEY_ECDSA, false, 2 },
	{ "ssh-rsa", CERT_OF("ssh-rsa"), KEY_RSA, false, 2 },
	{ "ssh-dss", CERT_OF("ssh-dss"), KEY_DSA, false, 4 },
	{ "sk-ssh-ed25519@openssh.com", CERT_OF("sk-ssh-ed25519"), KEY_ED25519, true, 2 },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", CERT_OF("sk-ecdsa-sha2-nistp256"), KEY_ECDSA, true, 3 },
	{ 0 },
};

static const struct alg_row {
	const char *name;      /* in messages and inside signatures */
	const char *blob_type; /* inside public key blobs */
	enum key_type type;
	const char *digest;          /* NULL: the algorithm brings its own */
	unsigned bits_min, bits_max; /* of a curve; of a modulus that holds the padded digest */
	bool sk;                     /* of security keys: the device has none itself */
} alg_rows[] = {
	{ "ssh-ed25519", "ssh-ed25519", KEY_ED25519, NULL, 256, 256 },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", KEY_ECDSA, "SHA2-256", 256, 256 },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", KEY_ECDSA, "SHA2-384", 384, 384 },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", KEY_ECDSA, "SHA2-512", 521, 521 },
	{ "rsa-sha2-512", "ssh-rsa", KEY_RSA, "SHA2-512", 752, KEY_RSA_BITS_MAX },
	{ "rsa-sha2-256", "ssh-rsa", KEY_RSA, "SHA2-256", 496, KEY_RSA_BITS_MAX },
	{ "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com", KEY_ED25519, NULL, 256, 256, true },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", KEY_ECDSA, "SHA2-256", 256, 256,
	  true },
	/* SHA-1 can be collided: whoever calls asks the configuration first (core/ssh/offer.h) */
	{ "ssh-rsa", "ssh-rsa", KEY_RSA, "SHA1", 368, KEY_RSA_BITS_MAX },
	{ "ssh-dss", "ssh-dss", KEY_DSA, "SHA1", DSA_BITS, DSA_BITS },
};

static const struct alg_row *find_alg(struct str alg)
{
	for (size_t i = 0; i < sizeof alg_rows / sizeof *alg_rows; i++)
		if (str_is(alg, alg_rows[i].name))
			return &alg_rows[i];
	return NULL;
}

static void put_numbers(EVP_PKEY *pkey, const char *type, const char *const *parts, size_t n, struct buf *out)
{
	uint8_t raw[KEY_RSA_BITS_MAX / 8];

	buf_put_cstr(out, type);
	for (size_t i = 0; i < n; i++) {
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
	static const char *const rsa[] = { OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_N };
	static const char *const dsa[] = { OSSL_PKEY_PARAM_FFC_P, OSSL_PKEY_PARAM_FFC_Q, OSSL_PKEY_PARAM_FFC_G,
					   OSSL_PKEY_PARAM_PUB_KEY };
	uint8_t raw[ED25519_SIZE];
	size_t n = sizeof raw;

	if (key->type == KEY_RSA) {
		put_numbers(key->pkey, "ssh-rsa", rsa, 2, out);
		return;
	}
	if (key->type == KEY_DSA) {
		put_numbers(key->pkey, "ssh-dss", dsa, 4, out);
		return;
	}
	if (key->type == KEY_ECDSA) {
		ec_put_blob(key->pkey, ec_curve_sized(key->bits), out);
		return;
	}
	if (!EVP_PKEY_get_raw_public_key(key->pkey, raw, &n)) {
		out->err = out->err ? out->err : E_CRYPTO;
		return;
	}
	buf_put_cstr(out, "ssh-ed25519");
	buf_put_str(out, (struct str){ raw, n });
}

bool key_signs(const struct key *key)
{
	return key->usage != KEY_ENCRYPTION && key->usage != KEY_SSH1;
}

bool key_alg_fits(const struct key *key, struct str alg)
{
	const struct alg_row *row = find_alg(alg);

	return row && !row->sk && row->type == key->type && key->bits >= row->bits_min && key->bits <= row->bits_max &&
	       key_signs(key);
}

bool key_alg_takes(struct str alg, struct str blob)
{
	const struct alg_row *row = find_alg(alg);
	struct cur c = cur_of(blob);

	return row && str_is(cur_str(&c), row->blob_type);
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
	struct buf raw;
	EVP_MD_CTX *ctx;
	int r = E_CRYPTO;

	if (!key_alg_fits(key, alg))
		return E_UNSUPPORTED;
	buf_init(&raw, 0);
	ctx = EVP_MD_CTX_new();
	if (ctx && EVP_DigestSignInit_ex(ctx, NULL, row->digest, NULL, NULL, key->pkey, NULL) == 1 &&
	    EVP_DigestSign(ctx, signature, &n, data.p, data.n) == 1) {
		struct str made = { signature, n };

		if (key->type == KEY_ECDSA)
			r = ec_signature_from_der(made, &raw);
		else if (key->type == KEY_DSA)
			r = dsa_signature_from_der(made, &raw);
		else
			buf_put(&raw, made.p, made.n);
		buf_put_cstr(out, row->name);
		buf_put_str(out, buf_str(&raw));
		r = raw.err ? raw.err : out->err;
	}
	EVP_MD_CTX_free(ctx);
	buf_release(&raw);
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

/* libcrypto has older names for some curves. */
static bool is_group(const char *group, const struct ec_curve *curve)
{
	return strcmp(group, curve->group) == 0 || (curve->bits == 256 && strcmp(group, "prime256v1") == 0) ||
	       (curve->bits == 384 && strcmp(group, "secp384r1") == 0) ||
	       (curve->bits == 521 && strcmp(group, "secp521r1") == 0);
}

static int take_private(EVP_PKEY *pkey, struct key *out)
{
	int bits = EVP_PKEY_get_bits(pkey);
	const struct ec_curve *curve = EVP_PKEY_is_a(pkey, "EC") && bits > 0 ? ec_curve_sized((unsigned)bits) : NULL;
	char group[16] = "";

	if (curve && EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) != 1)
		curve = NULL;
	if (EVP_PKEY_is_a(pkey, "ED25519")) {
		out->type = KEY_ED25519;
		out->bits = 256;
	} else if (EVP_PKEY_is_a(pkey, "RSA") && bits >= KEY_RSA_BITS_MIN && bits <= KEY_RSA_BITS_MAX) {
		out->bits = (unsigned)bits;
	} else if (curve && is_group(group, curve)) {
		out->type = KEY_ECDSA;
		out->bits = curve->bits;
	} else if (dsa_fits(pkey)) {
		out->type = KEY_DSA;
		out->bits = DSA_BITS;
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

int key_share(const struct key *from, struct key *to)
{
	if (!EVP_PKEY_up_ref(from->pkey))
		return E_CRYPTO;
	*to = *from;
	return 0;
}

int key_make_dsa(struct buf *der)
{
	struct key made = { .type = KEY_DSA, .pkey = dsa_generate() };
	int r = made.pkey ? keys_export_private(&made, der) : E_CRYPTO;

	key_release(&made);
	ERR_clear_error();
	return r;
}

void key_release(struct key *key)
{
	EVP_PKEY_free(key->pkey);
	key->pkey = NULL;
}

EVP_PKEY *key_public_rsa(const struct key_public *pub)
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

/* Even numbers and e = 1 are no keys; long numbers would only burn time. */
static int rsa_parse(struct cur *c, struct key_public *out, struct errbuf *e)
{
	unsigned e_bits;

	out->e = cur_mpint(c);
	out->n = cur_mpint(c);
	if (!cur_done(c) || out->n.n == 0 || out->e.n == 0)
		return err_set(e, E_INVAL, "malformed RSA key");
	out->bits = bits_of(out->n);
	e_bits = bits_of(out->e);
	if (out->bits > KEY_RSA_BITS_MAX)
		return err_set(e, E_INVAL, "RSA key of %u bits: at most %d are taken", out->bits, KEY_RSA_BITS_MAX);
	if (!(out->n.p[out->n.n - 1] & 1))
		return err_set(e, E_INVAL, "RSA key with an even modulus");
	if (e_bits < 2 || !(out->e.p[out->e.n - 1] & 1))
		return err_set(e, E_INVAL, "RSA key with an exponent that is 1 or even");
	if (e_bits > RSA_E_BITS_MAX)
		return err_set(e, E_INVAL, "RSA key with an exponent of %u bits: at most %d are taken", e_bits,
			       RSA_E_BITS_MAX);
	if (out->bits < KEY_RSA_VERIFY_MIN)
		return err_set(e, E_UNSUPPORTED, "RSA key of %u bits: at least %d are needed", out->bits,
			       KEY_RSA_VERIFY_MIN);
	return 0;
}

/* Keys made for SSH and nothing else: no web site's may be shown here. */
static bool application_fits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x21 || s.p[i] > 0x7e)
			return false;
	return s.n <= APPLICATION_MAX && s.n >= 4 && memcmp(s.p, "ssh:", 4) == 0;
}

static int ec_parse(struct cur *c, struct key_public *out, struct errbuf *e)
{
	struct str name = cur_str(c);

	out->bits = out->curve->bits;
	out->raw = cur_str(c);
	if (out->sk)
		out->application = cur_str(c);
	if (!cur_done(c))
		return err_set(e, E_INVAL, "malformed ECDSA key");
	if (!str_is(name, out->curve->name))
		return err_set(e, E_INVAL, "ECDSA key that names another curve than \"%s\"", out->curve->name);
	if (out->raw.n != 1 + 2 * out->curve->size || out->raw.p[0] != POINT_CONVERSION_UNCOMPRESSED)
		return err_set(e, E_INVAL, "ECDSA key without a whole, uncompressed point");
	return 0;
}

static int ed_parse(struct cur *c, struct key_public *out, struct errbuf *e)
{
	out->bits = 256;
	out->raw = cur_str(c);
	if (out->sk)
		out->application = cur_str(c);
	if (!cur_done(c) || out->raw.n != ED25519_SIZE)
		return err_set(e, E_INVAL, "malformed Ed25519 key");
	return ed25519_sound(out->raw.p) ? 0 : err_set(e, E_INVAL, "Ed25519 key that anybody can sign for");
}

int key_public_parse(struct str blob, struct key_public *out, struct errbuf *e)
{
	const struct key_kind *kind = key_kinds;
	struct cur c = cur_of(blob);
	struct str type = cur_str(&c);
	int r;

	while (kind->name && !str_is(type, kind->name))
		kind++;
	*out = (struct key_public){ .type = kind->type, .name = kind->name, .sk = kind->sk };
	if (!kind->name)
		return err_set(e, c.bad ? E_INVAL : E_UNSUPPORTED, "key type is not supported");
	if (kind->type == KEY_RSA)
		return rsa_parse(&c, out, e);
	if (kind->type == KEY_DSA)
		return dsa_parse(&c, out, e);
	if (kind->type == KEY_ECDSA)
		out->curve = kind->sk ? ec_curve_sized(256) : ec_curve_of(type);
	r = out->curve ? ec_parse(&c, out, e) : ed_parse(&c, out, e);
	if (r == 0 && out->sk && !application_fits(out->application))
		r = err_set(e, E_INVAL, "security key that was not made for \"ssh:\"");
	return r;
}

/* The signature as libcrypto wants it. Some clients drop leading zeros of an RSA signature; libcrypto wants the
 * modulus' length. */
static int fit_signature(const struct key_public *pub, struct str raw, struct buf *out)
{
	if (pub->type == KEY_ECDSA)
		return ec_signature_to_der(pub->curve, raw, out);
	if (pub->type == KEY_DSA)
		return dsa_signature_to_der(raw, out);
	if (pub->type == KEY_RSA && (raw.n == 0 || raw.n > pub->n.n))
		return E_INVAL;
	for (size_t n = raw.n; pub->type == KEY_RSA && n < pub->n.n; n++)
		buf_put_u8(out, 0);
	buf_put(out, raw.p, raw.n);
	return out->err;
}

static EVP_PKEY *public_key(const struct key_public *pub)
{
	switch (pub->type) {
	case KEY_RSA:
		return key_public_rsa(pub);
	case KEY_ECDSA:
		return ec_public(pub);
	case KEY_DSA:
		return dsa_public(pub);
	default:
		return EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, pub->raw.p, pub->raw.n);
	}
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

/* What a security key signs: digests of application and data, and between them what it attests and its counter. The
 * counter is signed so that copies of a key could be told apart; nobody keeps it, as in OpenSSH. */
static int sk_message(const struct key_public *pub, struct cur *c, struct str data, uint8_t flags, struct buf *out)
{
	uint8_t application[EVP_MAX_MD_SIZE], digest[EVP_MAX_MD_SIZE], said = cur_u8(c);
	uint32_t counter = cur_u32(c);

	if (!cur_done(c))
		return E_INVAL;
	if ((said & flags) != flags)
		return E_DENIED;
	if (!EVP_Digest(pub->application.p, pub->application.n, application, NULL, EVP_sha256(), NULL) ||
	    !EVP_Digest(data.p, data.n, digest, NULL, EVP_sha256(), NULL))
		return E_CRYPTO;
	buf_put(out, application, 32);
	buf_put_u8(out, said);
	buf_put_u32(out, counter);
	buf_put(out, digest, 32);
	return out->err;
}

static int verify_fitted(const struct alg_row *row, const struct key_public *pub, struct str data, struct str raw)
{
	struct buf fitted;
	EVP_PKEY *pkey;
	int r;

	buf_init(&fitted, KEY_RSA_BITS_MAX / 8);
	r = fit_signature(pub, raw, &fitted);
	if (r == 0) {
		pkey = public_key(pub);
		r = pkey ? verify_by(row, pkey, data, buf_str(&fitted)) : E_INVAL;
		EVP_PKEY_free(pkey);
	}
	buf_release(&fitted);
	ERR_clear_error();
	return r;
}

int key_verify_flags(struct str alg, struct str blob, struct str data, struct str signature, uint8_t flags)
{
	const struct alg_row *row = find_alg(alg);
	struct cur c = cur_of(signature);
	struct str name = cur_str(&c), raw = cur_str(&c);
	struct key_public pub;
	struct buf message;
	int r;

	if (!row)
		return E_UNSUPPORTED;
	r = key_public_parse(blob, &pub, NULL);
	if (r < 0)
		return r;
	if (strcmp(pub.name, row->blob_type) != 0 || !str_eq(name, alg) || (!pub.sk && !cur_done(&c)))
		return E_INVAL;
	if (!pub.sk)
		return verify_fitted(row, &pub, data, raw);
	buf_init(&message, 128);
	r = sk_message(&pub, &c, data, flags, &message);
	if (r == 0)
		r = verify_fitted(row, &pub, buf_str(&message), raw);
	buf_release(&message);
	return r;
}

int key_verify(struct str alg, struct str blob, struct str data, struct str signature)
{
	return key_verify_flags(alg, blob, data, signature, KEY_SK_PRESENT);
}

void key_hash_md5(struct str blob, char out[33])
{
	unsigned char md[EVP_MAX_MD_SIZE] = { 0 };

	if (!EVP_Digest(blob.p, blob.n, md, NULL, EVP_md5(), NULL))
		explicit_bzero(md, sizeof md);
	for (int i = 0; i < 16; i++)
		snprintf(out + 2 * (ptrdiff_t)i, 3, "%02X", md[i]);
}

void key_hash_sha256_hex(struct str blob, char out[65])
{
	unsigned char md[EVP_MAX_MD_SIZE] = { 0 };

	if (!EVP_Digest(blob.p, blob.n, md, NULL, EVP_sha256(), NULL))
		explicit_bzero(md, sizeof md);
	for (int i = 0; i < 32; i++)
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
