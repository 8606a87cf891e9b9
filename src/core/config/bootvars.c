/* SPDX-License-Identifier: Apache-2.0
 *
 * bootvars.c: see bootvars.h. Runs in core. The configuration may be a text that a user copied in: its lines are looked
 * for, and what they name is only ever tried by rommon, which verifies it.
 */
#include "bootvars.h"

#include "core/config/config.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "files/files.h"
#include "image/vars.h"

#include <stdio.h>
#include <string.h>

#define BOOT_LINE "boot system "

/* Appends the file that a line names; those that do not fit are left out, as rommon would leave them. */
static void add_file(struct str file, struct vars *v)
{
	size_t used = strlen(v->boot);

	if (file.n && file.p[file.n - 1] == '\r')
		file.n--;
	if (file.n && used + file.n + 2 <= sizeof v->boot)
		snprintf(v->boot + used, sizeof v->boot - used, "%s%.*s", used ? ";" : "", (int)file.n,
			 (const char *)file.p);
}

static void boot_lines(struct str config, struct vars *v)
{
	const size_t head = sizeof BOOT_LINE - 1;
	struct str line;

	v->boot[0] = '\0';
	while (str_line(&config, &line)) {
		if (line.n > head && memcmp(line.p, BOOT_LINE, head) == 0)
			add_file((struct str){ line.p + head, line.n - head }, v);
	}
}

static void follow(struct core *core, struct str config, bool clear)
{
	struct vars v, now;
	struct errbuf e;

	vars_load(core->nvram_fd, &now);
	v = now;
	boot_lines(config, &v);
	if (strcmp(v.boot, now.boot) == 0 || (!clear && !*v.boot))
		return;
	if (vars_save(core->nvram_fd, &v, &e) < 0)
		syslog_event(core->log, "SYS", 2, "BOOTVARS", "boot variables not written: %s", e.text);
}

void bootvars_saved(struct core *core, struct str config)
{
	follow(core, config, true);
}

void bootvars_found(struct core *core, struct str config)
{
	follow(core, config, false);
}

void bootvars_find(struct core *core)
{
	struct buf text;

	buf_init(&text, CONFIG_MAX_BYTES);
	if (files_load(core->nvram_fd, CONFIG_STARTUP, CONFIG_MAX_BYTES, &text, NULL) == 0)
		bootvars_found(core, buf_str(&text));
	buf_release(&text);
}
