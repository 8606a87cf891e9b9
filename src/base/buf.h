/* SPDX-License-Identifier: Apache-2.0
 *
 * buf.h: bytes in motion. `struct buf` grows and is written at its end and read at its start;
 * `struct cur` reads a borrowed span. Both are checked and both keep their first error ("sticky"):
 * write or read everything, then ask once. Integers are big-endian (RFC 4251 section 5).
 * Wiped on release, because keys and passwords travel in them.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed span of bytes; not zero-terminated. */
struct str {
	const uint8_t *p;
	size_t n;
};

#define STR(literal) ((struct str){ (const uint8_t *)(literal), sizeof(literal) - 1 })
struct str str_of(const char *s); /* s may be NULL: the empty span */
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *s);
/* Takes the next line from the front of *text, without its \n; the last may have none. False at the end. */
bool str_line(struct str *text, struct str *line);
/* Copies into dst as a C string; false (and "") if it does not fit or holds a NUL. */
bool str_copy(struct str s, char *dst, size_t size);
/* Copies as much as fits, as a C string fit for a log: what is not printable ASCII becomes a question mark. */
void str_copy_printable(struct str s, char *dst, size_t size);

struct buf {
	uint8_t *data; /* malloc'd; owned */
	size_t off;    /* first unread byte */
	size_t len;    /* end of the written bytes */
	size_t cap;
	size_t max; /* never holds more than this many unread bytes; 0 = BUF_MAX */
	int err;    /* 0, E_NOMEM or E_TOOBIG: the first failure; later puts do nothing */
};

#define BUF_MAX ((size_t)64 << 20)

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b); /* wipes and frees; usable again after buf_init */
void buf_clear(struct buf *b);   /* empties (wiping) and clears the error; keeps the memory */

static inline size_t buf_len(const struct buf *b)
{
	return b->len - b->off;
}
static inline const uint8_t *buf_ptr(const struct buf *b)
{
	return b->data ? b->data + b->off : NULL;
}
struct str buf_str(const struct buf *b);
void buf_consume(struct buf *b, size_t n); /* drops n (at most buf_len) bytes from the start */
void buf_forget(struct buf *b, size_t n);  /* the same, wiping them: what was typed may be a password */

void buf_cut(struct buf *b, size_t n); /* keeps the first n bytes, wiping the others */

/* Room for n more bytes at the end, to be filled by the caller and then claimed by buf_claim; NULL on error. */
uint8_t *buf_room(struct buf *b, size_t n);
void buf_claim(struct buf *b, size_t n);

void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u16(struct buf *b, uint16_t v);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
void buf_put_str(struct buf *b, struct str s); /* u32 length, bytes: RFC 4251 "string" */
void buf_put_cstr(struct buf *b, const char *s);
/* RFC 4251 "mpint" from n unsigned big-endian bytes: leading zeros dropped, one added where the top bit is set. */
void buf_put_mpint(struct buf *b, const uint8_t *p, size_t n);
void buf_puts(struct buf *b, const char *text); /* the characters alone, no length */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A zero byte after the last one, not counted in the length; the text, or "" on error. Valid until the next put. */
const char *buf_cstr(struct buf *b);

struct cur {
	const uint8_t *p;
	size_t n;
	bool bad; /* a read went past the end; every later read yields zero or the empty span */
};

struct cur cur_of(struct str s);
uint8_t cur_u8(struct cur *c);
uint16_t cur_u16(struct cur *c);
uint32_t cur_u32(struct cur *c);
uint64_t cur_u64(struct cur *c);
bool cur_bool(struct cur *c);
struct str cur_take(struct cur *c, size_t n);
struct str cur_str(struct cur *c);   /* RFC 4251 "string" */
struct str cur_mpint(struct cur *c); /* positive, minimal; returned without the leading zero byte; else bad */
/* True if nothing was read past the end and nothing is left. */
bool cur_done(const struct cur *c);

#endif
