/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_config.c: configuration as a whole: show, save, merge and erase. Runs in core.
 */
#include "commands.h"

#include "core/config.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/cli.h"
#include "core/loader.h"
#include "core/syslog.h"
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

/* RUN_WAIT: the same step is called again. */
static int save(struct run *run)
{
	struct errbuf e = { "" };
	int rc;

	if (!run->build)
		buf_puts(&run->out, "Building configuration...\n");
	rc = run_build_config(run, CMD_VIEW_WHOLE);
	if (rc != RUN_DONE)
		return rc;
	if (config_save(run->core, config_build_text(run->build), &e) < 0)
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

int cmd_write(struct run *run)
{
	return save(run);
}

/* The dialogue of `copy`: Return takes the name offered; only that name is a destination in this direction. */
static int destination(struct run *run, const char *name)
{
	char prompt[64];

	if (run->step == 0) {
		snprintf(prompt, sizeof prompt, "Destination filename [%s]? ", name);
		return run_ask(run, 1, true, ASK_LINE, prompt);
	}
	if (run->cancelled)
		return RUN_FAILED;
	if (buf_len(&run->answer) && strcmp(run_answer(run), name) != 0)
		return run_fail(run, FS_NO_FILE, run_answer(run));
	return RUN_DONE;
}

int cmd_copy_running_startup(struct run *run)
{
	int rc = destination(run, CONFIG_STARTUP);

	return rc == RUN_DONE ? save(run) : rc;
}

/* --- copy startup-config running-config --- */

struct merge {
	unsigned messages;
	size_t bytes;
	struct run *run;
};

/* The command waits while the loader works: cli_release abandons it through the run's arena. */
static void merged(void *arg, const char *message)
{
	struct run *run = arg;
	struct merge *m = run->data;

	if (message) {
		m->messages++;
		buf_printf(&run->out, "%% %s\n", message);
		return;
	}
	cli_resume(run->cli);
}

static int merge_begin(struct run *run)
{
	struct merge *m = arena_alloc(&run->arena, sizeof *m);
	struct errbuf e = { "" };
	struct buf text;
	int rc;

	if (!m)
		return run_fail(run, "%% Out of memory");
	run->data = m;
	buf_init(&text, CONFIG_MAX_BYTES);
	rc = files_load(run->core->nvram_fd, CONFIG_STARTUP, CONFIG_MAX_BYTES, &text, &e);
	m->bytes = buf_len(&text);
	if (rc == 0)
		rc = loader_merge(run->core, CONFIG_STARTUP, buf_str(&text), merged, run);
	buf_release(&text);
	if (rc < 0)
		return run_fail(run, "%%Error opening nvram:startup-config (%s)",
				rc == E_NOTFOUND ? "No such file or directory" : e.text);
	run->step = 2;
	run->abandon = loader_abandon;
	return RUN_WAIT;
}

int cmd_copy_startup_running(struct run *run)
{
	uint64_t ms = clock_now_ms() - run->started_ms;
	struct merge *m = run->data;
	int rc;

	if (run->step == 2) {
		run->abandon = NULL;
		cli_touched(run->cli);
		buf_printf(&run->out, "%zu bytes copied in %llu.%03llu secs (%llu bytes/sec)\n", m->bytes,
			   (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000),
			   (unsigned long long)(m->bytes * 1000 / (ms ? ms : 1)));
		return m->messages ? RUN_FAILED : RUN_DONE;
	}
	rc = destination(run, "running-config");
	return rc == RUN_DONE ? merge_begin(run) : rc;
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
	run->core->modified = true;
	buf_puts(&run->out, "[OK]\nErase of nvram: complete\n");
	syslog_event(run->core->log, "SYS", 7, "NV_BLOCK_INIT", "Initialized the geometry of nvram");
	return RUN_DONE;
}
