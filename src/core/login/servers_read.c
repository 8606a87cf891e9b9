/* SPDX-License-Identifier: Apache-2.0
 *
 * servers_read.c: a server as the configuration has it (servers_private.h). Runs in core.
 */
#include "core/login/servers_private.h"

#include "core/config/hosts.h"
#include "core/core.h"
#include "core/login/master.h"
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct servers_protocol servers_protocols[AAA_PROTOCOLS] = {
	[AAA_TACACS] = { "/ravelin-servers:tacacs", "tacacs+", "TPLUS", DEBUG_TACACS, 300 },
	[AAA_RADIUS] = { "/ravelin-servers:radius", "radius", "RADIUS", DEBUG_RADIUS, 2083 },
};

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

/* What holds for all servers of the protocol. */
static const char *general(const struct model *m, const struct server *s, const char *leaf)
{
	char path[80];

	snprintf(path, sizeof path, "%s/%s", servers_protocols[s->protocol].root, leaf);
	return model_str(m, path);
}

/* Its own, else the general one. */
static unsigned number(const struct model *m, const struct lyd_node *entry, const struct server *s, const char *leaf)
{
	const char *value = model_below(entry, leaf);

	value = value ? value : general(m, s, leaf);
	return value ? (unsigned)strtoul(value, NULL, 10) : 0;
}

static void take_key(const struct core *core, const struct lyd_node *entry, struct server *s)
{
	const char *type = model_below(entry, "key/type"), *value = model_below(entry, "key/value");

	if (!value && s->tls) {
		value = s->protocol == AAA_RADIUS ? "radsec" : NULL; /* RFC 6614 section 2.3 */
	} else if (!value) {
		type = general(core->model, s, "key/type");
		value = general(core->model, s, "key/value");
	}
	s->key[0] = '\0';
	if (value)
		master_reveal(core->master, type ? (int)strtol(type, NULL, 10) : SECRET_CLEAR, value, s->key,
			      sizeof s->key);
}

static unsigned port_of(const struct lyd_node *entry, const char *leaf)
{
	return (unsigned)strtoul(model_below(entry, leaf), NULL, 10);
}

static bool is_set(const struct lyd_node *entry, const char *leaf)
{
	const char *value = model_below(entry, leaf);

	return value && strcmp(value, "true") == 0;
}

static void take_tester(const struct lyd_node *entry, struct server_tester *t)
{
	const char *user = model_below(entry, "automate-tester/username");

	if (!user || !str_copy(str_of(user), t->user, sizeof t->user))
		return;
	t->logins = !is_set(entry, "automate-tester/ignore-auth-port");
	t->records = !is_set(entry, "automate-tester/ignore-acct-port") && !is_set(entry, "automate-tester/probe-on");
	t->probe_on = is_set(entry, "automate-tester/probe-on");
	t->idle_ms = strtoull(model_below(entry, "automate-tester/idle-time"), NULL, 10) * 60 * 1000;
}

/* One line of `tls` makes it a server that is spoken with by TLS, and never without. */
static void take_tls(const struct lyd_node *entry, struct server *s)
{
	const char *port = model_below(entry, "tls/port"), *profile = model_below(entry, "tls/trustpoint");
	const char *name = model_below(entry, "tls/hostname"), *client = model_below(entry, "tls/client-trustpoint");

	name = name ? name : model_below(entry, "tls/ip-address");
	s->tls = port || profile || name || client;
	if (!s->tls)
		return;
	s->port = port ? (unsigned)strtoul(port, NULL, 10) : servers_protocols[s->protocol].tls_port;
	s->acct_port = s->protocol == AAA_RADIUS ? s->port : 0;
	s->retransmit = 0; /* nothing gets lost on the way */
	if (profile)
		str_copy(str_of(profile), s->profile, sizeof s->profile);
	if (client)
		str_copy(str_of(client), s->client, sizeof s->client);
	if (name)
		str_copy(str_of(name), s->identity, sizeof s->identity);
}

static void take_radius(const struct model *m, const struct lyd_node *entry, struct server *s)
{
	s->port = port_of(entry, s->named ? "address/auth-port" : "auth-port");
	s->acct_port = port_of(entry, s->named ? "address/acct-port" : "acct-port");
	s->retransmit = number(m, entry, s, "retransmit");
	if (s->named) /* the older form has none */
		take_tester(entry, &s->tester);
	s->sign = !s->named || strcmp(model_below(entry, "require-message-authenticator"), "true") == 0;
}

static void take_tacacs(const struct lyd_node *entry, struct server *s)
{
	s->port = port_of(entry, "port");
	s->single = strcmp(model_below(entry, "single-connection"), "true") == 0;
}

void server_read(const struct core *core, enum aaa_protocol protocol, bool named, const struct lyd_node *entry,
		 struct server *s)
{
	*s = (struct server){ .protocol = protocol, .named = named, .configured = true };
	str_copy(str_of(model_below(entry, "name")), s->name, sizeof s->name);
	s->timeout = number(core->model, entry, s, "timeout");
	if (protocol == AAA_RADIUS)
		take_radius(core->model, entry, s);
	else
		take_tacacs(entry, s);
	if (named)
		take_tls(entry, s);
	take_key(core, entry, s);
	find_address(core->model, entry, s);
	if (s->tls && !s->identity[0])
		str_copy(str_of(s->address), s->identity, sizeof s->identity);
}
