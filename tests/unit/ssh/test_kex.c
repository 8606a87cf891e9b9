/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: every key exchange method comes to the secret that others come to (published vectors, and an exponentiation by
 * hand), writes it as RFC 4251 wants it, and refuses every public value its RFC forbids before it computes with it.
 */
#include "ssh/algorithms.h"
#include "ssh/ssh.h"
#include "ssh/v2/curve25519.h"
#include "ssh/v2/hybrid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/dh.h>

#define VALUE_MAX 1026

static const struct kex_alg *kex_at(size_t i)
{
	const struct ssh_alg_info *info = ssh_alg_info(SSH_ALG_KEX, i);

	return info ? alg_kex(str_of(info->name)) : NULL;
}

static void unhex(const char *hex, struct buf *out)
{
	BIGNUM *n = NULL;
	size_t size = strlen(hex) / 2;
	uint8_t *room = buf_room(out, size);

	assert_true(BN_hex2bn(&n, hex) && BN_bn2binpad(n, room, (int)size) == (int)size);
	buf_claim(out, size);
	BN_free(n);
}

/* What `respond` says to a client's value; a refusal leaves nothing behind. */
static int answer(const struct kex_alg *alg, struct str q_c)
{
	struct buf q_s, secret;
	int rc;

	buf_init(&q_s, 0);
	buf_init(&secret, 0);
	rc = alg->respond(alg, q_c, &q_s, &secret);
	if (rc)
		assert_int_equal(buf_len(&q_s) + buf_len(&secret), 0);
	buf_release(&q_s);
	buf_release(&secret);
	return rc;
}

static bool is_hybrid(const struct kex_alg *alg)
{
	return alg->initiate == hybrid_initiate;
}

/* The number K, or of hybrids the string. */
static size_t secret_size(const struct kex_alg *alg, const struct buf *secret)
{
	struct cur c = cur_of(buf_str(secret));
	size_t n = is_hybrid(alg) ? cur_str(&c).n : cur_mpint(&c).n;

	assert_true(cur_done(&c));
	return n;
}

/* Both sides of every method agree; values and secret have the form and the size the row states. */
static void both_sides_agree(void **state)
{
	const struct kex_alg *alg;
	struct buf priv, q_c, q_s, ours, theirs;

	(void)state;
	buf_init(&priv, 0);
	buf_init(&q_c, 0);
	buf_init(&q_s, 0);
	buf_init(&ours, 0);
	buf_init(&theirs, 0);
	for (size_t i = 0; (alg = kex_at(i)); i++) {
		size_t extra = alg->modp_bits ? 1 : 0;

		for (int round = 0; round < (alg->modp_bits > 4096 ? 1 : 8); round++) {
			assert_int_equal(alg->initiate(alg, &priv, &q_c), 0);
			assert_int_equal(alg->respond(alg, buf_str(&q_c), &q_s, &ours), 0);
			assert_int_equal(alg->finish(alg, &priv, buf_str(&q_s), &theirs), 0);
			assert_true(str_eq(buf_str(&ours), buf_str(&theirs)));
			assert_in_range(buf_len(&q_c), extra ? 1 : alg->client_len, alg->client_len + extra);
			assert_in_range(buf_len(&q_s), extra ? 1 : alg->server_len, alg->server_len + extra);
			assert_true(secret_size(alg, &ours) > 16);
			if (is_hybrid(alg))
				assert_int_equal(secret_size(alg, &ours), EVP_MD_get_size(alg->digest));
			buf_clear(&priv);
			buf_clear(&q_c);
			buf_clear(&q_s);
			buf_clear(&ours);
			buf_clear(&theirs);
		}
	}
	buf_release(&priv);
	buf_release(&q_c);
	buf_release(&q_s);
	buf_release(&ours);
	buf_release(&theirs);
}

