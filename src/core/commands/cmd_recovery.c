/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_recovery.c: `config-register` and `no service password-recovery`. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/config/recovery.h"
#include "core/core.h"
#include "core/session/cli.h"
#include "image/vars.h"

#include <stdio.h>
#include <string.h>

#define WARNING                                                                                                        \
	"WARNING:\n"                                                                                                   \
	"Executing this command will disable password recovery mechanism.\n"                                           \
	"Do not execute this command without another plan for\n"                                                       \
	"password recovery.\n"
#define SURE "Are you sure you want to continue? [yes/no]: "

enum recovery_step { RC_BEGIN, RC_SURE };

/* Both would be asked of a ROMMON that has no prompt. */
static bool needs_prompt(uint16_t reg)
{
	return (reg & VARS_IGNORE_CONFIG) || (reg & VARS_BOOT_FIELD) == 0;
}

int cmd_config_register(struct run *run)
{
	const char *typed = cmd_arg(&run->match, "register");
	struct errbuf e = { "" };
	char line[32];
	struct vars v;

	vars_default(&v);
	if (!run->match.no && !run->match.dflt) {
		int n = snprintf(line, sizeof line, "CONFREG=%s", typed);

		if (n < 0 || n >= (int)sizeof line || !vars_set(&v, str_of(line)))
			return run_invalid(run, "register");
	}
	if (recovery_is_off(run->core) && needs_prompt(v.confreg))
		return run_fail(run, "Password recovery is disabled, cannot enable diag or ignore configuration.");
	if (recovery_set_register(run->core, v.confreg, &e) < 0)
		return run_fail(run, "%% %s", e.text);
	return RUN_DONE;
}

/* Before `no`, which a person must mean; a file asks nothing. */
int hook_password_recovery(struct run *run)
{
	struct vars v;

	if (!run->match.no || !run->cli->interactive || recovery_is_off(run->core))
		return RUN_DONE;
	if (run->step == RC_SURE)
		return run_yes_or_no(run, SURE);
	vars_load(run->core->nvram_fd, &v);
	if (needs_prompt(v.confreg))
		return run_fail(run, "Please setup auto boot using config-register first.");
	buf_puts(&run->out, WARNING);
	return run_ask(run, RC_SURE, true, ASK_YESNO, SURE);
}
