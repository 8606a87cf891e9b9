/* SPDX-License-Identifier: Apache-2.0
 *
 * filter.c: see filter.h. Session process; the pattern is hostile, memory is bounded by one line.
 */
#include "filter.h"

#include "base/err.h"
#include "term/pattern.h"

#include <stdlib.h>
#include <string.h>

struct filter {
	enum term_filter kind;
	struct pattern *pattern;
	struct buf line;    /* the unfinished line, without LF */
	bool decided, pass; /* a line longer than FILTER_LINE_MAX: its verdict is known */
	bool open;          /* begin: the line was found; section: inside one … */
	size_t indent;      /* … whose first line is indented so far */
	unsigned long count;
};

int filter_new(struct filter **out, enum term_filter kind, struct str pattern)
{
	struct filter *f;
	int err;

	*out = NULL;
	if (kind == TERM_FILTER_NONE)
		return 0;
	f = calloc(1, sizeof *f);
	if (!f)
		return E_NOMEM;
	f->kind = kind;
	buf_init(&f->line, FILTER_LINE_MAX);
	err = pattern_new(&f->pattern, pattern);
	if (err) {
		filter_free(f);
		return err;
	}
	*out = f;
	return 0;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	pattern_free(f->pattern);
	buf_release(&f->line);
	free(f);
}

static bool section(struct filter *f, struct str line)
{
	size_t indent = 0;

	while (indent < line.n && line.p[indent] == ' ')
		indent++;
	if (f->open && indent > f->indent && indent < line.n)
		return true;
	f->open = pattern_match(f->pattern, line);
	f->indent = indent;
	return f->open;
}

static bool judge(struct filter *f)
{
	struct str line = buf_str(&f->line);

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	switch (f->kind) {
	case TERM_FILTER_INCLUDE:
		return pattern_match(f->pattern, line);
	case TERM_FILTER_EXCLUDE:
		return !pattern_match(f->pattern, line);
	case TERM_FILTER_BEGIN:
		f->open = f->open || pattern_match(f->pattern, line);
		return f->open;
	case TERM_FILTER_SECTION:
		return section(f, line);
	case TERM_FILTER_COUNT:
		f->count += pattern_match(f->pattern, line);
		return false;
	case TERM_FILTER_NONE:
		break;
	}
	return true;
}

static void decide(struct filter *f, struct buf *out)
{
	if (f->decided)
		return;
	f->decided = true;
	f->pass = judge(f);
	if (f->pass)
		buf_put(out, buf_ptr(&f->line), buf_len(&f->line));
	buf_clear(&f->line);
}

static void take(struct filter *f, struct str part, struct buf *out)
{
	size_t room = FILTER_LINE_MAX - buf_len(&f->line);

	if (!f->decided) {
		size_t n = part.n < room ? part.n : room;

		buf_put(&f->line, part.p, n);
		if (part.n <= room)
			return;
		decide(f, out);
		part.p += n;
		part.n -= n;
	}
	if (f->pass)
		buf_put(out, part.p, part.n);
}

void filter_write(struct filter *f, struct str bytes, struct buf *out)
{
	if (!f) {
		buf_put(out, bytes.p, bytes.n);
		return;
	}
	while (bytes.n) {
		const uint8_t *lf = memchr(bytes.p, '\n', bytes.n);
		size_t n = lf ? (size_t)(lf - bytes.p) : bytes.n;

		take(f, (struct str){ bytes.p, n }, out);
		if (!lf)
			return;
		decide(f, out);
		if (f->pass)
			buf_put_u8(out, '\n');
		f->decided = false;
		bytes.p += n + 1;
		bytes.n -= n + 1;
	}
}

void filter_finish(struct filter *f, struct buf *out)
{
	if (!f)
		return;
	if (buf_len(&f->line))
		decide(f, out);
	if (f->kind == TERM_FILTER_COUNT)
		buf_printf(out, "Number of lines which match regexp = %lu\n", f->count);
	f->decided = f->open = false;
	f->count = 0;
}
