/* SPDX-License-Identifier: Apache-2.0
 *
 * gatectl.c: what gate is told, and what it says, see gatectl.h. Runs in core; gate is trusted to admit, not to decide:
 * a new session counts only with the process id the kernel states, and its address is read from the TCP socket itself.
 */
#include "core/gate/gatectl_private.h"

#include "core/core.h"
#include "core/gate/vrf.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "model/model.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECYCLE_AFTER    1000 /* connections: then a new gate with a new memory layout */
#define CONSOLE_PAUSE_MS 100
#define STARTS_BEGIN     20
#define STARTS_FULL      200
#define PER_SOURCE       20
#define LOGIN_GRACE_SECS 5
#define CROWD_PART       4 /* of STARTS_BEGIN, or of what is configured */

/* --- to gate --- */

/* What bounds who comes in is not lost: a gate that does not take it is replaced by one that gets all of it. */
static int must_take(struct gatectl *g, int rc)
{
	if (rc < 0 && g->now.pid) {
		syslog_event(g->core->log, "SSH", 3, "GATE", "gate does not take its policy: %s", err_text(rc));
		kill(g->now.pid, SIGKILL);
	}
	return rc;
}

void gatectl_listen(struct gatectl *g, uint32_t id, int fd)
{
	if (g->now.ready)
		IPC_SEND_FDS(&g->now.channel, &fd, 1, LISTEN, .id = id, .away = vrf_away(fd, g->now.channel.fd));
}

void gatectl_unlisten(struct gatectl *g, uint32_t id)
{
	if (g->now.ready)
		IPC_SEND(&g->now.channel, UNLISTEN, .id = id);
}

pid_t gatectl_pid(const struct gatectl *g)
{
	return g->now.pid;
}

static uint32_t number(const struct gatectl *g, const char *path)
{
	return (uint32_t)model_uint(g->core->model, path, 0);
}

#define PENALTY "/ravelin-ssh:ssh/penalty/"

unsigned gatectl_places(const struct gatectl *g)
{
	uint32_t starts = g ? number(g, "/ravelin-ssh:ssh/maxstartups") : 0;

	return starts ? starts : STARTS_FULL;
}

/* `ip ssh maxstartups` is both limits in one. */
void gatectl_policy(struct gatectl *g)
{
	uint32_t starts = number(g, "/ravelin-ssh:ssh/maxstartups");
	struct ipc_msg_POLICY m = {
		.starts_begin = starts ? starts : STARTS_BEGIN,
		.starts_full = gatectl_places(g),
		.per_source = PER_SOURCE,
		.login_secs = number(g, "/ravelin-ssh:ssh/time-out") + LOGIN_GRACE_SECS,
		.quiet = g->quiet,
		.penalties = model_bool(g->core->model, PENALTY "enabled"),
		.crash = number(g, PENALTY "crash"),
		.failure = number(g, PENALTY "failure"),
		.no_login = number(g, PENALTY "no-login"),
		.timeout = number(g, PENALTY "timeout"),
		.refused = number(g, PENALTY "refused"),
		.threshold = number(g, PENALTY "threshold"),
		.maximum = number(g, PENALTY "maximum"),
	};

	if (g->now.ready)
		must_take(g, ipc_send_POLICY(&g->now.channel, &m, NULL, 0));
}

void gatectl_quiet(struct gatectl *g, bool quiet)
{
	g->quiet = quiet;
	gatectl_policy(g);
}

int gatectl_lists(struct gatectl *g, int fd, uint64_t size, uint32_t serial)
{
	int rc = 0;

	if (g->now.ready)
		rc = must_take(g, IPC_SEND_FDS(&g->now.channel, &fd, 1, LISTS, .serial = serial, .size = size));
	return rc;
}

int gatectl_ledger(struct gatectl *g, int fd)
{
	return g->now.ready ? must_take(g, IPC_SEND_FDS(&g->now.channel, &fd, 1, LEDGER, .unused = 0)) : 0;
}

void gatectl_penalty(struct gatectl *g, const struct access_source *source, enum penalty_cause cause)
{
	if (g->now.ready)
		IPC_SEND(&g->now.channel, PENALTY, .cause = (uint8_t)cause, .family = source->family,
			 .net = { source->net, sizeof source->net });
}

static void tell_keyed(struct gatectl *g, const struct peer *p)
{
	IPC_SEND(&g->now.channel, KEYED, .pid = (uint32_t)p->gate_pid);
}

/* Gate asks who worked for his place only when places are short: until some wait nobody tells it, then it hears of all
 * who did. That is long before somebody has to give way, since gate may be ahead of core. */
static void note_crowd(struct gatectl *g)
{
	uint32_t starts = number(g, "/ravelin-ssh:ssh/maxstartups");
	bool crowded = g->core->starting >= (starts ? starts : STARTS_BEGIN) / CROWD_PART;
	const struct peer *p;

	if (crowded && !g->crowded) {
		TAILQ_FOREACH (p, &g->core->peers, link) {
			if (p->kind == KIND_SSH && p->phase == PH_KEYED)
				tell_keyed(g, p);
		}
	}
	g->crowded = crowded;
}

