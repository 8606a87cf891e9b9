/* SPDX-License-Identifier: Apache-2.0
 *
 * auth_server.c: user authentication, server side: RFC 4252 (none, password, publickey, banner) and RFC 4256
 * (keyboard-interactive). The session runs it; everything is hostile, and the bytes hold passwords.
 * A method we do not know, a key that signs as nobody may, and a request to change a password, reach the caller as
 * "none": they get its answer and no
 * more, which is failure with the methods that can continue, unless that user needs no proof at all.
 */
#include "ssh/v2/auth.h"

#include "ssh/v2/hostkeys.h"
#include "ssh/v2/number.h"

#include <openssl/crypto.h>
#include <string.h>

#define METHODS_MAX 256
#define PROMPTS_MAX 65536

void auth_init(struct auth *a)
{
	*a = (struct auth){ 0 };
	buf_init(&a->methods, METHODS_MAX);
}

void auth_release(struct auth *a)
{
	buf_release(&a->methods);
}

static bool read_password(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	bool change = cur_bool(in);

	ev->u.auth.password = cur_str(in);
	if (change) {
		cur_str(in);
		ev->u.auth.password = (struct str){ NULL, 0 };
	} else {
		ev->u.auth.method = SSH_AUTH_PASSWORD;
	}
	return cur_done(in);
}

static bool read_kbdint(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	cur_str(in); /* language */
	cur_str(in); /* submethods: hints we do not need */
	ev->u.auth.method = SSH_AUTH_KBDINT;
	return cur_done(in);
}

#define CERT_TAIL "-cert-v01@openssh.com"

/* A certificate does not change who signs, nor how: sk-X-cert-v01@openssh.com is X's sk-X@openssh.com, the others' tail
 * is all there is more. */
static bool may_sign(const struct ssh_conn *c, struct str alg)
{
	const size_t tail = sizeof(CERT_TAIL) - 1;
	struct str listed = buf_str(&c->set.sig_algs), name;

	if (alg.n <= tail || memcmp(alg.p + alg.n - tail, CERT_TAIL, tail) != 0)
		return alg_list_has(listed, alg);
	alg.n -= tail;
	while (alg_list_next(&listed, &name)) {
		if (name.n > 12 && memcmp(name.p + name.n - 12, "@openssh.com", 12) == 0)
			name.n -= 12;
		if (str_eq(name, alg))
			return true;
	}
	return false;
}

static bool read_publickey(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	bool has_signature = cur_bool(in);

	ev->u.auth.method = SSH_AUTH_PUBLICKEY;
	ev->u.auth.alg = cur_str(in);
	ev->u.auth.blob = cur_str(in);
	if (has_signature)
		ev->u.auth.signature = cur_str(in);
	c->auth.query = !has_signature;
	c->auth.alg = ev->u.auth.alg;
	c->auth.blob = ev->u.auth.blob;
	if (!may_sign(c, ev->u.auth.alg)) {
		ev->u.auth.method = SSH_AUTH_NONE;
		c->auth.query = false;
	}
	/* an empty signature must not pass for a query */
	return cur_done(in) && (!has_signature || ev->u.auth.signature.n);
}

static const struct {
	const char *name;
	bool (*read)(struct ssh_conn *, struct cur *, struct ssh_event *);
} methods[] = {
	{ "password", read_password },
	{ "keyboard-interactive", read_kbdint },
	{ "publickey", read_publickey },
};

static bool read_method(struct ssh_conn *c, struct str name, struct cur *in, struct ssh_event *ev)
{
	ev->u.auth.method = SSH_AUTH_NONE;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (str_is(name, methods[i].name))
			return methods[i].read(c, in, ev);
	return true;
}

static bool same_user(struct ssh_conn *c, struct str user)
{
	struct auth *a = &c->auth;

	if (a->named)
		return str_is(user, a->user);
	a->named = str_copy(user, a->user, sizeof(a->user));
	return a->named;
}

