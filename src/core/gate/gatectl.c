/* SPDX-License-Identifier: Apache-2.0
 *
 * gatectl.c: see gatectl.h. Runs in core; gate is trusted to admit, not to decide: a new session counts only with the
 * process id the kernel states, and its address is read from the TCP socket itself.
 */
#include "gatectl.h"

#include "base/walls.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/gate/vrf.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "core/spawn.h"
#include "ipc/ipc.h"
#include "model/model.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECYCLE_AFTER    1000 /* connections: then a new gate with a new memory layout */
#define RESTART_DELAY_MS 200
#define CONSOLE_PAUSE_MS 100
#define STARTS_BEGIN     20
#define STARTS_FULL      200
#define PER_SOURCE       20
#define LOGIN_GRACE_SECS 5
#define CROWD_PART       4 /* of STARTS_BEGIN, or of what is configured */

struct gate_process {
	pid_t pid; /* 0 = none */
	bool ready;
	bool des_asked, des; /* its sessions were to have single DES, and have it */
	struct ipc_channel channel;
	struct event *readable;
	struct gatectl *owner;
};

struct gatectl {
	struct core *core;
	int console_fd;
	const struct gatectl_events *events;
	bool was_ready;
	struct gate_process now, next; /* next: starting, takes over when it is ready */
	struct gate_process old;       /* accepts nothing more; what it brought last is still on its way */
	bool des_wanted, quiet;
	unsigned taken; /* connections from the present gate */
	bool crowded;   /* gate is told who exchanged keys */
	struct event *restart;
};

static void start_next(struct gatectl *g);

static void process_release(struct gate_process *gp)
{
	if (gp->readable)
		event_free(gp->readable);
	if (gp->pid)
		ipc_channel_release(&gp->channel);
	*gp = (struct gate_process){ .owner = gp->owner };
}

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
		start_next(g);
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

static void on_readable(evutil_socket_t fd, short what, void *arg);

static void handle(struct gatectl *g, struct ipc_record *r)
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

/* Moves a process to another place here; false: it could not be listened to, and is let go. */
static bool move_to(struct gate_process *to, struct gate_process *from)
{
	process_release(to);
	if (from->readable)
		event_free(from->readable);
	*to = *from;
	*from = (struct gate_process){ .owner = to->owner };
	to->readable = event_new(to->owner->core->base, to->channel.fd, EV_READ | EV_PERSIST, on_readable, to);
	if (to->readable && event_add(to->readable, NULL) == 0)
		return true;
	process_release(to);
	return false;
}

/* The new gate is warm: it gets everything. The old one sees the end of its channel, finishes what it has begun, and
 * ends: no connection it accepted is lost. Its sessions go on. */
static bool take_over(struct gatectl *g)
{
	if (g->now.pid && move_to(&g->old, &g->now))
		shutdown(g->old.channel.fd, SHUT_WR);
	g->taken = 0;
	g->now.ready = move_to(&g->now, &g->next);
	return g->now.ready;
}

static void say_missing_walls(struct gatectl *g, unsigned walls)
{
	static const struct {
		unsigned bit;
		const char *text;
	} rows[] = {
#define WALL_ROW(name, bit, text) { bit, text },
		WALL_LIST(WALL_ROW)
#undef WALL_ROW
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!(walls & rows[i].bit) && (g->core->root || !(rows[i].bit & WALLS_OF_ROOT)))
			syslog_event(g->core->log, "SYS", 4, "WALL", "sessions run without %s: this kernel has none",
				     rows[i].text);
	}
}

