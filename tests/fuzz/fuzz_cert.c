/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no certificate of a stranger, whoever it says has signed it, and no list of addresses in one reaches past its
 * bytes or breaks the parser's promises. The first byte of the input chooses what the rest is.
 */
#include "core/ssh/usercert.h"
#include "keys/cert.h"
#include "keys/keys.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool within(struct str inner, struct str outer)
{
	return inner.n == 0 || (inner.p >= outer.p && inner.p + inner.n <= outer.p + outer.n);
}

static void certificate(struct str blob)
{
	struct cert_terms terms;
	struct cert cert;
	struct buf key;

	if (cert_walk(blob, &cert, NULL) < 0)
		return;
	if (!cert_is(blob) || !within(cert.key, blob) || !within(cert.ca, blob) || !within(cert.signature, blob) ||
	    cert.body.p != blob.p || cert.body.n >= blob.n)
		abort();
	buf_init(&key, 0);
	cert_key_blob(&cert, &key);
	cert_verify(&cert, NULL);
	cert_names(&cert, "admin");
	if (cert_terms_of(&cert, &terms, NULL) == 0 && terms.forced && !within(terms.command, cert.options))
		abort();
	key_verify_flags(str_of(cert.key_type), buf_str(&key), STR("data"), cert.signature, KEY_SK_PRESENT);
	buf_release(&key);
}

/* A certificate of the input's fields, so that the fuzzer need not find their lengths. */
static void made(struct str input)
{
	static const char *const types[] = { "ssh-ed25519-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com",
					     "ecdsa-sha2-nistp256-cert-v01@openssh.com",
					     "sk-ssh-ed25519-cert-v01@openssh.com",
					     "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com" };
	struct cur c = cur_of(input);
	struct buf blob;

	buf_init(&blob, 0);
	buf_put_cstr(&blob, types[cur_u8(&c) % (sizeof types / sizeof *types)]);
	for (unsigned fields = cur_u8(&c) % 5; fields; fields--)
		buf_put_str(&blob, cur_take(&c, cur_u8(&c) % (c.n + 1)));
	buf_put_u64(&blob, cur_u64(&c));
	buf_put_u32(&blob, CERT_USER);
	for (unsigned i = 0; i < 2; i++)
		buf_put_str(&blob, cur_take(&c, cur_u8(&c) % (c.n + 1)));
	buf_put_u64(&blob, cur_u64(&c));
	buf_put_u64(&blob, cur_u64(&c));
	for (unsigned i = 0; i < 5; i++)
		buf_put_str(&blob, cur_take(&c, cur_u8(&c) % (c.n + 1)));
	certificate(buf_str(&blob));
	buf_release(&blob);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { data + 1, size - 1 };
	bool in;

	if (size < 1)
		return 0;
	if (data[0] % 3 == 0)
		certificate(rest);
	else if (data[0] % 3 == 1)
		made(rest);
	else
		usercert_address(rest, data[0] & 128 ? "2001:db8::1" : "192.0.2.1", &in);
	return 0;
}
