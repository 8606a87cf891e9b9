/* SPDX-License-Identifier: Apache-2.0
 *
 * err.c: error codes to words. Used by every process.
 */
#include "err.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

int err_set(struct errbuf *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return code;
}

const char *err_text(int code)
{
#define ERR_CASE(name, value, text)                                                                                    \
	case name:                                                                                                     \
		return text;
	switch (code) {
		ERR_LIST(ERR_CASE)
	}
#undef ERR_CASE
	return "unknown error";
}
