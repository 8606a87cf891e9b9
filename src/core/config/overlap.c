/* SPDX-License-Identifier: Apache-2.0
 *
 * overlap.c: see overlap.h. An interface is up when it is not shut down; one that is shut down may hold any address.
 * An address that overlaps with another interface's is refused where the interface is up already, and so is the
 * `no shutdown` that would bring it up. An interface that has just been made is not up yet: configurations state its
 * `shutdown` behind its addresses. It takes the address and stays shut down. Runs in core.
 */
#include "overlap.h"

#include "core/config/subnets.h"
#include "model/model.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERFACES "/ravelin-interface:interfaces/interface"

struct overlap {
	struct model *model;
	struct subnets up;
};

static bool read_subnet(struct subnet *s, const char *address, const char *mask)
{
	struct in_addr a, m;

	if (!address || !mask || inet_pton(AF_INET, address, &a) != 1 || inet_pton(AF_INET, mask, &m) != 1)
		return false;
	s->address = ntohl(a.s_addr);
	s->mask = ntohl(m.s_addr);
	return s->address != 0;
}

typedef int subnet_fn(void *arg, const struct subnet *s);

/* Calls fn for each subnet of the interface until it returns something. */
static int each_subnet(const struct model *m, const struct lyd_node *interface, subnet_fn *fn, void *arg)
{
	struct subnet s = { .primary = true };
	int rc = 0;

	snprintf(s.owner, sizeof s.owner, "%s", model_below(interface, "name"));
	if (read_subnet(&s, model_below(interface, "ipv4/primary/address"),
			model_below(interface, "ipv4/primary/mask")))
		rc = fn(arg, &s);
	s.primary = false;
	for (const struct lyd_node *i = model_first(m, interface, "ipv4/secondary"); i && !rc; i = model_next(i))
		if (read_subnet(&s, model_below(i, "address"), model_below(i, "mask")))
			rc = fn(arg, &s);
	return rc;
}

static bool is_shut(const struct lyd_node *interface)
{
	return strcmp(model_below(interface, "shutdown"), "false") != 0;
}

static const struct lyd_node *interface_named(const struct overlap *o, const char *name)
{
	return model_entry(o->model, INTERFACES, (const char *[]){ name });
}

/* --- what is up --- */

static int add(void *arg, const struct subnet *s)
{
	return subnets_add(arg, s);
}

static void refresh(struct overlap *o, const char *name)
{
	const struct lyd_node *interface = interface_named(o, name);

	subnets_remove_owner(&o->up, name);
	if (interface && !is_shut(interface) && each_subnet(o->model, interface, add, &o->up) < 0)
		abort(); /* what is not known to be up would not be guarded */
}

/* --- what may come up --- */

struct search {
	const struct overlap *o;
	struct subnet found; /* of the interface asked about … */
	const char *other;   /* … and who has it */
};

static int find(void *arg, const struct subnet *s)
{
	struct search *search = arg;
	const struct subnet *other = subnets_overlap(&search->o->up, s);

	if (!other)
		return 0;
	search->found = *s;
	search->other = other->owner;
	return 1;
}

/* `had`: where the interface's subnets from before the transaction are. */
static int check(struct overlap *o, struct txn *t, const char *name, const struct subnets *had, struct errbuf *e)
{
	const struct lyd_node *interface = interface_named(o, name);
	struct search search = { .o = o };
	char network[INET_ADDRSTRLEN];
	struct lyd_node *entry;
	struct in_addr a;
	int rc;

	if (!interface || is_shut(interface) || !each_subnet(o->model, interface, find, &search))
		return 0;
	a.s_addr = htonl(search.found.address & search.found.mask);
	inet_ntop(AF_INET, &a, network, sizeof network);
	if (subnets_has_primary(had, name) || model_first(o->model, interface, "shutdown"))
		return err_set(e, E_EXISTS, "%s overlaps with %s", network, search.other);
	rc = txn_entry(t, NULL, INTERFACES, (const char *[]){ name }, &entry, e);
	if (!rc)
		rc = txn_set(t, entry, "shutdown", "true", e);
	if (!rc)
		err_set(e, 0, "%s stays shut down: %s is on %s already", name, network, search.other);
	return rc;
}

/* Calls fn for each interface among the first n changes, until it returns something. */
typedef int interface_fn(void *arg, const char *name);
static int each_interface(const struct txn *t, size_t n, interface_fn *fn, void *arg)
{
	const struct lyd_node *before = NULL;
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++) {
		const struct lyd_node *interface = txn_change_in(t, i, INTERFACES);

		if (interface && interface != before)
			rc = fn(arg, model_below(interface, "name"));
		before = interface;
	}
	return rc;
}

/* A configuration that is replaced changes many at once: what one gives up another may have. So all that they had is
 * put aside, and each is asked about against those before it. */
struct guarding {
	struct overlap *o;
	struct txn *t;
	struct subnets had;
	struct errbuf *e;
};

static int put_aside(void *arg, const char *name)
{
	struct guarding *g = arg;

	subnets_move_owner(&g->o->up, &g->had, name);
	return 0;
}

static int check_next(void *arg, const char *name)
{
	struct guarding *g = arg;
	int rc = check(g->o, g->t, name, &g->had, g->e);

	if (rc == 0)
		refresh(g->o, name);
	return rc;
}

static int forget(void *arg, const char *name)
{
	struct guarding *g = arg;

	subnets_remove_owner(&g->o->up, name);
	return 0;
}

static int put_back(void *arg, const char *name)
{
	struct guarding *g = arg;

	subnets_move_owner(&g->had, &g->o->up, name);
	return 0;
}

static int guard(void *arg, struct txn *t, struct errbuf *e)
{
	struct guarding g = { .o = arg, .t = t, .e = e };
	size_t n = txn_changes(t);
	int rc;

	each_interface(t, n, put_aside, &g);
	rc = each_interface(t, n, check_next, &g);
	each_interface(t, n, forget, &g); /* what is committed is taken up by on_change, behind the other guards */
	each_interface(t, n, put_back, &g);
	subnets_release(&g.had);
	return rc;
}

static int take_up(void *arg, const char *name)
{
	refresh(arg, name);
	return 0;
}

static void on_change(void *arg, const struct txn *t)
{
	each_interface(t, txn_changes(t), take_up, arg);
}

int overlap_new(struct overlap **out, struct model *m, struct errbuf *e)
{
	static const char *const what[] = { INTERFACES "/ipv4", INTERFACES "/shutdown" };
	struct overlap *o = calloc(1, sizeof *o);
	int rc = o ? 0 : E_NOMEM;

	*out = o;
	if (o)
		o->model = m;
	for (size_t i = 0; i < 2 && !rc; i++) {
		rc = model_guard(m, what[i], guard, o);
		rc = rc ? rc : model_watch(m, what[i], on_change, o);
	}
	return rc < 0 ? err_set(e, rc, "the interfaces cannot be watched") : 0;
}

void overlap_free(struct overlap *o)
{
	if (o)
		subnets_release(&o->up);
	free(o);
}
