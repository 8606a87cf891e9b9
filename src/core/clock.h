/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.h: the two clocks core reads.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

uint64_t clock_now_ms(void); /* monotonic milliseconds */
/* "12:00:00 UTC Fri Nov 20 2026" */
void clock_text(time_t t, char *out, size_t size);

#endif
