/* SPDX-License-Identifier: Apache-2.0
 *
 * monitor.c: see monitor.h. Runs in rommon; whoever types here holds the console and so the device.
 */
#include "monitor.h"

#include "rommon/load.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct command {
	const char *name, *args, *help;
	enum monitor_action (*run)(struct monitor *p, const char *arg);
};
static const struct command commands[];

static void say(struct monitor *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct monitor *p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	console_puts(p->console, text);
}

static enum monitor_action cmd_boot(struct monitor *p, const char *arg)
{
	snprintf(p->boot, sizeof p->boot, "%s", vars_strip(arg));
	return MONITOR_BOOT;
}

static enum monitor_action cmd_confreg(struct monitor *p, const char *arg)
{
	static const char *const from[] = { "stays at this prompt", "boots the first image in flash0:",
					    "boots as BOOT says, then the first image in flash0:" };
	struct vars v;
	unsigned field;

	vars_load(p->nvram_fd, &v);
	field = v.confreg & VARS_BOOT_FIELD;
	say(p, "Configuration register is 0x%04x: %s;\nbreak is %s.\n", v.confreg, from[field < 2 ? field : 2],
	    v.confreg & VARS_BREAK_OFF ? "heeded in the first minute only" : "always heeded");
	return MONITOR_STAY;
}

static void list_entry(struct monitor *p, const char *name)
{
	struct stat st;

	if (name[0] == '.' || fstatat(p->flash_fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return;
	if (S_ISDIR(st.st_mode))
		say(p, "%12s  drw-  %.200s\n", "", name);
	else if (S_ISREG(st.st_mode))
		say(p, "%12lld  -rw-  %.200s\n", (long long)st.st_size, name);
}

static enum monitor_action cmd_dir(struct monitor *p, const char *arg)
{
	struct dirent **list;
	int n;

	if (*arg && *vars_strip(arg)) {
		say(p, "dir: only flash0: can be listed\n");
		return MONITOR_STAY;
	}
	say(p, "Directory of flash0:\n\n");
	n = scandirat(p->flash_fd, ".", &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		list_entry(p, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return MONITOR_STAY;
}

static enum monitor_action cmd_help(struct monitor *p, const char *arg)
{
	for (const struct command *c = commands; c->name; c++)
		say(p, "%-8s %-15s %s\n", c->name, c->args, c->help);
	return MONITOR_STAY;
}

static enum monitor_action cmd_reset(struct monitor *p, const char *arg)
{
	return MONITOR_RESET;
}

static enum monitor_action cmd_set(struct monitor *p, const char *arg)
{
	struct vars v;

	if (!vars_load(p->nvram_fd, &v))
		say(p, "(nvram:" VARS_FILE " has malformed lines)\n");
	say(p, "BOOT=%.450s\nCONFREG=0x%04x\n", v.boot, v.confreg);
	return MONITOR_STAY;
}

static const struct command commands[] = {
	{ "boot", "[flash0:NAME]", "boot the named image, or as the boot variables say", cmd_boot },
	{ "confreg", "", "show the configuration register", cmd_confreg },
	{ "dir", "[flash0:]", "list the files in flash", cmd_dir },
	{ "help", "", "this list", cmd_help },
	{ "reset", "", "start the device again from the beginning", cmd_reset },
	{ "set", "", "show the boot variables", cmd_set },
	{ NULL, NULL, NULL, NULL },
};

void monitor_show(struct monitor *p)
{
	p->used = 0;
	say(p, "rommon %u > ", p->number);
}

static enum monitor_action run_line(struct monitor *p)
{
	char *word = p->line + strspn(p->line, " "), *arg;
	size_t n = strcspn(word, " ");
	enum monitor_action action = MONITOR_STAY;

	if (!n)
		return action;
	p->number++;
	arg = word + n + strspn(word + n, " ");
	arg[strcspn(arg, " ")] = '\0';
	word[n] = '\0';
	if (strcmp(word, "?") == 0)
		return cmd_help(p, "");
	for (const struct command *c = commands; c->name; c++)
		if (strcasecmp(c->name, word) == 0)
			return *arg && !*c->args ? (say(p, "%s: takes no argument\n", c->name), action)
						 : c->run(p, arg);
	say(p, "monitor: command \"%.40s\" not found; `help` lists what there is\n", word);
	return action;
}

enum monitor_action monitor_key(struct monitor *p, char key)
{
	enum monitor_action action;

	if (key == '\r') {
		console_puts(p->console, "\n");
		p->line[p->used] = '\0';
		action = run_line(p);
		if (action == MONITOR_STAY)
			monitor_show(p);
		return action;
	}
	if ((key == '\b' || key == 0x7f) && p->used) {
		p->used--;
		console_put(p->console, "\b \b", 3);
	} else if (key == 0x03 || key == 0x15) { /* Ctrl-C, Ctrl-U: begin the line again */
		console_puts(p->console, "\n");
		monitor_show(p);
	} else if (key >= ' ' && key <= '~' && p->used < sizeof p->line - 1) {
		p->line[p->used++] = key;
		console_put(p->console, &key, 1);
	}
	return MONITOR_STAY;
}
