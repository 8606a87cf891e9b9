/* SPDX-License-Identifier: Apache-2.0
 *
 * ipc.c: sending and receiving records; see ipc.h. Runs in core, gate and session.
 * In core and gate every record is hostile: whatever the peer sends, a failed receive leaves no descriptor behind,
 * and a record is handed on only when it fits its row of messages.h.
 */
#include "ipc/ipc.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IPC_ROW(n, f, p, m, d, r) [IPC_##n] = { .name = #n, .from = f, .phases = p, .fds = d, .max = m, .rate = r },
const struct ipc_row ipc_rows[IPC_TYPES] = { [IPC_NONE] = { .name = "NONE" }, IPC_MESSAGES(IPC_ROW) };
#undef IPC_ROW

#define IPC_FITS(n, f, p, m, d, r)                                                                                     \
	_Static_assert((d) <= IPC_MAX_FDS && (m) <= IPC_MAX_RECORD, "row " #n " is larger than a record may be");
IPC_MESSAGES(IPC_FITS)
#undef IPC_FITS

#define TYPE_BYTES 2
#define BURST_SECS 4
/* More than any record may bring: what exceeds a row must arrive to be closed. */
#define CONTROL_BYTES (CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(IPC_MAX_FDS * sizeof(int)))

int ipc_pair(int fds[2])
{
	int on = 1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0) {
		fds[0] = fds[1] = -1;
		return E_IO;
	}
	if (setsockopt(fds[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) {
		close(fds[0]);
		close(fds[1]);
		fds[0] = fds[1] = -1;
		return E_IO;
	}
	return 0;
}

int ipc_channel_init(struct ipc_channel *ch, int fd, enum ipc_from accept_from, bool rate_limits)
{
	*ch = (struct ipc_channel){ .fd = fd, .accept_from = accept_from };
	buf_init(&ch->in, IPC_MAX_RECORD);
	if (!rate_limits)
		return 0;
	ch->rate = calloc(IPC_TYPES, sizeof *ch->rate);
	if (!ch->rate)
		return E_NOMEM;
	for (unsigned i = 0; i < IPC_TYPES; i++)
		ipc_bucket_init(&ch->rate[i], ipc_rows[i].rate);
	return 0;
}

void ipc_channel_release(struct ipc_channel *ch)
{
	if (ch->fd >= 0)
		close(ch->fd);
	ch->fd = -1;
	buf_release(&ch->in);
	free(ch->rate);
	ch->rate = NULL;
}

void ipc_bucket_init(struct ipc_bucket *b, uint32_t rate)
{
	*b = (struct ipc_bucket){ .milli = (uint64_t)rate * BURST_SECS * 1000 };
}

bool ipc_bucket_take(struct ipc_bucket *b, uint32_t rate, uint64_t now_ms)
{
	uint64_t full = (uint64_t)rate * BURST_SECS * 1000;
	uint64_t elapsed = now_ms > b->at_ms ? now_ms - b->at_ms : 0;

	if (elapsed > BURST_SECS * 1000)
		elapsed = BURST_SECS * 1000;
	b->at_ms = now_ms > b->at_ms ? now_ms : b->at_ms;
	b->milli += elapsed * rate;
	if (b->milli > full)
		b->milli = full;
	if (b->milli < 1000)
		return false;
	b->milli -= 1000;
	return true;
}

void ipc_record_release(struct ipc_record *r)
{
	for (unsigned i = 0; i < IPC_MAX_FDS; i++) {
		if (r->fds[i] >= 0)
			close(r->fds[i]);
		r->fds[i] = -1;
	}
	r->nfds = 0;
}

/* Takes the descriptors of one control message; what does not fit is closed here and counted by the caller. */
static void take_fds(const struct cmsghdr *c, struct ipc_record *r, unsigned *extra)
{
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int fd;

	for (size_t i = 0; i < n; i++) {
		memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
		if (r->nfds < IPC_MAX_FDS) {
			r->fds[r->nfds++] = fd;
		} else {
			close(fd);
			++*extra;
		}
	}
}

static int take_control(struct msghdr *msg, struct ipc_record *r)
{
	unsigned extra = 0;
	struct ucred cred;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_RIGHTS)
			take_fds(c, r, &extra);
		if (c->cmsg_type == SCM_CREDENTIALS && c->cmsg_len == CMSG_LEN(sizeof cred)) {
			memcpy(&cred, CMSG_DATA(c), sizeof cred);
			r->pid = cred.pid;
			r->uid = cred.uid;
		}
	}
	return extra || (msg->msg_flags & MSG_CTRUNC) ? E_INVAL : 0;
}

