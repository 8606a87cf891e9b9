/* SPDX-License-Identifier: Apache-2.0
 *
 * spawn.c: see spawn.h. Runs in core. The child has core's memory until it executes, and core waits that long: a copy
 * of a large configuration's pages would cost core more than that.
 */
#include "spawn.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROLE_FD  3
#define IMAGE_FD 10 /* out of the way of 0–3; closed by the exec */
#define STACK    16384

struct child {
	const struct spawn_host *host;
	char **argv;
	int fd;
};

/* No signal runs core's handlers in the child: they would act on core's memory. */
static void forget_handlers(void)
{
	struct sigaction now;
	sigset_t none;

	for (int s = 1; s < NSIG; s++) {
		if (sigaction(s, NULL, &now) == 0 && now.sa_handler != SIG_IGN && now.sa_handler != SIG_DFL)
			signal(s, SIG_DFL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: nothing here may change core's memory, but for this stack. */
static int become(void *arg)
{
	static char *const environment[] = { NULL };
	const struct child *c = arg;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), fd, image;

	forget_handlers();
	fd = fcntl(c->fd, F_DUPFD_CLOEXEC, IMAGE_FD + 1);
	image = dup3(c->host->image_fd, IMAGE_FD, O_CLOEXEC) >= 0 ? IMAGE_FD : -1;
	if (null < 0 || fd < 0 || image < 0)
		_exit(126);
	for (int i = 0; i < ROLE_FD; i++) {
		if (dup2(null, i) < 0)
			_exit(126);
	}
	if (dup2(fd, ROLE_FD) < 0 || syscall(SYS_close_range, ROLE_FD + 1, IMAGE_FD - 1, 0) < 0 ||
	    syscall(SYS_close_range, IMAGE_FD + 1, ~0U, 0) < 0)
		_exit(126);
	syscall(SYS_execveat, image, "", c->argv, environment, AT_EMPTY_PATH);
	_exit(127);
}

/* Returns when the child has executed, or ended. */
static pid_t start(struct child *c)
{
	_Alignas(16) char stack[STACK];
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = clone(become, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, c);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

pid_t spawn_role(const struct spawn_host *h, const char *role, const char *option, int fd, struct errbuf *e)
{
	char uid[16], gid[16], name[48], dir[4096], more[32] = "";
	char *argv[] = { (char[]){ "ravelin-image" },
			 (char[]){ "--role" },
			 name,
			 (char[]){ "--device" },
			 dir,
			 (char[]){ "--uid" },
			 uid,
			 (char[]){ "--gid" },
			 gid,
			 NULL,
			 NULL };
	const size_t without_user = 5, with_user = 9;
	pid_t pid;

	snprintf(uid, sizeof uid, "%u", h->uid);
	snprintf(gid, sizeof gid, "%u", h->gid);
	snprintf(name, sizeof name, "%s", role);
	snprintf(dir, sizeof dir, "%s", h->device_dir);
	snprintf(more, sizeof more, "%s", option ? option : "");
	argv[h->uid ? with_user : without_user] = option ? more : NULL;
	argv[h->uid ? with_user + 1 : without_user + 1] = NULL;
	if (h->image_fd < 0)
		return err_set(e, E_STATE, "no image to run \"%s\" from", role);
	pid = start(&(struct child){ h, argv, fd });
	if (pid < 0)
		return err_set(e, E_IO, "no process for \"%s\": %s", role, strerror(errno));
	return pid;
}
