/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_debug.c: `debug`, `undebug` and `show debugging`: every switch is a row of debug.h. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/log/debug.h"
#include "core/session/cli.h"
#include "core/ssh/sshdebug.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *words, *heading, *text, *note;
} switches[] = {
#define DEBUG_ROW(name, words, heading, text, note) { words, heading, text, note },
	DEBUGS(DEBUG_ROW)
#undef DEBUG_ROW
};

static void turn(struct core *core, enum debug_switch which, bool on)
{
	core->debug = (core->debug & ~(1U << which)) | (unsigned)on << which;
	sshdebug_watch_all(core);
}

/* How many words of this switch the line named; 0 unless it named all. */
static unsigned named(const struct run *run, const char *words)
{
	char copy[64], *save = NULL;
	unsigned n = 0;

	snprintf(copy, sizeof copy, "%s", words);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (!cmd_has(&run->match, w))
			return 0;
		n++;
	}
	return n;
}

/* The switch meant: of `ip ssh` and `ip ssh packet` the longer, where both were named. */
static unsigned meant(const struct run *run)
{
	unsigned best = DEBUG_SWITCHES, most = 0;

	for (unsigned i = 0; i < DEBUG_SWITCHES; i++) {
		unsigned n = named(run, switches[i].words);

		if (n > most) {
			most = n;
			best = i;
		}
	}
	return best;
}

/* `debug X`, `no debug X`, `undebug X`. */
int cmd_debug(struct run *run)
{
	bool on = !run->match.no && !cmd_has(&run->match, "undebug");
	unsigned which = meant(run);

	if (which == DEBUG_SWITCHES)
		return run_fail(run, "%% No such debugging");
	turn(run->core, (enum debug_switch)which, on);
	buf_printf(&run->out, "%s is %s\n", switches[which].text, on ? "on" : "off");
	if (on && switches[which].note)
		buf_printf(&run->out, "%s\n", switches[which].note);
	return RUN_DONE;
}

int cmd_debug_all(struct run *run)
{
	bool on = !run->match.no && !cmd_has(&run->match, "undebug");

	if (on && run->step == 0)
		return run_ask(run, 1, true, ASK_LINE,
			       "This may severely impact network performance. Continue? (yes/[no]): ");
	if (on && !run_yes(run))
		return RUN_FAILED;
	for (unsigned i = 0; i < DEBUG_SWITCHES; i++)
		turn(run->core, (enum debug_switch)i, on);
	buf_printf(&run->out, "All possible debugging has been turned %s\n", on ? "on" : "off");
	return RUN_DONE;
}

int cmd_show_debugging(struct run *run)
{
	const char *heading = "";

	for (unsigned i = 0; i < DEBUG_SWITCHES; i++) {
		if (!debug_on(run->core, (enum debug_switch)i))
			continue;
		if (strcmp(heading, switches[i].heading) != 0)
			buf_printf(&run->out, "%s:\n", switches[i].heading);
		heading = switches[i].heading;
		buf_printf(&run->out, "  %s is on\n", switches[i].text);
	}
	return RUN_DONE;
}
