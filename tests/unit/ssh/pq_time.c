/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no jump and no address depends on a secret of the post-quantum key encapsulation mechanisms. They are compiled
 * here with PQ_MEMCHECK and run under valgrind, for which every secret is undefined memory: it counts an error where
 * one decides a jump or an index. What they call PQ_PUBLIC is defined again. Run by hand without valgrind it fails.
 */
#include "ssh/pq/mlkem768.h"
#include "ssh/pq/sntrup761.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>

static int failed;

static void check(const char *what, int ok)
{
	static unsigned errors;

	printf("%-30s %s, %u jumps or indexes on secrets\n", what, ok ? "right" : "WRONG",
	       VALGRIND_COUNT_ERRORS - errors);
	failed |= !ok || VALGRIND_COUNT_ERRORS != errors;
	errors = VALGRIND_COUNT_ERRORS;
}

static void secret(uint8_t *p, size_t n)
{
	if (RAND_bytes(p, (int)n) != 1)
		failed = 1;
	VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

static int same(uint8_t one[32], uint8_t two[32])
{
	VALGRIND_MAKE_MEM_DEFINED(one, 32);
	VALGRIND_MAKE_MEM_DEFINED(two, 32);
	return memcmp(one, two, 32) == 0;
}

static void sntrup761(void)
{
	uint8_t g[SNTRUP761_SEED], f[SNTRUP761_SEED], rho[SNTRUP761_RHO], r[SNTRUP761_SEED];
	uint8_t pk[SNTRUP761_PK], sk[SNTRUP761_SK], ct[SNTRUP761_CT], one[32], two[32];

	secret(f, sizeof(f));
	secret(rho, sizeof(rho));
	do
		secret(g, sizeof(g));
	while (sntrup761_keypair_from(g, f, rho, pk, sk));
	check("sntrup761 keypair", 1);
	secret(r, sizeof(r));
	check("sntrup761 encap", sntrup761_encap_from(r, pk, ct, one) == 0);
	check("sntrup761 decap", sntrup761_decap(sk, ct, two) == 0);
	check("sntrup761 secrets are equal", same(one, two));
	ct[500] ^= 1;
	check("sntrup761 decap of another", sntrup761_decap(sk, ct, two) == 0 && !same(one, two));
	memset(ct, 0xff, sizeof(ct));
	check("sntrup761 decap of no encoding", sntrup761_decap(sk, ct, two) == 0 && !same(one, two));
}

static void mlkem768(void)
{
	uint8_t d[MLKEM768_SEED], z[MLKEM768_SEED], m[MLKEM768_SEED];
	uint8_t ek[MLKEM768_EK], dk[MLKEM768_DK], ct[MLKEM768_CT], one[32], two[32];

	secret(d, sizeof(d));
	secret(z, sizeof(z));
	check("mlkem768 keypair", mlkem768_keypair_from(d, z, ek, dk) == 0);
	secret(m, sizeof(m));
	check("mlkem768 encap", mlkem768_encap_from(m, ek, ct, one) == 0);
	check("mlkem768 decap", mlkem768_decap(dk, ct, two) == 0);
	check("mlkem768 secrets are equal", same(one, two));
	ct[500] ^= 1;
	check("mlkem768 decap of another", mlkem768_decap(dk, ct, two) == 0 && !same(one, two));
	memset(ct, 0xff, sizeof(ct));
	check("mlkem768 decap of ones", mlkem768_decap(dk, ct, two) == 0 && !same(one, two));
}

/* Would it be seen? */
static int leaks_are_seen(void)
{
	static const uint8_t table[256] = { 1 };
	unsigned before = VALGRIND_COUNT_ERRORS;
	volatile uint8_t sink = 0;
	uint8_t s[2];

	secret(s, sizeof(s));
	if (s[0] & 1)
		sink = 1;
	sink = (uint8_t)(sink + table[s[1]]);
	VALGRIND_MAKE_MEM_DEFINED(&sink, 1);
	return VALGRIND_COUNT_ERRORS == before + 2;
}

int main(void)
{
	if (!RUNNING_ON_VALGRIND) {
		puts("to be run under valgrind");
		return 1;
	}
	sntrup761();
	mlkem768();
	if (!leaks_are_seen()) {
		puts("valgrind does not see a jump and an index on secrets");
		return 1;
	}
	return failed;
}
