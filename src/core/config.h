/* SPDX-License-Identifier: Apache-2.0
 *
 * config.h: running-config as text, and saved as startup-config. The way back is loader.h.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

struct core;

#define CONFIG_MAX_BYTES   ((size_t)32 << 20)
#define CONFIG_STARTUP     "startup-config"
#define CONFIG_LAST_CHANGE "! Last configuration change at " /* followed by core->last_change */

/* The whole configuration as saved: comments, version, body, `end`; `all`: with what equals its default. */
void config_text(const struct core *core, bool all, struct buf *out);
/* Makes running-config the startup-config. Durable when 0 is returned. */
int config_save(struct core *core, struct errbuf *e);

#endif
