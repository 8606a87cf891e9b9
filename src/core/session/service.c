/* SPDX-License-Identifier: Apache-2.0
 *
 * service.c: see service.h. The one table `handlers` says what core answers; ipc_recv has checked sender, phase, size,
 * descriptors and rate before a handler sees a message. Runs in core; every message is hostile.
 */
#include "core/session/service.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/files/transfer.h"
#include "core/gate/gatectl.h"
#include "core/gate/guard.h"
#include "core/log/syslog.h"
#include "core/login/permit.h"
#include "core/session/console.h"
#include "core/session/ending.h"
#include "core/session/peer.h"
#include "core/session/terminal.h"
#include "core/session/timeout.h"
#include "core/ssh/sshd.h"
#include "core/ssh/sshdebug.h"
#include "core/ssh/sshlog.h"

#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#define PEER_QUEUE_MAX   ((size_t)1 << 20)
#define RECORDS_PER_TURN 32 /* then other sessions get a turn */
#define BY_APPLICATION   11 /* RFC 4253 section 11.1: nothing was wrong */

/* --- what sessions say --- */

static void touch(struct peer *p)
{
	if ((p->phase & (PH_LINE | PH_FILES)) && !p->closing)
		timeout_touch(p);
}

#define HANDLER(NAME)                                                                                                  \
	static void handle_##NAME(struct peer *p, struct str body)                                                     \
	{                                                                                                              \
		struct ipc_msg_##NAME m;                                                                               \
                                                                                                                       \
		if (!ipc_get_##NAME(body, &m)) {                                                                       \
			peer_violation(p, "malformed " #NAME);                                                         \
			return;                                                                                        \
		}                                                                                                      \
		on_##NAME(p, &m);                                                                                      \
	}

static void on_COOKIE_ASK(struct peer *p, const struct ipc_msg_COOKIE_ASK *m)
{
	(void)m;
	if (transcript_new_cookie(&p->transcript) < 0)
		peer_violation(p, "no random numbers");
	else
		PEER_SEND(p, COOKIE, .cookie = { p->transcript.cookie, KEX_COOKIE });
}

static void on_KEXED(struct peer *p, const struct ipc_msg_KEXED *m)
{
	struct peer_names *n = &p->names;
	bool first = n->cipher_in[0] == '\0';

	if (!peer_printable(m->client) || !peer_printable(m->kex) || !peer_printable(m->hostkey) ||
	    !peer_printable(m->cipher_in) || !peer_printable(m->cipher_out) || !peer_printable(m->mac_in) ||
	    !peer_printable(m->mac_out)) {
		peer_violation(p, "names that are none");
		return;
	}
	str_copy(m->client, n->client, sizeof n->client);
	str_copy(m->kex, n->kex, sizeof n->kex);
	str_copy(m->hostkey, n->hostkey, sizeof n->hostkey);
	str_copy(m->cipher_in, n->cipher_in, sizeof n->cipher_in);
	str_copy(m->cipher_out, n->cipher_out, sizeof n->cipher_out);
	str_copy(m->mac_in, n->mac_in, sizeof n->mac_in);
	str_copy(m->mac_out, n->mac_out, sizeof n->mac_out);
	if (first)
		sshlog_session(p, true);
}

static void on_RUN(struct peer *p, const struct ipc_msg_RUN *m)
{
	if (p->closing)
		return;
	touch(p);
	p->cli.ahead = m->ahead;
	if (cli_command(&p->cli, m->line) < 0)
		peer_violation(p, "command while one is running");
}

static void on_ANSWER(struct peer *p, const struct ipc_msg_ANSWER *m)
{
	if (p->closing) /* told to end: what it was asked before is not done any more */
		return;
	touch(p);
	cli_answer(&p->cli, m->cancelled, m->text); /* E_STATE: it crossed with the end of the command */
}

static void on_CANCEL(struct peer *p, const struct ipc_msg_CANCEL *m)
{
	(void)m;
	touch(p);
	cli_cancel(&p->cli);
}

static void on_HELP(struct peer *p, const struct ipc_msg_HELP *m)
{
	struct buf text;

	touch(p);
	buf_init(&text, 60000);
	cmd_help(p->core->cmds, &p->cli.place, p->cli.level, m->line, &text);
	PEER_SEND(p, HELP_TEXT, .text = buf_str(&text));
	buf_release(&text);
}

static void on_COMPLETE(struct peer *p, const struct ipc_msg_COMPLETE *m)
{
	struct buf insert;

	touch(p);
	buf_init(&insert, 4096);
	cmd_complete(p->core->cmds, &p->cli.place, p->cli.level, m->line, &insert);
	PEER_SEND(p, COMPLETION, .insert = buf_str(&insert));
	buf_release(&insert);
}

static void on_RESIZE(struct peer *p, const struct ipc_msg_RESIZE *m)
{
	terminal_resize(p, m->cols, m->rows);
}

static void on_ACTIVE(struct peer *p, const struct ipc_msg_ACTIVE *m)
{
	(void)m;
	touch(p);
}

static void on_BYE(struct peer *p, const struct ipc_msg_BYE *m)
{
	if (p->kind == KIND_SSH && !p->said_bye) {
		p->said_bye = true;
		p->bye = m->reason == BY_APPLICATION ? 0 : m->reason;
		sshlog_fault(p, m->fault, m->client);
	}
	if (p->closing)
		return;
	p->closing = true;
	peer_set_deadline(p, PEER_CLOSE_GRACE_MS);
}

static void on_SIGN(struct peer *p, const struct ipc_msg_SIGN *m)
{
	transcript_sign(p, m, sshd_hostkey(p->core->sshd, m->alg));
}

#define on_AUTH_NONE     login_none
#define on_AUTH_PASSWORD login_password
#define on_AUTH_KBDINT   login_kbdint
#define on_AUTH_ANSWER   login_answer
#define on_AUTH_KEY      login_key
#define on_OPEN          terminal_open
#define on_PROVE         prove_host_keys
#define on_TRACE         sshdebug_trace

#define on_V1_ASK           version1_ask
#define on_V1_SESSION_KEY   version1_session_key
#define on_V1_AUTH_RSA      version1_auth_rsa
#define on_V1_AUTH_RESPONSE version1_auth_response

static void on_FILE(struct peer *p, const struct ipc_msg_FILE *m)
{
	touch(p);
	transfer_message(p, m);
}

#define SESSION_MESSAGES(X)                                                                                            \
	X(COOKIE_ASK)                                                                                                  \
	X(SIGN)                                                                                                        \
	X(AUTH_NONE)                                                                                                   \
	X(AUTH_PASSWORD)                                                                                               \
	X(AUTH_KBDINT)                                                                                                 \
	X(AUTH_ANSWER)                                                                                                 \
	X(AUTH_KEY)                                                                                                    \
	X(V1_ASK)                                                                                                      \
	X(V1_SESSION_KEY)                                                                                              \
	X(V1_AUTH_RSA)                                                                                                 \
	X(V1_AUTH_RESPONSE)                                                                                            \
	X(OPEN)                                                                                                        \
	X(RUN) X(ANSWER) X(HELP) X(COMPLETE) X(CANCEL) X(RESIZE) X(ACTIVE) X(FILE) X(PROVE) X(KEXED) X(TRACE) X(BYE)

SESSION_MESSAGES(HANDLER)

typedef void handler_fn(struct peer *p, struct str body);
#define HANDLER_ROW(NAME) [IPC_##NAME] = handle_##NAME,
static handler_fn *const handlers[IPC_TYPES] = { SESSION_MESSAGES(HANDLER_ROW) };

/* Normally: somebody was in, and nothing went wrong. */
static void say_end(const struct peer *p)
{
	if (p->phase & (PH_USER | PH_LINE | PH_FILES) && p->bye == 0)
		sshdebug_say(p, "Session terminated normally");
	else
		sshdebug_say(p, "Session disconnected - error 0x%02x", p->bye);
}

/* What a connection that nobody logged in on costs its source. */
static void penalize(const struct peer *p)
{
	enum penalty_cause cause = p->late                   ? PENALTY_TIMEOUT
				   : login_failed(&p->login) ? PENALTY_FAILURE
							     : PENALTY_NO_LOGIN;
	struct access_source source = access_source_of(&p->packet);

	if (p->kind == KIND_SSH && p->phase < PH_USER && source.family && !guard_exempt(p->core->guard, &p->packet))
		gatectl_penalty(p->core->gate, &source, cause);
}

static void end_session(struct peer *p)
{
	struct core *core = p->core;
	const struct peer_origin *origin = p->origin;

	TAILQ_REMOVE(&core->peers, p, link);
	peer_started(p);
	penalize(p);
	if (p->kind == KIND_SSH && !p->doomed) /* else a violation was logged */
		say_end(p);
	sshlog_close(p);
	cli_release(&p->cli);
	terminal_release(p);
	authorize_release(&p->authorize);
	grant_release(&p->grant);
	permit_cancel(p->permit);
	buf_release(&p->opening);
	login_release(&p->login);
	transcript_release(&p->transcript);
	transfer_free(p->transfer);
	prove_release(&p->prove);
	version1_release(&p->v1);
	ending_begin(core->base, p->pid, p->doomed);
	if (p->readable)
		event_free(p->readable);
	if (p->writable)
		event_free(p->writable);
	if (p->deadline)
		event_free(p->deadline);
	ipc_channel_release(&p->channel);
	peer_drop_queue(p);
	if (p->numbered)
		numbers_give(&core->connections, p->number);
	free(p);
	if (origin->gone)
		origin->gone(core);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct peer *p = arg;
	struct ipc_record r;

	(void)fd;
	(void)what;
	for (int i = 0; i < RECORDS_PER_TURN && !p->doomed; i++) {
		int rc = ipc_recv(&p->channel, p->phase, clock_now_ms(), &r);

		if (rc == E_AGAIN)
			return;
		if (rc == E_CLOSED) {
			end_session(p);
			return;
		}
		if (rc < 0) {
			peer_violation(p, err_text(rc));
			break;
		}
		if (!p->pid)
			p->pid = r.pid;
		if (peer_lags(p))
			peer_violation(p, "asks for more than it takes");
		else if (!version1_allows(p, r.type))
			peer_violation(p, "message of the other version");
		else if (handlers[r.type])
			handlers[r.type](p, r.body);
		ipc_record_release(&r);
		if (r.type == IPC_FILE) /* who moves files waits for the answer */
			break;
		if (r.type == IPC_TRACE) /* makes many lines */
			i += RECORDS_PER_TURN / 8;
	}
	if (p->doomed)
		end_session(p);
}

/* --- life cycle --- */

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	peer_flush(arg);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct peer *p = arg;

	(void)fd;
	(void)what;
	if (p->closing) {
		peer_violation(p, "did not end when told to");
	} else if (p->phase & (PH_LINE | PH_FILES)) {
		timeout_due(p);
	} else {
		syslog_event(p->core->log, "SSH", 4, "LOGIN_TIMEOUT", "connection %u from %s did not log in in time",
			     p->number, p->address);
		p->late = true;
		peer_close(p, 1, "Login timed out");
	}
}

