/* SPDX-License-Identifier: Apache-2.0
 *
 * startup.h: the startup-config is written, by the device or by who puts a file in its place. Runs in core.
 */
#ifndef CORE_STARTUP_H
#define CORE_STARTUP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct core;
struct upload;

/* Makes this text, which config_build made of the present configuration, the startup-config; the archive keeps it, too,
 * where that is configured. Durable when 0 is returned. */
int startup_save(struct core *core, const struct buf *text, struct errbuf *e);

/* Publishes a file that users have written (upload_publish). When it is the startup-config and the next start would
 * leave it alone, the log says so. */
int startup_publish(struct core *core, struct upload *u, bool sync, int64_t mtime);

#endif
