/* SPDX-License-Identifier: Apache-2.0
 *
 * test_transcript.c: core signs an exchange hash only for a transcript that carries its own cookie, version and host
 * key.
 */
#include "base/err.h"
#include "core/ssh/offer.h"
#include "core/ssh/transcript.h"
#include "ssh/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/evp.h>

#define VERSION         STR("SSH-2.0-Ravelin_test")
#define NAME(name, ...) name ","
#define EVERY           SSH_KEX_ROWS(NAME) "nonsense"

struct fixture {
	struct transcript transcript;
	struct offer_set offered;
	uint8_t i_s[64], i_c[64], q_c[1100], q_s[1100], secret[1100];
	struct ipc_msg_SIGN m;
};

static const uint8_t blob[] = "host key blob";
#define BLOB ((struct str){ blob, sizeof blob })

/* The session was told these, and a least size. */
static void offer(struct fixture *f, struct str names, uint32_t dh_min)
{
	const char *row;

	f->offered = (struct offer_set){ { 0 } };
	while (names.n) {
		const uint8_t *comma = memchr(names.p, ',', names.n);
		struct str name = { names.p, comma ? (size_t)(comma - names.p) : names.n };

		names = (struct str){ name.p + name.n + !!comma, names.n - name.n - !!comma };
		for (size_t i = 0; (row = offer_name(OFFER_KEX, i)); i++)
			f->offered.rows[OFFER_KEX] |= (uint64_t)str_is(name, row) << i;
	}
	transcript_offer(&f->transcript, &f->offered, dh_min);
}

static void good(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	assert_int_equal(transcript_new_cookie(&f->transcript), 0);
	offer(f, str_of(EVERY), 1024);
	f->i_s[0] = f->i_c[0] = 20;
	memcpy(f->i_s + 1, f->transcript.cookie, KEX_COOKIE);
	f->secret[3] = 32;
	f->secret[4] = 1;
	f->m = (struct ipc_msg_SIGN){ .kex = STR("curve25519-sha256"),
				      .alg = STR("ssh-ed25519"),
				      .v_c = STR("SSH-2.0-client"),
				      .v_s = VERSION,
				      .i_c = { f->i_c, sizeof f->i_c },
				      .i_s = { f->i_s, sizeof f->i_s },
				      .k_s = BLOB,
				      .q_c = { f->q_c, 32 },
				      .q_s = { f->q_s, 32 },
				      .secret = { f->secret, 36 } };
}

static int check(struct fixture *f)
{
	uint8_t hash[64];
	size_t n;

	return transcript_check(&f->transcript, &f->m, VERSION, BLOB, hash, &n);
}

static void secret_of(struct fixture *f, size_t n)
{
	f->secret[2] = (uint8_t)(n >> 8);
	f->secret[3] = (uint8_t)n;
	f->m.secret.n = 4 + n;
}

static void test_good_transcript_is_hashed(void **state)
{
	struct fixture f;
	uint8_t one[64], two[64];
	size_t n = 0;

	(void)state;
	good(&f);
	assert_int_equal(transcript_check(&f.transcript, &f.m, VERSION, BLOB, one, &n), 0);
	assert_int_equal(n, 32);
	f.q_c[0] ^= 1;
	assert_int_equal(transcript_check(&f.transcript, &f.m, VERSION, BLOB, two, &n), 0);
	assert_memory_not_equal(one, two, 32);
}

static void test_cookie_must_be_ours(void **state)
{
	struct fixture f;

	(void)state;
	good(&f);
	f.i_s[5] ^= 1;
	assert_int_equal(check(&f), E_DENIED);
	good(&f);
	f.transcript.cookie_given = false; /* used up */
	assert_int_equal(check(&f), E_DENIED);
	good(&f);
	f.m.i_s.n = KEX_COOKIE; /* too short to hold it */
	assert_int_equal(check(&f), E_DENIED);
	good(&f);
	f.i_s[0] = 21;
	assert_int_equal(check(&f), E_DENIED);
}

