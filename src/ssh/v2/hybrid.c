/* SPDX-License-Identifier: Apache-2.0
 *
 * hybrid.c: see hybrid.h. The session runs it; the peer's public value is hostile. The client's value is a public key
 * of the mechanism and one of X25519, the server's a ciphertext and a public key; K is the method's hash of both shared
 * secrets, in that order, and stands in the exchange hash as a string.
 */
#include "ssh/v2/hybrid.h"

#include "ssh/pq/mlkem768.h"
#include "ssh/pq/sntrup761.h"
#include "ssh/v2/curve25519.h"

#include <openssl/crypto.h>
#include <string.h>

#define KEM_KEY 32

static const struct kem {
	const char *name;
	size_t pk, sk, ct; /* bytes */
	int (*keypair)(uint8_t *pk, uint8_t *sk);
	int (*encap)(const uint8_t *pk, uint8_t *ct, uint8_t *key);
	int (*decap)(const uint8_t *sk, const uint8_t *ct, uint8_t *key);
} kems[] = {
	{ "sntrup761", SNTRUP761_PK, SNTRUP761_SK, SNTRUP761_CT, sntrup761_keypair, sntrup761_encap, sntrup761_decap },
	{ "mlkem768", MLKEM768_EK, MLKEM768_DK, MLKEM768_CT, mlkem768_keypair, mlkem768_encap, mlkem768_decap },
};
_Static_assert(SNTRUP761_KEY == KEM_KEY && MLKEM768_KEY == KEM_KEY, "keys are of one size");

/* The two shared secrets, as they are hashed. */
struct shared {
	uint8_t kem[KEM_KEY], x25519[CURVE25519_SIZE];
};

static const struct kem *kem_of(const struct kex_alg *alg)
{
	const struct kem *k = kems;

	while (strcmp(k->name, alg->group) != 0)
		k++;
	return k;
}

static int put_secret(const struct kex_alg *alg, const struct shared *s, struct buf *secret)
{
	uint8_t k[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	int rc = EVP_Digest(s, sizeof(*s), k, &n, alg->digest, NULL) == 1 ? 0 : E_CRYPTO;

	if (!rc)
		buf_put_str(secret, (struct str){ k, n });
	OPENSSL_cleanse(k, sizeof(k));
	return rc ? rc : secret->err;
}

/* priv: the mechanism's private key, and X25519's. */
int hybrid_initiate(const struct kex_alg *alg, struct buf *priv, struct buf *q_c)
{
	const struct kem *kem = kem_of(alg);
	uint8_t *sk = buf_room(priv, kem->sk), *pk = buf_room(q_c, kem->pk);
	int rc = sk && pk ? kem->keypair(pk, sk) : E_NOMEM;

	if (rc)
		return rc;
	buf_claim(priv, kem->sk);
	buf_claim(q_c, kem->pk);
	return curve25519_keypair(priv, q_c);
}

int hybrid_respond(const struct kex_alg *alg, struct str q_c, struct buf *q_s, struct buf *secret)
{
	const struct kem *kem = kem_of(alg);
	struct shared s;
	uint8_t *ct;
	int rc;

	if (q_c.n != kem->pk + CURVE25519_SIZE)
		return E_INVAL;
	ct = buf_room(q_s, kem->ct);
	rc = ct ? kem->encap(q_c.p, ct, s.kem) : E_NOMEM;
	if (!rc) {
		buf_claim(q_s, kem->ct);
		rc = curve25519_answer((struct str){ q_c.p + kem->pk, CURVE25519_SIZE }, q_s, s.x25519);
	}
	if (!rc)
		rc = put_secret(alg, &s, secret);
	if (rc)
		buf_clear(q_s);
	OPENSSL_cleanse(&s, sizeof(s));
	return rc;
}

int hybrid_finish(const struct kex_alg *alg, const struct buf *priv, struct str q_s, struct buf *secret)
{
	const struct kem *kem = kem_of(alg);
	struct str own = buf_str(priv);
	struct shared s;
	int rc;

	if (q_s.n != kem->ct + CURVE25519_SIZE || own.n != kem->sk + CURVE25519_SIZE)
		return E_INVAL;
	rc = kem->decap(own.p, q_s.p, s.kem);
	if (!rc)
		rc = curve25519_agree((struct str){ own.p + kem->sk, CURVE25519_SIZE },
				      (struct str){ q_s.p + kem->ct, CURVE25519_SIZE }, s.x25519);
	if (!rc)
		rc = put_secret(alg, &s, secret);
	OPENSSL_cleanse(&s, sizeof(s));
	return rc;
}
