/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: a certificate is what its authority signed and nothing else: no byte may change, be missing or follow; unfit
 * authorities vouch for nobody; names and options are read as PROTOCOL.certkeys has them, and what is not known
 * refuses.
 */
#include "keys/cert.h"

#include "keys/keys.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct key ca = { .type = KEY_ED25519, .bits = 256 };

/* What a certificate is made of; all zero: a plain one of a user `admin`. */
struct parts {
	struct str principals, options, extensions;
	const struct key *by;
	const char *alg;
	struct str ca_blob; /* in place of the signer's own */
};

static void put_body(struct buf *out, const struct parts *p)
{
	static const uint8_t key[32] = { 1 };
	struct buf blob;

	buf_init(&blob, 0);
	key_blob(p->by ? p->by : &ca, &blob);
	buf_put_cstr(out, "ssh-ed25519-cert-v01@openssh.com");
	buf_put_cstr(out, "nonce");
	buf_put_str(out, (struct str){ key, sizeof key });
	buf_put_u64(out, 7);
	buf_put_u32(out, CERT_USER);
	buf_put_cstr(out, "id");
	buf_put_str(out, p->principals.p ? p->principals : STR("\0\0\0\5admin"));
	buf_put_u64(out, 100);
	buf_put_u64(out, 200);
	buf_put_str(out, p->options);
	buf_put_str(out, p->extensions);
	buf_put_cstr(out, "");
	buf_put_str(out, p->ca_blob.p ? p->ca_blob : buf_str(&blob));
	buf_release(&blob);
}

static void make(struct buf *out, const struct parts *p)
{
	struct buf signature;

	buf_init(out, 0);
	buf_init(&signature, 0);
	put_body(out, p);
	assert_int_equal(
	    key_sign(p->by ? p->by : &ca, str_of(p->alg ? p->alg : "ssh-ed25519"), buf_str(out), &signature), 0);
	buf_put_str(out, buf_str(&signature));
	buf_release(&signature);
}

static int verify(const struct buf *b, struct errbuf *e)
{
	struct cert c;
	int r = cert_walk(buf_str(b), &c, e);

	return r < 0 ? r : cert_verify(&c, e);
}

static void fields_are_where_they_are(void **state)
{
	struct parts p = { .principals = STR("\0\0\0\1x\0\0\0\5admin") };
	struct buf b, key;
	struct cert c;

	make(&b, &p);
	buf_init(&key, 0);
	assert_true(cert_is(buf_str(&b)));
	assert_int_equal(cert_walk(buf_str(&b), &c, NULL), 0);
	assert_int_equal(c.serial, 7);
	assert_int_equal(c.kind, CERT_USER);
	assert_true(c.from == 100 && c.until == 200 && str_is(c.id, "id"));
	assert_true(cert_names(&c, "admin") && cert_names(&c, "x"));
	assert_false(cert_names(&c, "admi") || cert_names(&c, "") || cert_names(&c, "adminx"));
	cert_key_blob(&c, &key);
	assert_memory_equal(buf_ptr(&key), "\0\0\0\13ssh-ed25519\0\0\0\40\1\0", 21);
	assert_int_equal(buf_len(&key), 51);
	assert_int_equal(cert_verify(&c, NULL), 0);
	buf_release(&b);
	buf_release(&key);
}

static void no_byte_may_change(void **state)
{
	struct parts p = { .extensions = STR("\0\0\0\12permit-pty\0\0\0\0") };
	struct buf b;
	struct cert c;

	make(&b, &p);
	for (size_t i = 0; i < buf_len(&b); i++) {
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			b.data[i] ^= (uint8_t)bit;
			assert_true(verify(&b, NULL) < 0);
			b.data[i] ^= (uint8_t)bit;
		}
		assert_int_equal(cert_walk((struct str){ b.data, i }, &c, NULL), E_INVAL);
	}
	assert_int_equal(verify(&b, NULL), 0);
	buf_put_u8(&b, 0);
	assert_int_equal(verify(&b, NULL), E_INVAL);
	buf_release(&b);
}

