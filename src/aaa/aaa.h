/* SPDX-License-Identifier: Apache-2.0
 *
 * aaa.h: local passwords and secrets. Types as IOS numbers them: 0 clear, 5 MD5-crypt, 6 encrypted by a key of the
 * device (type6.h), 7 reversible obfuscation, 8 PBKDF2-SHA256, 9 scrypt. Slow ones (5, 8, 9) are computed in the
 * hashing helper; core calls aaa_secret_is_slow and never the slow function itself. The helper links the same code.
 */
#ifndef AAA_AAA_H
#define AAA_AAA_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

enum aaa_secret_type {
	SECRET_CLEAR = 0,
	SECRET_MD5 = 5,
	SECRET_ENCRYPTED = 6,
	SECRET_OBFUSCATED = 7,
	SECRET_PBKDF2 = 8,
	SECRET_SCRYPT = 9
};

#define AAA_CLEAR_MAX   127 /* characters of a password; more never match and cannot be stored */
#define AAA_SECRET_SIZE 272 /* holds any stored form and its NUL */

bool aaa_secret_is_slow(int type);
/* Is `stored` well-formed for its type (e.g. `$9$salt$hash`)? Checked when a line of configuration gives it. */
bool aaa_secret_valid(int type, const char *stored);
/* Constant-time compare of the typed password with the stored form. False for anything malformed. */
bool aaa_secret_matches(int type, const char *stored, struct str typed);
/* What a password of type 0 or 7 is, for those who give it to others; the caller wipes it. E_INVAL, and "" in `out`: no
 * such type, malformed, or it does not fit. */
int aaa_secret_reveal(int type, const char *stored, char *out, size_t size);
/* Makes the stored form with a fresh salt (types 5, 7, 8, 9). `clear`: 1 to AAA_CLEAR_MAX bytes, none a control. */
int aaa_secret_make(int type, struct str clear, char *out, size_t size, struct errbuf *e);
/* A valid type 9 value that no password matches: verified for unknown users, so that they take as long. */
extern const char aaa_decoy_secret[];

#endif
