/* SPDX-License-Identifier: Apache-2.0
 *
 * pkcs12.c: the helper `pkcs12`: a key, the certificate for it and those above out of a file that anybody may have made
 * (RFC 7292). Runs inside the walls of a helper, with so much processor time as its row grants. ASN.1 is libcrypto's;
 * here is what is let through: one key of few kinds, few certificates, one kind of encryption, so many rounds of it.
 */
#include "pkcs12.h"

#include "helpers.h"

#include "keys/identity.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS_MAX   1000000
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192

struct content {
	EVP_PKEY *key;
	unsigned n;
	X509 *certs[IDENTITY_CHAIN];
};

/* A certificate's dates are reckoned with in a time zone that is not looked up then. */
int pkcs12_prepare(void)
{
	if (setenv("TZ", "UTC0", 1) < 0)
		return E_NOMEM;
	tzset();
	return 0;
}

/* --- what the file is encrypted by --- */

static bool few_rounds(const ASN1_INTEGER *rounds)
{
	int64_t n = 1;

	return (!rounds || ASN1_INTEGER_get_int64(&n, rounds) == 1) && n > 0 && n <= ROUNDS_MAX;
}

static bool is_aes(const ASN1_OBJECT *name)
{
	int nid = OBJ_obj2nid(name);

	return nid == NID_aes_128_cbc || nid == NID_aes_192_cbc || nid == NID_aes_256_cbc;
}

static int refuse_old(const ASN1_OBJECT *name, struct errbuf *e)
{
	char text[80];

	OBJ_obj2txt(text, sizeof text, name, 0);
	return err_set(e, E_UNSUPPORTED, "it is encrypted by %s, which is not taken: export it with AES and PBKDF2",
		       text);
}

static int check_rounds(const X509_ALGOR *derivation, struct errbuf *e)
{
	PBKDF2PARAM *p = NULL;
	int rc = 0;

	if (OBJ_obj2nid(derivation->algorithm) != NID_id_pbkdf2)
		return refuse_old(derivation->algorithm, e);
	p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), derivation->parameter);
	if (!p || !few_rounds(p->iter))
		rc = err_set(e, E_TOOBIG, "it wants more than %d rounds of key derivation", ROUNDS_MAX);
	PBKDF2PARAM_free(p);
	return rc;
}

static int check_encryption(const X509_ALGOR *alg, struct errbuf *e)
{
	PBE2PARAM *p;
	int rc;

	if (OBJ_obj2nid(alg->algorithm) != NID_pbes2)
		return refuse_old(alg->algorithm, e);
	p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), alg->parameter);
	if (!p)
		rc = err_set(e, E_INVAL, "how it is encrypted is malformed");
	else if (!is_aes(p->encryption->algorithm))
		rc = refuse_old(p->encryption->algorithm, e);
	else
		rc = check_rounds(p->keyfunc, e);
	PBE2PARAM_free(p);
	return rc;
}

/* --- what is in it --- */

static int take_key(struct content *c, const PKCS8_PRIV_KEY_INFO *info, struct errbuf *e)
{
	if (c->key)
		return err_set(e, E_INVAL, "there is more than one private key in it");
	c->key = info ? EVP_PKCS82PKEY(info) : NULL;
	return c->key ? 0 : err_set(e, E_UNSUPPORTED, "its private key is malformed or of an unknown kind");
}

static int take_hidden_key(struct content *c, PKCS12_SAFEBAG *bag, struct str password, struct errbuf *e)
{
	const X509_SIG *hidden = PKCS12_SAFEBAG_get0_pkcs8(bag);
	const X509_ALGOR *alg = NULL;
	PKCS8_PRIV_KEY_INFO *info;
	int rc;

	if (hidden)
		X509_SIG_get0(hidden, &alg, NULL);
	if (!alg)
		return err_set(e, E_INVAL, "its private key is malformed");
	rc = check_encryption(alg, e);
	if (rc < 0)
		return rc;
	info = PKCS12_decrypt_skey(bag, (const char *)password.p, (int)password.n);
	rc = take_key(c, info, e);
	PKCS8_PRIV_KEY_INFO_free(info);
	return rc;
}

