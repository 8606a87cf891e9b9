/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.h: what a command prints, on its way into a file (`| redirect`, `| append`, `| tee`). The file gets its name
 * when the command has ended; until then, and if anything goes wrong, what had the name stays. Runs in core.
 */
#ifndef CORE_SINK_H
#define CORE_SINK_H

#include "base/buf.h"
#include "base/err.h"
#include "core/files/fs.h"

#include <stdbool.h>

struct core;
struct sink;

/* `append`: behind what is in the file already. NULL: e says why, as its user reads it. */
struct sink *sink_open(struct core *core, const struct file_name *cwd, const char *url, bool append, struct errbuf *e);
/* Takes over a piece of what is in the file already; true when that is done, or has failed (sink_close says it). */
bool sink_step(struct sink *s);
void sink_put(struct sink *s, struct str bytes);
/* The file gets its name, or e says why not. Frees s. */
int sink_close(struct sink *s, struct errbuf *e);
void sink_drop(struct sink *s); /* nothing of it is left; NULL is fine */

#endif
