/* SPDX-License-Identifier: Apache-2.0
 *
 * ssh.c: the machine behind ssh.h: one connection from its first byte to its end. The session runs it; input is
 * hostile. ssh_step reads top to bottom as the protocol goes: what is over, what we wait for, what is due from us, what
 * came.
 */
#include "ssh/ssh.h"

#include "ssh/input.h"
#include "ssh/v1/ssh1.h"
#include "ssh/v2/auth.h"
#include "ssh/v2/channel.h"
#include "ssh/v2/conn.h"
#include "ssh/v2/kex.h"
#include "ssh/v2/message.h"
#include "ssh/version.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_REKEY_BYTES ((uint64_t)1 << 30)
#define DEFAULT_REKEY_MS    3600000
#define DEFAULT_CHANNELS    10
#define MAX_CHANNELS        1024
#define DEFAULT_WINDOW      ((uint32_t)2 << 20)
#define DEFAULT_DH_MIN      2048
#define SETTING_MAX         65536

static void keep(struct buf *b, struct str s)
{
	buf_init(b, SETTING_MAX);
	buf_put(b, s.p, s.n);
}

static void keep_list(struct buf *b, enum ssh_alg_kind kind, struct str wanted)
{
	buf_init(b, SETTING_MAX);
	alg_list_offer(b, kind, wanted);
}

static int keep_blobs(struct settings *s, const struct ssh_config *from)
{
	int err = 0;

	s->blobs = calloc(from->n_hostkey_blobs + 1, sizeof(*s->blobs));
	if (!s->blobs)
		return E_NOMEM;
	for (s->n_blobs = 0; s->n_blobs < from->n_hostkey_blobs; s->n_blobs++) {
		keep(&s->blobs[s->n_blobs], from->hostkey_blobs[s->n_blobs]);
		err = err ? err : s->blobs[s->n_blobs].err;
	}
	return err;
}

static int settings_init(struct settings *s, const struct ssh_config *from)
{
	keep(&s->version, from->version);
	keep(&s->banner, from->banner);
	keep_list(&s->kex, SSH_ALG_KEX, from->kex);
	keep_list(&s->hostkeys, SSH_ALG_HOSTKEY, from->hostkeys);
	keep_list(&s->ciphers, SSH_ALG_CIPHER, from->ciphers);
	keep_list(&s->macs, SSH_ALG_MAC, from->macs);
	keep_list(&s->sig_algs, SSH_ALG_PUBLICKEY, from->sig_algs);
	s->rekey_bytes = from->rekey_bytes ? from->rekey_bytes : DEFAULT_REKEY_BYTES;
	s->rekey_ms = from->rekey_ms ? from->rekey_ms : DEFAULT_REKEY_MS;
	s->max_channels = from->max_channels ? from->max_channels : DEFAULT_CHANNELS;
	if (s->max_channels > MAX_CHANNELS)
		s->max_channels = MAX_CHANNELS;
	s->window = from->window ? from->window : DEFAULT_WINDOW;
	s->dh_min = from->dh_min ? from->dh_min : DEFAULT_DH_MIN;
	if (s->version.err || s->banner.err || s->kex.err || s->hostkeys.err || s->ciphers.err || s->macs.err ||
	    s->sig_algs.err)
		return E_NOMEM;
	return keep_blobs(s, from);
}

static void settings_release(struct settings *s)
{
	buf_release(&s->version);
	buf_release(&s->banner);
	buf_release(&s->kex);
	buf_release(&s->hostkeys);
	buf_release(&s->ciphers);
	buf_release(&s->macs);
	buf_release(&s->sig_algs);
	for (size_t i = 0; i < s->n_blobs; i++)
		buf_release(&s->blobs[i]);
	free(s->blobs);
}

struct ssh_conn *ssh_new(const struct ssh_config *config)
{
	struct ssh_conn *c;

