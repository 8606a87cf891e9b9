/* SPDX-License-Identifier: Apache-2.0
 *
 * log_buffer.h: the last lines of the log, as many as fit into so many bytes; the oldest give way. A place in it is
 * counted in bytes since the first line ever, so that who reads it in pieces notices what has gone meanwhile.
 */
#ifndef CORE_LOG_BUFFER_H
#define CORE_LOG_BUFFER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_buffer {
	char *data; /* a ring of cap bytes, which grows up to max */
	size_t cap, max;
	uint64_t begin, end;    /* where the first line kept begins, where the next one will */
	unsigned long given_up; /* lines that made room for others */
};

/* At most so many bytes from now on, line ends included; the newest lines that fit stay. 0: nothing is kept. */
void log_buffer_limit(struct log_buffer *b, size_t max);
void log_buffer_put(struct log_buffer *b, const char *line); /* without its LF */
void log_buffer_clear(struct log_buffer *b);
/* Appends whole lines from *at on, about `most` bytes, and moves *at behind them; *at before the first line kept means
 * that one. False: nothing is left. */
bool log_buffer_read(const struct log_buffer *b, uint64_t *at, size_t most, struct buf *out);
void log_buffer_release(struct log_buffer *b);

#endif
