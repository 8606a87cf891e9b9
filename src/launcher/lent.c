/* SPDX-License-Identifier: Apache-2.0
 *
 * lent.c: what the host lends to a device: published ports and network namespaces, checked and written as core's
 * arguments. Runs in the launcher.
 */
#include "launcher.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VRF_NAME_MAX 32
#define NETNS_MAX    255
#define NETNS_FOLDER "/run/netns/"

static int parse_port(struct str s)
{
	int port = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || port > 6553)
			return -1;
		port = port * 10 + (s.p[i] - '0');
	}
	return s.n && port >= 1 && port <= 65535 ? port : -1;
}

/* Takes what is behind the last colon off the end. */
static struct str take_last(struct str *s)
{
	const uint8_t *colon = s->n ? memrchr(s->p, ':', s->n) : NULL;
	struct str last = *s;

	if (colon) {
		last = (struct str){ colon + 1, s->n - (size_t)(colon + 1 - s->p) };
		s->n = (size_t)(colon - s->p);
	} else {
		s->n = 0;
	}
	return last;
}

static bool parse_host(struct str s, char *out, size_t size)
{
	char host[64];
	uint8_t raw[16];

	if (s.n == 0)
		return str_copy(STR("127.0.0.1"), out, size);
	if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		return str_copy((struct str){ s.p + 1, s.n - 2 }, host, sizeof host) &&
		       inet_pton(AF_INET6, host, raw) == 1 && str_copy(s, out, size);
	return str_copy(s, host, sizeof host) && inet_pton(AF_INET, host, raw) == 1 && str_copy(s, out, size);
}

static char *next_value(struct lent *l, const char *option, struct errbuf *e)
{
	char *value;

	if (l->argc == 2 * BOOT_LENT_MAX) {
		err_set(e, E_LIMIT, "more than %d lines that lend something", BOOT_LENT_MAX);
		return NULL;
	}
	value = l->values[l->argc / 2];
	l->argv[l->argc++] = option;
	l->argv[l->argc++] = value;
	return value;
}

int lent_publish(struct lent *l, const char *text, struct errbuf *e)
{
	struct str s = str_of(text), slash = { NULL, 0 };
	const uint8_t *at = s.n ? memchr(s.p, '/', s.n) : NULL;
	bool whole = at == NULL, colon;
	char host[64], *value;
	int port, host_port;

	if (at) {
		slash = (struct str){ at, s.n - (size_t)(at - s.p) };
		s.n = (size_t)(at - s.p);
	}
	port = parse_port(take_last(&s));
	colon = s.n > 0;
	host_port = parse_port(take_last(&s));
	if (port < 0 || host_port < 0 || !colon || !parse_host(s, host, sizeof host) ||
	    !(whole || str_is(slash, "/udp") || str_is(slash, "/tcp")))
		return err_set(e, E_INVAL, "\"%.80s\" is not [HOST:]HOSTPORT:PORT[/udp]", text);
	value = next_value(l, "--publish", e);
	if (!value)
		return E_LIMIT;
	snprintf(value, LENT_TEXT, "%s:%d:%d%s", host, host_port, port, str_is(slash, "/udp") ? "/udp" : "");
	return 0;
}

int lent_flash_size(struct lent *l, const char *text, struct errbuf *e)
{
	static const char units[] = "KMG";
	unsigned long long n, most = 1ULL << 50;
	const char *unit;
	char *end, *value;

	errno = 0;
	n = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (text[0] < '1' || text[0] > '9' || errno || (*end && (!unit || end[1])) || n > most)
		return err_set(e, E_INVAL, "\"%.40s\" is not a size (256M)", text);
	for (; unit && unit >= units; unit--)
		n *= 1024;
	if (n > most)
		return err_set(e, E_INVAL, "\"%.40s\" is not a size (256M)", text);
	value = next_value(l, "--flash-size", e);
	if (!value)
		return E_LIMIT;
	snprintf(value, LENT_TEXT, "%llu", n);
	return 0;
}

static bool is_printable(const char *s)
{
	while (*s > ' ' && *s <= '~')
		s++;
	return *s == '\0';
}

int lent_vrf(struct lent *l, const char *name, const char *netns, struct errbuf *e)
{
	bool path = netns[0] == '/';
	char *value;

	if (strlen(name) > VRF_NAME_MAX || strchr(name, '=') || !is_printable(name))
		return err_set(e, E_INVAL, "\"%.40s\" is not the name of a VRF", name);
	if (strlen(netns) > NETNS_MAX || !is_printable(netns) || netns[0] == '.' || (!path && strchr(netns, '/')))
		return err_set(e, E_INVAL, "\"%.80s\" is neither a network namespace nor the path of one", netns);
	value = next_value(l, "--vrf", e);
	if (!value)
		return E_LIMIT;
	snprintf(value, LENT_TEXT, "%s=%s%s", name, path ? "" : NETNS_FOLDER, netns);
	return 0;
}
