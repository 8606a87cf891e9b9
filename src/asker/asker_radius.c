/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_radius.c: questions by RADIUS (asker_private.h). Runs in the asker; whoever can send datagrams is hostile. Each
 * question has a connected socket of its own, with a port that the kernel chose, so that nothing of another address
 * comes to it and no two questions share the 256 Identifiers. A datagram that does not count is told to core and
 * forgotten: the reply may still come.
 */
#include "asker_private.h"

#include "aaa/radius_talk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOTES_MAX 8    /* told of one question */
#define SHOWN_MAX 8000 /* bytes of a packet in words */

struct query {
	LIST_ENTRY(query) entry;
	uint32_t id;
	int fd;          /* -1: core was asked for it */
	struct buf asks; /* QUERY, until the socket is there: its address is part of the question */
	struct radius_talk talk;
	bool watched;
	unsigned notes;
	uint32_t sent, received;
};

static LIST_HEAD(, query) queries;

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

static void free_query(struct query *q)
{
	LIST_REMOVE(q, entry);
	if (q->fd >= 0)
		close(q->fd);
	radius_talk_release(&q->talk);
	buf_release(&q->asks);
	free(q);
}

static void end_query(struct query *q, enum aaa_outcome outcome)
{
	const struct radius_talk *t = &q->talk;
	struct str_list args = str_list_of(&t->args, outcome == AAA_YES ? t->n_args : 0);

	if (outcome != AAA_YES)
		args.raw = STR("");
	ASKER_TELL(QUERY_RESULT, .id = q->id, .outcome = (uint8_t)outcome, .text = buf_str(&t->text),
		   .why = str_of(t->why.text), .args = args, .echo = buf_str(&t->keep), .sent = q->sent,
		   .received = q->received);
	free_query(q);
}

static void break_query(struct query *q, const char *why)
{
	err_set(&q->talk.why, E_IO, "%s", why);
	end_query(q, AAA_BROKEN);
}

/* --- words --- */

static void put_authenticator(struct buf *out, struct str packet)
{
	buf_puts(out, " authenticator");
	for (size_t i = 4; i < RADIUS_HEADER && i < packet.n; i++)
		buf_printf(out, "%s%02X", i == 12 ? " - " : " ", packet.p[i]);
	buf_puts(out, "\n");
}

/* A packet that was sent or received, for `debug radius`. */
static void show(const struct query *q, const char *what, struct str packet)
{
	struct buf out, lines;

	if (!q->watched || packet.n < RADIUS_HEADER)
		return;
	buf_init(&out, SHOWN_MAX);
	buf_init(&lines, 0);
	buf_printf(&out, "%s %s id %u, len %zu\n", what, radius_code_name(packet.p[0]), packet.p[1], packet.n);
	put_authenticator(&out, packet);
	radius_show(&lines, packet);
	for (struct cur c = cur_of(buf_str(&lines)); c.n;) {
		const uint8_t *end = memchr(c.p, '\n', c.n);
		struct str line = cur_take(&c, end ? (size_t)(end - c.p) + 1 : c.n);

		buf_puts(&out, " ");
		buf_put(&out, line.p, line.n);
	}
	ASKER_TELL(QUERY_NOTE, .id = q->id, .text = buf_str(&out));
	buf_release(&lines);
	buf_release(&out);
}

static void tell_flaw(struct query *q, enum radius_flaw flaw)
{
	static const char *const words[RADIUS_FLAWS] = {
		[RADIUS_MALFORMED] = "a malformed reply",
		[RADIUS_UNKNOWN] = "a reply to another request",
		[RADIUS_FORGED] = "a reply not made with this key",
		[RADIUS_UNSIGNED] = "a reply without Message-Authenticator",
	};

	if (q->notes++ < NOTES_MAX)
		ASKER_TELL(QUERY_NOTE, .id = q->id, .flaw = (uint8_t)flaw, .text = str_of(words[flaw]));
}

/* --- to the server --- */

