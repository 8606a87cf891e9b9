/* SPDX-License-Identifier: Apache-2.0
 *
 * remote.c: see remote.h. Runs in core. Changes of the configuration are applied in a turn of their own, so that ten
 * lines about one host are one change of it.
 */
#include "core/log/remote.h"

#include "base/address.h"
#include "core/config/authorities.h"
#include "core/config/credentials.h"
#include "core/config/hosts.h"
#include "core/config/interface.h"
#include "core/core.h"
#include "core/log/collector.h"
#include "core/log/syslog.h"
#include "core/log/wire.h"
#include "model/model.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define LOGGING    "/ravelin-log:logging"
#define INTERFACES "/ravelin-interface:interfaces"
#define HOSTS_MAX  16 /* each has a process */

struct host {
	TAILQ_ENTRY(host) link;
	struct collector *collector;
	bool configured;
};

struct remote {
	struct core *core;
	struct event *turn;
	TAILQ_HEAD(, host) hosts;
	size_t n, left_out;
};

/* --- what the configuration says --- */

static bool set_address(struct collector_spec *s, const char *text)
{
	union address parsed;

	return address_parse(text, 0, &parsed) && str_copy(str_of(text), s->address, sizeof s->address);
}

/* A name is looked up in the table of `ip host`: nothing in core waits for a name server. */
static void find_address(const struct model *m, struct collector_spec *s)
{
	const struct lyd_node *known;

	if (set_address(s, s->name))
		return;
	known = hosts_addresses(m, s->name);
	if (known)
		set_address(s, model_value(known));
}

static void find_source(const struct model *m, struct collector_spec *s)
{
	const char *name = model_str(m, LOGGING "/source-interface"), *address;

	if (!name)
		return;
	str_copy(str_of(name), s->from, sizeof s->from);
	address = interface_address(m, name);
	if (address)
		str_copy(str_of(address), s->source, sizeof s->source);
}

static void find_profile(const struct model *m, const char *profile, struct collector_spec *s)
{
	const char *file, *client;

	if (!profile)
		return;
	str_copy(str_of(profile), s->profile, sizeof s->profile);
	file = authorities_file(m, profile);
	if (file)
		str_copy(str_of(file), s->file, sizeof s->file);
	client = credentials_name(m, profile);
	if (client)
		str_copy(str_of(client), s->client, sizeof s->client);
}

static enum wire_form form_of(const struct model *m)
{
	const char *name = model_str(m, LOGGING "/syslog-format");

	if (!name)
		return WIRE_IOS;
	return strcmp(name, "rfc5424") == 0 ? WIRE_RFC5424 : WIRE_RFC3164;
}

/* RFC 5425 wants lengths before lines, and so do receivers of RFC 5424 on TCP; all others know lines by their ends. */
static void read_spec(const struct model *m, const struct lyd_node *e, struct collector_spec *s)
{
	static const unsigned ports[] = { [LOG_UDP] = 514, [LOG_TCP] = 601, [LOG_TLS] = 6514 };
	const char *transport = model_below(e, "transport"), *port = model_below(e, "port");

	memset(s, 0, sizeof *s);
	str_copy(str_of(model_below(e, "address")), s->name, sizeof s->name);
	str_copy(str_of(model_below(e, "vrf")), s->vrf, sizeof s->vrf);
	s->transport = strcmp(transport, "tls") == 0 ? LOG_TLS : strcmp(transport, "tcp") == 0 ? LOG_TCP : LOG_UDP;
	s->port = port ? (unsigned)strtoul(port, NULL, 10) : ports[s->transport];
	s->octets = s->transport == LOG_TLS || form_of(m) == WIRE_RFC5424;
	find_address(m, s);
	find_source(m, s);
	if (s->transport == LOG_TLS)
		find_profile(m, model_below(e, "tls-profile"), s);
}

/* --- hosts --- */

static struct host *find_host(const struct remote *r, const struct collector_spec *s)
{
	const struct collector_spec *own;
	struct host *h;

	TAILQ_FOREACH (h, &r->hosts, link) {
		own = collector_spec(h->collector);
		if (strcmp(own->name, s->name) == 0 && strcmp(own->vrf, s->vrf) == 0)
			return h;
	}
	return NULL;
}

static struct host *add_host(struct remote *r, const struct collector_spec *s)
{
	struct host *h = r->n < HOSTS_MAX ? calloc(1, sizeof *h) : NULL;

	if (h)
		h->collector = collector_new(r->core, s);
	if (!h || !h->collector) {
		free(h);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&r->hosts, h, link);
	r->n++;
	return h;
}

