/* SPDX-License-Identifier: Apache-2.0
 *
 * startup.h: the startup-config is written. Runs in core.
 */
#ifndef CORE_STARTUP_H
#define CORE_STARTUP_H

#include "base/buf.h"
#include "base/err.h"

struct core;

/* Makes this text, which config_build made of the present configuration, the startup-config; the archive keeps it, too,
 * where that is configured. Durable when 0 is returned. */
int startup_save(struct core *core, const struct buf *text, struct errbuf *e);

#endif