static void test_identity_must_be_ours(void **state)
{
	struct fixture f;

	(void)state;
	good(&f);
	f.m.v_s = STR("SSH-2.0-somebody");
	assert_int_equal(check(&f), E_DENIED);
	good(&f);
	f.m.k_s = STR("another key");
	assert_int_equal(check(&f), E_DENIED);
	good(&f);
	f.m.v_c = STR("HTTP/1.1");
	assert_int_equal(check(&f), E_DENIED);
	good(&f);
	f.m.kex = STR("diffie-hellman-group2-sha1");
	assert_int_equal(check(&f), E_DENIED);
}

static void test_lengths_must_fit_the_method(void **state)
{
	struct fixture f;

	(void)state;
	good(&f);
	f.m.q_c.n = 31;
	assert_int_equal(check(&f), E_DENIED);
	good(&f);
	f.m.q_s.n = 0;
	assert_int_equal(check(&f), E_DENIED);
	good(&f);
	f.m.secret.n = 4;
	assert_int_equal(check(&f), E_DENIED);
	good(&f);
	f.m.i_c.n = 0;
	assert_int_equal(check(&f), E_DENIED);
}

/* Every method whose values are strings has its shape in core: values and secrets one byte longer or shorter than they
 * may be are refused, and the hash is of the method's own digest. */
static void test_strings(void **state)
{
	static const struct {
		const char *kex;
		size_t size, hash;
	} rows[] = {
		{ "curve25519-sha256", 32, 32 },   { "curve25519-sha256@libssh.org", 32, 32 },
		{ "ecdh-sha2-nistp256", 65, 32 },  { "ecdh-sha2-nistp384", 97, 48 },
		{ "ecdh-sha2-nistp521", 133, 64 },
	};
	struct fixture f;
	uint8_t hash[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int c = -1; c <= 1; c++)
			for (int s = -1; s <= 1; s++) {
				good(&f);
				f.m.kex = str_of(rows[i].kex);
				f.m.q_c.n = rows[i].size + (size_t)c;
				f.m.q_s.n = rows[i].size + (size_t)s;
				assert_int_equal(transcript_check(&f.transcript, &f.m, VERSION, BLOB, hash, &n),
						 c || s ? E_DENIED : 0);
				if (c || s)
					continue;
				assert_int_equal(n, rows[i].hash);
				secret_of(&f, rows[i].size + 2);
				assert_int_equal(check(&f), E_DENIED);
				secret_of(&f, rows[i].size + 1);
				assert_int_equal(check(&f), 0);
				f.m.secret.n++; /* more than its length says */
				assert_int_equal(check(&f), E_DENIED);
				secret_of(&f, rows[i].size);
				f.m.request = STR("\0\0\10\0"); /* no method but one asks for a group */
				assert_int_equal(check(&f), E_DENIED);
				f.m.request.n = 0;
				f.m.group_bits = 2048;
				assert_int_equal(check(&f), E_DENIED);
			}
}

static BIGNUM *prime(unsigned bits)
{
	static BIGNUM *(*const primes[])(BIGNUM *) = {
		BN_get_rfc2409_prime_1024, BN_get_rfc3526_prime_1536, BN_get_rfc3526_prime_2048,
		BN_get_rfc3526_prime_3072, BN_get_rfc3526_prime_4096, BN_get_rfc3526_prime_6144,
		BN_get_rfc3526_prime_8192,
	};
	size_t i = 0;
	BIGNUM *p;

	while (p = primes[i](NULL), BN_num_bits(p) != (int)bits) {
		BN_free(p);
		assert_true(++i < sizeof primes / sizeof primes[0]);
	}
	return p;
}

/* p + off, or off where `bits` is 0, as it stands inside an mpint. */
static struct str number(unsigned bits, int off, uint8_t room[1100])
{
	BIGNUM *n = bits ? prime(bits) : BN_new();
	int len;

