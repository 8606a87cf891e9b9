/* SPDX-License-Identifier: Apache-2.0
 *
 * method.c: see method.h. Runs in core.
 */
#include "method.h"

#include <string.h>

enum aaa_method aaa_method_named(const char *text)
{
	static const struct {
		const char *text;
		enum aaa_method method;
	} names[] = {
		{ "local", AAA_LOCAL },   { "local-case", AAA_LOCAL_CASE },
		{ "enable", AAA_ENABLE }, { "line", AAA_LINE },
		{ "none", AAA_NONE },     { "if-authenticated", AAA_IF_AUTHENTICATED },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].text, text) == 0)
			return names[i].method;
	return AAA_SERVERS;
}

const char *aaa_method_group(const char *text)
{
	return strncmp(text, "group ", 6) == 0 ? text + 6 : text;
}

enum aaa_method aaa_method_next(const char *const *methods, size_t n, unsigned askable, size_t *at)
{
	while (*at < n) {
		enum aaa_method method = aaa_method_named(methods[(*at)++]);

		if (askable & AAA_BIT(method))
			return method;
	}
	return AAA_DENY;
}
