/* SPDX-License-Identifier: Apache-2.0
 *
 * guard_rule.c: an entry of an access list as the rule that is asked: addresses and the bits of them that count, ports
 * as a range. Runs in core, on values the model has checked.
 */
#include "core/gate/guard.h"

#include "model/model.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const char *below(const struct lyd_node *entry, const char *path)
{
	const char *value = model_below(entry, path);

	return value ? value : "";
}

/* "any": nothing counts. Without a wildcard all bits do. */
static bool take_ipv4(const char *address, const char *wildcard, struct access_end *e)
{
	if (strcmp(address, "any") == 0)
		return true;
	if (inet_pton(AF_INET, address, e->address) != 1)
		return false;
	memset(e->care, 0xff, 4);
	if (*wildcard) {
		if (inet_pton(AF_INET, wildcard, e->care) != 1)
			return false;
		for (unsigned i = 0; i < 4; i++)
			e->care[i] = (uint8_t)~e->care[i];
	}
	return true;
}

static bool take_ipv6(const char *host, const char *prefix, struct access_end *e)
{
	const char *slash = strchr(prefix, '/');
	unsigned long length = slash ? strtoul(slash + 1, NULL, 10) : 128;
	char text[INET6_ADDRSTRLEN];
	const char *from = *host ? host : prefix;
	size_t n = *host || !slash ? strlen(from) : (size_t)(slash - prefix);

	if (!*host && strcmp(prefix, "any") == 0)
		return true;
	if (length > 128 || !str_copy((struct str){ (const uint8_t *)from, n }, text, sizeof text) ||
	    inet_pton(AF_INET6, text, e->address) != 1)
		return false;
	for (unsigned bit = 0; bit < (*host ? 128 : length); bit++)
		e->care[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return true;
}

/* Without an operator every port fits. `gt 65535` and `lt 0` fit none: outside of all. */
static void take_ports(const char *operator, const char * port, const char *last, struct access_ports *p)
{
	long n = strtol(port, NULL, 10), low = 0, high = UINT16_MAX;

	if (strcmp(operator, "eq") == 0 || strcmp(operator, "neq") == 0)
		low = high = n;
	else if (strcmp(operator, "gt") == 0)
		low = n + 1;
	else if (strcmp(operator, "lt") == 0)
		high = n - 1;
	else if (strcmp(operator, "range") == 0) {
		low = n;
		high = strtol(last, NULL, 10);
	}
	*p = (struct access_ports){ .high = UINT16_MAX, .outside = strcmp(operator, "neq") == 0 };
	if (low <= high && low <= UINT16_MAX && high >= 0) {
		p->low = (uint16_t)low;
		p->high = (uint16_t)high;
	} else {
		p->outside = true;
	}
}

static uint8_t protocol_of(const char *name)
{
	static const struct {
		const char *name;
		enum access_protocol number;
	} known[] = { { "tcp", ACCESS_TCP }, { "udp", ACCESS_UDP }, { "icmp", ACCESS_ICMP } };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].name, name) == 0)
			return (uint8_t)known[i].number;
	return ACCESS_ANY;
}

#define TAKE_PORTS(entry, side, end)                                                                                   \
	take_ports(below(entry, side "-operator"), below(entry, side "-port"), below(entry, side "-last"),             \
		   &(end)->ports)

bool guard_compile(const struct lyd_node *entry, enum guard_kind kind, struct access_rule *rule)
{
	const char *action = below(entry, "action");
	bool sound = true;

	*rule = (struct access_rule){ .permit = strcmp(action, "permit") == 0 };
	if (!rule->permit && strcmp(action, "deny") != 0)
		return false;
	rule->log = strcmp(below(entry, "log"), "true") == 0;
	rule->from.ports.high = rule->to.ports.high = UINT16_MAX;
	if (kind == GUARD_STANDARD) {
		sound = take_ipv4(below(entry, "source"), below(entry, "source-wildcard"), &rule->from);
	} else {
		rule->protocol = protocol_of(below(entry, "protocol"));
		TAKE_PORTS(entry, "source", &rule->from);
		TAKE_PORTS(entry, "destination", &rule->to);
	}
	if (kind == GUARD_EXTENDED)
		sound = take_ipv4(below(entry, "source"), below(entry, "source-wildcard"), &rule->from) &&
			take_ipv4(below(entry, "destination"), below(entry, "destination-wildcard"), &rule->to);
	else if (kind == GUARD_IPV6)
		sound = take_ipv6(below(entry, "source-host"), below(entry, "source"), &rule->from) &&
			take_ipv6(below(entry, "destination-host"), below(entry, "destination"), &rule->to);
	if (!sound) /* nothing fits it, so that it permits nobody */
		*rule = (struct access_rule){ .protocol = ACCESS_UDP };
	return true;
}
