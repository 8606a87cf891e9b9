/* SPDX-License-Identifier: Apache-2.0
 *
 * commands.c: see commands.h. Runs in rommon. File names are whatever the image left in flash0:; they are shown as
 * printable text only.
 */
#include "commands.h"

#include "image/boot.h"
#include "rommon/load.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

struct command {
	const char *name, *args, *help;
	enum monitor_action (*run)(struct monitor *p, const char *arg);
};
static const struct command commands[];

static void say(struct monitor *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct monitor *p, const char *fmt, ...)
{
	char text[VARS_MAX + 128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	console_puts(p->console, text);
}

static void write_vars(struct monitor *p)
{
	struct errbuf e;

	if (vars_save(p->nvram_fd, p->vars, &e))
		say(p, "nvram:" VARS_FILE " cannot be written: %s\n", e.text);
}

/* The register alone is written at once; the variables wait for `sync`. */
void commands_set_confreg(struct monitor *p, uint16_t value)
{
	struct vars in_force = *p->vars;

	vars_load(p->nvram_fd, p->vars);
	p->vars->confreg = value;
	p->vars->recovery_off = in_force.recovery_off;
	write_vars(p);
	in_force.confreg = value;
	*p->vars = in_force;
	say(p, "\nYou must reset or power cycle for new config to take effect\n");
}

static enum monitor_action cmd_boot(struct monitor *p, const char *arg)
{
	snprintf(p->boot, sizeof p->boot, "%s", vars_strip(arg));
	return MONITOR_BOOT;
}

static enum monitor_action cmd_confreg(struct monitor *p, const char *arg)
{
	uint16_t value;

	if (!*arg) {
		p->asking = true;
		confreg_begin(&p->confreg, p->console, p->vars->confreg);
	} else if (confreg_parse(arg, &value)) {
		commands_set_confreg(p, value);
	} else {
		say(p, "confreg: \"%s\" is no register value; 0x2102 is the usual one\n", arg);
	}
	return MONITOR_STAY;
}

static enum monitor_action cmd_dev(struct monitor *p, const char *arg)
{
	say(p, "Devices in device table:\n        id  name\n   flash0:  internal flash\n");
	return MONITOR_STAY;
}

static void list_entry(struct monitor *p, int dir_fd, const char *name)
{
	char shown[NAME_MAX + 1];
	struct stat st;

	if (name[0] == '.' || fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return;
	str_copy_printable(str_of(name), shown, sizeof shown);
	if (S_ISDIR(st.st_mode))
		say(p, "%12s  drw-  %s\n", "", shown);
	else if (S_ISREG(st.st_mode))
		say(p, "%12lld  -rw-  %s\n", (long long)st.st_size, shown);
}

/* One that flash has is listed already. */
static bool list_secured(void *arg, const char *name)
{
	struct monitor *p = arg;

	if (faccessat(p->flash_fd, name, F_OK, AT_SYMLINK_NOFOLLOW))
		list_entry(p, p->secure_fd, name);
	return false;
}

static enum monitor_action cmd_dir(struct monitor *p, const char *arg)
{
	struct dirent **list;
	int n;

	if (*vars_strip(arg)) {
		say(p, "dir: only flash0: can be listed\n");
		return MONITOR_STAY;
	}
	say(p, "Directory of flash0:\n\n");
	n = scandirat(p->flash_fd, ".", &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		list_entry(p, p->flash_fd, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	load_each_secured(p->secure_fd, list_secured, p);
	return MONITOR_STAY;
}

static enum monitor_action cmd_help(struct monitor *p, const char *arg)
{
	for (const struct command *c = commands; c->name; c++)
		say(p, "%-20s%s\n", c->name, c->help);
	say(p, "%-20s%s\n", "NAME=VALUE", "set a monitor variable");
	return MONITOR_STAY;
}

static unsigned oldest(const struct monitor *p)
{
	return p->number > MONITOR_HISTORY ? p->number - MONITOR_HISTORY : 1;
}

static enum monitor_action cmd_history(struct monitor *p, const char *arg)
{
	for (unsigned n = oldest(p); n < p->number; n++)
		say(p, "%-4u%s\n", n, p->history[n % MONITOR_HISTORY]);
	return MONITOR_STAY;
}

static enum monitor_action cmd_meminfo(struct monitor *p, const char *arg)
{
	struct sysinfo si;
	struct statvfs vfs;

	if (sysinfo(&si) == 0)
		say(p, "Main memory size: %llu MB.  Available main memory: %llu KB.\n",
		    (unsigned long long)si.totalram * si.mem_unit >> 20,
		    (unsigned long long)si.freeram * si.mem_unit >> 10);
	if (fstatvfs(p->flash_fd, &vfs) == 0)
		say(p, "Room for flash0: on the host: %llu KB.\n",
		    (unsigned long long)vfs.f_bavail * vfs.f_frsize >> 10);
	return MONITOR_STAY;
}

/* The line it repeats takes its place in the history, so nothing repeats itself. */
static enum monitor_action cmd_repeat(struct monitor *p, const char *arg)
{
	unsigned self = p->number - 1, n = *arg ? (unsigned)strtoul(arg, NULL, 10) : self - 1;
	char line[MONITOR_LINE];

	if (n < oldest(p) || n >= self) {
		say(p, "repeat: there is no such line; `history` lists them\n");
		p->number--; /* it is not kept */
		return MONITOR_STAY;
	}
	memcpy(line, p->history[n % MONITOR_HISTORY], sizeof line);
	memcpy(p->history[self % MONITOR_HISTORY], line, sizeof line);
	say(p, "%s\n", line);
	return commands_run(p, line);
}

static enum monitor_action cmd_reset(struct monitor *p, const char *arg)
{
	return MONITOR_RESET;
}

static void set_variable(struct monitor *p, const char *line)
{
	if (!vars_set(p->vars, str_of(line)))
		say(p, "not a variable, or no room for it: %s\n", line);
}

static enum monitor_action cmd_set(struct monitor *p, const char *arg)
{
	char text[VARS_MAX];

	if (*arg && !strchr(arg, '=')) {
		say(p, "usage: set NAME=VALUE; `set` alone shows all\n");
		return MONITOR_STAY;
	}
	if (*arg) {
		set_variable(p, arg);
		return MONITOR_STAY;
	}
	vars_format(p->vars, text);
	console_puts(p->console, text);
	return MONITOR_STAY;
}

static enum monitor_action cmd_showmon(struct monitor *p, const char *arg)
{
	say(p,
	    "System Bootstrap, Version " RAVELIN_VERSION " (ravelin rommon)\n"
	    "It boots images of boot interface %d and older ones.\n",
	    BOOT_INTERFACE);
	return MONITOR_STAY;
}

static enum monitor_action cmd_sync(struct monitor *p, const char *arg)
{
	write_vars(p);
	return MONITOR_STAY;
}

static enum monitor_action cmd_unset(struct monitor *p, const char *arg)
{
	if (!*arg)
		say(p, "unset: which variable? `set` lists them\n");
	else if (!vars_unset(p->vars, str_of(arg)))
		say(p, "unset: there is no variable \"%s\" that could go\n", arg);
	return MONITOR_STAY;
}

static const struct command commands[] = {
	{ "?", "", "this list", cmd_help },
	{ "boot", "[flash0:NAME]", "boot the named image, or as the boot variables say", cmd_boot },
	{ "confreg", "[0xVALUE]", "configuration register utility", cmd_confreg },
	{ "dev", "", "list the device table", cmd_dev },
	{ "dir", "[flash0:]", "list files in file system", cmd_dir },
	{ "help", "", "this list", cmd_help },
	{ "history", "", "monitor command history", cmd_history },
	{ "i", "", "start the device again from the beginning", cmd_reset },
	{ "meminfo", "", "main memory information", cmd_meminfo },
	{ "repeat", "[NUMBER]", "repeat a monitor command", cmd_repeat },
	{ "reset", "", "start the device again from the beginning", cmd_reset },
	{ "set", "[NAME=VALUE]", "display the monitor variables, or set one", cmd_set },
	{ "showmon", "", "display the version of this monitor", cmd_showmon },
	{ "sync", "", "write the monitor variables to NVRAM", cmd_sync },
	{ "unset", "NAME", "unset a monitor variable", cmd_unset },
	{ NULL, NULL, NULL, NULL },
};

enum monitor_action commands_run(struct monitor *p, char *line)
{
	char *word = line + strspn(line, " "), *arg, *end;
	size_t n = strcspn(word, " ");

	for (end = word + strlen(word); end > word + n && end[-1] == ' '; end--)
		end[-1] = '\0';
	if (memchr(word, '=', n)) {
		set_variable(p, word);
		return MONITOR_STAY;
	}
	arg = word + n + strspn(word + n, " ");
	word[n] = '\0';
	for (const struct command *c = commands; c->name; c++) {
		if (strcasecmp(c->name, word) != 0)
			continue;
		if (!*arg || (*c->args && (c->run == cmd_set || !strchr(arg, ' '))))
			return c->run(p, arg);
		say(p, *c->args ? "usage: %s %s\n" : "%s: takes no argument%s\n", c->name, c->args);
		return MONITOR_STAY;
	}
	say(p, "monitor: command \"%.40s\" not found; `help` lists what there is\n", word);
	return MONITOR_STAY;
}
