/* SPDX-License-Identifier: Apache-2.0
 *
 * link.c: drives the SSH library for one connection: its questions go to core (cookie, signature, authentication), its
 * one session channel to the shell. Runs in the session process; every event comes from a hostile peer.
 * RFC 4252 (who may log in is core's answer), RFC 4254 sections 5.1 and 6. One channel, one shell or command, or
 * the subsystem sftp; agent, X11 and forwarding are refused and the connection goes on.
 */
#include "session/state.h"

#include "base/err.h"

#include <string.h>

#define CHANNEL_WINDOW 65536
#define MAX_BLOBS      8
#define PASSWORD_MAX   2048 /* bytes of one answer core is shown: more are nobody's password and stay as wrong cut */
#define COMMAND_MAX    4096 /* as long as a line may be */
#define COOKIE_MARGIN  3
#define LINGER_MS      2000

bool link_setup(struct session *s, struct str body)
{
	struct str blobs[MAX_BLOBS], blob;
	struct ipc_msg_SETUP m;
	struct ssh_config c;
	size_t n = 0;
	struct cur list;

	if (!ipc_get_SETUP(body, &m) || m.kind != s->kind)
		return false;
	if (s->kind != KIND_SSH)
		return true;
	if (s->link.conn || m.cookie.n != sizeof s->link.cookie)
		return false;
	memcpy(s->link.cookie, m.cookie.p, m.cookie.n);
	s->link.has_cookie = true;
	/* Some tokens behind core's own bucket, so that time on the way never makes us early. */
	ipc_bucket_init(&s->link.cookies, ipc_rows[IPC_COOKIE_ASK].rate);
	for (unsigned i = 0; i < COOKIE_MARGIN; i++)
		ipc_bucket_take(&s->link.cookies, ipc_rows[IPC_COOKIE_ASK].rate, s->now);
	list = cur_of(m.blobs.raw);
	while (n < MAX_BLOBS && str_list_next(&list, &blob))
		blobs[n++] = blob;
	c = (struct ssh_config){
		.role = SSH_SERVER,
		.version = m.version,
		.kex = m.kex,
		.hostkeys = m.hostkeys,
		.ciphers = m.ciphers,
		.macs = m.macs,
		.sig_algs = m.sig_algs,
		.hostkey_blobs = blobs,
		.n_hostkey_blobs = n,
		.banner = m.banner,
		.rekey_bytes = m.rekey_bytes,
		.rekey_ms = (uint64_t)m.rekey_secs * 1000,
		.window = CHANNEL_WINDOW,
		.dh_min = m.dh_min,
	};
	s->link.conn = ssh_new(&c);
	if (s->link.conn)
		trace_start(s);
	s->stage = STAGE_LOGIN;
	s->deadline = m.login_secs ? s->started + (uint64_t)m.login_secs * 1000 : 0;
	return s->link.conn != NULL;
}

/* ---- core's answers ---- */

static bool answer_cookie(struct session *s, struct str body)
{
	struct ipc_msg_COOKIE m;

	if (!ipc_get_COOKIE(body, &m) || m.cookie.n != sizeof s->link.cookie)
		return false;
	return ssh_give_cookie(s->link.conn, m.cookie.p) == 0;
}

static bool answer_signed(struct session *s, struct str body)
{
	struct ipc_msg_SIGNED m;

	return ipc_get_SIGNED(body, &m) && ssh_give_signature(s->link.conn, m.hash, m.signature) == 0;
}

static bool answer_auth(struct session *s, struct str body)
{
	static const enum ssh_auth_result results[] = { [AUTH_FAIL] = SSH_AUTH_FAILED,
							[AUTH_OK] = SSH_AUTH_SUCCESS,
							[AUTH_PARTIAL] = SSH_AUTH_PARTIAL,
							[AUTH_KEY_OK] = SSH_AUTH_PK_OK };
	struct ipc_msg_AUTH_RESULT m;

	if (!ipc_get_AUTH_RESULT(body, &m) || m.result > AUTH_KEY_OK)
		return false;
	s->link.no_pty = m.no_pty;
	return ssh_auth_reply(s->link.conn, results[m.result], m.methods) == 0;
}

static bool answer_prompt(struct session *s, struct str body)
{
	struct str prompts[SSH_MAX_ANSWERS];
	bool echo[SSH_MAX_ANSWERS];
	struct ipc_msg_AUTH_PROMPT m;
	struct cur list;
	size_t n = 0;

	if (!ipc_get_AUTH_PROMPT(body, &m) || m.prompts.count > SSH_MAX_ANSWERS || m.echo.n != m.prompts.count)
		return false;
	list = cur_of(m.prompts.raw);
	while (n < m.prompts.count && str_list_next(&list, &prompts[n])) {
		echo[n] = m.echo.p[n];
		n++;
	}
	return ssh_auth_prompt(s->link.conn, m.name, m.instruction, prompts, echo, n) == 0;
}

