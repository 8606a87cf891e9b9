/* SPDX-License-Identifier: Apache-2.0
 *
 * pager.c: see pager.h. Session process.
 */
#include "pager.h"

#include "base/utf8.h"

#include <string.h>

void pager_init(struct pager *p, uint32_t length, uint32_t width)
{
	*p = (struct pager){ .length = length, .width = width };
	buf_init(&p->pending, PAGER_MAX);
}

void pager_release(struct pager *p)
{
	buf_release(&p->pending);
}

void pager_restart(struct pager *p)
{
	p->rows = p->column = 0;
}

static bool full(const struct pager *p)
{
	size_t page = p->length > 1 ? p->length - 1 : 1; /* the last row is the prompt's */

	return p->length && p->rows >= page;
}

void pager_show(struct pager *p, struct screen *s)
{
	if (!p->more)
		return;
	screen_fresh(s);
	screen_put(s, STR(" --More-- "));
}

/* The bytes IOS sends; clients look for them. */
void pager_hide(struct pager *p, struct screen *s)
{
	if (!p->more)
		return;
	screen_put(s, STR("\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"));
	s->column = 0;
}

static size_t columns_of(const struct pager *p, uint32_t code)
{
	if (code == '\t')
		return 8 - p->column % 8;
	return code < 0x20 ? 0 : utf8_width(code);
}

/* The bytes of the next character, 0 while its end is still to come. */
static size_t next(const struct pager *p, struct str s, uint32_t *code)
{
	size_t n = utf8_next(s, code);

	return n || !p->whole ? n : 1;
}

/* How much of the pending text still fits into the row: up to its LF or the last column, which end it. */
static struct str row_part(struct pager *p, bool *ended)
{
	struct str s = buf_str(&p->pending);
	uint32_t code = 0;
	size_t n = 0;

	*ended = false;
	while (n < s.n && !*ended) {
		size_t bytes = next(p, (struct str){ s.p + n, s.n - n }, &code);
		size_t wide = columns_of(p, code);

		if (bytes == 0)
			break;
		*ended = wide && p->width && p->column + wide > p->width && p->column;
		if (*ended)
			break;
		p->column += wide;
		if (code == '\r')
			p->column = 0;
		else if (code == '\b' && p->column)
			p->column--;
		*ended = code == '\n';
		n += bytes;
	}
	s.n = n;
	return s;
}

void pager_run(struct pager *p, struct screen *s)
{
	bool ended = true;

	while (ended && !p->more && buf_len(&p->pending)) {
		struct str part;

		if (full(p)) {
			p->more = true;
			pager_show(p, s);
			return;
		}
		part = row_part(p, &ended);
		screen_put(s, part);
		buf_consume(&p->pending, part.n);
		if (ended) {
			p->rows++;
			p->column = 0;
		}
	}
}

static void take_away(struct pager *p, struct screen *s)
{
	pager_hide(p, s);
	p->more = false;
}

void pager_go_on(struct pager *p, bool page, struct screen *s)
{
	take_away(p, s);
	p->rows = page || p->length < 2 ? 0 : p->length - 2;
	pager_run(p, s);
}

void pager_resize(struct pager *p, uint32_t length, uint32_t width, struct screen *s)
{
	p->length = length;
	p->width = width;
	if (p->more && !full(p)) {
		take_away(p, s);
		pager_run(p, s);
	}
}

void pager_drop(struct pager *p, struct screen *s)
{
	take_away(p, s);
	buf_clear(&p->pending);
	pager_restart(p);
}

void pager_flush(struct pager *p, struct screen *s)
{
	take_away(p, s);
	screen_put(s, buf_str(&p->pending));
	buf_clear(&p->pending);
}
