/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no stored form of a password from a configuration makes the parser read or write past its bytes, and whatever
 * is not valid matches nothing. Only the fast types are compared: the slow ones share the parser with aaa_secret_valid.
 */
#include "aaa/aaa.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char stored[512];
	int type;

	if (size < 2 || !str_copy((struct str){ data + 1, size - 1 }, stored, sizeof stored))
		return 0;
	type = data[0] % 11;
	if (aaa_secret_is_slow(type))
		aaa_secret_valid(type, stored);
	else if (aaa_secret_matches(type, stored, STR("cisco")) && !aaa_secret_valid(type, stored))
		abort();
	return 0;
}
