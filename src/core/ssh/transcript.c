/* SPDX-License-Identifier: Apache-2.0
 *
 * transcript.c: see transcript.h. Runs in core; the transcript is hostile.
 */
#include "transcript.h"

#include "base/random.h"
#include "core/core.h"
#include "core/gate/gatectl.h"
#include "core/job.h"
#include "core/session/peer.h"
#include "core/ssh/dhgroup.h"
#include "core/ssh/offer.h"
#include "core/ssh/signer.h"
#include "keys/keys.h"
#include "ssh/rows.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define MSG_KEXINIT 20
#define VERSION_MAX 255

/* What core must know of a method to rebuild its hash. */
struct transcript_method {
	const char *name;
	const char *digest;
	unsigned modp_bits; /* the public values are numbers of a group of that size; 0: strings */
	bool agreed;        /* of at most that size: RFC 4419 */
	size_t client_len, server_len;
};
#define METHOD(name, on, fips, strength, digest, method, group, modp_bits, client_len, server_len)                     \
	{ name, digest, modp_bits, modp_bits && (group), client_len, server_len },
static const struct transcript_method methods[] = { SSH_KEX_ROWS(METHOD) };
#undef METHOD
_Static_assert(sizeof methods / sizeof methods[0] <= 64, "a bit each");

void transcript_release(struct transcript *k)
{
	if (k->job)
		job_cancel(k->job);
	OPENSSL_cleanse(k, sizeof *k);
}

int transcript_new_cookie(struct transcript *k)
{
	if (random_bytes(k->cookie, sizeof k->cookie) < 0)
		return E_CRYPTO;
	k->cookie_given = true;
	return 0;
}

static const struct transcript_method *find_method(struct str name)
{
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		if (str_is(name, methods[i].name))
			return &methods[i];
	}
	return NULL;
}

static bool version_ok(struct str v)
{
	return v.n <= VERSION_MAX &&
	       ((v.n > 8 && memcmp(v.p, "SSH-2.0-", 8) == 0) || (v.n > 9 && memcmp(v.p, "SSH-1.99-", 9) == 0));
}

void transcript_offer(struct transcript *k, const struct offer_set *offered, uint32_t dh_min)
{
	k->offered = offered;
	k->dh_min = dh_min;
}

/* K is never longer than the values it is made of; with its length field it stands in the hash as it is. */
static bool secret_fits(struct str secret, size_t len)
{
	struct cur c = cur_of(secret);
	struct str k = cur_str(&c);

	return cur_done(&c) && k.n > 0 && k.n <= len + 1;
}

/* Both sides' values and the secret are strings of the method's lengths. */
static bool strings_fit(const struct transcript_method *h, const struct ipc_msg_SIGN *m)
{
	return m->request.n == 0 && m->group_bits == 0 && m->q_c.n == h->client_len && m->q_s.n == h->server_len &&
	       secret_fits(m->secret, h->server_len);
}

/* They are numbers of a group of ours that is large enough; if the method lets the client ask, of one it asked for.
 * What that adds to the hash is appended. */
static bool numbers_fit(const struct transcript *k, const struct transcript_method *h, const struct ipc_msg_SIGN *m,
			struct buf *agreed)
{
	unsigned bits = h->agreed ? m->group_bits : h->modp_bits;
	BIGNUM *p = dhgroup_prime(bits);
	bool fit = p && bits >= k->dh_min && bits <= h->modp_bits && dhgroup_holds(p, m->q_c) &&
		   dhgroup_holds(p, m->q_s) && secret_fits(m->secret, bits / 8);

	if (fit && h->agreed) {
		fit = dhgroup_answers(m->request, bits);
		buf_put(agreed, m->request.p, m->request.n);
		dhgroup_put(p, agreed);
	} else if (fit) {
		fit = m->request.n == 0 && m->group_bits == 0;
	}
	BN_free(p);
	return fit;
}

static bool is_ours(const struct transcript *k, const struct ipc_msg_SIGN *m, struct str our_version,
		    struct str our_blob)
{
	return k->cookie_given && m->i_s.n >= 1 + KEX_COOKIE && m->i_s.p[0] == MSG_KEXINIT &&
	       CRYPTO_memcmp(m->i_s.p + 1, k->cookie, KEX_COOKIE) == 0 && str_eq(m->v_s, our_version) &&
	       our_blob.n > 0 && str_eq(m->k_s, our_blob);
}

static bool is_clients(const struct ipc_msg_SIGN *m)
{
	return m->i_c.n >= 1 + KEX_COOKIE && m->i_c.p[0] == MSG_KEXINIT && version_ok(m->v_c);
}

