/* SPDX-License-Identifier: Apache-2.0
 *
 * totp.c: see totp.h. Runs in core; codes are hostile, secrets come from the configuration. A scratch code is the HOTP
 * value (RFC 4226) of a counter that no clock ever reaches: nothing but the secret has to be kept.
 */
#include "totp.h"

#include <liboath/oath.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_MIN    10
#define SECRET_MAX    64
#define SECRET_MADE   20 /* RFC 4226 section 4 */
#define TEXT_MAX      (SECRET_MAX * 8 / 5 + 8)
#define SCRATCH_FIRST (UINT64_C(1) << 62)
#define WINDOW        1

int totp_init(void)
{
	return oath_init() == OATH_OK ? 0 : E_CRYPTO;
}

/* The bytes of a secret; how many, or E_INVAL. The caller wipes them. */
static int decode(const char *text, uint8_t out[SECRET_MAX])
{
	size_t n = 0, length = strlen(text);
	char *bytes = NULL;
	int rc = E_INVAL;

	if (length == 0 || length > TEXT_MAX || oath_base32_decode(text, length, &bytes, &n) != OATH_OK)
		return E_INVAL;
	if (n >= SECRET_MIN && n <= SECRET_MAX) {
		memcpy(out, bytes, n);
		rc = (int)n;
	}
	OPENSSL_cleanse(bytes, n);
	free(bytes);
	return rc;
}

bool totp_secret_valid(const char *text)
{
	uint8_t bytes[SECRET_MAX];
	int n = decode(text, bytes);

	OPENSSL_cleanse(bytes, sizeof bytes);
	return n > 0;
}

int totp_secret_make(char out[TOTP_TEXT])
{
	uint8_t bytes[SECRET_MADE];
	char *text = NULL;
	size_t n = 0;
	int rc = E_CRYPTO;

	if (RAND_bytes(bytes, sizeof bytes) == 1 &&
	    oath_base32_encode((const char *)bytes, sizeof bytes, &text, &n) == OATH_OK)
		rc = str_copy((struct str){ (const uint8_t *)text, n }, out, TOTP_TEXT) ? 0 : E_CRYPTO;
	OPENSSL_cleanse(bytes, sizeof bytes);
	if (text)
		OPENSSL_cleanse(text, n);
	free(text);
	return rc;
}

static int scratch(const uint8_t *secret, size_t n, unsigned i, char out[TOTP_LONG + 1])
{
	return oath_hotp_generate((const char *)secret, n, SCRATCH_FIRST + i, TOTP_LONG, false,
				  OATH_HOTP_DYNAMIC_TRUNCATION, out) == OATH_OK
		   ? 0
		   : E_CRYPTO;
}

int totp_scratch(const char *secret, unsigned i, char out[TOTP_LONG + 1])
{
	uint8_t bytes[SECRET_MAX];
	int n = decode(secret, bytes), rc = n > 0 ? scratch(bytes, (size_t)n, i, out) : E_INVAL;

	OPENSSL_cleanse(bytes, sizeof bytes);
	return rc;
}

static bool check_scratch(const uint8_t *secret, size_t n, const char *code, struct totp_used *used)
{
	char expected[TOTP_LONG + 1];
	bool good = false;

	for (unsigned i = 0; i < TOTP_SCRATCHES; i++) {
		if (scratch(secret, n, i, expected) < 0 || CRYPTO_memcmp(expected, code, TOTP_LONG) != 0 ||
		    (used->scratch & 1u << i))
			continue;
		used->scratch |= 1u << i;
		good = true;
	}
	OPENSSL_cleanse(expected, sizeof expected);
	return good;
}

static bool check_step(const uint8_t *secret, size_t n, time_t now, const char *code, struct totp_used *used)
{
	uint64_t step = 0;
	int position;

	if (oath_totp_validate3((const char *)secret, n, now, TOTP_STEP, 0, WINDOW, &position, &step, code) < 0 ||
	    step <= used->step)
		return false;
	used->step = step;
	return true;
}

bool totp_check(const char *secret, time_t now, struct str typed, struct totp_used *used)
{
	char code[TOTP_LONG + 1];
	uint8_t bytes[SECRET_MAX];
	bool good = false;
	int n;

	if (!str_copy(typed, code, sizeof code) || strspn(code, "0123456789") != typed.n || now < TOTP_STEP)
		return false;
	n = decode(secret, bytes);
	if (n > 0 && typed.n == TOTP_DIGITS)
		good = check_step(bytes, (size_t)n, now, code, used);
	else if (n > 0 && typed.n == TOTP_LONG)
		good = check_scratch(bytes, (size_t)n, code, used);
	OPENSSL_cleanse(bytes, sizeof bytes);
	OPENSSL_cleanse(code, sizeof code);
	return good;
}