static void on_ready(struct gatectl *g, const struct ipc_record *r)
{
	struct ipc_msg_READY m = { 0 };

	if (ipc_get_READY(r->body, &m) && !g->was_ready)
		say_missing_walls(g, m.walls);
	if (!take_over(g))
		return;
	g->now.des = m.des;
	if (g->now.des_asked && !m.des)
		syslog_event(g->core->log, "SSH", 3, "NO_DES",
			     "single DES is configured and OpenSSL has none: its legacy provider does not load");
	gatectl_policy(g);
	g->was_ready = true;
	g->events->ready(g->core);
	if (g->now.des_asked != g->des_wanted && !g->next.pid)
		start_next(g); /* it was asked for while this one warmed up */
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct gate_process *gp = arg;
	struct gatectl *g = gp->owner;
	struct ipc_record r;
	int rc;

	(void)fd;
	(void)what;
	rc = ipc_recv(&gp->channel, PH_ANY, clock_now_ms(), &r);
	if (rc == E_AGAIN)
		return;
	if (rc < 0 && gp == &g->old) {
		process_release(gp);
		return;
	}
	if (rc < 0) { /* the process is reaped, and started again, in gatectl_reaped */
		event_del(gp->readable);
		if (rc != E_CLOSED)
			kill(gp->pid, SIGKILL);
		return;
	}
	if (r.pid != gp->pid)
		syslog_event(g->core->log, "SSH", 3, "IMPOSTOR", "process %d spoke on gate's channel", (int)r.pid);
	else if (r.type == IPC_READY && gp == &g->next)
		on_ready(g, &r);
	else
		handle(g, &r);
	ipc_record_release(&r);
}

/* --- life of gate --- */

static void start_next(struct gatectl *g)
{
	struct errbuf e = { "" };
	int rc = gatectl_start(g, &e);

	if (rc < 0) {
		struct timeval tv = { 1, 0 };

		syslog_event(g->core->log, "SSH", 2, "GATE", "gate not started: %s", e.text);
		event_add(g->restart, &tv);
	}
}

static void on_restart(evutil_socket_t fd, short what, void *arg)
{
	struct gatectl *g = arg;

	(void)fd;
	(void)what;
	if (!g->next.pid)
		start_next(g);
}

int gatectl_start(struct gatectl *g, struct errbuf *e)
{
	struct gate_process *gp = &g->next;
	int pair[2], rc;
	pid_t pid;

	rc = ipc_pair(pair);
	if (rc < 0)
		return err_set(e, rc, "no socket pair");
	pid = spawn_role(&g->core->jobs.spawn, "gate", g->des_wanted ? GATE_OPTION_DES : NULL, pair[1], e);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return E_IO;
	}
	*gp = (struct gate_process){ .pid = pid, .owner = g, .des_asked = g->des_wanted };
	rc = ipc_channel_init(&gp->channel, pair[0], FROM_GATE, false);
	gp->readable = event_new(g->core->base, pair[0], EV_READ | EV_PERSIST, on_readable, gp);
	if (rc < 0 || !gp->readable || event_add(gp->readable, NULL) < 0)
		return err_set(e, E_NOMEM, "out of memory");
	return 0;
}

void gatectl_des(struct gatectl *g, bool wanted)
{
	if (!g || g->des_wanted == wanted) /* without a gate there is nobody to tell */
		return;
	g->des_wanted = wanted;
	if (g->now.pid && !g->next.pid)
		start_next(g);
}

bool gatectl_reaped(struct gatectl *g, int pid, int wait_status)
{
	struct timeval delay = { 0, RESTART_DELAY_MS * 1000 };
	struct gate_process *gp = pid == g->now.pid ? &g->now : pid == g->next.pid ? &g->next : NULL;

	if (!gp)
		return pid == g->old.pid;
	syslog_event(g->core->log, "SSH", 3, "GATE", "gate ended (%s %d), starting another",
		     WIFSIGNALED(wait_status) ? "signal" : "status",
		     WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status));
	process_release(gp);
	event_add(g->restart, &delay);
	return true;
}

struct gatectl *gatectl_new(struct core *core, int console_fd, const struct gatectl_events *events)
{
	struct gatectl *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	g->core = core;
	g->console_fd = console_fd;
	g->events = events;
	g->now.owner = g->next.owner = g->old.owner = g;
	g->restart = evtimer_new(core->base, on_restart, g);
	if (!g->restart) {
		free(g);
		return NULL;
	}
	return g;
}
