/* SPDX-License-Identifier: Apache-2.0
 *
 * servers.c: see servers.h. Runs in core. A server keeps its process and its counters as long as it is configured with
 * the same address, port and key; what is asked when it changes goes on with what it was.
 */
#include "core/login/servers_private.h"

#include "core/clock.h"
#include "core/config/hosts.h"
#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/login/asker.h"
#include "core/login/master.h"
#include "core/login/reach.h"
#include "model/model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TACACS "/ravelin-servers:tacacs"
#define ALL    "tacacs+" /* the group of all servers */

void servers_debug(const struct core *core, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (!debug_on(core, DEBUG_TACACS))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	syslog_debug(core->log, "TPLUS: %s", text);
}

/* --- who they are --- */

static bool set_address(struct server *s, const char *text)
{
	return address_parse(text, (uint16_t)s->port, &s->at) && str_copy(str_of(text), s->address, sizeof s->address);
}

/* A name is looked up in the table of `ip host`: nothing in core waits for a name server. */
static void find_address(const struct model *m, const struct lyd_node *entry, struct server *s)
{
	const char *text = s->name;
	const struct lyd_node *known;

	if (s->named) {
		text = model_below(entry, "address/ipv4");
		text = text ? text : model_below(entry, "address/ipv6");
	}
	if (!text || set_address(s, text))
		return;
	known = hosts_addresses(m, text);
	if (!known || !set_address(s, model_value(known)))
		s->address[0] = '\0';
}

static void take_key(const struct core *core, const struct lyd_node *entry, char out[AAA_CLEAR_MAX + 1])
{
	const struct model *m = core->model;
	const char *type = model_below(entry, "key/type"), *value = model_below(entry, "key/value");

	if (!value) {
		type = model_str(m, TACACS "/key/type");
		value = model_str(m, TACACS "/key/value");
	}
	out[0] = '\0';
	if (value)
		master_reveal(core->master, type ? (int)strtol(type, NULL, 10) : SECRET_CLEAR, value, out,
			      AAA_CLEAR_MAX + 1);
}

static void read_server(const struct core *core, const struct lyd_node *entry, bool named, struct server *s)
{
	const char *timeout = model_below(entry, "timeout");
	const struct model *m = core->model;

	*s = (struct server){ .named = named, .configured = true };
	str_copy(str_of(model_below(entry, "name")), s->name, sizeof s->name);
	s->port = (unsigned)strtoul(model_below(entry, "port"), NULL, 10);
	s->timeout = timeout ? (unsigned)strtoul(timeout, NULL, 10) : (unsigned)model_uint(m, TACACS "/timeout", 5);
	s->single = strcmp(model_below(entry, "single-connection"), "true") == 0;
	take_key(core, entry, s->key);
	find_address(m, entry, s);
}

static struct server *find_server(const struct servers *list, const char *name, bool named)
{
	struct server *s;

