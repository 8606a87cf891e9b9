/* SPDX-License-Identifier: Apache-2.0
 *
 * source.h: a configuration as text, by its name: a file of a volume, or system:running-config. It is read in pieces,
 * for step functions. Runs in core; a file may hold anything.
 */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include "base/buf.h"
#include "core/files/fs.h"

struct run;

struct source {
	struct file_name name;
	char called[FILE_TEXT]; /* the name in full */
	struct buf text;
	int fd; /* of a file that is being read; else -1 */
};

/* What `url` names, for the run's user. RUN_DONE, or RUN_FAILED, and then it was said why. */
int source_open(struct run *run, struct source *s, const char *url);
/* RUN_DONE: all of it is in s->text. RUN_WAIT: the same step of the run is called again. */
int source_read(struct run *run, struct source *s);
void source_release(struct source *s); /* also of one that is all zero, but for its fd: -1 */

#endif
