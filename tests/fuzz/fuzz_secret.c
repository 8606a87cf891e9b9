/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no stored form of a password from a configuration makes the parser read or write past its bytes, and whatever
 * is not valid matches nothing. Only the fast types are compared: the slow ones share the parser with aaa_secret_valid.
 */
#include "aaa/aaa.h"
#include "aaa/type6.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t master[TYPE6_MASTER] = "a master key";

/* What is read was written by this key, and nobody who knows it not can make it; what is sealed is read. */
static void type6(const char *stored, struct str clear)
{
	char out[AAA_CLEAR_MAX + 1], sealed[AAA_SECRET_SIZE];

	if (type6_open(master, stored, out, sizeof out) == 0 && !type6_valid(stored))
		abort();
	if (memchr(clear.p, 0, clear.n) || type6_seal(master, clear, sealed, sizeof sealed) < 0)
		return;
	if (type6_open(master, sealed, out, sizeof out) < 0 || !str_is(clear, out))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char stored[512];
	int type;

	if (size < 2 || !str_copy((struct str){ data + 1, size - 1 }, stored, sizeof stored))
		return 0;
	type = data[0] % 11;
	if (type == SECRET_ENCRYPTED)
		type6(stored, str_of(stored));
	if (aaa_secret_is_slow(type))
		aaa_secret_valid(type, stored);
	else if (aaa_secret_matches(type, stored, STR("cisco")) && !aaa_secret_valid(type, stored))
		abort();
	return 0;
}
