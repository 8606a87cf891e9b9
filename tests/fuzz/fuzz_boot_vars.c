/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no content of nvram/boot-vars makes vars_parse read outside it, or vars_next give a name that is empty, too
 * long or has a separator or a byte that is not printable; what was read is written and read again as the same.
 */
#include "image/vars.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_names(const struct vars *v)
{
	char name[VARS_NAME_MAX];
	const char *at = v->boot;

	while (vars_next(&at, name)) {
		if (!*name || strlen(name) >= sizeof name || strpbrk(name, ";,"))
			abort();
		for (const char *c = name; *c; c++)
			if (*c < ' ' || *c > '~')
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[VARS_MAX];
	struct vars v, again;
	size_t n;

	vars_parse((struct str){ data, size }, &v);
	check_names(&v);
	n = vars_format(&v, text);
	if (n >= sizeof text || !vars_parse((struct str){ (const uint8_t *)text, n }, &again) ||
	    again.confreg != v.confreg || strcmp(again.boot, v.boot) != 0 || strcmp(again.others, v.others) != 0)
		abort();
	if (*v.others) {
		size_t name = strcspn(v.others, "=");

		if (!vars_unset(&again, (struct str){ (const uint8_t *)v.others, name }) ||
		    strlen(again.others) >= strlen(v.others))
			abort();
	}
	return 0;
}
