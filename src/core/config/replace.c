/* SPDX-License-Identifier: Apache-2.0
 *
 * replace.c: see replace.h. Everything but the exchange itself is done in slices that leave the loop free: the lines,
 * the comparison, and taking away what is not needed any more. Runs in core; the text may hold anything.
 */
#include "replace.h"

#include "cmd/cmd.h"
#include "core/clock.h"
#include "core/config/config.h"
#include "core/config/loader.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "model/swap.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE    64 /* nodes between two looks at the clock */
#define RESTARTS 3  /* then it is compared in one step, or somebody who pastes would keep it from ever being done */

struct replace {
	struct core *core;
	struct model *made; /* the new configuration; behind the exchange the old one */
	struct cmd_set *cmds;
	struct swap *swap;
	struct event *turn;
	char name[64], by[288], user[65];
	bool lock, clearing;
	bool exchanging; /* from here on it cannot be given up */
	unsigned refused, restarts;
	struct replace_events events;
	void *arg; /* the events'; events.ended is NULL when nobody waits any more */
};

static void free_replace(struct replace *r)
{
	loader_abandon(r);
	swap_free(r->swap);
	cmd_set_free(r->cmds);
	model_free(r->made);
	if (r->turn)
		event_free(r->turn);
	free(r);
}

static void again(struct replace *r)
{
	static const struct timeval now = { 0, 0 };

	event_add(r->turn, &now);
}

/* From here on another one may begin; what is left is to take away the tree that nobody needs. */
static void end(struct replace *r, bool done, size_t changes, const char *words)
{
	void (*ended)(void *, bool, size_t, unsigned, const char *) = r->events.ended;

	r->events = (struct replace_events){ NULL, NULL };
	r->core->replacing = NULL;
	r->clearing = true;
	cmd_set_free(r->cmds);
	r->cmds = NULL;
	again(r);
	if (ended)
		ended(r->arg, done, changes, r->refused, words);
}

static void note_change(struct replace *r)
{
	config_touched(r->core, r->user);
	syslog_event(r->core->log, "SYS", 5, "CONFIG_R", "Config Replace is Done: %s by %s", r->name, r->by);
}

static void exchange(struct replace *r)
{
	size_t changes = swap_changes(r->swap);
	struct errbuf e = { "" };
	struct swap *swap = r->swap;
	int rc;

	r->swap = NULL;
	r->exchanging = true;
	rc = swap_commit(swap, &e);
	if (rc == 0 && changes)
		note_change(r);
	end(r, rc == 0, changes, e.text);
}

static void compare(struct replace *r)
{
	uint64_t begun = clock_now_ms(), until = begun + CONFIG_STEP_MS;

	if (r->swap && swap_is_stale(r->swap)) {
		swap_free(r->swap);
		r->swap = NULL;
		r->restarts++;
	}
	if (!r->swap)
		r->swap = swap_new(r->core->model, r->made);
	if (!r->swap) {
		end(r, false, 0, "out of memory");
		return;
	}
	while (!swap_step(r->swap, PIECE)) {
		if (r->restarts < RESTARTS && clock_now_ms() >= until) {
			again(r);
			return;
		}
	}
	if (r->restarts < RESTARTS && clock_now_ms() > begun)
		again(r); /* the exchange has a turn of its own */
	else
		exchange(r);
}

static void clear(struct replace *r)
{
	uint64_t until = clock_now_ms() + CONFIG_STEP_MS;

	while (!model_clear_step(r->made, PIECE)) {
		if (clock_now_ms() >= until) {
			again(r);
			return;
		}
	}
	free_replace(r);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct replace *r = arg;

	(void)fd;
	(void)what;
	if (r->clearing)
		clear(r);
	else
		compare(r);
}

static void on_report(void *arg, const char *message)
{
	struct replace *r = arg;

	if (message) {
		r->refused++;
		if (r->events.refused)
			r->events.refused(r->arg, message);
	} else if (r->refused) {
		end(r, false, 0, "");
	} else {
		again(r);
	}
}

struct replace *replace_begin(struct core *core, const struct behalf *who, const char *name, struct str text,
			      const char *by, const char *user, bool lock, const struct replace_events *events,
			      void *arg, struct errbuf *e)
{
	struct replace *r;

	if (core->replacing) {
		err_set(e, E_BUSY, "the configuration is being replaced by %s", core->replacing->by);
		return NULL;
	}
	r = calloc(1, sizeof *r);
	if (!r) {
		err_set(e, E_NOMEM, "out of memory");
		return NULL;
	}
	*r = (struct replace){ .core = core, .lock = lock, .events = *events, .arg = arg };
	snprintf(r->name, sizeof r->name, "%s", name);
	snprintf(r->by, sizeof r->by, "%s", by);
	snprintf(r->user, sizeof r->user, "%s", user);
	r->turn = evtimer_new(core->base, on_turn, r);
	if (!r->turn || model_new_beside(core->model, &r->made, e) < 0 ||
	    cmd_set_beside(&r->cmds, core->cmds, r->made, e) < 0 ||
	    loader_make(core, who, r->made, r->cmds, name, text, on_report, r) < 0) {
		if (!e->text[0])
			err_set(e, E_NOMEM, "out of memory");
		free_replace(r);
		return NULL;
	}
	core->replacing = r;
	return r;
}

void replace_abandon(struct replace *r)
{
	if (!r)
		return;
	r->events = (struct replace_events){ NULL, NULL };
	if (r->exchanging)
		return;
	loader_abandon(r);
	swap_free(r->swap);
	r->swap = NULL;
	end(r, false, 0, "");
}

bool replace_locks(const struct core *core, struct errbuf *e)
{
	const struct replace *r = core->replacing;

	if (r && r->lock)
		err_set(e, E_BUSY, "Configuration mode is locked: %s replaces the configuration. Please try later.",
			r->by);
	return r && r->lock;
}