static void remove_host(struct remote *r, struct host *h)
{
	const struct collector_spec *s = collector_spec(h->collector);

	syslog_event(r->core->log, "SYS", 6, "LOGGINGHOST_STARTSTOP",
		     "Logging to host %s port %u stopped - CLI initiated", s->name, s->port);
	TAILQ_REMOVE(&r->hosts, h, link);
	r->n--;
	collector_free(h->collector);
	free(h);
}

static void sync_hosts(struct remote *r)
{
	const struct model *m = r->core->model;
	struct collector_spec spec;
	struct host *h, *next;

	TAILQ_FOREACH (h, &r->hosts, link)
		h->configured = false;
	r->left_out = 0;
	for (const struct lyd_node *e = model_first(m, NULL, LOGGING "/host"); e; e = model_next(e)) {
		read_spec(m, e, &spec);
		h = find_host(r, &spec);
		if (h)
			collector_change(h->collector, &spec);
		else
			h = add_host(r, &spec);
		if (h)
			h->configured = true;
		else
			r->left_out++;
	}
	for (h = TAILQ_FIRST(&r->hosts); h; h = next) {
		next = TAILQ_NEXT(h, link);
		if (!h->configured)
			remove_host(r, h);
	}
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct remote *r = arg;
	struct host *h;

	(void)fd;
	(void)what;
	sync_hosts(r);
	TAILQ_FOREACH (h, &r->hosts, link)
		collector_start(h->collector);
}

static void on_change(void *arg, const struct txn *t)
{
	struct remote *r = arg;

	(void)t;
	if (r->core->booted)
		event_active(r->turn, EV_TIMEOUT, 1);
}

void remote_credentials_changed(struct remote *r, const char *trustpoint)
{
	struct host *h;

	TAILQ_FOREACH (h, &r->hosts, link) {
		if (strcmp(collector_spec(h->collector)->client, trustpoint) == 0)
			collector_again(h->collector);
	}
}

void remote_booted(struct remote *r)
{
	on_turn(-1, 0, r);
}

/* --- messages --- */

/* `logging origin-id`; NULL: none. */
static const char *origin_of(const struct core *core, const struct host *h)
{
	const char *kind = model_str(core->model, LOGGING "/origin-id/kind"), *source;

	if (!kind)
		return NULL;
	if (strcmp(kind, "string") == 0)
		return model_str(core->model, LOGGING "/origin-id/text");
	source = collector_source(h->collector);
	if (strcmp(kind, "ip") == 0 && source[0])
		return source;
	return core_hostname(core);
}

static bool on_message(void *arg, const struct syslog_message *m)
{
	struct remote *r = arg;
	const struct core *core = r->core;
	const char *facility = model_str(core->model, LOGGING "/facility");
	struct wire_head head = { .form = form_of(core->model),
				  .facility = wire_facility(facility ? facility : "local7"),
				  .host = core_hostname(core),
				  .clock = &core->clock };
	struct host *h;
	struct buf line;

	TAILQ_FOREACH (h, &r->hosts, link) {
		head.origin = origin_of(core, h);
		buf_init(&line, 0);
		wire_put(&head, m, &line);
		if (!line.err)
			collector_put(h->collector, buf_str(&line));
		buf_release(&line);
	}
	return r->n > 0;
}

/* --- for others --- */

void remote_show(const struct core *core, struct buf *out)
{
	const char *source = model_str(core->model, LOGGING "/source-interface");
	const struct host *h;

	if (!core->remote) /* not yet */
		return;
	TAILQ_FOREACH (h, &core->remote->hosts, link)
		collector_show(h->collector, out);
	if (core->remote->left_out)
		buf_printf(out, "        %zu more hosts get nothing: this release logs to %d\n", core->remote->left_out,
			   HOSTS_MAX);
	if (source)
		buf_printf(out, "        Logging Source-Interface: %s\n", source);
}

pid_t remote_process(const struct core *core, size_t i)
{
	const struct host *h;

	if (!core->remote)
		return -1;
	TAILQ_FOREACH (h, &core->remote->hosts, link) {
		if (collector_pid(h->collector) >= 0 && i-- == 0)
			return collector_pid(h->collector);
	}
	return -1;
}

struct remote *remote_new(struct core *core)
{
	struct remote *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->core = core;
	TAILQ_INIT(&r->hosts);
	r->turn = event_new(core->base, -1, 0, on_turn, r);
	if (!r->turn || model_watch(core->model, LOGGING, on_change, r) < 0 ||
	    model_watch(core->model, HOSTS, on_change, r) < 0 || model_watch(core->model, INTERFACES, on_change, r) < 0)
		return NULL; /* the boot fails: what watches already goes with it */
	syslog_remote(core->log, on_message, r);
	return r;
}
