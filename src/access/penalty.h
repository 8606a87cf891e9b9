/* SPDX-License-Identifier: Apache-2.0
 *
 * penalty.h: sources that behaved badly and for how long they are kept out: a table of fixed size in memory that core
 * makes, gate alone writes and core shows. It outlives a gate. No I/O; sources are chosen by strangers.
 *
 * Every misdeed adds its seconds; time takes them away again. Who owes less than the threshold comes in.
 */
#ifndef ACCESS_PENALTY_H
#define ACCESS_PENALTY_H

#include <stdbool.h>
#include <stdint.h>

#define PENALTY_SOURCES 256

enum penalty_cause {
	PENALTY_CRASH,
	PENALTY_FAILURE,
	PENALTY_NO_LOGIN,
	PENALTY_TIMEOUT,
	PENALTY_REFUSED,
	PENALTY_CAUSES
};

/* Why gate turned a connection away. */
enum refusal { REFUSED_LIST, REFUSED_QUIET, REFUSED_PENALTY, REFUSED_LIMIT, REFUSALS };

/* An IPv4 address, or the first 64 bits of an IPv6 address: what one subscriber has. */
struct access_source {
	uint8_t family; /* AF_INET, AF_INET6, 0 = none (a console) */
	uint8_t net[8];
};

struct penalty_rules {
	uint32_t seconds[PENALTY_CAUSES], threshold, maximum;
	bool on;
};

struct penalty_table {
	uint64_t refused[REFUSALS]; /* connections turned away, by reason */
	struct penalty {
		struct access_source source; /* family 0: free */
		uint64_t until_ms;           /* monotonic: nothing is owed any more */
	} of[PENALTY_SOURCES];
};

struct access_packet;
struct access_source access_source_of(const struct access_packet *p);
bool access_same_source(const struct access_source *a, const struct access_source *b);

void penalty_add(struct penalty_table *t, const struct penalty_rules *r, const struct access_source *s,
		 enum penalty_cause cause, uint64_t now_ms);
/* Seconds until it may come in again, rounded up; 0: it may now. */
uint32_t penalty_left(const struct penalty_table *t, const struct penalty_rules *r, const struct access_source *s,
		      uint64_t now_ms);

#endif
