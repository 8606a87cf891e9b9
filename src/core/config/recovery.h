/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery.h: the configuration register and `no service password-recovery`: what rommon is to know of the
 * configuration before there is one. Both stand in the boot variables (image/vars.h). Runs in core.
 */
#ifndef CORE_RECOVERY_H
#define CORE_RECOVERY_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct core;

/* At the start, before the configuration is loaded: reads the register. E_NOMEM. */
int recovery_new(struct core *core);
/* The configuration is loaded, all of it (`known`) or not: the boot variables follow it, in doubt only to be closed. */
void recovery_booted(struct core *core, bool known);
/* It was saved as it runs. */
void recovery_saved(struct core *core);
/* Has the running configuration `no service password-recovery`? */
bool recovery_is_off(const struct core *core);
/* The line that tells the register in force, and the one that will be. */
void recovery_show_register(const struct core *core, struct buf *out);
int recovery_set_register(struct core *core, uint16_t value, struct errbuf *e);

#endif
