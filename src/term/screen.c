/* SPDX-License-Identifier: Apache-2.0
 *
 * screen.c: see screen.h. Session process.
 */
#include "screen.h"

size_t screen_columns(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += (text.p[i] & 0xc0) != 0x80;
	return n;
}

static void put_control(struct screen *s, uint8_t b)
{
	if (b == '\n' && !s->cr)
		buf_put_u8(&s->out, '\r');
	buf_put_u8(&s->out, b);
	if (b == '\r' || b == '\n')
		s->column = 0;
	else if (b == '\b' && s->column)
		s->column--;
	else if (b == '\t')
		s->column = s->column / 8 * 8 + 8;
	s->cr = b == '\r';
}

static bool is_control(uint8_t b)
{
	return b < 0x20 || b == 0x7f;
}

void screen_put(struct screen *s, struct str text)
{
	size_t n;

	for (size_t i = 0; i < text.n; i += n) {
		struct str run = { text.p + i, 0 };

		while (i + run.n < text.n && !is_control(text.p[i + run.n]))
			run.n++;
		n = run.n ? run.n : 1;
		if (run.n == 0) {
			put_control(s, text.p[i]);
			continue;
		}
		buf_put(&s->out, run.p, run.n);
		s->column += screen_columns(run);
		s->cr = false;
	}
}

void screen_newline(struct screen *s)
{
	screen_put(s, STR("\r\n"));
}

void screen_fresh(struct screen *s)
{
	if (s->column)
		screen_newline(s);
}
