/* SPDX-License-Identifier: Apache-2.0
 *
 * servers.c: see servers.h. Runs in core. A server keeps its process and its counters as long as it is configured with
 * the same address, port and key; what is asked when it changes goes on with what it was.
 */
#include "core/login/servers_private.h"

#include "core/clock.h"
#include "core/config/authorities.h"
#include "core/config/credentials.h"
#include "core/config/hosts.h"
#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/login/asker.h"
#include "core/login/reach.h"
#include "model/model.h"

#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void server_debug(const struct core *core, const struct server *s, const char *fmt, ...)
{
	const struct servers_protocol *of = &servers_protocols[s->protocol];
	char text[400];
	va_list ap;

	if (!debug_on(core, of->debug))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	syslog_debug(core->log, "%s: %s", of->prefix, text);
}

/* --- who they are --- */

/* Is it the same entry of the configuration? Hosts of RADIUS are told apart by their ports, too. */
static bool same_entry(const struct server *a, const struct server *b)
{
	bool ports = a->protocol != AAA_RADIUS || a->named || (a->port == b->port && a->acct_port == b->acct_port);

	return a->protocol == b->protocol && a->named == b->named && ports && strcmp(a->name, b->name) == 0;
}

static struct server *find_server(const struct servers *list, const struct server *like)
{
	struct server *s;

	TAILQ_FOREACH (s, &list->list, link) {
		if (s->configured && same_entry(s, like))
			return s;
	}
	return NULL;
}

static bool same_peer(const struct server *a, const struct server *b)
{
	return strcmp(a->address, b->address) == 0 && a->port == b->port && a->acct_port == b->acct_port &&
	       a->single == b->single && a->sign == b->sign && strcmp(a->key, b->key) == 0 && a->tls == b->tls &&
	       strcmp(a->identity, b->identity) == 0 && strcmp(a->profile, b->profile) == 0 &&
	       strcmp(a->client, b->client) == 0;
}

static void end_asker(struct server *s)
{
	asker_retire(s->asker);
	s->asker = NULL;
}

/* Its process, its failure and its death were those of what it was. */
static void become_another(struct server *s)
{
	s->peer++;
	s->asked_ms = 0;
	end_asker(s);
	s->down = false;
	s->why[0] = '\0';
	s->dead_until_ms = 0;
}

static void update_server(struct server *s, const struct server *now)
{
	s->timeout = now->timeout;
	s->retransmit = now->retransmit;
	if (strcmp(s->tester.user, now->tester.user) != 0)
		s->asked_ms = 0;
	s->tester = now->tester;
	if (same_peer(s, now))
		return;
	become_another(s);
	s->port = now->port;
	s->acct_port = now->acct_port;
	s->single = now->single;
	s->sign = now->sign;
	s->tls = now->tls;
	s->at = now->at;
	memcpy(s->address, now->address, sizeof s->address);
	memcpy(s->key, now->key, sizeof s->key);
	memcpy(s->identity, now->identity, sizeof s->identity);
	memcpy(s->profile, now->profile, sizeof s->profile);
	memcpy(s->client, now->client, sizeof s->client);
}

static void free_server(struct servers *list, struct server *s)
{
	TAILQ_REMOVE(&list->list, s, link);
	asker_retire(s->asker);
	buf_release(&s->authorities);
	explicit_bzero(s, sizeof *s);
	free(s);
}

void server_let_go(struct servers *list, struct server *s)
{
	if (--s->users == 0 && !s->configured)
		free_server(list, s);
}

