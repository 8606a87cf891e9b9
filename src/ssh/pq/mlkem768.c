/* SPDX-License-Identifier: Apache-2.0
 *
 * mlkem768.c: the key encapsulation mechanism of FIPS 203, sections 5 to 7; see mlkem768.h. The session runs it;
 * encapsulation keys and ciphertexts are hostile.
 */
#include "ssh/pq/mlkem768.h"

#include "base/err.h"
#include "base/random.h"
#include "ssh/pq/hash.h"
#include "ssh/pq/mlkem768_poly.h"

#include <openssl/crypto.h>
#include <string.h>

#define K     3
#define DU    10
#define DV    4
#define POLY  384 /* bytes of a polynomial in full */
#define C1    (32 * DU * K)
#define HASH  32
#define DK_EK (POLY * K) /* a decapsulation key: s, ek, H(ek), z */
#define DK_H  (DK_EK + MLKEM768_EK)
#define DK_Z  (DK_H + HASH)
_Static_assert(POLY *K + 32 == MLKEM768_EK && DK_Z + 32 == MLKEM768_DK && C1 + 32 * DV == MLKEM768_CT, "sizes agree");

#define EK_STR(ek) ((struct str){ ek, MLKEM768_EK })
#define STR32(p)   ((struct str){ p, 32 })

typedef int16_t poly[DEGREE];

/* G: SHA3-512 of two strings, in two halves. */
static int hash_g(struct str one, struct str two, uint8_t out[64])
{
	const struct str parts[] = { one, two };

	return pq_hash(PQ_SHA3_512, parts, 2, out, 64);
}

static int hash_h(struct str s, uint8_t out[HASH])
{
	return pq_hash(PQ_SHA3_256, &s, 1, out, HASH);
}

static int sample_vector(poly v[K], const uint8_t sigma[32], uint8_t first)
{
	int rc = 0;

	for (uint8_t i = 0; !rc && i < K; i++)
		rc = mlkem768_sample_cbd(v[i], sigma, (uint8_t)(first + i));
	return rc;
}

/* A product of vectors of transforms. */
static void dot(poly out, poly a[K], poly b[K])
{
	int32_t sum[DEGREE] = { 0 };

	for (int i = 0; i < K; i++)
		mlkem768_multiply_add(sum, a[i], b[i]);
	for (int i = 0; i < DEGREE; i++)
		out[i] = (int16_t)mod_freeze(sum[i], &mlkem768_mod_q);
	OPENSSL_cleanse(sum, sizeof(sum));
}

static void add(poly to, const poly a)
{
	for (int i = 0; i < DEGREE; i++)
		to[i] = (int16_t)mod_freeze(to[i] + a[i], &mlkem768_mod_q);
}

/* Row i of the matrix A, or of its transpose. */
static int matrix_row(poly row[K], const uint8_t rho[32], uint8_t i, bool transposed)
{
	int rc = 0;

	for (uint8_t j = 0; !rc && j < K; j++)
		rc = transposed ? mlkem768_sample_ntt(row[j], rho, i, j) : mlkem768_sample_ntt(row[j], rho, j, i);
	return rc;
}

/* K-PKE.KeyGen, algorithm 13: t = A s + e. Writes ek, and s's encoding to dk. */
static int pke_keygen(const uint8_t d[32], uint8_t *ek, uint8_t *dk)
{
	struct {
		poly s[K], e[K], t;
		uint8_t seeds[64]; /* rho, sigma */
	} w = { 0 };
	const uint8_t k = K;
	poly row[K];
	int rc = hash_g(STR32(d), (struct str){ &k, 1 }, w.seeds);

	PQ_PUBLIC(w.seeds, 32); /* rho is the end of ek */
	if (!rc)
		rc = sample_vector(w.s, w.seeds + 32, 0);
	if (!rc)
		rc = sample_vector(w.e, w.seeds + 32, K);
	for (int i = 0; !rc && i < K; i++) {
		mlkem768_ntt(w.s[i]);
		mlkem768_ntt(w.e[i]);
		mlkem768_encode12(dk + POLY * i, w.s[i]);
	}
	for (uint8_t i = 0; !rc && i < K; i++) {
		rc = matrix_row(row, w.seeds, i, false);
		if (rc)
			break;
		dot(w.t, row, w.s);
		add(w.t, w.e[i]);
		mlkem768_encode12(ek + POLY * i, w.t);
	}
	memcpy(ek + POLY * K, w.seeds, 32);
	PQ_PUBLIC(ek, MLKEM768_EK);
	OPENSSL_cleanse(&w, sizeof(w));
	return rc;
}

/* K-PKE.Encrypt, algorithm 14, with t decoded from ek already: u = A^T y + e1, v = t y + e2 + m. */
static int pke_encrypt(poly t[K], const uint8_t rho[32], const uint8_t m[32], const uint8_t r[32], uint8_t *ct)
{
	struct {
		poly y[K], e1[K], e2, mu, u;
	} w = { 0 };
	poly row[K];
	int rc = sample_vector(w.y, r, 0);

	if (!rc)
		rc = sample_vector(w.e1, r, K);
	if (!rc)
		rc = mlkem768_sample_cbd(w.e2, r, 2 * K);
	for (int i = 0; !rc && i < K; i++)
		mlkem768_ntt(w.y[i]);
	for (uint8_t i = 0; !rc && i < K; i++) {
		rc = matrix_row(row, rho, i, true);
		if (rc)
			break;
		dot(w.u, row, w.y);
		mlkem768_ntt_inverse(w.u);
		add(w.u, w.e1[i]);
		mlkem768_compress(ct + 32 * DU * i, w.u, DU);
	}
	if (!rc) {
		dot(w.u, t, w.y);
		mlkem768_ntt_inverse(w.u);
		add(w.u, w.e2);
		mlkem768_decompress(w.mu, m, 1);
		add(w.u, w.mu);
		mlkem768_compress(ct + C1, w.u, DV);
	}
	OPENSSL_cleanse(&w, sizeof(w));
	return rc;
}

