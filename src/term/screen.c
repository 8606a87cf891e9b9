/* SPDX-License-Identifier: Apache-2.0
 *
 * screen.c: see screen.h. Session process.
 */
#include "screen.h"

#include "base/utf8.h"

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

static bool is_obeyed(uint8_t b)
{
	return b == '\n' || b == '\r' || b == '\b' || b == '\t';
}

/* One character, or one byte that is none. */
static void put_character(struct screen *s, struct str c, uint32_t code)
{
	if (code < 0x20 && is_obeyed((uint8_t)code)) {
		put_control(s, (uint8_t)code);
		return;
	}
	s->cr = false;
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f) || code >= UTF8_NONE) {
		buf_put_u8(&s->out, '?');
		s->column++;
		return;
	}
	buf_put(&s->out, c.p, c.n);
	s->column += utf8_width(code);
}

/* Characters without a question, which is nearly everything. */
static size_t put_run(struct screen *s, struct str text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] >= 0x20 && text.p[n] < 0x7f)
		n++;
	buf_put(&s->out, text.p, n);
	s->column += n;
	s->cr = s->cr && n == 0;
	return n;
}

/* The tail will be no character. */
static void give_up_tail(struct screen *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_character(s, (struct str){ &s->tail[i], 1 }, UTF8_NONE + s->tail[i]);
	s->tail_n = 0;
}

/* With the next byte the tail may be a character; false: the byte does not belong to it. */
static bool join_tail(struct screen *s, uint8_t b)
{
	uint32_t code;
	size_t n;

	s->tail[s->tail_n++] = b;
	n = utf8_next((struct str){ s->tail, s->tail_n }, &code);
	if (n == 0)
		return true;
	if (n == s->tail_n) {
		put_character(s, (struct str){ s->tail, n }, code);
		s->tail_n = 0;
		return true;
	}
	give_up_tail(s, s->tail_n - 1);
	return false;
}

void screen_put(struct screen *s, struct str text)
{
	size_t i = 0;

	while (i < text.n) {
		uint32_t code;
		size_t n;

		if (s->tail_n) {
			i += join_tail(s, text.p[i]);
			continue;
		}
		i += put_run(s, (struct str){ text.p + i, text.n - i });
		if (i == text.n)
			break;
		n = utf8_next((struct str){ text.p + i, text.n - i }, &code);
		if (n)
			put_character(s, (struct str){ text.p + i, n }, code);
		else
			s->tail[s->tail_n++] = text.p[i];
		i += n ? n : 1;
	}
}

void screen_newline(struct screen *s)
{
	screen_put(s, STR("\r\n"));
}

void screen_fresh(struct screen *s)
{
	give_up_tail(s, s->tail_n);
	if (s->column)
		screen_newline(s);
}
