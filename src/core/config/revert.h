/* SPDX-License-Identifier: Apache-2.0
 *
 * revert.h: a change of the configuration that is to be confirmed in time, else the device goes back to what it was
 * (`configure terminal revert timer`, `configure replace … time`). At most one is pending. Core has it, and the old
 * configuration with it: no session that ends, no file that is deleted takes it away. It does not outlive a reload,
 * which begins with startup-config. Runs in core.
 */
#ifndef CORE_REVERT_H
#define CORE_REVERT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct core;
struct replace_events;

struct revert_plan {
	uint64_t ms;      /* from now on */
	const char *by;   /* who wants it, as the log says */
	const char *user; /* his name, maybe "" */
	const char *name; /* the file the old configuration is in, too */
	struct str text;  /* the old configuration; copied */
};
/* E_EXISTS: one is pending; E_NOMEM. */
int revert_schedule(struct core *core, const struct revert_plan *plan, struct errbuf *e);
const char *revert_pending(const struct core *core); /* what it goes back to; NULL: none is pending */
/* E_NOTFOUND: none is pending; E_BUSY: it is going back already. */
int revert_confirm(struct core *core, const char *by);
int revert_retime(struct core *core, uint64_t ms, const char *by);
/* Now; the events (core/replace.h) are of who waits for it. E_NOTFOUND, E_BUSY. */
int revert_now(struct core *core, const struct replace_events *events, void *arg, struct errbuf *e);
void revert_forget(struct core *core, const void *arg); /* he does not wait any more; it goes on */
/* For `show archive config rollback timer`. */
void revert_show(const struct core *core, struct buf *out);

#endif
