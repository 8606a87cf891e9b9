/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_radsec.c: questions by RADIUS over TLS (RFC 6614; asker_private.h). Runs in the asker; what the server sends is
 * hostile, although it has proved who it is. Logins and records share a connection; the next one is made when it is no
 * more, or when a question on it was given up, for then it may be dead. Packets are told apart by their Identifiers:
 * one is not used again before its reply has come or its connection has ended. A packet that does not count ends the
 * connection (RFC 6613 section 2.6.4), and nothing is sent twice on one.
 */
#include "asker_link.h"
#include "asker_question.h"

#include <string.h>

#define WANTS_MAX 2 /* connections core gives to one question */

static bool taken[UINT8_MAX + 1];
static const struct link *given_up[UINT8_MAX + 1]; /* by whom its reply would still come */

static struct buf local; /* this device's address on the connection that is shared */

unsigned asker_radsec_taken(void)
{
	unsigned n = 0;

	for (unsigned id = 0; id <= UINT8_MAX; id++)
		n += taken[id];
	return n;
}

/* --- connections and who is on them --- */

/* Of the request in talk.packet, also while it waits for a connection: it goes as it is. */
static void hold_id(struct question *q)
{
	taken[q->talk.sent.id] = true;
	q->held = true;
}

static void free_id(struct question *q)
{
	if (q->held)
		taken[q->talk.sent.id] = false;
	q->held = false;
}

/* It stays in use while its reply may come. */
static void release_id(struct question *q)
{
	if (q->held && q->talk.waits && q->conn) {
		given_up[q->talk.sent.id] = q->conn;
		q->held = false;
	}
	free_id(q);
}

static void end_conn(struct link *c)
{
	for (unsigned id = 0; id <= UINT8_MAX; id++) {
		if (given_up[id] == c) {
			given_up[id] = NULL;
			taken[id] = false;
		}
	}
	link_free(c);
}

/* It keeps its Identifier. */
static void move_from_conn(struct question *q)
{
	struct link *c = q->conn;

	q->conn = NULL;
	if (c && --c->users == 0 && !c->shared)
		end_conn(c);
}

static void leave_conn(struct question *q)
{
	release_id(q);
	move_from_conn(q);
}

static struct question *question_on(const struct link *c)
{
	struct question *q;

	LIST_FOREACH(q, &questions, entry)
	{
		if (q->conn == c)
			return q;
	}
	return NULL;
}

static void break_question(struct question *q, const char *why)
{
	leave_conn(q);
	question_break(q, why);
}

static void send_packet(struct question *q)
{
	link_put(q->conn, buf_str(&q->talk.packet));
	q->sent++;
	question_show(q, "Send", buf_str(&q->talk.packet));
}

static void go(struct question *q, struct link *c)
{
	int rc = 0;

	q->conn = c;
	c->users++;
	if (!q->begun && (rc = question_begin(q, buf_str(&local), taken)) == 0)
		hold_id(q);
	if (rc < 0)
		break_question(q, err_text(rc));
	else
		send_packet(q);
}

/* By the connection that is there, else by a new one. */
static void place(struct question *q)
{
	if (link_shared())
		go(q, link_shared());
	else if (q->wants++ < WANTS_MAX)
		ASKER_TELL(QUERY_WANT, .id = q->id);
	else
		break_question(q, "connection after connection ended");
}

/* The connection is no more. It may have died while nobody used it: who waits tries anew. Who does not wait, because
 * the user thinks, needs none. */
static void lose_conn(struct link *c, const char *why)
{
	bool was_up = c->up;
	struct question *q;

	c->shared = false;
	c->users++; /* it stays until the last question has left */
	while ((q = question_on(c))) {
		if (q->talk.waits && (!was_up || q->wants >= WANTS_MAX)) {
			break_question(q, why);
			continue;
		}
		move_from_conn(q);
		if (q->talk.waits)
			place(q);
	}
	end_conn(c);
}

/* --- from core --- */

static void on_query(const struct ipc_msg_QUERY *m)
{
	struct question *q = question_new(m);

	if (q)
		place(q);
}

