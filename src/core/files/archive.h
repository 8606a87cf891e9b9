/* SPDX-License-Identifier: Apache-2.0
 *
 * archive.h: copies of the running configuration, the last so many of them (`archive`): files of the device, or of a
 * server. Which those are is known by an index in nvram:, so that a file of somebody's own is never taken for one. Runs
 * in core.
 */
#ifndef CORE_ARCHIVE_H
#define CORE_ARCHIVE_H

#include "base/buf.h"
#include "base/err.h"
#include "core/files/fs.h"
#include "core/job.h"
#include "files/url.h"

#include <stdbool.h>
#include <stddef.h>

struct archive;
struct core;

#define ARCHIVE_FILE "archive-index" /* in nvram */
#define ARCHIVE_MAX  14
#define ARCHIVE_NAME URL_TEXT /* of a copy; a file's is shorter */
_Static_assert(FILE_TEXT <= ARCHIVE_NAME, "a file's is shorter");

/* Reads the index; watches the configuration. NULL: out of memory. */
struct archive *archive_new(struct core *core);
bool archive_is_on(const struct core *core);     /* a path is configured */
bool archive_is_remote(const struct core *core); /* … which is a server's */
/* Whether a path can be one: the beginning of a file's name, on flash0:, nvram: or a server. 0, or e says why not. */
int archive_takes(const char *path, struct errbuf *e);
/* Keeps `text`, the running configuration, as the next copy; `name`: the file. The oldest goes where there are more
 * than configured, behind that. E_STATE: no path; else nothing is lost and e says why. On its way to a server it is
 * only begun, and what goes wrong later is in the log. */
int archive_store(struct archive *a, struct str text, char name[ARCHIVE_NAME], struct errbuf *e);
/* The same for somebody who waits, where the path is a server's; `name`: what is announced. `fn` as send.h's. NULL: not
 * begun (errbuf). */
struct archive_sending;
typedef void archive_fn(void *arg, enum job_kind kind, const char *words);
struct archive_sending *archive_send(struct archive *a, struct str text, archive_fn *fn, void *arg,
				     char name[ARCHIVE_NAME], struct errbuf *e);
void archive_cancel(struct archive_sending *s); /* NULL is fine */
/* `text` has become the startup-config: a copy is kept where `write-memory` says so; what goes wrong is in the log. */
void archive_written(struct archive *a, struct str text);
/* For `show archive`. */
void archive_show(struct archive *a, struct buf *out);

#endif
