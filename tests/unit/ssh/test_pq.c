/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: the post-quantum key encapsulation mechanisms agree with themselves, reject implicitly, refuse what their
 * specifications refuse, and give a published value. tests/interop/test_pq.py compares them with another
 * implementation; this runs under the sanitizers too.
 */
#include "base/err.h"
#include "ssh/pq/hash.h"
#include "ssh/pq/mlkem768.h"
#include "ssh/pq/sntrup761.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_sntrup761(void **state)
{
	uint8_t pk[SNTRUP761_PK], sk[SNTRUP761_SK], ct[SNTRUP761_CT], one[32], two[32], three[32];

	for (int i = 0; i < 4; i++) {
		assert_int_equal(sntrup761_keypair(pk, sk), 0);
		assert_int_equal(sntrup761_encap(pk, ct, one), 0);
		assert_int_equal(sntrup761_decap(sk, ct, two), 0);
		assert_memory_equal(one, two, 32);
		ct[(size_t)i * 300] ^= 1;
		assert_int_equal(sntrup761_decap(sk, ct, two), 0);
		assert_memory_not_equal(one, two, 32);
		assert_int_equal(sntrup761_decap(sk, ct, three), 0);
		assert_memory_equal(two, three, 32); /* the same each time: it tells nothing */
	}
}

static void test_mlkem768(void **state)
{
	uint8_t ek[MLKEM768_EK], dk[MLKEM768_DK], ct[MLKEM768_CT], one[32], two[32], three[32];

	for (int i = 0; i < 4; i++) {
		assert_int_equal(mlkem768_keypair(ek, dk), 0);
		assert_int_equal(mlkem768_encap(ek, ct, one), 0);
		assert_int_equal(mlkem768_decap(dk, ct, two), 0);
		assert_memory_equal(one, two, 32);
		ct[(size_t)i * 300] ^= 1;
		assert_int_equal(mlkem768_decap(dk, ct, two), 0);
		assert_memory_not_equal(one, two, 32);
		assert_int_equal(mlkem768_decap(dk, ct, three), 0);
		assert_memory_equal(two, three, 32);
	}
	ek[0] = 0x01; /* the first coefficient becomes 0xd01: q */
	ek[1] = (uint8_t)((ek[1] & 0xf0) | 0x0d);
	assert_int_equal(mlkem768_encap(ek, ct, one), E_INVAL);
	dk[1152] ^= 1;
	assert_int_equal(mlkem768_decap(dk, ct, one), E_INVAL);
}

/* Hostile values of the right length do no harm. */
static void test_anything_goes(void **state)
{
	uint8_t pk[SNTRUP761_PK], sk[SNTRUP761_SK], ek[MLKEM768_EK], dk[MLKEM768_DK], ct[MLKEM768_CT], key[32];

	for (int fill = 0; fill < 256; fill += 51) {
		memset(pk, fill, sizeof(pk));
		assert_int_equal(sntrup761_encap(pk, ct, key), 0);
		assert_int_equal(sntrup761_keypair(pk, sk), 0);
		memset(ct, fill, sizeof(ct));
		assert_int_equal(sntrup761_decap(sk, ct, key), 0);
		assert_int_equal(mlkem768_keypair(ek, dk), 0);
		assert_int_equal(mlkem768_decap(dk, ct, key), 0);
		memset(ek, fill, sizeof(ek));
		assert_int_equal(mlkem768_encap(ek, ct, key), fill == 255 ? E_INVAL : 0);
	}
}

/* The test "Accumulated" of Go's crypto/mlkem: keys, secrets and rejections from one stream of SHAKE128, hashed. */
static void test_mlkem768_accumulated(void **state)
{
	static const uint8_t expected[32] = { 0x11, 0x14, 0xb1, 0xb6, 0x69, 0x9e, 0xd1, 0x91, 0x73, 0x4f, 0xa3,
					      0x39, 0x37, 0x6a, 0xfa, 0x7e, 0x28, 0x5c, 0x9e, 0x6a, 0xcf, 0x6f,
					      0xf0, 0x17, 0x7d, 0x34, 0x66, 0x96, 0xce, 0x56, 0x44, 0x15 };
	enum { ROUNDS = 100, ROUND = 3 * 32 + MLKEM768_CT };
	uint8_t *stream = malloc(ROUNDS * ROUND), *at = stream;
	uint8_t ek[MLKEM768_EK], dk[MLKEM768_DK], ct[MLKEM768_CT], key[32], other[32], digest[32];
	struct str s;
	struct buf out;

	assert_non_null(stream);
	assert_int_equal(pq_hash(PQ_SHAKE128, NULL, 0, stream, ROUNDS * ROUND), 0);
	buf_init(&out, 0);
	for (int i = 0; i < ROUNDS; i++, at += ROUND) {
		assert_int_equal(mlkem768_keypair_from(at, at + 32, ek, dk), 0);
		assert_int_equal(mlkem768_encap_from(at + 64, ek, ct, key), 0);
		assert_int_equal(mlkem768_decap(dk, ct, other), 0);
		assert_memory_equal(key, other, 32);
		assert_int_equal(mlkem768_decap(dk, at + 96, other), 0);
		buf_put(&out, ek, sizeof(ek));
		buf_put(&out, ct, sizeof(ct));
		buf_put(&out, key, sizeof(key));
		buf_put(&out, other, sizeof(other));
	}
	s = buf_str(&out);
	assert_int_equal(pq_hash(PQ_SHAKE128, &s, 1, digest, sizeof(digest)), 0);
	assert_memory_equal(digest, expected, 32);
	buf_release(&out);
	free(stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sntrup761),
		cmocka_unit_test(test_mlkem768),
		cmocka_unit_test(test_anything_goes),
		cmocka_unit_test(test_mlkem768_accumulated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
