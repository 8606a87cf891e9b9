/* SPDX-License-Identifier: Apache-2.0
 *
 * history.h: the lines typed before, newest last. Runs in the session process.
 */
#ifndef TERM_HISTORY_H
#define TERM_HISTORY_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define HISTORY_MAX 256

struct history_line {
	struct buf text;
	bool hidden; /* a secret stood behind it */
};

struct history {
	struct history_line lines[HISTORY_MAX]; /* [0, count), oldest first */
	size_t count, limit;
	bool added;       /* the line typed last is the newest */
	size_t at;        /* where Ctrl-P and Ctrl-N stand; count = the line being typed … */
	struct buf draft; /* … which is kept here meanwhile */
};

void history_init(struct history *h, uint32_t limit);
void history_release(struct history *h);
void history_limit(struct history *h, uint32_t limit); /* forgets the oldest beyond it */
void history_add(struct history *h, struct str line);  /* no blank line, not the last one again, no password */
/* The line that was added last is a secret from this byte on. Who gets it back types that anew: it is cut off. */
void history_hide(struct history *h, size_t from);
void history_rewind(struct history *h); /* a new line begins */
/* The next older (or newer) line; false at the end. `current` is what stands on the line now. */
bool history_older(struct history *h, struct str current, struct str *line);
bool history_newer(struct history *h, struct str *line);

#endif
