/* SPDX-License-Identifier: Apache-2.0
 *
 * archive.h: copies of the running configuration that the device keeps as files, the last so many of them (`archive`).
 * Which files those are is known by an index in nvram:, so that a file of somebody's own is never taken for one. Runs
 * in core.
 */
#ifndef CORE_ARCHIVE_H
#define CORE_ARCHIVE_H

#include "base/buf.h"
#include "base/err.h"
#include "core/files/fs.h"

#include <stdbool.h>
#include <stddef.h>

struct archive;
struct core;

#define ARCHIVE_FILE "archive-index" /* in nvram */
#define ARCHIVE_MAX  14

/* Reads the index; watches the configuration. NULL: out of memory. */
struct archive *archive_new(struct core *core);
bool archive_is_on(const struct core *core); /* a path is configured */
/* Whether a path can be one: it names a file of flash0: or nvram:. */
bool archive_takes(const char *path);
/* Keeps `text`, the running configuration, as the next copy; `name`: the file. The oldest goes where there are more
 * than configured, behind that. E_STATE: no path; else nothing is lost and e says why. */
int archive_store(struct archive *a, struct str text, char name[FILE_TEXT], struct errbuf *e);
/* `text` has become the startup-config: a copy is kept where `write-memory` says so; what goes wrong is in the log. */
void archive_written(struct archive *a, struct str text);
/* For `show archive`. */
void archive_show(struct archive *a, struct buf *out);

#endif