static int check(struct ipc_channel *ch, unsigned phase, uint64_t now_ms, struct ipc_record *r)
{
	struct cur c = cur_of(buf_str(&ch->in));
	const struct ipc_row *row;

	r->type = cur_u16(&c);
	if (c.bad || r->type == IPC_NONE || r->type >= IPC_TYPES)
		return E_INVAL;
	row = &ipc_rows[r->type];
	r->body = (struct str){ c.p, c.n };
	if (row->from != ch->accept_from)
		return E_INVAL;
	if (!(row->phases & phase))
		return E_STATE;
	if (r->body.n > row->max)
		return E_TOOBIG;
	if (r->nfds != row->fds)
		return E_INVAL;
	if (ch->rate && row->rate && !ipc_bucket_take(&ch->rate[r->type], row->rate, now_ms))
		return E_LIMIT;
	return 0;
}

int ipc_recv(struct ipc_channel *ch, unsigned phase, uint64_t now_ms, struct ipc_record *r)
{
	union {
		struct cmsghdr align;
		char raw[CONTROL_BYTES];
	} control;
	struct iovec iov = { .iov_len = IPC_MAX_RECORD };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};
	ssize_t n;
	int rc;

	*r = (struct ipc_record){ .fds = { -1, -1 } };
	buf_clear(&ch->in);
	iov.iov_base = buf_room(&ch->in, IPC_MAX_RECORD);
	if (!iov.iov_base)
		return E_NOMEM;
	do
		n = recvmsg(ch->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? E_AGAIN : errno == ECONNRESET ? E_CLOSED : E_IO;
	buf_claim(&ch->in, (size_t)n);
	rc = take_control(&msg, r);
	if (rc == 0 && n == 0) /* the end, or an empty record: nobody of ours sends one */
		rc = E_CLOSED;
	if (rc == 0 && (msg.msg_flags & MSG_TRUNC))
		rc = E_TOOBIG;
	if (rc == 0)
		rc = check(ch, phase, now_ms, r);
	if (rc)
		ipc_record_release(r);
	return rc;
}

static int send_error(int err)
{
	switch (err) {
	case EAGAIN:
	case ENOBUFS:
		return E_AGAIN;
	case EPIPE:
	case ECONNRESET:
	case ENOTCONN:
		return E_CLOSED;
	case EMSGSIZE:
		return E_TOOBIG;
	case ETOOMANYREFS:
		return E_LIMIT;
	default:
		return E_IO;
	}
}

/* Our own mistakes are found here and not by the peer. */
static int check_outgoing(const struct buf *b, unsigned nfds)
{
	struct cur c = cur_of(buf_str(b));
	uint16_t type = cur_u16(&c);

	if (b->err)
		return b->err;
	if (c.bad || type == IPC_NONE || type >= IPC_TYPES || nfds != ipc_rows[type].fds)
		return E_INVAL;
	return buf_len(b) > TYPE_BYTES + (size_t)ipc_rows[type].max ? E_TOOBIG : 0;
}

static void attach_fds(struct msghdr *msg, const int *fds, unsigned nfds)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
	memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
}

int ipc_send(struct ipc_channel *ch, struct buf *b, const int *fds, unsigned nfds)
{
	union {
		struct cmsghdr align;
		char raw[CMSG_SPACE(IPC_MAX_FDS * sizeof(int))];
	} control = { 0 };
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int rc = check_outgoing(b, nfds);
	ssize_t n;

	if (rc)
		goto out;
	iov = (struct iovec){ .iov_base = b->data + b->off, .iov_len = buf_len(b) };
	if (nfds) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		attach_fds(&msg, fds, nfds);
	}
	do
		n = sendmsg(ch->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		rc = send_error(errno);
out:
	buf_clear(b);
	return rc;
}