static int take_certificate(struct content *c, const PKCS12_SAFEBAG *bag, struct errbuf *e)
{
	if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
		return 0;
	if (c->n == IDENTITY_CHAIN)
		return err_set(e, E_LIMIT, "there are more than %d certificates in it", IDENTITY_CHAIN);
	c->certs[c->n] = PKCS12_SAFEBAG_get1_cert(bag);
	if (!c->certs[c->n])
		return err_set(e, E_INVAL, "a certificate in it is malformed");
	c->n++;
	return 0;
}

static int take_bag(struct content *c, PKCS12_SAFEBAG *bag, struct str password, struct errbuf *e)
{
	switch (PKCS12_SAFEBAG_get_nid(bag)) {
	case NID_keyBag:
		return take_key(c, PKCS12_SAFEBAG_get0_p8inf(bag), e);
	case NID_pkcs8ShroudedKeyBag:
		return take_hidden_key(c, bag, password, e);
	case NID_certBag:
		return take_certificate(c, bag, e);
	default:
		return 0; /* others are of no use here */
	}
}

static int take_safe(struct content *c, PKCS7 *safe, struct str password, struct errbuf *e)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	int rc = 0;

	if (PKCS7_type_is_data(safe)) {
		bags = PKCS12_unpack_p7data(safe);
	} else if (PKCS7_type_is_encrypted(safe) && safe->d.encrypted && safe->d.encrypted->enc_data) {
		rc = check_encryption(safe->d.encrypted->enc_data->algorithm, e);
		bags = rc < 0 ? NULL : PKCS12_unpack_p7encdata(safe, (const char *)password.p, (int)password.n);
	}
	if (rc == 0 && !bags)
		rc = err_set(e, E_INVAL, "a part of it is malformed");
	for (int i = 0; rc == 0 && i < sk_PKCS12_SAFEBAG_num(bags); i++)
		rc = take_bag(c, sk_PKCS12_SAFEBAG_value(bags, i), password, e);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return rc;
}

static int check_password(PKCS12 *file, struct str password, struct errbuf *e)
{
	const ASN1_INTEGER *rounds = NULL;
	const X509_ALGOR *alg = NULL;

	PKCS12_get0_mac(NULL, &alg, NULL, &rounds, file);
	if (!alg)
		return err_set(e, E_INVAL, "nothing in it tells whether it was changed (no MAC)");
	if (!few_rounds(rounds))
		return err_set(e, E_TOOBIG, "it wants more than %d rounds of key derivation", ROUNDS_MAX);
	if (PKCS12_verify_mac(file, (const char *)password.p, (int)password.n) != 1)
		return err_set(e, E_DENIED, "the password is another one, or the file is damaged");
	return 0;
}

static int take_file(struct content *c, struct str bytes, struct str password, struct errbuf *e)
{
	const unsigned char *p = bytes.p;
	PKCS12 *file = d2i_PKCS12(NULL, &p, (long)bytes.n);
	STACK_OF(PKCS7) *safes = NULL;
	int rc;

	if (!file || p != bytes.p + bytes.n)
		rc = err_set(e, E_INVAL, "it is no PKCS#12 file, or not one alone and whole");
	else
		rc = check_password(file, password, e);
	if (rc == 0 && !(safes = PKCS12_unpack_authsafes(file)))
		rc = err_set(e, E_INVAL, "it is malformed");
	for (int i = 0; rc == 0 && i < sk_PKCS7_num(safes); i++)
		rc = take_safe(c, sk_PKCS7_value(safes, i), password, e);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	PKCS12_free(file);
	return rc;
}

/* --- is it an identity? --- */

static bool key_is_taken(const EVP_PKEY *key)
{
	char curve[40] = "";
	size_t n;

	if (EVP_PKEY_is_a(key, "RSA"))
		return EVP_PKEY_get_bits(key) >= RSA_BITS_MIN && EVP_PKEY_get_bits(key) <= RSA_BITS_MAX;
	if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, curve, sizeof curve, &n) == 1)
		return strcmp(curve, "prime256v1") == 0 || strcmp(curve, "secp384r1") == 0;
	return EVP_PKEY_is_a(key, "ED25519");
}