	TAILQ_FOREACH (s, &list->list, link) {
		if (s->named == named && s->configured && strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

static bool same_peer(const struct server *a, const struct server *b)
{
	return strcmp(a->address, b->address) == 0 && a->port == b->port && a->single == b->single &&
	       strcmp(a->key, b->key) == 0;
}

/* What changed is new as far as its process and its death go. */
static void update_server(struct server *s, const struct server *now)
{
	s->timeout = now->timeout;
	if (same_peer(s, now))
		return;
	asker_retire(s->asker);
	s->asker = NULL;
	s->down = false;
	s->dead_until_ms = 0;
	s->port = now->port;
	s->single = now->single;
	s->at = now->at;
	memcpy(s->address, now->address, sizeof s->address);
	memcpy(s->key, now->key, sizeof s->key);
}

static void free_server(struct servers *list, struct server *s)
{
	TAILQ_REMOVE(&list->list, s, link);
	asker_retire(s->asker);
	explicit_bzero(s, sizeof *s);
	free(s);
}

void server_let_go(struct servers *list, struct server *s)
{
	if (--s->users == 0 && !s->configured)
		free_server(list, s);
}

/* In the order of the configuration: hosts, then the named ones. */
static void sync_servers(struct servers *list, const char *path, bool named)
{
	const struct model *m = list->core->model;
	struct server now, *s;

	for (const struct lyd_node *e = model_first(m, NULL, path); e; e = model_next(e)) {
		read_server(list->core, e, named, &now);
		TAILQ_FOREACH (s, &list->list, link) {
			if (!s->configured && s->named == named && strcmp(s->name, now.name) == 0)
				break;
		}
		if (s) {
			update_server(s, &now);
			s->configured = true;
			TAILQ_REMOVE(&list->list, s, link);
		} else if ((s = malloc(sizeof *s))) {
			*s = now;
		}
		if (s)
			TAILQ_INSERT_TAIL(&list->list, s, link);
	}
	explicit_bzero(&now, sizeof now);
}

static void on_change(void *arg, const struct txn *t)
{
	struct servers *list = arg;
	struct server *s, *next;

	(void)t;
	TAILQ_FOREACH (s, &list->list, link)
		s->configured = false;
	sync_servers(list, TACACS "/host", false);
	sync_servers(list, TACACS "/server", true);
	for (s = TAILQ_FIRST(&list->list); s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (!s->configured && s->users == 0)
			free_server(list, s);
	}
}

void servers_read_again(struct core *core)
{
	on_change(core->servers, NULL);
}

struct servers *servers_new(struct core *core)
{
	struct servers *list = calloc(1, sizeof *list);

	if (!list)
		return NULL;
	list->core = core;
	TAILQ_INIT(&list->list);
	if (model_watch(core->model, TACACS, on_change, list) < 0 ||
	    model_watch(core->model, HOSTS, on_change, list) < 0)
		return NULL; /* the boot fails: what watches already goes with it */
	return list;
}

/* --- groups --- */

static const struct lyd_node *group_entry(const struct core *core, const char *group)
{
	return model_entry(core->model, TACACS "/group", (const char *[]){ group });
}

unsigned servers_of(const struct core *core, const char *group, struct server *out[SERVERS_MAX])
{
	bool all = strcmp(group, ALL) == 0;
	const struct lyd_node *entry = all ? NULL : group_entry(core, group), *m;
	struct server *s;
	unsigned n = 0;

	if (all) {
		TAILQ_FOREACH (s, &core->servers->list, link) {
			if (s->configured && n < SERVERS_MAX)
				out[n++] = s;
		}
	}
	for (m = entry ? model_first(core->model, entry, "member") : NULL; m && n < SERVERS_MAX; m = model_next(m)) {
		s = find_server(core->servers, model_below(m, "name"), strcmp(model_below(m, "named"), "true") == 0);
		if (s)
			out[n++] = s;
	}
	for (unsigned i = 0; i < n; i++)
		out[i]->users++;
	return n;
}

bool servers_any(const struct core *core, const char *group)
{
	struct server *of[SERVERS_MAX];
	unsigned n = servers_of(core, group, of);

	for (unsigned i = 0; i < n; i++)
		server_let_go(core->servers, of[i]);
	return n > 0;
}

/* --- one of them --- */

struct asker *server_asker(struct servers *list, struct server *s, struct errbuf *e)
{
	if (!s->address[0]) {
		err_set(e, E_NOTFOUND, "no address is known for it");
		return NULL;
	}
	if (!s->key[0]) { /* RFC 8907 section 10.5.1: what is not hidden by a key is not asked */
		err_set(e, E_DENIED, "no key is configured for it, or it cannot be decrypted");
		return NULL;
	}
	if (s->asker && !asker_alive(s->asker)) {
		asker_retire(s->asker);
		s->asker = NULL;
	}
	if (!s->asker)
		s->asker = asker_start(list->core, str_of(s->key), s->single, e);
	return s->asker;
}

/* What a group says counts before what all servers have. */
static struct reach way_to(const struct core *core, const char *group)
{
	const struct lyd_node *entry = strcmp(group, ALL) == 0 ? NULL : group_entry(core, group);
	struct reach way = { .interface = model_str(core->model, TACACS "/source-interface") };
	const char *own = entry ? model_below(entry, "source-interface") : NULL;

	way.vrf = entry ? model_below(entry, "vrf") : NULL;
	way.interface = own ? own : way.interface;
	return way;
}

int server_connect(struct servers *list, struct server *s, const char *group, struct errbuf *e)
{
	const struct reach way = way_to(list->core, group);
	int fd = reach_connect(list->core, &way, &s->at, SOCK_STREAM, e);

	if (fd < 0)
		s->failed++;
	else
		s->opens++;
	return fd;
}

bool server_dead(const struct server *s)
{
	return s->dead_until_ms > clock_now_ms();
}

/* For people. */
static const char *called(const struct server *s)
{
	return s->address[0] ? s->address : s->name;
}

void server_failed(struct servers *list, struct server *s, const char *why)
{
	uint64_t minutes = model_uint(list->core->model, TACACS "/deadtime", 0);

	servers_debug(list->core, "server %s:%u cannot be asked: %s", called(s), s->port, why);
	if (minutes)
		s->dead_until_ms = clock_now_ms() + minutes * 60 * 1000;
	if (!s->down)
		syslog_event(list->core->log, "TACACS", 4, "SERVER_DOWN", "TACACS+ server %s:%u cannot be asked: %s",
			     called(s), s->port, why);
	s->down = true;
}

void server_answered(struct servers *list, struct server *s)
{
	s->dead_until_ms = 0;
	if (s->down)
		syslog_event(list->core->log, "TACACS", 4, "SERVER_UP", "TACACS+ server %s:%u answers again",
			     s->address, s->port);
	s->down = false;
}

/* --- for people --- */

void servers_show(const struct core *core, struct buf *out)
{
	const struct server *s;

	TAILQ_FOREACH (s, &core->servers->list, link) {
		if (!s->configured)
			continue;
		buf_puts(out, "\nTacacs+ Server -  public  :\n");
		if (s->named)
			buf_printf(out, "               Server name: %s\n", s->name);
		buf_printf(out,
			   "            Server address: %s\n"
			   "               Server port: %u\n"
			   "              Socket opens: %10lu\n"
			   "             Socket closes: %10lu\n"
			   "             Socket aborts: %10lu\n"
			   "             Socket errors: %10lu\n"
			   "           Socket Timeouts: %10lu\n"
			   "   Failed Connect Attempts: %10lu\n"
			   "        Total Packets Sent: %10lu\n"
			   "        Total Packets Recv: %10lu\n"
			   "              Server state: %s\n",
			   s->address[0] ? s->address
			   : s->named    ? "none"
					 : s->name,
			   s->port, s->opens, s->closes, s->aborts, s->errors, s->timeouts, s->failed, s->sent,
			   s->received,
			   server_dead(s) ? "dead"
			   : s->down      ? "down"
					  : "up");
	}
}

pid_t servers_process(const struct core *core, size_t i)
{
	const struct server *s;

	TAILQ_FOREACH (s, &core->servers->list, link) {
		if (asker_alive(s->asker) && i-- == 0)
			return asker_pid(s->asker);
	}
	return -1;
}
