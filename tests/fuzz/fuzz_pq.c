/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no public key and no ciphertext of a stranger breaks a post-quantum mechanism. The first byte chooses what the
 * rest is: a public key, a ciphertext, a private key, or a hybrid's public value of any length. Where a length is fixed
 * the input is repeated to fill it, in memory of exactly that size. Besides memory errors it catches an answer that
 * differs the second time, an error where there is none, and a ciphertext that is taken although nobody made it.
 */
#include "ssh/pq/mlkem768.h"
#include "ssh/pq/sntrup761.h"
#include "ssh/v2/hybrid.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SNTRUP_PK, SNTRUP_CT, SNTRUP_SK, MLKEM_EK, MLKEM_CT, MLKEM_DK, HYBRID_SERVER, HYBRID_CLIENT, MODES };

static const uint8_t seed[SNTRUP761_SEED] = { 1, 2, 3 };

/* Keys are made once, and what an honest peer answers: key generation is slow under the sanitizers. */
static uint8_t sntrup_pk[SNTRUP761_PK], sntrup_sk[SNTRUP761_SK], mlkem_ek[MLKEM768_EK], mlkem_dk[MLKEM768_DK];
static uint8_t sntrup_ct[SNTRUP761_CT], sntrup_key[32], mlkem_ct[MLKEM768_CT], mlkem_key[32];
static const char *const hybrids[2] = { "sntrup761x25519-sha512", "mlkem768x25519-sha256" };
static struct buf privs[2];

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void keys(void)
{
	static bool made;
	struct buf q;

	if (made)
		return;
	require(alg_fetch() == 0 && sntrup761_keypair(sntrup_pk, sntrup_sk) == 0);
	require(sntrup761_encap(sntrup_pk, sntrup_ct, sntrup_key) == 0);
	require(mlkem768_keypair(mlkem_ek, mlkem_dk) == 0);
	require(mlkem768_encap(mlkem_ek, mlkem_ct, mlkem_key) == 0);
	for (int i = 0; i < 2; i++) {
		const struct kex_alg *alg = alg_kex(str_of(hybrids[i]));

		buf_init(&privs[i], 0);
		buf_init(&q, 0);
		require(hybrid_initiate(alg, &privs[i], &q) == 0 && buf_len(&q) == alg->client_len);
		buf_release(&q);
	}
	made = true;
}

static uint8_t *fill(struct str in, size_t n)
{
	uint8_t *p = malloc(n);

	require(p);
	for (size_t i = 0; i < n; i++)
		p[i] = in.n ? in.p[i % in.n] : 0;
	return p;
}

/* An answer nobody but the key's owner can know, and the same each time. */
static void check_rejected(const uint8_t one[32], const uint8_t two[32], const uint8_t honest[32])
{
	require(memcmp(one, two, 32) == 0 && memcmp(one, honest, 32) != 0);
}

static void sntrup(unsigned mode, struct str in)
{
	static const size_t sizes[] = { SNTRUP761_PK, SNTRUP761_CT, SNTRUP761_SK };
	uint8_t ct[SNTRUP761_CT], one[32], two[32], *p = fill(in, sizes[mode]);

	if (mode == SNTRUP_PK) {
		require(sntrup761_encap_from(seed, p, ct, one) == 0);
	} else if (mode == SNTRUP_CT) {
		require(sntrup761_decap(sntrup_sk, p, one) == 0 && sntrup761_decap(sntrup_sk, p, two) == 0);
		check_rejected(one, two, sntrup_key);
	} else {
		require(sntrup761_decap(p, sntrup_ct, one) == 0);
	}
	free(p);
}

static void mlkem(unsigned mode, struct str in)
{
	static const size_t sizes[] = { MLKEM768_EK, MLKEM768_CT, MLKEM768_DK };
	uint8_t ct[MLKEM768_CT], one[32], two[32], *p = fill(in, sizes[mode - MLKEM_EK]);

	if (mode == MLKEM_EK) {
		mlkem768_encap_from(seed, p, ct, one);
		for (size_t i = 1; i < MLKEM768_EK - 32; i += 3) { /* pairs of 12 bits: now under 2,048, reduced */
			p[i] &= 0xf7;
			p[i + 1] &= 0x7f;
		}
		require(mlkem768_encap_from(seed, p, ct, one) == 0);
	} else if (mode == MLKEM_CT) {
		require(mlkem768_decap(mlkem_dk, p, one) == 0 && mlkem768_decap(mlkem_dk, p, two) == 0);
		check_rejected(one, two, mlkem_key);
	} else {
		mlkem768_decap(p, mlkem_ct, one);
		memcpy(p + 1152, mlkem_dk + 1152, MLKEM768_EK + 32); /* its hash is right: only s and z are made up */
		require(mlkem768_decap(p, mlkem_ct, one) == 0);
	}
	free(p);
}

/* A value of any length, or at the right length if the first byte is even. */
static void hybrid(unsigned mode, struct str in)
{
	size_t which = in.n && in.p[0] & 2 ? 1 : 0;
	const struct kex_alg *alg = alg_kex(str_of(hybrids[which]));
	size_t right = mode == HYBRID_SERVER ? alg->client_len : alg->server_len;
	bool exact = in.n && !(in.p[0] & 1);
	uint8_t *p = fill(in, exact ? right : in.n + 1);
	struct str q = { p, exact ? right : in.n };
	struct buf other, secret;
	int rc;

	buf_init(&other, 0);
	buf_init(&secret, 0);
	if (mode == HYBRID_SERVER) {
		rc = hybrid_respond(alg, q, &other, &secret);
		require(buf_len(&other) == (rc ? 0 : alg->server_len));
	} else {
		rc = hybrid_finish(alg, &privs[which], q, &secret);
	}
	require(rc == 0 || rc == E_INVAL);
	require(rc == 0 || buf_len(&secret) == 0);
	require(q.n == right || rc == E_INVAL);
	buf_release(&other);
	buf_release(&secret);
	free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur in = { data, size, false };
	unsigned mode = cur_u8(&in) % MODES;
	struct str rest = { in.p, in.n };

	keys();
	if (mode <= SNTRUP_SK)
		sntrup(mode, rest);
	else if (mode <= MLKEM_DK)
		mlkem(mode, rest);
	else
		hybrid(mode, rest);
	return 0;
}
