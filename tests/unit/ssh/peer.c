/* SPDX-License-Identifier: Apache-2.0
 *
 * peer.c: see peer.h.
 */
#include "peer.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

static void copy(char *to, size_t size, struct str s)
{
	if (!str_copy(s, to, size))
		to[0] = '\0';
}

void host_init(struct host *h, const struct ssh_config *extra)
{
	struct ssh_config c = { 0 };
	uint8_t raw[32];
	size_t n = sizeof(raw);
	struct str blob;

	*h = (struct host){ .answer = SSH_AUTH_FAILED, .reply = true };
	h->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (!h->key || EVP_PKEY_get_raw_public_key(h->key, raw, &n) != 1)
		abort();
	buf_init(&h->blob, 0);
	buf_init(&h->data, 0);
	buf_put_cstr(&h->blob, "ssh-ed25519");
	buf_put_str(&h->blob, (struct str){ raw, n });
	if (extra)
		c = *extra;
	blob = buf_str(&h->blob);
	c.role = SSH_SERVER;
	if (c.version.n == 0)
		c.version = STR("SSH-2.0-Test");
	c.hostkey_blobs = &blob;
	c.n_hostkey_blobs = 1;
	h->ssh = ssh_new(&c);
	if (!h->ssh)
		abort();
}

void host_release(struct host *h)
{
	ssh_free(h->ssh);
	EVP_PKEY_free(h->key);
	buf_release(&h->blob);
	buf_release(&h->data);
}

void host_skip_kex(struct host *h, enum phase phase)
{
	struct kex *k = &h->ssh->kex;

	h->ssh->phase = phase;
	k->wanted = false;
	k->session_id_len = sizeof(k->session_id);
}

unsigned host_executed(const struct host *h)
{
	return h->seen[SSH_EV_OPEN] + h->seen[SSH_EV_REQUEST] + h->seen[SSH_EV_DATA] + h->seen[SSH_EV_EOF] +
	       h->seen[SSH_EV_CLOSED];
}

/* As core does: from the size of the group alone. */
static void put_group(struct buf *gex, const struct ssh_event *ev)
{
	struct modp_group group = { 0 };

	buf_put(gex, ev->u.sign.request.p, ev->u.sign.request.n);
	if (ev->u.sign.group_bits && (modp_group_init(&group, ev->u.sign.group_bits) || modp_group_put(&group, gex)))
		abort();
	modp_group_release(&group);
}

static void host_sign(struct host *h, const struct ssh_event *ev)
{
	struct kex_hash_input t = { ev->u.sign.v_c, ev->u.sign.v_s, ev->u.sign.i_c, ev->u.sign.i_s,   ev->u.sign.k_s,
				    { NULL, 0 },    ev->u.sign.q_c, ev->u.sign.q_s, ev->u.sign.secret };
	uint8_t hash[EVP_MAX_MD_SIZE], raw[64];
	size_t n = 0, raw_n = sizeof(raw);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct buf sig, gex;

	buf_init(&sig, 0);
	buf_init(&gex, 0);
	put_group(&gex, ev);
	t.gex = buf_str(&gex);
	if (kex_hash(alg_kex(ev->u.sign.kex)->digest, &t, hash, &n) || !md ||
	    EVP_DigestSignInit_ex(md, NULL, NULL, NULL, NULL, h->key, NULL) != 1 ||
	    EVP_DigestSign(md, raw, &raw_n, hash, n) != 1)
		abort();
	buf_put_cstr(&sig, "ssh-ed25519");
	buf_put_str(&sig, (struct str){ raw, raw_n });
	hash[0] ^= h->lie;
	ssh_give_signature(h->ssh, (struct str){ hash, n }, buf_str(&sig));
	EVP_MD_CTX_free(md);
	buf_release(&sig);
	buf_release(&gex);
}

