/* SPDX-License-Identifier: Apache-2.0
 *
 * totp.h: one-time passwords: six digits that change every 30 seconds (RFC 6238, SHA-1 as every authenticator has it),
 * of the present step, the one before or the one behind it; and scratch codes of eight digits, for who has lost what
 * makes the others. The digits are liboath's work. Each is good once.
 */
#ifndef AAA_TOTP_H
#define AAA_TOTP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <time.h>

#define TOTP_STEP      30 /* seconds */
#define TOTP_DIGITS    6
#define TOTP_SCRATCHES 5
#define TOTP_LONG      8  /* digits of a scratch code */
#define TOTP_TEXT      64 /* holds a new secret as base32 and its NUL */

struct totp_used {
	uint64_t step;    /* of the last one that was good */
	uint32_t scratch; /* a bit for each that was */
};

int totp_init(void);                      /* once, before the others */
bool totp_secret_valid(const char *text); /* base32 of 10 to 64 bytes */
int totp_secret_make(char out[TOTP_TEXT]);
int totp_scratch(const char *secret, unsigned i, char out[TOTP_LONG + 1]);
/* Is this the code, and was it not used before? Then it is now, in `used`. */
bool totp_check(const char *secret, time_t now, struct str typed, struct totp_used *used);

#endif
