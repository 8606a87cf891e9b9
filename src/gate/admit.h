/* SPDX-License-Identifier: Apache-2.0
 *
 * admit.h: who may begin to log in: the table of session processes, limits in all and per source, deadlines. No I/O.
 * Runs in gate; addresses are chosen by strangers, so the table is of fixed size.
 */
#ifndef GATE_ADMIT_H
#define GATE_ADMIT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ADMIT_CHILDREN 2048

/* An IPv4 address, or the first 64 bits of an IPv6 address: what one subscriber has. */
struct admit_source {
	uint8_t family; /* AF_INET, AF_INET6, 0 = none (a console) */
	uint8_t net[8];
};

struct admit_child {
	pid_t pid;
	struct admit_source source;
	uint64_t deadline; /* to have logged in; 0 = none, or it has */
};

struct admit {
	uint32_t starts_begin, starts_full, per_source, login_secs;
	struct admit_child children[ADMIT_CHILDREN];
	unsigned n;
};

void admit_init(struct admit *a); /* limits that hold until core says its own */
struct admit_source admit_source_of(const struct sockaddr_storage *peer);
/* NULL, or why not. `random` decides between the two limits. */
const char *admit_check(const struct admit *a, const struct admit_source *source, uint32_t random);
/* After admit_check, or with a NULL source: a child that needs no login. False: the table is full. */
bool admit_add(struct admit *a, pid_t pid, const struct admit_source *source, uint64_t now_ms);
void admit_done(struct admit *a, pid_t pid); /* it logged in */
void admit_gone(struct admit *a, pid_t pid); /* it ended */
/* A child whose time is over, its deadline cleared; 0 if none is. */
pid_t admit_expired(struct admit *a, uint64_t now_ms);
uint64_t admit_next(const struct admit *a); /* the next deadline; 0 = none */

#endif