	if (off < 0)
		BN_sub_word(n, (BN_ULONG)-off);
	else
		BN_add_word(n, (BN_ULONG)off);
	room[0] = 0;
	len = BN_bn2bin(n, room + 1);
	BN_free(n);
	return room[1] & 0x80 ? (struct str){ room, (size_t)len + 1 } : (struct str){ room + 1, (size_t)len };
}

/* A transcript of a modp method whose values are 2 and p - 2. */
static void good_numbers(struct fixture *f, const char *kex, unsigned bits)
{
	good(f);
	f->m.kex = str_of(kex);
	f->m.q_c = number(0, 2, f->q_c);
	f->m.q_s = number(bits, -2, f->q_s);
	secret_of(f, bits / 8);
}

static const struct {
	const char *kex;
	unsigned bits;
	size_t hash;
	bool agreed;
} modp[] = {
	{ "diffie-hellman-group1-sha1", 1024, 20, false },
	{ "diffie-hellman-group14-sha1", 2048, 20, false },
	{ "diffie-hellman-group14-sha256", 2048, 32, false },
	{ "diffie-hellman-group15-sha512", 3072, 64, false },
	{ "diffie-hellman-group16-sha512", 4096, 64, false },
	{ "diffie-hellman-group17-sha512", 6144, 64, false },
	{ "diffie-hellman-group18-sha512", 8192, 64, false },
	{ "diffie-hellman-group-exchange-sha1", 1024, 20, true },
	{ "diffie-hellman-group-exchange-sha256", 1536, 32, true },
	{ "diffie-hellman-group-exchange-sha256", 2048, 32, true },
	{ "diffie-hellman-group-exchange-sha256", 8192, 32, true },
};

#define REQUEST(min, n, max) /* of 16 bits each */                                                                     \
	((struct str){                                                                                                 \
	    (const uint8_t[]){ 0, 0, (min) >> 8, (min)&0xff, 0, 0, (n) >> 8, (n)&0xff, 0, 0, (max) >> 8, (max)&0xff }, \
	    12 })
#define OLD_REQUEST(n) ((struct str){ (const uint8_t[]){ 0, 0, (n) >> 8, (n)&0xff }, 4 })

/* Both values of every modp method lie between 1 and p - 1 and are written as mpints are; no secret is longer than p.
 */
static void test_numbers(void **state)
{
	static const struct {
		bool of_p;
		int off, want;
	} values[] = {
		{ false, 1, E_DENIED }, { false, 2, 0 },       { true, -2, 0 },
		{ true, -1, E_DENIED }, { true, 0, E_DENIED }, { true, 1, E_DENIED },
	};
	const struct str request = REQUEST(1024, 1024, 8192);
	struct fixture f;
	uint8_t hash[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof modp / sizeof modp[0]; i++) {
		unsigned bits = modp[i].bits;

		for (size_t k = 0; k < 2 * sizeof values / sizeof values[0]; k++) {
			good_numbers(&f, modp[i].kex, bits);
			if (modp[i].agreed) {
				f.m.request = request;
				f.m.group_bits = bits;
			}
			if (k & 1)
				f.m.q_c = number(values[k / 2].of_p ? bits : 0, values[k / 2].off, f.q_c);
			else
				f.m.q_s = number(values[k / 2].of_p ? bits : 0, values[k / 2].off, f.q_s);
			assert_int_equal(transcript_check(&f.transcript, &f.m, VERSION, BLOB, hash, &n),
					 values[k / 2].want);
			if (values[k / 2].want == 0)
				assert_int_equal(n, modp[i].hash);
		}
		f.m.q_s = f.m.q_c = STR("\0\2"); /* not as short as can be */
		assert_int_equal(check(&f), E_DENIED);
		f.m.q_s = f.m.q_c = STR("\200\2"); /* negative */
		assert_int_equal(check(&f), E_DENIED);
		f.m.q_s = f.m.q_c = STR("\0");
		assert_int_equal(check(&f), E_DENIED);
		f.m.q_s = f.m.q_c = STR("");
		assert_int_equal(check(&f), E_DENIED);
		f.m.q_s = f.m.q_c = STR("\2");
		assert_int_equal(check(&f), 0);
		secret_of(&f, bits / 8 + 2);
		assert_int_equal(check(&f), E_DENIED);
		secret_of(&f, bits / 8 + 1);
		assert_int_equal(check(&f), 0);
	}
}

