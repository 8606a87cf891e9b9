/* SPDX-License-Identifier: Apache-2.0
 *
 * config.h: running-config as text, and saved as startup-config. The way back is loader.h.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "base/buf.h"
#include "base/err.h"
#include "cmd/cmd.h"

#include <stdbool.h>

struct core;

#define CONFIG_MAX_BYTES   ((size_t)32 << 20)
#define CONFIG_STARTUP     "startup-config"
#define CONFIG_RUNNING     "running-config"
#define CONFIG_STEP_MS     2
#define CONFIG_LAST_CHANGE "! Last configuration change at " /* followed by core->last_change */

/* The whole configuration as saved: comments, version, body, `end`. Made in steps,
 * for it may have a hundred thousand lines. NULL: out of memory. */
struct config_build;
struct config_build *config_build_new(const struct core *core, struct cmd_view view);
/* A step of about CONFIG_STEP_MS; true when the text is whole, or has failed (its err). */
bool config_build_step(struct config_build *b);
const struct buf *config_build_text(const struct config_build *b); /* borrowed */
void config_build_free(struct config_build *b);                    /* NULL is fine */
/* It was changed a moment ago, by this user ("": nobody who has a name). */
void config_touched(struct core *core, const char *user);

#endif
