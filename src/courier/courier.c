/* SPDX-License-Identifier: Apache-2.0
 *
 * courier.c: see courier.h. Core hands over lines and connections; a line is core's again, to be carried anew, until
 * the other end's kernel has acknowledged its last byte, so what breaks loses nothing that was on its way. What the
 * collector sends is read (that is how its end shows) and thrown away: syslog has no answers. RFC 3164 and 5426 (UDP),
 * 6587 (TCP), 5425 (TLS).
 */
#include "courier.h"

#include "base/err.h"
#include "ipc/worker.h"
#include "session/sandbox.h"
#include "tls/tls.h"

#include <errno.h>
#include <linux/sockios.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define COURIER_FD 3
#define CHUNK      4096
#define OUT_MAX    ((size_t)1 << 20)
#define OUT_ENOUGH ((size_t)16 << 10) /* what waits for the socket before another line joins it */
#define HEARD_MAX  ((size_t)64 << 10) /* a collector that talks more than this is none */
#define ASK_MS     50                 /* how often to ask what has arrived, while something has not */
#define QUIET      20                 /* who says nothing for so many of them has no objections */

struct line {
	TAILQ_ENTRY(line) link;
	uint64_t id, end; /* of this connection's bytes, where its own end; 0: not yet among them */
	size_t n;
	uint8_t text[];
};

static struct {
	struct ipc_channel core;
	bool known, octets, up;
	uint8_t transport;
	char name[256];
	int fd; /* -1: core was asked for a connection */
	struct tls *tls;
	struct buf chain, key; /* what the next connection shows of this device; empty: nothing */
	struct buf out;
	unsigned quiet;         /* of TLS: so often nothing was said since the handshake */
	uint64_t made, written; /* bytes of this connection: put into `out`, given to the kernel */
	size_t heard;
	TAILQ_HEAD(, line) lines;
} me;

/* --- to core --- */

#define TELL(NAME, ...) WORKER_TELL(&me.core, NAME, __VA_ARGS__)

/* The connection is no more; every line that has not arrived goes again by the next one. */
static void lose(const char *why)
{
	char text[COURIER_WHY];
	struct line *l;

	if (me.fd >= 0)
		close(me.fd);
	me.fd = -1;
	me.up = false;
	me.quiet = 0;
	tls_free(me.tls);
	me.tls = NULL;
	buf_clear(&me.out);
	TAILQ_FOREACH (l, &me.lines, link)
		l->end = 0;
	str_copy_printable(str_of(why), text, sizeof text);
	TELL(LOG_WANT, .why = str_of(text));
}

/* Everything before the first line that is not yet there has arrived. */
static void arrived(uint64_t bytes)
{
	uint64_t last = 0;
	struct line *l;

	while ((l = TAILQ_FIRST(&me.lines)) && l->end && l->end <= bytes) {
		last = l->id;
		TAILQ_REMOVE(&me.lines, l, link);
		free(l);
	}
	if (last)
		TELL(LOG_CARRIED, .id = last);
}

/* --- lines --- */

static struct line *next_line(void)
{
	struct line *l;

	TAILQ_FOREACH (l, &me.lines, link) {
		if (!l->end)
			return l;
	}
	return NULL;
}

static void frame(const struct line *l, struct buf *framed)
{
	if (me.octets)
		buf_printf(framed, "%zu ", l->n);
	buf_put(framed, l->text, l->n);
	if (!me.octets)
		buf_put_u8(framed, '\n');
}

/* As many lines as the socket may soon take. */
static void fill(void)
{
	struct errbuf e = { "" };
	struct buf framed;
	struct line *l;
	int rc = 0;

	while (me.up && rc == 0 && buf_len(&me.out) < OUT_ENOUGH && (l = next_line())) {
		size_t before = buf_len(&me.out);

		buf_init(&framed, 0);
		frame(l, &framed);
		if (me.transport == LOG_TLS)
			rc = tls_put(me.tls, buf_str(&framed), &me.out, &e);
		else
			buf_put(&me.out, buf_ptr(&framed), buf_len(&framed));
		buf_release(&framed);
		me.made += buf_len(&me.out) - before;
		l->end = me.made;
	}
	if (rc < 0)
		lose(e.text);
}

