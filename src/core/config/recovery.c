/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery.c: see recovery.h. Runs in core. The boot variables follow the running configuration at once, not when it is
 * saved; while a configuration is being loaded they stay, so that no instant of a boot lets somebody in.
 */
#include "recovery.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "image/vars.h"

#include <stdio.h>
#include <string.h>

#define LEAF "/ravelin-resilience:password-recovery"

bool recovery_is_off(const struct core *core)
{
	return !model_bool(core->model, LEAF);
}

static void follow(struct core *core)
{
	struct errbuf e = { "" };
	struct vars v;

	if (vars_load(core->nvram_fd, &v) && v.recovery_off == recovery_is_off(core))
		return;
	v.recovery_off = recovery_is_off(core);
	if (vars_save(core->nvram_fd, &v, &e) < 0)
		syslog_event(core->log, "SYS", 2, "BOOTVARS", "service password-recovery is not in force: %s", e.text);
}

/* A line that closes ROMMON counts at once; that none does, only when all lines have been read. */
static void on_change(void *arg, const struct txn *t)
{
	struct core *core = arg;

	(void)t;
	if (core->booted || recovery_is_off(core))
		follow(core);
}

int recovery_new(struct core *core)
{
	struct vars v;

	vars_load(core->nvram_fd, &v);
	core->confreg = v.confreg;
	core->ignore_config = vars_register(&v) & VARS_IGNORE_CONFIG;
	return model_watch(core->model, LEAF, on_change, core);
}

void recovery_booted(struct core *core, bool known)
{
	if (known || recovery_is_off(core))
		follow(core);
}

void recovery_saved(struct core *core)
{
	follow(core);
}

void recovery_show_register(const struct core *core, struct buf *out)
{
	struct vars v;

	vars_load(core->nvram_fd, &v);
	buf_printf(out, "Configuration register is 0x%04x", core->confreg);
	if (v.confreg != core->confreg)
		buf_printf(out, " (will be 0x%04x at next reload)", v.confreg);
	buf_puts(out, "\n");
}

int recovery_set_register(struct core *core, uint16_t value, struct errbuf *e)
{
	struct vars v;

	vars_load(core->nvram_fd, &v);
	v.confreg = value;
	v.recovery_off = recovery_is_off(core);
	return vars_save(core->nvram_fd, &v, e);
}
