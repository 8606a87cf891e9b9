/* SPDX-License-Identifier: Apache-2.0
 *
 * link1.c: what SSH version 1 asks of core and version 2 does not: public keys and a cookie, the session key unwrapped,
 * a challenge for a user's RSA key. Runs in the session process; every event comes from a hostile peer.
 */
#include "session/state.h"

#include <string.h>

void link1_hello(struct session *s, const struct ssh_event *ev)
{
	(void)ev;
	s->link.awaiting++;
	SESSION_SEND(s, V1_ASK, .unused = 0);
}

void link1_session_key(struct session *s, const struct ssh_event *ev)
{
	s->link.awaiting++;
	SESSION_SEND(s, V1_SESSION_KEY, .cipher = (uint8_t)ev->u.v1_session_key.cipher,
		     .cookie = ev->u.v1_session_key.cookie, .secret = ev->u.v1_session_key.secret);
}

/* The caller counts what core owes. */
void link1_auth(struct session *s, const struct ssh_event *ev)
{
	if (ev->u.auth.method == SSH_AUTH_V1_RSA)
		SESSION_SEND(s, V1_AUTH_RSA, .user = ev->u.auth.user, .modulus = ev->u.auth.blob);
	else
		SESSION_SEND(s, V1_AUTH_RESPONSE, .response = ev->u.auth.signature);
}

bool link1_keys(struct session *s, struct str body)
{
	struct ssh_v1_keys keys;
	struct ipc_msg_V1_KEYS m;

	if (!ipc_get_V1_KEYS(body, &m) || m.cookie.n != sizeof keys.cookie)
		return false;
	memcpy(keys.cookie, m.cookie.p, sizeof keys.cookie);
	keys.host = (struct ssh_v1_public){ m.host_bits, m.host_e, m.host_n };
	keys.server = (struct ssh_v1_public){ m.server_bits, m.server_e, m.server_n };
	keys.ciphers = m.ciphers;
	keys.auths = m.auths;
	return ssh_v1_give_keys(s->link.conn, &keys) == 0;
}

bool link1_key(struct session *s, struct str body)
{
	struct ipc_msg_V1_KEY m;

	return ipc_get_V1_KEY(body, &m) && m.key.n == SSH_V1_KEY && ssh_v1_give_session_key(s->link.conn, m.key.p) == 0;
}

bool link1_challenge(struct session *s, struct str body)
{
	struct ipc_msg_V1_CHALLENGE m;

	return ipc_get_V1_CHALLENGE(body, &m) && ssh_v1_give_challenge(s->link.conn, m.number) == 0;
}
