/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.h: the two clocks core reads. The monotonic one counts; the wall clock is the device's own: the host's, moved
 * by what `clock set` said (kept in nvram, docs/decisions/0006), shown in the zone that was configured. What core
 * remembers is always the host's second; it becomes the device's when it is shown.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include "base/calendar.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct model;

struct clock {
	int64_t offset_ms; /* ahead of the host's */
	bool set;          /* by `clock set`: somebody vouches for it */
	struct zone zone;
};

#define CLOCK_FILE "clock-offset" /* in nvram */
#define CLOCK_TEXT 96             /* bytes for any text below */

uint64_t clock_now_ms(void); /* monotonic milliseconds */
/* The device's second and nanosecond now, in UTC. */
struct timespec clock_wall(const struct clock *c);
/* A second of the host's as the device shows it: "12:00:00 UTC Fri Nov 20 2026". */
void clock_text(const struct clock *c, time_t host, char *out, size_t size);
/* A second of the device's, in UTC, in the same form. */
void clock_wall_text(const struct clock *c, time_t utc, char *out, size_t size);
/* Makes `utc` the device's time from now on, or with `utc` 0 the host's; kept in nvram. */
int clock_set(struct clock *c, int nvram_fd, time_t utc, struct errbuf *e);
/* What was kept; a file that says nothing sensible counts as none, and e says so. */
void clock_load(struct clock *c, int nvram_fd, struct errbuf *e);
/* Reads the zone from the model again. */
void clock_configure(struct clock *c, const struct model *m);
/* An offset as it is kept: decimal milliseconds and LF. False: it is none. */
bool clock_parse_offset(struct str text, int64_t *ms);

#endif