/* A datagram that cannot leave is as good as one that was lost; one that gets the error of another goes now. */
static void send_packet(struct query *q)
{
	struct iovec iov = { .iov_base = q->talk.packet.data + q->talk.packet.off,
			     .iov_len = buf_len(&q->talk.packet) };
	const struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	ssize_t n = sendmsg(q->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno == ECONNREFUSED)
		n = sendmsg(q->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	q->sent += n >= 0;
	show(q, "Send", buf_str(&q->talk.packet));
}

/* --- from core --- */

static void on_query(const struct ipc_msg_QUERY *m)
{
	struct query *q = calloc(1, sizeof *q);

	if (!q || find_query(m->id))
		_exit(WORKER_MEMORY);
	q->id = m->id;
	q->fd = -1;
	q->watched = m->watched;
	buf_init(&q->asks, IPC_MAX_RECORD);
	ipc_put_QUERY(&q->asks, m);
	LIST_INSERT_HEAD(&queries, q, entry);
	if (q->asks.err)
		break_query(q, err_text(q->asks.err));
	else
		ASKER_TELL(QUERY_WANT, .id = q->id);
}

static int begin(struct query *q, struct str local)
{
	struct cur c = cur_of(buf_str(&q->asks));
	struct ipc_msg_QUERY m;
	struct aaa_query ask;
	int rc;

	cur_u16(&c); /* the type of the record */
	if (!ipc_get_QUERY((struct str){ c.p, c.n }, &m))
		return E_INVAL;
	ask = asker_query(&m);
	ask.local = local;
	rc = radius_talk_begin(&q->talk, &ask, buf_str(&asker_server.key), asker_server.sign);
	buf_release(&q->asks);
	return rc;
}

static void on_socket(const struct ipc_msg_QUERY_SOCKET *m, int *fd)
{
	struct query *q = find_query(m->id);
	int rc;

	if (!q || q->fd >= 0)
		return; /* over meanwhile; the descriptor goes with the record */
	q->fd = *fd;
	*fd = -1;
	rc = begin(q, m->local);
	if (rc < 0)
		break_query(q, err_text(rc));
	else
		send_packet(q);
}

static void on_answer(const struct ipc_msg_QUERY_ANSWER *m)
{
	struct query *q = find_query(m->id);
	int rc;

	if (!q) /* its end is on its way to core */
		return;
	if (m->abort) {
		free_query(q);
		return;
	}
	rc = q->fd >= 0 ? radius_talk_answer(&q->talk, m->text) : E_STATE;
	if (rc < 0)
		break_query(q, err_text(rc));
	else
		send_packet(q);
}

static void on_again(uint32_t id)
{
	struct query *q = find_query(id);

	if (q && q->fd >= 0 && radius_talk_again(&q->talk) == 0)
		send_packet(q);
}

/* --- from the server --- */

/* The host of the server says that nobody listens (ICMP, for this very port): no reply will come. Whoever is on the way
 * can say so, too, and could as well drop what is sent; core marks nothing by it. */
static void refused(struct query *q)
{
	if (!q->talk.waits)
		return;
	err_set(&q->talk.why, E_IO, "nobody listens at its port");
	end_query(q, AAA_ABSENT);
}

static void read_reply(struct query *q)
{
	static uint8_t bytes[RADIUS_PACKET_MAX + 1];
	ssize_t n = read(q->fd, bytes, sizeof bytes);
	enum aaa_outcome outcome;
	enum radius_flaw flaw;

	if (n < 0 && errno == ECONNREFUSED)
		refused(q);
	if (n < 0)
		return;
	outcome = radius_talk_reply(&q->talk, (struct str){ bytes, (size_t)n }, &flaw);
	if (flaw != RADIUS_GOOD) {
		tell_flaw(q, flaw);
		return;
	}
	q->received++;
	show(q, "Received", (struct str){ bytes, (size_t)n });
	if (outcome == AAA_ASKS)
		ASKER_TELL(QUERY_PROMPT, .id = q->id, .asked = AAA_GETDATA, .echo = q->talk.echo,
			   .text = buf_str(&q->talk.text));
	else
		end_query(q, outcome);
}

static nfds_t poll_queries(struct pollfd *fds, nfds_t max)
{
	const struct query *q;
	nfds_t n = 0;

	LIST_FOREACH(q, &queries, entry)
	{
		if (q->fd >= 0 && n < max)
			fds[n++] = (struct pollfd){ q->fd, POLLIN, 0 };
	}
	return n;
}

static void on_ready(const struct pollfd *fd)
{
	struct query *q;

	LIST_FOREACH(q, &queries, entry)
	{
		if (q->fd == fd->fd)
			break;
	}
	if (q)
		read_reply(q);
}

const struct asker_protocol asker_radius = { on_query, on_socket, on_answer, on_again, poll_queries, on_ready };
