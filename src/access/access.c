/* SPDX-License-Identifier: Apache-2.0
 *
 * access.c: see access.h. Runs in core and gate.
 */
#include "access/access.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define SSH_PORT 22

size_t access_size(uint32_t rules)
{
	return sizeof(struct access_table) + rules * (sizeof(struct access_rule) + sizeof(uint64_t)) + sizeof(uint64_t);
}

uint64_t *access_hits(const struct access_table *t)
{
	uintptr_t end = (uintptr_t)(t->rule + t->n_rules);

	return (uint64_t *)((end + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t));
}

static bool is_list(const struct access_table *t, uint32_t list)
{
	return list == ACCESS_NONE || list < t->n_lists;
}

static bool is_door(const struct access_table *t, const struct access_door *door)
{
	if (door->n > ACCESS_LISTS_MAX)
		return false;
	for (uint32_t i = 0; i < door->n; i++)
		if (door->list[i] >= t->n_lists)
			return false;
	return true;
}

bool access_sound(const struct access_table *t, size_t size)
{
	if (size < access_size(0) || t->n_rules > ACCESS_RULES_MAX || size < access_size(t->n_rules) ||
	    t->n_lists > ACCESS_LISTS_MAX)
		return false;
	for (uint32_t i = 0; i < t->n_lists; i++)
		if (t->list[i].first > t->n_rules || t->list[i].n > t->n_rules - t->list[i].first)
			return false;
	for (unsigned f = 0; f < ACCESS_FAMILIES; f++) {
		if (!is_door(t, &t->door[ACCESS_HOME][f]) || !is_door(t, &t->door[ACCESS_VRF][f]) ||
		    !is_list(t, t->quiet[f]) || !is_list(t, t->exempt[f]))
			return false;
	}
	return true;
}

/* False: neither IPv4 nor IPv6. */
static bool take_end(const struct sockaddr_storage *ss, unsigned *version, uint8_t address[16], uint16_t *port)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	memcpy(&in6, ss, sizeof in6);
	memcpy(&in, ss, sizeof in);
	*version = ss->ss_family == AF_INET ? 4 : ss->ss_family == AF_INET6 ? 6 : 0;
	*port = ntohs(*version == 4 ? in.sin_port : in6.sin6_port);
	if (*version == 4) {
		memcpy(address, &in.sin_addr, 4);
	} else if (*version == 6 && IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		memcpy(address, in6.sin6_addr.s6_addr + 12, 4);
		*version = 4;
	} else if (*version == 6) {
		memcpy(address, in6.sin6_addr.s6_addr, 16);
	}
	return *version != 0;
}

void access_packet(const struct sockaddr_storage *from, const struct sockaddr_storage *to, struct access_packet *p)
{
	unsigned version;
	uint16_t port;

	*p = (struct access_packet){ 0 };
	if (!take_end(from, &p->version, p->from, &p->from_port))
		return;
	if (to && (!take_end(to, &version, p->to, &port) || version != p->version))
		memset(p->to, 0, sizeof p->to);
	p->to_port = SSH_PORT; /* what the device's own port is called outside does not matter */
}

static bool port_fits(const struct access_ports *ports, uint16_t port)
{
	return (port >= ports->low && port <= ports->high) == !ports->outside;
}

static bool end_fits(const struct access_end *e, const uint8_t address[16], uint16_t port)
{
	uint8_t differs = 0;

	for (unsigned i = 0; i < 16; i++)
		differs |= (uint8_t)((e->address[i] ^ address[i]) & e->care[i]);
	return !differs && port_fits(&e->ports, port);
}

bool access_fits(const struct access_rule *r, const struct access_packet *p)
{
	return (r->protocol == ACCESS_ANY || r->protocol == ACCESS_TCP) && end_fits(&r->from, p->from, p->from_port) &&
	       end_fits(&r->to, p->to, p->to_port);
}

bool access_admits(const struct access_table *t, uint32_t list, const struct access_packet *p, uint32_t *rule)
{
	const struct access_list *l = &t->list[list];

	*rule = ACCESS_NONE;
	if (l->n == 0)
		return true;
	for (uint32_t i = l->first; i < l->first + l->n; i++) {
		if (access_fits(&t->rule[i], p)) {
			*rule = i;
			return t->rule[i].permit;
		}
	}
	return false;
}

bool access_enters(const struct access_table *t, const struct access_packet *p, uint32_t *list, uint32_t *rule)
{
	const struct access_door *door =
	    &t->door[p->away ? ACCESS_VRF : ACCESS_HOME][p->version == 6 ? ACCESS_IPV6 : ACCESS_IPV4];
	bool enters = door->open;

	*list = *rule = ACCESS_NONE;
	for (uint32_t i = 0; i < door->n && !enters; i++) {
		*list = door->list[i];
		enters = access_admits(t, *list, p, rule);
	}
	return enters && p->version;
}

bool access_loopback(const struct access_packet *p)
{
	static const uint8_t one[16] = { [15] = 1 };

	return (p->version == 4 && p->from[0] == 127) || (p->version == 6 && memcmp(p->from, one, 16) == 0);
}
