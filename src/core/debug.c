/* SPDX-License-Identifier: Apache-2.0
 *
 * debug.c: see debug.h. Runs in core; what is told may quote what peers sent, and syslog.c cleans it.
 */
#include "debug.h"

#include "core/core.h"
#include "core/syslog.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_BYTES 400

bool debug_on(const struct core *core, enum debug_switch which)
{
	return core->debug >> which & 1;
}

void debug_say(const struct core *core, enum debug_switch which, const char *fmt, ...)
{
	char text[TEXT_BYTES];
	va_list ap;

	if (!debug_on(core, which))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	syslog_debug(core->log, "%s", text);
}
