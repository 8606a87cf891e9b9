/* SPDX-License-Identifier: Apache-2.0
 *
 * usage.c: see usage.h. Runs in core.
 */
#include "usage.h"

#include "core/core.h"
#include "core/gate/gatectl.h"
#include "core/host.h"
#include "core/log/remote.h"
#include "core/login/servers.h"
#include "core/session/peer.h"
#include "lines/lines.h"

#include <stdio.h>
#include <unistd.h>

static void put_process(struct buf *out, int pid, const char *tty, const char *name)
{
	struct host_process p;

	if (pid > 0 && host_process(pid, &p))
		buf_printf(out, "%7d %11llu %11llu %4s %s\n", pid, (unsigned long long)p.runtime_ms,
			   (unsigned long long)p.memory_kb, tty, name);
}

static void put_sessions(const struct core *core, struct buf *out)
{
	const struct peer *p;

	TAILQ_FOREACH (p, &core->peers, link) {
		char name[128], tty[16] = "-";

		if (p->line)
			snprintf(tty, sizeof tty, "%u", p->line->tty);
		if (peer_is_console(p))
			snprintf(name, sizeof name, "session console%s%s", *p->cli.user ? " " : "", p->cli.user);
		else
			snprintf(name, sizeof name, "session SSH%u %s", p->number, p->cli.user);
		put_process(out, (int)p->pid, tty, name);
	}
}

bool usage_processes(const struct core *core, struct buf *out)
{
	unsigned interrupts, unused;
	const char *name;
	char helper[64];
	pid_t pid;

	buf_printf(out, "CPU utilization for five seconds: %u%%/", host_busy(&core->load, 5, &interrupts));
	buf_printf(out, "%u%%; one minute: %u%%; five minutes: %u%%\n", interrupts, host_busy(&core->load, 60, &unused),
		   host_busy(&core->load, 300, &unused));
	buf_puts(out, "    PID Runtime(ms)  Memory(KB)  TTY Process\n");
	put_process(out, (int)getppid(), "-", "rommon");
	put_process(out, (int)getpid(), "-", "core");
	put_process(out, (int)gatectl_pid(core->gate), "-", "gate");
	for (size_t i = 0; (pid = servers_process(core, i)) >= 0; i++)
		put_process(out, pid, "-", "asker");
	for (size_t i = 0; (pid = remote_process(core, i)) >= 0; i++)
		put_process(out, pid, "-", "courier");
	put_sessions(core, out);
	for (size_t i = 0; (pid = job_at(i, &name)) >= 0; i++) {
		snprintf(helper, sizeof helper, "helper %s", name);
		put_process(out, (int)pid, "-", helper);
	}
	return true;
}

bool usage_memory(const struct core *core, struct buf *out)
{
	struct host_memory m;

	(void)core;
	if (!host_memory(&m))
		return false;
	buf_printf(out,
		   "                Head     Total(b)      Used(b)      Free(b)    Lowest(b)   Largest(b)\n"
		   "Processor %10s %12llu %12llu %12llu %12s %12s\n",
		   "-", (unsigned long long)m.total, (unsigned long long)(m.total - m.available),
		   (unsigned long long)m.available, "-", "-");
	return true;
}
