/* SPDX-License-Identifier: Apache-2.0
 *
 * admit.c: see admit.h. Runs in gate.
 */
#include "gate/admit.h"

#include <stddef.h>

/* Core's own deadline and the session's come first; this one ends a session that ignores both. */
#define GRACE_MS 5000

void admit_init(struct admit *a)
{
	*a = (struct admit){ .starts_begin = 10, .starts_full = 100, .per_source = 10, .login_secs = 120 };
}

/* --- who has to go when there are too many --- */

struct starts {
	const struct admit_child *of[ADMIT_STARTS_MAX]; /* without a key exchange, and had their turn */
	unsigned n;
};

static unsigned count(const struct starts *s, const struct access_source *source)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->n; i++)
		n += access_same_source(&s->of[i]->source, source);
	return n;
}

/* The greediest source pays, the newcomer counted with his; of equals the oldest start. 0: nobody idles. */
static pid_t choose(const struct starts *s, const struct access_source *newcomer)
{
	const struct admit_child *found = NULL;
	unsigned most = 0;

	for (unsigned i = 0; i < s->n; i++) {
		const struct access_source *source = &s->of[i]->source;
		unsigned n = count(s, source) + access_same_source(source, newcomer);

		if (n > most || (n == most && s->of[i]->deadline < found->deadline)) {
			most = n;
			found = s->of[i];
		}
	}
	return found ? found->pid : 0;
}

static bool one_goes(const struct admit *a, uint32_t starts, uint32_t random)
{
	if (a->starts_full && starts >= a->starts_full)
		return true;
	/* From begin to full the chance rises from nothing to certainty. */
	return a->starts_full > a->starts_begin && starts >= a->starts_begin &&
	       random % (a->starts_full - a->starts_begin) < starts - a->starts_begin;
}

uint64_t admit_pause(const struct admit *a, uint64_t now_ms)
{
	uint64_t first = 0;
	uint32_t starts = 0;

	for (unsigned i = 0; i < a->n; i++) {
		const struct admit_child *c = &a->children[i];

		starts += c->deadline != 0;
		if (c->deadline && !c->keyed && (!first || c->begun < first))
			first = c->begun;
	}
	if (!a->starts_full || starts < a->starts_full || !first || first + ADMIT_TURN_MS <= now_ms)
		return 0;
	return first + ADMIT_TURN_MS;
}

const char *admit_check(const struct admit *a, const struct access_source *source, uint32_t random, uint64_t now_ms,
			pid_t *victim)
{
	uint32_t starts = 0, from_here = 0;
	struct starts idle = { .n = 0 };

	*victim = 0;
	for (unsigned i = 0; i < a->n; i++) {
		const struct admit_child *c = &a->children[i];

		if (!c->deadline)
			continue;
		starts++;
		from_here += access_same_source(&c->source, source);
		if (!c->keyed && c->begun + ADMIT_TURN_MS <= now_ms && idle.n < ADMIT_STARTS_MAX)
			idle.of[idle.n++] = c;
	}
	if (a->n == ADMIT_CHILDREN)
		return "too many sessions";
	if (a->per_source && from_here >= a->per_source)
		return "too many logins from this address";
	if (one_goes(a, starts, random))
		*victim = choose(&idle, source);
	return *victim || !a->starts_full || starts < a->starts_full ? NULL : "too many logins";
}

bool admit_add(struct admit *a, pid_t pid, const struct access_source *source, uint64_t now_ms)
{
	struct admit_child *c;

	if (a->n == ADMIT_CHILDREN)
		return false;
	c = &a->children[a->n++];
	*c = (struct admit_child){ .pid = pid };
	if (source) {
		c->source = *source;
		c->begun = now_ms;
		c->deadline = now_ms + (uint64_t)a->login_secs * 1000 + GRACE_MS;
	}
	return true;
}

static struct admit_child *find(struct admit *a, pid_t pid)
{
	for (unsigned i = 0; i < a->n; i++)
		if (a->children[i].pid == pid)
			return &a->children[i];
	return NULL;
}

void admit_done(struct admit *a, pid_t pid)
{
	struct admit_child *c = find(a, pid);

	if (c)
		c->deadline = 0;
}

void admit_keyed(struct admit *a, pid_t pid)
{
	struct admit_child *c = find(a, pid);

	if (c)
		c->keyed = true;
}

const struct access_source *admit_source(struct admit *a, pid_t pid)
{
	struct admit_child *c = find(a, pid);

	return c && c->source.family ? &c->source : NULL;
}

void admit_gone(struct admit *a, pid_t pid)
{
	struct admit_child *c = find(a, pid);

	if (c)
		*c = a->children[--a->n];
}

pid_t admit_expired(struct admit *a, uint64_t now_ms)
{
	for (unsigned i = 0; i < a->n; i++)
		if (a->children[i].deadline && a->children[i].deadline <= now_ms) {
			a->children[i].deadline = 0;
			return a->children[i].pid;
		}
	return 0;
}

uint64_t admit_next(const struct admit *a)
{
	uint64_t next = 0;

	for (unsigned i = 0; i < a->n; i++)
		if (a->children[i].deadline && (!next || a->children[i].deadline < next))
			next = a->children[i].deadline;
	return next;
}
