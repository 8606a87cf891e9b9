/* SPDX-License-Identifier: Apache-2.0
 *
 * trace.c: what the connection tells of itself on its way to core, for `debug ip ssh`: gathered while there is
 * something to do, sent in as few records as that allows and never faster than core lets. What is too much is counted
 * and left out. While core wants nothing, nothing is gathered and nothing sent. Runs in the session; a fact may quote
 * the peer.
 */
#include "session/state.h"

#include "ipc/fact.h"

#define PACE      30  /* records a second: core allows more */
#define FACTS_MAX 256 /* waiting */
#define TEXT_MAX  160 /* of what the peer calls itself */

_Static_assert(IPC_TRACE_FACTS *(1 + 4 * 4 + TEXT_MAX) < 8192, "a record may be full of texts");

static void gather(void *arg, const struct ssh_fact *f)
{
	struct trace *t = &((struct session *)arg)->trace;
	struct ssh_fact fact = *f;

	if (t->n == FACTS_MAX) {
		t->lost++;
		return;
	}
	if (fact.text.n > TEXT_MAX)
		fact.text.n = TEXT_MAX;
	fact_put(&t->facts, &fact);
	t->n++;
}

void trace_init(struct session *s)
{
	buf_init(&s->trace.facts, 0);
	ipc_bucket_init(&s->trace.pace, PACE);
}

void trace_start(struct session *s)
{
	ssh_trace(s->link.conn, s->trace.classes, gather, s);
}

bool trace_watch(struct session *s, struct str body)
{
	struct ipc_msg_WATCH m;

	if (!ipc_get_WATCH(body, &m) || (m.classes & ~SSH_TRACE_ALL))
		return false;
	s->trace.classes = m.classes;
	if (!m.classes) {
		buf_clear(&s->trace.facts);
		s->trace.n = s->trace.lost = 0;
	}
	if (s->link.conn)
		trace_start(s);
	return true;
}

void trace_tell(struct session *s, enum ssh_fact_what what, uint32_t a, uint32_t b)
{
	if (s->trace.classes & SSH_TRACE_DETAIL)
		gather(s, &(struct ssh_fact){ .what = (uint8_t)what, .a = a, .b = b });
}

/* The bytes of the next `n` facts. */
static struct str first(const struct trace *t, size_t n)
{
	struct cur c = cur_of(buf_str(&t->facts));
	struct ssh_fact f;

	while (n-- && fact_get(&c, &f))
		;
	return (struct str){ buf_ptr(&t->facts), buf_len(&t->facts) - c.n };
}

void trace_flush(struct session *s)
{
	struct trace *t = &s->trace;

	while (t->n && ipc_bucket_take(&t->pace, PACE, s->now)) {
		size_t n = t->n < IPC_TRACE_FACTS ? t->n : IPC_TRACE_FACTS;
		struct str facts = first(t, n);
		int rc = IPC_SEND(&s->core, TRACE, .lost = t->lost, .facts = facts);

		if (rc == E_AGAIN) /* core has other things to do: they wait */
			return;
		buf_consume(&t->facts, facts.n);
		t->n -= n;
		t->lost = 0;
		session_sent(s, rc);
	}
}
