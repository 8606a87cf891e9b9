/* SPDX-License-Identifier: Apache-2.0
 *
 * bench.c: what the library itself costs, without sockets: CPU time of every key exchange method, of a whole exchange
 * on the server's side, and of sealing and opening 32-KiB packets under every cipher and MAC. `meson test --benchmark`
 * runs it.
 */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LOGINS    300
#define PACKETS   4000
#define EXCHANGES 50

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Like peer_say, timing the server's part. */
static double carry(struct peer *p, struct host *h)
{
	struct buf *from = ssh_output(h->ssh);
	double begin = now();

	if (ssh_feed(h->ssh, buf_ptr(&p->out), buf_len(&p->out)))
		abort();
	host_run(h);
	begin = now() - begin;
	buf_consume(&p->out, buf_len(&p->out));
	buf_put(&p->in, buf_ptr(from), buf_len(from));
	buf_consume(from, buf_len(from));
	return begin;
}

static double logins(void)
{
	double spent = 0, begin;
	struct host h;
	struct peer p;

	for (int i = 0; i < LOGINS; i++) {
		host_init(&h, NULL); /* makes a key too: not counted */
		h.answer = SSH_AUTH_SUCCESS;
		peer_init(&p);
		peer_version(&p);
		peer_kexinit(&p);
		peer_public(&p);
		peer_bare(&p, MSG_NEWKEYS);
		spent += carry(&p, &h);
		if (h.seen[SSH_EV_KEXED] != 1)
			abort();
		peer_release(&p);
		begin = now();
		ssh_free(h.ssh);
		spent += now() - begin;
		h.ssh = NULL;
		host_release(&h);
	}
	return spent / LOGINS * 1e6;
}

/* CPU time of each part of a method, the signature not counted. */
static void method(const struct kex_alg *alg)
{
	double begin, first = 0, answer = 0, last = 0;
	struct buf priv, q_c, q_s, ours, theirs;

	buf_init(&priv, 0);
	buf_init(&q_c, 0);
	buf_init(&q_s, 0);
	buf_init(&ours, 0);
	buf_init(&theirs, 0);
	for (int i = 0; i < EXCHANGES; i++) {
		buf_clear(&priv);
		buf_clear(&q_c);
		buf_clear(&q_s);
		buf_clear(&ours);
		buf_clear(&theirs);
		begin = now();
		if (alg->initiate(alg, &priv, &q_c))
			abort();
		first += now() - begin;
		begin = now();
		if (alg->respond(alg, buf_str(&q_c), &q_s, &ours))
			abort();
		answer += now() - begin;
		begin = now();
		if (alg->finish(alg, &priv, buf_str(&q_s), &theirs))
			abort();
		last += now() - begin;
	}
	printf("%-36s client %6.0f us, server %6.0f us, client %6.0f us\n", alg->info.name, first / EXCHANGES * 1e6,
	       answer / EXCHANGES * 1e6, last / EXCHANGES * 1e6);
	buf_release(&priv);
	buf_release(&q_c);
	buf_release(&q_s);
	buf_release(&ours);
	buf_release(&theirs);
}

static void packets(const struct cipher_alg *cipher, const struct mac_alg *mac)
{
	static const uint8_t key[KEX_KEY_MAX], text[PACKET_PAYLOAD];
	double sealing = 0, opening = 0, begin;
	struct packet_side tx, rx;
	struct str payload;
	struct buf b;
	size_t at, used, total = 0;

	packet_init(&tx, true);
	packet_init(&rx, false);
	buf_init(&b, 0);
	if (crypt_set(&tx.crypt, cipher, mac, key, key, key) || crypt_set(&rx.crypt, cipher, mac, key, key, key))
		abort();
	for (int i = 0; i < PACKETS; i++) {
		begin = now();
		at = packet_begin(&b);
		buf_put(&b, text, sizeof(text));
		if (packet_seal(&tx, &b, at))
			abort();
		sealing += now() - begin;
		begin = now();
		if (packet_open(&rx, b.data + b.off, buf_len(&b), &payload, &used) != 1)
			abort();
		opening += now() - begin;
		buf_consume(&b, used);
		total += sizeof(text);
	}
	printf("%-30s %-30s seal %6.0f MB/s  open %6.0f MB/s\n", cipher->info.name,
	       cipher->tag_len ? "" : mac->info.name, (double)total / sealing / 1e6, (double)total / opening / 1e6);
	packet_release(&tx);
	packet_release(&rx);
	buf_release(&b);
}

int main(void)
{
	const struct ssh_alg_info *kex, *cipher, *mac;
	double begin = now();

	if (ssh_warm())
		return 1;
	printf("warming: %.0f us\n", (now() - begin) * 1e6);
	for (size_t i = 0; (kex = ssh_alg_info(SSH_ALG_KEX, i)); i++)
		method(alg_kex(str_of(kex->name)));
	printf("key exchange, server with Ed25519 signature: %.0f us\n", logins());
	for (size_t i = 0; (cipher = ssh_alg_info(SSH_ALG_CIPHER, i)); i++) {
		for (size_t j = 0; (mac = ssh_alg_info(SSH_ALG_MAC, j)); j++) {
			const struct cipher_alg *row = alg_cipher(str_of(cipher->name));

			/* what is off by default: one of each */
			if (j == 0 || (row->tag_len == 0 && (i == 3 || (cipher->by_default && mac->by_default))))
				packets(row, alg_mac(str_of(mac->name)));
		}
	}
	return 0;
}
