/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_tacacs.c: questions by TACACS+ (asker_private.h). Runs in the asker; what the server sends is hostile. Each has
 * a session of the protocol: on a connection of its own, or, where the server agreed (RFC 8907 section 4.3), on one
 * that stays and is shared. By TLS (RFC 9887) the same packets go in clear.
 */
#include "asker_link.h"
#include "asker_private.h"

#include "aaa/tacacs_talk.h"
#include "base/err.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

struct query {
	LIST_ENTRY(query) entry;
	uint32_t id;
	struct link *conn; /* NULL: core was asked for one */
	struct tacacs_talk talk;
	struct buf first; /* packet, for a connection that is not there yet or turns out to be dead */
	bool retried, watched;
	uint32_t sent, received;
};

static LIST_HEAD(, query) queries;

/* --- queries and connections --- */

static void leave_conn(struct query *q)
{
	struct link *c = q->conn;

	q->conn = NULL;
	if (c && --c->users == 0 && !c->shared)
		link_free(c);
}

static void free_query(struct query *q)
{
	leave_conn(q);
	LIST_REMOVE(q, entry);
	tacacs_talk_release(&q->talk);
	buf_release(&q->first);
	free(q);
}

static void end_query(struct query *q, enum aaa_outcome outcome)
{
	ASKER_TELL(QUERY_RESULT, .id = q->id, .outcome = (uint8_t)outcome, .text = buf_str(&q->talk.text),
		   .why = str_of(q->talk.why.text), .args = str_list_of(&q->talk.args, q->talk.n_args), .sent = q->sent,
		   .received = q->received);
	free_query(q);
}

static void break_query(struct query *q, const char *why)
{
	err_set(&q->talk.why, E_IO, "%s", why);
	end_query(q, AAA_BROKEN);
}

static struct query *find_query(uint32_t id)
{
	struct query *q;

	LIST_FOREACH(q, &queries, entry)
	{
		if (q->id == id)
			return q;
	}
	return NULL;
}

static struct query *query_on(const struct link *c, const uint32_t *session)
{
	struct query *q;

	LIST_FOREACH(q, &queries, entry)
	{
		if (q->conn == c && (!session || q->talk.session == *session))
			return q;
	}
	return NULL;
}

static void join_conn(struct query *q, struct link *c)
{
	q->conn = c;
	c->users++;
	link_put(c, buf_str(&q->first));
	q->sent++;
}

/* The connection is no more. A kept one may have died while nobody used it: who has just begun on it tries anew. */
static void lose_conn(struct link *c, const char *why)
{
	bool kept = c->shared || c->doubted;
	struct query *q;

	c->shared = false;
	c->users++; /* it stays until the last query has left */
	while ((q = query_on(c, NULL))) {
		if (!kept || q->received || q->retried) {
			break_query(q, why);
			continue;
		}
		q->retried = true;
		q->sent--;
		leave_conn(q);
		ASKER_TELL(QUERY_WANT, .id = q->id);
	}
	link_free(c);
}

/* --- from core --- */

static void on_query(const struct ipc_msg_QUERY *m)
{
	struct query *q = calloc(1, sizeof *q);
	const struct tacacs_terms terms = { buf_str(&asker_server.key), asker_server.single, asker_server.tls };
	const struct aaa_query ask = asker_query(m);
	int rc;

	if (!q || m->kind >= AAA_KINDS || find_query(m->id))
		_exit(WORKER_CHANNEL);
	q->id = m->id;
	q->watched = m->watched;
	buf_init(&q->first, 0);
	LIST_INSERT_HEAD(&queries, q, entry);
	rc = tacacs_talk_begin(&q->talk, &ask, &terms, &q->first);
	if (rc < 0)
		break_query(q, err_text(rc));
	else if (link_shared())
		join_conn(q, link_shared());
	else
		ASKER_TELL(QUERY_WANT, .id = q->id);
}

