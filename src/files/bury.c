/* SPDX-License-Identifier: Apache-2.0
 *
 * bury.c: see bury.h. The thread closes one descriptor and ends: it touches nothing that others have, and no signal
 * goes to it.
 */
#include "bury.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE (4 << 20)
#define STACK 65536

int bury_open(int dirfd, const char *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) || st.st_size < LARGE)
		return -1;
	return openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

static void *close_it(void *arg)
{
	close((int)(intptr_t)arg);
	return NULL;
}

static bool in_a_thread(int fd)
{
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

	if (pthread_attr_init(&attr))
		return false;
	pthread_attr_setstacksize(&attr, STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, &attr, close_it, (void *)(intptr_t)fd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return rc == 0;
}

void bury(int fd)
{
	struct stat st;
	bool large;

	if (fd < 0)
		return;
	large = fstat(fd, &st) == 0 && st.st_nlink == 0 && st.st_size >= LARGE;
	if (!large || !in_a_thread(fd))
		close(fd);
}
