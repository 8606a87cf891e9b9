/* SPDX-License-Identifier: Apache-2.0
 *
 * test_transcript.c: core signs an exchange hash only for a transcript that carries its own cookie, version and host
 * key.
 */
#include "base/err.h"
#include "core/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define VERSION STR("SSH-2.0-Ravelin_test")

struct fixture {
	struct transcript transcript;
	uint8_t i_s[64], i_c[64], q_c[1100], q_s[1100], secret[1100];
	struct ipc_msg_SIGN m;
};

static const uint8_t blob[] = "host key blob";
#define BLOB ((struct str){ blob, sizeof blob })

static void good(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	assert_int_equal(transcript_new_cookie(&f->transcript), 0);
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

/* Every method of the library has its shape in core: values and secrets one byte longer or shorter than they may be are
 * refused, and the hash is of the method's own digest. */
static void test_every_method(void **state)
{
	static const struct {
		const char *kex;
		size_t shortest, longest, secret, hash;
	} rows[] = {
		{ "curve25519-sha256", 32, 32, 33, 32 },
		{ "curve25519-sha256@libssh.org", 32, 32, 33, 32 },
		{ "ecdh-sha2-nistp256", 65, 65, 66, 32 },
		{ "ecdh-sha2-nistp384", 97, 97, 98, 48 },
		{ "ecdh-sha2-nistp521", 133, 133, 134, 64 },
		{ "diffie-hellman-group14-sha256", 1, 257, 257, 32 },
		{ "diffie-hellman-group16-sha512", 1, 513, 513, 64 },
		{ "diffie-hellman-group18-sha512", 1, 1025, 1025, 64 },
		{ "diffie-hellman-group17-sha512", 1, 769, 769, 64 },
		{ "diffie-hellman-group15-sha512", 1, 385, 385, 64 },
		{ "diffie-hellman-group14-sha1", 1, 257, 257, 20 },
		{ "diffie-hellman-group1-sha1", 1, 129, 129, 20 },
	};
	struct fixture f;
	uint8_t hash[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (int off = -1; off <= 1; off++) {
			bool below = off < 0;
			size_t size = below ? rows[i].shortest - 1 : rows[i].longest + (size_t)off;

			good(&f);
			f.m.kex = str_of(rows[i].kex);
			f.m.q_c.n = size;
			f.m.q_s.n = rows[i].longest;
			assert_int_equal(transcript_check(&f.transcript, &f.m, VERSION, BLOB, hash, &n),
					 off ? E_DENIED : 0);
			f.m.q_s.n = size;
			f.m.q_c.n = rows[i].longest;
			assert_int_equal(transcript_check(&f.transcript, &f.m, VERSION, BLOB, hash, &n),
					 off ? E_DENIED : 0);
			if (off)
				continue;
			assert_int_equal(n, rows[i].hash);
			f.secret[2] = (uint8_t)((rows[i].secret + 1) >> 8);
			f.secret[3] = (uint8_t)(rows[i].secret + 1);
			f.m.secret.n = 4 + rows[i].secret + 1;
			assert_int_equal(check(&f), E_DENIED);
			f.secret[2] = (uint8_t)(rows[i].secret >> 8);
			f.secret[3] = (uint8_t)rows[i].secret;
			f.m.secret.n = 4 + rows[i].secret;
			assert_int_equal(check(&f), 0);
			f.m.secret.n++; /* more than its length says */
			assert_int_equal(check(&f), E_DENIED);
		}
	}
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
		cmocka_unit_test(test_every_method),
		cmocka_unit_test(test_hybrids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
