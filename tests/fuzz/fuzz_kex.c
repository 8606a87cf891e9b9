/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no public value, group or order of messages of a stranger breaks a key exchange method: it is refused and
 * nothing is said, or both results have the form that goes into the exchange hash. The first byte of the input chooses
 * the method, the second who we are and what the rest is.
 */
#include "../unit/ssh/peer.c"

#include "ssh/v2/hybrid.h"

#include <stdlib.h>

/* modp groups differ in size alone: larger ones are tried in one of this size, or nothing else would be done here */
#define BITS_MAX 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct kex_alg *method(uint8_t choice)
{
	const struct ssh_alg_info *info;
	size_t n = 0;

	while (ssh_alg_info(SSH_ALG_KEX, n))
		n++;
	info = ssh_alg_info(SSH_ALG_KEX, choice % n);
	return alg_kex(str_of(info->name));
}

static void check_secret(const struct kex_alg *alg, const struct buf *secret)
{
	struct cur c = cur_of(buf_str(secret));
	struct str k = alg->respond == hybrid_respond ? cur_str(&c) : cur_mpint(&c);

	if (k.n == 0 || !cur_done(&c))
		abort();
}

/* A client's value to a server. */
static void to_server(const struct kex_alg *alg, struct str q)
{
	struct buf q_s, secret;
	int rc;

	buf_init(&q_s, 0);
	buf_init(&secret, 0);
	rc = alg->respond(alg, q, &q_s, &secret);
	if (rc == 0)
		check_secret(alg, &secret);
	else if (buf_len(&secret))
		abort();
	if (rc == 0 && buf_len(&q_s) > alg->server_len + 1U)
		abort();
	buf_release(&q_s);
	buf_release(&secret);
}

/* Our private value, made once for each row: it meets nothing hostile, and of sntrup761 it takes longest of all. */
static const struct buf *private_value(const struct kex_alg *alg)
{
	static struct buf values[64];
	const struct ssh_alg_info *info;
	struct buf q_c;
	size_t i = 0;

	while ((info = ssh_alg_info(SSH_ALG_KEX, i)) && strcmp(info->name, alg->info.name) != 0)
		i++;
	if (i >= sizeof(values) / sizeof(values[0]))
		abort();
	if (values[i].data)
		return &values[i];
	buf_init(&values[i], 0);
	buf_init(&q_c, 0);
	if (alg->initiate(alg, &values[i], &q_c))
		abort();
	buf_release(&q_c);
	return &values[i];
}

/* A server's value to a client. */
static void to_client(const struct kex_alg *alg, const struct buf *priv, struct str q)
{
	struct buf secret;
	int rc;

	buf_init(&secret, 0);
	rc = alg->finish(alg, priv, q, &secret);
	if (rc == 0)
		check_secret(alg, &secret);
	else if (buf_len(&secret))
		abort();
	buf_release(&secret);
}

/* In a group of the server's own. libcrypto may refuse to begin. */
static void to_client_in_group(const struct kex_alg *alg, struct str q)
{
	struct buf priv, q_c;

	buf_init(&priv, 0);
	buf_init(&q_c, 0);
	if (alg->initiate(alg, &priv, &q_c) == 0)
		to_client(alg, &priv, q);
	buf_release(&priv);
	buf_release(&q_c);
}

/* A server's group and value to a client: u16 length of the group, the group's fields, the value. */
static void group_to_client(const struct kex_alg *row, struct cur in)
{
	static const struct gex_request request = { GEX_MIN, 2048, 4096 };
	struct kex_alg alg = *row;
	struct modp_group group;
	struct str fields;
	struct cur c;
	size_t n = cur_u8(&in);

	n = n << 8 | cur_u8(&in);
	fields = cur_take(&in, n % (in.n + 1));
	c = cur_of(fields);
	if (gex_take_group(&c, &request, GEX_MIN, &group) == 0) {
		if (group.bits < request.min || group.bits > request.max || !BN_is_odd(group.p))
			abort();
		alg.agreed = &group;
		to_client_in_group(&alg, (struct str){ in.p, in.n });
	}
	modp_group_release(&group);
}

/* Messages to a server that has agreed on the method: u8 number (one of the key exchange's), u16 length, fields.
 * Nothing is signed for a client that has not sent a value, and nothing of a later phase is reached. */
static void messages(const struct kex_alg *alg, struct cur in)
{
	static const uint8_t numbers[] = { MSG_KEX_INIT,    MSG_KEX_REPLY, MSG_GEX_INIT, MSG_GEX_REPLY,
					   MSG_GEX_REQUEST, MSG_NEWKEYS,   MSG_KEXINIT,  MSG_IGNORE,
					   MSG_GEX_REQUEST, MSG_KEX_INIT,  MSG_GEX_INIT, MSG_GEX_INIT };
	const struct ssh_config config = { .kex = str_of(alg->info.name), .dh_min = GEX_MIN };
	struct host h;
	struct peer p;

	host_init(&h, &config);
	peer_init(&p);
	p.kex = p.method = alg->info.name;
	peer_version(&p);
	peer_kexinit(&p);
	peer_say(&p, &h);
	for (unsigned i = 0; in.n && !h.ended && i < 8; i++) {
		uint8_t type = numbers[cur_u8(&in) % sizeof(numbers)];
		size_t n = cur_u8(&in);
		struct str fields;

		n = n << 8 | cur_u8(&in);
		fields = cur_take(&in, n % (in.n + 1));
		buf_put(peer_begin(&p, type), fields.p, fields.n);
		peer_end(&p);
		peer_say(&p, &h);
	}
	if (host_executed(&h) || h.seen[SSH_EV_AUTH] || h.seen[SSH_EV_SIGN] > 1 || h.seen[SSH_EV_KEXED] > 1)
		abort();
	peer_release(&p);
	host_release(&h);
}

enum { TO_SERVER, TO_CLIENT, GROUP_TO_CLIENT, MESSAGES, WAYS };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur in = { data, size, false };
	struct modp_group small = { 0 };
	struct kex_alg alg;
	uint8_t way;

	if (alg_fetch())
		abort();
	alg = *method(cur_u8(&in));
	way = cur_u8(&in) % WAYS;
	if (way == MESSAGES) {
		messages(&alg, in);
		return 0;
	}
	if (way == GROUP_TO_CLIENT && alg_kex_agrees(&alg)) {
		group_to_client(&alg, in);
		return 0;
	}
	if (alg.modp_bits > BITS_MAX) {
		if (modp_group_init(&small, BITS_MAX))
			abort();
		alg.agreed = &small;
		alg.client_len = alg.server_len = BITS_MAX / 8;
	}
	if (way == TO_SERVER)
		to_server(&alg, (struct str){ in.p, in.n });
	else
		to_client(&alg, private_value(&alg), (struct str){ in.p, in.n });
	modp_group_release(&small);
	return 0;
}
