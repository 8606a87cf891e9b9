/* SPDX-License-Identifier: Apache-2.0
 *
 * watch.c: see watch.h. Runs in core; names and their number are hostile: what is kept of them is bounded.
 *
 * Quiet mode begins when the last `attempts` failures lie within `within` seconds. Connections that have not logged in
 * end with it, unless the list of quiet mode permits their source; new ones are gate's.
 */
#include "core/gate/watch.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/gate/gatectl.h"
#include "core/gate/guard.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "model/model.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define LOGIN    "/ravelin-login:login/"
#define FAILURES 50 /* the last ones, by user and source */
#define SSH_PORT 22

struct failure {
	char user[SYSLOG_WORD_MAX], address[64];
	unsigned count;
	time_t at; /* 0: free */
};

struct watch {
	struct core *core;
	uint64_t seconds, attempts, within; /* attempts 0: nothing is watched */
	uint64_t *times;                    /* of the last `attempts` failures, in a ring */
	uint64_t failed;                    /* how many of them there were */
	bool quiet;
	uint64_t quiet_until_ms;
	struct event *quiet_end;
	unsigned long failures, successes;
	struct failure last[FAILURES];
};

static const char *now_text(const struct watch *w, char out[CLOCK_TEXT])
{
	clock_text(&w->core->clock, time(NULL), out, CLOCK_TEXT);
	return out;
}

/* --- quiet mode --- */

static const char *quiet_list(const struct watch *w)
{
	const char *list = model_str(w->core->model, LOGIN "quiet-access-class");

	return list ? list : "sl_def_acl"; /* IOS's own, which denies everybody */
}

static void forget(struct watch *w)
{
	w->failed = 0;
	if (w->times)
		memset(w->times, 0, w->attempts * sizeof *w->times);
}

static void end_quiet(struct watch *w, const char *why)
{
	char at[CLOCK_TEXT];

	if (!w->quiet)
		return;
	w->quiet = false;
	event_del(w->quiet_end);
	forget(w);
	gatectl_quiet(w->core->gate, w->quiet);
	syslog_event(w->core->log, "SEC_LOGIN", 5, "QUIET_MODE_OFF", "Quiet Mode is OFF, because %s at %s", why,
		     now_text(w, at));
}

static void on_quiet_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	end_quiet(arg, "block period timed out");
}

static uint64_t window_left(const struct watch *w)
{
	uint64_t oldest = w->failed < w->attempts ? w->times[0] : w->times[w->failed % w->attempts];
	uint64_t end = oldest + w->within * 1000, now = clock_now_ms();

	return w->failed && end > now ? (end - now + 999) / 1000 : 0;
}

static void begin_quiet(struct watch *w, const struct peer *by)
{
	struct timeval tv = { (time_t)w->seconds, 0 };
	char at[CLOCK_TEXT], user[SYSLOG_WORD_MAX];
	struct peer *p;

	w->quiet = true;
	w->quiet_until_ms = clock_now_ms() + w->seconds * 1000;
	event_add(w->quiet_end, &tv);
	gatectl_quiet(w->core->gate, w->quiet);
	syslog_event(w->core->log, "SEC_LOGIN", 1, "QUIET_MODE_ON",
		     "Still timeleft for watching failures is %llu secs, [user: %s] [Source: %s] [localport: %d] "
		     "[Reason: Login Authentication Failed] [ACL: %s] at %s",
		     (unsigned long long)window_left(w), syslog_word(by->login.user, user), by->address, SSH_PORT,
		     quiet_list(w), now_text(w, at));
	TAILQ_FOREACH (p, &w->core->peers, link) {
		if (p->kind == KIND_SSH && p->phase < PH_USER && !guard_quiet_admits(w->core->guard, &p->packet))
			peer_close(p, 1, "Logins are blocked for a while");
	}
}

static void count(struct watch *w, const struct peer *p)
{
	uint64_t now = clock_now_ms(), oldest;

	if (!w->attempts || w->quiet)
		return;
	w->times[w->failed++ % w->attempts] = now;
	oldest = w->times[w->failed % w->attempts];
	if (w->failed >= w->attempts && now - oldest <= w->within * 1000)
		begin_quiet(w, p);
}

uint64_t watch_delay_ms(const struct watch *w)
{
	return model_uint(w->core->model, LOGIN "delay", 0) * 1000;
}

/* --- the log --- */

/* The place of this user from this source, else the oldest. */
static struct failure *place_of(struct watch *w, const char *user, const char *address)
{
	struct failure *oldest = &w->last[0];

	for (size_t i = 0; i < FAILURES; i++) {
		struct failure *f = &w->last[i];

		if (f->at && strcmp(f->user, user) == 0 && strcmp(f->address, address) == 0)
			return f;
		if (f->at < oldest->at)
			oldest = f;
	}
	*oldest = (struct failure){ 0 };
	str_copy(str_of(user), oldest->user, sizeof oldest->user);
	str_copy(str_of(address), oldest->address, sizeof oldest->address);
	return oldest;
}

static bool due(const struct watch *w, const char *log, const char *every, unsigned long n)
{
	return model_bool(w->core->model, log) && n % model_uint(w->core->model, every, 1) == 0;
}

void watch_failed(struct watch *w, const struct peer *p)
{
	char user[SYSLOG_WORD_MAX], at[CLOCK_TEXT];
	struct failure *f;

	syslog_word(p->login.user, user);
	f = place_of(w, user, p->address);
	f->count++;
	f->at = time(NULL);
	w->failures++;
	if (due(w, LOGIN "failure/log", LOGIN "failure/every", w->failures))
		syslog_event(
		    w->core->log, "SEC_LOGIN", 4, "LOGIN_FAILED",
		    "Login failed [user: %s] [Source: %s] [localport: %d] [Reason: Login Authentication Failed] "
		    "at %s",
		    user, p->address, SSH_PORT, now_text(w, at));
	count(w, p);
}