static bool answer_proved(struct session *s, struct str body)
{
	struct ipc_msg_PROVED m;

	return ipc_get_PROVED(body, &m) && ssh_prove_reply(s->link.conn, m.signatures.raw) == 0;
}

/* Core ends the connection before it has a line: there is no terminal to say so on. */
bool link_close(struct session *s, struct str body)
{
	char text[sizeof s->end_text] = "";
	struct ipc_msg_CLOSE m;
	size_t n = 0;

	if (!ipc_get_CLOSE(body, &m))
		return false;
	for (size_t i = 0; i < m.text.n && n < sizeof text - 1; i++) { /* made for a screen */
		if (m.text.p[i] >= 0x20 && m.text.p[i] < 0x7f)
			text[n++] = (char)m.text.p[i];
	}
	session_stop(s, s->link.awaiting ? REASON_NO_MORE_AUTH : REASON_BY_APPLICATION, text);
	return true;
}

bool link_answer(struct session *s, uint16_t type, struct str body)
{
	static bool (*const answer[IPC_TYPES])(struct session *, struct str) = {
		[IPC_COOKIE] = answer_cookie,         [IPC_SIGNED] = answer_signed, [IPC_AUTH_RESULT] = answer_auth,
		[IPC_AUTH_PROMPT] = answer_prompt,    [IPC_V1_KEYS] = link1_keys,   [IPC_V1_KEY] = link1_key,
		[IPC_V1_CHALLENGE] = link1_challenge, [IPC_PROVED] = answer_proved,
	};

	if (s->link.conn && ssh_over(s->link.conn)) /* the answer comes too late: the end was on its way */
		return true;
	if (!s->link.conn || !answer[type] || s->link.awaiting == 0)
		return false;
	s->link.awaiting--;
	return answer[type](s, body);
}

/* ---- the library's events ---- */

/* A client may want new keys as often as it likes; it gets them as often as core signs. */
static bool ask_cookie(struct session *s)
{
	if (!s->link.cookie_due || !ipc_bucket_take(&s->link.cookies, ipc_rows[IPC_COOKIE_ASK].rate, s->now))
		return false;
	s->link.cookie_due = false;
	SESSION_SEND(s, COOKIE_ASK, .unused = 0);
	return true;
}

static void on_cookie(struct session *s)
{
	struct link *l = &s->link;

	if (l->has_cookie) {
		ssh_give_cookie(l->conn, l->cookie);
		explicit_bzero(l->cookie, sizeof l->cookie);
		l->has_cookie = false;
		return;
	}
	l->awaiting++;
	l->cookie_due = true;
	ask_cookie(s);
}

static void on_sign(struct session *s, const struct ssh_event *ev)
{
	s->link.awaiting++;
	SESSION_SEND(s, SIGN, .kex = ev->u.sign.kex, .alg = ev->u.sign.alg, .v_c = ev->u.sign.v_c,
		     .v_s = ev->u.sign.v_s, .i_c = ev->u.sign.i_c, .i_s = ev->u.sign.i_s, .k_s = ev->u.sign.k_s,
		     .request = ev->u.sign.request, .group_bits = ev->u.sign.group_bits, .q_c = ev->u.sign.q_c,
		     .q_s = ev->u.sign.q_s, .secret = ev->u.sign.secret);
}

static void on_kexed(struct session *s, const struct ssh_event *ev)
{
	SESSION_SEND(s, KEXED, .client = ev->u.kexed.peer_version, .kex = ev->u.kexed.kex,
		     .hostkey = ev->u.kexed.hostkey, .cipher_in = ev->u.kexed.cipher_in,
		     .cipher_out = ev->u.kexed.cipher_out, .mac_in = ev->u.kexed.mac_in,
		     .mac_out = ev->u.kexed.mac_out);
}

static struct str cut(struct str password)
{
	return (struct str){ password.p, password.n < PASSWORD_MAX ? password.n : PASSWORD_MAX };
}

static void send_answers(struct session *s, const struct ssh_event *ev)
{
	struct buf items;

	buf_init(&items, 0);
	for (size_t i = 0; i < ev->u.auth.n_answers; i++)
		str_list_put(&items, cut(ev->u.auth.answers[i]));
	SESSION_SEND(s, AUTH_ANSWER, .answers = str_list_of(&items, (uint32_t)ev->u.auth.n_answers));
	buf_release(&items);
}

