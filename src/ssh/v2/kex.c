/* SPDX-License-Identifier: Apache-2.0
 *
 * kex.c: what both roles need of a key exchange: its beginning, the exchange hash, the keys that come of it and the
 * switch to them: RFC 4253 sections 7.2, 7.3, 8 and 9. The session runs it; the peer's values are hostile.
 */
#include "ssh/v2/kex.h"

#include "ssh/v2/number.h"

#include <openssl/crypto.h>
#include <string.h>

#define PACKETS_MAX ((uint64_t)1 << 31) /* RFC 4344 section 3.1 */

void kex_init(struct kex *k)
{
	*k = (struct kex){ .wanted = true };
	buf_init(&k->init_local, PACKET_MAX);
	buf_init(&k->init_peer, PACKET_MAX);
	buf_init(&k->q_c, PACKET_MAX);
	buf_init(&k->q_s, PACKET_MAX);
	buf_init(&k->secret, PACKET_MAX);
	buf_init(&k->gex, PACKET_MAX);
}

/* What only this exchange needed. */
static void forget(struct kex *k)
{
	buf_release(&k->init_local);
	buf_release(&k->init_peer);
	buf_release(&k->q_c);
	buf_release(&k->q_s);
	buf_release(&k->secret);
	buf_release(&k->gex);
	modp_group_release(&k->group);
	k->gex_request = 0;
	OPENSSL_cleanse(k->hash, sizeof(k->hash));
}

void kex_release(struct kex *k)
{
	forget(k);
	OPENSSL_cleanse(k, sizeof(*k));
}

bool kex_waits(const struct ssh_conn *c)
{
	const struct kex *k = &c->kex;

	return c->phase == PHASE_OPEN && !k->sent && !k->got && !k->wanted;
}

bool kex_due(const struct ssh_conn *c)
{
	if (!kex_waits(c))
		return false;
	if (c->rx.bytes >= c->set.rekey_bytes || c->tx.bytes >= c->set.rekey_bytes)
		return true;
	if (c->rx.packets >= PACKETS_MAX || c->tx.packets >= PACKETS_MAX)
		return true;
	return c->now_ms - c->kexed_ms >= c->set.rekey_ms;
}

static void hash_str(EVP_MD_CTX *md, struct str s, int *ok)
{
	uint8_t n[4] = { (uint8_t)(s.n >> 24), (uint8_t)(s.n >> 16), (uint8_t)(s.n >> 8), (uint8_t)s.n };

	*ok &= EVP_DigestUpdate(md, n, sizeof(n)) == 1 && EVP_DigestUpdate(md, s.p, s.n) == 1;
}

int kex_hash(const EVP_MD *digest, const struct kex_hash_input *h, uint8_t *out, size_t *out_len)
{
	const struct str before[] = { h->v_c, h->v_s, h->i_c, h->i_s, h->k_s };
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned n = 0;
	int ok = md && EVP_DigestInit_ex(md, digest, NULL) == 1;

	for (size_t i = 0; ok && i < sizeof(before) / sizeof(before[0]); i++)
		hash_str(md, before[i], &ok);
	if (ok && h->gex.n)
		ok = EVP_DigestUpdate(md, h->gex.p, h->gex.n) == 1;
	if (ok) {
		hash_str(md, h->q_c, &ok);
		hash_str(md, h->q_s, &ok);
	}
	ok = ok && EVP_DigestUpdate(md, h->secret.p, h->secret.n) == 1 && EVP_DigestFinal_ex(md, out, &n) == 1;
	EVP_MD_CTX_free(md);
	*out_len = n;
	return ok ? 0 : E_CRYPTO;
}

