/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no content of nvram/boot-vars makes vars_parse read outside it, or vars_next give a name that is empty, too
 * long or has a separator or a byte that is not printable.
 */
#include "image/vars.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[VARS_NAME_MAX];
	struct vars v;
	const char *at = v.boot;

	vars_parse((struct str){ data, size }, &v);
	while (vars_next(&at, name)) {
		if (!*name || strlen(name) >= sizeof name || strpbrk(name, ";,"))
			abort();
		for (const char *c = name; *c; c++)
			if (*c < ' ' || *c > '~')
				abort();
	}
	return 0;
}
