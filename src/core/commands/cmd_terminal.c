/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_terminal.c: what a session sets for its own terminal, until it ends; `terminal no …` and `terminal default …` go
 * back to what its line says. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/session/cli.h"
#include "core/session/peer.h"
#include "core/ssh/sshdebug.h"
#include "lines/lines.h"

#include <stdlib.h>

static bool to_default(const struct run *run)
{
	return run->match.no || cmd_has(&run->match, "default");
}

/* The number typed, else what the line says. */
static uint32_t number(const struct run *run, const struct peer *p, const char *arg, const char *path)
{
	const char *text = cmd_arg(&run->match, arg);

	return (uint32_t)(text ? strtoul(text, NULL, 10) : lines_number(run->core->lines, p->line, path));
}

int cmd_terminal_length(struct run *run)
{
	struct peer *p = peer_of(run->cli);

	if (!p)
		return run_fail(run, "%% No terminal");
	p->length_typed = !to_default(run);
	p->length = number(run, p, "lines", "length");
	peer_settings(p);
	return RUN_DONE;
}

int cmd_terminal_width(struct run *run)
{
	struct peer *p = peer_of(run->cli);

	if (!p)
		return run_fail(run, "%% No terminal");
	p->width_typed = !to_default(run);
	p->width = number(run, p, "columns", "width");
	peer_settings(p);
	return RUN_DONE;
}

/* `terminal history` switches it on, `… size N` says how much is kept as well. */
int cmd_terminal_history(struct run *run)
{
	struct peer *p = peer_of(run->cli);
	bool size = cmd_has(&run->match, "size");

	if (!p)
		return run_fail(run, "%% No terminal");
	if (!size && to_default(run))
		p->history_off = run->match.no || !lines_flag(run->core->lines, p->line, "history/enabled");
	else
		p->history_off &= to_default(run);
	if (size)
		p->history = number(run, p, "lines", "history/size");
	peer_settings(p);
	return RUN_DONE;
}

int cmd_terminal_editing(struct run *run)
{
	struct peer *p = peer_of(run->cli);

	if (!p)
		return run_fail(run, "%% No terminal");
	if (cmd_has(&run->match, "default"))
		p->basic = !lines_flag(run->core->lines, p->line, "editing");
	else
		p->basic = run->match.no;
	peer_settings(p);
	return RUN_DONE;
}

int cmd_terminal_monitor(struct run *run)
{
	struct peer *p = peer_of(run->cli);

	if (!p)
		return run_fail(run, "%% No terminal");
	if (peer_is_console(p)) {
		buf_puts(&run->out, "% Console already monitors\n");
		return RUN_DONE;
	}
	p->monitor = !to_default(run);
	sshdebug_watch(p);
	return RUN_DONE;
}

int cmd_show_history(struct run *run)
{
	struct peer *p = peer_of(run->cli);

	if (run->sink)
		return run_fail(run, "%% The history is the terminal's: it goes into no file");
	if (p)
		PEER_SEND(p, HISTORY, .unused = 0);
	return RUN_DONE;
}