/* A key may hold the right public half beside a wrong private one. */
static bool key_proves(EVP_PKEY *key, EVP_PKEY *public)
{
	const char *digest = EVP_PKEY_is_a(key, "ED25519") ? NULL : "SHA256";
	EVP_MD_CTX *signer = EVP_MD_CTX_new(), *verifier = EVP_MD_CTX_new();
	uint8_t signature[RSA_BITS_MAX / 8], data[] = "of this device";
	size_t n = sizeof signature;
	bool good;

	good = signer && verifier && EVP_DigestSignInit_ex(signer, NULL, digest, NULL, NULL, key, NULL) == 1 &&
	       EVP_DigestSign(signer, signature, &n, data, sizeof data) == 1 &&
	       EVP_DigestVerifyInit_ex(verifier, NULL, digest, NULL, NULL, public, NULL) == 1 &&
	       EVP_DigestVerify(verifier, signature, n, data, sizeof data) == 1;
	EVP_MD_CTX_free(signer);
	EVP_MD_CTX_free(verifier);
	return good;
}

static void swap(struct content *c, unsigned i, unsigned j)
{
	X509 *was = c->certs[i];

	c->certs[i] = c->certs[j];
	c->certs[j] = was;
}

/* Its own certificate comes first, then each one's issuer. How many that are. */
static unsigned order(struct content *c)
{
	unsigned n = 0, i = 0;

	while (i < c->n && X509_check_private_key(c->certs[i], c->key) != 1)
		i++;
	while (i < c->n) {
		swap(c, n++, i);
		if (X509_check_issued(c->certs[n - 1], c->certs[n - 1]) == X509_V_OK)
			break;
		for (i = n; i < c->n && X509_check_issued(c->certs[i], c->certs[n - 1]) != X509_V_OK; i++)
			;
	}
	return n;
}

static int check(struct content *c, unsigned *n, struct errbuf *e)
{
	if (!c->key)
		return err_set(e, E_NOTFOUND, "there is no private key in it");
	if (!c->n)
		return err_set(e, E_NOTFOUND, "there is no certificate in it");
	if (!key_is_taken(c->key))
		return err_set(e, E_UNSUPPORTED,
			       "its key is not taken: RSA of %d to %d bits, ECDSA on P-256 or P-384, and Ed25519 are",
			       RSA_BITS_MIN, RSA_BITS_MAX);
	*n = order(c);
	if (!*n)
		return err_set(e, E_INVAL, "its private key belongs to none of its certificates");
	if (!key_proves(c->key, X509_get0_pubkey(c->certs[0])))
		return err_set(e, E_INVAL, "its private key does not do what its certificate says");
	return 0;
}

/* --- what people read of a certificate --- */

static void put_part(const X509_NAME_ENTRY *entry, struct buf *text)
{
	const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(entry);
	int nid = OBJ_obj2nid(object);
	BIO *bio = BIO_new(BIO_s_mem());
	char name[80], *value;
	long n;

	if (nid == NID_undef)
		OBJ_obj2txt(name, sizeof name, object, 1);
	else
		snprintf(name, sizeof name, "%s", OBJ_nid2sn(nid));
	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (bio && ASN1_STRING_print_ex(bio, X509_NAME_ENTRY_get_data(entry), ASN1_STRFLGS_RFC2253) >= 0) {
		n = BIO_get_mem_data(bio, &value);
		buf_printf(text, "%s%s=%.*s", buf_len(text) ? "\n" : "", name, (int)n, value);
	}
	BIO_free(bio);
}

/* Its own name first, its country last: as people read it. */
static struct str put_name(const X509_NAME *name, struct buf *text)
{
	struct str whole;

	for (int i = X509_NAME_entry_count(name); i > 0; i--)
		put_part(X509_NAME_get_entry(name, i - 1), text);
	whole = buf_str(text);
	whole.n = whole.n < IDENTITY_TEXT_MAX ? whole.n : IDENTITY_TEXT_MAX;
	return whole;
}

/* Before 1970 is long ago. */
static uint64_t seconds(const ASN1_TIME *when)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, rest = 0;
	int64_t all = 0;

	if (epoch && ASN1_TIME_diff(&days, &rest, epoch, when) == 1)
		all = (int64_t)days * 86400 + rest;
	ASN1_TIME_free(epoch);
	return all > 0 ? (uint64_t)all : 0;
}