static void names_that_are_none(void **state)
{
	static const struct str lists[] = { STR(""), STR("\0\0\0\5admi"), STR("\0\0\0\5admin\0\0\0\2x"), STR("admin"),
					    STR("\0\0\0\6admin\0") };

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct parts p = { .principals = lists[i] };
		struct buf b;
		struct cert c;

		make(&b, &p);
		assert_int_equal(cert_walk(buf_str(&b), &c, NULL), 0);
		assert_false(cert_names(&c, "admin"));
		buf_release(&b);
	}
}

static int terms(struct str options, struct str extensions, struct cert_terms *t)
{
	struct cert c = { .options = options, .extensions = extensions };

	return cert_terms_of(&c, t, NULL);
}

static void options_are_read(void **state)
{
	struct cert_terms t;

	assert_int_equal(terms(STR(""), STR(""), &t), 0);
	assert_false(t.forced || t.limited || t.verify || t.no_touch || t.pty);
	assert_int_equal(terms(STR("\0\0\0\15force-command\0\0\0\6\0\0\0\2ls\0\0\0\16source-address\0\0\0\7\0\0\0\3::1"
				   "\0\0\0\17verify-required\0\0\0\0"),
			       STR("\0\0\0\21no-touch-required\0\0\0\0\0\0\0\12permit-pty\0\0\0\0\0\0\0\1x\0\0\0\1y"),
			       &t),
			 0);
	assert_true(t.forced && str_is(t.command, "ls") && t.limited && str_is(t.addresses, "::1"));
	assert_true(t.verify && t.no_touch && t.pty);
	assert_int_equal(terms(STR("\0\0\0\3eat\0\0\0\0"), STR(""), &t), E_UNSUPPORTED);
	assert_int_equal(terms(STR("\0\0\0\15force-command\0\0\0\0"), STR(""), &t), E_INVAL);
	assert_int_equal(terms(STR("\0\0\0\15force-command\0\0\0\4\0\0\0\0"), STR(""), &t), E_INVAL);
	assert_int_equal(terms(STR("\0\0\0\15force-command\0\0\0\7\0\0\0\2lsx"), STR(""), &t), E_INVAL);
	assert_int_equal(
	    terms(STR("\0\0\0\15force-command\0\0\0\6\0\0\0\2ls\0\0\0\15force-command\0\0\0\6\0\0\0\2ps"), STR(""), &t),
	    E_INVAL);
	assert_int_equal(terms(STR("\0\0\0\17verify-required\0\0\0\1x"), STR(""), &t), E_INVAL);
	assert_int_equal(terms(STR("\0\0\0\17verify-required"), STR(""), &t), E_INVAL);
	assert_int_equal(terms(STR(""), STR("\0\0\0\12permit-pty"), &t), E_INVAL);
}

static void make_rsa(struct key *key, unsigned bits)
{
	*key =
	    (struct key){ .type = KEY_RSA, .bits = bits, .pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits) };
}

static void short_rsa_authorities_vouch_for_nobody(void **state)
{
	static const struct {
		unsigned bits;
		int want;
	} rows[] = { { 1024, E_UNSUPPORTED }, { 2040, E_UNSUPPORTED }, { 2048, 0 } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct parts p = { .alg = "rsa-sha2-512" };
		struct key key;
		struct buf b;

		make_rsa(&key, rows[i].bits);
		p.by = &key;
		make(&b, &p);
		assert_int_equal(verify(&b, NULL), rows[i].want);
		buf_release(&b);
		key_release(&key);
	}
}

static void put_rsa(struct buf *out, const char *e, size_t e_n, size_t n_bytes)
{
	static uint8_t n[2049];

	memset(n, 0xc5, sizeof n);
	buf_init(out, 0);
	buf_put_cstr(out, "ssh-rsa");
	buf_put_mpint(out, (const uint8_t *)e, e_n);
	buf_put_mpint(out, n, n_bytes);
}

