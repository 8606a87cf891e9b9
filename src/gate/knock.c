/* SPDX-License-Identifier: Apache-2.0
 *
 * knock.c: see knock.h. Runs in gate; addresses are a stranger's, what is mapped is core's.
 */
#include "gate/knock.h"

#include <sys/mman.h>

/* Shared with core alone: not a byte of it is in a session. */
static void *map(int fd, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p != MAP_FAILED && madvise(p, size, MADV_DONTFORK) == 0)
		return p;
	if (p != MAP_FAILED)
		munmap(p, size);
	return NULL;
}

bool knock_filter(struct knock *k, int fd, uint64_t size, uint32_t serial)
{
	struct access_table *t = size ? map(fd, size) : NULL;

	if (!t)
		return false;
	if (!access_sound(t, size)) {
		munmap(t, size);
		return false;
	}
	if (k->filter)
		munmap(k->filter, k->filter_size);
	k->filter = t;
	k->filter_size = size;
	k->serial = serial;
	return true;
}

bool knock_ledger(struct knock *k, int fd)
{
	k->ledger = map(fd, sizeof *k->ledger);
	return k->ledger;
}

static bool exempt(const struct knock *k, const struct access_packet *p)
{
	uint32_t list = k->filter ? k->filter->exempt[p->version == 6] : ACCESS_NONE, rule;

	return list == ACCESS_NONE ? access_loopback(p) : access_admits(k->filter, list, p, &rule);
}

static bool past_lists(struct knock *k, const struct access_packet *p, uint32_t *logged)
{
	uint32_t list, rule;
	bool enters;

	if (!k->filter)
		return true;
	enters = access_enters(k->filter, p, &list, &rule);
	if (rule != ACCESS_NONE) {
		__atomic_fetch_add(&access_hits(k->filter)[rule], 1, __ATOMIC_RELAXED);
		*logged = k->filter->rule[rule].log ? rule : ACCESS_NONE;
	}
	return enters;
}

static bool past_quiet(const struct knock *k, const struct access_packet *p)
{
	uint32_t list = k->filter ? k->filter->quiet[p->version == 6] : ACCESS_NONE, rule;

	return !k->quiet || (list != ACCESS_NONE && access_admits(k->filter, list, p, &rule));
}

static bool past_penalty(const struct knock *k, const struct access_packet *p, uint64_t now_ms)
{
	struct access_source source = access_source_of(p);

	return !k->ledger || !penalty_left(k->ledger, &k->penalties, &source, now_ms) || exempt(k, p);
}

struct knock_answer knock_check(struct knock *k, const struct access_packet *p, uint64_t now_ms)
{
	struct knock_answer a = { .logged = ACCESS_NONE };

	if (!past_lists(k, p, &a.logged)) {
		a.reason = REFUSED_LIST;
		a.why = "access-class of the lines";
	} else if (!past_quiet(k, p)) {
		a.reason = REFUSED_QUIET;
		a.why = "quiet mode";
	} else if (!past_penalty(k, p, now_ms)) {
		a.reason = REFUSED_PENALTY;
		a.why = "penalized for what came from there before";
	}
	return a;
}

void knock_penalize(struct knock *k, const struct access_source *source, enum penalty_cause cause, uint64_t now_ms)
{
	if (k->ledger)
		penalty_add(k->ledger, &k->penalties, source, cause, now_ms);
}

void knock_refused(struct knock *k, enum refusal reason)
{
	if (k->ledger)
		k->ledger->refused[reason]++;
}
