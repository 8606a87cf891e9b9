/* SPDX-License-Identifier: Apache-2.0
 *
 * orders.c: see state.h. What core tells gate: its messages are trusted in content but checked in form. Runs in gate.
 */
#include "gate/state.h"

#include "base/err.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void on_listen(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_LISTEN m;

	if (!ipc_get_LISTEN(r->body, &m) || g->n_listeners == LISTENERS)
		return;
	/* A connection that is gone again when we accept must not block us. */
	if (fcntl(r->fds[0], F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return;
	g->listeners[g->n_listeners++] = (struct listener){ m.id, r->fds[0], m.away };
	r->fds[0] = -1;
}

static void on_unlisten(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_UNLISTEN m;
	unsigned kept = 0;

	if (!ipc_get_UNLISTEN(r->body, &m))
		return;
	for (unsigned i = 0; i < g->n_listeners; i++) {
		if (g->listeners[i].id == m.id)
			close(g->listeners[i].fd);
		else
			g->listeners[kept++] = g->listeners[i];
	}
	g->n_listeners = kept;
}

static void on_policy(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_POLICY m;

	if (!ipc_get_POLICY(r->body, &m))
		return;
	g->admit.starts_begin = m.starts_begin;
	g->admit.starts_full = m.starts_full;
	g->admit.per_source = m.per_source;
	g->admit.login_secs = m.login_secs;
	g->knock.quiet = m.quiet;
	g->knock.penalties =
	    (struct penalty_rules){ .on = m.penalties, .threshold = m.threshold, .maximum = m.maximum };
	g->knock.penalties.seconds[PENALTY_CRASH] = m.crash;
	g->knock.penalties.seconds[PENALTY_FAILURE] = m.failure;
	g->knock.penalties.seconds[PENALTY_NO_LOGIN] = m.no_login;
	g->knock.penalties.seconds[PENALTY_TIMEOUT] = m.timeout;
	g->knock.penalties.seconds[PENALTY_REFUSED] = m.refused;
}

/* Without its lists gate is not to admit anybody: it ends, and core starts another. */
static void on_lists(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_LISTS m;

	if (!ipc_get_LISTS(r->body, &m) || !knock_filter(&g->knock, r->fds[0], m.size, m.serial))
		g->core_gone = true;
}

static void on_ledger(struct gate *g, struct ipc_record *r)
{
	if (!knock_ledger(&g->knock, r->fds[0]))
		g->core_gone = true;
}

static void on_penalty(struct gate *g, struct ipc_record *r)
{
	struct access_source source = { 0 };
	struct ipc_msg_PENALTY m;

	if (!ipc_get_PENALTY(r->body, &m) || m.cause >= PENALTY_CAUSES || m.net.n != sizeof source.net)
		return;
	source.family = m.family;
	memcpy(source.net, m.net.p, sizeof source.net);
	knock_penalize(&g->knock, &source, (enum penalty_cause)m.cause, g->now);
}

static void on_keyed(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_KEYED m;

	if (ipc_get_KEYED(r->body, &m))
		admit_keyed(&g->admit, (pid_t)m.pid);
}

static void on_terminal(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_TERMINAL m;
	pid_t pid;

	if (!ipc_get_TERMINAL(r->body, &m) || g->admit.n == ADMIT_CHILDREN)
		return; /* core sees its channel close */
	pid = gate_fork_session(g, KIND_CONSOLE, r->fds[1], r->fds[0]);
	if (pid > 0)
		admit_add(&g->admit, pid, NULL, g->now);
}

static void on_admitted(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_ADMITTED m;

	if (ipc_get_ADMITTED(r->body, &m))
		admit_done(&g->admit, (pid_t)m.pid);
}

static void (*const handlers[IPC_TYPES])(struct gate *, struct ipc_record *) = {
	[IPC_LISTEN] = on_listen,     [IPC_UNLISTEN] = on_unlisten, [IPC_POLICY] = on_policy,
	[IPC_TERMINAL] = on_terminal, [IPC_ADMITTED] = on_admitted, [IPC_LISTS] = on_lists,
	[IPC_LEDGER] = on_ledger,     [IPC_PENALTY] = on_penalty,   [IPC_KEYED] = on_keyed,
};

void orders_read(struct gate *g)
{
	struct ipc_record r;
	int rc;

	while ((rc = ipc_recv(&g->core, PH_ANY, g->now, &r)) == 0) {
		if (handlers[r.type])
			handlers[r.type](g, &r);
		ipc_record_release(&r);
	}
	if (rc != E_AGAIN)
		g->core_gone = true;
}