static void on_auth(struct session *s, const struct ssh_event *ev)
{
	struct str user = ev->u.auth.user;

	s->link.awaiting++;
	switch (ev->u.auth.method) {
	case SSH_AUTH_NONE:
		SESSION_SEND(s, AUTH_NONE, .user = user);
		break;
	case SSH_AUTH_PASSWORD:
		SESSION_SEND(s, AUTH_PASSWORD, .user = user, .password = cut(ev->u.auth.password));
		break;
	case SSH_AUTH_KBDINT:
		SESSION_SEND(s, AUTH_KBDINT, .user = user);
		break;
	case SSH_AUTH_KBDINT_ANSWER:
		send_answers(s, ev);
		break;
	case SSH_AUTH_PUBLICKEY:
		SESSION_SEND(s, AUTH_KEY, .user = user, .alg = ev->u.auth.alg, .blob = ev->u.auth.blob,
			     .signature = ev->u.auth.signature);
		break;
	case SSH_AUTH_V1_RSA:
	case SSH_AUTH_V1_RESPONSE:
		link1_auth(s, ev);
		break;
	}
}

static void on_open(struct session *s, const struct ssh_event *ev)
{
	struct link *l = &s->link;

	if (!str_is(ev->u.open.type, "session")) {
		ssh_channel_refuse(l->conn, ev->channel, OPEN_PROHIBITED, "administratively prohibited");
	} else if (l->open || l->started) {
		ssh_channel_refuse(l->conn, ev->channel, OPEN_PROHIBITED, "one session a connection");
	} else {
		l->open = ssh_channel_accept(l->conn, ev->channel) == 0;
		l->channel = ev->channel;
	}
}

static void on_prove(struct session *s, const struct ssh_event *ev)
{
	s->link.awaiting++;
	SESSION_SEND(s, PROVE, .blobs = { ev->u.prove.blobs, ev->u.prove.n });
}

static bool request_pty(struct session *s, const struct ssh_event *ev)
{
	struct link *l = &s->link;

	if (l->no_pty || l->pty || l->started || !str_copy(ev->u.request.text, l->term, sizeof l->term))
		return false;
	l->pty = true;
	l->cols = ev->u.request.cols;
	l->rows = ev->u.request.rows;
	trace_tell(s, SSH_FACT_TTY, l->rows, l->cols);
	return true;
}

static bool request_start(struct session *s, const struct ssh_event *ev)
{
	struct link *l = &s->link;
	bool exec = ev->u.request.type == SSH_REQ_EXEC;

	if (l->started || ev->u.request.text.n > COMMAND_MAX || !shell_start(s, exec, l->pty))
		return false;
	l->started = true;
	trace_tell(s, exec ? SSH_FACT_EXEC : SSH_FACT_SHELL, 0, 0);
	if (exec)
		files_keep_command(s, ev->u.request.text);
	s->shell.cols = s->shell.sent_cols = l->cols;
	s->shell.rows = s->shell.sent_rows = l->rows;
	SESSION_SEND(s, OPEN, .kind = exec ? OPEN_EXEC : OPEN_SHELL, .pty = l->pty, .term = str_of(l->term),
		     .cols = l->cols, .rows = l->rows, .command = exec ? ev->u.request.text : STR(""));
	return true;
}

/* Files by SFTP; no other subsystem is there. */
static bool request_subsystem(struct session *s, const struct ssh_event *ev)
{
	struct link *l = &s->link;

	if (l->started || !str_is(ev->u.request.text, "sftp") || !shell_start(s, true, false))
		return false;
	l->started = true;
	files_keep_subsystem(s);
	SESSION_SEND(s, OPEN, .kind = OPEN_SFTP);
	return true;
}

static bool request_window(struct session *s, const struct ssh_event *ev)
{
	if (!s->link.pty || !s->link.started)
		return false;
	shell_resize(s, ev->u.request.cols, ev->u.request.rows);
	return true;
}

static bool request(struct session *s, const struct ssh_event *ev)
{
	switch (ev->u.request.type) {
	case SSH_REQ_PTY:
		return request_pty(s, ev);
	case SSH_REQ_SHELL:
	case SSH_REQ_EXEC:
		return request_start(s, ev);
	case SSH_REQ_SUBSYSTEM:
		return request_subsystem(s, ev);
	case SSH_REQ_WINDOW:
		return request_window(s, ev);
	case SSH_REQ_SIGNAL:
		if (!str_is(ev->u.request.text, "INT"))
			return false;
		shell_interrupt(s);
		return true;
	default:
		return false;
	}
}

