/* SPDX-License-Identifier: Apache-2.0
 *
 * penalty.c: see penalty.h. Written by gate, read by core.
 */
#include "access/penalty.h"

#include "access/access.h"

#include <string.h>
#include <sys/socket.h>

struct access_source access_source_of(const struct access_packet *p)
{
	struct access_source s = { .family = p->version == 4 ? AF_INET : p->version == 6 ? AF_INET6 : 0 };

	memcpy(s.net, p->from, p->version == 4 ? 4 : sizeof s.net);
	return s;
}

bool access_same_source(const struct access_source *a, const struct access_source *b)
{
	return a->family == b->family && memcmp(a->net, b->net, sizeof a->net) == 0;
}

/* Its place; without one, NULL, or if it is to get one that which owes least. */
static struct penalty *place_of(struct penalty_table *t, const struct access_source *s, bool make)
{
	struct penalty *least = &t->of[0];

	for (unsigned i = 0; i < PENALTY_SOURCES; i++) {
		if (access_same_source(&t->of[i].source, s))
			return &t->of[i];
		if (t->of[i].until_ms < least->until_ms)
			least = &t->of[i];
	}
	if (make)
		*least = (struct penalty){ .source = *s };
	return make ? least : NULL;
}

void penalty_add(struct penalty_table *t, const struct penalty_rules *r, const struct access_source *s,
		 enum penalty_cause cause, uint64_t now_ms)
{
	uint64_t most = now_ms + (uint64_t)r->maximum * 1000;
	struct penalty *p;

	if (!r->on || !s->family || !r->seconds[cause])
		return;
	p = place_of(t, s, true);
	if (p->until_ms < now_ms)
		p->until_ms = now_ms;
	p->until_ms += (uint64_t)r->seconds[cause] * 1000;
	if (p->until_ms > most)
		p->until_ms = most;
}

uint32_t penalty_left(const struct penalty_table *t, const struct penalty_rules *r, const struct access_source *s,
		      uint64_t now_ms)
{
	const struct penalty *p = s->family ? place_of((struct penalty_table *)t, s, false) : NULL;
	uint64_t threshold = (uint64_t)r->threshold * 1000;

	if (!r->on || !p || p->until_ms <= now_ms || p->until_ms - now_ms < threshold)
		return 0;
	return (uint32_t)((p->until_ms - now_ms - threshold + 1000) / 1000);
}
