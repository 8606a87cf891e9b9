/* SPDX-License-Identifier: Apache-2.0
 *
 * crash.c: see crash.h. Runs in rommon.
 */
#include "crash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool crash_count(struct crash_history *h, uint64_t now_ms)
{
	uint64_t *slot = &h->at[h->count % CRASH_LIMIT], oldest;

	*slot = now_ms;
	h->count++;
	if (h->count < CRASH_LIMIT)
		return false;
	oldest = h->at[h->count % CRASH_LIMIT];
	return now_ms - oldest <= CRASH_WINDOW_MS;
}

void crash_cause(int wait_status, struct errbuf *cause)
{
	if (WIFSIGNALED(wait_status))
		err_set(cause, 0, "killed by signal %d (%s)", WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
	else
		err_set(cause, 0, "ended by itself with status %d", WEXITSTATUS(wait_status));
}

static int is_note(const struct dirent *d)
{
	return strncmp(d->d_name, "crash-", 6) == 0;
}

static void drop_oldest(int crashinfo_fd)
{
	struct dirent **list;
	int n = scandirat(crashinfo_fd, ".", &list, is_note, alphasort);

	for (int i = 0; i < n; i++) {
		if (i < n - CRASH_KEEP)
			unlinkat(crashinfo_fd, list[i]->d_name, 0);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void copy_log_end(int run_fd, int to)
{
	char bytes[2048];
	int fd = openat(run_fd, "boot.log", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n =
	    size > 0 ? pread(fd, bytes, sizeof bytes, size > (off_t)sizeof bytes ? size - (off_t)sizeof bytes : 0) : 0;

	if (n > 0)
		dprintf(to, "end of boot.log:\n%.*s\n", (int)n, bytes);
	if (fd >= 0)
		close(fd);
}

void crash_note(int crashinfo_fd, int run_fd, const struct crash *c)
{
	char name[64], stamp[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	int fd = -1;

	if (!gmtime_r(&now, &tm))
		return;
	strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &tm);
	for (int i = 0; i < 10 && fd < 0; i++) { /* several may fall into one second */
		snprintf(name, sizeof name, "crash-%s-%d.txt", stamp, i);
		fd = openat(crashinfo_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	}
	if (fd < 0)
		return;
	strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &tm);
	dprintf(fd, "time: %s UTC\ncause: %s\nimage: flash0:%s\nversion: %s\nprocess: %d\nup: %llu.%03llu s\n", stamp,
		c->cause, c->image, c->version, (int)c->pid, (unsigned long long)c->up_ms / 1000,
		(unsigned long long)c->up_ms % 1000);
	copy_log_end(run_fd, fd);
	close(fd);
	drop_oldest(crashinfo_fd);
}
