/* SPDX-License-Identifier: Apache-2.0
 *
 * request_server.c: what a client asks for: global requests (RFC 4254 section 4), all refused but one (hostkeys.h), and
 * channel requests (sections 5.4 and 6, RFC 4335 for break), which the caller answers. The session runs it; input is
 * hostile. Replies keep the order of the requests because the machine stops at each that wants one.
 */
#include "ssh/v2/request.h"

#include "ssh/v2/channel.h"
#include "ssh/v2/hostkeys.h"
#include "ssh/v2/number.h"

#include <string.h>

#define ENVS_MAX 64

bool request_on_global(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	struct str name = cur_str(in);
	bool want_reply = cur_bool(in);

	if (in->bad)
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed global request");
	if (want_reply && str_is(name, HOSTKEYS_PROVE))
		return hostkeys_on_prove(c, in, ev);
	if (want_reply) {
		conn_begin(c, MSG_REQUEST_FAILURE);
		conn_send(c);
	}
	return false;
}

static void read_size(struct cur *in, struct ssh_event *ev)
{
	ev->u.request.cols = cur_u32(in);
	ev->u.request.rows = cur_u32(in);
	ev->u.request.xpixel = cur_u32(in);
	ev->u.request.ypixel = cur_u32(in);
}

static void read_pty(struct cur *in, struct ssh_event *ev)
{
	ev->u.request.text = cur_str(in);
	read_size(in, ev);
	ev->u.request.value = cur_str(in);
}

static void read_nothing(struct cur *in, struct ssh_event *ev)
{
}

static void read_text(struct cur *in, struct ssh_event *ev)
{
	ev->u.request.text = cur_str(in);
}

static void read_env(struct cur *in, struct ssh_event *ev)
{
	ev->u.request.text = cur_str(in);
	ev->u.request.value = cur_str(in);
}

static void read_break(struct cur *in, struct ssh_event *ev)
{
	ev->u.request.milliseconds = cur_u32(in);
}

static const struct {
	const char *name;
	enum ssh_request_type type;
	void (*read)(struct cur *, struct ssh_event *);
} requests[] = {
	{ "pty-req", SSH_REQ_PTY, read_pty },          { "window-change", SSH_REQ_WINDOW, read_size },
	{ "shell", SSH_REQ_SHELL, read_nothing },      { "exec", SSH_REQ_EXEC, read_text },
	{ "subsystem", SSH_REQ_SUBSYSTEM, read_text }, { "env", SSH_REQ_ENV, read_env },
	{ "signal", SSH_REQ_SIGNAL, read_text },       { "break", SSH_REQ_BREAK, read_break },
};

/* The fields of a request we know; false if they are not what they should be. */
static bool read_request(struct cur *in, struct ssh_event *ev)
{
	ev->u.request.type = SSH_REQ_OTHER;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (!str_is(ev->u.request.name, requests[i].name))
			continue;
		ev->u.request.type = requests[i].type;
		requests[i].read(in, ev);
		return cur_done(in);
	}
	return true;
}

static void send_reply(struct ssh_conn *c, const struct channel *ch, bool success)
{
	struct buf *out = conn_begin(c, success ? MSG_CHANNEL_SUCCESS : MSG_CHANNEL_FAILURE);

	buf_put_u32(out, ch->peer_id);
	conn_send(c);
}

bool request_on_channel(struct ssh_conn *c, struct cur *in, struct ssh_event *ev)
{
	uint32_t id = cur_u32(in);
	struct channel *ch;

	memset(&ev->u.request, 0, sizeof(ev->u.request));
	ev->u.request.name = cur_str(in);
	ev->u.request.want_reply = cur_bool(in);
	if (in->bad || !read_request(in, ev))
		return conn_fail(c, REASON_PROTOCOL_ERROR, "malformed channel request");
	if (!(ch = channel_named(c, id)))
		return false;
	if (ch->close_sent)
		return false;
	if (ev->u.request.type == SSH_REQ_ENV && ++ch->envs > ENVS_MAX) {
		if (ev->u.request.want_reply)
			send_reply(c, ch, false);
		return false;
	}
	CONN_TELL(c, REQUEST, .text = ev->u.request.name);
	ev->type = SSH_EV_REQUEST;
	ev->channel = id;
	if (ev->u.request.want_reply) {
		c->asked_channel = id;
		c->wait = WAIT_REQUEST;
	}
	return true;
}

int request_reply(struct ssh_conn *c, uint32_t id, bool success)
{
	struct channel *ch;

	if (c->wait != WAIT_REQUEST || c->asked_channel != id)
		return E_STATE;
	c->wait = WAIT_NONE;
	ch = channel_sendable(c, id);
	if (ch)
		send_reply(c, ch, success);
	return 0;
}