/* K1 = HASH(K || H || letter || session_id), Kn = HASH(K || H || K1 || … || Kn-1) */
int kex_derive(const EVP_MD *digest, struct str secret, struct str hash, struct str session_id, char letter,
	       uint8_t *out, size_t n)
{
	uint8_t key[KEX_KEY_MAX + EVP_MAX_MD_SIZE];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned one = 0;
	size_t have = 0;
	bool ok = md && n <= KEX_KEY_MAX;

	while (ok && have < n) {
		ok = EVP_DigestInit_ex(md, digest, NULL) == 1 && EVP_DigestUpdate(md, secret.p, secret.n) == 1 &&
		     EVP_DigestUpdate(md, hash.p, hash.n) == 1;
		if (have == 0)
			ok = ok && EVP_DigestUpdate(md, &letter, 1) == 1 &&
			     EVP_DigestUpdate(md, session_id.p, session_id.n) == 1;
		else
			ok = ok && EVP_DigestUpdate(md, key, have) == 1;
		ok = ok && EVP_DigestFinal_ex(md, key + have, &one) == 1;
		have += one;
	}
	if (ok)
		memcpy(out, key, n);
	OPENSSL_cleanse(key, sizeof(key));
	EVP_MD_CTX_free(md);
	return ok ? 0 : E_CRYPTO;
}

int kex_take_keys(struct ssh_conn *c, struct packet_side *side, int way)
{
	struct kex *k = &c->kex;
	const struct cipher_alg *cipher = k->cipher[way];
	const struct mac_alg *mac = k->mac[way];
	struct str secret = buf_str(&k->secret), hash = { k->hash, k->hash_len },
		   id = { k->session_id, k->session_id_len };
	uint8_t iv[KEX_KEY_MAX], key[KEX_KEY_MAX], mac_key[KEX_KEY_MAX];
	int rc;

	rc = kex_derive(k->alg->digest, secret, hash, id, (char)('A' + way), iv, cipher->iv_len);
	if (!rc)
		rc = kex_derive(k->alg->digest, secret, hash, id, (char)('C' + way), key, cipher->key_len);
	if (!rc && mac)
		rc = kex_derive(k->alg->digest, secret, hash, id, (char)('E' + way), mac_key, mac->key_len);
	if (!rc)
		rc = crypt_set(&side->crypt, cipher, mac, key, iv, mac_key);
	if (!rc) {
		side->packets = side->bytes = 0;
		if (k->strict)
			side->seq = 0;
	}
	OPENSSL_cleanse(iv, sizeof(iv));
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(mac_key, sizeof(mac_key));
	return rc;
}

static struct str mac_name(const struct mac_alg *mac)
{
	return mac ? str_of(mac->info.name) : (struct str){ NULL, 0 };
}

bool kex_on_newkeys(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct kex *k = &c->kex;

	if (k->state != KEX_NEWKEYS || !cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "NEWKEYS not expected or malformed");
	if (kex_take_keys(c, &c->rx, C2S))
		return conn_fail(c, REASON_KEX_FAILED, "new keys failed");
	CONN_TELL(c, NEWKEYS_MODE, .a = 0);
	CONN_TELL(c, TYPE_IN, .a = MSG_NEWKEYS);
	CONN_TELL(c, NEWKEYS_RECEIVED);
	ev->type = SSH_EV_KEXED;
	ev->u.kexed.peer_version = str_of(c->peer_version);
	ev->u.kexed.kex = str_of(k->alg->info.name);
	ev->u.kexed.hostkey = str_of(k->hostkey->info.name);
	ev->u.kexed.cipher_in = str_of(k->cipher[C2S]->info.name);
	ev->u.kexed.cipher_out = str_of(k->cipher[S2C]->info.name);
	ev->u.kexed.mac_in = mac_name(k->mac[C2S]);
	ev->u.kexed.mac_out = mac_name(k->mac[S2C]);
	ev->u.kexed.first = c->phase == PHASE_FIRST_KEX;
	ev->u.kexed.strict = k->strict;
	k->got = false;
	k->state = KEX_IDLE;
	c->kexed_ms = c->now_ms;
	if (c->phase == PHASE_FIRST_KEX)
		c->phase = PHASE_SERVICE;
	forget(k);
	return true;
}
