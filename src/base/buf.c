/* SPDX-License-Identifier: Apache-2.0
 *
 * buf.c: see buf.h. Used by every process; the bytes are usually hostile.
 */
#include "buf.h"

#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct str str_of(const char *s)
{
	return (struct str){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
}

bool str_line(struct str *text, struct str *line)
{
	const uint8_t *lf = text->n ? memchr(text->p, '\n', text->n) : NULL;
	size_t used = lf ? (size_t)(lf - text->p) + 1 : text->n;

	if (!used)
		return false;
	*line = (struct str){ text->p, used - (lf != NULL) };
	text->p += used;
	text->n -= used;
	return true;
}

bool str_copy(struct str s, char *dst, size_t size)
{
	dst[0] = '\0';
	if (s.n >= size || (s.n && memchr(s.p, 0, s.n)))
		return false;
	if (s.n)
		memcpy(dst, s.p, s.n);
	dst[s.n] = '\0';
	return true;
}

void str_copy_printable(struct str s, char *dst, size_t size)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	for (size_t i = 0; i < n; i++)
		dst[i] = (char)(s.p[i] >= 0x20 && s.p[i] < 0x7f ? s.p[i] : '?');
	dst[n] = '\0';
}

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max ? max : BUF_MAX };
}

void buf_release(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	free(b->data);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	b->off = b->len = 0;
	b->err = 0;
}

struct str buf_str(const struct buf *b)
{
	return (struct str){ buf_ptr(b), b->len - b->off };
}

void buf_consume(struct buf *b, size_t n)
{
	b->off += n < buf_len(b) ? n : buf_len(b);
	if (b->off == b->len)
		b->off = b->len = 0;
}

void buf_forget(struct buf *b, size_t n)
{
	n = n < buf_len(b) ? n : buf_len(b);
	if (n)
		explicit_bzero(b->data + b->off, n);
	buf_consume(b, n);
}

void buf_cut(struct buf *b, size_t n)
{
	if (n >= buf_len(b))
		return;
	explicit_bzero(b->data + b->off + n, buf_len(b) - n);
	b->len = b->off + n;
}

/* realloc leaves the old block unwiped, so grow by hand. */
static bool grow(struct buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : 256;
	uint8_t *bigger;

	while (cap < need)
		cap *= 2;
	bigger = malloc(cap);
	if (!bigger)
		return false;
	if (b->data) {
		memcpy(bigger, b->data + b->off, buf_len(b));
		explicit_bzero(b->data, b->cap);
		free(b->data);
	}
	b->len -= b->off;
	b->off = 0;
	b->data = bigger;
	b->cap = cap;
	return true;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
	if (b->err)
		return NULL;
	if (n > b->max || buf_len(b) > b->max - n) {
		b->err = E_TOOBIG;
		return NULL;
	}
	if (b->len + n > b->cap && b->off >= b->cap / 2 && buf_len(b) + n <= b->cap) {
		memmove(b->data, b->data + b->off, buf_len(b));
		explicit_bzero(b->data + buf_len(b), b->off); /* the end of what was moved stood there, too */
		b->len -= b->off;
		b->off = 0;
	}
	if (b->len + n > b->cap && !grow(b, buf_len(b) + n)) {
		b->err = E_NOMEM;
		return NULL;
	}
	return b->data + b->len;
}

void buf_claim(struct buf *b, size_t n)
{
	b->len += n;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	uint8_t *room;

	if (n == 0 || !(room = buf_room(b, n)))
		return;
	memcpy(room, p, n);
	b->len += n;
}

static void put_be(struct buf *b, uint64_t v, size_t n)
{
	uint8_t raw[8];

	for (size_t i = 0; i < n; i++)
		raw[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	buf_put(b, raw, n);
}

void buf_put_u8(struct buf *b, uint8_t v)
{
	put_be(b, v, 1);
}

void buf_put_u16(struct buf *b, uint16_t v)
{
	put_be(b, v, 2);
}

void buf_put_u32(struct buf *b, uint32_t v)
{
	put_be(b, v, 4);
}

void buf_put_u64(struct buf *b, uint64_t v)
{
	put_be(b, v, 8);
}

void buf_put_str(struct buf *b, struct str s)
{
	if (s.n > UINT32_MAX) {
		b->err = b->err ? b->err : E_TOOBIG;
		return;
	}
	buf_put_u32(b, (uint32_t)s.n);
	buf_put(b, s.p, s.n);
}

void buf_put_cstr(struct buf *b, const char *s)
{
	buf_put_str(b, str_of(s));
}

void buf_put_mpint(struct buf *b, const uint8_t *p, size_t n)
{
	while (n && *p == 0) {
		p++;
		n--;
	}
	bool pad = n && (*p & 0x80);
	buf_put_u32(b, (uint32_t)(n + pad));
	if (pad)
		buf_put_u8(b, 0);
	buf_put(b, p, n);
}

void buf_puts(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	uint8_t *room;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0 && (room = buf_room(b, (size_t)n + 1))) {
		vsnprintf((char *)room, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

const char *buf_cstr(struct buf *b)
{
	uint8_t *room = buf_room(b, 1);

	if (!room)
		return "";
	*room = 0;
	return (const char *)buf_ptr(b);
}

struct cur cur_of(struct str s)
{
	return (struct cur){ s.p, s.n, false };
}

struct str cur_take(struct cur *c, size_t n)
{
	struct str s = { c->p, n };

	if (c->bad || n > c->n) {
		*c = (struct cur){ NULL, 0, true };
		return (struct str){ NULL, 0 };
	}
	if (n)
		c->p += n;
	c->n -= n;
	return s;
}

static uint64_t get_be(struct cur *c, size_t n)
{
	struct str s = cur_take(c, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

uint8_t cur_u8(struct cur *c)
{
	return (uint8_t)get_be(c, 1);
}

uint16_t cur_u16(struct cur *c)
{
	return (uint16_t)get_be(c, 2);
}

uint32_t cur_u32(struct cur *c)
{
	return (uint32_t)get_be(c, 4);
}

uint64_t cur_u64(struct cur *c)
{
	return get_be(c, 8);
}

bool cur_bool(struct cur *c)
{
	return cur_u8(c) != 0;
}

struct str cur_str(struct cur *c)
{
	return cur_take(c, cur_u32(c));
}

struct str cur_mpint(struct cur *c)
{
	struct str s = cur_str(c);

	if (s.n && (s.p[0] & 0x80)) /* negative */
		c->bad = true;
	if (s.n && s.p[0] == 0) {
		s.p++;
		s.n--;
		if (s.n == 0 || !(s.p[0] & 0x80)) /* not minimal */
			c->bad = true;
	}
	return c->bad ? (struct str){ NULL, 0 } : s;
}

bool cur_done(const struct cur *c)
{
	return !c->bad && c->n == 0;
}