static void host_auth(struct host *h, const struct ssh_event *ev)
{
	const struct str prompts[SSH_MAX_ANSWERS] = { STR("One: "), STR("Two: ") };
	const bool echo[SSH_MAX_ANSWERS] = { false, true };

	h->method = ev->u.auth.method;
	copy(h->user, sizeof(h->user), ev->u.auth.user);
	copy(h->secret, sizeof(h->secret), ev->u.auth.n_answers ? ev->u.auth.answers[0] : ev->u.auth.password);
	if (ev->u.auth.method == SSH_AUTH_KBDINT)
		ssh_auth_prompt(h->ssh, STR("name"), STR("instruction"), prompts, echo, h->prompts);
	else if (ev->u.auth.method == SSH_AUTH_V1_RSA && h->answer == SSH_AUTH_SUCCESS)
		ssh_v1_give_challenge(h->ssh, STR("challenge"));
	else if (ssh_auth_reply(h->ssh, h->answer, STR("publickey,password")))
		ssh_auth_reply(h->ssh, SSH_AUTH_FAILED, STR("publickey,password"));
}

static void host_kexed(struct host *h, const struct ssh_event *ev)
{
	copy(h->kex, sizeof(h->kex), ev->u.kexed.kex);
	copy(h->hostkey, sizeof(h->hostkey), ev->u.kexed.hostkey);
	copy(h->cipher_in, sizeof(h->cipher_in), ev->u.kexed.cipher_in);
	copy(h->mac_in, sizeof(h->mac_in), ev->u.kexed.mac_in);
	h->strict = ev->u.kexed.strict;
}

static void host_request(struct host *h, const struct ssh_event *ev)
{
	h->request = ev->u.request.type;
	copy(h->text, sizeof(h->text), ev->u.request.text);
	if (ev->u.request.want_reply)
		ssh_request_reply(h->ssh, ev->channel, h->reply);
}

static void host_data(struct host *h, const struct ssh_event *ev)
{
	struct str bytes = ev->u.data.bytes;

	buf_put(&h->data, bytes.p, bytes.n);
	if (h->echo)
		ssh_channel_write(h->ssh, ev->channel, ev->u.data.extended, bytes.p, bytes.n);
	if (!h->no_consume)
		ssh_channel_consumed(h->ssh, ev->channel, bytes.n);
}

static void host_end_channel(struct host *h, uint32_t channel)
{
	ssh_channel_exit_status(h->ssh, channel, 7);
	ssh_channel_eof(h->ssh, channel);
	ssh_channel_close(h->ssh, channel);
}

/* Who unwraps the session key of version 1 is not the library: here it is always the same. */
static void host_version1(struct host *h, const struct ssh_event *ev)
{
	static const uint8_t e[] = { 1, 0, 1 }, n[160] = { [0] = 0x80, [159] = 1 };
	struct ssh_v1_keys keys = { .cookie = "cookie!",
				    .server = { 1024, { e, sizeof(e) }, { n, 128 } },
				    .host = { 1280, { e, sizeof(e) }, { n, 160 } },
				    .ciphers = SSH_V1_BIT(SSH_V1_3DES),
				    .auths = SSH_V1_BIT(SSH_V1_AUTH_RSA) | SSH_V1_BIT(SSH_V1_AUTH_PASSWORD) };

	if (ev->type == SSH_EV_V1_HELLO)
		ssh_v1_give_keys(h->ssh, &keys);
	else
		ssh_v1_give_session_key(h->ssh, (const uint8_t *)HOST_V1_KEY);
}

static void host_handle(struct host *h, const struct ssh_event *ev)
{
	static const uint8_t cookie[16] = "0123456789abcdef";

	h->seen[ev->type]++;
	switch (ev->type) {
	case SSH_EV_COOKIE:
		if (!h->hold_cookie)
			ssh_give_cookie(h->ssh, cookie);
		break;
	case SSH_EV_SIGN:
		host_sign(h, ev);
		break;
	case SSH_EV_KEXED:
		host_kexed(h, ev);
		break;
	case SSH_EV_AUTH:
		host_auth(h, ev);
		break;
	case SSH_EV_OPEN:
		if (str_is(ev->u.open.type, "session"))
			ssh_channel_accept(h->ssh, ev->channel);
		else
			ssh_channel_refuse(h->ssh, ev->channel, 1, "no");
		break;
	case SSH_EV_REQUEST:
		host_request(h, ev);
		break;
	case SSH_EV_DATA:
		host_data(h, ev);
		break;
	case SSH_EV_PROVE:
		ssh_prove_reply(h->ssh, h->reply ? STR("\0\0\0\3one") : STR(""));
		break;
	case SSH_EV_EOF:
		if (h->echo)
			host_end_channel(h, ev->channel);
		break;
	case SSH_EV_V1_HELLO:
	case SSH_EV_V1_SESSION_KEY:
		host_version1(h, ev);
		break;
	case SSH_EV_DISCONNECT:
		h->ended = true;
		h->by_peer = ev->u.disconnect.by_peer;
		h->reason = ev->u.disconnect.reason;
		break;
	case SSH_EV_CLOSED:
	case SSH_EV_WRITABLE:
		break;
	}
}

