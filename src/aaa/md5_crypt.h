/* SPDX-License-Identifier: Apache-2.0
 *
 * md5_crypt.h: the MD5-based crypt of FreeBSD ("$1$"), which IOS calls type 5. Only for secret.c. Written out here,
 * because the digest in libcrypto is all it needs, and a library for it would be mapped into every process of the
 * image.
 */
#ifndef AAA_MD5_CRYPT_H
#define AAA_MD5_CRYPT_H

#include "base/buf.h"

#define MD5_CRYPT_SIZE  16
#define MD5_CRYPT_CHARS 22

int md5_crypt(struct str clear, struct str salt, uint8_t *digest); /* 0 or E_CRYPTO */
void md5_crypt_write(const uint8_t *digest, char *out);            /* MD5_CRYPT_CHARS and NUL */

#endif
