/* SPDX-License-Identifier: Apache-2.0
 *
 * config.h: configurations as text: running-config written out, startup-config saved and loaded. Loading is the same
 * path as typing: every line is a command of a shell that no person sits at; a bad line is reported with its number
 * and nothing else is lost.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

struct core;

#define CONFIG_MAX_BYTES ((size_t)32 << 20)
#define CONFIG_STARTUP   "startup-config"

/* The whole configuration as saved: comments, version, body, `end`; `all`: with what equals its default. */
void config_text(const struct core *core, bool all, struct buf *out);
/* Makes running-config the startup-config. Durable when 0 is returned. */
int config_save(struct core *core, struct errbuf *e);
/* Notes who changed the configuration and when; `user` may be "". */
void config_touched(struct core *core, const char *user);

/* Merges `text` into running-config, line by line, in slices that leave the loop free. `report` gets every message
 * (one line each, without LF) and, when all is done, NULL. */
typedef void config_report_fn(void *arg, const char *message);
int config_merge(struct core *core, const char *name, struct str text, config_report_fn *report, void *arg);
/* Reads the startup-config; `report` as above. E_NOTFOUND (and no report) when there is none. */
int config_load_startup(struct core *core, config_report_fn *report, void *arg);
/* Abandons whatever is being merged for `arg`. */
void config_abandon(const void *arg);

#endif
