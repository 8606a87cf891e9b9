/* SPDX-License-Identifier: Apache-2.0
 *
 * log_buffer.c: see log_buffer.h. Runs in core.
 */
#include "log_buffer.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 4096

static size_t used(const struct log_buffer *b)
{
	return (size_t)(b->end - b->begin);
}

/* The bytes from `at` on that lie in one piece, at most n. */
static size_t piece(const struct log_buffer *b, uint64_t at, size_t n)
{
	size_t to_edge = b->cap - (size_t)(at % b->cap);

	return n < to_edge ? n : to_edge;
}

static void drop_line(struct log_buffer *b)
{
	while (b->begin < b->end) {
		size_t n = piece(b, b->begin, used(b));
		const char *from = b->data + b->begin % b->cap, *lf = memchr(from, '\n', n);

		b->begin += lf ? (size_t)(lf - from) + 1 : n;
		if (lf)
			break;
	}
	b->given_up++;
}

/* Another ring of `cap` bytes, which are enough for what is kept. */
static bool move_to(struct log_buffer *b, size_t cap)
{
	char *data = malloc(cap);

	if (!data)
		return false;
	for (uint64_t at = b->begin; at < b->end;) {
		size_t n = piece(b, at, (size_t)(b->end - at)), room = cap - (size_t)(at % cap);

		n = n < room ? n : room;
		memcpy(data + at % cap, b->data + at % b->cap, n);
		at += n;
	}
	free(b->data);
	b->data = data;
	b->cap = cap;
	return true;
}

void log_buffer_limit(struct log_buffer *b, size_t max)
{
	if (max == 0)
		log_buffer_release(b);
	b->max = max;
	while (used(b) > max)
		drop_line(b);
	if (b->cap > max && !move_to(b, max))
		log_buffer_release(b);
}

static void write_bytes(struct log_buffer *b, const char *p, size_t n)
{
	while (n) {
		size_t now = piece(b, b->end, n);

		memcpy(b->data + b->end % b->cap, p, now);
		b->end += now;
		p += now;
		n -= now;
	}
}

void log_buffer_put(struct log_buffer *b, const char *line)
{
	size_t n = strlen(line) + 1;

	if (n > b->max)
		return;
	while (used(b) + n > b->cap && b->cap < b->max) {
		size_t cap = b->cap ? 2 * b->cap : FIRST_BYTES;

		if (!move_to(b, cap < b->max ? cap : b->max))
			break;
	}
	while (b->cap >= n && used(b) + n > b->cap)
		drop_line(b);
	if (b->cap < n)
		return; /* no memory */
	write_bytes(b, line, n - 1);
	write_bytes(b, "\n", 1);
}

void log_buffer_clear(struct log_buffer *b)
{
	b->begin = b->end;
}

bool log_buffer_read(const struct log_buffer *b, uint64_t *at, size_t most, struct buf *out)
{
	uint64_t from = *at > b->begin ? *at : b->begin, to = from;
	bool whole = false;

	while (to < b->end && !(whole && to - from >= most)) {
		size_t n = piece(b, to, (size_t)(b->end - to));
		const char *p = b->data + to % b->cap, *lf = memchr(p, '\n', n);

		n = lf ? (size_t)(lf - p) + 1 : n;
		whole = lf != NULL;
		buf_put(out, p, n);
		to += n;
	}
	*at = to;
	return to < b->end;
}

void log_buffer_release(struct log_buffer *b)
{
	free(b->data);
	b->data = NULL;
	b->cap = 0;
	b->begin = b->end;
}
