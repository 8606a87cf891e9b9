/* SPDX-License-Identifier: Apache-2.0
 *
 * copy.h: what the parts of `copy` share. cmd_copy.c asks what the line left open; copy.c opens both ends, has the
 * bytes moved and makes of them what was wanted; copy_remote.c fetches and sends. Every byte is moved by a helper:
 * from a descriptor or a server, to a descriptor or a server. What is written has no name until it is whole.
 */
#ifndef CORE_COPY_H
#define CORE_COPY_H

#include "core/files/fs.h"
#include "core/session/cli.h"
#include "files/upload.h"
#include "files/url.h"

struct virtual_in;

enum copy_kind { COPY_FILE, COPY_RUNNING, COPY_NULL, COPY_URL };
struct copy_end {
	enum copy_kind kind;
	bool word;             /* running-config, startup-config: that file and no other */
	struct file_name name; /* of COPY_FILE */
	struct url url;        /* of COPY_URL */
	char text[URL_TEXT];   /* as messages call it */
};

struct copy {
	struct copy_end from, to;
	bool erase;
	int fd;                  /* what is read; -1 */
	int sink;                /* what is written, a borrowed descriptor; -1 */
	int null;                /* /dev/null where that is it; -1 */
	uint64_t size, room;     /* of what is read, 0: unknown; that may be written */
	struct upload *upload;   /* the file on its way in, or what is between two servers */
	struct virtual_in *text; /* what will be merged */
	uint64_t copied, started_ms;
	unsigned redirections, refused_lines;
};

/* Steps of the command: those below COPY_WORK are the dialogue's. */
enum copy_step {
	COPY_WORK = 16,
	COPY_BUILT,
	COPY_MOVED,
	COPY_RESOLVED_FROM,
	COPY_FETCHED,
	COPY_RESOLVED_TO,
	COPY_SENT,
	COPY_MERGED
};

void copy_end_text(struct copy_end *end); /* puts down the words of an end that is known */
/* copy.c: from COPY_WORK on. */
int copy_work(struct run *run);
int copy_arrived(struct run *run); /* what was to be fetched is in the sink */
int copy_done(struct run *run);    /* all is done: says how much, how fast */
/* copy_remote.c: a step of its own, and how it begins. */
int copy_fetch(struct run *run);
int copy_send(struct run *run);
int copy_remote_step(struct run *run);

#endif