void host_run(struct host *h)
{
	struct ssh_event ev;

	while (ssh_step(h->ssh, &ev) == SSH_EVENT)
		host_handle(h, &ev);
}

void peer_init(struct peer *p)
{
	*p = (struct peer){ .version = "SSH-2.0-Peer",
			    .kex = "curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com",
			    .hostkeys = "ssh-ed25519",
			    .method = "curve25519-sha256",
			    .request = { 2048, 2048, 8192 },
			    .ciphers = "aes128-gcm@openssh.com",
			    .macs = "hmac-sha2-256",
			    .compression = "none" };
	packet_init(&p->tx, true);
	packet_init(&p->rx, false);
	buf_init(&p->out, 0);
	buf_init(&p->in, 0);
	buf_init(&p->i_c, 0);
	buf_init(&p->i_s, 0);
	buf_init(&p->priv, 0);
	buf_init(&p->q_c, 0);
	buf_init(&p->gex, 0);
	buf_init(&p->secret, 0);
}

void peer_release(struct peer *p)
{
	packet_release(&p->tx);
	packet_release(&p->rx);
	buf_release(&p->out);
	buf_release(&p->in);
	buf_release(&p->i_c);
	buf_release(&p->i_s);
	buf_release(&p->priv);
	buf_release(&p->q_c);
	buf_release(&p->gex);
	modp_group_release(&p->group);
	buf_release(&p->secret);
}

struct buf *peer_begin(struct peer *p, uint8_t type)
{
	p->at = packet_begin(&p->out);
	buf_put_u8(&p->out, type);
	return &p->out;
}

void peer_end(struct peer *p)
{
	if (packet_seal(&p->tx, &p->out, p->at))
		abort();
}

void peer_bare(struct peer *p, uint8_t type)
{
	peer_begin(p, type);
	peer_end(p);
}

void peer_say(struct peer *p, struct host *h)
{
	struct buf *from = ssh_output(h->ssh);
	size_t room, n;
	uint8_t *to;

	do {
		to = ssh_feed_room(h->ssh, &room);
		n = buf_len(&p->out) < room ? buf_len(&p->out) : room;
		if (n)
			memcpy(to, buf_ptr(&p->out), n);
		ssh_fed(h->ssh, n);
		buf_consume(&p->out, n);
		host_run(h);
		buf_put(&p->in, buf_ptr(from), buf_len(from));
		n += buf_len(from);
		buf_consume(from, buf_len(from));
	} while (n);
}

struct str peer_next(struct peer *p)
{
	struct str payload = { NULL, 0 };
	int rc;

	buf_consume(&p->in, p->in_used);
	p->in_used = 0;
	rc = packet_open(&p->rx, p->in.data + p->in.off, buf_len(&p->in), &payload, &p->in_used);
	return rc == 1 ? payload : (struct str){ NULL, 0 };
}

uint8_t peer_next_type(struct peer *p)
{
	struct str payload = peer_next(p);

	return payload.n ? payload.p[0] : 0;
}

struct str peer_find(struct peer *p, uint8_t type)
{
	struct str payload;

	do
		payload = peer_next(p);
	while (payload.n && payload.p[0] != type);
	return payload;
}

void peer_version(struct peer *p)
{
	buf_puts(&p->out, p->version);
	buf_puts(&p->out, "\r\n");
}

/* Takes the server's line off what it sent. */
static void take_version(struct peer *p)
{
	const uint8_t *end = memchr(buf_ptr(&p->in), '\n', buf_len(&p->in));
	size_t n = end ? (size_t)(end - buf_ptr(&p->in)) : 0;

	if (n < 2 || p->v_s[0])
		return;
	copy(p->v_s, sizeof(p->v_s), (struct str){ buf_ptr(&p->in), n - 1 });
	buf_consume(&p->in, n + 1);
}

