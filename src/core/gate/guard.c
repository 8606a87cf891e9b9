/* SPDX-License-Identifier: Apache-2.0
 *
 * guard.c: see guard.h. Runs in core.
 *
 * A table is made anew when a list or a reference to one has changed: at once if it is small, else in pieces between
 * other work, while the one before stays in force. Gate shares a copy, in which it counts; core asks its own, which
 * nobody else can write. What a rule was hit before goes with it into the next table.
 */
#include "core/gate/guard.h"

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

#define AT_ONCE        256 /* rules */
#define NAME_MAX_BYTES 65

struct entry {
	const struct lyd_node *node;
	uint32_t sequence;
};

/* One that is finished, or in the making. */
struct compiled {
	struct access_table *own, *shared; /* shared: mapped, gate counts in it; NULL while in the making */
	size_t size;
	int fd;
	uint32_t *sequence; /* of each rule */
	uint64_t *cleared;  /* hits that are not shown any more */
	struct named {
		enum guard_kind kind;
		char name[NAME_MAX_BYTES];
	} named[ACCESS_LISTS_MAX];
};

struct guard {
	struct core *core;
	struct compiled now;
	struct compiled next;  /* own NULL: nothing is in the making */
	struct entry *entries; /* of all lists of `next`, each in the order of its sequence */
	uint32_t done;
	uint32_t serial;
	uint64_t epoch; /* of the model that `entries` are in */
	bool dirty;
	struct event *turn;
	struct penalty_table *penalties;
	int penalties_fd;
};

static const char *const paths[GUARD_KINDS] = {
	[GUARD_STANDARD] = "/ravelin-access:access/standard",
	[GUARD_EXTENDED] = "/ravelin-access:access/extended",
	[GUARD_IPV6] = "/ravelin-access:access/ipv6",
};

const char *guard_path(enum guard_kind kind)
{
	return paths[kind];
}

/* --- which lists --- */

/* The list of this name for the family; NULL: there is none. */
static const struct lyd_node *find_list(const struct guard *g, enum access_family family, const char *name,
					enum guard_kind *kind)
{
	const struct lyd_node *list = NULL;

	for (*kind = family == ACCESS_IPV6 ? GUARD_IPV6 : GUARD_STANDARD; !list; ++*kind) {
		list = model_entry(g->core->model, paths[*kind], (const char *[]){ name });
		if (list || *kind >= GUARD_EXTENDED)
			break;
	}
	return list;
}

/* Its number in the table in the making, where it is put if it is new; ACCESS_NONE: there is none, or no room. */
static uint32_t list_number(struct guard *g, enum access_family family, const char *name)
{
	struct access_table *t = g->next.own;
	enum guard_kind kind;
	uint32_t i;

	if (!name || !find_list(g, family, name, &kind))
		return ACCESS_NONE;
	for (i = 0; i < t->n_lists; i++)
		if (g->next.named[i].kind == kind && strcmp(g->next.named[i].name, name) == 0)
			return i;
	if (i == ACCESS_LISTS_MAX)
		return ACCESS_NONE;
	t->n_lists++;
	t->list[i] = (struct access_list){ .ipv6 = kind == GUARD_IPV6, .named = kind != GUARD_STANDARD };
	g->next.named[i].kind = kind;
	str_copy(str_of(name), g->next.named[i].name, NAME_MAX_BYTES);
	return i;
}

static const char *const leaves[ACCESS_FAMILIES] = {
	[ACCESS_IPV4] = "access-class", [ACCESS_IPV6] = "ipv6-access-class"
};

static void add_list(struct access_door *door, uint32_t number)
{
	uint32_t i = 0;

	while (i < door->n && door->list[i] != number)
		i++;
	if (i == door->n)
		door->list[door->n++] = number;
}

/* The doors of a line, for SSH: what it names and is there; a list that does not exist permits all. In VRFs it counts
 * if it says so, else nobody comes in there. */
static void add_line(struct guard *g, const struct line *line, enum access_family family)
{
	bool vrf_also;
	const char *name = lines_access_class(g->core->lines, line, leaves[family], "in", &vrf_also);
	uint32_t number = list_number(g, family, name);
	enum guard_kind kind;
	bool open = number == ACCESS_NONE && (!name || !find_list(g, family, name, &kind));

	for (enum access_place place = 0; place < ACCESS_PLACES; place++) {
		struct access_door *door = &g->next.own->door[place][family];

		if (place == ACCESS_VRF && name && !vrf_also)
			continue;
		door->open |= open;
		if (number != ACCESS_NONE)
			add_list(door, number);
	}
}

static void find_lists(struct guard *g)
{
	const char *quiet = model_str(g->core->model, "/ravelin-login:login/quiet-access-class");
	const char *exempt = model_str(g->core->model, "/ravelin-ssh:ssh/penalty/exempt");
	struct access_table *t = g->next.own;
	const struct line *line;
	size_t serve = 0;

	for (size_t i = 0; (line = lines_group(g->core->lines, i)); i++) {
		if (line->type != LINE_VTY || !lines_serves(g->core->lines, line, "ssh"))
			continue;
		serve++;
		for (enum access_family f = 0; f < ACCESS_FAMILIES; f++)
			add_line(g, line, f);
	}
	for (enum access_family f = 0; f < ACCESS_FAMILIES; f++) {
		if (!serve) /* no line at all is none of the lists' business */
			t->door[ACCESS_HOME][f].open = t->door[ACCESS_VRF][f].open = true;
		t->quiet[f] = list_number(g, f, quiet);
		t->exempt[f] = list_number(g, f, exempt);
	}
}