/* In the order of the configuration: hosts, then the named ones. */
static void sync_servers(struct servers *list, enum aaa_protocol protocol, bool named)
{
	const struct model *m = list->core->model;
	struct server now, *s;
	char path[80];

	snprintf(path, sizeof path, "%s/%s", servers_protocols[protocol].root, named ? "server" : "host");
	for (const struct lyd_node *e = model_first(m, NULL, path); e; e = model_next(e)) {
		server_read(list->core, protocol, named, e, &now);
		TAILQ_FOREACH (s, &list->list, link) {
			if (!s->configured && same_entry(s, &now))
				break;
		}
		if (s) {
			update_server(s, &now);
			s->configured = true;
			TAILQ_REMOVE(&list->list, s, link);
		} else if ((s = malloc(sizeof *s))) {
			*s = now;
			s->of = list;
			s->since_ms = clock_now_ms();
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
	for (unsigned protocol = 0; protocol < AAA_PROTOCOLS; protocol++) {
		sync_servers(list, protocol, false);
		sync_servers(list, protocol, true);
	}
	for (s = TAILQ_FIRST(&list->list); s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (!s->configured && s->users == 0)
			free_server(list, s);
	}
	probe_arm(list);
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
	list->timer = core->base ? evtimer_new(core->base, probe_on_timer, list) : NULL;
	if (model_watch(core->model, servers_protocols[AAA_TACACS].root, on_change, list) < 0 ||
	    model_watch(core->model, servers_protocols[AAA_RADIUS].root, on_change, list) < 0 ||
	    model_watch(core->model, HOSTS, on_change, list) < 0)
		return NULL; /* the boot fails: what watches already goes with it */
	return list;
}

/* --- groups --- */

/* A group of all servers of a protocol has its name; one that is configured is of the protocol it stands under. */
static const struct lyd_node *find_group(const struct core *core, const char *group, enum aaa_protocol *protocol,
					 bool *all)
{
	const struct lyd_node *entry = NULL;
	char path[80];

	*all = false;
	for (unsigned p = 0; p < AAA_PROTOCOLS && !entry && !*all; p++) {
		*protocol = p;
		*all = strcmp(group, servers_protocols[p].all) == 0;
		snprintf(path, sizeof path, "%s/group", servers_protocols[p].root);
		if (!*all)
			entry = model_entry(core->model, path, (const char *[]){ group });
	}
	return entry;
}

enum aaa_protocol servers_speak(const struct core *core, const char *group)
{
	enum aaa_protocol protocol;
	bool all;

	find_group(core, group, &protocol, &all);
	return protocol;
}

static unsigned port_of(const struct lyd_node *member, const char *leaf)
{
	return (unsigned)strtoul(model_below(member, leaf), NULL, 10);
}

static struct server *member_of(const struct servers *list, enum aaa_protocol protocol, const struct lyd_node *member)
{
	struct server like = { .protocol = protocol, .named = strcmp(model_below(member, "named"), "true") == 0 };

	str_copy(str_of(model_below(member, "name")), like.name, sizeof like.name);
	if (protocol == AAA_RADIUS) {
		like.port = port_of(member, "auth-port");
		like.acct_port = port_of(member, "acct-port");
	}
	return find_server(list, &like);
}

unsigned servers_of(const struct core *core, const char *group, struct server *out[SERVERS_MAX])
{
	enum aaa_protocol protocol;
	bool all;
	const struct lyd_node *entry = find_group(core, group, &protocol, &all), *m;
	struct server *s;
	unsigned n = 0;

	if (all) {
		TAILQ_FOREACH (s, &core->servers->list, link) {
			if (s->configured && s->protocol == protocol && n < SERVERS_MAX)
				out[n++] = s;
		}
	}
	for (m = entry ? model_first(core->model, entry, "member") : NULL; m && n < SERVERS_MAX; m = model_next(m)) {
		s = member_of(core->servers, protocol, m);
		if (s)
			out[n++] = s;
	}
	for (unsigned i = 0; i < n; i++)
		out[i]->users++;
	return n;
}

const char *server_group(const struct core *core, const struct server *s)
{
	const struct lyd_node *entry, *m;
	char path[80];

	snprintf(path, sizeof path, "%s/group", servers_protocols[s->protocol].root);
	for (entry = model_first(core->model, NULL, path); entry; entry = model_next(entry)) {
		for (m = model_first(core->model, entry, "member"); m; m = model_next(m)) {
			if (member_of(core->servers, s->protocol, m) == s)
				return model_below(entry, "name");
		}
	}
	return servers_protocols[s->protocol].all;
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

/* Who may vouch for a server of TLS, as the file is now; other ones are for another process. */
static bool read_authorities(struct servers *list, struct server *s, struct errbuf *e)
{
	const char *file = authorities_file(list->core->model, s->profile);
	struct buf now;
	bool changed;

	if (!s->profile[0]) {
		err_set(e, E_DENIED, "no tls trustpoint server is configured for it");
		return false;
	}
	buf_init(&now, 0);
	if (authorities_read(list->core, s->profile, file ? file : "", &now, e) < 0) {
		buf_release(&now);
		return false;
	}
	changed = !str_eq(buf_str(&now), buf_str(&s->authorities));
	buf_release(&s->authorities);
	s->authorities = now;
	if (changed)
		end_asker(s);
	return true;
}

/* What this device shows of itself. */
static bool take_credentials(const struct core *core, const struct server *s, struct asker_server *with,
			     struct errbuf *e)
{
	const struct identity *id = s->client[0] ? credentials_of(core, s->client, e) : NULL;

	if (id) {
		with->chain = buf_str(&id->chain);
		with->own = buf_str(&id->key);
	}
	return id || !s->client[0];
}

void servers_credentials_changed(struct core *core, const char *trustpoint)
{
	struct server *s;

	TAILQ_FOREACH (s, &core->servers->list, link) {
		if (strcmp(s->client, trustpoint) == 0)
			become_another(s);
	}
	probe_arm(core->servers);
}

/* RFC 8907 section 10.5.1: what is not hidden by a key is not asked, unless it is by TLS. */
static bool has_key(const struct server *s)
{
	return s->key[0] || (s->tls && s->protocol == AAA_TACACS);
}

struct asker *server_asker(struct servers *list, struct server *s, struct errbuf *e)
{
	struct asker_server with = { .protocol = s->protocol,
				     .key = str_of(s->key),
				     .single = s->single,
				     .sign = s->sign,
				     .tls = s->tls,
				     .name = str_of(s->identity) };

	if (!s->address[0]) {
		err_set(e, E_NOTFOUND, "no address is known for it");
		return NULL;
	}
	if (!has_key(s)) {
		err_set(e, E_DENIED, "no key is configured for it, or it cannot be decrypted");
		return NULL;
	}
	if (s->tls && (!read_authorities(list, s, e) || !take_credentials(list->core, s, &with, e)))
		return NULL;
	with.authorities = buf_str(&s->authorities);
	if (s->asker && !asker_alive(s->asker))
		end_asker(s);
	if (!s->asker)
		s->asker = asker_start(list->core, &with, e);
	return s->asker;
}

/* The address that a request says it comes from is that of the socket. */
static void take_local(struct asker_socket *out)
{
	union address local = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t n = sizeof local;

	out->n_local = 0;
	if (getsockname(out->fd, &local.any, &n) < 0)
		return;
	if (local.any.sa_family == AF_INET)
		memcpy(out->local, &local.four.sin_addr, out->n_local = sizeof local.four.sin_addr);
	else if (local.any.sa_family == AF_INET6)
		memcpy(out->local, &local.six.sin6_addr, out->n_local = sizeof local.six.sin6_addr);
}

/* What a group says counts before what all servers have. */
static struct reach way_to(const struct core *core, const char *group)
{
	enum aaa_protocol protocol;
	bool all;
	const struct lyd_node *entry = find_group(core, group, &protocol, &all);
	const char *own = entry ? model_below(entry, "source-interface") : NULL;
	struct reach way = { .vrf = entry ? model_below(entry, "vrf") : NULL, .interface = own };
	char path[80];

	snprintf(path, sizeof path, "%s/source-interface", servers_protocols[protocol].root);
	if (!own)
		way.interface = model_str(core->model, path);
	return way;
}

/* Datagrams, too, come only from where a socket is connected to; the kernel chooses its port. */
bool server_connect(struct servers *list, struct server *s, const char *group, bool accounting,
		    struct asker_socket *out, struct errbuf *e)
{
	const struct reach way = way_to(list->core, group);
	union address to = s->at;

	if (accounting && s->acct_port) {
		if (to.any.sa_family == AF_INET)
			to.four.sin_port = htons((uint16_t)s->acct_port);
		else
			to.six.sin6_port = htons((uint16_t)s->acct_port);
	}
	out->fd =
	    reach_connect(list->core, &way, &to, s->protocol == AAA_RADIUS && !s->tls ? SOCK_DGRAM : SOCK_STREAM, e);
	if (out->fd < 0) {
		s->failed++;
		return false;
	}
	s->opens++;
	take_local(out);
	return true;
}

bool server_dead(const struct server *s)
{
	return s->dead_until_ms && (s->tester.probe_on || s->dead_until_ms > clock_now_ms());
}

const char *server_called(const struct server *s)
{
	return s->address[0] ? s->address : s->name;
}

/* RADIUS has criteria: both a time and a number of requests without a valid reply. */
static bool criteria_met(const struct model *m, const struct server *s)
{
	uint64_t seconds = model_uint(m, "/ravelin-servers:radius/dead-criteria/time", 0);
	uint64_t tries = model_uint(m, "/ravelin-servers:radius/dead-criteria/tries", 0);

	return s->protocol != AAA_RADIUS ||
	       (clock_now_ms() - s->heard_ms >= seconds * 1000 && (s->unheard >= tries || !s->asker));
}

const char *server_ports(const struct server *s, char text[SERVER_PORTS])
{
	if (s->tls)
		snprintf(text, SERVER_PORTS, "%u (TLS)", s->port);
	else if (s->protocol == AAA_RADIUS)
		snprintf(text, SERVER_PORTS, "%u,%u", s->port, s->acct_port);
	else
		snprintf(text, SERVER_PORTS, "%u", s->port);
	return text;
}

static void tell_state(const struct core *core, const struct server *s, const char *why)
{
	char ports[SERVER_PORTS];

	server_ports(s, ports);
	if (s->protocol == AAA_TACACS && why)
		syslog_event(core->log, "TACACS", 4, "SERVER_DOWN", "TACACS+ server %s:%s cannot be asked: %s",
			     server_called(s), ports, why);
	else if (s->protocol == AAA_TACACS)
		syslog_event(core->log, "TACACS", 4, "SERVER_UP", "TACACS+ server %s:%s answers again",
			     server_called(s), ports);
	else if (why)
		syslog_event(core->log, "RADIUS", 4, "RADIUS_DEAD", "RADIUS server %s:%s is not responding%s%s",
			     server_called(s), ports, s->tls ? ": " : ".", s->tls ? why : "");
	else
		syslog_event(core->log, "RADIUS", 4, "RADIUS_ALIVE", "RADIUS server %s:%s is being marked alive.",
			     server_called(s), ports);
}

static void change_state(const struct core *core, struct server *s, const char *why)
{
	uint64_t now = clock_now_ms();

	s->down = why != NULL;
	s->before_ms = now - s->since_ms;
	s->since_ms = now;
	s->deaths += s->down;
	s->dead_ms += s->down ? 0 : s->before_ms;
	tell_state(core, s, why);
}

void server_failed(struct servers *list, struct server *s, const char *why, bool absent)
{
	const struct model *m = list->core->model;
	uint64_t minutes;
	char path[80];

	server_debug(list->core, s, "server %s:%u cannot be asked: %s", server_called(s), s->port, why);
	str_copy_printable(str_of(why), s->why, sizeof s->why);
	if (!criteria_met(m, s))
		return;
	snprintf(path, sizeof path, "%s/deadtime", servers_protocols[s->protocol].root);
	minutes = model_uint(m, path, 0);
	if (minutes && !absent)
		s->dead_until_ms = clock_now_ms() + minutes * 60 * 1000;
	if (!s->down)
		change_state(list->core, s, why);
	probe_arm(list);
}

void server_answered(struct servers *list, struct server *s)
{
	s->dead_until_ms = 0;
	s->heard_ms = clock_now_ms();
	s->unheard = 0;
	if (s->down)
		change_state(list->core, s, NULL);
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