static enum identity_usage usage_of(X509 *cert)
{
	uint32_t may = X509_get_key_usage(cert);
	bool signs = may & (X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_KEY_CERT_SIGN | X509v3_KU_CRL_SIGN);
	bool encrypts = may & (X509v3_KU_KEY_ENCIPHERMENT | X509v3_KU_KEY_AGREEMENT | X509v3_KU_DATA_ENCIPHERMENT);

	return signs == encrypts ? IDENTITY_GENERAL : signs ? IDENTITY_SIGNATURE : IDENTITY_ENCRYPTION;
}

static void put_card(X509 *cert, struct buf *cards)
{
	const ASN1_INTEGER *number = X509_get0_serialNumber(cert);
	struct identity_card card = { .usage = usage_of(cert),
				      .from = seconds(X509_get0_notBefore(cert)),
				      .until = seconds(X509_get0_notAfter(cert)) };
	struct buf serial, issuer, subject;

	buf_init(&serial, IDENTITY_TEXT_MAX);
	buf_init(&issuer, 0);
	buf_init(&subject, 0);
	for (int i = 0; i < ASN1_STRING_length(number); i++)
		buf_printf(&serial, "%02X", ASN1_STRING_get0_data(number)[i]);
	card.serial = buf_str(&serial);
	card.issuer = put_name(X509_get_issuer_name(cert), &issuer);
	card.subject = put_name(X509_get_subject_name(cert), &subject);
	identity_card_put(&card, cards);
	buf_release(&serial);
	buf_release(&issuer);
	buf_release(&subject);
}

/* --- the answer --- */

/* Not known when nobody says what it is for. */
static bool is_for_clients(X509 *cert)
{
	return X509_check_purpose(cert, X509_PURPOSE_SSL_CLIENT, 0) == 1;
}

static void put_der(struct buf *out, uint8_t *der, int n)
{
	if (n > 0)
		buf_put(out, der, (size_t)n);
	else
		out->err = out->err ? out->err : E_CRYPTO;
	OPENSSL_clear_free(der, n > 0 ? (size_t)n : 0);
}

static void put_key(EVP_PKEY *key, struct buf *out)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	uint8_t *der = NULL;
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : 0;

	put_der(out, der, n);
	PKCS8_PRIV_KEY_INFO_free(info);
}

static int answer(const struct content *c, unsigned n, struct buf *result, struct errbuf *e)
{
	struct buf cards, chain, key;
	int rc = 0;

	buf_init(&cards, 0);
	buf_init(&chain, IDENTITY_CHAIN_MAX);
	buf_init(&key, IDENTITY_KEY_MAX);
	for (unsigned i = 0; i < n; i++) {
		uint8_t *der = NULL;
		int size = i2d_X509(c->certs[i], &der);

		put_der(&chain, der, size);
		put_card(c->certs[i], &cards);
	}
	put_key(c->key, &key);
	if (cards.err || chain.err || key.err) {
		rc = err_set(e, E_TOOBIG, "its certificates are larger than %d bytes in all", IDENTITY_CHAIN_MAX);
	} else {
		buf_put_u8(result, PKCS12_GOOD);
		buf_put_u8(result, (uint8_t)(c->n - n));
		buf_put_u8(result, is_for_clients(c->certs[0]));
		buf_put_str(result, buf_str(&cards));
		buf_put_str(result, buf_str(&chain));
		buf_put_str(result, buf_str(&key));
	}
	buf_release(&cards);
	buf_release(&chain);
	buf_release(&key);
	return rc;
}

int work_pkcs12(struct str request, struct buf *result)
{
	struct cur cur = cur_of(request);
	struct str file = cur_str(&cur), password = cur_str(&cur);
	struct content c = { NULL };
	struct errbuf e = { "" };
	unsigned n = 0;
	int rc;

	if (!cur_done(&cur) || file.n > PKCS12_FILE_MAX || password.n > PKCS12_PASSWORD_MAX)
		return E_INVAL;
	rc = take_file(&c, file, password, &e);
	if (rc == 0)
		rc = check(&c, &n, &e);
	if (rc == 0)
		rc = answer(&c, n, result, &e);
	if (rc < 0) {
		buf_put_u8(result, PKCS12_REFUSED);
		buf_put_cstr(result, e.text);
	}
	EVP_PKEY_free(c.key);
	for (unsigned i = 0; i < c.n; i++)
		X509_free(c.certs[i]);
	ERR_clear_error();
	return 0;
}
