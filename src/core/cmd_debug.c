/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_debug.c: `debug`, `undebug` and `show debugging`: every switch is a row of debug.h. Runs in core.
 */
#include "commands.h"

#include "core/cli.h"
#include "core/core.h"
#include "core/debug.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *words, *heading, *text;
} switches[] = {
#define DEBUG_ROW(name, words, heading, text) { words, heading, text },
	DEBUGS(DEBUG_ROW)
#undef DEBUG_ROW
};

static void turn(struct core *core, enum debug_switch which, bool on)
{
	core->debug = (core->debug & ~(1U << which)) | (unsigned)on << which;
}

/* Whether the line named this switch: all its words were given. */
static bool named(const struct run *run, const char *words)
{
	char copy[64], *save = NULL;

	snprintf(copy, sizeof copy, "%s", words);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (!cmd_has(&run->match, w))
			return false;
	}
	return true;
}

/* `debug X`, `no debug X`, `undebug X`. */
int cmd_debug(struct run *run)
{
	bool on = !run->match.no && !cmd_has(&run->match, "undebug");

	for (unsigned i = 0; i < DEBUG_SWITCHES; i++) {
		if (!named(run, switches[i].words))
			continue;
		turn(run->core, (enum debug_switch)i, on);
		buf_printf(&run->out, "%s is %s\n", switches[i].text, on ? "on" : "off");
	}
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
