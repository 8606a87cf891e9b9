/* SPDX-License-Identifier: Apache-2.0
 *
 * bootvars.h: what core writes into the boot variables (image/vars.h), which rommon heeds at the next boot. The
 * configuration has the last word about BOOT: it follows the `boot system` lines of the startup-config whenever that is
 * saved, before a reload, and at boot, in case a kill came between the two files or the file was copied in.
 */
#ifndef CORE_BOOTVARS_H
#define CORE_BOOTVARS_H

#include "base/buf.h"

struct core;

/* `config` was saved: BOOT is what it says, or nothing. What goes wrong is in the log. */
void bootvars_saved(struct core *core, struct str config);
/* `config` was found as startup-config: BOOT is what it says, if it says anything. */
void bootvars_found(struct core *core, struct str config);
/* The same with the startup-config as it lies in nvram: now. */
void bootvars_find(struct core *core);

#endif
