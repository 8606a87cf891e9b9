/* SPDX-License-Identifier: Apache-2.0
 *
 * kexinit.c: SSH_MSG_KEXINIT: what we propose and what both sides agree on, RFC 4253 section 7.1; the markers of
 * RFC 8308 (ext-info) and of strict key exchange. The session runs it; the peer's proposal is hostile.
 */
#include "ssh/v2/kex.h"
#include "ssh/v2/number.h"

#define LIST_MAX 4096

/* The lists of a KEXINIT, in order; indexes of the directed ones are the client-to-server list's. */
enum {
	L_KEX,
	L_HOSTKEY,
	L_CIPHER,
	L_MAC = L_CIPHER + 2,
	L_COMPRESSION = L_MAC + 2,
	L_LANGUAGE = L_COMPRESSION + 2,
	L_COUNT = L_LANGUAGE + 2
};

struct proposal {
	struct str list[L_COUNT];
	bool follows; /* the first key exchange packet follows, guessed */
};

static struct str key_type(struct str blob)
{
	struct cur c = cur_of(blob);

	return cur_str(&c);
}

static const struct buf *blob_for(const struct ssh_conn *c, const struct hostkey_alg *alg)
{
	for (size_t i = 0; alg && i < c->set.n_blobs; i++)
		if (str_is(key_type(buf_str(&c->set.blobs[i])), alg->key_type))
			return &c->set.blobs[i];
	return NULL;
}

static void put_hostkeys(const struct ssh_conn *c, struct buf *list)
{
	struct str all = buf_str(&c->set.hostkeys), name;

	while (alg_list_next(&all, &name)) {
		if (!blob_for(c, alg_hostkey(name)))
			continue;
		if (buf_len(list))
			buf_put_u8(list, ',');
		buf_put(list, name.p, name.n);
	}
}

bool kexinit_has_offer(const struct ssh_conn *c)
{
	struct buf list;
	bool any;

	buf_init(&list, LIST_MAX);
	put_hostkeys(c, &list);
	any = buf_len(&list) && buf_len(&c->set.kex) && buf_len(&c->set.ciphers);
	buf_release(&list);
	return any;
}

static void put_lists(struct ssh_conn *c, struct buf *b)
{
	struct buf list;

	buf_init(&list, LIST_MAX);
	buf_put(&list, buf_ptr(&c->set.kex), buf_len(&c->set.kex));
	if (c->phase <= PHASE_FIRST_KEX)
		buf_puts(&list, ",kex-strict-s-v00@openssh.com");
	buf_put_str(b, buf_str(&list));
	buf_clear(&list);
	put_hostkeys(c, &list);
	buf_put_str(b, buf_str(&list));
	for (int i = 0; i < 2; i++)
		buf_put_str(b, buf_str(&c->set.ciphers));
	for (int i = 0; i < 2; i++)
		buf_put_str(b, buf_str(&c->set.macs));
	for (int i = 0; i < 2; i++)
		buf_put_cstr(b, "none");
	for (int i = 0; i < 2; i++)
		buf_put_cstr(b, "");
	if (list.err)
		b->err = list.err;
	buf_release(&list);
}

void kexinit_send(struct ssh_conn *c)
{
	struct buf *mine = &c->kex.init_local, *out;

	buf_clear(mine);
	buf_put_u8(mine, MSG_KEXINIT);
	buf_put(mine, c->kex.cookie, sizeof(c->kex.cookie));
	put_lists(c, mine);
	buf_put_u8(mine, 0); /* we never guess */
	buf_put_u32(mine, 0);
	if (mine->err) {
		conn_fail(c, REASON_KEX_FAILED, "out of memory");
		return;
	}
	out = conn_begin(c, MSG_KEXINIT);
	buf_put(out, buf_ptr(mine) + 1, buf_len(mine) - 1);
	conn_send(c);
	CONN_TELL(c, KEXINIT_SENT);
	c->kex.sent = true;
	c->kex.wanted = false;
	c->kex.have_cookie = false;
}

static bool parse(struct str payload, struct proposal *p)
{
	struct cur in = cur_of(payload);

	cur_take(&in, 1 + 16);
	for (int i = 0; i < L_COUNT; i++) {
		p->list[i] = cur_str(&in);
		if (p->list[i].n > LIST_MAX)
			return false;
	}
	p->follows = cur_bool(&in);
	cur_u32(&in);
	return cur_done(&in);
}

static bool same_first(struct str a, struct str b)
{
	struct str first_a, first_b;

	return alg_list_next(&a, &first_a) && alg_list_next(&b, &first_b) && str_eq(first_a, first_b);
}

