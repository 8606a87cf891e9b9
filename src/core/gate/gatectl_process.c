/* SPDX-License-Identifier: Apache-2.0
 *
 * gatectl_process.c: the life of gate, see gatectl.h: one that starts, one at work, and one that ends in peace. Runs in
 * core, which listens to each only for what its process says itself.
 */
#include "core/gate/gatectl_private.h"

#include "base/walls.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/spawn.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESTART_DELAY_MS 200

static void on_readable(evutil_socket_t fd, short what, void *arg);

static void process_release(struct gate_process *gp)
{
	if (gp->readable)
		event_free(gp->readable);
	if (gp->pid)
		ipc_channel_release(&gp->channel);
	*gp = (struct gate_process){ .owner = gp->owner };
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
		gatectl_replace(g); /* it was asked for while this one warmed up */
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
		gatectl_heard(g, &r);
	ipc_record_release(&r);
}

void gatectl_replace(struct gatectl *g)
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
		gatectl_replace(g);
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
		gatectl_replace(g);
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
