/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_link.c: see asker_link.h. Runs in the asker; what the server sends is hostile. RFC 9887 section 3 (TACACS+ has
 * TLS 1.3 and nothing before it), RFC 6614 section 2.3.
 */
#include "asker_link.h"

#include "asker_private.h"
#include "tls/tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK   4096
#define IN_MAX  ((size_t)64 << 10) /* the longest packet, and a record of TLS */
#define OUT_MAX ((size_t)1 << 20)

static LIST_HEAD(, link) conns;

static bool begin_tls(struct link *c, struct errbuf *e)
{
	const struct tls_ends ends = { .name = asker_server.name,
				       .authorities = buf_str(&asker_server.authorities),
				       .only_13 = asker_server.speaks == &asker_tacacs,
				       .chain = buf_str(&asker_server.chain),
				       .key = buf_str(&asker_server.own) };

	c->tls = tls_new(&ends, e);
	return c->tls && tls_take(c->tls, STR(""), &c->out, &c->in, e) >= 0;
}

struct link *link_new(int fd, struct errbuf *e)
{
	struct link *c = calloc(1, sizeof *c);

	if (!c)
		_exit(WORKER_MEMORY);
	c->fd = fd;
	c->up = !asker_server.tls;
	buf_init(&c->in, IN_MAX);
	buf_init(&c->held, OUT_MAX);
	buf_init(&c->out, OUT_MAX);
	LIST_INSERT_HEAD(&conns, c, entry);
	if (!asker_server.tls || begin_tls(c, e))
		return c;
	link_free(c);
	return NULL;
}

void link_free(struct link *c)
{
	LIST_REMOVE(c, entry);
	close(c->fd);
	tls_free(c->tls);
	buf_release(&c->in);
	buf_release(&c->held);
	buf_release(&c->out);
	free(c);
}

void link_describe(const struct link *c, char text[LINK_DESCRIBED])
{
	char how[TLS_DESCRIBED];

	tls_describe(c->tls, how);
	snprintf(text, LINK_DESCRIBED, "TLS connection stands: %s", how);
}

void link_put(struct link *c, struct str bytes)
{
	struct errbuf e = { "" };

	if (!c->up)
		buf_put(&c->held, bytes.p, bytes.n);
	else if (!c->tls)
		buf_put(&c->out, bytes.p, bytes.n);
	else if (bytes.n && tls_put(c->tls, bytes, &c->out, &e) < 0)
		c->out.err = c->out.err ? c->out.err : E_IO;
}

/* As send(2), which is not among the system calls of these walls. */
bool link_send(struct link *c)
{
	struct iovec iov = { .iov_base = c->out.data + c->out.off, .iov_len = buf_len(&c->out) };
	const struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n = iov.iov_len ? sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;

	if (n > 0)
		buf_forget(&c->out, (size_t)n);
	return n >= 0 || errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
}

struct link *link_shared(void)
{
	struct link *c;

	LIST_FOREACH(c, &conns, entry)
	{
		if (c->shared)
			return c;
	}
	return NULL;
}

static struct link *link_of(int fd)
{
	struct link *c;

	LIST_FOREACH(c, &conns, entry)
	{
		if (c->fd == fd)
			return c;
	}
	return NULL;
}

nfds_t link_poll(struct pollfd *fds, nfds_t max)
{
	const struct link *c;
	nfds_t n = 0;

	LIST_FOREACH(c, &conns, entry)
	{
		if (n < max)
			fds[n++] = (struct pollfd){ c->fd, (short)(POLLIN | (buf_len(&c->out) ? POLLOUT : 0)), 0 };
	}
	return n;
}

/* --- what comes --- */

static void stand(struct link *c, const struct link_events *events)
{
	c->up = true;
	link_put(c, buf_str(&c->held));
	buf_clear(&c->held);
	events->up(c);
}

/* What was said before an end counts. */
static void take_tls(struct link *c, struct str bytes, const struct link_events *events)
{
	struct errbuf e = { "" };
	int fd = c->fd, rc = tls_take(c->tls, bytes, &c->out, &c->in, &e);

	if (rc == 1 && !c->up)
		stand(c, events);
	if (buf_len(&c->in))
		events->bytes(c);
	c = link_of(fd);
	if (rc >= 0 || !c)
		return;
	link_send(c); /* the alert: it may be the only word the server's owner gets */
	events->lost(c, e.text);
}

static void read_conn(struct link *c, const struct link_events *events)
{
	uint8_t bytes[CHUNK];
	ssize_t n = read(c->fd, bytes, sizeof bytes);

	if (n > 0 && c->tls) {
		take_tls(c, (struct str){ bytes, (size_t)n }, events);
	} else if (n > 0) {
		buf_put(&c->in, bytes, (size_t)n);
		events->bytes(c);
	} else if (n == 0 && !c->up) {
		events->lost(c, "the server closed the connection in the handshake of TLS");
	} else if (n == 0 && c->tls && !tls_confirmed(c->tls)) {
		events->lost(c, "the server " TLS_UNCONFIRMED);
	} else if (n == 0) {
		events->lost(c, buf_len(&c->in) ? "the server closed the connection in the middle of a reply"
						: "the server closed the connection");
	} else if (errno != EAGAIN && errno != EINTR) {
		events->lost(c, strerror(errno));
	}
}

/* One may end another: each is looked for again. */
void link_ready(const struct pollfd *fd, const struct link_events *events)
{
	struct link *c = link_of(fd->fd);

	if (c && c->out.err)
		events->lost(c, "the server does not read");
	else if (c && fd->revents & POLLOUT && !link_send(c))
		events->lost(c, strerror(errno));
	c = link_of(fd->fd);
	if (c && fd->revents & (POLLIN | POLLERR | POLLHUP))
		read_conn(c, events);
	c = link_of(fd->fd);
	if (c && c->in.err)
		events->lost(c, "more than a reply can be");
}
