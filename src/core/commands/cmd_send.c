/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_send.c: a message to other people's terminals, and locking one's own. Runs in core; a message is hostile to
 * whoever reads it: nothing but printable ASCII and ends of lines reaches his terminal.
 */
#include "core/commands/cmd_line.h"

#include "core/commands/commands.h"

#include "core/core.h"
#include "core/session/peer.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 2000
#define LOCK_TRIES  10
#define SECRET_MAX  80

/* --- send --- */

enum send_step { SE_BEGIN, SE_TYPED, SE_SURE };

static void put_message(struct str s, struct buf *out)
{
	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == ' '))
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		buf_put_u8(out, s.p[i] == '\n' || (s.p[i] >= 0x20 && s.p[i] <= 0x7e) ? s.p[i] : '?');
	buf_puts(out, "\n\n");
}

static int deliver(struct run *run, const struct line *line, const char *message)
{
	const struct peer *self = peer_of(run->cli);
	char from[12], to[24] = "all terminals";
	struct buf text;
	struct peer *p;

	snprintf(from, sizeof from, "%u", self ? self->line->tty : 0);
	if (line)
		snprintf(to, sizeof to, "tty%u", line->tty);
	buf_init(&text, MESSAGE_MAX + 200);
	buf_printf(&text, "\n***\n***\n*** Message from tty%s to %s:\n***\n%s", from, to, message);
	TAILQ_FOREACH (p, &run->core->peers, link) {
		if (p->line && (!line || p->line == line))
			peer_monitor(p, buf_cstr(&text));
	}
	buf_release(&text);
	return RUN_DONE;
}

static int check_message(struct run *run)
{
	struct buf message;

	if (run->cancelled)
		return RUN_FAILED;
	if (buf_len(&run->answer) > MESSAGE_MAX)
		return run_fail(run, "%% Message is longer than %d characters", MESSAGE_MAX);
	buf_init(&message, 0);
	put_message(buf_str(&run->answer), &message);
	run->data = arena_strdup(&run->arena, buf_cstr(&message));
	buf_release(&message);
	if (!run->data)
		return run_fail(run, "%% Out of memory");
	return run_ask(run, SE_SURE, true, ASK_CONFIRM, "Send message? [confirm]");
}

int cmd_send(struct run *run)
{
	static const struct cmd_text_rule until_ctrl_z = { .until = "\032", .within = true, .echo = true };
	bool all = cmd_has(&run->match, "*");
	struct line *line = all ? NULL : named_line(run);

	if (!line && !all)
		return run_fail(run, "%% Bad line number");
	if (line && !line->busy)
		return run_fail(run, "%% Nobody is on line %u", line->tty);
	switch (run->step) {
	case SE_BEGIN:
		buf_puts(&run->out, "Enter message, end with CTRL/Z; abort with CTRL/C:\n");
		return run_text(run, SE_TYPED, &until_ctrl_z);
	case SE_TYPED:
		return check_message(run);
	default:
		return run_yes(run) ? deliver(run, line, run->data) : RUN_FAILED;
	}
}

/* --- lock --- */

enum lock_step { LO_BEGIN, LO_FIRST, LO_AGAIN, LO_LOCKED };

struct lock { /* in the run's arena, which is wiped */
	char secret[SECRET_MAX];
	unsigned tries;
};

static bool same(const struct lock *l, const struct run *run)
{
	char typed[SECRET_MAX] = "";
	bool fits = str_copy(buf_str(&run->answer), typed, sizeof typed);
	bool equal = CRYPTO_memcmp(typed, l->secret, sizeof typed) == 0;

	OPENSSL_cleanse(typed, sizeof typed);
	return fits && equal && !run->cancelled;
}

static int lock_first(struct run *run, struct lock *l)
{
	if (run->cancelled || buf_len(&run->answer) == 0)
		return RUN_FAILED;
	memset(l->secret, 0, sizeof l->secret);
	if (!str_copy(buf_str(&run->answer), l->secret, sizeof l->secret))
		return run_fail(run, "%% Password is too long");
	return run_ask(run, LO_AGAIN, false, ASK_LINE, "Again: ");
}

static int lock_again(struct run *run, struct lock *l)
{
	if (run->cancelled)
		return RUN_FAILED;
	if (!same(l, run))
		return run_fail(run, "%% Passwords do not match");
	buf_puts(&run->out, "\n\n\n                        Locked\n\n");
	return run_ask(run, LO_LOCKED, false, ASK_LINE, "Password: ");
}

/* Nothing but the password opens it; who guesses is logged out. */
static int lock_locked(struct run *run, struct lock *l)
{
	if (same(l, run))
		return RUN_DONE;
	if (++l->tries < LOCK_TRIES)
		return run_ask(run, LO_LOCKED, false, ASK_LINE, "Password: ");
	run->cli->leave = true;
	return run_fail(run, "%% Bad passwords");
}

int cmd_lock(struct run *run)
{
	const struct peer *p = peer_of(run->cli);

	switch (run->step) {
	case LO_BEGIN:
		if (!p || !lines_flag(run->core->lines, p->line, "lockable"))
			return run_fail(run, "%% Locking not enabled on this line");
		run->data = arena_alloc(&run->arena, sizeof(struct lock));
		if (!run->data)
			return run_fail(run, "%% Out of memory");
		return run_ask(run, LO_FIRST, false, ASK_LINE, "Password: ");
	case LO_FIRST:
		return lock_first(run, run->data);
	case LO_AGAIN:
		return lock_again(run, run->data);
	default:
		return lock_locked(run, run->data);
	}
}
