/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: of a PKCS#12 file an identity is made only when it holds one: one key, the certificate for it, and both of a
 * kind that is taken. Programs that make such files refuse to make most of these.
 */
#include "helpers/helpers.h"
#include "helpers/pkcs12.h"
#include "keys/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <string.h>

static EVP_PKEY *key, *other;

static int make_keys(void **state)
{
	key = EVP_EC_gen("P-256");
	other = EVP_EC_gen("P-256");
	return key && other ? 0 : -1;
}

static int free_keys(void **state)
{
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	return 0;
}

static X509 *certificate(EVP_PKEY *of, const char *name)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_NAME_new();

	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 10);
	X509_set_subject_name(cert, subject);
	X509_set_issuer_name(cert, subject);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, of);
	assert_true(X509_sign(cert, of, EVP_sha256()) > 0);
	X509_NAME_free(subject);
	return cert;
}

/* A file of these keys and certificates (NULL ends both), encrypted as they should be. */
static void make(EVP_PKEY *const keys[], X509 *const certs[], const char *password, struct buf *file)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	STACK_OF(PKCS7) *safes = NULL;
	uint8_t *der = NULL;
	PKCS12 *p12;
	int n;

	for (; *certs; certs++)
		assert_non_null(PKCS12_add_cert(&bags, *certs));
	for (; *keys; keys++)
		assert_non_null(PKCS12_add_key(&bags, *keys, KEY_SIG, 10, NID_aes_256_cbc, password));
	if (!bags)
		bags = sk_PKCS12_SAFEBAG_new_null();
	assert_int_equal(PKCS12_add_safe(&safes, bags, NID_aes_256_cbc, 10, password), 1);
	p12 = PKCS12_add_safes(safes, 0);
	assert_int_equal(PKCS12_set_mac(p12, password, -1, NULL, 0, 10, EVP_sha256()), 1);
	n = i2d_PKCS12(p12, &der);
	buf_init(file, 0);
	buf_put(file, der, (size_t)n);
	OPENSSL_free(der);
	PKCS12_free(p12);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

/* What is said of it; "": it is good. */
static const char *answer(struct str file, const char *password)
{
	static char text[256];
	struct buf request, result;
	struct cur c;

	buf_init(&request, 0);
	buf_init(&result, 0);
	buf_put_str(&request, file);
	buf_put_cstr(&request, password);
	assert_int_equal(work_pkcs12(buf_str(&request), &result), 0);
	c = cur_of(buf_str(&result));
	if (cur_u8(&c) == PKCS12_GOOD)
		text[0] = '\0';
	else
		assert_true(str_copy(cur_str(&c), text, sizeof text) && text[0]);
	buf_release(&request);
	buf_release(&result);
	return text;
}

static const char *said(EVP_PKEY *const keys[], X509 *const certs[])
{
	const char *words;
	struct buf file;

	make(keys, certs, "secret", &file);
	words = answer(buf_str(&file), "secret");
	buf_release(&file);
	return words;
}

#define KEYS(...)  ((EVP_PKEY *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })
#define CERTS(...) ((X509 *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static void one_key_and_its_certificate(void **state)
{
	X509 *own = certificate(key, "device"), *foreign = certificate(other, "foreign");

	assert_string_equal(said(KEYS(key), CERTS(own)), "");
	assert_string_equal(said(KEYS(key), CERTS(foreign, own)), "");
	assert_string_equal(said(KEYS(), CERTS(own)), "there is no private key in it");
	assert_string_equal(said(KEYS(key), CERTS()), "there is no certificate in it");
	assert_string_equal(said(KEYS(other), CERTS(own)), "its private key belongs to none of its certificates");
	assert_string_equal(said(KEYS(key, other), CERTS(own)), "there is more than one private key in it");
	assert_string_equal(said(KEYS(key, key), CERTS(own)), "there is more than one private key in it");
	X509_free(own);
	X509_free(foreign);
}

static void few_certificates(void **state)
{
	X509 *own = certificate(key, "device");
	X509 *many[IDENTITY_CHAIN + 2] = { NULL };

	for (unsigned i = 0; i < IDENTITY_CHAIN; i++)
		many[i] = own;
	assert_string_equal(said(KEYS(key), many), "");
	many[IDENTITY_CHAIN] = own;
	assert_string_equal(said(KEYS(key), many), "there are more than 10 certificates in it");
	X509_free(own);
}

/* The public half of one, the private half of another. */
static EVP_PKEY *patchwork(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *made = NULL;
	OSSL_PARAM *params;
	BIGNUM *number = NULL;
	uint8_t point[65];
	size_t n = 0;

	assert_int_equal(EVP_PKEY_get_bn_param(other, OSSL_PKEY_PARAM_PRIV_KEY, &number), 1);
	assert_int_equal(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n), 1);
	OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number);
	OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, n);
	params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_KEYPAIR, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_clear_free(number);
	return made;
}

static void a_key_must_do_its_work(void **state)
{
	EVP_PKEY *wrong = patchwork();
	X509 *own = certificate(key, "device");

	assert_int_equal(X509_check_private_key(own, wrong), 1);
	assert_string_equal(said(KEYS(wrong), CERTS(own)), "its private key does not do what its certificate says");
	EVP_PKEY_free(wrong);
	X509_free(own);
}

static void names_are_harmless(void **state)
{
	X509 *own = certificate(key, "\x1b[2J\xc3\xa4\n\x07 and the rest");
	struct buf file, request, result;
	struct identity_card card;
	struct cur c;

	make(KEYS(key), CERTS(own), "secret", &file);
	buf_init(&request, 0);
	buf_init(&result, 0);
	buf_put_str(&request, buf_str(&file));
	buf_put_cstr(&request, "secret");
	assert_int_equal(work_pkcs12(buf_str(&request), &result), 0);
	c = cur_of(buf_str(&result));
	assert_int_equal(cur_u8(&c), PKCS12_GOOD);
	assert_int_equal(cur_u8(&c), 0);
	assert_int_equal(cur_u8(&c), 1);
	c = cur_of(cur_str(&c));
	assert_true(identity_card_next(&c, &card));
	assert_true(str_is(card.subject, "cn=\\1B[2J\\C3\\A4\\0A\\07 and the rest"));
	assert_true(str_is(card.serial, "0A") && card.until - card.from == 7200);
	buf_release(&file);
	buf_release(&request);
	buf_release(&result);
	X509_free(own);
}

/* Each shorter one, and each with one bit changed in a place. */
static void cut_and_changed(void **state)
{
	X509 *own = certificate(key, "device");
	struct buf file;

	make(KEYS(key), CERTS(own), "", &file);
	assert_string_equal(answer(buf_str(&file), ""), "");
	assert_string_equal(answer(buf_str(&file), "x"), "the password is another one, or the file is damaged");
	for (size_t n = 0; n < buf_len(&file); n++)
		assert_string_not_equal(answer((struct str){ buf_ptr(&file), n }, ""), "");
	for (size_t n = 0; n < buf_len(&file); n++) {
		file.data[n] ^= 0x10;
		answer(buf_str(&file), "");
		file.data[n] ^= 0x10;
	}
	buf_release(&file);
	X509_free(own);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_key_and_its_certificate),
		cmocka_unit_test(few_certificates),
		cmocka_unit_test(a_key_must_do_its_work),
		cmocka_unit_test(names_are_harmless),
		cmocka_unit_test(cut_and_changed),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