static bool unmatched(struct ssh_conn *c, enum ssh_alg_kind kind, struct str client, const char *text)
{
	c->fault = SSH_FAULT_NO_MATCH;
	c->unmatched = kind;
	c->unmatched_list = client;
	return conn_fail(c, REASON_KEX_FAILED, text);
}

static bool choose_direction(struct ssh_conn *c, const struct proposal *client, const struct proposal *server, int way)
{
	struct kex *k = &c->kex;

	k->cipher[way] = alg_cipher(alg_list_match(client->list[L_CIPHER + way], server->list[L_CIPHER + way]));
	if (!k->cipher[way])
		return unmatched(c, SSH_ALG_CIPHER, client->list[L_CIPHER + way], "no common cipher");
	k->mac[way] = NULL;
	if (k->cipher[way]->tag_len == 0)
		k->mac[way] = alg_mac(alg_list_match(client->list[L_MAC + way], server->list[L_MAC + way]));
	if (!k->mac[way] && k->cipher[way]->tag_len == 0)
		return unmatched(c, SSH_ALG_MAC, client->list[L_MAC + way], "no common mac");
	if (!alg_list_match(client->list[L_COMPRESSION + way], server->list[L_COMPRESSION + way]).n)
		return conn_fail(c, REASON_KEX_FAILED, "no common compression");
	return true;
}

static bool choose(struct ssh_conn *c, const struct proposal *client, const struct proposal *server)
{
	struct kex *k = &c->kex;
	const struct buf *blob;

	k->alg = alg_kex(alg_list_match(client->list[L_KEX], server->list[L_KEX]));
	if (!k->alg)
		return unmatched(c, SSH_ALG_KEX, client->list[L_KEX], "no common key exchange method");
	k->hostkey = alg_hostkey(alg_list_match(client->list[L_HOSTKEY], server->list[L_HOSTKEY]));
	blob = blob_for(c, k->hostkey);
	if (!blob)
		return unmatched(c, SSH_ALG_HOSTKEY, client->list[L_HOSTKEY], "no common host key algorithm");
	k->blob = buf_str(blob);
	return choose_direction(c, client, server, C2S) && choose_direction(c, client, server, S2C);
}

static void tell_choice(const struct ssh_conn *c)
{
	const struct kex *k = &c->kex;
	uint32_t cipher[2], mac[2];

	for (int way = C2S; way <= S2C; way++) {
		cipher[way] = alg_row(SSH_ALG_CIPHER, &k->cipher[way]->info);
		mac[way] = k->mac[way] ? 1 + alg_row(SSH_ALG_MAC, &k->mac[way]->info) : 0;
	}
	CONN_TELL(c, KEX_IN, .a = cipher[C2S], .b = mac[C2S]);
	CONN_TELL(c, KEX_OUT, .a = cipher[S2C], .b = mac[S2C]);
	if (k->state == KEX_REQUEST)
		CONN_TELL(c, GEX_EXPECTED);
	else
		CONN_TELL(c, EXPECTING, .a = alg_row(SSH_ALG_KEX, &k->alg->info));
}

void kexinit_negotiate(struct ssh_conn *c)
{
	struct proposal client, server;
	struct kex *k = &c->kex;

	if (!parse(buf_str(&k->init_peer), &client) || !parse(buf_str(&k->init_local), &server)) {
		conn_fail(c, REASON_PROTOCOL_ERROR, "malformed KEXINIT");
		return;
	}
	if (c->phase == PHASE_FIRST_KEX) {
		k->ext_info = alg_list_has(client.list[L_KEX], STR("ext-info-c"));
		k->strict = alg_list_has(client.list[L_KEX], STR("kex-strict-c-v00@openssh.com"));
		if (k->strict && c->rx.seq != 1) {
			conn_fail(c, REASON_PROTOCOL_ERROR, "KEXINIT was not the first packet");
			return;
		}
	}
	if (!choose(c, &client, &server))
		return;
	k->skip = client.follows && !(same_first(client.list[L_KEX], server.list[L_KEX]) &&
				      same_first(client.list[L_HOSTKEY], server.list[L_HOSTKEY]));
	k->state = alg_kex_agrees(k->alg) ? KEX_REQUEST : KEX_PUBLIC;
	if (c->tracer.classes)
		tell_choice(c);
}

bool kexinit_receive(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct kex *k = &c->kex;

	buf_clear(&k->init_peer);
	buf_put_u8(&k->init_peer, MSG_KEXINIT);
	buf_put(&k->init_peer, in->p, in->n);
	if (k->init_peer.err)
		return conn_fail(c, REASON_PROTOCOL_ERROR, "KEXINIT too long");
	CONN_TELL(c, KEXINIT_RECEIVED);
	k->got = true;
	if (k->sent)
		kexinit_negotiate(c);
	else
		k->wanted = true;
	return false;
}
