/* SPDX-License-Identifier: Apache-2.0
 *
 * radius.c: see radius.h. Runs in the asker, whose input is hostile. RFC 2865 section 3 (packets), 5.2 (User-Password),
 * 5.26 (Vendor-Specific); RFC 2866 section 3; RFC 3579 section 3.2 (Message-Authenticator); RFC 5080 section 2.
 */
#include "radius.h"

#include "base/err.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define DIGEST_SIZE 16                /* MD5 */
#define AUTH_AT     4                 /* in the packet */
#define SIGNED_SIZE (2 + DIGEST_SIZE) /* a Message-Authenticator */

static bool md5(struct str bytes, uint8_t out[DIGEST_SIZE])
{
	return EVP_Digest(bytes.p, bytes.n, out, NULL, EVP_md5(), NULL) == 1;
}

static bool hmac_md5(struct str key, struct str bytes, uint8_t out[DIGEST_SIZE])
{
	unsigned n = DIGEST_SIZE;

	return HMAC(EVP_md5(), key.p, (int)key.n, bytes.p, bytes.n, out, &n) != NULL;
}

/* MD5 over a packet and the key behind it: Response Authenticators, and the requests of accounting. */
static bool md5_with_key(struct str packet, struct str key, uint8_t out[DIGEST_SIZE])
{
	struct buf input;
	bool good;

	buf_init(&input, 0);
	buf_put(&input, packet.p, packet.n);
	buf_put(&input, key.p, key.n);
	good = !input.err && md5(buf_str(&input), out);
	buf_release(&input);
	return good;
}

/* --- requests --- */

static void fail(struct buf *b, int rc)
{
	b->err = b->err ? b->err : rc;
}

void radius_put(struct buf *b, enum radius_type type, struct str value)
{
	if (value.n > RADIUS_VALUE_MAX)
		fail(b, E_TOOBIG);
	buf_put_u8(b, (uint8_t)type);
	buf_put_u8(b, (uint8_t)(2 + value.n));
	buf_put(b, value.p, value.n);
}

void radius_put_number(struct buf *b, enum radius_type type, uint32_t value)
{
	buf_put_u8(b, (uint8_t)type);
	buf_put_u8(b, 2 + 4);
	buf_put_u32(b, value);
}

/* Each block is hidden by MD5 of the key and the hidden block before; the first by the authenticator. */
int radius_put_password(struct buf *b, const struct radius_request *r, struct str key, struct str password)
{
	uint8_t hidden[RADIUS_PASSWORD_MAX] = { 0 }, pad[DIGEST_SIZE];
	size_t n = password.n ? (password.n + DIGEST_SIZE - 1) / DIGEST_SIZE * DIGEST_SIZE : DIGEST_SIZE;
	const uint8_t *before = r->auth;
	struct buf input;
	int rc = 0;

	if (password.n > RADIUS_PASSWORD_MAX)
		return E_TOOBIG;
	if (password.n)
		memcpy(hidden, password.p, password.n);
	for (size_t at = 0; at < n && rc == 0; at += DIGEST_SIZE) {
		buf_init(&input, 0);
		buf_put(&input, key.p, key.n);
		buf_put(&input, before, DIGEST_SIZE);
		if (input.err || !md5(buf_str(&input), pad))
			rc = E_CRYPTO;
		buf_release(&input);
		for (size_t i = 0; i < DIGEST_SIZE; i++)
			hidden[at + i] ^= pad[i];
		before = hidden + at;
	}
	if (rc == 0)
		radius_put(b, RADIUS_USER_PASSWORD, (struct str){ hidden, n });
	OPENSSL_cleanse(hidden, sizeof hidden);
	OPENSSL_cleanse(pad, sizeof pad);
	return rc;
}

/* `packet` has zeroes where the digest comes. */
static int sign(uint8_t *packet, size_t n, struct radius_request *r, struct str key)
{
	const struct str bytes = { packet, n };

	if (r->code == RADIUS_ACCESS_REQUEST)
		return hmac_md5(key, bytes, packet + RADIUS_HEADER + 2) ? 0 : E_CRYPTO;
	if (!md5_with_key(bytes, key, r->auth))
		return E_CRYPTO;
	memcpy(packet + AUTH_AT, r->auth, sizeof r->auth);
	return 0;
}

