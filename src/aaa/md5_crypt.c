/* SPDX-License-Identifier: Apache-2.0
 *
 * md5_crypt.c: see md5_crypt.h. Runs in the hashing helpers; the password is a stranger's, at most AAA_CLEAR_MAX bytes.
 */
#include "md5_crypt.h"

#include "base/err.h"

#include <openssl/evp.h>
#include <string.h>

#define ROUNDS 1000

/* One digest over up to four spans. */
static bool digest_of(EVP_MD_CTX *ctx, const struct str *parts, size_t n, uint8_t *out)
{
	bool ok = EVP_DigestInit_ex(ctx, EVP_md5(), NULL) == 1;

	for (size_t i = 0; ok && i < n; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1;
	return ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

/* Password, "$1$", salt, as much of the inner digest as the password is long, and a byte for each bit of its length. */
static bool first_digest(EVP_MD_CTX *ctx, struct str clear, struct str salt, uint8_t *out)
{
	const struct str inner[] = { clear, salt, clear };
	uint8_t md[MD5_CRYPT_SIZE];
	bool ok = digest_of(ctx, inner, 3, md) && EVP_DigestInit_ex(ctx, EVP_md5(), NULL) == 1 &&
		  EVP_DigestUpdate(ctx, clear.p, clear.n) == 1 && EVP_DigestUpdate(ctx, "$1$", 3) == 1 &&
		  EVP_DigestUpdate(ctx, salt.p, salt.n) == 1;

	for (size_t left = clear.n; ok && left; left -= left < sizeof md ? left : sizeof md)
		ok = EVP_DigestUpdate(ctx, md, left < sizeof md ? left : sizeof md) == 1;
	for (size_t bits = clear.n; ok && bits; bits >>= 1)
		ok = EVP_DigestUpdate(ctx, bits & 1 ? (const void *)"" : clear.p, 1) == 1;
	explicit_bzero(md, sizeof md);
	return ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

int md5_crypt(struct str clear, struct str salt, uint8_t *digest)
{
	const struct str none = { NULL, 0 }, last = { digest, MD5_CRYPT_SIZE };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && first_digest(ctx, clear, salt, digest);

	for (unsigned i = 0; ok && i < ROUNDS; i++) {
		const struct str parts[] = { i & 1 ? clear : last, i % 3 ? salt : none, i % 7 ? clear : none,
					     i & 1 ? last : clear };

		ok = digest_of(ctx, parts, 4, digest);
	}
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : E_CRYPTO;
}

void md5_crypt_write(const uint8_t *digest, char *out)
{
	static const char alphabet[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const uint8_t order[][3] = { { 0, 6, 12 }, { 1, 7, 13 }, { 2, 8, 14 }, { 3, 9, 15 }, { 4, 10, 5 } };

	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		unsigned v =
		    (unsigned)digest[order[i][0]] << 16 | (unsigned)digest[order[i][1]] << 8 | digest[order[i][2]];

		for (int k = 0; k < 4; k++, v >>= 6)
			*out++ = alphabet[v & 63];
	}
	*out++ = alphabet[digest[11] & 63];
	*out++ = alphabet[digest[11] >> 6];
	*out = '\0';
}
