/* SPDX-License-Identifier: Apache-2.0
 *
 * type6.c: see type6.h. Runs in core (but for type6_master) and in the hashing helper; stored forms are hostile.
 *
 * A stored form is base64 of: 16 bytes of salt, the encrypted secret, 16 bytes of tag. Each has a key of its own, HMAC
 * of the master key over the salt (so the nonce is always zero), and is encrypted by AES-256-GCM (NIST SP 800-38D).
 * The master key is scrypt of what was typed, with a fixed salt: another device with the same words reads the same
 * configuration.
 */
#include "type6.h"

#include "aaa.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define SALT     16
#define TAG      16
#define KEY      32
#define NONCE    12
#define RAW_MAX  (SALT + AAA_CLEAR_MAX + TAG)
#define TEXT_MAX (4 * ((RAW_MAX + 2) / 3))
#define SCRYPT_N 16384

static const char label[] = "ravelin type 6, version 1";

bool type6_word_valid(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 0x20 || word.p[i] == 0x7f)
			return false;
	return word.n >= TYPE6_WORD_MIN && word.n <= TYPE6_WORD_MAX;
}

int type6_master(struct str word, uint8_t master[TYPE6_MASTER])
{
	if (!type6_word_valid(word))
		return E_INVAL;
	return EVP_PBE_scrypt((const char *)word.p, word.n, (const uint8_t *)label, sizeof label - 1, SCRYPT_N, 8, 1, 0,
			      master, TYPE6_MASTER)
		   ? 0
		   : E_CRYPTO;
}

/* One pass of AES-256-GCM under the key of this salt; the tag is made, or checked. */
static int crypt(const uint8_t master[TYPE6_MASTER], bool seal, const uint8_t salt[SALT], const uint8_t *in, size_t n,
		 uint8_t *out, uint8_t tag[TAG])
{
	static const uint8_t nonce[NONCE] = { 0 };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t key[EVP_MAX_MD_SIZE];
	int done, rest, rc = E_CRYPTO;
	size_t key_n;

	if (ctx &&
	    EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, master, TYPE6_MASTER, salt, SALT, key, sizeof key, &key_n) &&
	    key_n == KEY && EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), key, nonce, seal, NULL) &&
	    EVP_CipherUpdate(ctx, out, &done, in, (int)n) && (size_t)done == n &&
	    (seal || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, tag)) &&
	    EVP_CipherFinal_ex(ctx, out + done, &rest) &&
	    (!seal || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG, tag)))
		rc = 0;
	EVP_CIPHER_CTX_free(ctx);
	OPENSSL_cleanse(key, sizeof key);
	ERR_clear_error();
	return rc;
}

int type6_seal(const uint8_t master[TYPE6_MASTER], struct str clear, char *out, size_t size)
{
	uint8_t raw[RAW_MAX];
	int rc;

	if (clear.n == 0 || clear.n > AAA_CLEAR_MAX || size <= TEXT_MAX)
		return E_INVAL;
	if (RAND_bytes(raw, SALT) != 1)
		return E_CRYPTO;
	rc = crypt(master, true, raw, clear.p, clear.n, raw + SALT, raw + SALT + clear.n);
	if (rc == 0)
		EVP_EncodeBlock((uint8_t *)out, raw, (int)(SALT + clear.n + TAG));
	return rc;
}

/* Only the one way to write it is taken. The number of bytes, or E_INVAL. */
static int decode(const char *stored, uint8_t raw[RAW_MAX])
{
	size_t n = strlen(stored), pad;
	uint8_t again[TEXT_MAX + 1], wide[RAW_MAX + 3];

	if (n % 4 || n > TEXT_MAX || n < 4 * ((SALT + TAG + 1 + 2) / 3))
		return E_INVAL;
	pad = stored[n - 1] != '=' ? 0 : stored[n - 2] != '=' ? 1 : 2;
	if (EVP_DecodeBlock(wide, (const uint8_t *)stored, (int)n) != (int)(n / 4 * 3))
		return E_INVAL;
	n = n / 4 * 3 - pad;
	EVP_EncodeBlock(again, wide, (int)n);
	if (n > RAW_MAX || n <= SALT + TAG || strcmp((const char *)again, stored) != 0)
		return E_INVAL;
	memcpy(raw, wide, n);
	return (int)n;
}

bool type6_valid(const char *stored)
{
	uint8_t raw[RAW_MAX];
	bool valid = decode(stored, raw) > 0;

	ERR_clear_error();
	return valid;
}

int type6_open(const uint8_t master[TYPE6_MASTER], const char *stored, char *out, size_t size)
{
	uint8_t raw[RAW_MAX], clear[AAA_CLEAR_MAX];
	int n = decode(stored, raw), rc;

	ERR_clear_error();
	out[0] = '\0';
	if (n < 0)
		return E_INVAL;
	n -= SALT + TAG;
	rc = crypt(master, false, raw, raw + SALT, (size_t)n, clear, raw + SALT + n);
	if (rc == 0 && !str_copy((struct str){ clear, (size_t)n }, out, size))
		rc = E_INVAL;
	if (rc < 0)
		out[0] = '\0';
	OPENSSL_cleanse(clear, sizeof clear);
	return rc;
}
