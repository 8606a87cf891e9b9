/* SPDX-License-Identifier: Apache-2.0
 *
 * kex_server.c: the exchange of public values, server side: RFC 4253 section 8, RFC 5656 section 4, RFC 8731. The
 * session runs it; the peer's value is hostile. The private host key is elsewhere: whoever signs hashes the transcript
 * itself, and its hash must be ours.
 */
#include "ssh/v2/gex.h"
#include "ssh/v2/kex.h"
#include "ssh/v2/number.h"
#include "ssh/v2/transport.h"

#include <openssl/crypto.h>
#include <string.h>

static struct kex_hash_input transcript(const struct ssh_conn *c)
{
	const struct kex *k = &c->kex;

	return (struct kex_hash_input){ str_of(c->peer_version),
					buf_str(&c->set.version),
					buf_str(&k->init_peer),
					buf_str(&k->init_local),
					k->blob,
					buf_str(&k->gex),
					buf_str(&k->q_c),
					buf_str(&k->q_s),
					buf_str(&k->secret) };
}

static void ask_signature(struct ssh_conn *c, struct ssh_event *ev)
{
	struct kex_hash_input h = transcript(c);

	ev->type = SSH_EV_SIGN;
	ev->u.sign.kex = str_of(c->kex.alg->info.name);
	ev->u.sign.alg = str_of(c->kex.hostkey->info.name);
	ev->u.sign.v_c = h.v_c;
	ev->u.sign.v_s = h.v_s;
	ev->u.sign.i_c = h.i_c;
	ev->u.sign.i_s = h.i_s;
	ev->u.sign.k_s = h.k_s;
	ev->u.sign.request = (struct str){ h.gex.p, c->kex.gex_request };
	ev->u.sign.group_bits = c->kex.group.bits;
	ev->u.sign.q_c = h.q_c;
	ev->u.sign.q_s = h.q_s;
	ev->u.sign.secret = h.secret;
	c->wait = WAIT_SIGNATURE;
}

static bool take_public(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct kex *k = &c->kex;
	struct str q_c = cur_str(in);
	struct kex_hash_input h;

	if (!cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed key exchange message");
	CONN_TELL(c, KEX_INIT_RECEIVED, .a = alg_row(SSH_ALG_KEX, &k->alg->info));
	buf_clear(&k->q_c);
	buf_clear(&k->q_s);
	buf_clear(&k->secret);
	buf_put(&k->q_c, q_c.p, q_c.n);
	if (k->q_c.err || k->alg->respond(k->alg, q_c, &k->q_s, &k->secret))
		return conn_fail(c, REASON_KEX_FAILED, "bad public value");
	h = transcript(c);
	if (kex_hash(k->alg->digest, &h, k->hash, &k->hash_len))
		return conn_fail(c, REASON_KEX_FAILED, "exchange hash failed");
	k->state = KEX_SIGNING;
	ask_signature(c, ev);
	return true;
}

bool kex_on_init(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	if (c->kex.state == KEX_REQUEST) /* the number has another meaning then */
		return gex_on_request_old(c, in, ev);
	if (c->kex.state != KEX_PUBLIC || alg_kex_agrees(c->kex.alg))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "key exchange message not expected");
	return take_public(c, in, ev);
}

bool kex_on_gex_init(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	if (c->kex.state != KEX_PUBLIC || !alg_kex_agrees(c->kex.alg))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "group exchange message not expected");
	return take_public(c, in, ev);
}

static void send_reply(struct ssh_conn *c, struct str signature)
{
	struct kex *k = &c->kex;
	struct buf *out = conn_begin(c, alg_kex_agrees(k->alg) ? MSG_GEX_REPLY : MSG_KEX_REPLY);

	buf_put_str(out, k->blob);
	buf_put_str(out, buf_str(&k->q_s));
	buf_put_str(out, signature);
	CONN_TELL(c, SIGNATURE, .a = (uint32_t)signature.n);
	conn_send(c);
	CONN_TELL(c, KEYS_DERIVED);
	conn_begin(c, MSG_NEWKEYS);
	conn_send(c);
}

void kex_sign(struct ssh_conn *c, struct str hash, struct str signature)
{
	struct kex *k = &c->kex;
	bool first = k->session_id_len == 0;

	if (signature.n == 0 || hash.n != k->hash_len || CRYPTO_memcmp(hash.p, k->hash, hash.n)) {
		conn_fail(c, REASON_KEX_FAILED, "host key did not sign");
		return;
	}
	if (first) {
		memcpy(k->session_id, k->hash, k->hash_len);
		k->session_id_len = k->hash_len;
	}
	send_reply(c, signature);
	if (kex_take_keys(c, &c->tx, S2C)) {
		conn_fail(c, REASON_KEX_FAILED, "new keys failed");
		return;
	}
	CONN_TELL(c, NEWKEYS_MODE, .a = 1);
	CONN_TELL(c, NEWKEYS_SENT);
	CONN_TELL(c, NEWKEYS_AWAITED);
	k->sent = false;
	k->state = KEX_NEWKEYS;
	if (first && k->ext_info)
		transport_send_ext_info(c);
	conn_release_held(c);
}
