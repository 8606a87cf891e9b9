/* SPDX-License-Identifier: Apache-2.0
 *
 * message1.c: the table of messages of SSH 1. The session runs it; every message is hostile. A message of the wrong
 * side or in the wrong phase ends the connection and reaches no handler.
 */
#include "ssh/v1/message1.h"

#include "ssh/v1/number.h"

#define AT(phase)  (1U << (phase))
#define AT_KEY     AT(PHASE1_KEY)
#define AT_USER    AT(PHASE1_USER)
#define AT_AUTH    AT(PHASE1_AUTH)
#define AT_PREPARE AT(PHASE1_PREPARE)
#define AT_RUN     AT(PHASE1_RUN)
#define AT_ENDED   AT(PHASE1_ENDED)
#define AT_KEYED   (AT_USER | AT_AUTH | AT_PREPARE | AT_RUN | AT_ENDED)

static bool disconnect(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	(void)ev;
	return conn1_end(c, true, CONN1_BY_APPLICATION, cur_str(in));
}

/* IGNORE and DEBUG; and what was on its way when the session ended. */
static bool nothing(struct ssh1 *c, struct cur *in, struct ssh_event *ev)
{
	(void)c;
	(void)in;
	(void)ev;
	return false;
}

static const struct row {
	unsigned at;
	message1_fn *handle;
	unsigned ignored_at; /* it crossed with our message */
} rows[] = {
	[V1_MSG_DISCONNECT] = { AT_KEY | AT_KEYED, disconnect, 0 },
	[V1_CMSG_SESSION_KEY] = { AT_KEY, kex1_on_session_key, 0 },
	[V1_CMSG_USER] = { AT_USER, auth1_on_user, 0 },
	[V1_CMSG_AUTH_RHOSTS] = { AT_AUTH, auth1_on_other, 0 },
	[V1_CMSG_AUTH_RSA] = { AT_AUTH, auth1_on_rsa, 0 },
	[V1_CMSG_AUTH_RSA_RESPONSE] = { AT_AUTH, auth1_on_rsa_response, 0 },
	[V1_CMSG_AUTH_PASSWORD] = { AT_AUTH, auth1_on_password, 0 },
	[V1_CMSG_AUTH_RHOSTS_RSA] = { AT_AUTH, auth1_on_other, 0 },
	[V1_CMSG_AUTH_TIS] = { AT_AUTH, auth1_on_other, 0 },
	[V1_CMSG_AUTH_KERBEROS] = { AT_AUTH, auth1_on_other, 0 },
	[V1_CMSG_REQUEST_PTY] = { AT_PREPARE, session1_on_pty, 0 },
	[V1_CMSG_WINDOW_SIZE] = { AT_RUN, session1_on_window, AT_ENDED },
	[V1_CMSG_EXEC_SHELL] = { AT_PREPARE, session1_on_shell, 0 },
	[V1_CMSG_EXEC_CMD] = { AT_PREPARE, session1_on_command, 0 },
	[V1_CMSG_STDIN_DATA] = { AT_RUN, session1_on_data, AT_ENDED },
	[V1_CMSG_EOF] = { AT_RUN, session1_on_eof, AT_ENDED },
	[V1_CMSG_PORT_FORWARD_REQUEST] = { AT_PREPARE, session1_on_other, 0 },
	[V1_MSG_PORT_OPEN] = { AT_RUN, session1_on_port_open, AT_ENDED },
	[V1_CMSG_AGENT_REQUEST_FORWARDING] = { AT_PREPARE, session1_on_other, 0 },
	[V1_MSG_IGNORE] = { AT_KEYED, nothing, 0 },
	[V1_CMSG_EXIT_CONFIRMATION] = { AT_ENDED, session1_on_confirmation, 0 },
	[V1_CMSG_X11_REQUEST_FORWARDING] = { AT_PREPARE, session1_on_other, 0 },
	[V1_MSG_DEBUG] = { AT_KEYED, nothing, 0 },
	[V1_CMSG_REQUEST_COMPRESSION] = { AT_PREPARE, session1_on_other, 0 },
	[V1_CMSG_MAX_PACKET_SIZE] = { AT_PREPARE, session1_on_other, 0 },
};

bool message1_handle(struct ssh1 *c, uint8_t type, struct str data, struct ssh_event *ev)
{
	const struct row *row = type < sizeof(rows) / sizeof(rows[0]) ? &rows[type] : NULL;
	struct cur in = cur_of(data);

	if (row && row->ignored_at & AT(c->phase))
		return false;
	if (c->challenged && type != V1_CMSG_AUTH_RSA_RESPONSE && type != V1_MSG_IGNORE && type != V1_MSG_DEBUG &&
	    type != V1_MSG_DISCONNECT)
		return conn1_fail(c, CONN1_PROTOCOL_ERROR, "answer to the challenge expected");
	if (row && row->at & AT(c->phase) && row->handle != session1_on_other)
		return row->handle(c, &in, ev);
	/* What nobody knows is refused while there is somebody to ask: so says the draft. */
	if (c->phase == PHASE1_PREPARE && (!row || !row->at || row->handle == session1_on_other)) {
		TELL(c->tracer, V1_INVALID, .a = type);
		return session1_on_other(c, &in, ev);
	}
	if (!c->over)
		c->fault = SSH_FAULT_UNEXPECTED;
	return conn1_fail(c, CONN1_PROTOCOL_ERROR, "message not allowed now");
}