static ssize_t send_bytes(const void *p, size_t n)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)p, .iov_len = n };
	const struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	return sendmsg(me.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A datagram each. Whether it arrives nobody says; that nobody listened to an earlier one comes as an error of this. */
static void send_datagrams(void)
{
	struct line *l;
	ssize_t n;

	while ((l = next_line())) {
		n = send_bytes(l->text, l->n);
		if (n < 0 && errno == ECONNREFUSED)
			n = send_bytes(l->text, l->n);
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
			break;
		if (n < 0 && errno != ECONNREFUSED) {
			lose(strerror(errno));
			return;
		}
		l->end = 1;
	}
	arrived(1);
}

static void send_stream(void)
{
	ssize_t n = send_bytes(buf_ptr(&me.out), buf_len(&me.out));

	if (n >= 0) {
		buf_consume(&me.out, (size_t)n);
		me.written += (uint64_t)n;
		if (!me.up && me.transport == LOG_TCP) {
			me.up = true;
			TELL(LOG_UP, .unused = 0);
		}
	} else if (errno != EAGAIN && errno != EINTR && errno != ENOTCONN) {
		lose(strerror(errno));
	}
}

static void ask_kernel(void)
{
	int waiting = 0;

	if (ioctl(me.fd, SIOCOUTQ, &waiting) == 0 && waiting >= 0 && (uint64_t)waiting <= me.written)
		arrived(me.written - (uint64_t)waiting);
}

/* TLS, and what it has to say to that. What the collector says inside is counted and thrown away. */
static int converse(struct str bytes, struct errbuf *e)
{
	size_t before = buf_len(&me.out);
	struct buf heard;
	int rc;

	buf_init(&heard, 0);
	rc = tls_take(me.tls, bytes, &me.out, &heard, e);
	me.made += buf_len(&me.out) - before;
	me.heard += buf_len(&heard);
	buf_release(&heard);
	return rc;
}

/* --- from core --- */

static void on_host(const struct ipc_msg_LOG_HOST *m)
{
	if (me.known || m->transport >= LOG_TRANSPORTS || !str_copy(m->name, me.name, sizeof me.name))
		_exit(WORKER_CHANNEL);
	me.known = true;
	me.transport = m->transport;
	me.octets = m->octets;
	TELL(LOG_WANT, .why = STR(""));
}

static void on_show(const struct ipc_msg_LOG_SHOW *m)
{
	buf_clear(&me.chain);
	buf_clear(&me.key);
	buf_put(&me.chain, m->chain.p, m->chain.n);
	buf_put(&me.key, m->key.p, m->key.n);
}

static void on_socket(const struct ipc_msg_LOG_SOCKET *m, int *fd)
{
	const struct tls_ends ends = {
		.name = me.name, .authorities = m->authorities, .chain = buf_str(&me.chain), .key = buf_str(&me.key)
	};
	struct errbuf e = { "" };

	if (!me.known || me.fd >= 0)
		_exit(WORKER_CHANNEL);
	me.fd = *fd;
	*fd = -1;
	me.made = me.written = 0;
	me.heard = 0;
	if (me.transport == LOG_UDP) {
		me.up = true;
		TELL(LOG_UP, .unused = 0);
	}
	if (me.transport != LOG_TLS)
		return;
	me.tls = tls_new(&ends, &e);
	if (!me.tls || converse(STR(""), &e) < 0)
		lose(e.text);
}

static void on_line(const struct ipc_msg_LOG_LINE *m)
{
	struct line *l = malloc(sizeof *l + m->text.n);

	if (!l)
		_exit(WORKER_MEMORY);
	*l = (struct line){ .id = m->id, .n = m->text.n };
	memcpy(l->text, m->text.p, m->text.n);
	TAILQ_INSERT_TAIL(&me.lines, l, link);
}

static void handle(struct ipc_record *r)
{
	struct ipc_msg_LOG_SOCKET sock;
	struct ipc_msg_LOG_HOST host;
	struct ipc_msg_LOG_LINE line;
	struct ipc_msg_LOG_SHOW show;

	if (r->type == IPC_LOG_HOST && ipc_get_LOG_HOST(r->body, &host))
		on_host(&host);
	else if (r->type == IPC_LOG_SHOW && ipc_get_LOG_SHOW(r->body, &show))
		on_show(&show);
	else if (r->type == IPC_LOG_SOCKET && ipc_get_LOG_SOCKET(r->body, &sock))
		on_socket(&sock, &r->fds[0]);
	else if (r->type == IPC_LOG_LINE && ipc_get_LOG_LINE(r->body, &line))
		on_line(&line);
	else
		_exit(WORKER_CHANNEL);
}

/* --- from the collector --- */

static void stand(void)
{
	me.up = true;
	me.quiet = 0;
	TELL(LOG_UP, .unused = 0);
}

/* By TLS 1.3 a collector refuses this device's certificate behind the handshake. It would lose what it was sent before
 * that was heard: so lines wait until it has said something, or nothing for a while. */
static void wait_quietly(void)
{
	if (me.quiet && ++me.quiet > QUIET)
		stand();
}

static void take_tls(struct str bytes)
{
	struct errbuf e = { "" };
	int rc = converse(bytes, &e);

	if (rc == E_CLOSED)
		ask_kernel();
	if (rc < 0) {
		if (buf_len(&me.out)) /* the alert: it may be the only word a collector's owner gets */
			send_bytes(buf_ptr(&me.out), buf_len(&me.out));
		lose(e.text);
	} else if (rc == 1 && !me.up && tls_confirmed(me.tls)) {
		stand();
	} else if (rc == 1 && !me.up) {
		me.quiet = 1;
	}
}

static void read_collector(void)
{
	uint8_t bytes[CHUNK];
	ssize_t n = read(me.fd, bytes, sizeof bytes);

	if (n == 0) {
		ask_kernel();
		lose(me.quiet ? "the collector " TLS_UNCONFIRMED : "the collector closed the connection");
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		int error = errno;

		ask_kernel();
		lose(strerror(error));
	} else if (n > 0 && me.transport == LOG_TLS) {
		take_tls((struct str){ bytes, (size_t)n });
	} else if (n > 0) {
		me.heard += (size_t)n;
	}
	if (me.fd >= 0 && me.heard > HEARD_MAX)
		lose("the collector talks");
}

/* --- life --- */

static void move_stream(short events)
{
	if (events & (POLLIN | POLLERR | POLLHUP))
		read_collector();
	if (me.fd >= 0)
		fill();
	if (me.fd >= 0 && (buf_len(&me.out) || (!me.up && me.transport == LOG_TCP && (events & POLLOUT))))
		send_stream();
	if (me.fd >= 0 && me.up)
		ask_kernel();
}

/* What the collector is told next has come, or room for it, or it is time to ask what has arrived. */
static void serve(void)
{
	bool stream = me.transport != LOG_UDP;
	bool waits = buf_len(&me.out) || (stream ? !me.up && me.transport == LOG_TCP : next_line() != NULL);
	struct pollfd fds[2] = { { .fd = me.core.fd, .events = POLLIN },
				 { .fd = me.fd, .events = (short)((stream ? POLLIN : 0) | (waits ? POLLOUT : 0)) } };
	const struct line *first = TAILQ_FIRST(&me.lines);
	const struct timespec soon = { .tv_nsec = ASK_MS * 1000000L };
	nfds_t n = me.fd >= 0 && (stream || waits) ? 2 : 1;
	bool ticks = me.quiet || (stream && me.up && first && first->end);
	int ready = ppoll(fds, n, ticks ? &soon : NULL, NULL);

	if (ready < 0)
		return;
	if (ready == 0)
		wait_quietly();
	if (fds[0].revents)
		worker_read(&me.core, handle);
	if (me.fd < 0)
		return;
	if (stream)
		move_stream(n == 2 ? fds[1].revents : 0);
	else
		send_datagrams();
}

int courier_main(int argc, char **argv)
{
	bool tls = strcmp(argv[argc - 1], TLS_OPTION) == 0;

	if (!OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) || (tls && tls_prepare(true) < 0) ||
	    sandbox_alone(argc, argv, SANDBOX_SESSION | SANDBOX_COURIER, COURIER_FD, SANDBOX_SESSION_FDS,
			  RLIM_INFINITY) < 0)
		_exit(WORKER_LOCK);
	me.fd = -1;
	buf_init(&me.out, OUT_MAX);
	buf_init(&me.chain, 0);
	buf_init(&me.key, 0);
	TAILQ_INIT(&me.lines);
	if (ipc_channel_init(&me.core, COURIER_FD, FROM_CORE_TO_COURIER, false) < 0)
		_exit(WORKER_MEMORY);
	for (;;)
		serve();
}
