/* SPDX-License-Identifier: Apache-2.0
 *
 * account.h: `aaa accounting exec`: that a session began and that it ended is told to servers. Nobody waits for it; a
 * record that no server took is in the log.
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include <stdint.h>

struct peer;

struct account {
	uint32_t task;     /* 0: nothing was begun */
	uint64_t since;    /* seconds of the epoch */
	uint64_t since_ms; /* monotonic */
};

void account_start(struct peer *p); /* it has an EXEC */
void account_stop(struct peer *p);  /* … and no more; fine when it had none */

#endif
