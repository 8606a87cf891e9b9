/* SPDX-License-Identifier: Apache-2.0
 *
 * conn.c: what every message handler does with its connection: builds an answer, or ends it. The session runs it; texts
 * of the peer are hostile. RFC 4253 sections 7.1 (what may leave during a key exchange) and 11.1 (disconnect).
 */
#include "ssh/v2/conn.h"

#include "ssh/v2/number.h"

/* May leave while a key exchange is under way: RFC 4253 section 7.1. */
static bool passes_kex(uint8_t type)
{
	return type < 50 && type != MSG_SERVICE_REQUEST && type != MSG_SERVICE_ACCEPT && type != MSG_EXT_INFO;
}

struct buf *conn_begin(struct ssh_conn *c, uint8_t type)
{
	struct buf *to;

	c->send_held = c->kex.sent && !passes_kex(type);
	to = c->send_held ? &c->held : &c->out;
	if (c->send_held) {
		c->send_at = buf_len(to);
		buf_put_u32(to, 0);
	} else {
		c->send_at = packet_begin(to);
	}
	buf_put_u8(to, type);
	return to;
}

/* A message held back is u32 length, payload. */
static int hold(struct ssh_conn *c)
{
	struct buf *b = &c->held;
	uint32_t n;
	uint8_t *p;

	if (b->err)
		return b->err;
	p = b->data + b->off + c->send_at;
	n = (uint32_t)(buf_len(b) - c->send_at - 4);
	p[0] = (uint8_t)(n >> 24);
	p[1] = (uint8_t)(n >> 16);
	p[2] = (uint8_t)(n >> 8);
	p[3] = (uint8_t)n;
	return 0;
}

static void tell_sent(struct ssh_conn *c)
{
	CONN_TELL(c, SEND, .a = c->tx.whole, .b = c->tx.pad);
	if (crypt_tag(&c->tx.crypt))
		CONN_TELL(c, MAC_OUT, .a = c->tx.seq - 1);
}

/* When a message cannot even be built, neither can a DISCONNECT. */
void conn_send(struct ssh_conn *c)
{
	int rc = c->send_held ? hold(c) : packet_seal(&c->tx, &c->out, c->send_at);

	if (rc)
		conn_end(c, false, REASON_BY_APPLICATION, str_of(err_text(rc)));
	else if (c->tracer.classes && !c->send_held)
		tell_sent(c);
}

void conn_release_held(struct ssh_conn *c)
{
	struct cur all = cur_of(buf_str(&c->held));
	struct str payload;

	while (all.n) {
		payload = cur_str(&all);
		c->send_held = false;
		c->send_at = packet_begin(&c->out);
		buf_put(&c->out, payload.p, payload.n);
		conn_send(c);
	}
	buf_release(&c->held);
}

bool conn_end(struct ssh_conn *c, bool by_peer, uint32_t reason, struct str text)
{
	if (c->over)
		return false;
	c->over = true;
	c->wait = WAIT_NONE; /* answers still out come too late */
	c->by_peer = by_peer;
	c->reason = reason;
	str_copy_printable(text, c->text, sizeof(c->text)); /* it goes into a log */
	return false;
}

static void send_disconnect(struct ssh_conn *c, uint32_t reason, const char *text)
{
	struct buf *out = conn_begin(c, MSG_DISCONNECT);

	buf_put_u32(out, reason);
	buf_put_cstr(out, text);
	buf_put_cstr(out, "");
	conn_send(c);
}

bool conn_fail(struct ssh_conn *c, uint32_t reason, const char *text)
{
	if (c->over)
		return false;
	if (c->phase != PHASE_VERSION)
		send_disconnect(c, reason, text);
	return conn_end(c, false, reason, str_of(text));
}

bool conn_unexpected(struct ssh_conn *c, const char *text)
{
	if (!c->over)
		c->fault = SSH_FAULT_UNEXPECTED;
	return conn_fail(c, REASON_PROTOCOL_ERROR, text);
}
