/* SPDX-License-Identifier: Apache-2.0
 *
 * knock.h: who may knock at all, asked before a stranger is given a process: the lists of the lines, quiet mode,
 * penalties. Lists and penalties lie in memory that core made and shares; no session inherits it. Runs in gate.
 */
#ifndef GATE_KNOCK_H
#define GATE_KNOCK_H

#include "access/access.h"
#include "access/penalty.h"

struct knock {
	struct access_table *filter; /* NULL: no line has a list, nobody is exempt but the device's own host */
	size_t filter_size;
	uint32_t serial;              /* core's number of the filter */
	struct penalty_table *ledger; /* NULL: nobody owes anything */
	struct penalty_rules penalties;
	bool quiet;
};

struct knock_answer {
	const char *why; /* NULL: let in */
	enum refusal reason;
	uint32_t logged; /* a rule with `log` decided; ACCESS_NONE: none did */
};

/* Maps what core sent; false: it is nothing to go by. The descriptor stays the caller's. */
bool knock_filter(struct knock *k, int fd, uint64_t size, uint32_t serial);
bool knock_ledger(struct knock *k, int fd);
struct knock_answer knock_check(struct knock *k, const struct access_packet *p, uint64_t now_ms);
/* A misdeed that core tells of, or of a child (`p`: a connection, which may be exempt). */
void knock_penalize(struct knock *k, const struct access_source *source, enum penalty_cause cause, uint64_t now_ms);
void knock_refused(struct knock *k, enum refusal reason); /* counts */

#endif
