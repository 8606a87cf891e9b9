/* SPDX-License-Identifier: Apache-2.0
 *
 * hostkeys_server.c: see hostkeys.h, OpenSSH PROTOCOL section 2.5. The session runs it; requests are hostile. A client
 * learns the keys it does not know yet, once it has a signature of each over its session id. It may ask once, for keys
 * that were announced and for each once: all else is refused here and costs nobody a signature.
 */
#include "ssh/v2/hostkeys.h"

#include "ssh/v2/number.h"

#include <string.h>

#define ANNOUNCE "hostkeys-00@openssh.com"

/* Software versions that fail when they are told: OpenSSH leaves them out as well. */
static const char *const bear_it_not[] = {
	"Cisco-1.",  "TeraTerm SSH", "TTSSH/1.5.", "TTSSH/2.1",  "TTSSH/2.2",  "TTSSH/2.3",
	"TTSSH/2.4", "TTSSH/2.5",    "TTSSH/2.6",  "TTSSH/2.70", "TTSSH/2.71", "TTSSH/2.72",
};

static bool bears_it(const struct ssh_conn *c)
{
	const char *software = strncmp(c->peer_version, "SSH-", 4) == 0 ? strchr(c->peer_version + 4, '-') : NULL;

	for (size_t i = 0; software && i < sizeof(bear_it_not) / sizeof(bear_it_not[0]); i++)
		if (strncmp(software + 1, bear_it_not[i], strlen(bear_it_not[i])) == 0)
			return false;
	return software != NULL;
}

/* An algorithm that is offered uses this key. */
static bool in_use(const struct ssh_conn *c, struct str blob)
{
	struct str all = buf_str(&c->set.hostkeys), name, type;
	struct cur in = cur_of(blob);

	type = cur_str(&in);
	while (alg_list_next(&all, &name))
		if (str_is(type, alg_hostkey(name)->key_type))
			return true;
	return false;
}

void hostkeys_announce(struct ssh_conn *c)
{
	struct buf *out;

	c->hostkeys.announced = bears_it(c);
	if (!c->hostkeys.announced)
		return;
	out = conn_begin(c, MSG_GLOBAL_REQUEST);
	buf_put_cstr(out, ANNOUNCE);
	buf_put_u8(out, false);
	for (size_t i = 0; i < c->set.n_blobs; i++)
		if (in_use(c, buf_str(&c->set.blobs[i])))
			buf_put_str(out, buf_str(&c->set.blobs[i]));
	conn_send(c);
}

/* Which of ours; n_blobs if it is none that was announced. */
static size_t index_of(const struct ssh_conn *c, struct str blob)
{
	size_t i = 0;

	while (i < c->set.n_blobs && !(str_eq(blob, buf_str(&c->set.blobs[i])) && in_use(c, blob)))
		i++;
	return i;
}

static bool refuse(struct ssh_conn *c)
{
	conn_begin(c, MSG_REQUEST_FAILURE);
	conn_send(c);
	return false;
}

bool hostkeys_on_prove(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct str all = { in->p, in->n };
	uint64_t seen = 0;
	uint32_t n = 0;

	if (c->hostkeys.asked || !c->hostkeys.announced || all.n == 0)
		return refuse(c);
	for (; in->n; n++) {
		size_t i = index_of(c, cur_str(in));

		if (in->bad)
			return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed global request");
		if (i == c->set.n_blobs || i >= 64 || seen & (uint64_t)1 << i)
			return refuse(c);
		seen |= (uint64_t)1 << i;
	}
	c->hostkeys.asked = true;
	ev->type = SSH_EV_PROVE;
	ev->u.prove.blobs = all;
	ev->u.prove.n = n;
	c->wait = WAIT_PROVE;
	return true;
}

int ssh_prove_reply(struct ssh_conn *c, struct str signatures)
{
	struct buf *out;

	if (c->wait != WAIT_PROVE)
		return E_STATE;
	c->wait = WAIT_NONE;
	if (signatures.n == 0) {
		refuse(c);
		return 0;
	}
	out = conn_begin(c, MSG_REQUEST_SUCCESS);
	buf_put(out, signatures.p, signatures.n);
	conn_send(c);
	return 0;
}
