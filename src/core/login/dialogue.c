/* SPDX-License-Identifier: Apache-2.0
 *
 * dialogue.c: see dialogue.h. Runs in core; what servers ask is hostile, and printable when it comes here.
 */
#include "core/login/dialogue.h"

#include "core/login/grant.h"
#include "core/session/cli.h"

#include <string.h>

/* Of one dialogue at a time: run->outer says which. */
static void go_on(struct run *run, struct dialogue *d, enum dialogue_state state)
{
	d->state = state;
	cli_resume(run->cli);
}

static struct dialogue *of(struct run *run)
{
	return run->outer;
}

static void take_text(struct dialogue *d, struct str text)
{
	size_t n = text.n < sizeof d->text - 1 ? text.n : sizeof d->text - 1;

	if (n)
		memcpy(d->text, text.p, n);
	d->text[n] = '\0';
}

static void on_prompt(void *arg, uint8_t asked, bool echo, struct str text)
{
	struct run *run = arg;
	struct dialogue *d = of(run);

	d->asked = asked;
	d->echo = echo;
	take_text(d, text);
	if (d->text[0] == '\0' && asked != AAA_GETDATA)
		take_text(d, asked == AAA_GETUSER ? STR("Username: ") : STR("Password: "));
	if (d->state == DIALOGUE_ASKED)
		d->again = true;
	else
		go_on(run, d, DIALOGUE_PROMPT);
}

static void on_done(void *arg, const struct ask_result *r)
{
	struct run *run = arg;
	struct dialogue *d = of(run);

	d->ask = NULL;
	d->end = r->end;
	if (d->grant)
		grant_take(d->grant, r);
	take_text(d, r->text);
	if (d->state == DIALOGUE_ASKED) /* a terminal that was asked answers first */
		d->state = DIALOGUE_OVER;
	else
		go_on(run, d, DIALOGUE_OVER);
}

static void abandon(const void *run)
{
	struct dialogue *d = ((const struct run *)run)->outer;

	ask_cancel(d->ask);
	d->ask = NULL;
}

int dialogue_begin(struct run *run, int next, struct dialogue *d, const char *group, const struct ipc_msg_QUERY *m)
{
	static const struct ask_events events = { on_prompt, on_done };

	d->state = DIALOGUE_WAITS;
	run->step = next;
	run->outer = d;
	d->ask = servers_ask(run->core, group, m, &events, run);
	if (!d->ask)
		return run_fail(run, "%% Out of memory");
	run->abandon = abandon;
	return RUN_WAIT;
}

static void over(struct run *run)
{
	run->abandon = NULL;
	run->outer = NULL;
}

static int answer(struct run *run, struct dialogue *d)
{
	if (run->cancelled || (d->asked == AAA_GETUSER && !str_is(buf_str(&run->answer), d->user))) {
		ask_cancel(d->ask);
		d->ask = NULL;
		over(run);
		return RUN_FAILED;
	}
	if (d->again) {
		d->again = false;
		d->state = DIALOGUE_PROMPT;
		return dialogue_step(run, d);
	}
	d->state = DIALOGUE_WAITS;
	ask_answer(d->ask, buf_str(&run->answer));
	return RUN_WAIT;
}

/* The password that came with a command answers the first question for one. */
static bool knows(struct dialogue *d)
{
	if (d->asked != AAA_GETPASS || !d->typed)
		return false;
	d->state = DIALOGUE_WAITS;
	ask_answer(d->ask, str_of(d->typed));
	d->typed = NULL;
	return true;
}

int dialogue_step(struct run *run, struct dialogue *d)
{
	switch (d->state) {
	case DIALOGUE_PROMPT:
		if (knows(d))
			return RUN_WAIT;
		d->state = DIALOGUE_ASKED;
		return run_ask(run, run->step, d->echo, ASK_LINE, d->text);
	case DIALOGUE_ASKED:
		return answer(run, d);
	case DIALOGUE_OVER:
		over(run);
		return RUN_DONE;
	default:
		return RUN_WAIT;
	}
}
