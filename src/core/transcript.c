/* SPDX-License-Identifier: Apache-2.0
 *
 * transcript.c: see transcript.h. Runs in core; the transcript is hostile.
 */
#include "transcript.h"

#include "core/core.h"
#include "core/debug.h"
#include "core/job.h"
#include "core/peer.h"
#include "core/sshd.h"
#include "keys/keys.h"
#include "ssh/rows.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define MSG_KEXINIT   20
#define VERSION_MAX   255
#define SIGN_LIMIT_MS 5000

/* What core must know of a method to rebuild its hash. */
struct transcript_method {
	const char *name;
	const char *digest;
	bool numbers; /* the public values are what stands inside mpints: as long as they are or shorter */
	size_t client_len, server_len;
};
#define METHOD(name, on, fips, strength, digest, method, group, modp_bits, client_len, server_len)                     \
	{ name, digest, modp_bits != 0, client_len, server_len },
static const struct transcript_method methods[] = { SSH_KEX_ROWS(METHOD) };
#undef METHOD

void transcript_release(struct transcript *k)
{
	if (k->job)
		job_cancel(k->job);
	OPENSSL_cleanse(k, sizeof *k);
}

int transcript_new_cookie(struct transcript *k)
{
	if (RAND_bytes(k->cookie, sizeof k->cookie) != 1)
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

static bool value_fits(const struct transcript_method *h, struct str q, size_t len)
{
	return h->numbers ? q.n > 0 && q.n <= len + 1 : q.n == len;
}

/* K is never longer than the values it is made of; with its length field it stands in the hash as it is. */
static bool secret_fits(const struct transcript_method *h, struct str secret)
{
	struct cur c = cur_of(secret);
	struct str k = cur_str(&c);

	return cur_done(&c) && k.n > 0 && k.n <= h->server_len + 1;
}

int transcript_check(const struct transcript *k, const struct ipc_msg_SIGN *m, struct str our_version,
		     struct str our_blob, uint8_t hash[64], size_t *hash_len)
{
	const struct transcript_method *h = find_method(m->kex);
	struct buf t;
	size_t len = 0;
	int rc = E_CRYPTO;

	if (!h || !k->cookie_given || m->i_s.n < 1 + KEX_COOKIE || m->i_s.p[0] != MSG_KEXINIT ||
	    CRYPTO_memcmp(m->i_s.p + 1, k->cookie, KEX_COOKIE) != 0)
		return E_DENIED;
	if (m->i_c.n < 1 + KEX_COOKIE || m->i_c.p[0] != MSG_KEXINIT || !str_eq(m->v_s, our_version) ||
	    !version_ok(m->v_c))
		return E_DENIED;
	if (our_blob.n == 0 || !str_eq(m->k_s, our_blob) || !value_fits(h, m->q_c, h->client_len) ||
	    !value_fits(h, m->q_s, h->server_len) || !secret_fits(h, m->secret))
		return E_DENIED;
	buf_init(&t, 4 * IPC_MAX_RECORD);
	buf_put_str(&t, m->v_c);
	buf_put_str(&t, m->v_s);
	buf_put_str(&t, m->i_c);
	buf_put_str(&t, m->i_s);
	buf_put_str(&t, m->k_s);
	buf_put_str(&t, m->q_c);
	buf_put_str(&t, m->q_s);
	buf_put(&t, m->secret.p, m->secret.n);
	if (!t.err && EVP_Q_digest(NULL, h->digest, NULL, buf_ptr(&t), buf_len(&t), hash, &len) == 1)
		rc = 0;
	*hash_len = len;
	buf_release(&t);
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
	}
	PEER_SEND(p, SIGNED, .hash = hash, .signature = signature);
}

static void signed_by_helper(void *arg, enum job_kind kind, struct str bytes)
{
	struct peer *p = arg;
	struct cur c = cur_of(bytes);
	struct str signature = { NULL, 0 };

	if (kind == JOB_PROGRESS)
		return;
	p->transcript.job = NULL;
	if (kind == JOB_RESULT)
		signature = cur_str(&c);
	answer(p, (struct str){ p->transcript.hash, p->transcript.hash_len },
	       cur_done(&c) ? signature : (struct str){ NULL, 0 });
}

/* RSA over 2,048 bits takes milliseconds: the helper gets the key and the hash. */
static void sign_slowly(struct peer *p, const struct key *key, struct str alg, const uint8_t *hash, size_t n)
{
	struct buf request, der;

	buf_init(&request, 0);
	buf_init(&der, 0);
	memcpy(p->transcript.hash, hash, n);
	p->transcript.hash_len = n;
	if (keys_export_private(key, &der) == 0) {
		buf_put_str(&request, buf_str(&der));
		buf_put_str(&request, alg);
		buf_put_str(&request, (struct str){ hash, n });
		p->transcript.job =
		    job_start(&p->core->jobs, "sign", buf_str(&request), SIGN_LIMIT_MS, signed_by_helper, p, NULL);
	}
	buf_release(&request);
	buf_release(&der);
	if (!p->transcript.job)
		peer_violation(p, "signing helper not available");
}

void transcript_sign(struct peer *p, const struct ipc_msg_SIGN *m)
{
	const struct key *key = sshd_hostkey(p->core->sshd, m->alg);
	struct buf blob, signature;
	uint8_t hash[64];
	size_t n = 0;
	int rc = E_DENIED;

	buf_init(&blob, 8192);
	buf_init(&signature, 8192);
	if (key)
		key_blob(key, &blob);
	if (!p->transcript.signing)
		rc = transcript_check(&p->transcript, m, sshd_version(p->core->sshd), buf_str(&blob), hash, &n);
	p->transcript.cookie_given = false; /* one cookie, one signature */
	str_copy(m->alg, p->transcript.alg, sizeof p->transcript.alg);
	if (rc == 0 && p->transcript.session_id_len == 0)
		debug_say(p->core, DEBUG_IP_SSH, "SSH%u: protocol version id is - %.*s", p->number, (int)m->v_c.n,
			  (const char *)m->v_c.p);
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
