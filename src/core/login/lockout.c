/* SPDX-License-Identifier: Apache-2.0
 *
 * lockout.c: see lockout.h. Runs in core. Names are those of configured users: there are no more records than users.
 */
#include "core/login/lockout.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/methods.h"

#include <stdlib.h>
#include <string.h>

#define ADMINISTRATOR 15

struct record {
	TAILQ_ENTRY(record) link;
	char user[65];
	uint64_t failures;
	time_t since; /* 0: he is not locked out */
};

struct lockout {
	struct core *core;
	TAILQ_HEAD(, record) records; /* in the order in which they began to fail */
};

static struct record *find(const struct lockout *l, const char *user)
{
	struct record *r;

	TAILQ_FOREACH (r, &l->records, link) {
		if (strcmp(r->user, user) == 0)
			return r;
	}
	return NULL;
}

static void drop(struct lockout *l, struct record *r)
{
	TAILQ_REMOVE(&l->records, r, link);
	free(r);
}

/* Is there such a user, and can he be locked out? */
static bool subject_to(const struct lockout *l, const char *user)
{
	const struct lyd_node *entry = user[0] ? methods_user(l->core, user, true) : NULL;

	return entry && methods_aaa(l->core) && strtoul(model_below(entry, "privilege"), NULL, 10) < ADMINISTRATOR;
}

bool lockout_locked(const struct lockout *l, const char *user)
{
	const struct record *r = find(l, user);

	return r && r->since && subject_to(l, user);
}

static struct record *begin(struct lockout *l, const char *user)
{
	struct record *r = calloc(1, sizeof *r);

	if (!r || !str_copy(str_of(user), r->user, sizeof r->user)) {
		free(r);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&l->records, r, link);
	return r;
}

void lockout_failed(struct lockout *l, const char *user)
{
	uint64_t most = model_uint(l->core->model, "/ravelin-aaa:aaa/local/max-fail", 0);
	char word[SYSLOG_WORD_MAX];
	struct record *r;

	if (!most || !subject_to(l, user))
		return;
	r = find(l, user);
	r = r ? r : begin(l, user);
	if (!r || r->since || ++r->failures < most)
		return;
	r->since = time(NULL);
	syslog_event(l->core->log, "AAA", 5, "USER_LOCKED", "User %s locked out on authentication failure",
		     syslog_word(user, word));
}

void lockout_passed(struct lockout *l, const char *user)
{
	struct record *r = find(l, user);

	if (r)
		drop(l, r);
}

static unsigned forget(struct lockout *l, const char *user, bool locked, const char *mnemonic, const char *what,
		       const char *who)
{
	struct record *r = TAILQ_FIRST(&l->records), *next;
	char word[SYSLOG_WORD_MAX];
	unsigned n = 0;

	for (; r; r = next) {
		next = TAILQ_NEXT(r, link);
		if ((r->since != 0) != locked || (user && strcmp(r->user, user) != 0))
			continue;
		syslog_event(l->core->log, "AAA", 5, mnemonic, "User %s %s by %s", syslog_word(r->user, word), what,
			     who);
		drop(l, r);
		n++;
	}
	return n;
}

unsigned lockout_unlock(struct lockout *l, const char *user, const char *who)
{
	return forget(l, user, true, "USER_UNLOCKED", "unlocked", who);
}

unsigned lockout_forget(struct lockout *l, const char *user, const char *who)
{
	return forget(l, user, false, "USER_RESET", "failed attempts reset", who);
}

void lockout_show(const struct lockout *l, struct buf *out)
{
	const struct record *r;
	char at[CLOCK_TEXT];

	buf_puts(out, "\n        Local-user          Lock time\n");
	TAILQ_FOREACH (r, &l->records, link) {
		if (!r->since)
			continue;
		clock_text(&l->core->clock, r->since, at, sizeof at);
		buf_printf(out, "        %-19s %s\n", r->user, at);
	}
	buf_puts(out, "\n");
}

/* A user who is removed, and one who is made in his name, is another. */
static void on_change(void *arg, const struct txn *t)
{
	struct lockout *l = arg;
	struct record *r, *next;

	(void)t;
	for (r = TAILQ_FIRST(&l->records); r; r = next) {
		next = TAILQ_NEXT(r, link);
		if (!methods_user(l->core, r->user, true))
			drop(l, r);
	}
}

struct lockout *lockout_new(struct core *core)
{
	struct lockout *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->core = core;
	TAILQ_INIT(&l->records);
	if (model_watch(core->model, "/ravelin-system:users", on_change, l) < 0) {
		free(l);
		return NULL;
	}
	return l;
}