/* Exponent 1: every signature is its own; even: none is; 16,384 bits and more burn time. */
static void odd_authorities_vouch_for_nobody(void **state)
{
	static const struct {
		const char *e;
		size_t e_n, n_bytes;
		const char *words;
	} rows[] = { { "\1", 1, 256, "exponent that is 1 or even" },
		     { "\2", 1, 256, "exponent that is 1 or even" },
		     { "\1\0\0", 3, 256, "exponent that is 1 or even" },
		     { "\3", 1, 2048, "at most 8192" },
		     { "\3", 1, 2049, "at most 8192" } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct errbuf e = { "" };
		struct buf b, blob;

		put_rsa(&blob, rows[i].e, rows[i].e_n, rows[i].n_bytes);
		make(&b, &(struct parts){ .ca_blob = buf_str(&blob) });
		assert_int_equal(verify(&b, &e), E_INVAL);
		assert_non_null(strstr(e.text, rows[i].words));
		buf_release(&b);
		buf_release(&blob);
	}
}

static void a_certificate_is_no_authority(void **state)
{
	struct buf inner, outer;

	make(&inner, &(struct parts){ 0 });
	make(&outer, &(struct parts){ .ca_blob = buf_str(&inner) });
	assert_int_equal(verify(&outer, NULL), E_UNSUPPORTED);
	buf_release(&inner);
	buf_release(&outer);
}

/* Signed by somebody whose name is not the one in it. */
static void another_signer(void **state)
{
	struct key other = { .type = KEY_ED25519, .bits = 256, .pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") };
	struct buf b, blob;

	buf_init(&blob, 0);
	key_blob(&ca, &blob);
	make(&b, &(struct parts){ .by = &other, .ca_blob = buf_str(&blob) });
	assert_int_equal(verify(&b, NULL), E_DENIED);
	buf_release(&b);
	buf_release(&blob);
	key_release(&other);
}

/* SHA-1 can be collided: two certificates of one digest. */
static void sha1_is_refused(void **state)
{
	struct errbuf e = { "" };
	struct buf b, signature;
	struct key key;

	make_rsa(&key, 2048);
	buf_init(&b, 0);
	buf_init(&signature, 0);
	put_body(&b, &(struct parts){ .by = &key });
	buf_put_cstr(&signature, "ssh-rsa");
	buf_put_str(&signature, STR("any"));
	buf_put_str(&b, buf_str(&signature));
	assert_int_equal(verify(&b, &e), E_UNSUPPORTED);
	assert_non_null(strstr(e.text, "SHA-1"));
	buf_release(&b);
	buf_release(&signature);
	key_release(&key);
}

static void algorithms_have_a_plain_one(void **state)
{
	assert_string_equal(cert_plain_alg(STR("rsa-sha2-256-cert-v01@openssh.com")), "rsa-sha2-256");
	assert_string_equal(cert_plain_alg(STR("sk-ecdsa-sha2-nistp256-cert-v01@openssh.com")),
			    "sk-ecdsa-sha2-nistp256@openssh.com");
	assert_null(cert_plain_alg(STR("ssh-rsa-cert-v01@openssh.com"))); /* SHA-1 */
	assert_null(cert_plain_alg(STR("ssh-dss-cert-v01@openssh.com")));
	assert_null(cert_plain_alg(STR("ssh-ed25519")));
	assert_false(cert_is(STR("\0\0\0\13ssh-ed25519")));
	assert_false(cert_is(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_where_they_are),
		cmocka_unit_test(no_byte_may_change),
		cmocka_unit_test(names_that_are_none),
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(short_rsa_authorities_vouch_for_nobody),
		cmocka_unit_test(odd_authorities_vouch_for_nobody),
		cmocka_unit_test(a_certificate_is_no_authority),
		cmocka_unit_test(another_signer),
		cmocka_unit_test(sha1_is_refused),
		cmocka_unit_test(algorithms_have_a_plain_one),
	};

	ca.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return ca.pkey ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
