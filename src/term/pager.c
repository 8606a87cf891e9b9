/* SPDX-License-Identifier: Apache-2.0
 *
 * pager.c: see pager.h. Session process.
 */
#include "pager.h"

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

static size_t columns_of(const struct pager *p, uint8_t b)
{
	if (b == '\t')
		return 8 - p->column % 8;
	return b >= 0x20 && b != 0x7f && (b & 0xc0) != 0x80;
}

/* How much of the pending text still fits into the row: up to its LF or the last column. */
static struct str row_part(struct pager *p)
{
	struct str s = buf_str(&p->pending);
	size_t n = 0;

	while (n < s.n) {
		size_t wide = columns_of(p, s.p[n]);

		if (wide && p->width && p->column + wide > p->width && p->column)
			break;
		p->column += wide;
		if (s.p[n] == '\r')
			p->column = 0;
		else if (s.p[n] == '\b' && p->column)
			p->column--;
		if (s.p[n++] == '\n')
			break;
	}
	s.n = n;
	return s;
}

void pager_run(struct pager *p, struct screen *s)
{
	while (!p->more && buf_len(&p->pending)) {
		struct str part;

		if (full(p)) {
			p->more = true;
			pager_show(p, s);
			return;
		}
		part = row_part(p);
		screen_put(s, part);
		if (buf_len(&p->pending) > part.n || part.p[part.n - 1] == '\n') {
			p->rows++;
			p->column = 0;
		}
		buf_consume(&p->pending, part.n);
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