	if (config->role != SSH_SERVER || alg_fetch() || !(c = calloc(1, sizeof(*c))))
		return NULL;
	c->role = config->role;
	buf_init(&c->in, CONN_IN_SIZE);
	buf_init(&c->out, CONN_OUT_MAX);
	buf_init(&c->held, CONN_HELD_MAX);
	packet_init(&c->rx, false);
	packet_init(&c->tx, true);
	kex_init(&c->kex);
	auth_init(&c->auth);
	if (settings_init(&c->set, config) || (version_serves_2(c) && !kexinit_has_offer(c)) ||
	    !buf_room(&c->in, CONN_IN_SIZE))
		goto fail;
	c->channels = calloc(c->set.max_channels, sizeof(*c->channels));
	if (!c->channels)
		goto fail;
	version_send(c);
	if (!c->out.err)
		return c;
fail:
	ssh_free(c);
	return NULL;
}

void ssh_free(struct ssh_conn *c)
{
	if (!c)
		return;
	ssh1_free(c->v1);
	settings_release(&c->set);
	kex_release(&c->kex);
	auth_release(&c->auth);
	packet_release(&c->rx);
	packet_release(&c->tx);
	buf_release(&c->in);
	buf_release(&c->out);
	buf_release(&c->held);
	free(c->channels);
	OPENSSL_cleanse(c, sizeof(*c));
	free(c);
}

void ssh_trace(struct ssh_conn *c, unsigned classes, ssh_trace_fn *fn, void *arg)
{
	c->tracer = (struct tracer){ classes, fn, arg };
}

uint8_t *ssh_feed_room(struct ssh_conn *c, size_t *n)
{
	*n = c->in.cap - c->in.len;
	return c->in.data + c->in.len;
}

void ssh_fed(struct ssh_conn *c, size_t n)
{
	c->fed += n;
	buf_claim(&c->in, n);
}

int ssh_feed(struct ssh_conn *c, const void *bytes, size_t n)
{
	size_t room;
	uint8_t *to = ssh_feed_room(c, &room);

	if (n > room)
		return E_TOOBIG;
	if (n)
		memcpy(to, bytes, n);
	ssh_fed(c, n);
	return 0;
}

bool ssh_wants_input(const struct ssh_conn *c)
{
	return !ssh_over(c) && c->in.cap - c->in.len >= SSH_FEED_MAX && buf_len(&c->out) < CONN_OUT_STOP;
}

struct buf *ssh_output(struct ssh_conn *c)
{
	return &c->out;
}

struct str ssh_session_id(const struct ssh_conn *c)
{
	return (struct str){ c->kex.session_id, c->kex.session_id_len };
}

void ssh_tick(struct ssh_conn *c, uint64_t now_ms)
{
	if (c->now_ms == 0)
		c->kexed_ms = now_ms;
	c->now_ms = now_ms;
}

uint64_t ssh_due(const struct ssh_conn *c)
{
	return !c->v1 && kex_waits(c) ? c->kexed_ms + c->set.rekey_ms : 0;
}

void ssh_disconnect(struct ssh_conn *c, uint32_t reason, const char *text)
{
	if (c->v1)
		ssh1_disconnect(c->v1, text);
	else
		conn_fail(c, reason, text);
}

int ssh_give_cookie(struct ssh_conn *c, const uint8_t cookie[16])
{
	if (c->wait != WAIT_COOKIE)
		return E_STATE;
	c->wait = WAIT_NONE;
	memcpy(c->kex.cookie, cookie, sizeof(c->kex.cookie));
	c->kex.have_cookie = true;
	return 0;
}

int ssh_give_signature(struct ssh_conn *c, struct str hash, struct str signature)
{
	if (c->wait != WAIT_SIGNATURE)
		return E_STATE;
	c->wait = WAIT_NONE;
	kex_sign(c, hash, signature);
	return 0;
}

bool ssh_over(const struct ssh_conn *c)
{
	return c->v1 ? ssh1_over(c->v1) : c->over;
}

static void drop_used(struct ssh_conn *c)
{
	input_drop(&c->in, c->in_used, c->in_secret);
	c->in_secret = false;
	c->in_used = 0;
}

