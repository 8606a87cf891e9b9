/* SPDX-License-Identifier: Apache-2.0
 *
 * aaa_server.h: what the fuzz targets of AAA have in common: replies as a server would make them, and rather not, and
 * what is required of text that goes to people. Included by one .c file each.
 */
#ifndef FUZZ_AAA_SERVER_H
#define FUZZ_AAA_SERVER_H

#include "aaa/radius.h"
#include "aaa/tacacs.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#define KEY "key"

/* A byte says how a reply of RADIUS is made: its high nibble is the code, the low one of these. */
enum { SIGNED, BARE, RAW };

static inline void require(bool holds)
{
	if (!holds)
		abort();
}

static inline void require_text(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		require(text.p[i] == '\n' || (text.p[i] >= 0x20 && text.p[i] < 0x7f));
}

static inline void radius_reply(struct buf *out, const struct radius_request *to, uint8_t how, struct str attributes)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	bool sign = (how & 15) == SIGNED;
	unsigned n = sizeof digest;
	struct buf input;

	buf_put_u8(out, how >> 4);
	buf_put_u8(out, to->id);
	buf_put_u16(out, (uint16_t)(RADIUS_HEADER + attributes.n + (sign ? 18 : 0)));
	buf_put(out, to->auth, sizeof to->auth);
	buf_put(out, attributes.p, attributes.n);
	if (sign) {
		radius_put(out, RADIUS_MESSAGE_AUTHENTICATOR, (struct str){ (const uint8_t[16]){ 0 }, 16 });
		HMAC(EVP_md5(), KEY, sizeof KEY - 1, buf_ptr(out), buf_len(out), digest, &n);
		memcpy(out->data + out->len - 16, digest, 16);
	}
	buf_init(&input, 0);
	buf_put(&input, buf_ptr(out), buf_len(out));
	buf_puts(&input, KEY);
	EVP_Digest(buf_ptr(&input), buf_len(&input), digest, NULL, EVP_md5(), NULL);
	memcpy(out->data + 4, digest, 16);
	buf_release(&input);
}

/* A byte says how the header of a reply of TACACS+ is: 0 fits, else a bit for each field that does not. */
static inline void tacacs_misfit(struct tacacs_header *h, uint8_t how)
{
	h->version ^= how & 1;
	h->type ^= how >> 1 & 1;
	h->seq ^= how >> 2 & 1;
	h->flags ^= how >> 3 & 1;
	h->session ^= how >> 4 & 15;
}

#endif
