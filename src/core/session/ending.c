/* SPDX-License-Identifier: Apache-2.0
 *
 * ending.c: see ending.h. Runs in core.
 */
#include "ending.h"

#include "core/session/peer.h"

#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STAT_MAX      1024
#define BEFORE_BEGUN  19 /* fields from the state of a process to the time it began: proc(5) */
#define TICKS_PER_SEC 100

struct ending {
	pid_t pid;
	uint64_t ms;
};

uint64_t ending_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* UINT64_MAX when nobody can say. */
static uint64_t begun_ms(pid_t pid)
{
	char path[32], text[STAT_MAX], *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strrchr(text, ')'); /* its name may hold anything */
	at = at ? strchr(at, ' ') : NULL;
	for (unsigned i = 0; at && i < BEFORE_BEGUN; i++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) * (1000 / TICKS_PER_SEC) : UINT64_MAX;
}

/* The descriptor first: what is read then is about the process it names, or that is gone and nothing is killed. */
void ending_kill(pid_t pid, uint64_t ms)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return;
	if (begun_ms(pid) <= ms)
		syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	close(fd);
}

static void on_grace(evutil_socket_t fd, short what, void *arg)
{
	struct ending *e = arg;

	(void)fd;
	(void)what;
	ending_kill(e->pid, e->ms);
	free(e);
}

void ending_begin(struct event_base *base, pid_t pid, bool now)
{
	struct timeval grace = { PEER_CLOSE_GRACE_MS / 1000, 0 };
	struct ending *e;

	if (pid <= 0)
		return;
	e = now ? NULL : malloc(sizeof *e);
	if (e) {
		*e = (struct ending){ pid, ending_now_ms() };
		if (event_base_once(base, -1, EV_TIMEOUT, on_grace, e, &grace) == 0)
			return;
		free(e);
	}
	ending_kill(pid, ending_now_ms());
}
