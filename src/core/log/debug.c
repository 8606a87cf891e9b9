/* SPDX-License-Identifier: Apache-2.0
 *
 * debug.c: see debug.h. Runs in core.
 */
#include "debug.h"

#include "core/core.h"

bool debug_on(const struct core *core, enum debug_switch which)
{
	return core->debug >> which & 1;
}