void peer_kexinit(struct peer *p)
{
	const char *lists[10] = { p->kex,  p->hostkeys,    p->ciphers,     p->ciphers, p->macs,
				  p->macs, p->compression, p->compression, "",         "" };

	buf_clear(&p->i_c);
	buf_put_u8(&p->i_c, MSG_KEXINIT);
	buf_put(&p->i_c, "fedcba9876543210", 16);
	for (size_t i = 0; i < 10; i++)
		buf_put_cstr(&p->i_c, lists[i]);
	buf_put_u8(&p->i_c, p->follows);
	buf_put_u32(&p->i_c, 0);
	peer_begin(p, MSG_KEXINIT);
	buf_put(&p->out, buf_ptr(&p->i_c) + 1, buf_len(&p->i_c) - 1);
	peer_end(p);
}

/* The row of its method, with the group that was agreed on. */
static const struct kex_alg *method_of(struct peer *p)
{
	const struct kex_alg *row = alg_kex(str_of(p->method));

	if (!alg_kex_agrees(row) || !p->group.p)
		return row;
	p->with_group = *row;
	p->with_group.agreed = &p->group;
	return &p->with_group;
}

void peer_request(struct peer *p)
{
	buf_clear(&p->gex);
	if (!p->old_request)
		buf_put_u32(&p->gex, p->request.min);
	buf_put_u32(&p->gex, p->request.n);
	if (!p->old_request)
		buf_put_u32(&p->gex, p->request.max);
	buf_put(peer_begin(p, p->old_request ? MSG_GEX_REQUEST_OLD : MSG_GEX_REQUEST), buf_ptr(&p->gex),
		buf_len(&p->gex));
	peer_end(p);
}

bool peer_take_group(struct peer *p, struct str payload)
{
	struct cur in = cur_of(payload);

	modp_group_release(&p->group);
	if (cur_u8(&in) != MSG_GEX_GROUP || gex_take_group(&in, &p->request, GEX_MIN, &p->group))
		return false;
	buf_put(&p->gex, payload.p + 1, payload.n - 1);
	return true;
}

void peer_public(struct peer *p)
{
	const struct kex_alg *alg = method_of(p);

	buf_clear(&p->priv);
	buf_clear(&p->q_c);
	if (alg->initiate(alg, &p->priv, &p->q_c))
		abort();
	peer_begin(p, alg_kex_agrees(alg) ? MSG_GEX_INIT : MSG_KEX_INIT);
	buf_put_str(&p->out, buf_str(&p->q_c));
	peer_end(p);
}

static bool signature_right(struct peer *p, struct str blob, struct str signature)
{
	struct cur b = cur_of(blob), s = cur_of(signature);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY *key;
	struct str raw;
	bool right;

	right = str_is(cur_str(&b), "ssh-ed25519");
	right = str_is(cur_str(&s), "ssh-ed25519") && right;
	raw = cur_str(&b);
	key = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, raw.p, raw.n);
	raw = cur_str(&s);
	right = right && key && EVP_DigestVerifyInit_ex(md, NULL, NULL, NULL, NULL, key, NULL) == 1 &&
		EVP_DigestVerify(md, raw.p, raw.n, p->hash, p->hash_len) == 1;
	EVP_PKEY_free(key);
	EVP_MD_CTX_free(md);
	return right;
}

bool peer_take_reply(struct peer *p, struct str payload)
{
	const struct kex_alg *alg = method_of(p);
	struct cur c = cur_of(payload);
	struct kex_hash_input t = { .v_c = str_of(p->version), .v_s = str_of(p->v_s) };
	struct str signature;

	cur_u8(&c);
	t.k_s = cur_str(&c);
	t.q_s = cur_str(&c);
	signature = cur_str(&c);
	buf_clear(&p->secret);
	if (!cur_done(&c) || alg->finish(alg, &p->priv, t.q_s, &p->secret))
		return false;
	t.i_c = buf_str(&p->i_c);
	t.i_s = buf_str(&p->i_s);
	t.q_c = buf_str(&p->q_c);
	t.secret = buf_str(&p->secret);
	t.gex = alg_kex_agrees(alg) ? buf_str(&p->gex) : (struct str){ NULL, 0 };
	if (kex_hash(alg->digest, &t, p->hash, &p->hash_len))
		return false;
	if (p->id_len == 0) {
		memcpy(p->id, p->hash, p->hash_len);
		p->id_len = p->hash_len;
	}
	return signature_right(p, t.k_s, signature);
}

