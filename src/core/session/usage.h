/* SPDX-License-Identifier: Apache-2.0
 *
 * usage.h: who uses the machine below, as text: `show memory`, `show processes` and the files below system:memory are
 * these. Sizes and names, no address and nothing of what the memory holds. Runs in core.
 */
#ifndef CORE_USAGE_H
#define CORE_USAGE_H

#include "base/buf.h"

#include <stdbool.h>

struct core;

/* Each writes whole lines. False: the host does not answer. */
bool usage_memory(const struct core *core, struct buf *out);
bool usage_processes(const struct core *core, struct buf *out);

#endif