/* What we owe the peer of our own accord: our KEXINIT. True: *ev asks for its cookie. */
static bool begin_kex(struct ssh_conn *c, struct ssh_event *ev)
{
	struct kex *k = &c->kex;

	if (kex_due(c))
		k->wanted = true;
	if (!k->wanted)
		return false;
	if (!k->have_cookie) {
		c->wait = WAIT_COOKIE;
		ev->type = SSH_EV_COOKIE;
		return true;
	}
	if (c->phase == PHASE_VERSION)
		return false;
	kexinit_send(c);
	if (k->got)
		kexinit_negotiate(c);
	return false;
}

static bool broken(struct ssh_conn *c, int rc)
{
	switch (rc) {
	case E_CRYPTO:
		return conn_fail(c, REASON_MAC_ERROR, "packet integrity error");
	case E_TOOBIG:
		return conn_fail(c, REASON_PROTOCOL_ERROR, "packet too long");
	case E_LIMIT:
		return conn_fail(c, REASON_PROTOCOL_ERROR, "too many packets with the same keys");
	default:
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed packet");
	}
}

/* What was learnt of the packet that is coming in; `begun`: its length was known before. */
static void tell_input(const struct ssh_conn *c, bool begun, bool news, bool whole)
{
	const struct crypt *crypt = &c->rx.crypt;
	uint32_t length = whole ? c->rx.whole : c->rx.length ? 4 + c->rx.length : 0;
	uint32_t head = (uint32_t)crypt_head(crypt), tag = (uint32_t)crypt_tag(crypt);

	if (length && !begun)
		CONN_TELL(c, INPUT, .a = length);
	if (length && (news || !begun))
		CONN_TELL(c, PARTIAL, .a = head, .b = length - head, .c = tag);
	if (whole && tag)
		CONN_TELL(c, MAC_IN, .a = c->rx_seq);
	if (whole)
		CONN_TELL(c, PADDING_IN, .a = c->rx.pad);
}

static bool tell_received(struct ssh_conn *c)
{
	uint32_t fed = (uint32_t)c->fed;

	if (fed)
		CONN_TELL(c, RECEIVED, .a = fed);
	c->fed = 0;
	return fed != 0;
}

/* One packet, if it is whole. False: there is none. */
static bool next_message(struct ssh_conn *c, struct str *payload)
{
	bool begun = c->rx.length != 0, news = tell_received(c);
	int rc;

	c->rx_seq = c->rx.seq;
	rc = packet_open(&c->rx, c->in.data + c->in.off, buf_len(&c->in), payload, &c->in_used);
	if (c->tracer.classes && rc >= 0)
		tell_input(c, begun, news, rc == 1);
	if (rc < 0)
		broken(c, rc);
	return rc == 1;
}

static enum ssh_step_result end(struct ssh_conn *c, struct ssh_event *ev)
{
	if (c->over_told)
		return SSH_END;
	c->over_told = true;
	ev->type = SSH_EV_DISCONNECT;
	ev->u.disconnect.by_peer = c->by_peer;
	ev->u.disconnect.reason = c->reason;
	ev->u.disconnect.text = str_of(c->text);
	ev->u.disconnect.fault = c->fault;
	ev->u.disconnect.kind = c->unmatched;
	ev->u.disconnect.client = c->unmatched_list;
	return SSH_EVENT;
}

enum ssh_step_result ssh_step(struct ssh_conn *c, struct ssh_event *ev)
{
	struct str payload;

	for (;;) {
		if (c->v1)
			return ssh1_step(c->v1, ev);
		if (c->over)
			return end(c, ev);
		if (c->wait)
			return SSH_WAIT;
		drop_used(c);
		if (begin_kex(c, ev) || channel_writable(c, ev))
			return SSH_EVENT;
		if (c->over)
			continue;
		if (buf_len(&c->out) >= CONN_OUT_STOP)
			return SSH_IDLE;
		if (c->phase == PHASE_VERSION) {
			if (version_receive(c)) {
				c->phase = PHASE_FIRST_KEX;
				continue;
			}
		} else if (next_message(c, &payload)) {
			if (message_handle(c, payload, ev))
				return SSH_EVENT;
			continue;
		}
		if (!c->over)
			return SSH_IDLE;
	}
}
