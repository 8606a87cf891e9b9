/* SPDX-License-Identifier: Apache-2.0
 *
 * control.c: see control.h. Runs in rommon and in the launcher's client commands.
 */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The folder's path may be longer than sun_path; the descriptor's never is. */
static struct sockaddr_un address(int run_fd)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof a.sun_path, "/proc/self/fd/%d/%s", run_fd, CONTROL_NAME);
	return a;
}

int control_listen(int run_fd, struct errbuf *e)
{
	struct sockaddr_un a = address(run_fd);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t before = umask(0177);
	int bad;

	unlinkat(run_fd, CONTROL_NAME, 0);
	bad = fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 8);
	umask(before);
	if (!bad)
		return fd;
	err_set(e, E_IO, "no control socket \"run/%s\": %s", CONTROL_NAME, strerror(errno));
	if (fd >= 0)
		close(fd);
	return E_IO;
}

int control_connect(int run_fd)
{
	struct sockaddr_un a = address(run_fd);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return errno == EACCES || errno == EPERM ? E_DENIED : E_NOTFOUND;
}

int control_send(int fd, uint32_t type, const void *bytes, size_t n)
{
	struct control_message m = { .type = type, .n = (uint32_t)n };
	size_t size = offsetof(struct control_message, bytes) + n;
	ssize_t sent;
	int error;

	if (n > CONTROL_BYTES)
		return E_TOOBIG;
	if (n)
		memcpy(m.bytes, bytes, n);
	sent = send(fd, &m, size, MSG_NOSIGNAL);
	error = errno;
	explicit_bzero(m.bytes, n); /* it may be a password */
	if (sent == (ssize_t)size)
		return 0;
	return error == EAGAIN || error == EINTR || error == ENOBUFS ? E_AGAIN : E_CLOSED;
}

int control_receive(int fd, struct control_message *m)
{
	ssize_t n = recv(fd, m, sizeof *m, MSG_TRUNC);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? E_AGAIN : E_CLOSED;
	if (n == 0)
		return E_CLOSED;
	if ((size_t)n < offsetof(struct control_message, bytes) || m->n > CONTROL_BYTES ||
	    (size_t)n != offsetof(struct control_message, bytes) + m->n)
		return E_INVAL;
	return 0;
}
