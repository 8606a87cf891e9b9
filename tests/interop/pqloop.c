/* SPDX-License-Identifier: Apache-2.0
 *
 * pqloop.c: the key encapsulation mechanisms of src/ssh/pq for test_pq.py. Standard input: a byte that names the
 * operation, and its arguments one after another, each of the size it always has. Standard output: 0, or 1 for an
 * error, and the results.
 */
#include "ssh/pq/mlkem768.h"
#include "ssh/pq/sntrup761.h"

#include <stdio.h>
#include <string.h>

#define SEED  SNTRUP761_SEED
#define BYTES 8192

static int sntrup761_keys(const uint8_t *in, uint8_t *out)
{
	return sntrup761_keypair_from(in, in + SEED, in + 2 * SEED, out, out + SNTRUP761_PK);
}

static int sntrup761_hide(const uint8_t *in, uint8_t *out)
{
	return sntrup761_encap_from(in, in + SEED, out, out + SNTRUP761_CT);
}

static int sntrup761_open(const uint8_t *in, uint8_t *out)
{
	return sntrup761_decap(in, in + SNTRUP761_SK, out);
}

static int mlkem768_keys(const uint8_t *in, uint8_t *out)
{
	return mlkem768_keypair_from(in, in + MLKEM768_SEED, out, out + MLKEM768_EK);
}

static int mlkem768_hide(const uint8_t *in, uint8_t *out)
{
	return mlkem768_encap_from(in, in + MLKEM768_SEED, out, out + MLKEM768_CT);
}

static int mlkem768_open(const uint8_t *in, uint8_t *out)
{
	return mlkem768_decap(in, in + MLKEM768_DK, out);
}

static const struct {
	size_t in, out;
	int (*run)(const uint8_t *in, uint8_t *out);
} ops[] = {
	{ 2 * SEED + SNTRUP761_RHO, SNTRUP761_PK + SNTRUP761_SK, sntrup761_keys },
	{ SEED + SNTRUP761_PK, SNTRUP761_CT + SNTRUP761_KEY, sntrup761_hide },
	{ SNTRUP761_SK + SNTRUP761_CT, SNTRUP761_KEY, sntrup761_open },
	{ 2 * MLKEM768_SEED, MLKEM768_EK + MLKEM768_DK, mlkem768_keys },
	{ MLKEM768_SEED + MLKEM768_EK, MLKEM768_CT + MLKEM768_KEY, mlkem768_hide },
	{ MLKEM768_DK + MLKEM768_CT, MLKEM768_KEY, mlkem768_open },
};

int main(void)
{
	static uint8_t in[BYTES], out[BYTES];
	int op;

	while ((op = getchar()) != EOF && (size_t)op < sizeof(ops) / sizeof(ops[0])) {
		if (fread(in, ops[op].in, 1, stdin) != 1)
			return 1;
		memset(out, 0, sizeof(out));
		putchar(ops[op].run(in, out) != 0);
		if (fwrite(out, ops[op].out, 1, stdout) != 1 || fflush(stdout))
			return 1;
	}
	return 0;
}
