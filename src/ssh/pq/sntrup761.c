/* SPDX-License-Identifier: Apache-2.0
 *
 * sntrup761.c: the key encapsulation mechanism; see sntrup761.h. The session runs it; public keys and ciphertexts are
 * hostile. Names of the steps are the specification's.
 */
#include "ssh/pq/sntrup761.h"

#include "base/err.h"
#include "base/random.h"
#include "ssh/pq/hash.h"
#include "ssh/pq/sntrup761_poly.h"

#include <openssl/crypto.h>
#include <string.h>

_Static_assert(SNTRUP761_SEED == 4 * P && SNTRUP761_RHO == SMALL_BYTES && SNTRUP761_PK == RQ_BYTES, "sizes agree");

#define HASH 32

/* A private key in its parts. */
enum {
	SK_F = 0,
	SK_GINV = SK_F + SMALL_BYTES,
	SK_PK = SK_GINV + SMALL_BYTES,
	SK_RHO = SK_PK + RQ_BYTES,
	SK_CACHE = SK_RHO + SMALL_BYTES,
	SK_END = SK_CACHE + HASH
};
_Static_assert(SK_END == SNTRUP761_SK && ROUNDED_BYTES + HASH == SNTRUP761_CT, "sizes agree");

/* Hash_b: SHA-512 of the byte b and two strings, its first half. */
static int hash(uint8_t b, struct str one, struct str two, uint8_t out[HASH])
{
	const struct str parts[] = { { &b, 1 }, one, two };
	uint8_t whole[64];
	int rc = pq_hash(PQ_SHA512, parts, 3, whole, sizeof(whole));

	memcpy(out, whole, HASH);
	OPENSSL_cleanse(whole, sizeof(whole));
	return rc;
}

#define NOTHING ((struct str){ NULL, 0 })

static int hash_cache(const uint8_t *pk, uint8_t cache[HASH])
{
	return hash(4, (struct str){ pk, SNTRUP761_PK }, NOTHING, cache);
}

/* HashSession: 1 and the encoded r, or 0 and rho; then the ciphertext. */
static int hash_session(uint8_t b, const uint8_t *r, const uint8_t *ct, uint8_t *key)
{
	uint8_t inner[HASH];
	int rc = hash(3, (struct str){ r, SMALL_BYTES }, NOTHING, inner);

	if (!rc)
		rc = hash(b, (struct str){ inner, HASH }, (struct str){ ct, SNTRUP761_CT }, key);
	OPENSSL_cleanse(inner, sizeof(inner));
	return rc;
}

/* Hide: r's encoding, and the ciphertext: Round(h r), and HashConfirm. */
static int hide(const int8_t r[P], const uint8_t *pk, const uint8_t cache[HASH], uint8_t r_enc[SMALL_BYTES],
		uint8_t ct[SNTRUP761_CT])
{
	int16_t h[P], c[P];
	uint8_t inner[HASH];
	int rc;

	sntrup761_small_encode(r_enc, r);
	sntrup761_rq_decode(h, pk);
	sntrup761_multiply(c, h, r, 1, &sntrup761_mod_q);
	sntrup761_round(c);
	sntrup761_rounded_encode(ct, c);
	rc = hash(3, (struct str){ r_enc, SMALL_BYTES }, NOTHING, inner);
	if (!rc)
		rc = hash(2, (struct str){ inner, HASH }, (struct str){ cache, HASH }, ct + ROUNDED_BYTES);
	OPENSSL_cleanse(c, sizeof(c));
	OPENSSL_cleanse(inner, sizeof(inner));
	return rc;
}

/* Decrypt: r = ((3 f c mod q) mod 3) / g, or a fixed polynomial if r's weight is not w. */
static void decrypt(const uint8_t *sk, const uint8_t *ct, int8_t r[P])
{
	struct {
		int8_t f[P], ginv[P];
		int16_t e[P];
	} s = { 0 };
	int16_t c[P];
	int weight = 0;
	uint32_t wrong;

	sntrup761_small_decode(s.f, sk + SK_F);
	sntrup761_small_decode(s.ginv, sk + SK_GINV);
	sntrup761_rounded_decode(c, ct);
	sntrup761_multiply(s.e, c, s.f, 3, &sntrup761_mod_q);
	for (int i = 0; i < P; i++)
		s.e[i] = (int16_t)mod_freeze(s.e[i], &sntrup761_mod_3);
	sntrup761_multiply(s.e, s.e, s.ginv, 1, &sntrup761_mod_3);
	for (int i = 0; i < P; i++)
		weight += s.e[i] & 1;
	wrong = ct_nonzero((uint32_t)(weight - W));
	for (int i = 0; i < P; i++)
		r[i] = (int8_t)((wrong & (uint32_t)(i < W)) | (~wrong & (uint32_t)s.e[i]));
	OPENSSL_cleanse(&s, sizeof(s));
}