static void on_socket(const struct ipc_msg_QUERY_SOCKET *m, int *fd)
{
	struct question *q = question_find(m->id);
	struct link *c = link_shared();

	if (!q || q->conn)
		return; /* over meanwhile; the descriptor goes with the record */
	if (!c) {
		c = link_new(*fd, &q->talk.why);
		*fd = -1;
		if (!c) {
			question_end(q, AAA_BROKEN);
			return;
		}
		c->shared = true;
		buf_release(&local);
		buf_init(&local, 0);
		buf_put(&local, m->local.p, m->local.n);
	}
	go(q, c);
}

static void on_answer(const struct ipc_msg_QUERY_ANSWER *m)
{
	struct question *q = question_find(m->id);
	int rc;

	if (!q) /* its end is on its way to core */
		return;
	if (m->abort) {
		if (q->conn && q->talk.waits)
			q->conn->shared = false;
		leave_conn(q);
		question_free(q);
		return;
	}
	rc = q->begun ? radius_talk_answer(&q->talk, m->text) : E_STATE;
	if (rc == 0)
		hold_id(q);
	if (rc < 0)
		break_question(q, err_text(rc));
	else if (q->conn)
		send_packet(q);
	else
		place(q);
}

/* Nothing gets lost on the way. */
static void on_again(uint32_t id)
{
	(void)id;
}

/* --- from the server --- */

static struct question *question_of(const struct link *c, uint8_t id)
{
	struct question *q;

	LIST_FOREACH(q, &questions, entry)
	{
		if (q->conn == c && q->held && q->talk.waits && q->talk.sent.id == id)
			return q;
	}
	return NULL;
}

/* It is told, and counted, as if one that waits had got it. */
static void refuse(struct link *c, enum radius_flaw flaw, const char *why)
{
	struct question *q = question_on(c);

	if (q)
		question_flaw(q, flaw);
	lose_conn(c, why);
}

/* False: the connection is gone. */
static bool take_reply(struct link *c, struct str packet)
{
	struct question *q = question_of(c, packet.p[1]);
	enum aaa_outcome outcome;
	enum radius_flaw flaw;

	if (!q && given_up[packet.p[1]] == c) {
		given_up[packet.p[1]] = NULL;
		taken[packet.p[1]] = false;
		return true;
	}
	if (!q) {
		refuse(c, RADIUS_UNKNOWN, "a reply to another request");
		return false;
	}
	outcome = radius_talk_reply(&q->talk, packet, &flaw);
	if (flaw != RADIUS_GOOD) {
		question_flaw(q, flaw);
		q->wants = WANTS_MAX; /* it would lie again */
		lose_conn(c, "a reply that does not count");
		return false;
	}
	q->received++;
	question_show(q, "Received", packet);
	release_id(q);
	if (outcome == AAA_ASKS) {
		ASKER_TELL(QUERY_PROMPT, .id = q->id, .asked = AAA_GETDATA, .echo = q->talk.echo,
			   .text = buf_str(&q->talk.text));
		return true;
	}
	c->users++;
	leave_conn(q);
	question_end(q, outcome);
	if (--c->users > 0 || c->shared)
		return true;
	end_conn(c);
	return false;
}

static void take_replies(struct link *c)
{
	static uint8_t packet[RADIUS_PACKET_MAX];
	struct str in;
	size_t n;

	while ((in = buf_str(&c->in)).n >= 4) {
		n = (size_t)in.p[2] << 8 | in.p[3];
		if (n < RADIUS_HEADER || n > RADIUS_PACKET_MAX) {
			refuse(c, RADIUS_MALFORMED, "a packet of an impossible length");
			return;
		}
		if (in.n < n)
			return;
		memcpy(packet, in.p, n);
		buf_consume(&c->in, n);
		if (!take_reply(c, (struct str){ packet, n }))
			return;
	}
}

static void tell_up(struct link *c)
{
	char text[LINK_DESCRIBED];
	const struct question *q;

	link_describe(c, text);
	LIST_FOREACH(q, &questions, entry)
	{
		if (q->conn == c && q->watched)
			ASKER_TELL(QUERY_NOTE, .id = q->id, .text = str_of(text));
	}
}

static void on_ready(const struct pollfd *fd)
{
	static const struct link_events events = { tell_up, take_replies, lose_conn };

	link_ready(fd, &events);
}

const struct asker_protocol asker_radsec = { on_query, on_socket, on_answer, on_again, link_poll, on_ready };