/* RFC 5903 section 8: the initiator's private value, the responder's point, the shared x. RFC 7748 section 6.1. */
static const struct vector {
	const char *kex, *priv, *point, *secret;
} vectors[] = {
	{ "ecdh-sha2-nistp256", "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
	  "04D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
	  "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
	  "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE" },
	{ "ecdh-sha2-nistp384",
	  "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B538041E649EE3FAEF896783AB194",
	  "04E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D0D1AC43A0336DEF96FDA41D0774A3571"
	  "DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416DD5F0C68759DD1FFF83FA40142209DFF5EAAD96DB9E6386C",
	  "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D603135569B9E9D09CF5D4A270F59746" },
	{ "ecdh-sha2-nistp521",
	  "0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A095AA85A30FE1C2952C6771D937BA9777F5957B2639BA"
	  "B072462F68C27A57382D4A52",
	  "0400D0B3975AC4B799F5BEA16D5E13E9AF971D5E9B984C9F39728B5E5739735A219B97C356436ADC6E95BB0352F6BE64A6C2912D4EF2"
	  "D0433CED2B6171640012D9460F015C68226383956E3BD066E797B623C27CE0EAC2F551A10C2C724D9852077B87220B6536C5C408A1D2"
	  "AEBB8E86D678AE49CB57091F4732296579AB44FCD17F0FC56A",
	  "01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04D1427E73CA4BAA240A34786859810C06B3C715A3A8CC"
	  "3151F2BEE417996D19F3DDEA" },
	{ "curve25519-sha256", "77076D0A7318A57D3C16C17251B26645DF4C2F87EBC0992AB177FBA51DB92C2A",
	  "DE9EDB7D7B7DC1B4D35B61C2ECE435373F8343C85B78674DADFC7E146F882B4F",
	  "4A5D9D5BA4CE2DE1728E3BF480350F25E07E21C947D19E3376F09B3C1E161742" },
};

/* A curve's private number is kept in the machine's byte order, X25519's as it is. */
static void put_private(const struct vector *v, struct buf *priv)
{
	BIGNUM *n = NULL;
	int size;

	if (strncmp(v->kex, "ecdh", 4) != 0) {
		unhex(v->priv, priv);
		return;
	}
	assert_true(BN_hex2bn(&n, v->priv));
	size = BN_num_bytes(n);
	BN_bn2nativepad(n, buf_room(priv, (size_t)size), size);
	buf_claim(priv, (size_t)size);
	BN_free(n);
}

static void vectors_are_met(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct kex_alg *alg = alg_kex(str_of(vectors[i].kex));
		struct buf priv, point, secret, want, number;

		buf_init(&priv, 0);
		buf_init(&point, 0);
		buf_init(&secret, 0);
		buf_init(&want, 0);
		buf_init(&number, 0);
		put_private(&vectors[i], &priv);
		unhex(vectors[i].point, &point);
		unhex(vectors[i].secret, &number);
		buf_put_mpint(&want, buf_ptr(&number), buf_len(&number));
		assert_int_equal(alg->finish(alg, &priv, buf_str(&point), &secret), 0);
		assert_true(str_eq(buf_str(&secret), buf_str(&want)));
		buf_release(&priv);
		buf_release(&point);
		buf_release(&secret);
		buf_release(&want);
		buf_release(&number);
	}
}

static BIGNUM *prime(const struct kex_alg *alg)
{
	switch (alg->modp_bits) {
	case 1024:
		return BN_get_rfc2409_prime_1024(NULL);
	case 2048:
		return BN_get_rfc3526_prime_2048(NULL);
	case 3072:
		return BN_get_rfc3526_prime_3072(NULL);
	case 4096:
		return BN_get_rfc3526_prime_4096(NULL);
	case 6144:
		return BN_get_rfc3526_prime_6144(NULL);
	default:
		return BN_get_rfc3526_prime_8192(NULL);
	}
}

/* The groups are RFC 2409's and 3526's and the generator is 2: 2^x by hand is our value, the peer's value to the x is
 * the secret.
 */
