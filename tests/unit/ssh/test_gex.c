/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: in a group exchange a client gets a group of the size RFC 4419 and 8270 say and both sides come to the same
 * keys in it, twice on one connection and whichever form the request has; and a client takes no group from a server
 * that it did not ask for or that is none.
 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/core_names.h>

#define METHOD "diffie-hellman-group-exchange-sha256"

static void test_choice(void **state)
{
	static const struct {
		struct gex_request request;
		unsigned least, bits;
	} cases[] = {
		{ { 2048, 2048, 8192 }, 2048, 2048 },
		{ { 2048, 2049, 8192 }, 2048, 3072 },
		{ { 1024, 1024, 8192 }, 2048, 2048 },
		{ { 1024, 1024, 8192 }, 1024, 1024 },
		{ { 1024, 1025, 8192 }, 1024, 1536 },
		{ { 1024, 8192, 8191 }, 2048, 0 },
		{ { 1024, 7000, 8191 }, 2048, 6144 },
		{ { 0, 0, UINT32_MAX }, 2048, 2048 },
		{ { 0, UINT32_MAX, UINT32_MAX }, 2048, 8192 },
		{ { 8193, 8193, UINT32_MAX }, 2048, 0 },
		{ { 1024, 1024, 2047 }, 2048, 0 },
		{ { 2049, 2049, 3071 }, 2048, 0 },
		{ { 2048, 1024, 8192 }, 2048, 0 },
		{ { 8192, 4096, 2048 }, 2048, 0 },
		{ { 0, 0, 0 }, 1024, 0 },
		{ { 1024, 2048, 8192 }, 4096, 4096 },
		{ { 1024, 2048, 4095 }, 4096, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(gex_choose(&cases[i].request, cases[i].least), cases[i].bits);
}

static void test_exchange(void **state)
{
	static const struct {
		struct gex_request request;
		uint32_t dh_min;
		bool old;
		unsigned bits;
	} cases[] = {
		{ { 2048, 2048, 8192 }, 0, false, 2048 },    { { 1024, 1024, 8192 }, 0, false, 2048 },
		{ { 1024, 1024, 8192 }, 1024, false, 1024 }, { { 1024, 1024, 8192 }, 4096, false, 4096 },
		{ { 1024, 2048, 8192 }, 0, true, 2048 },     { { 1024, 2500, 8192 }, 0, true, 3072 },
	};
	struct host h;
	struct peer p;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		host_init(&h, &(struct ssh_config){ .kex = STR(METHOD), .dh_min = cases[i].dh_min });
		h.answer = SSH_AUTH_SUCCESS;
		peer_init(&p);
		p.method = METHOD;
		p.kex = i & 1 ? METHOD ",kex-strict-c-v00@openssh.com" : METHOD;
		p.request = cases[i].request;
		p.old_request = cases[i].old;
		assert_true(peer_handshake(&p, &h));
		assert_int_equal(p.group.bits, cases[i].bits);
		assert_true(peer_login(&p, &h) && peer_handshake(&p, &h) && peer_open(&p, &h));
		assert_int_equal(h.seen[SSH_EV_KEXED], 2);
		assert_int_equal(h.strict, i & 1);
		peer_release(&p);
		host_release(&h);
	}
}

/* After a group exchange another method has its own hash again. */
static void test_another_method_after_it(void **state)
{
	struct host h;
	struct peer p;

	(void)state;
	host_init(&h, &(struct ssh_config){ .kex = STR(METHOD ",curve25519-sha256,diffie-hellman-group14-sha256") });
	h.answer = SSH_AUTH_SUCCESS;
	peer_init(&p);
	p.kex = p.method = METHOD;
	assert_true(peer_handshake(&p, &h) && peer_login(&p, &h));
	p.kex = p.method = "curve25519-sha256";
	assert_true(peer_handshake(&p, &h));
	p.kex = p.method = METHOD;
	assert_true(peer_handshake(&p, &h));
	p.kex = p.method = "diffie-hellman-group14-sha256";
	assert_true(peer_handshake(&p, &h) && peer_open(&p, &h));
	peer_release(&p);
	host_release(&h);
}

/* What a client makes of a server's group. */
static int take(const BIGNUM *p, long off, unsigned long g, unsigned least)
{
	static const struct gex_request request = { 1024, 2048, 4096 };
	uint8_t raw[2048], small[8];
	struct modp_group group;
	BIGNUM *n = BN_dup(p), *generator = BN_new();
	struct buf b;
	struct cur in;
	int rc;

	if (off < 0)
		BN_sub_word(n, (BN_ULONG)-off);
	else
		BN_add_word(n, (BN_ULONG)off);
	BN_set_word(generator, g);
	buf_init(&b, 0);
	buf_put_mpint(&b, raw, (size_t)BN_bn2bin(n, raw));
	buf_put_mpint(&b, small, (size_t)BN_bn2bin(generator, small));
	in = cur_of(buf_str(&b));
	rc = gex_take_group(&in, &request, least, &group);
	if (rc == 0)
		assert_int_equal(group.bits, BN_num_bits(n));
	modp_group_release(&group);
	buf_release(&b);
	BN_free(n);
	BN_free(generator);
	return rc;
}

static void test_a_servers_group(void **state)
{
	BIGNUM *p = BN_get_rfc3526_prime_2048(NULL), *small = BN_get_rfc2409_prime_1024(NULL),
	       *large = BN_get_rfc3526_prime_6144(NULL), *tiny = BN_get_rfc2409_prime_768(NULL);
	struct gex_request request = { 1024, 2048, 8192 };
	struct modp_group group;
	struct cur in;

	(void)state;
	assert_int_equal(take(p, 0, 2, 2048), 0);
	assert_int_equal(take(p, 0, 5, 2048), 0);
	assert_int_equal(take(p, 0, 0, 2048), E_INVAL);
	assert_int_equal(take(p, 0, 1, 2048), E_INVAL);
	assert_int_equal(take(p, 1, 2, 2048), E_INVAL);     /* even */
	assert_int_equal(take(small, 0, 2, 2048), E_INVAL); /* under our minimum */
	assert_int_equal(take(small, 0, 2, 1024), 0);
	assert_int_equal(take(large, 0, 2, 2048), E_INVAL); /* more than was asked for */
	assert_int_equal(take(tiny, 0, 2, 0), E_INVAL);     /* less */
	for (size_t n = 0; n < 9; n++) {
		in = cur_of((struct str){ (const uint8_t *)"\0\0\0\1\5\0\0\0\1", n });
		assert_int_equal(gex_take_group(&in, &request, 0, &group), E_INVAL);
		modp_group_release(&group);
	}
	BN_free(p);
	BN_free(small);
	BN_free(large);
	BN_free(tiny);
}

/* In a group that is none of ours (RFC 7919's) both sides come to one secret. */
static void test_a_foreign_group(void **state)
{
	struct kex_alg alg = *alg_kex(STR(METHOD));
	struct modp_group group = { .g = BN_new(), .bits = 2048, .private_bits = 224 };
	struct buf priv, q_c, q_s, ours, theirs;
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);

	(void)state;
	assert_true(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_group_name(ctx, "ffdhe2048") == 1 &&
		    EVP_PKEY_generate(ctx, &key) == 1);
	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_FFC_P, &group.p), 1);
	BN_set_word(group.g, 2);
	alg.agreed = &group;
	buf_init(&priv, 0);
	buf_init(&q_c, 0);
	buf_init(&q_s, 0);
	buf_init(&ours, 0);
	buf_init(&theirs, 0);
	assert_int_equal(alg.initiate(&alg, &priv, &q_c), 0);
	assert_in_range(buf_len(&priv), 20, 28);
	assert_int_equal(alg.respond(&alg, buf_str(&q_c), &q_s, &ours), 0);
	assert_int_equal(alg.finish(&alg, &priv, buf_str(&q_s), &theirs), 0);
	assert_true(str_eq(buf_str(&ours), buf_str(&theirs)));
	buf_release(&priv);
	buf_release(&q_c);
	buf_release(&q_s);
	buf_release(&ours);
	buf_release(&theirs);
	modp_group_release(&group);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
}

static int fetch(void **state)
{
	(void)state;
	return alg_fetch();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_exchange),
		cmocka_unit_test(test_another_method_after_it),
		cmocka_unit_test(test_a_servers_group),
		cmocka_unit_test(test_a_foreign_group),
	};

	return cmocka_run_group_tests(tests, fetch, NULL);
}
