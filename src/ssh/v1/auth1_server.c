/* SPDX-License-Identifier: Apache-2.0
 *
 * auth1_server.c: logging in by SSH 1, the server's side. The session runs it; who may log in is the caller's answer.
 * The name comes once and is an attempt of its own (nobody gets in by it); then come passwords and RSA keys. A key is a
 * modulus alone: for one that may be used the caller has a challenge, which is to be answered before anything else.
 */
#include "ssh/v1/message1.h"
#include "ssh/v1/number.h"

#include <string.h>

#define REFUSED_MAX   10 /* attempts by methods there are none of */
#define RESPONSE_SIZE 16

static bool ask(struct ssh1 *c, struct ssh_event *ev, enum ssh_auth_method method)
{
	c->wait = WAIT1_AUTH;
	ev->type = SSH_EV_AUTH;
	memset(&ev->u.auth, 0, sizeof(ev->u.auth));
	ev->u.auth.method = method;
	ev->u.auth.user = str_of(c->user);
	return true;
}

/* The first message under the keys: that it could be read proves them, and that is told first. */
bool auth1_on_user(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	struct str user = cur_str(in), cipher = str_of(cipher_name(c->cipher)), none = { NULL, 0 };

	if (!cur_done(in) || !str_copy(user, c->user, sizeof(c->user)))
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed name");
	TELL(c->tracer, V1_USER);
	TELL(c->tracer, V1_USERID, .text = user);
	c->phase = PHASE1_AUTH;
	c->named_due = true;
	ev->type = SSH_EV_KEXED;
	ev->u.kexed.peer_version = c->peer_version;
	ev->u.kexed.kex = ev->u.kexed.hostkey = ev->u.kexed.mac_in = ev->u.kexed.mac_out = none;
	ev->u.kexed.cipher_in = ev->u.kexed.cipher_out = cipher;
	ev->u.kexed.first = true;
	ev->u.kexed.strict = false;
	return true;
}

bool auth1_due(struct ssh1 *c, struct ssh_event *ev)
{
	if (!c->named_due)
		return false;
	c->named_due = false;
	return ask(c, ev, SSH_AUTH_NONE);
}

/* Clients hide a password's length behind zeros. */
static struct str before_zero(struct str s)
{
	const uint8_t *zero = s.n ? memchr(s.p, 0, s.n) : NULL;

	return (struct str){ s.p, zero ? (size_t)(zero - s.p) : s.n };
}

static bool offered(const struct ssh1 *c, uint8_t method)
{
	return c->auths >> method & 1;
}

bool auth1_on_other(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	(void)in;
	(void)ev;
	if (++c->refused > REFUSED_MAX)
		return conn1_fail(c, CONN1_BY_APPLICATION, "Too many authentication failures");
	conn1_send(c, V1_SMSG_FAILURE, STR(""));
	return false;
}

bool auth1_on_password(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	struct str password = cur_str(in);

	if (!cur_done(in))
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed password");
	if (!offered(c, SSH_V1_AUTH_PASSWORD))
		return auth1_on_other(c, in, ev);
	TELL(c->tracer, V1_PASSWORD);
	c->in_secret = true;
	ask(c, ev, SSH_AUTH_PASSWORD);
	ev->u.auth.password = before_zero(password);
	return true;
}

bool auth1_on_rsa(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	struct str modulus = conn1_number(in);

	if (!cur_done(in))
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed key");
	if (!offered(c, SSH_V1_AUTH_RSA))
		return auth1_on_other(c, in, ev);
	TELL(c->tracer, V1_RSA);
	ask(c, ev, SSH_AUTH_V1_RSA);
	ev->u.auth.blob = modulus;
	return true;
}

bool auth1_on_rsa_response(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	struct str response = cur_take(in, RESPONSE_SIZE);

	if (!c->challenged || !cur_done(in))
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "answer without a question");
	c->challenged = false;
	TELL(c->tracer, V1_RSA_RESPONSE);
	ask(c, ev, SSH_AUTH_V1_RESPONSE);
	ev->u.auth.signature = response;
	return true;
}

int ssh1_give_challenge(struct ssh1 *c, struct str number)
{
	struct buf data;

	if (c->wait != WAIT1_AUTH)
		return E_STATE;
	c->wait = WAIT1_NONE;
	c->challenged = true;
	buf_init(&data, 0);
	conn1_put_number(&data, number);
	conn1_send_buf(c, V1_SMSG_AUTH_RSA_CHALLENGE, &data);
	return 0;
}

int ssh1_auth_reply(struct ssh1 *c, enum ssh_auth_result result)
{
	if (c->wait != WAIT1_AUTH)
		return E_STATE;
	c->wait = WAIT1_NONE;
	if (result == SSH_AUTH_SUCCESS)
		c->phase = PHASE1_PREPARE;
	conn1_send(c, result == SSH_AUTH_SUCCESS ? V1_SMSG_SUCCESS : V1_SMSG_FAILURE, STR(""));
	if (result == SSH_AUTH_SUCCESS)
		TELL(c->tracer, AUTHENTICATED);
	else
		TELL(c->tracer, V1_FAILURE);
	return 0;
}
