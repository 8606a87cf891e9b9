/* SPDX-License-Identifier: Apache-2.0
 *
 * spawn.c: see spawn.h. Runs in core.
 */
#include "spawn.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROLE_FD  3
#define IMAGE_FD 10 /* out of the way of 0–3; closed by the exec */

/* In the child: nothing here may touch core's memory beyond its arguments. */
static _Noreturn void become(const struct spawn_host *h, char *const argv[], int fd)
{
	static char *const environment[] = { NULL };
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), image;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fd = fcntl(fd, F_DUPFD_CLOEXEC, IMAGE_FD + 1);
	image = dup3(h->image_fd, IMAGE_FD, O_CLOEXEC) >= 0 ? IMAGE_FD : -1;
	if (null < 0 || fd < 0 || image < 0)
		_exit(126);
	for (int i = 0; i < ROLE_FD; i++) {
		if (dup2(null, i) < 0)
			_exit(126);
	}
	if (dup2(fd, ROLE_FD) < 0 || syscall(SYS_close_range, ROLE_FD + 1, IMAGE_FD - 1, 0) < 0 ||
	    syscall(SYS_close_range, IMAGE_FD + 1, ~0U, 0) < 0)
		_exit(126);
	syscall(SYS_execveat, image, "", argv, environment, AT_EMPTY_PATH);
	_exit(127);
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
	pid = fork();
	if (pid < 0)
		return err_set(e, E_IO, "fork for \"%s\" failed: %s", role, strerror(errno));
	if (pid == 0)
		become(h, argv, fd);
	return pid;
}