static void modp_is_plain_arithmetic(void **state)
{
	const struct kex_alg *alg;

	(void)state;
	for (size_t i = 0; (alg = kex_at(i)); i++) {
		struct buf priv, q_c, q_s, secret, want;
		BIGNUM *p, *x, *y = BN_new(), *two = BN_new();
		BN_CTX *ctx = BN_CTX_new();
		uint8_t raw[VALUE_MAX];

		if (alg->modp_bits == 0)
			goto next;
		buf_init(&priv, 0);
		buf_init(&q_c, 0);
		buf_init(&q_s, 0);
		buf_init(&secret, 0);
		buf_init(&want, 0);
		assert_int_equal(alg->initiate(alg, &priv, &q_c), 0);
		assert_int_equal(alg->respond(alg, buf_str(&q_c), &q_s, &secret), 0);
		p = prime(alg);
		assert_int_equal(BN_num_bits(p), alg->modp_bits);
		x = BN_native2bn(buf_ptr(&priv), (int)buf_len(&priv), NULL);
		assert_in_range(BN_num_bits(x), 200, 400); /* twice the strength, not the size of the prime */
		BN_set_word(two, 2);
		BN_mod_exp(y, two, x, p, ctx);
		BN_bin2bn(buf_ptr(&q_c), (int)buf_len(&q_c), two);
		assert_int_equal(BN_cmp(y, two), 0);
		BN_bin2bn(buf_ptr(&q_s), (int)buf_len(&q_s), two);
		BN_mod_exp(y, two, x, p, ctx);
		buf_put_mpint(&want, raw, (size_t)BN_bn2bin(y, raw));
		assert_true(str_eq(buf_str(&secret), buf_str(&want)));
		buf_release(&priv);
		buf_release(&q_c);
		buf_release(&q_s);
		buf_release(&secret);
		buf_release(&want);
		BN_free(p);
		BN_free(x);
	next:
		BN_free(y);
		BN_free(two);
		BN_CTX_free(ctx);
	}
}

/* How a good point is spoilt. */
enum spoil {
	AS_IT_IS,
	ONE_SHORT,
	ONE_MORE,
	COMPRESSED,
	HYBRID,
	INFINITY_ALONE,
	INFINITY_PADDED,
	OFF_CURVE,
	OTHER_X,
	NOUGHT,
	NOT_REDUCED,
	EMPTY,
	SPOILS
};

static struct str spoil(enum spoil how, uint8_t *q, size_t n)
{
	switch (how) {
	case ONE_SHORT:
		return (struct str){ q, n - 1 };
	case ONE_MORE:
		q[n] = 0;
		return (struct str){ q, n + 1 };
	case COMPRESSED:
		q[0] = 2 | (q[n - 1] & 1);
		return (struct str){ q, 1 + n / 2 };
	case HYBRID:
		q[0] = 6 | (q[n - 1] & 1);
		break;
	case INFINITY_ALONE:
		q[0] = 0;
		return (struct str){ q, 1 };
	case INFINITY_PADDED:
		memset(q, 0, n);
		break;
	case OFF_CURVE:
		q[n - 1] ^= 1;
		break;
	case OTHER_X:
		q[n / 2] ^= 1;
		break;
	case NOUGHT:
		memset(q + 1, 0, n - 1);
		break;
	case NOT_REDUCED:
		memset(q + 1, 0xff, n - 1);
		break;
	case EMPTY:
		return (struct str){ q, 0 };
	default:
		break;
	}
	return (struct str){ q, n };
}

static void bad_points_are_refused(void **state)
{
	const struct kex_alg *alg;

	(void)state;
	for (size_t i = 0; (alg = kex_at(i)); i++) {
		if (!alg->group || strncmp(alg->group, "P-", 2) != 0)
			continue;
		for (enum spoil how = AS_IT_IS; how < SPOILS; how++) {
			struct buf priv, q;
			struct str bad;

			buf_init(&priv, 0);
			buf_init(&q, 0);
			assert_int_equal(alg->initiate(alg, &priv, &q), 0);
			buf_room(&q, 1);
			bad = spoil(how, q.data + q.off, buf_len(&q));
			assert_int_equal(answer(alg, bad), how == AS_IT_IS ? 0 : E_INVAL);
			buf_release(&priv);
			buf_release(&q);
		}
		/* a point of another curve is none of this one's, whatever its size */
		for (size_t k = 0; k < 3; k++) {
			struct buf point;

			buf_init(&point, 0);
			unhex(vectors[k].point, &point);
			assert_int_equal(answer(alg, buf_str(&point)),
					 strcmp(vectors[k].kex, alg->info.name) == 0 ? 0 : E_INVAL);
			buf_release(&point);
		}
	}
}

