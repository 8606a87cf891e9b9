/* SPDX-License-Identifier: Apache-2.0
 *
 * config.c: see config.h. Runs in core; a configuration file may hold anything.
 */
#include "config.h"

#include "core/core.h"
#include "cmd/cmd.h"
#include "files/files.h"
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void config_text(const struct core *core, bool all, struct buf *out)
{
	buf_puts(out, "!\n");
	if (core->last_change[0])
		buf_printf(out, CONFIG_LAST_CHANGE "%s\n!\n", core->last_change);
	buf_printf(out, "version %s\n", RAVELIN_VERSION);
	cmd_render(core->cmds, all, out);
	buf_puts(out, "!\nend\n");
}

int config_save(struct core *core, struct errbuf *e)
{
	struct buf text;
	int rc;

	buf_init(&text, CONFIG_MAX_BYTES);
	config_text(core, false, &text);
	rc = text.err ? err_set(e, text.err, "configuration too large")
		      : files_save(core->nvram_fd, CONFIG_STARTUP, buf_str(&text), 0600, e);
	buf_release(&text);
	if (rc == 0)
		core->modified = false;
	return rc;
}
