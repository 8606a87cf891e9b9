/* SPDX-License-Identifier: Apache-2.0
 *
 * test_kex.c: core signs an exchange hash only for a transcript that carries its own cookie, version and host key.
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
	uint8_t i_s[64], i_c[64], q_c[32], q_s[32], secret[36];
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
	f.m.kex = STR("diffie-hellman-group1-sha1");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_transcript_is_hashed),
		cmocka_unit_test(test_cookie_must_be_ours),
		cmocka_unit_test(test_identity_must_be_ours),
		cmocka_unit_test(test_lengths_must_fit_the_method),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
