/* SPDX-License-Identifier: Apache-2.0
 *
 * stamp.h: what stands before a line of the log, as `service timestamps` asks for it.
 */
#ifndef CORE_STAMP_H
#define CORE_STAMP_H

#include "core/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stamp_format { STAMP_NONE, STAMP_UPTIME, STAMP_DATETIME, STAMP_DATETIME_MSEC };
struct stamp {
	enum stamp_format format;
	bool localtime, show_timezone, year;
};
#define STAMP_TEXT 96 /* bytes for any stamp */

/* "*Nov 17 12:50:53.199: ", "00:33:55: " …, or nothing. The star says that nobody vouches for the clock. */
void stamp_text(const struct stamp *s, const struct clock *c, struct timespec wall, uint64_t uptime_secs, char *out,
		size_t size);

#endif
