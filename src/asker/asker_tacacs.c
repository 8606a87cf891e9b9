/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_tacacs.c: questions by TACACS+ (asker_private.h). Runs in the asker; what the server sends is hostile. Each has
 * a session of the protocol: on a connection of its own, or, where the server agreed (RFC 8907 section 4.3), on one
 * that stays and is shared.
 */
#include "asker_private.h"

#include "aaa/tacacs_talk.h"
#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK   4096
#define IN_MAX  ((size_t)TACACS_HEADER + TACACS_BODY_MAX + CHUNK)
#define OUT_MAX ((size_t)1 << 20)

struct conn {
	LIST_ENTRY(conn) entry;
	int fd;
	bool shared;    /* the server agreed to keep it */
	unsigned users; /* queries on it */
	struct buf in, out;
};

struct query {
	LIST_ENTRY(query) entry;
	uint32_t id;
	struct conn *conn; /* NULL: core was asked for one */
	struct tacacs_talk talk;
	struct buf first; /* packet, for a connection that is not there yet or turns out to be dead */
	bool retried;
	uint32_t sent, received;
};

static LIST_HEAD(, conn) conns;
static LIST_HEAD(, query) queries;

/* --- queries and connections --- */

/* Writes what it can; false: the connection is broken (errno). As send(2), which is not among the system calls of these
 * walls. */
static bool send_some(struct conn *c)
{
	struct iovec iov = { .iov_base = c->out.data + c->out.off, .iov_len = buf_len(&c->out) };
	const struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n = iov.iov_len ? sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;

	if (n > 0)
		buf_forget(&c->out, (size_t)n);
	return n >= 0 || errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
}

static void free_conn(struct conn *c)
{
	LIST_REMOVE(c, entry);
	close(c->fd);
	buf_release(&c->in);
	buf_release(&c->out);
	free(c);
}

static void leave_conn(struct query *q)
{
	struct conn *c = q->conn;

	q->conn = NULL;
	if (c && --c->users == 0 && !c->shared)
		free_conn(c);
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

static struct query *query_on(const struct conn *c, const uint32_t *session)
{
	struct query *q;

	LIST_FOREACH(q, &queries, entry)
	{
		if (q->conn == c && (!session || q->talk.session == *session))
			return q;
	}
	return NULL;
}

static struct conn *shared_conn(void)
{
	struct conn *c;

	LIST_FOREACH(c, &conns, entry)
	{
		if (c->shared)
			return c;
	}
	return NULL;
}

static void join_conn(struct query *q, struct conn *c)
{
	q->conn = c;
	c->users++;
	buf_put(&c->out, buf_ptr(&q->first), buf_len(&q->first));
	q->sent++;
}

/* The connection is no more. A kept one may have died while nobody used it: who has just begun on it tries anew. */
static void lose_conn(struct conn *c, const char *why)
{
	bool was_shared = c->shared;
	struct query *q;

	c->shared = false;
	c->users++; /* it stays until the last query has left */
	while ((q = query_on(c, NULL))) {
		if (!was_shared || q->received || q->retried) {
			break_query(q, why);
			continue;
		}
		q->retried = true;
		q->sent--;
		leave_conn(q);
		ASKER_TELL(QUERY_WANT, .id = q->id);
	}
	free_conn(c);
}

/* --- from core --- */

static void on_query(const struct ipc_msg_QUERY *m)
{
	struct query *q = calloc(1, sizeof *q);
	const struct aaa_query ask = asker_query(m);
	int rc;

	if (!q || m->kind >= AAA_KINDS || find_query(m->id))
		_exit(WORKER_CHANNEL);
	q->id = m->id;
	buf_init(&q->first, 0);
	LIST_INSERT_HEAD(&queries, q, entry);
	rc = tacacs_talk_begin(&q->talk, &ask, buf_str(&asker_server.key), asker_server.single, &q->first);
	if (rc < 0)
		break_query(q, err_text(rc));
	else if (shared_conn())
		join_conn(q, shared_conn());
	else
		ASKER_TELL(QUERY_WANT, .id = q->id);
}

static void on_socket(const struct ipc_msg_QUERY_SOCKET *m, int *fd)
{
	struct query *q = find_query(m->id);
	struct conn *c;

	if (!q || q->conn)
		return; /* over meanwhile; the descriptor goes with the record */
	c = calloc(1, sizeof *c);
	if (!c)
		_exit(WORKER_MEMORY);
	c->fd = *fd;
	*fd = -1;
	buf_init(&c->in, IN_MAX);
	buf_init(&c->out, OUT_MAX);
	LIST_INSERT_HEAD(&conns, c, entry);
	join_conn(q, c);
}

/* Core's word that a query is over comes as an abort; the server is told where it waits for the user. */
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
		buf_put(&q->conn->out, buf_ptr(&packet), buf_len(&packet));
		q->sent++;
	}
	if (m->abort) {
		if (rc == 0) /* at once: its connection may be closed with it */
			send_some(q->conn);
		free_query(q);
	} else if (rc < 0) {
		break_query(q, err_text(rc));
	}
	buf_release(&packet);
}