/* RFC 8731 section 3: what makes the shared secret zero is refused: the points of small order, reduced or not. */
static void low_order_points_are_refused(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"E0EB7A7C3B41B8AE1656E3FAF19FC46ADA098DEB9C32B1FD866205165F49B800",
		"5F9C95BCA3508C24B1D0B1559C83EF5B04445CC4581C8E86D8224EDDD09F1157",
		"ECFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
		"EDFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
		"EEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
	};
	const struct kex_alg *alg = alg_kex(STR("curve25519-sha256"));
	uint8_t long_one[33] = { 9 };
	struct buf q_s, secret, point;

	(void)state;
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		buf_init(&q_s, 0);
		buf_init(&secret, 0);
		buf_init(&point, 0);
		unhex(points[i], &point);
		assert_int_equal(alg->respond(alg, buf_str(&point), &q_s, &secret), E_INVAL);
		assert_int_equal(buf_len(&secret), 0);
		buf_release(&q_s);
		buf_release(&secret);
		buf_release(&point);
	}
	assert_int_equal(answer(alg, (struct str){ long_one, 32 }), 0);
	assert_int_equal(answer(alg, (struct str){ long_one, 31 }), E_INVAL);
	assert_int_equal(answer(alg, (struct str){ long_one, 33 }), E_INVAL);
	assert_int_equal(answer(alg, (struct str){ long_one, 0 }), E_INVAL);
}

/* Hybrids: lengths are exact, X25519's part is judged as it is alone, and ML-KEM's coefficients are reduced. */
static void bad_hybrids_are_refused(void **state)
{
	const struct kex_alg *alg;
	struct buf priv, q_c, q_s, secret;
	uint8_t raw[2048];

	(void)state;
	for (size_t i = 0; (alg = kex_at(i)); i++) {
		size_t n = alg->client_len;

		if (!is_hybrid(alg))
			continue;
		buf_init(&priv, 0);
		buf_init(&q_c, 0);
		buf_init(&q_s, 0);
		buf_init(&secret, 0);
		memset(raw, 0, sizeof(raw));
		assert_int_equal(alg->initiate(alg, &priv, &q_c), 0);
		memcpy(raw, buf_ptr(&q_c), n);
		assert_int_equal(answer(alg, (struct str){ raw, n }), 0);
		assert_int_equal(answer(alg, (struct str){ raw, n - 1 }), E_INVAL);
		assert_int_equal(answer(alg, (struct str){ raw, n + 1 }), E_INVAL);
		assert_int_equal(answer(alg, (struct str){ raw, n - CURVE25519_SIZE }), E_INVAL);
		assert_int_equal(answer(alg, (struct str){ raw + n - CURVE25519_SIZE, CURVE25519_SIZE }), E_INVAL);
		assert_int_equal(answer(alg, (struct str){ raw, 0 }), E_INVAL);
		memset(raw, 0xff, 3);
		assert_int_equal(answer(alg, (struct str){ raw, n }), strcmp(alg->group, "mlkem768") ? 0 : E_INVAL);
		memcpy(raw, buf_ptr(&q_c), n);
		memset(raw + n - CURVE25519_SIZE, 0, CURVE25519_SIZE);
		assert_int_equal(answer(alg, (struct str){ raw, n }), E_INVAL);
		/* and what a server may say wrong */
		assert_int_equal(alg->respond(alg, buf_str(&q_c), &q_s, &secret), 0);
		n = buf_len(&q_s);
		memcpy(raw, buf_ptr(&q_s), n);
		buf_clear(&secret);
		assert_int_equal(alg->finish(alg, &priv, (struct str){ raw, n - 1 }, &secret), E_INVAL);
		assert_int_equal(alg->finish(alg, &priv, (struct str){ raw, n + 1 }, &secret), E_INVAL);
		assert_int_equal(alg->finish(alg, &priv, (struct str){ raw, 0 }, &secret), E_INVAL);
		memset(raw + n - CURVE25519_SIZE, 0, CURVE25519_SIZE);
		assert_int_equal(alg->finish(alg, &priv, (struct str){ raw, n }, &secret), E_INVAL);
		assert_int_equal(buf_len(&secret), 0);
		assert_int_equal(alg->finish(alg, &priv, buf_str(&q_s), &secret), 0);
		buf_release(&priv);
		buf_release(&q_c);
		buf_release(&q_s);
		buf_release(&secret);
	}
}

