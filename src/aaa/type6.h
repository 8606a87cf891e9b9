/* SPDX-License-Identifier: Apache-2.0
 *
 * type6.h: secrets of type 6, which the device itself must be able to read again: encrypted by a master key that is in
 * no configuration. What IOS writes as type 6 is not published, and is another form.
 */
#ifndef AAA_TYPE6_H
#define AAA_TYPE6_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

#define TYPE6_MASTER   32
#define TYPE6_WORD_MIN 8 /* characters of what a person types as master key */
#define TYPE6_WORD_MAX 127

bool type6_word_valid(struct str word);
/* The master key of what a person typed; slow (scrypt), for a helper. */
int type6_master(struct str word, uint8_t master[TYPE6_MASTER]);
/* Both need no more than microseconds. `clear`: 1 to AAA_CLEAR_MAX bytes; `out` of AAA_SECRET_SIZE holds every form. */
int type6_seal(const uint8_t master[TYPE6_MASTER], struct str clear, char *out, size_t size);
/* E_CRYPTO: by another key, or not as it was written; E_INVAL: no such form. `out` is then "". The caller wipes it. */
int type6_open(const uint8_t master[TYPE6_MASTER], const char *stored, char *out, size_t size);
bool type6_valid(const char *stored); /* its form; only a key tells more */

#endif
