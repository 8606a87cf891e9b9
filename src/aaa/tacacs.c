/* SPDX-License-Identifier: Apache-2.0
 *
 * tacacs.c: see tacacs.h. Runs in the asker, whose input is hostile. RFC 8907: section 4.1 (header), 4.5 (obfuscation),
 * 5.1 to 5.3 (authentication), 6.1, 6.2 (authorization), 7.1, 7.2 (accounting).
 */
#include "tacacs.h"

#include "base/err.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define PAD_SIZE 16 /* MD5 */

enum { ACTION_LOGIN = 1 };
enum { REPLY_NO_ECHO = 1, CONTINUE_ABORT = 1 };

void tacacs_put_header(struct buf *b, const struct tacacs_header *h)
{
	buf_put_u8(b, h->version);
	buf_put_u8(b, h->type);
	buf_put_u8(b, h->seq);
	buf_put_u8(b, h->flags);
	buf_put_u32(b, h->session);
	buf_put_u32(b, h->length);
}

bool tacacs_get_header(struct str bytes, struct tacacs_header *h)
{
	struct cur c = cur_of(bytes);

	h->version = cur_u8(&c);
	h->type = cur_u8(&c);
	h->seq = cur_u8(&c);
	h->flags = cur_u8(&c);
	h->session = cur_u32(&c);
	h->length = cur_u32(&c);
	return !c.bad;
}

/* MD5 of session id, key, version, sequence number and the block before; all blocks but the first have one. */
int tacacs_hide(const struct tacacs_header *h, struct str key, uint8_t *body, size_t n)
{
	uint8_t pad[EVP_MAX_MD_SIZE];
	struct buf input;
	size_t fixed;
	int rc = 0;

	buf_init(&input, 0);
	buf_put_u32(&input, h->session);
	buf_put(&input, key.p, key.n);
	buf_put_u8(&input, h->version);
	buf_put_u8(&input, h->seq);
	fixed = buf_len(&input);
	for (size_t done = 0; done < n && rc == 0; done += PAD_SIZE) {
		if (input.err || EVP_Digest(buf_ptr(&input), buf_len(&input), pad, NULL, EVP_md5(), NULL) != 1) {
			rc = E_CRYPTO;
			break;
		}
		for (size_t i = 0; i < PAD_SIZE && done + i < n; i++)
			body[done + i] ^= pad[i];
		buf_cut(&input, fixed);
		buf_put(&input, pad, PAD_SIZE);
	}
	OPENSSL_cleanse(pad, sizeof pad);
	buf_release(&input);
	return rc;
}

/* --- requests --- */

static void fail(struct buf *b, int rc)
{
	b->err = b->err ? b->err : rc;
}

static void put_length(struct buf *b, struct str s)
{
	if (s.n > TACACS_WORD_MAX)
		fail(b, E_TOOBIG);
	buf_put_u8(b, (uint8_t)s.n);
}

static void put_bytes(struct buf *b, struct str s)
{
	buf_put(b, s.p, s.n);
}

/* What every request begins with: who it is about comes behind whatever else has a length. */
static void put_head(struct buf *b, const struct tacacs_subject *s)
{
	buf_put_u8(b, s->level);
	buf_put_u8(b, s->type);
	buf_put_u8(b, s->service);
	put_length(b, s->user);
	put_length(b, s->port);
	put_length(b, s->address);
}

static void put_who(struct buf *b, const struct tacacs_subject *s)
{
	put_bytes(b, s->user);
	put_bytes(b, s->port);
	put_bytes(b, s->address);
}

void tacacs_put_start(struct buf *b, const struct tacacs_subject *s, struct str data)
{
	buf_put_u8(b, ACTION_LOGIN);
	put_head(b, s);
	put_length(b, data);
	put_who(b, s);
	put_bytes(b, data);
}

void tacacs_put_continue(struct buf *b, struct str answer, bool abort)
{
	if (answer.n > UINT16_MAX)
		fail(b, E_TOOBIG);
	buf_put_u16(b, (uint16_t)answer.n);
	buf_put_u16(b, 0);
	buf_put_u8(b, abort ? CONTINUE_ABORT : 0);
	put_bytes(b, answer);
}

/* What requests for authorization and accounting have in common. */
static void put_subject(struct buf *b, const struct tacacs_subject *s, struct str args, unsigned n)
{
	struct cur c = cur_of(args);

	if (n > TACACS_ARGS_MAX)
		fail(b, E_TOOBIG);
	buf_put_u8(b, s->method);
	put_head(b, s);
	buf_put_u8(b, (uint8_t)n);
	for (unsigned i = 0; i < n; i++)
		put_length(b, cur_str(&c));
	put_who(b, s);
	c = cur_of(args);
	for (unsigned i = 0; i < n; i++)
		put_bytes(b, cur_str(&c));
	if (!cur_done(&c))
		fail(b, E_INVAL);
}

void tacacs_put_author(struct buf *b, const struct tacacs_subject *s, struct str args, unsigned n)
{
	put_subject(b, s, args, n);
}

void tacacs_put_acct(struct buf *b, uint8_t record, const struct tacacs_subject *s, struct str args, unsigned n)
{
	buf_put_u8(b, record);
	put_subject(b, s, args, n);
}

/* --- replies --- */

bool tacacs_get_authen(struct str body, struct tacacs_reply *r)
{
	struct cur c = cur_of(body);
	size_t message, data;

	*r = (struct tacacs_reply){ .status = cur_u8(&c) };
	r->no_echo = (cur_u8(&c) & REPLY_NO_ECHO) != 0;
	message = cur_u16(&c);
	data = cur_u16(&c);
	r->message = cur_take(&c, message);
	r->data = cur_take(&c, data);
	return cur_done(&c);
}

bool tacacs_get_author(struct str body, struct tacacs_reply *r)
{
	struct cur c = cur_of(body);
	size_t count, message, data, all = 0;

	*r = (struct tacacs_reply){ .status = cur_u8(&c) };
	count = cur_u8(&c);
	message = cur_u16(&c);
	data = cur_u16(&c);
	r->lengths = cur_take(&c, count);
	r->message = cur_take(&c, message);
	r->data = cur_take(&c, data);
	for (size_t i = 0; i < r->lengths.n; i++)
		all += r->lengths.p[i];
	r->arguments = cur_take(&c, all);
	return cur_done(&c);
}

bool tacacs_get_acct(struct str body, struct tacacs_reply *r)
{
	struct cur c = cur_of(body);
	size_t message = cur_u16(&c), data = cur_u16(&c);

	*r = (struct tacacs_reply){ .status = cur_u8(&c) };
	r->message = cur_take(&c, message);
	r->data = cur_take(&c, data);
	return cur_done(&c);
}

bool tacacs_next_argument(struct tacacs_reply *r, struct str *argument)
{
	size_t n;

	if (r->lengths.n == 0)
		return false;
	n = r->lengths.p[0];
	if (n > r->arguments.n)
		return false;
	*argument = (struct str){ r->arguments.p, n };
	r->lengths = (struct str){ r->lengths.p + 1, r->lengths.n - 1 };
	r->arguments = (struct str){ r->arguments.p + n, r->arguments.n - n };
	return true;
}