static void on_socket(const struct ipc_msg_QUERY_SOCKET *m, int *fd)
{
	struct query *q = find_query(m->id);
	struct link *c;

	if (!q || q->conn)
		return; /* over meanwhile; the descriptor goes with the record */
	c = link_new(*fd, &q->talk.why);
	*fd = -1;
	if (c)
		join_conn(q, c);
	else
		end_query(q, AAA_BROKEN);
}

static void doubt(struct link *c)
{
	c->doubted |= c->shared;
	c->shared = false;
}

/* Core's word that a query is over comes as an abort; the server is told where it waits for the user. Where its reply
 * is what did not come, the connection may be dead: who asks next has another. */
static void on_answer(const struct ipc_msg_QUERY_ANSWER *m)
{
	struct query *q = find_query(m->id);
	struct buf packet;
	int rc;

	if (!q) /* its end is on its way to core */
		return;
	buf_init(&packet, 0);
	rc = q->conn ? tacacs_talk_answer(&q->talk, m->text, m->abort, &packet) : E_STATE;
	if (rc == 0) {
		link_put(q->conn, buf_str(&packet));
		q->sent++;
	}
	if (m->abort) {
		if (rc < 0 && q->conn && q->talk.waits)
			doubt(q->conn);
		if (rc == 0) /* at once: its connection may be closed with it */
			link_send(q->conn);
		free_query(q);
	} else if (rc < 0) {
		break_query(q, err_text(rc));
	}
	buf_release(&packet);
}

/* --- from the server --- */

/* A whole packet at the start of `in`. False: the connection is gone. */
static bool take_packet(struct link *c, const struct tacacs_header *h)
{
	struct query *q = query_on(c, &h->session);
	enum aaa_outcome outcome;

	if (!q && (c->shared || c->doubted)) { /* of a query that was given up */
		buf_consume(&c->in, TACACS_HEADER + h->length);
		return true;
	}
	if (!q) {
		lose_conn(c, "a reply to another session");
		return false;
	}
	q->received++;
	outcome = tacacs_talk_reply(&q->talk, h, c->in.data + c->in.off + TACACS_HEADER);
	buf_consume(&c->in, TACACS_HEADER + h->length);
	if (asker_server.single && q->talk.single && !link_shared())
		c->shared = true;
	if (outcome == AAA_ASKS) {
		ASKER_TELL(QUERY_PROMPT, .id = q->id, .asked = q->talk.asked, .echo = q->talk.echo,
			   .text = buf_str(&q->talk.text));
		return true;
	}
	if (outcome == AAA_BROKEN) /* who sends nonsense once is not listened to any more */
		c->shared = c->doubted = false;
	c->users++;
	end_query(q, outcome);
	c->users--;
	if (outcome == AAA_BROKEN)
		lose_conn(c, "the connection was given up");
	else if (c->users == 0 && !c->shared)
		link_free(c);
	else
		return true;
	return false;
}

static void take_packets(struct link *c)
{
	struct tacacs_header h;

	while (tacacs_get_header(buf_str(&c->in), &h)) {
		if (h.length > TACACS_BODY_MAX) {
			lose_conn(c, "an oversized reply");
			return;
		}
		if (buf_len(&c->in) < TACACS_HEADER + (size_t)h.length || !take_packet(c, &h))
			return;
	}
}

static void tell_up(struct link *c)
{
	char text[LINK_DESCRIBED];
	const struct query *q;

	link_describe(c, text);
	LIST_FOREACH(q, &queries, entry)
	{
		if (q->conn == c && q->watched)
			ASKER_TELL(QUERY_NOTE, .id = q->id, .text = str_of(text));
	}
}

static void on_ready(const struct pollfd *fd)
{
	static const struct link_events events = { tell_up, take_packets, lose_conn };

	link_ready(fd, &events);
}

/* It is for protocols that lose packets. */
static void on_again(uint32_t id)
{
	(void)id;
}

const struct asker_protocol asker_tacacs = { on_query, on_socket, on_answer, on_again, link_poll, on_ready };