bool auth_on_request(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct auth *a = &c->auth;
	struct str user = cur_str(in), service = cur_str(in), method = cur_str(in);

	c->in_secret = true;
	if (c->phase == PHASE_OPEN) /* RFC 4252 section 5.1: ignored in silence */
		return false;
	a->query = a->prompted = false;
	memset(&ev->u.auth, 0, sizeof(ev->u.auth));
	if (in->bad || !read_method(c, method, in, ev))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed authentication request");
	if (!str_is(service, "ssh-connection"))
		return conn_fail(c, REASON_SERVICE_NOT_AVAILABLE, "service not available");
	if (!same_user(c, user))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "user name malformed or changed");
	ev->type = SSH_EV_AUTH;
	ev->u.auth.user = user;
	ev->u.auth.service = service;
	c->wait = WAIT_AUTH;
	return true;
}

static void send_failure(struct ssh_conn *c, bool partial)
{
	struct buf *out = conn_begin(c, MSG_USERAUTH_FAILURE);

	buf_put_str(out, buf_str(&c->auth.methods));
	buf_put_u8(out, partial);
	conn_send(c);
}

bool auth_on_response(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct auth *a = &c->auth;
	uint32_t n = cur_u32(in);

	c->in_secret = true;
	if (!a->prompted || n > SSH_MAX_ANSWERS)
		return conn_fail(c, REASON_PROTOCOL_ERROR, "answers nobody asked for");
	memset(&ev->u.auth, 0, sizeof(ev->u.auth));
	for (uint32_t i = 0; i < n; i++)
		ev->u.auth.answers[i] = cur_str(in);
	if (!cur_done(in))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed answers");
	a->prompted = false;
	if (n != a->prompts) { /* RFC 4256 section 3.4 */
		send_failure(c, false);
		return false;
	}
	ev->type = SSH_EV_AUTH;
	ev->u.auth.method = SSH_AUTH_KBDINT_ANSWER;
	ev->u.auth.n_answers = n;
	ev->u.auth.user = str_of(a->user);
	ev->u.auth.service = STR("ssh-connection");
	c->wait = WAIT_AUTH;
	return true;
}

static void send_banner(struct ssh_conn *c)
{
	struct buf *out;

	if (c->auth.banner_sent || buf_len(&c->set.banner) == 0)
		return;
	c->auth.banner_sent = true;
	out = conn_begin(c, MSG_USERAUTH_BANNER);
	buf_put_str(out, buf_str(&c->set.banner));
	buf_put_cstr(out, "");
	conn_send(c);
}

int auth_reply(struct ssh_conn *c, enum ssh_auth_result result, struct str list)
{
	struct buf *out;

	if (c->wait != WAIT_AUTH || (result == SSH_AUTH_PK_OK && !c->auth.query))
		return E_STATE;
	if (result == SSH_AUTH_SUCCESS && c->auth.query) /* nothing was proven yet */
		return E_STATE;
	c->wait = WAIT_NONE;
	send_banner(c);
	switch (result) {
	case SSH_AUTH_SUCCESS:
		conn_begin(c, MSG_USERAUTH_SUCCESS);
		conn_send(c);
		CONN_TELL(c, AUTHENTICATED);
		c->phase = PHASE_OPEN;
		hostkeys_announce(c);
		break;
	case SSH_AUTH_PK_OK:
		out = conn_begin(c, MSG_USERAUTH_PK_OK);
		buf_put_str(out, c->auth.alg);
		buf_put_str(out, c->auth.blob);
		conn_send(c);
		break;
	default:
		buf_clear(&c->auth.methods);
		buf_put(&c->auth.methods, list.p, list.n);
		send_failure(c, result == SSH_AUTH_PARTIAL);
	}
	return 0;
}

int auth_prompt(struct ssh_conn *c, struct str name, struct str instruction, const struct str *prompts,
		const bool *echo, size_t n)
{
	struct buf *out;

	if (c->wait != WAIT_AUTH)
		return E_STATE;
	if (n > SSH_MAX_ANSWERS)
		return E_TOOBIG;
	c->wait = WAIT_NONE;
	send_banner(c);
	out = conn_begin(c, MSG_USERAUTH_INFO_REQUEST);
	buf_put_str(out, name);
	buf_put_str(out, instruction);
	buf_put_cstr(out, "");
	buf_put_u32(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		buf_put_str(out, prompts[i]);
		buf_put_u8(out, echo[i]);
	}
	conn_send(c);
	c->auth.prompted = true;
	c->auth.prompts = (uint32_t)n;
	return 0;
}