void gatectl_keyed(struct gatectl *g, const struct peer *p)
{
	if (g && g->now.ready && g->crowded)
		tell_keyed(g, p);
}

static void tell_admitted(const struct peer *p)
{
	struct gatectl *g = p->core->gate;

	if (g->now.ready)
		IPC_SEND(&g->now.channel, ADMITTED, .pid = (uint32_t)p->gate_pid);
}

static void on_console_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	gatectl_console(arg);
}

/* The console is never without a session; a pause, so that one that cannot start does not keep core busy. */
static void console_gone(struct core *core)
{
	struct timeval tv = { 0, CONSOLE_PAUSE_MS * 1000 };

	event_base_once(core->base, -1, EV_TIMEOUT, on_console_again, core->gate, &tv);
}

static const struct peer_origin from_network = { .admitted = tell_admitted };
static const struct peer_origin from_console = { .gone = console_gone };

void gatectl_console(struct gatectl *g)
{
	int pair[2], fds[2];
	struct peer *p;

	/* Before the startup-config is in force nobody knows who may come in. */
	if (!g->now.ready || g->console_fd < 0 || g->core->ending || !g->core->booted)
		return;
	TAILQ_FOREACH (p, &g->core->peers, link) {
		if (peer_is_console(p))
			return;
	}
	if (ipc_pair(pair) < 0)
		return;
	fds[0] = pair[1];
	fds[1] = g->console_fd;
	if (IPC_SEND_FDS(&g->now.channel, fds, 2, TERMINAL, .unused = 0) == 0)
		g->events->arrived(g->core, pair[0], KIND_CONSOLE, "", 0, &from_console);
	else
		close(pair[0]);
	close(pair[1]);
}

/* --- from gate --- */

static bool peer_address(int fd, char *text, size_t size, uint16_t *port, struct access_packet *packet)
{
	struct sockaddr_storage ss, own = { 0 };
	socklen_t len = sizeof ss, own_len = sizeof own;
	const struct sockaddr_in *a4 = (struct sockaddr_in *)&ss;
	const struct sockaddr_in6 *a6 = (struct sockaddr_in6 *)&ss;

	if (getpeername(fd, (struct sockaddr *)&ss, &len) < 0)
		return false;
	if (getsockname(fd, (struct sockaddr *)&own, &own_len) < 0)
		own.ss_family = AF_UNSPEC;
	access_packet(&ss, &own, packet);
	if (ss.ss_family == AF_INET) {
		*port = ntohs(a4->sin_port);
		return inet_ntop(AF_INET, &a4->sin_addr, text, (socklen_t)size) != NULL;
	}
	*port = ntohs(a6->sin6_port);
	return ss.ss_family == AF_INET6 && inet_ntop(AF_INET6, &a6->sin6_addr, text, (socklen_t)size) != NULL;
}

static void on_connection(struct gatectl *g, struct ipc_record *r)
{
	struct ipc_msg_CONNECTION m;
	struct access_packet packet;
	char address[64] = "";
	uint16_t port = 0;
	struct peer *p;

	if (!ipc_get_CONNECTION(r->body, &m) || g->core->ending)
		return;
	if (!peer_address(r->fds[1], address, sizeof address, &port, &packet)) {
		syslog_event(g->core->log, "SSH", 4, "GONE", "a client left before its session began");
		return;
	}
	packet.away = vrf_away(r->fds[1], g->now.channel.fd);
	p = g->events->arrived(g->core, r->fds[0], KIND_SSH, address, port, &from_network);
	r->fds[0] = -1; /* taken */
	if (p) {
		p->gate_pid = (pid_t)m.pid;
		p->v1.des = g->now.des;
		p->packet = packet;
		note_crowd(g);
	}
	if (++g->taken >= RECYCLE_AFTER && !g->next.pid)
		gatectl_replace(g);
}

static void on_refused(struct gatectl *g, struct ipc_record *r)
{
	struct ipc_msg_REFUSED m;

	if (ipc_get_REFUSED(r->body, &m))
		syslog_event(g->core->log, "SSH", 4, "REFUSED", "connection from %.*s refused: %.*s", (int)m.peer.n,
			     (const char *)m.peer.p, (int)m.why.n, (const char *)m.why.p);
}

static void on_matched(struct gatectl *g, struct ipc_record *r)
{
	struct ipc_msg_MATCHED m;

	if (ipc_get_MATCHED(r->body, &m))
		g->events->matched(g->core, &m);
}

void gatectl_heard(struct gatectl *g, struct ipc_record *r)
{
	switch (r->type) {
	case IPC_CONNECTION:
		on_connection(g, r);
		break;
	case IPC_REFUSED:
		on_refused(g, r);
		break;
	case IPC_MATCHED:
		on_matched(g, r);
		break;
	default: /* GONE: the session's own channel has told us */
		break;
	}
}
