/* SPDX-License-Identifier: Apache-2.0
 *
 * openssh.c: the text of `key-string` (keys.h, key_parse_openssh). Runs in core; the text is an operator's or, by
 * configuration files, a stranger's. The base64 may be broken anywhere and a comment may look like base64, so the key
 * itself says where it ends: its fields carry their lengths (RFC 4253 section 6.6).
 */
#include "keys.h"

#include "ecdsa.h"
#include "keys_private.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 16384
#define BLOB_MAX 4096

/* Walks over the fields of a blob as it grows: `need` bytes are known to belong to it. */
struct walk {
	size_t need;
	unsigned fields, want; /* complete fields; how many there will be */
	bool in_body;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct cur *c)
{
	while (c->n && is_blank(*c->p))
		cur_take(c, 1);
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static unsigned fields_of(struct str blob)
{
	struct cur c = cur_of(blob);
	struct str type = cur_str(&c);

	for (size_t i = 0; key_kinds[i].name; i++)
		if (str_is(type, key_kinds[i].name))
			return 1 + key_kinds[i].fields;
	return 0;
}

/* 1: the blob is whole. 0: more is needed. Negative: it is none, and e says why. */
static int walk_on(struct walk *w, struct str blob, struct errbuf *e)
{
	while (blob.n == w->need) {
		if (!w->in_body) {
			struct cur c = cur_of(blob);
			size_t n;

			cur_take(&c, w->need - 4);
			n = cur_u32(&c);
			if (n == 0 || n > BLOB_MAX - w->need)
				return err_set(e, E_INVAL, "not a public key: it has an empty field or over %d bytes",
					       BLOB_MAX);
			w->need += n;
			w->in_body = true;
			continue;
		}
		if (++w->fields == 1)
			w->want = fields_of(blob);
		if (w->want == 0)
			return err_set(e, E_INVAL, "key type is not supported");
		if (w->fields == w->want)
			return 1;
		w->need += 4;
		w->in_body = false;
	}
	return 0;
}

/* Reads base64 until the key is whole; the cursor stands behind it and its padding then. */
static int read_blob(struct cur *c, struct buf *blob, struct errbuf *e)
{
	struct walk w = { .need = 4 };
	unsigned bits = 0, held = 0;
	int whole = 0;

	while (whole == 0) {
		int v;

		skip_blanks(c);
		v = c->n ? base64_value(*c->p) : -1;
		if (v < 0)
			return err_set(e, E_INVAL, "not a whole public key in base64");
		cur_take(c, 1);
		held = (held << 6 | (unsigned)v) & 0xfff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		buf_put_u8(blob, (uint8_t)(held >> bits));
		if (blob->err)
			return err_set(e, blob->err, "%s", err_text(blob->err));
		whole = walk_on(&w, buf_str(blob), e);
	}
	if (whole < 0)
		return whole;
	/* 2 or 4 bits are left where padding follows; they are zero in what any encoder writes. */
	if (held & ((1U << bits) - 1))
		return err_set(e, E_INVAL, "bits follow the key");
	for (; bits && c->n && *c->p == '='; bits -= 2)
		cur_take(c, 1);
	return c->n == 0 || is_blank(*c->p) ? 0 : err_set(e, E_INVAL, "something follows the key");
}

/* "ssh-rsa" before the base64, which never has a '-'. */
static struct str read_type(struct cur *c)
{
	struct str word = { c->p, 0 };

	while (word.n < c->n && !is_blank(c->p[word.n]))
		word.n++;
	if (word.n == 0 || !memchr(word.p, '-', word.n))
		return (struct str){ NULL, 0 };
	return cur_take(c, word.n);
}

static void read_comment(struct cur *c, char comment[128])
{
	skip_blanks(c);
	while (c->n && is_blank(c->p[c->n - 1]))
		c->n--;
	str_copy_printable((struct str){ c->p, c->n }, comment, 128);
}

int key_parse_openssh(struct str text, struct buf *blob, char type[KEY_TYPE_MAX], char comment[128], struct errbuf *e)
{
	struct cur c = cur_of(text);
	struct key_public pub = { 0 };
	struct str named;
	struct buf key;
	int r;

	type[0] = comment[0] = '\0';
	if (text.n > TEXT_MAX)
		return err_set(e, E_INVAL, "key is longer than %d characters", TEXT_MAX);
	buf_init(&key, BLOB_MAX);
	skip_blanks(&c);
	named = read_type(&c);
	r = read_blob(&c, &key, e);
	if (r == 0)
		r = key_public_parse(buf_str(&key), &pub, e);
	if (r == 0 && named.n && !str_is(named, pub.name))
		r = err_set(e, E_INVAL, "the key is of type \"%s\", not as named before it", pub.name);
	if (r == 0 && pub.curve && !ec_on_curve(&pub))
		r = err_set(e, E_INVAL, "%s key with a point that is not on the curve", pub.name);
	if (r == E_UNSUPPORTED)
		r = E_INVAL;
	if (r < 0)
		goto out;
	snprintf(type, KEY_TYPE_MAX, "%s", pub.name);
	read_comment(&c, comment);
	buf_put(blob, buf_ptr(&key), buf_len(&key));
	r = blob->err;
out:
	buf_release(&key);
	return r;
}