/* A session says what the client asked for and how large the group is that it got. Neither a group the client did not
 * ask for, nor one that is not ours, nor one under `ip ssh dh min size` is signed for. */
static void test_agreed_groups(void **state)
{
	static const uint8_t huge[12] = { 0, 0, 8, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct {
		struct str request;
		unsigned bits, least;
		int want;
	} cases[] = {
		{ REQUEST(2048, 3072, 8192), 3072, 2048, 0 },
		{ REQUEST(2048, 3072, 8192), 2048, 2048, 0 },
		{ { huge, 12 }, 8192, 2048, 0 },
		{ OLD_REQUEST(2048), 2048, 2048, 0 },
		{ OLD_REQUEST(2048), 4096, 4096, 0 },
		{ REQUEST(1024, 1024, 8192), 1024, 1024, 0 },
		/* under our minimum */
		{ REQUEST(1024, 1024, 8192), 1024, 2048, E_DENIED },
		{ REQUEST(1024, 1024, 8192), 2048, 4096, E_DENIED },
		{ OLD_REQUEST(1024), 1024, 2048, E_DENIED },
		/* not what the client asked for */
		{ REQUEST(3072, 3072, 8192), 2048, 2048, E_DENIED },
		{ REQUEST(1024, 2048, 2048), 3072, 2048, E_DENIED },
		/* absurd */
		{ REQUEST(4096, 2048, 8192), 4096, 2048, E_DENIED },
		{ REQUEST(2048, 8192, 4096), 4096, 2048, E_DENIED },
		{ REQUEST(8192, 4096, 2048), 4096, 2048, E_DENIED },
		{ OLD_REQUEST(1023), 2048, 2048, E_DENIED },
		{ OLD_REQUEST(8193), 8192, 2048, E_DENIED },
		/* no group of ours */
		{ REQUEST(2048, 2560, 8192), 2560, 2048, E_DENIED },
		{ REQUEST(2048, 2048, 8192), 0, 2048, E_DENIED },
		{ REQUEST(2048, 8192, 16384), 16384, 2048, E_DENIED },
		/* no request */
		{ { NULL, 0 }, 2048, 2048, E_DENIED },
		{ { huge, 8 }, 2048, 2048, E_DENIED },
		{ { huge, 3 }, 2048, 2048, E_DENIED },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		good_numbers(&f, "diffie-hellman-group-exchange-sha256", 2048);
		f.m.q_s = f.m.q_c;
		f.m.secret.n = 4 + 100;
		f.secret[2] = 0;
		f.secret[3] = 100;
		f.m.request = cases[i].request;
		f.m.group_bits = cases[i].bits;
		offer(&f, str_of(EVERY), cases[i].least);
		assert_int_equal(check(&f), cases[i].want);
	}
	good_numbers(&f, "diffie-hellman-group14-sha256", 2048);
	f.m.group_bits = 2048; /* the method has its group */
	assert_int_equal(check(&f), E_DENIED);
}

/* The hash is RFC 4419's, over our own p and generator, put together here by hand. */
static void test_agreed_hash(void **state)
{
	const struct str request = REQUEST(1024, 4000, 8000), old_request = OLD_REQUEST(4000);
	struct fixture f;
	uint8_t hash[64], want[64], raw[512];
	size_t n, want_n;
	BIGNUM *p = prime(4096);
	struct buf t;

	(void)state;
	for (int old = 0; old < 2; old++) {
		good_numbers(&f, "diffie-hellman-group-exchange-sha1", 4096);
		f.m.request = old ? old_request : request;
		f.m.group_bits = 4096;
		buf_init(&t, 0);
		buf_put_str(&t, f.m.v_c);
		buf_put_str(&t, f.m.v_s);
		buf_put_str(&t, f.m.i_c);
		buf_put_str(&t, f.m.i_s);
		buf_put_str(&t, f.m.k_s);
		if (!old)
			buf_put_u32(&t, 1024);
		buf_put_u32(&t, 4000);
		if (!old)
			buf_put_u32(&t, 8000);
		buf_put_mpint(&t, raw, (size_t)BN_bn2bin(p, raw));
		buf_put(&t, "\0\0\0\1\2", 5);
		buf_put_str(&t, f.m.q_c);
		buf_put_str(&t, f.m.q_s);
		buf_put(&t, f.m.secret.p, f.m.secret.n);
		assert_int_equal(EVP_Q_digest(NULL, "SHA1", NULL, buf_ptr(&t), buf_len(&t), want, &want_n), 1);
		assert_int_equal(transcript_check(&f.transcript, &f.m, VERSION, BLOB, hash, &n), 0);
		assert_int_equal(n, want_n);
		assert_memory_equal(hash, want, n);
		buf_release(&t);
	}
	BN_free(p);
}

/* A session may not use what it was not told to offer, nor a fixed group under the minimum. */
static void test_method_must_be_offered(void **state)
{
	struct fixture f;

	(void)state;
	good(&f);
	offer(&f, STR("ecdh-sha2-nistp256,diffie-hellman-group1-sha1,"), 1024);
	assert_int_equal(check(&f), E_DENIED);
	offer(&f, STR("ecdh-sha2-nistp256,curve25519-sha256"), 1024);
	assert_int_equal(check(&f), 0);
	offer(&f, STR(""), 1024);
	assert_int_equal(check(&f), E_DENIED);
	transcript_offer(&f.transcript, NULL, 1024); /* a console */
	assert_int_equal(check(&f), E_DENIED);
	good_numbers(&f, "diffie-hellman-group1-sha1", 1024);
	offer(&f, f.m.kex, 2048);
	assert_int_equal(check(&f), E_DENIED);
}

/* The hybrids' two values differ in length; each is exact. */
static void test_hybrids(void **state)
{
	static const struct {
		const char *kex;
		size_t client, server, hash;
	} rows[] = {
		{ "sntrup761x25519-sha512", 1158 + 32, 1039 + 32, 64 },
		{ "sntrup761x25519-sha512@openssh.com", 1158 + 32, 1039 + 32, 64 },
		{ "mlkem768x25519-sha256", 1184 + 32, 1088 + 32, 32 },
	};
	static uint8_t value[2048];
	struct fixture f;
	uint8_t hash[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int client = -1; client <= 1; client++)
			for (int server = -1; server <= 1; server++) {
				good(&f);
				f.m.kex = str_of(rows[i].kex);
				f.m.q_c = (struct str){ value, rows[i].client + (size_t)client };
				f.m.q_s = (struct str){ value, rows[i].server + (size_t)server };
				f.secret[3] = (uint8_t)rows[i].hash;
				f.m.secret.n = 4 + rows[i].hash;
				assert_int_equal(transcript_check(&f.transcript, &f.m, VERSION, BLOB, hash, &n),
						 client || server ? E_DENIED : 0);
				if (!client && !server)
					assert_int_equal(n, rows[i].hash);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_transcript_is_hashed),
		cmocka_unit_test(test_cookie_must_be_ours),
		cmocka_unit_test(test_identity_must_be_ours),
		cmocka_unit_test(test_lengths_must_fit_the_method),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_agreed_groups),
		cmocka_unit_test(test_agreed_hash),
		cmocka_unit_test(test_method_must_be_offered),
		cmocka_unit_test(test_hybrids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
