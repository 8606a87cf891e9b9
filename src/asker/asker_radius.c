/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_radius.c: questions by RADIUS (asker_private.h). Runs in the asker; whoever can send datagrams is hostile. Each
 * question has a connected socket of its own, with a port that the kernel chose, so that nothing of another address
 * comes to it and no two questions share the 256 Identifiers. A datagram that does not count is told to core and
 * forgotten: the reply may still come.
 */
#include "asker_question.h"

#include <errno.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- to the server --- */

/* A datagram that cannot leave is as good as one that was lost; one that gets the error of another goes now. */
static void send_packet(struct question *q)
{
	struct iovec iov = { .iov_base = q->talk.packet.data + q->talk.packet.off,
			     .iov_len = buf_len(&q->talk.packet) };
	const struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	ssize_t n = sendmsg(q->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno == ECONNREFUSED)
		n = sendmsg(q->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	q->sent += n >= 0;
	question_show(q, "Send", buf_str(&q->talk.packet));
}

/* --- from core --- */

static void on_query(const struct ipc_msg_QUERY *m)
{
	struct question *q = question_new(m);

	if (q)
		ASKER_TELL(QUERY_WANT, .id = q->id);
}

static void on_socket(const struct ipc_msg_QUERY_SOCKET *m, int *fd)
{
	struct question *q = question_find(m->id);
	int rc;

	if (!q || q->fd >= 0)
		return; /* over meanwhile; the descriptor goes with the record */
	q->fd = *fd;
	*fd = -1;
	rc = question_begin(q, m->local, NULL);
	if (rc < 0)
		question_break(q, err_text(rc));
	else
		send_packet(q);
}

static void on_answer(const struct ipc_msg_QUERY_ANSWER *m)
{
	struct question *q = question_find(m->id);
	int rc;

	if (!q) /* its end is on its way to core */
		return;
	if (m->abort) {
		question_free(q);
		return;
	}
	rc = q->fd >= 0 ? radius_talk_answer(&q->talk, m->text) : E_STATE;
	if (rc < 0)
		question_break(q, err_text(rc));
	else
		send_packet(q);
}

static void on_again(uint32_t id)
{
	struct question *q = question_find(id);

	if (q && q->fd >= 0 && radius_talk_again(&q->talk) == 0)
		send_packet(q);
}

/* --- from the server --- */

/* The host of the server says that nobody listens (ICMP, for this very port): no reply will come. Whoever is on the way
 * can say so, too, and could as well drop what is sent; core marks nothing by it. */
static void refused(struct question *q)
{
	if (!q->talk.waits)
		return;
	err_set(&q->talk.why, E_IO, "nobody listens at its port");
	question_end(q, AAA_ABSENT);
}

static void read_reply(struct question *q)
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
		question_flaw(q, flaw);
		return;
	}
	q->received++;
	question_show(q, "Received", (struct str){ bytes, (size_t)n });
	if (outcome == AAA_ASKS)
		ASKER_TELL(QUERY_PROMPT, .id = q->id, .asked = AAA_GETDATA, .echo = q->talk.echo,
			   .text = buf_str(&q->talk.text));
	else
		question_end(q, outcome);
}

static nfds_t poll_queries(struct pollfd *fds, nfds_t max)
{
	const struct question *q;
	nfds_t n = 0;

	LIST_FOREACH(q, &questions, entry)
	{
		if (q->fd >= 0 && n < max)
			fds[n++] = (struct pollfd){ q->fd, POLLIN, 0 };
	}
	return n;
}

static void on_ready(const struct pollfd *fd)
{
	struct question *q;

	LIST_FOREACH(q, &questions, entry)
	{
		if (q->fd == fd->fd)
			break;
	}
	if (q)
		read_reply(q);
}

const struct asker_protocol asker_radius = { on_query, on_socket, on_answer, on_again, poll_queries, on_ready };
