/* SPDX-License-Identifier: Apache-2.0
 *
 * guard.c: see guard.h. Runs in core.
 *
 * A table is made anew when a list or a reference to one has changed: at once if it is small, else in pieces between
 * other work, while the one before stays in force. Gate shares a copy, in which it counts; core asks its own, which
 * nobody else can write. What a rule was hit before goes with it into the next table.
 */
#include "core/gate/guard_private.h"

#include "core/core.h"
#include "core/gate/gatectl.h"
#include "core/log/syslog.h"
#include "ipc/ipc.h"
#include "lines/lines.h"
#include "model/model.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define AT_ONCE 256 /* rules */

static const char *const paths[GUARD_KINDS] = {
	[GUARD_STANDARD] = "/ravelin-access:access/standard",
	[GUARD_EXTENDED] = "/ravelin-access:access/extended",
	[GUARD_IPV6] = "/ravelin-access:access/ipv6",
};

const char *guard_path(enum guard_kind kind)
{
	return paths[kind];
}

/* --- a table that is finished --- */

static int memory(size_t size, int *fd, void **map)
{
	*fd = memfd_create("access", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*fd < 0)
		return E_IO;
	*map = MAP_FAILED;
	if (ftruncate(*fd, (off_t)size) == 0 && fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		*map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	if (*map != MAP_FAILED)
		return 0;
	close(*fd);
	*fd = -1;
	return E_IO;
}

static uint64_t *hits_of(const struct compiled *c)
{
	return (uint64_t *)((uint8_t *)c->shared + ((uint8_t *)access_hits(c->own) - (uint8_t *)c->own));
}

static uint32_t list_called(const struct compiled *c, enum guard_kind kind, const char *name)
{
	for (uint32_t i = 0; c->own && i < c->own->n_lists; i++)
		if (c->named[i].kind == kind && strcmp(c->named[i].name, name) == 0)
			return i;
	return ACCESS_NONE;
}

/* Both are in the order of their sequences. */
static void keep_hits(const struct compiled *was, struct compiled *is, uint32_t list)
{
	uint32_t before = list_called(was, is->named[list].kind, is->named[list].name), at, end;
	const struct access_list *l = &is->own->list[list];

	if (before == ACCESS_NONE)
		return;
	at = was->own->list[before].first;
	end = at + was->own->list[before].n;
	for (uint32_t i = l->first; i < l->first + l->n; i++) {
		while (at < end && was->sequence[at] < is->sequence[i])
			at++;
		if (at == end || was->sequence[at] != is->sequence[i] ||
		    memcmp(&was->own->rule[at], &is->own->rule[i], sizeof is->own->rule[i]) != 0)
			continue;
		hits_of(is)[i] = __atomic_load_n(&hits_of(was)[at], __ATOMIC_RELAXED);
		is->cleared[i] = was->cleared[at];
	}
}

static int publish(struct guard *g)
{
	void *map;
	int rc = memory(g->next.size, &g->next.fd, &map);

	if (rc)
		return rc;
	memcpy(map, g->next.own, g->next.size);
	g->next.shared = map;
	for (uint32_t i = 0; i < g->next.own->n_lists; i++)
		keep_hits(&g->now, &g->next, i);
	guard_release(&g->now);
	g->now = g->next;
	g->next = (struct compiled){ .fd = -1 };
	free(g->entries);
	g->entries = NULL;
	g->serial++;
	g->dirty = false;
	return gatectl_lists(g->core->gate, g->now.fd, g->now.size, g->serial);
}

/* A piece, or all of it; what goes wrong is told, and nobody who was kept out comes in by it. */
static void step(struct guard *g, uint32_t most)
{
	static const struct timeval again = { 0, 0 };
	int rc;

	if (g->epoch != model_epoch(g->core->model))
		guard_release(&g->next); /* its nodes are gone, though the lists are the same */
	g->epoch = model_epoch(g->core->model);
	rc = g->next.own ? 0 : guard_begin(g);
	if (rc == 0 && !guard_make(g, most)) {
		event_add(g->turn, &again);
		return;
	}
	rc = rc ? rc : publish(g);
	if (rc == 0)
		return;
	guard_release(&g->next);
	syslog_event(g->core->log, "SYS", 2, "ACCESS_LIST", "the access lists in force are the old ones: %s",
		     err_text(rc));
}

/* What is asked now is answered by the lists as they are now. */
static void settle(struct guard *g)
{
	if (g->dirty)
		step(g, UINT32_MAX);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	if (g->dirty)
		step(g, AT_ONCE);
}

static void on_change(void *arg, const struct txn *t)
{
	struct guard *g = arg;

	(void)t;
	g->dirty = true;
	guard_release(&g->next); /* its nodes may be gone */
	if (g->core->booted)     /* while startup-config loads, half of it is no answer */
		step(g, AT_ONCE);
}

void guard_booted(struct guard *g)
{
	g->dirty = true;
	settle(g);
}

int guard_send(struct guard *g)
{
	int rc = gatectl_ledger(g->core->gate, g->penalties_fd);

	settle(g);
	if (rc == 0 && g->now.own)
		rc = gatectl_lists(g->core->gate, g->now.fd, g->now.size, g->serial);
	return rc;
}

/* --- asking --- */

bool guard_line_admits(struct guard *g, const struct line *line, const struct access_packet *p)
{
	enum access_family family = p->version == 6 ? ACCESS_IPV6 : ACCESS_IPV4;
	bool vrf_also;
	const char *name = lines_access_class(g->core->lines, line, guard_leaves[family], "in", &vrf_also);
	enum guard_kind kind;
	uint32_t list, rule;

	if (name && p->away && !vrf_also)
		return false;
	if (!name || !guard_find_list(g, family, name, &kind))
		return true;
	settle(g);
	list = list_called(&g->now, kind, name);
	return list != ACCESS_NONE && access_admits(g->now.own, list, p, &rule);
}

bool guard_quiet_admits(struct guard *g, const struct access_packet *p)
{
	uint32_t list, rule;

	settle(g);
	list = g->now.own ? g->now.own->quiet[p->version == 6] : ACCESS_NONE;
	return list != ACCESS_NONE && access_admits(g->now.own, list, p, &rule);
}

bool guard_exempt(struct guard *g, const struct access_packet *p)
{
	uint32_t list, rule;

	settle(g);
	list = g->now.own ? g->now.own->exempt[p->version == 6] : ACCESS_NONE;
	return list == ACCESS_NONE ? access_loopback(p) : access_admits(g->now.own, list, p, &rule);
}

/* --- counters --- */

static int compare_sequence(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

bool guard_hits(struct guard *g, enum guard_kind kind, const char *name, uint32_t sequence, uint64_t *hits)
{
	uint32_t list = list_called(&g->now, kind, name);
	const struct access_list *l;
	const uint32_t *found;
	size_t i;

	if (list == ACCESS_NONE)
		return false;
	l = &g->now.own->list[list];
	found = bsearch(&sequence, g->now.sequence + l->first, l->n, sizeof *found, compare_sequence);
	if (!found)
		return false;
	i = (size_t)(found - g->now.sequence);
	*hits = __atomic_load_n(&hits_of(&g->now)[i], __ATOMIC_RELAXED) - g->now.cleared[i];
	return true;
}

void guard_clear_hits(struct guard *g, const char *name)
{
	for (uint32_t n = 0; g->now.own && n < g->now.own->n_lists; n++) {
		const struct access_list *l = &g->now.own->list[n];

		for (uint32_t i = l->first; (!name || strcmp(g->now.named[n].name, name) == 0) && i < l->first + l->n;
		     i++)
			g->now.cleared[i] = __atomic_load_n(&hits_of(&g->now)[i], __ATOMIC_RELAXED);
	}
}

void guard_matched(struct guard *g, const struct ipc_msg_MATCHED *m)
{
	const char *done, *plural = m->packets == 1 ? "" : "s";
	char from[INET6_ADDRSTRLEN];
	uint32_t list = 0;

	if (m->serial != g->serial || !g->now.own || m->rule >= g->now.own->n_rules ||
	    (m->from.n != 4 && m->from.n != 16) ||
	    !inet_ntop(m->from.n == 4 ? AF_INET : AF_INET6, m->from.p, from, sizeof from))
		return;
	while (m->rule - g->now.own->list[list].first >= g->now.own->list[list].n)
		list++;
	done = g->now.own->rule[m->rule].permit ? "permitted" : "denied";
	if (!g->now.own->list[list].named)
		syslog_event(g->core->log, "SEC", 6, "IPACCESSLOGS", "list %s %s %s %u packet%s",
			     g->now.named[list].name, done, from, m->packets, plural);
	else if (!g->now.own->list[list].ipv6)
		syslog_event(g->core->log, "SEC", 6, "IPACCESSLOGP",
			     "list %s %s tcp %s(%u) -> 0.0.0.0(22), %u packet%s", g->now.named[list].name, done, from,
			     m->port, m->packets, plural);
	else
		syslog_event(g->core->log, "IPV6_ACL", 6, "ACCESSLOGP",
			     "list %s/%u %s tcp %s(%u) -> ::(22), %u packet%s", g->now.named[list].name,
			     g->now.sequence[m->rule], done, from, m->port, m->packets, plural);
}

const struct penalty_table *guard_penalties(const struct guard *g)
{
	return g->penalties;
}

/* --- life --- */

struct guard *guard_new(struct core *core)
{
	static const char *const watched[] = { "/ravelin-access:access", "/ravelin-line:lines", "/ravelin-login:login",
					       "/ravelin-ssh:ssh" };
	struct guard *g = calloc(1, sizeof *g);
	void *map = NULL;

	if (!g)
		return NULL;
	g->core = core;
	g->now.fd = g->next.fd = -1;
	g->turn = evtimer_new(core->base, on_turn, g);
	if (!g->turn || memory(sizeof *g->penalties, &g->penalties_fd, &map) < 0)
		return NULL; /* the boot fails */
	g->penalties = map;
	for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
		if (model_watch(core->model, watched[i], on_change, g) < 0)
			return NULL;
	return g;
}