static void on_request(struct session *s, const struct ssh_event *ev)
{
	bool done = request(s, ev);

	if (ev->u.request.want_reply)
		ssh_request_reply(s->link.conn, ev->channel, done);
}

static void on_data(struct session *s, const struct ssh_event *ev)
{
	if (ev->u.data.extended)
		ssh_channel_consumed(s->link.conn, ev->channel, ev->u.data.bytes.n);
	else
		shell_typed(s, ev->u.data.bytes);
}

static void keep_fault(struct session *s, const struct ssh_event *ev)
{
	static const enum ipc_fault unmatched[] = { [SSH_ALG_KEX] = FAULT_NO_KEX,
						    [SSH_ALG_HOSTKEY] = FAULT_NO_HOSTKEY,
						    [SSH_ALG_CIPHER] = FAULT_NO_CIPHER,
						    [SSH_ALG_MAC] = FAULT_NO_MAC };
	struct str list = ev->u.disconnect.client;

	if (ev->u.disconnect.fault == SSH_FAULT_NO_MATCH)
		s->end_fault = unmatched[ev->u.disconnect.kind];
	else if (ev->u.disconnect.fault == SSH_FAULT_UNEXPECTED)
		s->end_fault = FAULT_UNEXPECTED;
	if (list.n >= sizeof s->end_client)
		list.n = sizeof s->end_client - 1;
	str_copy(list, s->end_client, sizeof s->end_client);
}

static void on_disconnect(struct session *s, const struct ssh_event *ev)
{
	char text[sizeof s->end_text];
	struct str t = ev->u.disconnect.text;

	if (t.n >= sizeof text)
		t.n = sizeof text - 1;
	if (!str_copy(t, text, sizeof text))
		text[0] = '\0';
	keep_fault(s, ev);
	s->link.ended = true;
	session_stop(s, ev->u.disconnect.reason, text);
}

static void on_event(struct session *s, const struct ssh_event *ev)
{
	switch (ev->type) {
	case SSH_EV_COOKIE:
		on_cookie(s);
		break;
	case SSH_EV_SIGN:
		on_sign(s, ev);
		break;
	case SSH_EV_KEXED:
		on_kexed(s, ev);
		break;
	case SSH_EV_AUTH:
		on_auth(s, ev);
		break;
	case SSH_EV_OPEN:
		on_open(s, ev);
		break;
	case SSH_EV_REQUEST:
		on_request(s, ev);
		break;
	case SSH_EV_DATA:
		on_data(s, ev);
		break;
	case SSH_EV_EOF:
		shell_eof(s);
		break;
	case SSH_EV_CLOSED:
		s->link.open = false;
		session_stop(s, REASON_BY_APPLICATION, "channel closed");
		break;
	case SSH_EV_PROVE:
		on_prove(s, ev);
		break;
	case SSH_EV_V1_HELLO:
		link1_hello(s, ev);
		break;
	case SSH_EV_V1_SESSION_KEY:
		link1_session_key(s, ev);
		break;
	case SSH_EV_WRITABLE: /* the pump tries again anyway */
		break;
	case SSH_EV_DISCONNECT:
		on_disconnect(s, ev);
		break;
	}
}

bool link_pump(struct session *s)
{
	struct ssh_event ev;

	if (!s->link.conn || s->link.ended || s->stage == STAGE_FLUSH)
		return false;
	if (ask_cookie(s))
		return true;
	switch (ssh_step(s->link.conn, &ev)) {
	case SSH_EVENT:
		on_event(s, &ev);
		return true;
	case SSH_END:
		s->link.ended = true;
		session_stop(s, REASON_BY_APPLICATION, "connection ended");
		return true;
	default:
		return false;
	}
}

bool link_write(struct session *s)
{
	struct link *l = &s->link;
	struct buf *out;
	size_t n;

	if (!l->open || !l->started)
		return false;
	ssh_channel_consumed(l->conn, l->channel, s->shell.taken);
	s->shell.taken = 0;
	if (s->files.on)
		return files_write(s);
	out = front_output(&s->shell.front);
	n = ssh_channel_write(l->conn, l->channel, 0, buf_ptr(out), buf_len(out));
	buf_consume(out, n);
	return n != 0;
}

/* The client closes the connection itself once its channel is gone; only one that does not is told to. */
void link_finish(struct session *s, uint32_t status)
{
	struct link *l = &s->link;

	if (l->open) {
		ssh_channel_exit_status(l->conn, l->channel, status);
		ssh_channel_eof(l->conn, l->channel);
		ssh_channel_close(l->conn, l->channel);
	}
	s->stage = STAGE_CLOSING;
	s->deadline = s->now + LINGER_MS;
}
