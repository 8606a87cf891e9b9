/* SPDX-License-Identifier: Apache-2.0
 *
 * cfglog.h: which configuration commands were typed, by whom (`archive`, `log config`). A command's secret is never in
 * it: a hash stands there as it is kept, or with `hidekeys` nothing; what can be read back is hidden always. Runs in
 * core.
 */
#ifndef CORE_CFGLOG_H
#define CORE_CFGLOG_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct cfglog;
struct core;
struct run;

struct cfglog *cfglog_new(struct core *core); /* watches the configuration; NULL: out of memory */
/* Somebody enters configuration mode: the number his commands go by. */
unsigned cfglog_session(struct cfglog *l);
/* The run's line has been applied. */
void cfglog_note(struct cfglog *l, const struct run *run);
/* What was kept from number `first` to `last`, of one user or (NULL) all, in a table. */
void cfglog_show(const struct cfglog *l, uint64_t first, uint64_t last, const char *user, struct buf *out);
void cfglog_clear(struct cfglog *l);

#endif