void watch_succeeded(struct watch *w, const struct peer *p)
{
	char user[SYSLOG_WORD_MAX], at[CLOCK_TEXT];

	if (due(w, LOGIN "success/log", LOGIN "success/every", ++w->successes))
		syslog_event(w->core->log, "SEC_LOGIN", 5, "LOGIN_SUCCESS",
			     "Login Success [user: %s] [Source: %s] [localport: %d] at %s",
			     syslog_word(p->login.name, user), p->address, SSH_PORT, now_text(w, at));
}

/* --- show --- */

static void show_logged(const struct watch *w, const char *what, const char *log, const char *every, struct buf *out)
{
	unsigned long long n = model_uint(w->core->model, every, 1);

	if (!model_bool(w->core->model, log))
		return;
	if (n == 1)
		buf_printf(out, "     All %s login is logged.\n", what);
	else
		buf_printf(out, "     Every %llu %s login is logged.\n", n, what);
}

static void show_watching(const struct watch *w, struct buf *out)
{
	const char *list = model_str(w->core->model, LOGIN "quiet-access-class");
	uint64_t now = clock_now_ms();

	if (!w->attempts) {
		buf_puts(out, "     Router NOT enabled to watch for login Attacks\n");
		return;
	}
	buf_printf(out,
		   "     Router enabled to watch for login Attacks.\n"
		   "     If more than %llu login failures occur in %llu seconds or less,\n"
		   "     logins will be disabled for %llu seconds.\n\n",
		   (unsigned long long)w->attempts - 1, (unsigned long long)w->within, (unsigned long long)w->seconds);
	if (!w->quiet) {
		buf_printf(out,
			   "     Router presently in %s-Mode.\n"
			   "     Current Watch Window remaining time %llu seconds.\n"
			   "     Present login failure count %llu.\n",
			   window_left(w) ? "Watch" : "Normal", (unsigned long long)window_left(w),
			   (unsigned long long)(window_left(w) ? w->failed : 0));
		return;
	}
	buf_printf(out, "     Router presently in Quiet-Mode.\n     Will remain in Quiet-Mode for %llu seconds.\n",
		   (unsigned long long)(w->quiet_until_ms > now ? (w->quiet_until_ms - now + 999) / 1000 : 0));
	if (list)
		buf_printf(out, "     Restricted logins filtered by applied ACL %s.\n", list);
	else
		buf_puts(out, "     Denying logins from all sources.\n");
}

void watch_show(const struct watch *w, struct buf *out)
{
	const char *list = model_str(w->core->model, LOGIN "quiet-access-class");
	uint64_t delay = watch_delay_ms(w) / 1000;

	if (delay)
		buf_printf(out, "     A login delay of %llu seconds is applied.\n", (unsigned long long)delay);
	else
		buf_puts(out, "     No login delay has been applied.\n");
	if (list)
		buf_printf(out, "     Quiet-Mode access list %s is applied.\n", list);
	else
		buf_puts(out, "     No Quiet-Mode access list has been configured.\n");
	show_logged(w, "successful", LOGIN "success/log", LOGIN "success/every", out);
	show_logged(w, "failed", LOGIN "failure/log", LOGIN "failure/every", out);
	buf_puts(out, "\n");
	show_watching(w, out);
}

void watch_show_failures(const struct watch *w, struct buf *out)
{
	char at[CLOCK_TEXT];

	if (!w->failures) {
		buf_puts(out, "*** No logged failed login attempts with the device.***\n");
		return;
	}
	buf_printf(out,
		   "Total failed logins: %lu\nDetailed information about last %d failures\n\n"
		   "Username             SourceIPAddr    lPort Count TimeStamp\n",
		   w->failures, FAILURES);
	for (size_t i = 0; i < FAILURES; i++) {
		const struct failure *f = &w->last[i];

		if (!f->at)
			continue;
		clock_text(&w->core->clock, f->at, at, sizeof at);
		buf_printf(out, "%-20s %-15s %-5d %-5u %s\n", f->user, f->address, SSH_PORT, f->count, at);
	}
}

/* --- life --- */

/* Without memory for the ring nothing is watched, and the log says so. */
static void on_change(void *arg, const struct txn *t)
{
	struct watch *w = arg;
	const struct model *m = w->core->model;
	uint64_t attempts = model_uint(m, LOGIN "block/attempts", 0);

	(void)t;
	w->seconds = model_uint(m, LOGIN "block/seconds", 0);
	w->within = model_uint(m, LOGIN "block/within", 0);
	if (attempts == w->attempts)
		return;
	end_quiet(w, "the configuration was changed");
	free(w->times);
	w->times = attempts ? calloc(attempts, sizeof *w->times) : NULL;
	w->attempts = w->times ? attempts : 0;
	w->failed = 0;
	if (attempts && !w->times)
		syslog_event(w->core->log, "SEC_LOGIN", 3, "NO_MEMORY", "logins are not watched");
}

struct watch *watch_new(struct core *core)
{
	struct watch *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->core = core;
	w->quiet_end = evtimer_new(core->base, on_quiet_end, w);
	if (!w->quiet_end || model_watch(core->model, "/ravelin-login:login", on_change, w) < 0)
		return NULL; /* the boot fails */
	return w;
}