/* p + `off`, or `off` alone, as it stands inside an mpint. */
static struct str number(const BIGNUM *p, long off, uint8_t raw[VALUE_MAX])
{
	BIGNUM *n = BN_new();
	int size;

	if (p)
		BN_copy(n, p);
	if (off < 0)
		BN_sub_word(n, (BN_ULONG)-off);
	else
		BN_add_word(n, (BN_ULONG)off);
	raw[0] = 0;
	size = BN_bn2bin(n, raw + 1);
	BN_free(n);
	return raw[1] & 0x80 ? (struct str){ raw, (size_t)size + 1 } : (struct str){ raw + 1, (size_t)size };
}

/* RFC 4253 section 8, RFC 8268 section 4: 1 < e < p - 1, and e is an mpint. */
static void bad_numbers_are_refused(void **state)
{
	static const struct {
		bool of_p;
		long off;
		int want;
	} rows[] = {
		{ false, 0, E_INVAL }, { false, 1, E_INVAL }, { false, 2, 0 },
		{ false, 3, 0 },       { true, -2, 0 },       { true, -1, E_INVAL },
		{ true, 0, E_INVAL },  { true, 1, E_INVAL },  { true, 2, E_INVAL },
	};
	const struct kex_alg *alg;
	uint8_t raw[VALUE_MAX];

	(void)state;
	for (size_t i = 0; (alg = kex_at(i)); i++) {
		BIGNUM *p;

		if (alg->modp_bits == 0)
			continue;
		p = prime(alg);
		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
			assert_int_equal(answer(alg, number(rows[k].of_p ? p : NULL, rows[k].off, raw)), rows[k].want);
		BN_free(p);
		memset(raw, 0x55, sizeof(raw));
		assert_int_equal(answer(alg, (struct str){ raw, alg->client_len }), 0);
		assert_int_equal(answer(alg, (struct str){ raw, alg->client_len + 1U }), E_INVAL); /* larger than p */
		assert_int_equal(answer(alg, (struct str){ raw, VALUE_MAX }), E_INVAL);
		raw[0] = 0; /* not minimal */
		assert_int_equal(answer(alg, (struct str){ raw, alg->client_len }), E_INVAL);
		raw[1] = 0xd5; /* now it is */
		assert_int_equal(answer(alg, (struct str){ raw, alg->client_len }), 0);
		raw[0] = 0x80; /* negative */
		assert_int_equal(answer(alg, (struct str){ raw, alg->client_len }), E_INVAL);
		raw[0] = raw[1] = 0;
		assert_int_equal(answer(alg, (struct str){ raw, 1 }), E_INVAL);
		assert_int_equal(answer(alg, (struct str){ raw, 2 }), E_INVAL);
	}
}

#define PQ "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,mlkem768x25519-sha256,"

/* The first preference and what is off until it is configured are decisions; they do not change by accident. */
static void defaults_are_these(void **state)
{
	static const char *const offered[] = {
		[SSH_ALG_KEX] = PQ "curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,"
				   "diffie-hellman-group14-sha256",
		[SSH_ALG_HOSTKEY] = "ssh-ed25519,rsa-sha2-512,rsa-sha2-256",
		[SSH_ALG_CIPHER] = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,"
				   "aes128-ctr,aes192-ctr,aes256-ctr",
		[SSH_ALG_MAC] = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,"
				"hmac-sha2-512",
	};
	struct buf list;

	(void)state;
	buf_init(&list, 0);
	for (size_t kind = 0; kind < sizeof(offered) / sizeof(offered[0]); kind++) {
		alg_list_offer(&list, (enum ssh_alg_kind)kind, STR(""));
		assert_true(str_is(buf_str(&list), offered[kind]));
		buf_clear(&list);
	}
	buf_release(&list);
}

static int fetch(void **state)
{
	(void)state;
	return alg_fetch();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_agree),
		cmocka_unit_test(vectors_are_met),
		cmocka_unit_test(modp_is_plain_arithmetic),
		cmocka_unit_test(bad_points_are_refused),
		cmocka_unit_test(low_order_points_are_refused),
		cmocka_unit_test(bad_hybrids_are_refused),
		cmocka_unit_test(bad_numbers_are_refused),
		cmocka_unit_test(defaults_are_these),
	};

	return cmocka_run_group_tests(tests, fetch, NULL);
}