/* --- from the server --- */

/* A whole packet at the start of `in`. False: the connection is gone. */
static bool take_packet(struct conn *c, const struct tacacs_header *h)
{
	struct query *q = query_on(c, &h->session);
	enum aaa_outcome outcome;

	if (!q && c->shared) { /* of a query that was given up */
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
	if (asker_server.single && q->talk.single && !shared_conn())
		c->shared = true;
	if (outcome == AAA_ASKS) {
		ASKER_TELL(QUERY_PROMPT, .id = q->id, .asked = q->talk.asked, .echo = q->talk.echo,
			   .text = buf_str(&q->talk.text));
		return true;
	}
	if (outcome == AAA_BROKEN) /* who sends nonsense once is not listened to any more */
		c->shared = false;
	c->users++;
	end_query(q, outcome);
	c->users--;
	if (outcome == AAA_BROKEN)
		lose_conn(c, "the connection was given up");
	else if (c->users == 0 && !c->shared)
		free_conn(c);
	else
		return true;
	return false;
}

/* False: the connection is gone. */
static bool take_packets(struct conn *c)
{
	struct tacacs_header h;

	while (tacacs_get_header(buf_str(&c->in), &h)) {
		if (h.length > TACACS_BODY_MAX) {
			lose_conn(c, "an oversized reply");
			return false;
		}
		if (buf_len(&c->in) < TACACS_HEADER + (size_t)h.length)
			return true;
		if (!take_packet(c, &h))
			return false;
	}
	return true;
}

static void read_conn(struct conn *c)
{
	uint8_t *room = buf_room(&c->in, CHUNK);
	ssize_t n = room ? read(c->fd, room, CHUNK) : -1;

	if (!room) {
		lose_conn(c, "out of memory");
	} else if (n > 0) {
		buf_claim(&c->in, (size_t)n);
		take_packets(c);
	} else if (n == 0) {
		lose_conn(c, buf_len(&c->in) ? "the server closed the connection in the middle of a reply"
					     : "the server closed the connection");
	} else if (errno != EAGAIN && errno != EINTR) {
		lose_conn(c, strerror(errno));
	}
}

static void write_conn(struct conn *c)
{
	if (c->out.err)
		lose_conn(c, "the server does not read");
	else if (!send_some(c))
		lose_conn(c, strerror(errno));
}

/* --- the loop --- */

static struct conn *conn_of(int fd)
{
	struct conn *c;

	LIST_FOREACH(c, &conns, entry)
	{
		if (c->fd == fd)
			return c;
	}
	return NULL;
}

static nfds_t poll_conns(struct pollfd *fds, nfds_t max)
{
	const struct conn *c;
	nfds_t n = 0;

	LIST_FOREACH(c, &conns, entry)
	{
		if (n < max)
			fds[n++] = (struct pollfd){ c->fd, (short)(POLLIN | (buf_len(&c->out) ? POLLOUT : 0)), 0 };
	}
	return n;
}

/* One may end another: each is looked for again. */
static void on_ready(const struct pollfd *fd)
{
	struct conn *c;

	if (fd->revents & POLLOUT && (c = conn_of(fd->fd)))
		write_conn(c);
	if (fd->revents & (POLLIN | POLLERR | POLLHUP) && (c = conn_of(fd->fd)))
		read_conn(c);
}

/* It is for protocols that lose packets. */
static void on_again(uint32_t id)
{
	(void)id;
}

const struct asker_protocol asker_tacacs = { on_query, on_socket, on_answer, on_again, poll_conns, on_ready };