/* --- making a table --- */

static void release(struct compiled *c)
{
	if (c->shared)
		munmap(c->shared, c->size);
	if (c->size && c->fd >= 0)
		close(c->fd);
	free(c->own);
	free(c->sequence);
	free(c->cleared);
	*c = (struct compiled){ .fd = -1 };
}

static int by_sequence(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static uint32_t sequence_of(const struct lyd_node *rule)
{
	return (uint32_t)strtoul(model_below(rule, "sequence"), NULL, 10);
}

/* The entries of one list, in order. Too many: the end of the list denies what the rest would have said. */
static int gather(struct guard *g, uint32_t list, size_t *n, size_t *room)
{
	const struct named *named = &g->next.named[list];
	const struct lyd_node *of = model_entry(g->core->model, paths[named->kind], (const char *[]){ named->name }),
			      *rule;
	size_t first = *n;

	for (rule = model_first(g->core->model, of, "rule"); rule && *n < ACCESS_RULES_MAX; rule = model_next(rule)) {
		if (strcmp(model_below(rule, "action"), "remark") == 0)
			continue;
		if (*n == *room) {
			struct entry *more = realloc(g->entries, (2 * *room + 64) * sizeof *more);

			if (!more)
				return E_NOMEM;
			g->entries = more;
			*room = 2 * *room + 64;
		}
		g->entries[(*n)++] = (struct entry){ rule, sequence_of(rule) };
	}
	if (rule)
		syslog_event(g->core->log, "SYS", 3, "ACCESS_LIST",
			     "access list %s is cut: more than %u entries in all", named->name, ACCESS_RULES_MAX);
	if (*n > first)
		qsort(g->entries + first, *n - first, sizeof *g->entries, by_sequence);
	g->next.own->list[list].first = (uint32_t)first;
	g->next.own->list[list].n = (uint32_t)(*n - first);
	return 0;
}

static void drop_empty(const struct access_table *t, uint32_t *list)
{
	if (*list != ACCESS_NONE && t->list[*list].n == 0)
		*list = ACCESS_NONE;
}

static int begin(struct guard *g)
{
	size_t n = 0, room = 0;
	struct access_table *t;
	int rc = 0;

	release(&g->next);
	free(g->entries);
	g->entries = NULL;
	g->done = 0;
	g->next.own = calloc(1, sizeof *t);
	if (!g->next.own)
		return E_NOMEM;
	find_lists(g);
	for (uint32_t i = 0; i < g->next.own->n_lists && !rc; i++)
		rc = gather(g, i, &n, &room);
	for (enum access_family f = 0; f < ACCESS_FAMILIES; f++) { /* an empty list excepts nobody */
		drop_empty(g->next.own, &g->next.own->quiet[f]);
		drop_empty(g->next.own, &g->next.own->exempt[f]);
	}
	g->next.size = access_size((uint32_t)n);
	t = rc ? NULL : calloc(1, g->next.size);
	g->next.sequence = calloc(n + 1, sizeof *g->next.sequence);
	g->next.cleared = calloc(n + 1, sizeof *g->next.cleared);
	if (!t || !g->next.sequence || !g->next.cleared) {
		free(t);
		return E_NOMEM;
	}
	memcpy(t, g->next.own, sizeof *t);
	free(g->next.own);
	g->next.own = t;
	t->n_rules = (uint32_t)n;
	return 0;
}

static enum guard_kind kind_of_rule(const struct guard *g, uint32_t rule)
{
	uint32_t i = 0;

	while (rule - g->next.own->list[i].first >= g->next.own->list[i].n)
		i++;
	return g->next.named[i].kind;
}

/* True: all rules are there. */
static bool compile(struct guard *g, uint32_t most)
{
	struct access_table *t = g->next.own;

	for (; g->done < t->n_rules && most; g->done++, most--) {
		g->next.sequence[g->done] = g->entries[g->done].sequence;
		guard_compile(g->entries[g->done].node, kind_of_rule(g, g->done), &t->rule[g->done]);
	}
	return g->done == t->n_rules;
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
	release(&g->now);
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
		release(&g->next); /* its nodes are gone, though the lists are the same */
	g->epoch = model_epoch(g->core->model);
	rc = g->next.own ? 0 : begin(g);
	if (rc == 0 && !compile(g, most)) {
		event_add(g->turn, &again);
		return;
	}
	rc = rc ? rc : publish(g);
	if (rc == 0)
		return;
	release(&g->next);
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
	release(&g->next);   /* its nodes may be gone */
	if (g->core->booted) /* while startup-config loads, half of it is no answer */
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
	const char *name = lines_access_class(g->core->lines, line, leaves[family], "in", &vrf_also);
	enum guard_kind kind;
	uint32_t list, rule;

	if (name && p->away && !vrf_also)
		return false;
	if (!name || !find_list(g, family, name, &kind))
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
