/* SPDX-License-Identifier: Apache-2.0
 *
 * access.h: access lists as gate and core ask them: rules in one block of memory that core fills and gate maps, and the
 * question whether a connection may come in. Runs in core and gate; no I/O, no allocation. Addresses and ports of the
 * connection are a stranger's, the rules are core's.
 *
 * The first rule that fits decides; where none does, the list denies. A list without rules permits everything, as one
 * that does not exist does.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr_storage;

#define ACCESS_RULES_MAX 65536u
#define ACCESS_LISTS_MAX 64
#define ACCESS_NONE      UINT32_MAX

enum access_protocol { ACCESS_ANY = 0, ACCESS_ICMP = 1, ACCESS_TCP = 6, ACCESS_UDP = 17 };

/* Ports from `low` to `high`; `outside`: all others. */
struct access_ports {
	uint16_t low, high;
	uint8_t outside;
};

/* `care`: the bits that count. */
struct access_end {
	uint8_t address[16], care[16];
	struct access_ports ports;
};

struct access_rule {
	uint8_t permit, log, protocol;
	struct access_end from, to;
};

/* A TCP connection. IPv4 addresses are the first 4 bytes. */
struct access_packet {
	unsigned version; /* 4 or 6; 0: of neither family, nothing fits */
	uint8_t from[16], to[16];
	uint16_t from_port, to_port;
	bool away; /* it came in in a VRF: whoever accepted it says so */
};

struct access_list {
	uint32_t first, n;
	uint8_t ipv6, named; /* named: of an extended or IPv6 list, the log tells more */
};

/* Which lists guard the lines: it is enough that one of them admits. `open`: a line has none. Without lists and not
 * open it is closed: each line has a list that does not hold there. */
struct access_door {
	uint32_t open, n;
	uint32_t list[ACCESS_LISTS_MAX];
};

enum access_family { ACCESS_IPV4, ACCESS_IPV6, ACCESS_FAMILIES };
enum access_place { ACCESS_HOME, ACCESS_VRF, ACCESS_PLACES };

struct access_table {
	uint32_t n_rules, n_lists;
	struct access_list list[ACCESS_LISTS_MAX];
	struct access_door door[ACCESS_PLACES][ACCESS_FAMILIES];
	uint32_t quiet[ACCESS_FAMILIES];  /* whom quiet mode does not keep out; ACCESS_NONE: nobody */
	uint32_t exempt[ACCESS_FAMILIES]; /* who is never penalized; ACCESS_NONE: the device's own host */
	struct access_rule rule[];        /* and behind them a counter for each */
};

size_t access_size(uint32_t rules);                  /* of a table with its counters */
uint64_t *access_hits(const struct access_table *t); /* the counters; their order is that of the rules */
/* Whether the numbers in it stay within `size` bytes. */
bool access_sound(const struct access_table *t, size_t size);

/* `to` may be NULL: then no address and port 22. An IPv4 address in an IPv6 one is IPv4. */
void access_packet(const struct sockaddr_storage *from, const struct sockaddr_storage *to, struct access_packet *p);
bool access_fits(const struct access_rule *r, const struct access_packet *p);
/* Whether the list admits it; *rule: the one that decided, ACCESS_NONE for the end of the list or an empty one. */
bool access_admits(const struct access_table *t, uint32_t list, const struct access_packet *p, uint32_t *rule);
/* The same for the door of the packet's place and family. *list, *rule: of the list that decided, or that denied last.
 */
bool access_enters(const struct access_table *t, const struct access_packet *p, uint32_t *list, uint32_t *rule);
bool access_loopback(const struct access_packet *p);

#endif
