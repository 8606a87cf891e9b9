/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no secret from a configuration and no code a stranger types makes the check read or write past its bytes; what
 * is good is six or eight digits and is not good again.
 */
#include "aaa/totp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct totp_used used = { 0 };
	const uint8_t *zero = memchr(data, 0, size);
	struct str typed;
	char secret[256];

	if (!zero || !str_copy((struct str){ data, (size_t)(zero - data) }, secret, sizeof secret))
		return 0;
	typed = (struct str){ zero + 1, size - (size_t)(zero - data) - 1 };
	if (!totp_check(secret, 59, typed, &used))
		return 0;
	if (!totp_secret_valid(secret) || (typed.n != TOTP_DIGITS && typed.n != TOTP_LONG) ||
	    totp_check(secret, 59, typed, &used))
		abort();
	return 0;
}
