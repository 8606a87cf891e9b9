/* SPDX-License-Identifier: Apache-2.0
 *
 * session1_server.c: the one session of an SSH 1 connection: terminal, shell or command, data, its end. The session
 * process runs it; input is hostile. There is no flow control in this protocol but TCP's: what the caller has not
 * consumed counts against a window of our own, and then nothing more is read.
 */
#include "ssh/v1/message1.h"
#include "ssh/v1/number.h"

#define OUT_HIGH ((size_t)128 * 1024) /* data waits above this */

static bool request(struct ssh1 *c, struct ssh_event *ev, enum ssh_request_type type, bool want_reply)
{
	c->wait = want_reply ? WAIT1_REQUEST : WAIT1_NONE;
	c->starting = type == SSH_REQ_SHELL || type == SSH_REQ_EXEC;
	ev->type = SSH_EV_REQUEST;
	ev->channel = CONN1_CHANNEL;
	ev->u.request.type = type;
	ev->u.request.want_reply = want_reply;
	ev->u.request.name = ev->u.request.text = ev->u.request.value = (struct str){ NULL, 0 };
	ev->u.request.cols = ev->u.request.rows = ev->u.request.xpixel = ev->u.request.ypixel = 0;
	return true;
}

static void take_window(struct cur *in, struct ssh_event *ev)
{
	ev->u.request.rows = cur_u32(in);
	ev->u.request.cols = cur_u32(in);
	ev->u.request.xpixel = cur_u32(in);
	ev->u.request.ypixel = cur_u32(in);
}

bool session1_on_pty(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	TELL(c->tracer, V1_PTY);
	request(c, ev, SSH_REQ_PTY, true);
	ev->u.request.text = cur_str(in);
	take_window(in, ev);
	ev->u.request.value = cur_take(in, in->n);
	return !in->bad || conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed terminal request");
}

bool session1_on_window(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	request(c, ev, SSH_REQ_WINDOW, false);
	take_window(in, ev);
	return cur_done(in) || conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed window");
}

bool session1_on_shell(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	TELL(c->tracer, V1_SHELL);
	request(c, ev, SSH_REQ_SHELL, true);
	return cur_done(in) || conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed shell request");
}

bool session1_on_command(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	TELL(c->tracer, V1_COMMAND);
	request(c, ev, SSH_REQ_EXEC, true);
	ev->u.request.text = cur_str(in);
	return cur_done(in) || conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed command");
}

/* Agent, X11, ports, compression. */
bool session1_on_other(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	(void)in;
	(void)ev;
	conn1_send(c, V1_SMSG_FAILURE, STR(""));
	return false;
}

bool session1_on_port_open(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	uint32_t channel = cur_u32(in);
	struct buf data;

	(void)ev;
	if (in->bad)
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed port");
	buf_init(&data, 0);
	buf_put_u32(&data, channel);
	conn1_send_buf(c, V1_MSG_CHANNEL_OPEN_FAILURE, &data);
	return false;
}

bool session1_on_data(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	struct str bytes = cur_str(in);

	if (!cur_done(in))
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed data");
	if (bytes.n == 0)
		return false;
	c->in_secret = true; /* passwords are typed */
	c->held += (uint32_t)bytes.n;
	ev->type = SSH_EV_DATA;
	ev->channel = CONN1_CHANNEL;
	ev->u.data.bytes = bytes;
	ev->u.data.extended = 0;
	return true;
}

bool session1_on_eof(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	if (!cur_done(in))
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "malformed end of data");
	ev->type = SSH_EV_EOF;
	ev->channel = CONN1_CHANNEL;
	return true;
}

bool session1_on_confirmation(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	(void)in;
	conn1_end(c, true, CONN1_BY_APPLICATION, STR("session ended"));
	ev->type = SSH_EV_CLOSED;
	ev->channel = CONN1_CHANNEL;
	return true;
}

bool session1_due(struct ssh1 *c, struct ssh_event *ev)
{
	if (c->phase == PHASE1_PREPARE && !c->opened) {
		c->wait = WAIT1_OPEN;
		ev->type = SSH_EV_OPEN;
		ev->channel = CONN1_CHANNEL;
		ev->u.open.type = STR("session");
		return true;
	}
	if (!c->starved || buf_len(c->out) >= OUT_HIGH)
		return false;
	c->starved = false;
	ev->type = SSH_EV_WRITABLE;
	ev->channel = CONN1_CHANNEL;
	return true;
}

int ssh1_channel_accept(struct ssh1 *c)
{
	if (c->wait != WAIT1_OPEN)
		return E_STATE;
	c->wait = WAIT1_NONE;
	c->opened = true;
	return 0;
}

int ssh1_channel_refuse(struct ssh1 *c, const char *text)
{
	if (c->wait != WAIT1_OPEN)
		return E_STATE;
	conn1_fail(c, CONN1_BY_APPLICATION, text);
	return 0;
}

/* What starts says so itself, by its first words. */
int ssh1_request_reply(struct ssh1 *c, bool success)
{
	if (c->wait != WAIT1_REQUEST)
		return E_STATE;
	c->wait = WAIT1_NONE;
	if (c->starting && success)
		c->phase = PHASE1_RUN;
	else
		conn1_send(c, success ? V1_SMSG_SUCCESS : V1_SMSG_FAILURE, STR(""));
	return 0;
}

static void send_data(struct ssh1 *c, uint8_t type, const uint8_t *p, size_t n)
{
	struct buf data;

	buf_init(&data, 0);
	buf_put_str(&data, (struct str){ p, n });
	conn1_send_buf(c, type, &data);
}

size_t ssh1_channel_write(struct ssh1 *c, uint32_t extended, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	size_t done = 0;

	if (c->phase != PHASE1_RUN)
		return 0;
	while (done < n && !c->over && buf_len(c->out) < OUT_HIGH) {
		size_t step = n - done < PACKET1_DATA ? n - done : PACKET1_DATA;

		send_data(c, extended ? V1_SMSG_STDERR_DATA : V1_SMSG_STDOUT_DATA, p + done, step);
		done += step;
	}
	c->starved = done < n;
	return done;
}

void ssh1_channel_consumed(struct ssh1 *c, size_t n)
{
	c->held -= n < c->held ? (uint32_t)n : c->held;
}

int ssh1_exit_status(struct ssh1 *c, uint32_t status)
{
	struct buf data;

	if (c->phase != PHASE1_RUN || c->over)
		return E_STATE;
	c->phase = PHASE1_ENDED;
	buf_init(&data, 0);
	buf_put_u32(&data, status);
	conn1_send_buf(c, V1_SMSG_EXITSTATUS, &data);
	return 0;
}