static void greet(struct peer *p)
{
	if (p->kind == KIND_SSH) {
		if (transcript_new_cookie(&p->transcript) < 0)
			peer_violation(p, "no random numbers");
		else
			sshd_setup(p->core->sshd, p);
	} else {
		PEER_SEND(p, SETUP, .kind = KIND_CONSOLE);
		console_start(p);
	}
}

/* Gate keeps to so many that have not logged in, but a gate that is new does not know those of the one before it. The
 * oldest that had their turn and have not exchanged keys give way, as there; two for each newcomer, so that they are
 * not too many for long. */
static void make_room(struct core *core)
{
	uint64_t now = clock_now_ms();
	struct peer *p;

	for (unsigned n = 0; n < 2 && core->starting > gatectl_places(core->gate); n++) {
		TAILQ_FOREACH (p, &core->peers, link) {
			if (p->starting && p->phase == PH_NEW)
				break;
		}
		if (!p || p->begun_ms + PEER_TURN_MS > now)
			return;
		peer_started(p);
		peer_drop(p);
	}
}

struct peer *service_start(struct core *core, int fd, enum ipc_kind kind, const char *address, uint16_t port,
			   const struct peer_origin *origin)
{
	struct peer *p = calloc(1, sizeof *p);

	if (!p || ipc_channel_init(&p->channel, fd, FROM_SESSION, kind == KIND_SSH) < 0) {
		free(p);
		close(fd);
		return NULL;
	}
	p->core = core;
	p->origin = origin;
	p->kind = kind;
	p->port = port;
	str_copy(str_of(address), p->address, sizeof p->address);
	buf_init(&p->queue, PEER_QUEUE_MAX);
	p->phase = PH_NEW;
	p->readable = event_new(core->base, fd, EV_READ | EV_PERSIST, on_readable, p);
	p->writable = event_new(core->base, fd, EV_WRITE, on_writable, p);
	p->deadline = evtimer_new(core->base, on_deadline, p);
	TAILQ_INSERT_TAIL(&core->peers, p, link);
	if (!p->readable || !p->writable || !p->deadline || event_add(p->readable, NULL) < 0) {
		end_session(p);
		return NULL;
	}
	p->number = kind == KIND_SSH ? numbers_take(&core->connections) : 0;
	p->numbered = kind == KIND_SSH;
	p->starting = kind == KIND_SSH;
	p->begun_ms = clock_now_ms();
	core->starting += p->starting;
	make_room(core);
	terminal_init(p);
	greet(p);
	return p;
}

unsigned service_log(void *arg, const char *line, unsigned places)
{
	struct core *core = arg;
	unsigned seen = 0;
	struct peer *p;

	TAILQ_FOREACH (p, &core->peers, link) {
		enum syslog_place place = peer_is_console(p) ? SYSLOG_CONSOLE : SYSLOG_MONITOR;

		if (!(places & place) || (!peer_is_console(p) && !p->monitor))
			continue;
		seen |= place; /* also where it is dropped: a session's terminal is written by nobody else */
		if (!peer_monitor(p, line))
			seen |= SYSLOG_LOST;
	}
	return seen;
}
