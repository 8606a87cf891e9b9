/* SPDX-License-Identifier: Apache-2.0
 *
 * mlkem768_poly.c: arithmetic, sampling and encoding of ML-KEM's polynomials; see mlkem768_poly.h. Every input may be
 * secret but for rho.
 */
#include "ssh/pq/mlkem768_poly.h"

#include "base/err.h"
#include "ssh/pq/hash.h"

#include <openssl/crypto.h>

const struct modulus mlkem768_mod_q = { Q, -3327, 330282856 };

/* 17^BitRev7(i), FIPS 203 appendix A; the second list there, 17^(2 BitRev7(i) + 1), is [64 + i / 2] of this one, every
 * other negative. */
static const int16_t zetas[128] = {
	1,     -1600, -749,  -40,   -687,  630,   -1432, 848,   1062,  -1410, 193,   797,  -543,  -69,   569,   -1583,
	296,   -882,  1339,  1476,  -283,  56,    -1089, 1333,  1426,  -1235, 535,   -447, -936,  -450,  -1355, 821,
	289,   331,   -76,   -1573, 1197,  -1025, -1052, -1274, 650,   -1352, -816,  632,  -464,  33,    1320,  -1414,
	-1010, 1435,  807,   452,   1438,  -461,  1534,  -927,  -682,  -712,  1481,  648,  -855,  -219,  1227,  910,
	17,    -568,  583,   -680,  1637,  723,   -1041, 1100,  1409,  -667,  -48,   233,  756,   -1173, -314,  -279,
	-1626, 1651,  -540,  -1540, -1482, 952,   1461,  -642,  939,   -1021, -892,  -941, 733,   -992,  268,   641,
	1584,  -1031, -1292, -109,  375,   -780,  -1239, 1645,  1063,  319,   -556,  757,  -1230, 561,   -863,  -735,
	-525,  1092,  403,   1026,  1143,  -1179, -554,  886,   -1607, 1212,  -1455, 1029, -1219, -394,  885,   -1175
};

static int16_t reduce(int32_t x)
{
	return (int16_t)mod_freeze(x, &mlkem768_mod_q);
}

/* The representative that is not negative. */
static uint32_t positive(int16_t x)
{
	return (uint32_t)(x + (Q & (x >> 15)));
}

void mlkem768_ntt(int16_t f[DEGREE])
{
	int i = 1;

	for (int len = 128; len >= 2; len /= 2)
		for (int start = 0; start < DEGREE; start += 2 * len) {
			int32_t zeta = zetas[i++];

			for (int j = start; j < start + len; j++) {
				int16_t t = reduce(zeta * f[j + len]);

				f[j + len] = (int16_t)(f[j] - t); /* grows by q / 2 in each of 7 rounds */
				f[j] = (int16_t)(f[j] + t);
			}
		}
	for (int j = 0; j < DEGREE; j++)
		f[j] = reduce(f[j]);
}

void mlkem768_ntt_inverse(int16_t f[DEGREE])
{
	int i = 127;

	for (int len = 2; len <= 128; len *= 2)
		for (int start = 0; start < DEGREE; start += 2 * len) {
			int32_t zeta = zetas[i--];

			for (int j = start; j < start + len; j++) {
				int16_t t = f[j];

				f[j] = reduce(t + f[j + len]);
				f[j + len] = reduce(zeta * (f[j + len] - t));
			}
		}
	for (int j = 0; j < DEGREE; j++)
		f[j] = reduce(f[j] * 3303); /* 1 / 128 */
}

void mlkem768_multiply_add(int32_t sum[DEGREE], const int16_t f[DEGREE], const int16_t g[DEGREE])
{
	for (int i = 0; i < DEGREE / 2; i++) {
		int32_t gamma = i & 1 ? -zetas[64 + i / 2] : zetas[64 + i / 2];
		int32_t a0 = f[2 * i], a1 = f[2 * i + 1], b0 = g[2 * i], b1 = g[2 * i + 1];

		sum[2 * i] += a0 * b0 + reduce(a1 * b1) * gamma;
		sum[2 * i + 1] += a0 * b1 + a1 * b0;
	}
}

/* Algorithm 7 without a bound would ask for bytes as long as it needs; 840 are enough but in one of 2^261 cases
 * (appendix B), which nobody can bring about. */
