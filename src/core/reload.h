/* SPDX-License-Identifier: Apache-2.0
 *
 * reload.h: a reload that was put off to a later time: at most one, forgotten when the device goes down. Every terminal
 * is told when it is planned, at certain times before, and when it is called off.
 */
#ifndef CORE_RELOAD_H
#define CORE_RELOAD_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct core;

#define RELOAD_MINUTES_MAX (24 * 24 * 60) /* 24 days, as IOS */

struct reload_plan;

/* Plans it for `ms` from now. `at`: it was given as a time of day, so it moves when the clock is set. `by`: "admin on
 * vty0 (192.0.2.1)". One planned before is replaced. */
int reload_plan(struct core *core, uint64_t ms, bool at, const char *by, const char *reason);
/* False: none was planned. */
bool reload_cancel(struct core *core, const char *by);
bool reload_planned(const struct core *core);
void reload_clock_moved(struct core *core, int64_t ms);
/* Two lines on a reload in `ms` from now: when, by whom, why. */
void reload_describe(const struct core *core, uint64_t ms, const char *by, const char *reason, struct buf *out);
void reload_show(const struct core *core, struct buf *out);
/* Tells the log who wants it and why, and ends the device's run. */
void reload_now(struct core *core, const char *by, const char *reason);

#endif
