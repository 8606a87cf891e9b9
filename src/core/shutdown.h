/* SPDX-License-Identifier: Apache-2.0
 *
 * shutdown.h: the end of the device's run.
 */
#ifndef CORE_SHUTDOWN_H
#define CORE_SHUTDOWN_H

#include <stdbool.h>

struct core;

/* Every session is told `text`, accounting `reason`; then core's loop ends; rommon starts the device again if `reload`.
 */
void shutdown_begin(struct core *core, bool reload, const char *text, const char *reason);

#endif
