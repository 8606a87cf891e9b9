/* SPDX-License-Identifier: Apache-2.0
 *
 * doubt.c: see doubt.h. Runs in core; the file may hold anything.
 */
#include "doubt.h"

#include "core/config/config.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/cli.h"
#include "files/files.h"
#include "image/vars.h"

#include <string.h>
#include <strings.h>

#define FIRST_LINE "version " /* of every configuration a device shows or saves; the last is `end` */

/* The next line that is no comment, without blanks around it. False at the end. */
static bool next_line(struct str *text, struct str *line)
{
	while (str_line(text, line)) {
		while (line->n && strchr(" \t\r", line->p[line->n - 1]))
			line->n--;
		for (; line->n && strchr(" \t", *line->p); line->n--)
			line->p++;
		if (line->n && *line->p != '!')
			return true;
	}
	return false;
}

static bool is_end(struct str line)
{
	return line.n == 3 && strncasecmp((const char *)line.p, "end", 3) == 0;
}

const char *doubt_damage(struct str text)
{
	const size_t head = sizeof FIRST_LINE - 1;
	struct str line;

	if (text.n == 0)
		return "it is empty";
	if (memchr(text.p, '\0', text.n))
		return "it holds bytes that are no text";
	if (!next_line(&text, &line) || line.n < head || memcmp(line.p, FIRST_LINE, head) != 0)
		return NULL; /* somebody wrote it by hand */
	while (next_line(&text, &line)) {
		if (is_end(line))
			return NULL;
	}
	return "its end is missing";
}

const char *doubt_startup(const struct core *core, struct errbuf *e)
{
	const char *damage;
	struct buf text;
	int rc;

	buf_init(&text, CONFIG_MAX_BYTES);
	rc = files_load(core->nvram_fd, CONFIG_STARTUP, CONFIG_MAX_BYTES, &text, e);
	damage = rc == 0 ? doubt_damage(buf_str(&text)) : rc == E_NOTFOUND ? NULL : e->text;
	buf_release(&text);
	return damage;
}

void doubt_file(struct core *core, const char *why)
{
	core->doubt = DOUBT_FILE;
	syslog_event(core->log, "SYS", 2, "STARTUP", "startup-config is left alone: %s", why);
}

/* Of the modes of lines and AAA servers everything counts; a byte that is no letter was one. A list that cannot ask any
 * more may end in `none`, so users and servers count, too. */
static bool says_who(const char *mode, struct str word)
{
	static const char *const words[] = { "aaa",      "enable",        "line",          "login",
					     "password", "radius-server", "tacacs-server", "username" };
	static const char *const modes[] = { "config-line", "config-radius-server", "config-server-tacacs",
					     "config-sg-radius", "config-sg-tacacs" };

	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] <= ' ' || word.p[i] > '~')
			return true;
	}
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (word.n > 1 && word.n <= strlen(words[i]) &&
		    strncasecmp((const char *)word.p, words[i], word.n) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		if (strcmp(mode, modes[i]) == 0)
			return true;
	}
	return false;
}

void doubt_line(struct core *core, const char *mode, struct str word)
{
	if (core->doubt == DOUBT_NONE && says_who(mode, word))
		core->doubt = DOUBT_LINES;
}

void doubt_rest(struct core *core)
{
	if (core->doubt == DOUBT_NONE)
		core->doubt = DOUBT_LINES;
}

void doubt_loaded(const struct core *core)
{
	if (core->doubt != DOUBT_NONE)
		syslog_event(core->log, "SYS", 2, "CLOSED", "Nobody gets in without a password: %s",
			     core->doubt == DOUBT_FILE ? "startup-config is not in force"
						       : "of startup-config lines are missing that say who does");
}

int doubt_check(struct run *run)
{
	struct vars v;

	if (run->core->doubt == DOUBT_NONE)
		return RUN_DONE;
	buf_puts(&run->out,
		 run->core->doubt == DOUBT_FILE
		     ? "% startup-config is not in force, so nobody gets in here\n"
		     : "% Lines of startup-config that say who gets in were not taken, so nobody does without a "
		       "password\n");
	vars_load(run->core->nvram_fd, &v);
	return run_fail(run, v.recovery_off ? "%% A break leads to the reset to factory default\n"
					    : "%% A break leads to rommon; `confreg 0x2142` and `reset` there leave "
					      "startup-config alone\n");
}
