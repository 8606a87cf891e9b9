/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_boot.c: what boots next: `boot system`, `show boot`, `show bootvar`. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/files/fs.h"
#include "core/session/cli.h"
#include "image/vars.h"

#include <stdio.h>
#include <string.h>

/* `boot system FILE`: rommon boots what lies in flash0:, and calls it flash0:NAME. */
int hook_boot_system(struct run *run)
{
	const struct file_name flash = { .fs = FS_FLASH };
	const char *typed = cmd_arg(&run->match, "file");
	struct file_name name;
	char file[FILE_TEXT];

	if (!fs_name(&flash, str_of(typed), &name) || name.fs != FS_FLASH || !name.path.text[0])
		return run_fail(run, "%% Only an image in flash0: can be booted: boot system flash0:NAME");
	snprintf(file, sizeof file, "%s%s", fs_prefix(FS_FLASH), name.path.text);
	if (cmd_set_arg(&run->match, &run->arena, "file", file) < 0)
		return run_fail(run, "%% Out of memory");
	return RUN_DONE;
}

int cmd_show_bootvar(struct run *run)
{
	struct vars v;

	vars_load(run->core->nvram_fd, &v);
	if (*v.boot)
		buf_printf(&run->out, "BOOT variable = %s\n", v.boot);
	else
		buf_puts(&run->out, "BOOT variable does not exist\n");
	buf_printf(&run->out,
		   "CONFIG_FILE variable does not exist\n"
		   "BOOTLDR variable does not exist\n"
		   "Configuration register is 0x%04x\n",
		   v.confreg);
	return RUN_DONE;
}
