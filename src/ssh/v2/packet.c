/* SPDX-License-Identifier: Apache-2.0
 *
 * packet.c: the binary packet protocol, RFC 4253 section 6; see packet.h. The session runs it; what it opens is
 * hostile. Once keys are in use every doubt, also about the length, is told to the peer as one and the same failure.
 */
#include "ssh/v2/packet.h"

#include "base/random.h"

#include <openssl/crypto.h>

#define PADDING_MIN 4

void packet_init(struct packet_side *s, bool sealing)
{
	*s = (struct packet_side){ 0 };
	crypt_init(&s->crypt, sealing);
}

void packet_release(struct packet_side *s)
{
	crypt_release(&s->crypt);
	OPENSSL_cleanse(s->padding, sizeof(s->padding));
}

static bool length_fits(const struct packet_side *s, uint32_t length)
{
	size_t padded = (size_t)length + (s->crypt.mode->length_apart ? 0 : 4);

	if (length < 1 + 1 + PADDING_MIN || length > PACKET_MAX - 4 - crypt_tag(&s->crypt))
		return false;
	return padded % crypt_block(&s->crypt) == 0;
}

/* Where the length is part of what is encrypted (encrypt-and-MAC), nobody may learn from us when, or after how many
 * bytes, it was found wrong: CVE-2008-5161 read it, and with it 32 bits of anything that was ever sent with CBC, out of
 * just that. Whatever is wrong, as many bytes as the largest packet has are taken and go through cipher and MAC, and
 * then comes the answer. `looked` bytes have gone through them. */
static int spoil(struct packet_side *s, size_t looked)
{
	if (s->crypt.mode->length_apart)
		return E_CRYPTO;
	s->length = PACKET_MAX;
	s->spoilt = looked;
	return 0;
}

static int swallow(struct packet_side *s, uint8_t *p, size_t n)
{
	size_t rest;

	if (n < PACKET_MAX)
		return 0;
	rest = PACKET_MAX - s->spoilt - crypt_tag(&s->crypt);
	rest -= rest % crypt_block(&s->crypt);
	(void)s->crypt.mode->open(&s->crypt, s->seq, p + s->spoilt, rest);
	return E_CRYPTO;
}

static int read_length(struct packet_side *s, uint8_t *p)
{
	const struct crypt *c = &s->crypt;

	if (c->mode->length(&s->crypt, s->seq, p, &s->length))
		return E_CRYPTO;
	if (length_fits(s, s->length))
		return 0;
	if (!c->cipher)
		return s->length > PACKET_MAX - 4 ? E_TOOBIG : E_INVAL;
	return spoil(s, crypt_head(c));
}

int packet_open(struct packet_side *s, uint8_t *p, size_t n, struct str *payload, size_t *used)
{
	size_t body, pad;
	int rc;

	if (!s->length) {
		if (n < crypt_head(&s->crypt))
			return 0;
		if (s->packets >= UINT32_MAX)
			return E_LIMIT;
		if ((rc = read_length(s, p)))
			return rc;
	}
	if (s->spoilt)
		return swallow(s, p, n);
	body = 4 + (size_t)s->length;
	if (n < body + crypt_tag(&s->crypt))
		return 0;
	if (s->crypt.mode->open(&s->crypt, s->seq, p, body)) {
		rc = spoil(s, body);
		return rc ? rc : swallow(s, p, n);
	}
	pad = p[4];
	if (pad < PADDING_MIN || PACKET_HEAD + pad >= body)
		return E_INVAL;
	*payload = (struct str){ p + PACKET_HEAD, body - PACKET_HEAD - pad };
	*used = body + crypt_tag(&s->crypt);
	s->whole = (uint32_t)body;
	s->pad = (uint8_t)pad;
	s->length = 0;
	s->seq++;
	s->packets++;
	s->bytes += *used;
	return 1;
}

size_t packet_begin(struct buf *out)
{
	size_t at = buf_len(out);

	buf_put(out, (const uint8_t[PACKET_HEAD]){ 0 }, PACKET_HEAD);
	return at;
}

/* Random bytes are drawn in batches: a call per packet would cost more than sealing a small one. */
static int pad_with(struct packet_side *s, uint8_t *to, size_t n)
{
	while (n--) {
		if (s->padding_left == 0) {
			if (random_bytes(s->padding, sizeof(s->padding)))
				return E_CRYPTO;
			s->padding_left = sizeof(s->padding);
		}
		*to++ = s->padding[--s->padding_left];
	}
	return 0;
}

static int seal(struct packet_side *s, struct buf *out, size_t at)
{
	size_t block = crypt_block(&s->crypt), tag = crypt_tag(&s->crypt), used, pad, length;
	uint8_t *p;

	if (out->err)
		return out->err;
	if (s->packets >= UINT32_MAX)
		return E_LIMIT;
	used = buf_len(out) - at;
	pad = block - (used - (s->crypt.mode->length_apart ? 4 : 0)) % block;
	if (pad < PADDING_MIN)
		pad += block;
	if (!(p = buf_room(out, pad + tag)))
		return out->err;
	if (pad_with(s, p, pad))
		return E_CRYPTO;
	p = out->data + out->off + at;
	length = used + pad - 4;
	p[0] = (uint8_t)(length >> 24);
	p[1] = (uint8_t)(length >> 16);
	p[2] = (uint8_t)(length >> 8);
	p[3] = (uint8_t)length;
	p[4] = (uint8_t)pad;
	if (s->crypt.mode->seal(&s->crypt, s->seq, p, 4 + length))
		return E_CRYPTO;
	buf_claim(out, pad + tag);
	s->whole = (uint32_t)(4 + length);
	s->pad = (uint8_t)pad;
	s->seq++;
	s->packets++;
	s->bytes += 4 + length + tag;
	return 0;
}

int packet_seal(struct packet_side *s, struct buf *out, size_t at)
{
	int rc = seal(s, out, at);

	if (rc && buf_len(out) > at) {
		OPENSSL_cleanse(out->data + out->off + at, buf_len(out) - at);
		out->len = out->off + at;
	}
	return rc;
}
