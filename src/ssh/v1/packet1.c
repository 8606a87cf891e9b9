/* SPDX-License-Identifier: Apache-2.0
 *
 * packet1.c: see packet1.h. The session runs it; what it opens is hostile.
 */
#include "ssh/v1/packet1.h"

#include "base/random.h"
#include "ssh/v1/attack.h"
#include "ssh/v1/crc32.h"

#include <openssl/crypto.h>

#define LENGTH_SIZE 4
#define CRC_SIZE    4

static size_t padding_of(size_t length)
{
	return CIPHER_BLOCK - length % CIPHER_BLOCK;
}

static int decrypt(struct cipher *c, uint8_t *p, size_t n)
{
	int found = c->n ? attack_detect(p, n) : 0;

	if (found)
		return found < 0 ? found : E_DENIED;
	return cipher_apply(c, p, n);
}

int packet1_open(struct cipher *c, uint8_t *p, size_t n, uint8_t *type, struct str *data, size_t *used)
{
	struct cur head = cur_of((struct str){ p, n }), crc;
	uint32_t length;
	size_t pad;
	int rc;

	if (n < LENGTH_SIZE)
		return 0;
	length = cur_u32(&head);
	if (length < 1 + CRC_SIZE)
		return E_INVAL;
	if (length > PACKET1_MAX - LENGTH_SIZE - CIPHER_BLOCK)
		return E_TOOBIG;
	pad = padding_of(length);
	if (n < LENGTH_SIZE + pad + length)
		return 0;
	p += LENGTH_SIZE;
	if ((rc = decrypt(c, p, pad + length)))
		return rc;
	crc = cur_of((struct str){ p + pad + length - CRC_SIZE, CRC_SIZE });
	if (cur_u32(&crc) != crc32_update(0, p, pad + length - CRC_SIZE))
		return E_CRYPTO;
	*type = p[pad];
	*data = (struct str){ p + pad + 1, length - 1 - CRC_SIZE };
	*used = LENGTH_SIZE + pad + length;
	return 1;
}

int packet1_seal(struct cipher *c, struct buf *out, uint8_t type, struct str data)
{
	size_t length = 1 + data.n + CRC_SIZE, pad = padding_of(length), at = buf_len(out);
	uint8_t padding[CIPHER_BLOCK] = { 0 }, *p; /* zeros while nothing is encrypted, as the draft has it */
	int rc;

	if (c->n && random_bytes(padding, sizeof(padding)))
		return E_CRYPTO;
	buf_put_u32(out, (uint32_t)length);
	buf_put(out, padding, pad);
	buf_put_u8(out, type);
	buf_put(out, data.p, data.n);
	if (out->err)
		return out->err;
	p = out->data + out->off + at + LENGTH_SIZE;
	buf_put_u32(out, crc32_update(0, p, pad + length - CRC_SIZE));
	if (out->err)
		return out->err;
	p = out->data + out->off + at + LENGTH_SIZE; /* it may have moved */
	rc = cipher_apply(c, p, pad + length);
	if (rc)
		buf_cut(out, at);
	return rc;
}