static int hash_of(const struct transcript_method *h, const struct ipc_msg_SIGN *m, struct str agreed, uint8_t hash[64],
		   size_t *hash_len)
{
	struct buf t;
	size_t len = 0;
	int rc = E_CRYPTO;

	buf_init(&t, 4 * IPC_MAX_RECORD);
	buf_put_str(&t, m->v_c);
	buf_put_str(&t, m->v_s);
	buf_put_str(&t, m->i_c);
	buf_put_str(&t, m->i_s);
	buf_put_str(&t, m->k_s);
	buf_put(&t, agreed.p, agreed.n);
	buf_put_str(&t, m->q_c);
	buf_put_str(&t, m->q_s);
	buf_put(&t, m->secret.p, m->secret.n);
	if (!t.err && EVP_Q_digest(NULL, h->digest, NULL, buf_ptr(&t), buf_len(&t), hash, &len) == 1)
		rc = 0;
	*hash_len = len;
	buf_release(&t);
	return rc;
}

int transcript_check(const struct transcript *k, const struct ipc_msg_SIGN *m, struct str our_version,
		     struct str our_blob, uint8_t hash[64], size_t *hash_len)
{
	const struct transcript_method *h = find_method(m->kex);
	struct buf agreed;
	int rc = E_DENIED;

	if (!h || !k->offered || !offer_has(k->offered, OFFER_KEX, m->kex) || !is_ours(k, m, our_version, our_blob) ||
	    !is_clients(m))
		return E_DENIED;
	buf_init(&agreed, IPC_MAX_RECORD);
	if (h->modp_bits ? numbers_fit(k, h, m, &agreed) : strings_fit(h, m))
		rc = agreed.err ? agreed.err : hash_of(h, m, buf_str(&agreed), hash, hash_len);
	buf_release(&agreed);
	return rc;
}

static void answer(struct peer *p, struct str hash, struct str signature)
{
	struct transcript *k = &p->transcript;

	if (signature.n == 0) {
		peer_violation(p, "host key signature failed");
		return;
	}
	k->signing = false;
	if (k->session_id_len == 0) {
		memcpy(k->session_id, hash.p, hash.n);
		k->session_id_len = hash.n;
		peer_set_phase(p, PH_KEYED);
		gatectl_keyed(p->core->gate, p);
	}
	PEER_SEND(p, SIGNED, .hash = hash, .signature = signature);
}

static void signed_by_helper(void *arg, enum job_kind kind, struct str bytes)
{
	struct peer *p = arg;

	if (kind == JOB_PROGRESS)
		return;
	p->transcript.job = NULL;
	answer(p, (struct str){ p->transcript.hash, p->transcript.hash_len }, signer_result(kind, bytes));
}

static void sign_slowly(struct peer *p, const struct key *key, struct str alg, const uint8_t *hash, size_t n)
{
	memcpy(p->transcript.hash, hash, n);
	p->transcript.hash_len = n;
	p->transcript.job = signer_start(&p->core->jobs, key, alg, (struct str){ hash, n }, signed_by_helper, p);
	if (!p->transcript.job)
		peer_violation(p, "signing helper not available");
}

void transcript_sign(struct peer *p, const struct ipc_msg_SIGN *m, const struct key *hostkey)
{
	const struct key *key = offer_has(&p->offered, OFFER_HOSTKEY, m->alg) ? hostkey : NULL;
	struct buf blob, signature;
	uint8_t hash[64];
	size_t n = 0;
	int rc = E_DENIED;

	buf_init(&blob, 8192);
	buf_init(&signature, 8192);
	if (key)
		key_blob(key, &blob);
	if (!p->transcript.signing)
		rc = transcript_check(&p->transcript, m, str_of(p->transcript.version), buf_str(&blob), hash, &n);
	p->transcript.cookie_given = false; /* one cookie, one signature */
	str_copy(m->alg, p->transcript.alg, sizeof p->transcript.alg);
	if (rc < 0) {
		peer_violation(p, "transcript refused");
	} else if (key_sign_is_slow(key)) {
		p->transcript.signing = true;
		sign_slowly(p, key, m->alg, hash, n);
	} else {
		p->transcript.signing = true;
		rc = key_sign(key, m->alg, (struct str){ hash, n }, &signature);
		answer(p, (struct str){ hash, n }, rc == 0 ? buf_str(&signature) : (struct str){ NULL, 0 });
	}
	buf_release(&blob);
	buf_release(&signature);
}