/* K-PKE.Decrypt, algorithm 15: m = v - s u. */
static void pke_decrypt(const uint8_t *dk, const uint8_t *ct, uint8_t m[32])
{
	struct {
		poly s[K], w;
	} w = { 0 };
	poly u[K], v;

	for (int i = 0; i < K; i++) {
		mlkem768_decompress(u[i], ct + 32 * DU * i, DU);
		mlkem768_ntt(u[i]);
		mlkem768_decode12(w.s[i], dk + POLY * i);
	}
	mlkem768_decompress(v, ct + C1, DV);
	dot(w.w, w.s, u);
	mlkem768_ntt_inverse(w.w);
	for (int i = 0; i < DEGREE; i++)
		w.w[i] = (int16_t)mod_freeze(v[i] - w.w[i], &mlkem768_mod_q);
	mlkem768_compress(m, w.w, 1);
	OPENSSL_cleanse(&w, sizeof(w));
}

/* t of an encapsulation key; false: not reduced. */
static bool decode_t(poly t[K], const uint8_t *ek)
{
	bool ok = true;

	for (int i = 0; i < K; i++)
		ok = mlkem768_decode12(t[i], ek + POLY * i) && ok;
	return ok;
}

int mlkem768_keypair_from(const uint8_t d[MLKEM768_SEED], const uint8_t z[MLKEM768_SEED], uint8_t ek[MLKEM768_EK],
			  uint8_t dk[MLKEM768_DK])
{
	int rc = pke_keygen(d, ek, dk);

	if (!rc)
		rc = hash_h(EK_STR(ek), dk + DK_H);
	memcpy(dk + DK_EK, ek, MLKEM768_EK);
	memcpy(dk + DK_Z, z, MLKEM768_SEED);
	return rc;
}

int mlkem768_keypair(uint8_t ek[MLKEM768_EK], uint8_t dk[MLKEM768_DK])
{
	uint8_t seed[2 * MLKEM768_SEED];
	int rc = E_CRYPTO;

	if (random_bytes(seed, sizeof(seed)) == 0)
		rc = mlkem768_keypair_from(seed, seed + MLKEM768_SEED, ek, dk);
	OPENSSL_cleanse(seed, sizeof(seed));
	return rc;
}

int mlkem768_encap_from(const uint8_t m[MLKEM768_SEED], const uint8_t ek[MLKEM768_EK], uint8_t ct[MLKEM768_CT],
			uint8_t key[MLKEM768_KEY])
{
	uint8_t h[HASH], g[64];
	poly t[K];
	int rc;

	if (!decode_t(t, ek))
		return E_INVAL;
	rc = hash_h(EK_STR(ek), h);
	if (!rc)
		rc = hash_g(STR32(m), STR32(h), g);
	if (!rc)
		rc = pke_encrypt(t, ek + POLY * K, m, g + 32, ct);
	PQ_PUBLIC(ct, MLKEM768_CT);
	memcpy(key, g, MLKEM768_KEY);
	OPENSSL_cleanse(g, sizeof(g));
	return rc;
}

int mlkem768_encap(const uint8_t ek[MLKEM768_EK], uint8_t ct[MLKEM768_CT], uint8_t key[MLKEM768_KEY])
{
	uint8_t m[MLKEM768_SEED];
	int rc = E_CRYPTO;

	if (random_bytes(m, sizeof(m)) == 0)
		rc = mlkem768_encap_from(m, ek, ct, key);
	OPENSSL_cleanse(m, sizeof(m));
	return rc;
}

/* Algorithm 18, after the hash check. */
int mlkem768_decap(const uint8_t dk[MLKEM768_DK], const uint8_t ct[MLKEM768_CT], uint8_t key[MLKEM768_KEY])
{
	const uint8_t *ek = dk + DK_EK, *h = dk + DK_H, *z = dk + DK_Z;
	const struct str rejected[] = { STR32(z), { ct, MLKEM768_CT } };
	struct {
		uint8_t m[32], g[64], ct[MLKEM768_CT], other[MLKEM768_KEY];
	} w;
	uint8_t hash[HASH];
	poly t[K];
	int rc;

	if (!decode_t(t, ek) || hash_h(EK_STR(ek), hash) || ct_differ(hash, h, HASH))
		return E_INVAL;
	pke_decrypt(dk, ct, w.m);
	rc = hash_g(STR32(w.m), STR32(h), w.g);
	if (!rc)
		rc = pq_hash(PQ_SHAKE256, rejected, 2, w.other, sizeof(w.other));
	if (!rc)
		rc = pke_encrypt(t, ek + POLY * K, w.m, w.g + 32, w.ct);
	if (!rc) {
		ct_select(w.g, w.other, MLKEM768_KEY, ct_differ(ct, w.ct, MLKEM768_CT));
		memcpy(key, w.g, MLKEM768_KEY);
	}
	OPENSSL_cleanse(&w, sizeof(w));
	return rc;
}
