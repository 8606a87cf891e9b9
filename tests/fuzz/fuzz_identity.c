/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no file in the key store and no PKCS#12 file, whoever made it, reaches past its bytes; what a helper makes of
 * one is an identity or words. The first byte of the input chooses what the rest is: a file of the store, with the
 * right checksum or as it is; a PKCS#12 file; or one that gets the right MAC, so that what is behind that is reached.
 */
#include "helpers/helpers.h"
#include "helpers/pkcs12.h"
#include "keys/identity.h"
#include "keys/keys_private.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <stdlib.h>
#include <string.h>

#define PASSWORD "p"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(struct str file)
{
	struct identity id;
	struct identity_card card;
	struct cur c;
	unsigned n = 0;

	if (!identity_parse(file, &id)) {
		c = cur_of(buf_str(&id.cards));
		while (identity_card_next(&c, &card))
			n++;
		if (!n || n > IDENTITY_CHAIN || c.bad || !identity_name_valid(id.name))
			abort();
	}
	identity_release(&id);
}

static void summed(struct str file)
{
	struct buf whole;

	buf_init(&whole, 0);
	buf_put(&whole, file.p, file.n);
	key_file_seal(&whole);
	parse(buf_str(&whole));
	buf_release(&whole);
}

/* What core would do with the answer. */
static void check_answer(struct str answer)
{
	struct cur c = cur_of(answer);
	struct str cards, chain, key;
	struct identity_card card;
	uint8_t outcome = cur_u8(&c);
	unsigned n = 0;

	if (outcome == PKCS12_REFUSED) {
		if (!cur_str(&c).n || !cur_done(&c))
			abort();
		return;
	}
	cur_u8(&c);
	cur_u8(&c);
	cards = cur_str(&c);
	chain = cur_str(&c);
	key = cur_str(&c);
	if (outcome != PKCS12_GOOD || !cur_done(&c) || !chain.n || !key.n)
		abort();
	c = cur_of(cards);
	while (identity_card_next(&c, &card))
		n++;
	if (!n || n > IDENTITY_CHAIN || !cur_done(&c))
		abort();
}

static void import(struct str file)
{
	struct buf request, result;

	buf_init(&request, 0);
	buf_init(&result, 65536);
	buf_put_str(&request, file);
	buf_put_cstr(&request, PASSWORD);
	if (work_pkcs12(buf_str(&request), &result) == 0)
		check_answer(buf_str(&result));
	buf_release(&request);
	buf_release(&result);
}

static void signed_file(struct str file)
{
	const unsigned char *p = file.p;
	PKCS12 *p12 = d2i_PKCS12(NULL, &p, (long)file.n);
	uint8_t *der = NULL;
	int n = 0;

	if (p12 && PKCS12_set_mac(p12, PASSWORD, -1, NULL, 0, 1, NULL) == 1)
		n = i2d_PKCS12(p12, &der);
	if (n > 0)
		import((struct str){ der, (size_t)n });
	OPENSSL_free(der);
	PKCS12_free(p12);
	ERR_clear_error();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(struct str) = { parse, summed, import, signed_file };

	if (size)
		kinds[data[0] % 4]((struct str){ data + 1, size - 1 });
	return 0;
}