/* Keys of the one cipher and mac it proposes. */
static void take_keys(struct peer *p, struct packet_side *side, int way)
{
	const struct cipher_alg *cipher = alg_cipher(str_of(p->ciphers));
	const struct mac_alg *mac = alg_mac(str_of(p->macs));
	const struct kex_alg *alg = alg_kex(str_of(p->method));
	struct str secret = buf_str(&p->secret), hash = { p->hash, p->hash_len }, id = { p->id, p->id_len };
	uint8_t iv[KEX_KEY_MAX], key[KEX_KEY_MAX], mac_key[KEX_KEY_MAX];

	if (!cipher || (!mac && !cipher->tag_len))
		abort();
	kex_derive(alg->digest, secret, hash, id, (char)('A' + way), iv, cipher->iv_len);
	kex_derive(alg->digest, secret, hash, id, (char)('C' + way), key, cipher->key_len);
	kex_derive(alg->digest, secret, hash, id, (char)('E' + way), mac_key, mac ? mac->key_len : 0);
	if (crypt_set(&side->crypt, cipher, mac, key, iv, mac_key))
		abort();
	if (p->strict)
		side->seq = 0;
}

void peer_newkeys(struct peer *p)
{
	peer_bare(p, MSG_NEWKEYS);
	take_keys(p, &p->tx, C2S);
}

static void inject(struct peer *p, enum peer_place here)
{
	struct packet_side clear;
	size_t at;

	if (p->inject_at != here)
		return;
	p->inject_at = NOWHERE;
	packet_init(&clear, true);
	at = packet_begin(&p->out);
	buf_put(&p->out, p->inject.p, p->inject.n);
	if (packet_seal(&clear, &p->out, at))
		abort();
	packet_release(&clear);
}

bool peer_handshake(struct peer *p, struct host *h)
{
	uint8_t reply = MSG_KEX_REPLY;
	struct str m;

	if (!p->keyed) {
		p->strict = strstr(p->kex, "kex-strict-c") != NULL;
		peer_version(p);
	}
	inject(p, BEFORE_KEXINIT);
	peer_kexinit(p);
	peer_say(p, h);
	take_version(p);
	m = peer_find(p, MSG_KEXINIT);
	buf_clear(&p->i_s);
	buf_put(&p->i_s, m.p, m.n);
	if (alg_kex_agrees(alg_kex(str_of(p->method)))) {
		reply = MSG_GEX_REPLY;
		peer_request(p);
		peer_say(p, h);
		if (!peer_take_group(p, peer_find(p, MSG_GEX_GROUP)))
			return false;
	}
	inject(p, BEFORE_PUBLIC);
	peer_public(p);
	peer_say(p, h);
	if (!peer_take_reply(p, peer_find(p, reply)) || peer_next_type(p) != MSG_NEWKEYS)
		return false;
	take_keys(p, &p->rx, S2C);
	inject(p, BEFORE_NEWKEYS);
	peer_newkeys(p);
	peer_say(p, h);
	p->keyed = true;
	return !h->ended;
}

bool peer_service(struct peer *p, struct host *h)
{
	buf_put_cstr(peer_begin(p, MSG_SERVICE_REQUEST), "ssh-userauth");
	peer_end(p);
	peer_say(p, h);
	return peer_find(p, MSG_SERVICE_ACCEPT).n > 0;
}

bool peer_login(struct peer *p, struct host *h)
{
	struct buf *b;

	if (!peer_service(p, h))
		return false;
	b = peer_begin(p, MSG_USERAUTH_REQUEST);
	buf_put_cstr(b, "u");
	buf_put_cstr(b, "ssh-connection");
	buf_put_cstr(b, "password");
	buf_put_u8(b, 0);
	buf_put_cstr(b, "secret");
	peer_end(p);
	peer_say(p, h);
	return peer_find(p, MSG_USERAUTH_SUCCESS).n > 0 && peer_next_type(p) == MSG_GLOBAL_REQUEST; /* the host keys */
}

bool peer_open(struct peer *p, struct host *h)
{
	struct buf *b = peer_begin(p, MSG_CHANNEL_OPEN);

	buf_put_cstr(b, "session");
	buf_put_u32(b, 100);
	buf_put_u32(b, 1 << 20);
	buf_put_u32(b, 32768);
	peer_end(p);
	peer_say(p, h);
	return peer_find(p, MSG_CHANNEL_OPEN_CONFIRMATION).n > 0;
}
