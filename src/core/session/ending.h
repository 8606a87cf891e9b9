/* SPDX-License-Identifier: Apache-2.0
 *
 * ending.h: the process of a session that core has done with: nobody stays. No descriptor is kept for it while the
 * session lives, for there may be ten thousand; its number alone could be another's by then, so the time it began
 * decides. Runs in core.
 */
#ifndef CORE_ENDING_H
#define CORE_ENDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct event_base;

/* Its channel is closed, or broke the rules (`now`): it has a moment for its last bytes, or none, and is killed. 0 or
 * less: not known, gate's deadline is its end. */
void ending_begin(struct event_base *base, pid_t pid, bool now);

/* Kills the process of that number if it began before `ms` (CLOCK_BOOTTIME). */
void ending_kill(pid_t pid, uint64_t ms);
uint64_t ending_now_ms(void);

#endif
