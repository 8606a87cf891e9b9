/* SPDX-License-Identifier: Apache-2.0
 *
 * kex1_server.c: the keys of an SSH 1 connection, the server's side. The session runs it; it sees public keys and, from
 * core, the session key: both private keys and all that is done with them are core's.
 */
#include "ssh/v1/message1.h"
#include "ssh/v1/number.h"

#include <string.h>

static void put_key(struct buf *out, const struct ssh_v1_public *key)
{
	buf_put_u32(out, key->bits);
	conn1_put_number(out, key->e);
	conn1_put_number(out, key->n);
}

int ssh1_give_keys(struct ssh1 *c, const struct ssh_v1_keys *keys)
{
	struct buf data;

	if (c->wait != WAIT1_KEYS)
		return E_STATE;
	c->wait = WAIT1_NONE;
	c->phase = PHASE1_KEY;
	c->ciphers = keys->ciphers;
	c->auths = keys->auths;
	memcpy(c->cookie, keys->cookie, sizeof(c->cookie));
	buf_init(&data, 0);
	buf_put(&data, keys->cookie, sizeof(keys->cookie));
	put_key(&data, &keys->server);
	put_key(&data, &keys->host);
	buf_put_u32(&data, 0); /* no protocol flags */
	buf_put_u32(&data, keys->ciphers);
	buf_put_u32(&data, keys->auths);
	conn1_send_buf(c, V1_SMSG_PUBLIC_KEY, &data);
	return 0;
}

/* Whether cookie and key are right is core's to know, and nobody's to be told. */
bool kex1_on_session_key(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	uint8_t cipher = cur_u8(in);
	struct str cookie = cur_take(in, SSH_V1_COOKIE), secret = conn1_number(in);

	cur_u32(in); /* protocol flags: none concerns a server */
	if (!cur_done(in))
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed session key");
	TELL(c->tracer, V1_SESSION_KEY, .a = (uint32_t)secret.n, .b = cipher);
	if (cipher >= 32 || !(c->ciphers >> cipher & 1))
		return conn1_fail(c, CONN1_KEX_FAILED, "cipher was not offered");
	c->cipher = cipher;
	c->wait = WAIT1_SESSION_KEY;
	ev->type = SSH_EV_V1_SESSION_KEY;
	ev->u.v1_session_key.cipher = (enum ssh_v1_cipher)cipher;
	ev->u.v1_session_key.cookie = cookie;
	ev->u.v1_session_key.secret = secret;
	return true;
}

int ssh1_give_session_key(struct ssh1 *c, const uint8_t key[SSH_V1_KEY])
{
	if (c->wait != WAIT1_SESSION_KEY)
		return E_STATE;
	c->wait = WAIT1_NONE;
	if (cipher_set(&c->rx, (enum ssh_v1_cipher)c->cipher, key, false) ||
	    cipher_set(&c->tx, (enum ssh_v1_cipher)c->cipher, key, true)) {
		conn1_end(c, false, CONN1_KEX_FAILED, STR("cipher not available"));
		return 0;
	}
	c->phase = PHASE1_USER;
	TELL(c->tracer, V1_CONFIRMED);
	conn1_send(c, V1_SMSG_SUCCESS, STR(""));
	TELL(c->tracer, V1_KEYED);
	return 0;
}