#define XOF_BYTES 840

int mlkem768_sample_ntt(int16_t a[DEGREE], const uint8_t rho[32], uint8_t j, uint8_t i)
{
	uint8_t index[2] = { j, i }, c[XOF_BYTES];
	const struct str parts[] = { { rho, 32 }, { index, 2 } };
	int n = 0;

	if (pq_hash(PQ_SHAKE128, parts, 2, c, sizeof(c)))
		return E_CRYPTO;
	for (int at = 0; at < XOF_BYTES && n < DEGREE; at += 3) {
		int d1 = c[at] + 256 * (c[at + 1] % 16), d2 = c[at + 1] / 16 + 16 * c[at + 2];

		if (d1 < Q)
			a[n++] = reduce(d1);
		if (d2 < Q && n < DEGREE)
			a[n++] = reduce(d2);
	}
	return n == DEGREE ? 0 : E_CRYPTO;
}

int mlkem768_sample_cbd(int16_t f[DEGREE], const uint8_t s[32], uint8_t n)
{
	const struct str parts[] = { { s, 32 }, { &n, 1 } };
	uint8_t b[DEGREE / 2];
	int rc = pq_hash(PQ_SHAKE256, parts, 2, b, sizeof(b));

	for (int i = 0; i < DEGREE; i++) {
		int four = b[i / 2] >> (4 * (i % 2));

		f[i] = (int16_t)((four & 1) + (four >> 1 & 1) - (four >> 2 & 1) - (four >> 3 & 1));
	}
	OPENSSL_cleanse(b, sizeof(b));
	return rc;
}

/* ByteEncode_d: d bits of each number, the lowest first. */
static void put_bits(uint8_t *out, const uint16_t *v, unsigned d)
{
	uint32_t bits = 0;
	unsigned n = 0;

	for (int i = 0; i < DEGREE; i++) {
		bits |= (uint32_t)v[i] << n;
		for (n += d; n >= 8; n -= 8) {
			*out++ = (uint8_t)bits;
			bits >>= 8;
		}
	}
}

static void get_bits(uint16_t *v, const uint8_t *in, unsigned d)
{
	uint32_t bits = 0;
	unsigned n = 0;

	for (int i = 0; i < DEGREE; i++) {
		for (; n < d; n += 8)
			bits |= (uint32_t)*in++ << n;
		v[i] = (uint16_t)(bits & ((1u << d) - 1));
		bits >>= d;
		n -= d;
	}
}

void mlkem768_encode12(uint8_t out[384], const int16_t f[DEGREE])
{
	uint16_t v[DEGREE];

	for (int i = 0; i < DEGREE; i++)
		v[i] = (uint16_t)positive(f[i]);
	put_bits(out, v, 12);
	OPENSSL_cleanse(v, sizeof(v));
}

bool mlkem768_decode12(int16_t f[DEGREE], const uint8_t in[384])
{
	uint16_t v[DEGREE];
	uint32_t small = 1;

	get_bits(v, in, 12);
	for (int i = 0; i < DEGREE; i++) {
		small &= (uint32_t)(v[i] - Q) >> 31;
		f[i] = reduce(v[i]);
	}
	OPENSSL_cleanse(v, sizeof(v));
	PQ_PUBLIC(&small, sizeof(small)); /* true of every private key made here; of a peer's key it is no secret */
	return small;
}

/* 2^40 / q rounded up: the quotient is exact for numbers under 2^22. */
#define RECIPROCAL_UP 330282857u

void mlkem768_compress(uint8_t *out, const int16_t f[DEGREE], unsigned d)
{
	uint16_t v[DEGREE];

	for (int i = 0; i < DEGREE; i++) {
		uint64_t x = (positive(f[i]) << d) + Q / 2;

		v[i] = (uint16_t)((x * RECIPROCAL_UP >> 40) & ((1u << d) - 1));
	}
	put_bits(out, v, d);
	OPENSSL_cleanse(v, sizeof(v));
}

void mlkem768_decompress(int16_t f[DEGREE], const uint8_t *in, unsigned d)
{
	uint16_t v[DEGREE];

	get_bits(v, in, d);
	for (int i = 0; i < DEGREE; i++)
		f[i] = reduce((v[i] * Q + (1 << (d - 1))) >> d);
	OPENSSL_cleanse(v, sizeof(v));
}
