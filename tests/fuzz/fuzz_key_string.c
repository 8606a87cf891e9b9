/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no text of `key-string` and no public key blob or signature of a stranger reaches past its bytes or breaks the
 * parser's promises. The first byte of the input chooses what the rest is.
 */
#include "keys/keys.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse_text(struct str text)
{
	char type[KEY_TYPE_MAX], comment[128];
	struct errbuf e;
	struct buf blob;

	buf_init(&blob, 0);
	if (key_parse_openssh(text, &blob, type, comment, &e) == 0) {
		struct cur c = cur_of(buf_str(&blob));

		if (!str_is(cur_str(&c), type) || strlen(comment) > 127)
			abort();
	}
	buf_release(&blob);
}

static void verify_signature(struct str input)
{
	static const char *const algs[] = { "ssh-ed25519",         "rsa-sha2-256",
					    "rsa-sha2-512",        "ssh-rsa",
					    "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
					    "ecdsa-sha2-nistp521" };
	struct cur c = cur_of(input);
	struct str blob = cur_str(&c), signature = { c.p, c.n };

	for (size_t i = 0; i < sizeof algs / sizeof *algs; i++)
		key_verify(str_of(algs[i]), blob, STR("data"), signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	if (data[0] & 1)
		parse_text((struct str){ data + 1, size - 1 });
	else
		verify_signature((struct str){ data + 1, size - 1 });
	return 0;
}
