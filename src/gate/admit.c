/* SPDX-License-Identifier: Apache-2.0
 *
 * admit.c: see admit.h. Runs in gate.
 */
#include "gate/admit.h"

#include <string.h>
#include <sys/socket.h>

/* Core's own deadline and the session's come first; this one ends a session that ignores both. */
#define GRACE_MS 5000

void admit_init(struct admit *a)
{
	*a = (struct admit){ .starts_begin = 10, .starts_full = 100, .per_source = 10, .login_secs = 120 };
}

struct admit_source admit_source_of(const struct sockaddr_storage *peer)
{
	struct admit_source s = { .family = (uint8_t)peer->ss_family };
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (peer->ss_family == AF_INET) {
		memcpy(&in, peer, sizeof in);
		memcpy(s.net, &in.sin_addr, 4);
	} else if (peer->ss_family == AF_INET6) {
		memcpy(&in6, peer, sizeof in6);
		if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
			s.family = AF_INET;
			memcpy(s.net, in6.sin6_addr.s6_addr + 12, 4);
		} else {
			memcpy(s.net, in6.sin6_addr.s6_addr, sizeof s.net);
		}
	}
	return s;
}

static bool same(const struct admit_source *a, const struct admit_source *b)
{
	return a->family == b->family && memcmp(a->net, b->net, sizeof a->net) == 0;
}

const char *admit_check(const struct admit *a, const struct admit_source *source, uint32_t random)
{
	uint32_t starts = 0, from_here = 0;

	for (unsigned i = 0; i < a->n; i++) {
		if (!a->children[i].deadline)
			continue;
		starts++;
		from_here += same(&a->children[i].source, source);
	}
	if (a->n == ADMIT_CHILDREN)
		return "too many sessions";
	if (a->per_source && from_here >= a->per_source)
		return "too many logins from this address";
	if (a->starts_full && starts >= a->starts_full)
		return "too many logins";
	/* From begin to full the chance to be refused rises from nothing to certainty. */
	if (a->starts_full > a->starts_begin && starts >= a->starts_begin &&
	    random % (a->starts_full - a->starts_begin) < starts - a->starts_begin)
		return "many logins, refused early";
	return NULL;
}

bool admit_add(struct admit *a, pid_t pid, const struct admit_source *source, uint64_t now_ms)
{
	struct admit_child *c;

	if (a->n == ADMIT_CHILDREN)
		return false;
	c = &a->children[a->n++];
	*c = (struct admit_child){ .pid = pid };
	if (source) {
		c->source = *source;
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
