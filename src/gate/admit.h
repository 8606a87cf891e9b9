/* SPDX-License-Identifier: Apache-2.0
 *
 * admit.h: who may begin to log in: the table of session processes, limits in all and per source, deadlines. No I/O.
 * Runs in gate; addresses are chosen by strangers, so the table is of fixed size.
 */
#ifndef GATE_ADMIT_H
#define GATE_ADMIT_H

#include "access/penalty.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ADMIT_CHILDREN   2048
#define ADMIT_STARTS_MAX 256 /* children that have not logged in */
#define ADMIT_TURN_MS    300 /* what everybody has for his key exchange, however many knock */

struct admit_child {
	pid_t pid;
	struct access_source source;
	uint64_t begun, deadline; /* to have logged in; 0 = none, or it has */
	bool keyed;               /* it did the work of a key exchange */
};

struct admit {
	uint32_t starts_begin, starts_full, per_source, login_secs;
	struct admit_child children[ADMIT_CHILDREN];
	unsigned n;
};

void admit_init(struct admit *a); /* limits that hold until core says its own */
/* When it may be asked again, while nobody can be admitted who would not cost another his turn; 0: now. */
uint64_t admit_pause(const struct admit *a, uint64_t now_ms);
/* NULL, or why not. Between the two limits `random` decides, at the upper one it is sure that one start has to go: of
 * those that had their turn and no key exchange the oldest, from the source that has most of them. *victim: this child,
 * to be ended; 0: nobody. */
const char *admit_check(const struct admit *a, const struct access_source *source, uint32_t random, uint64_t now_ms,
			pid_t *victim);
/* After admit_check, or with a NULL source: a child that needs no login. False: the table is full. */
bool admit_add(struct admit *a, pid_t pid, const struct access_source *source, uint64_t now_ms);
void admit_keyed(struct admit *a, pid_t pid); /* it did a key exchange */
void admit_done(struct admit *a, pid_t pid);  /* it logged in */
void admit_gone(struct admit *a, pid_t pid);  /* it ended */
/* Where the child came from; NULL if it is not known, or a console. */
const struct access_source *admit_source(struct admit *a, pid_t pid);
/* A child whose time is over, its deadline cleared; 0 if none is. */
pid_t admit_expired(struct admit *a, uint64_t now_ms);
uint64_t admit_next(const struct admit *a); /* the next deadline; 0 = none */

#endif
