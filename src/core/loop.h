/* SPDX-License-Identifier: Apache-2.0
 *
 * loop.h: core's event loop, and what the longest turn of it has cost: while one turn lasts nobody else is served, so
 * none may take over LOOP_STEP_MS. Counted is processor time, which does not depend on what else the machine does.
 */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include <stdint.h>

struct event_base;

#define LOOP_STEP_MS 5

/* Serves until event_base_loopbreak. */
void loop_run(struct event_base *base);
uint64_t loop_longest_us(void); /* of all turns so far */

#endif
