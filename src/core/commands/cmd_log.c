/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_log.c: the log as people read and empty it. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/log/remote.h"
#include "core/log/syslog.h"
#include "core/session/cli.h"

int cmd_show_logging(struct run *run)
{
	uint64_t *at = run->data;

	if (!at) {
		at = run->data = arena_alloc(&run->arena, sizeof *at);
		if (!at)
			return run_fail(run, "%% Out of memory");
		*at = 0;
		syslog_show(run->core->log, &run->out);
		remote_show(run->core, &run->out);
		syslog_show_buffer(run->core->log, &run->out);
	}
	return syslog_lines(run->core->log, at, &run->out) ? run_yield(run) : RUN_DONE;
}

int cmd_clear_logging(struct run *run)
{
	if (run->step == 0)
		return run_ask(run, 1, false, ASK_CONFIRM, "Clear logging buffer [confirm]");
	if (!run_yes(run))
		return RUN_FAILED;
	syslog_clear(run->core->log);
	return RUN_DONE;
}
