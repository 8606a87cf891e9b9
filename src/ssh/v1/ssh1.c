/* SPDX-License-Identifier: Apache-2.0
 *
 * ssh1.c: the machine of SSH 1 (ssh1.h). The session runs it; input is hostile. As in ssh.c, a step looks at what is
 * over, what we wait for, what is due from us, what came.
 */
#include "ssh/v1/ssh1.h"

#include "ssh/input.h"
#include "ssh/v1/conn1.h"
#include "ssh/v1/message1.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define OUT_STOP ((size_t)512 * 1024) /* nothing is read above this: a peer that does not take answers gets none */

struct ssh1 *ssh1_new(struct buf *in, struct buf *out, struct str peer_version, uint32_t window,
		      const struct tracer *tracer)
{
	struct ssh1 *c = cipher_fetch() ? NULL : calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->in = in;
	c->out = out;
	c->peer_version = peer_version;
	c->window = window;
	c->tracer = tracer;
	return c;
}

void ssh1_free(struct ssh1 *c)
{
	if (!c)
		return;
	cipher_release(&c->rx);
	cipher_release(&c->tx);
	OPENSSL_cleanse(c, sizeof(*c));
	free(c);
}

bool ssh1_over(const struct ssh1 *c)
{
	return c->over;
}

/* Behind the confirmation of its end nobody listens any more. */
void ssh1_disconnect(struct ssh1 *c, const char *text)
{
	conn1_fail(c, CONN1_BY_APPLICATION, text);
}

static bool broken(struct ssh1 *c, int rc)
{
	switch (rc) {
	case E_DENIED:
		return conn1_fail(c, CONN1_MAC_ERROR, "CRC-32 compensation attack detected");
	case E_CRYPTO:
		return conn1_fail(c, CONN1_MAC_ERROR, "packet integrity error");
	case E_TOOBIG:
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "packet too long");
	case E_NOMEM:
		return conn1_fail(c, CONN1_BY_APPLICATION, "out of memory");
	default:
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed packet");
	}
}

static enum ssh_step_result end(struct ssh1 *c, struct ssh_event *ev)
{
	if (c->over_told)
		return SSH_END;
	c->over_told = true;
	ev->type = SSH_EV_DISCONNECT;
	ev->u.disconnect.by_peer = c->by_peer;
	ev->u.disconnect.reason = c->reason;
	ev->u.disconnect.text = str_of(c->text);
	ev->u.disconnect.fault = c->fault;
	ev->u.disconnect.client = (struct str){ NULL, 0 }; /* nothing is negotiated here */
	return SSH_EVENT;
}

/* What we owe the peer or the caller of our own accord. True: *ev is it. */
static bool due(struct ssh1 *c, struct ssh_event *ev)
{
	if (c->phase == PHASE1_KEYS) {
		c->wait = WAIT1_KEYS;
		ev->type = SSH_EV_V1_HELLO;
		ev->u.v1_hello.peer_version = c->peer_version;
		return true;
	}
	return auth1_due(c, ev) || session1_due(c, ev);
}

/* One packet, if it is whole. False: there is none. */
static bool next_message(struct ssh1 *c, uint8_t *type, struct str *data)
{
	int rc = packet1_open(&c->rx, c->in->data + c->in->off, buf_len(c->in), type, data, &c->in_used);

	if (rc < 0)
		broken(c, rc);
	return rc == 1;
}

enum ssh_step_result ssh1_step(struct ssh1 *c, struct ssh_event *ev)
{
	struct str data;
	uint8_t type;

	memset(&ev->u, 0, sizeof(ev->u)); /* an event's fields that version 1 does not know are empty */
	for (;;) {
		if (c->over)
			return end(c, ev);
		if (c->wait)
			return SSH_WAIT;
		input_drop(c->in, c->in_used, c->in_secret);
		c->in_used = 0;
		c->in_secret = false;
		if (due(c, ev))
			return SSH_EVENT;
		if (buf_len(c->out) >= OUT_STOP || c->held >= c->window)
			return SSH_IDLE;
		if (next_message(c, &type, &data)) {
			if (message1_handle(c, type, data, ev))
				return SSH_EVENT;
		} else if (!c->over) {
			return SSH_IDLE;
		}
	}
}

int ssh1_load_des(void)
{
	return cipher_fetch_des();
}

int ssh1_warm(void)
{
	static const enum ssh_v1_cipher all[] = { SSH_V1_3DES, SSH_V1_DES };
	static const uint8_t key[SSH_V1_KEY];
	struct cipher tx = { 0 }, rx = { 0 };
	struct str data;
	struct buf b;
	size_t used;
	uint8_t type;
	int rc = cipher_fetch();

	for (size_t i = 0; !rc && i < sizeof(all) / sizeof(all[0]); i++) {
		if (!cipher_there(all[i]))
			continue;
		buf_init(&b, 0);
		rc = cipher_set(&tx, all[i], key, true);
		if (!rc)
			rc = cipher_set(&rx, all[i], key, false);
		if (!rc)
			rc = packet1_seal(&tx, &b, 1, STR("warm"));
		if (!rc)
			rc = packet1_open(&rx, b.data, b.len, &type, &data, &used) == 1 && str_is(data, "warm")
				 ? 0
				 : E_CRYPTO;
		buf_release(&b);
	}
	cipher_release(&tx);
	cipher_release(&rx);
	return rc;
}
