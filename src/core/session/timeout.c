/* SPDX-License-Identifier: Apache-2.0
 *
 * timeout.c: see timeout.h. Runs in core.
 */
#include "timeout.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "lines/lines.h"

#include <stdio.h>

/* When each is due; 0 = never. */
struct due {
	uint64_t login, idle, warning, end;
};

static uint64_t after(uint64_t from, uint64_t span)
{
	return span ? from + span : 0;
}

static struct due due_of(const struct peer *p)
{
	const struct line_settings *set = &p->said;
	const struct line *line = p->line;
	struct due due = { 0 };

	if (!line->busy) /* nobody is at the console */
		return due;
	if (!line->since_ms) {
		due.login = after(line->active_ms, set->login_ms);
		return due;
	}
	due.idle = after(line->active_ms, set->idle_ms);
	due.end = after(line->since_ms, set->end_ms);
	if (due.end && set->warning_ms && !p->warned)
		due.warning = due.end - (set->warning_ms < set->end_ms ? set->warning_ms : set->end_ms);
	return due;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return !a || (b && b < a) ? b : a;
}

void timeout_arm(struct peer *p)
{
	struct due due = due_of(p);
	uint64_t next = sooner(sooner(due.login, due.idle), sooner(due.warning, due.end)), now = clock_now_ms();

	peer_set_deadline(p, !next ? 0 : next > now ? next - now : 1);
}

void timeout_touch(struct peer *p)
{
	p->line->active_ms = clock_now_ms();
	timeout_arm(p);
}

static void expire(struct peer *p, const char *timer, const char *text)
{
	syslog_event(p->core->log, "SYS", 6, "TTY_EXPIRE_TIMER", "(%s timer expired, tty %u (%s)), user %s", timer,
		     p->line->tty, p->address[0] ? p->address : "console", p->cli.user[0] ? p->cli.user : "none");
	peer_close(p, 1, text);
}

static void warn(struct peer *p, uint64_t ms)
{
	char text[120];

	snprintf(text, sizeof text, "\n***\n*** Line timeout: this session ends in %llu seconds\n***\n",
		 (unsigned long long)(ms + 999) / 1000);
	p->warned = true;
	peer_monitor(p, text);
}

static bool passed(uint64_t due, uint64_t now)
{
	return due && due <= now;
}

/* A copy may take longer than anybody sits still. */
static bool works(const struct peer *p)
{
	return p->cli.run && !p->cli.run->waiting_answer;
}

void timeout_due(struct peer *p)
{
	struct due due = due_of(p);
	uint64_t now = clock_now_ms();

	if (passed(due.login, now)) {
		expire(p, "login", "% Login timeout expired\n");
	} else if (passed(due.idle, now) && works(p)) {
		timeout_touch(p);
	} else if (passed(due.idle, now)) {
		expire(p, "exec", "% Idle timeout expired\n");
	} else if (passed(due.end, now)) {
		expire(p, "absolute", "% Line timeout expired\n");
	} else {
		if (passed(due.warning, now))
			warn(p, due.end - now);
		timeout_arm(p);
	}
}