/* KeyGen: h = g / 3f. */
int sntrup761_keypair_from(const uint8_t g[SNTRUP761_SEED], const uint8_t f[SNTRUP761_SEED],
			   const uint8_t rho[SNTRUP761_RHO], uint8_t pk[SNTRUP761_PK], uint8_t sk[SNTRUP761_SK])
{
	struct {
		int8_t g[P], small[P];
		int16_t in[P], inverse[P];
	} s = { 0 };
	uint32_t ok;

	sntrup761_small(s.g, g);
	for (int i = 0; i < P; i++)
		s.in[i] = s.g[i];
	ok = sntrup761_invert(s.inverse, s.in, &sntrup761_mod_3);
	for (int i = 0; i < P; i++)
		s.small[i] = (int8_t)s.inverse[i];
	sntrup761_small_encode(sk + SK_GINV, s.small);
	PQ_PUBLIC(&ok, sizeof(ok)); /* a g that fails is thrown away; the next is independent of it */
	if (ok) {
		sntrup761_short(s.small, f);
		sntrup761_small_encode(sk + SK_F, s.small);
		for (int i = 0; i < P; i++)
			s.in[i] = (int16_t)(3 * s.small[i]);
		sntrup761_invert(s.inverse, s.in, &sntrup761_mod_q); /* it has one: R/q is a field */
		sntrup761_multiply(s.in, s.inverse, s.g, 1, &sntrup761_mod_q);
		sntrup761_rq_encode(pk, s.in);
		PQ_PUBLIC(pk, SNTRUP761_PK);
		memcpy(sk + SK_PK, pk, SNTRUP761_PK);
		memcpy(sk + SK_RHO, rho, SNTRUP761_RHO);
	}
	OPENSSL_cleanse(&s, sizeof(s));
	return ok ? hash_cache(pk, sk + SK_CACHE) : E_INVAL;
}

int sntrup761_keypair(uint8_t pk[SNTRUP761_PK], uint8_t sk[SNTRUP761_SK])
{
	struct {
		uint8_t g[SNTRUP761_SEED], f[SNTRUP761_SEED], rho[SNTRUP761_RHO];
	} seed;
	int rc;

	do {
		rc = E_CRYPTO;
		if (random_bytes(&seed, sizeof(seed)) == 0)
			rc = sntrup761_keypair_from(seed.g, seed.f, seed.rho, pk, sk);
	} while (rc == E_INVAL);
	OPENSSL_cleanse(&seed, sizeof(seed));
	return rc;
}

int sntrup761_encap_from(const uint8_t random[SNTRUP761_SEED], const uint8_t pk[SNTRUP761_PK], uint8_t ct[SNTRUP761_CT],
			 uint8_t key[SNTRUP761_KEY])
{
	int8_t r[P];
	uint8_t cache[HASH], r_enc[SMALL_BYTES];
	int rc;

	sntrup761_short(r, random);
	rc = hash_cache(pk, cache);
	if (!rc)
		rc = hide(r, pk, cache, r_enc, ct);
	if (!rc) {
		PQ_PUBLIC(ct, SNTRUP761_CT);
		rc = hash_session(1, r_enc, ct, key);
	}
	OPENSSL_cleanse(r, sizeof(r));
	OPENSSL_cleanse(r_enc, sizeof(r_enc));
	return rc;
}

int sntrup761_encap(const uint8_t pk[SNTRUP761_PK], uint8_t ct[SNTRUP761_CT], uint8_t key[SNTRUP761_KEY])
{
	uint8_t seed[SNTRUP761_SEED];
	int rc = E_CRYPTO;

	if (random_bytes(seed, sizeof(seed)) == 0)
		rc = sntrup761_encap_from(seed, pk, ct, key);
	OPENSSL_cleanse(seed, sizeof(seed));
	return rc;
}

int sntrup761_decap(const uint8_t sk[SNTRUP761_SK], const uint8_t ct[SNTRUP761_CT], uint8_t key[SNTRUP761_KEY])
{
	int8_t r[P];
	uint8_t r_enc[SMALL_BYTES], again[SNTRUP761_CT];
	uint32_t wrong;
	int rc;

	decrypt(sk, ct, r);
	rc = hide(r, sk + SK_PK, sk + SK_CACHE, r_enc, again);
	wrong = ct_differ(ct, again, SNTRUP761_CT);
	ct_select(r_enc, sk + SK_RHO, SMALL_BYTES, wrong);
	if (!rc)
		rc = hash_session((uint8_t)(1 + wrong), r_enc, ct, key);
	OPENSSL_cleanse(r, sizeof(r));
	OPENSSL_cleanse(r_enc, sizeof(r_enc));
	OPENSSL_cleanse(again, sizeof(again));
	return rc;
}