int radius_put_packet(struct buf *b, struct radius_request *r, struct str key, struct str attributes)
{
	static const uint8_t zeroes[DIGEST_SIZE];
	bool access = r->code == RADIUS_ACCESS_REQUEST;
	size_t n = RADIUS_HEADER + (access ? SIGNED_SIZE : 0) + attributes.n, at = buf_len(b);

	if (n > RADIUS_PACKET_MAX)
		return E_TOOBIG;
	buf_put_u8(b, r->code);
	buf_put_u8(b, r->id);
	buf_put_u16(b, (uint16_t)n);
	buf_put(b, access ? r->auth : zeroes, RADIUS_AUTH_SIZE);
	if (access) /* first: what an attacker would have to know of the packet is fixed then */
		radius_put(b, RADIUS_MESSAGE_AUTHENTICATOR, (struct str){ zeroes, sizeof zeroes });
	buf_put(b, attributes.p, attributes.n);
	return b->err ? b->err : sign(b->data + b->off + at, n, r, key);
}

/* --- replies --- */

bool radius_next(struct str *attributes, uint8_t *type, struct str *value)
{
	struct cur c = cur_of(*attributes);
	uint8_t n;

	*type = cur_u8(&c);
	n = cur_u8(&c);
	if (n < 2)
		return false;
	*value = cur_take(&c, n - 2u);
	*attributes = (struct str){ c.p, c.n };
	return !c.bad;
}

bool radius_number(struct str value, uint32_t *out)
{
	struct cur c = cur_of(value);

	*out = cur_u32(&c);
	return cur_done(&c);
}

bool radius_vendor(struct str *value, uint32_t *vendor)
{
	struct cur c = cur_of(*value);

	*vendor = cur_u32(&c);
	*value = (struct str){ c.p, c.n };
	return !c.bad;
}

/* Whole, and at most one Message-Authenticator: *digest, 0 if there is none. */
static bool find_digest(struct str packet, size_t *digest)
{
	struct str left = { packet.p + RADIUS_HEADER, packet.n - RADIUS_HEADER }, value;
	uint8_t type;

	*digest = 0;
	while (left.n) {
		if (!radius_next(&left, &type, &value))
			return false;
		if (type != RADIUS_MESSAGE_AUTHENTICATOR)
			continue;
		if (*digest || value.n != DIGEST_SIZE)
			return false;
		*digest = (size_t)(value.p - packet.p);
	}
	return true;
}

static bool answers(const struct radius_request *r, uint8_t code)
{
	if (r->code == RADIUS_ACCOUNTING_REQUEST)
		return code == RADIUS_ACCOUNTING_RESPONSE;
	return code == RADIUS_ACCESS_ACCEPT || code == RADIUS_ACCESS_REJECT || code == RADIUS_ACCESS_CHALLENGE;
}

/* Both digests are over the reply with the Request Authenticator in its place. */
static bool genuine(struct str packet, const struct radius_request *r, struct str key, size_t digest)
{
	uint8_t copy[RADIUS_PACKET_MAX], want[DIGEST_SIZE];
	const struct str bytes = { copy, packet.n };

	memcpy(copy, packet.p, packet.n);
	memcpy(copy + AUTH_AT, r->auth, RADIUS_AUTH_SIZE);
	if (!md5_with_key(bytes, key, want) || CRYPTO_memcmp(want, packet.p + AUTH_AT, sizeof want) != 0)
		return false;
	if (digest == 0)
		return true;
	memset(copy + digest, 0, DIGEST_SIZE);
	return hmac_md5(key, bytes, want) && CRYPTO_memcmp(want, packet.p + digest, sizeof want) == 0;
}

enum radius_flaw radius_check(struct str datagram, const struct radius_request *r, struct str key, bool sign,
			      uint8_t *code, struct str *attributes)
{
	struct cur c = cur_of(datagram);
	size_t size, digest;
	uint8_t id;

	*code = cur_u8(&c);
	id = cur_u8(&c);
	size = cur_u16(&c);
	if (size < RADIUS_HEADER || size > RADIUS_PACKET_MAX || size > datagram.n)
		return RADIUS_MALFORMED;
	datagram.n = size; /* what is behind it is padding */
	if (!find_digest(datagram, &digest))
		return RADIUS_MALFORMED;
	if (id != r->id || !answers(r, *code))
		return RADIUS_UNKNOWN;
	if (!genuine(datagram, r, key, digest))
		return RADIUS_FORGED;
	if (digest == 0 && sign && r->code == RADIUS_ACCESS_REQUEST)
		return RADIUS_UNSIGNED;
	*attributes = (struct str){ datagram.p + RADIUS_HEADER, datagram.n - RADIUS_HEADER };
	return RADIUS_GOOD;
}
