/* SPDX-License-Identifier: Apache-2.0
 *
 * warm.c: every algorithm that is on by default once, before the fork: libcrypto builds its tables, and whatever does
 * not work on this machine is found before the first stranger comes. The others build theirs in the sessions that use
 * them. Gate runs it, and a device waits for that: no work is done twice. No outside input.
 */
#include "ssh/algorithms.h"
#include "ssh/v1/ssh1.h"
#include "ssh/v2/kex.h"
#include "ssh/v2/packet.h"

#include <openssl/crypto.h>

/* Bits: for a larger modp group nothing is built that a smaller one does not need. */
#define WARM_MODP_MAX 2048

static int warm_kex(const struct kex_alg *alg)
{
	struct buf priv, q_c, q_s, ours, theirs;
	struct kex_hash_input h = { 0 };
	uint8_t hash[EVP_MAX_MD_SIZE];
	size_t n;
	int rc;

	buf_init(&priv, 0);
	buf_init(&q_c, 0);
	buf_init(&q_s, 0);
	buf_init(&ours, 0);
	buf_init(&theirs, 0);
	rc = alg->initiate(alg, &priv, &q_c);
	if (!rc)
		rc = alg->respond(alg, buf_str(&q_c), &q_s, &ours);
	if (!rc)
		rc = alg->finish(alg, &priv, buf_str(&q_s), &theirs);
	if (!rc && !str_eq(buf_str(&ours), buf_str(&theirs)))
		rc = E_CRYPTO;
	h.secret = buf_str(&ours);
	if (!rc)
		rc = kex_hash(alg->digest, &h, hash, &n);
	buf_release(&priv);
	buf_release(&q_c);
	buf_release(&q_s);
	buf_release(&ours);
	buf_release(&theirs);
	return rc;
}

/* Seals a packet and opens it again. */
static int warm_packet(const struct cipher_alg *cipher, const struct mac_alg *mac)
{
	static const uint8_t key[KEX_KEY_MAX];
	struct packet_side tx, rx;
	struct str payload;
	struct buf b;
	size_t at, used;
	int rc;

	packet_init(&tx, true);
	packet_init(&rx, false);
	buf_init(&b, 0);
	rc = crypt_set(&tx.crypt, cipher, mac, key, key, key);
	if (!rc)
		rc = crypt_set(&rx.crypt, cipher, mac, key, key, key);
	at = packet_begin(&b);
	buf_puts(&b, "warm");
	if (!rc)
		rc = packet_seal(&tx, &b, at);
	if (!rc)
		rc = packet_open(&rx, b.data, b.len, &payload, &used) == 1 && str_is(payload, "warm") ? 0 : E_CRYPTO;
	packet_release(&tx);
	packet_release(&rx);
	buf_release(&b);
	return rc;
}

int ssh_load_des(void)
{
	return ssh1_load_des();
}

/* Another name of a row before it? Where a row has no group (group exchange), the client chooses it. */
static bool is_alias(const struct kex_alg *alg, size_t i)
{
	struct str group = str_of(alg->group);

	for (size_t k = 0; k < i; k++) {
		const struct kex_alg *other = alg_kex(str_of(ssh_alg_info(SSH_ALG_KEX, k)->name));

		if (other->respond == alg->respond && str_eq(str_of(other->group), group) &&
		    other->digest == alg->digest)
			return true;
	}
	return false;
}

static int warm_kexes(void)
{
	const struct ssh_alg_info *info;
	int rc = 0;

	for (size_t i = 0; !rc && (info = ssh_alg_info(SSH_ALG_KEX, i)); i++) {
		const struct kex_alg *alg = alg_kex(str_of(info->name));

		if (info->by_default && alg->modp_bits <= WARM_MODP_MAX && !is_alias(alg, i))
			rc = warm_kex(alg);
	}
	return rc;
}

/* Each cipher with one MAC, each MAC with one cipher. */
static int warm_packets(void)
{
	const struct mac_alg *mac = alg_mac(str_of(ssh_alg_info(SSH_ALG_MAC, 0)->name));
	const struct cipher_alg *cipher = NULL;
	const struct ssh_alg_info *info;
	int rc = 0;

	for (size_t i = 0; !rc && (info = ssh_alg_info(SSH_ALG_CIPHER, i)); i++) {
		const struct cipher_alg *alg = alg_cipher(str_of(info->name));

		cipher = !cipher && !alg->tag_len ? alg : cipher;
		if (info->by_default)
			rc = warm_packet(alg, mac);
	}
	for (size_t i = 0; !rc && cipher && (info = ssh_alg_info(SSH_ALG_MAC, i)); i++)
		if (info->by_default)
			rc = warm_packet(cipher, alg_mac(str_of(info->name)));
	return rc;
}

int ssh_warm(void)
{
	int rc = alg_fetch();

	if (!rc)
		rc = warm_kexes();
	if (!rc)
		rc = warm_packets();
	if (!rc)
		rc = ssh1_warm();
	return rc ? E_CRYPTO : 0;
}
