/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_config.c: configuration as a whole: show, save and erase. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/config/config.h"
#include "core/core.h"
#include "core/files/startup.h"
#include "core/log/syslog.h"
#include "core/login/master.h"
#include "core/session/cli.h"
#include "files/files.h"

#include <stdio.h>
#include <string.h>

#define NVRAM_BYTES 262144 /* what a user of IOS reads; the real limit is CONFIG_MAX_BYTES */

/* The section of one interface: its line and those indented behind it. */
static struct str section_of(struct str text, const char *interface)
{
	char head[160];
	size_t n = (size_t)snprintf(head, sizeof head, "\ninterface %s\n", interface);
	const uint8_t *from = memmem(text.p, text.n, head, n), *end = text.p + text.n, *to;

	if (!from)
		return (struct str){ NULL, 0 };
	from++;
	for (to = from + n - 1; to < end && *to == ' '; to = to ? to + 1 : end)
		to = memchr(to, '\n', (size_t)(end - to));
	return (struct str){ from, (size_t)(to - from) };
}

/* Who may type little sees little: the lines that he could have typed. */
int cmd_show_running(struct run *run)
{
	struct cmd_view view = { run->cli->level, cmd_has(&run->match, "all"), run->hide_secrets };
	const char *interface = cmd_arg(&run->match, "name");
	int rc = run_build_config(run, view);
	const struct buf *text;
	struct str part;

	if (rc != RUN_DONE)
		return rc;
	text = config_build_text(run->build);
	if (text->err)
		return run_fail(run, "%% The configuration cannot be shown: %s", err_text(text->err));
	part = interface ? section_of(buf_str(text), interface) : buf_str(text);
	if (!part.n)
		return run_invalid(run, "name");
	buf_printf(&run->out, "Building configuration...\n\nCurrent configuration : %zu bytes\n%s", part.n,
		   interface ? "!\n" : "");
	buf_put(&run->out, part.p, part.n);
	buf_puts(&run->out, interface ? "end\n\n" : "\n");
	return RUN_DONE;
}

int cmd_show_startup(struct run *run)
{
	struct errbuf e = { "" };
	struct buf text;
	int rc;

	buf_init(&text, CONFIG_MAX_BYTES);
	rc = files_load(run->core->nvram_fd, CONFIG_STARTUP, CONFIG_MAX_BYTES, &text, &e);
	if (rc == 0) {
		buf_printf(&run->out, "Using %zu out of %d bytes\n", buf_len(&text), NVRAM_BYTES);
		buf_put(&run->out, buf_ptr(&text), buf_len(&text));
		buf_puts(&run->out, "\n");
	}
	buf_release(&text);
	if (rc == E_NOTFOUND)
		return run_fail(run, "startup-config is not present");
	return rc < 0 ? run_fail(run, "%%Error reading nvram:startup-config (%s)", e.text) : RUN_DONE;
}

int cmd_write(struct run *run)
{
	struct errbuf e = { "" };
	int rc;

	if (!run->build)
		buf_puts(&run->out, "Building configuration...\n");
	rc = run_build_config(run, CMD_VIEW_WHOLE);
	if (rc != RUN_DONE)
		return rc;
	if (startup_save(run->core, config_build_text(run->build), &e) < 0)
		return run_fail(run, "%%Error writing nvram:startup-config (%s)", e.text);
	buf_puts(&run->out, "[OK]\n");
	return RUN_DONE;
}

/* The first line of every saved configuration. It says who wrote it; whoever reads it may know better by now. */
int cmd_version(struct run *run)
{
	(void)run;
	return RUN_DONE;
}

int cmd_erase_startup(struct run *run)
{
	struct errbuf e = { "" };
	int rc;

	if (run->step == 0)
		return run_ask(run, 1, false, ASK_CONFIRM,
			       "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]");
	if (!run_yes(run))
		return RUN_FAILED;
	rc = files_remove(run->core->nvram_fd, CONFIG_STARTUP, &e);
	if (rc < 0 && rc != E_NOTFOUND)
		return run_fail(run, "%%Error erasing nvram: (%s)", e.text);
	master_erase(run->core->master);
	run->core->modified = true;
	buf_puts(&run->out, "[OK]\nErase of nvram: complete\n");
	syslog_event(run->core->log, "SYS", 7, "NV_BLOCK_INIT", "Initialized the geometry of nvram");
	return RUN_DONE;
}
