/* SPDX-License-Identifier: Apache-2.0
 *
 * core.c: see core.h. Runs in rommon.
 */
#include "core.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWEEP_STEP_US 5000
#define SWEEP_POLITE  20 /* steps left to the device's processes to go by themselves when core has gone */
#define SWEEP_STEPS   400

/* Descriptor numbers may overlap with their targets, so all move out of the way first. */
static int place(const int *from, int count)
{
	int high[BOOT_FD_END];

	for (int i = 0; i < count; i++)
		if ((high[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 64)) < 0)
			return -1;
	for (int i = 0; i < count; i++)
		if (dup2(high[i], i) < 0)
			return -1;
	return close_range(BOOT_FD_END, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* In the child. Its failure travels to the parent over `report`, which a successful exec closes. */
static void exec_core(const struct core_start *s, int control, int report, pid_t parent)
{
	const char *argv[7 + 2 * BOOT_LENT_MAX + 1] = { "ravelin-image",    "--role",  "core",
							"--device",         s->device, "--interface",
							BOOT_INTERFACE_TEXT };
	char *const envp[] = { NULL };
	int fds[BOOT_FD_END], n = 7;
	sigset_t none;

	for (size_t i = 0; i < s->lent_count && i < 2 * BOOT_LENT_MAX; i++)
		argv[n++] = s->lent[i];
	fds[0] = fds[1] = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds[2] = s->log_fd;
	fds[BOOT_FD_CONTROL] = control;
	fds[BOOT_FD_CONSOLE] = s->console_fd;
	fds[BOOT_FD_IMAGE] = s->image_fd;
	fds[BOOT_FD_DEVICE] = s->device_fd;
	report = fcntl(report, F_DUPFD_CLOEXEC, 128);
	setsid();
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Core dies with rommon, whatever happens; the check closes the gap before the prctl. */
	if (place(fds, BOOT_FD_END) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
		execveat(BOOT_FD_IMAGE, "", (char *const *)argv, envp, AT_EMPTY_PATH);
	n = errno;
	if (write(report, &n, sizeof n) != sizeof n)
		_exit(126);
	_exit(127);
}

int core_start(struct core *c, const struct core_start *s, uint64_t now_ms, struct errbuf *e)
{
	int pair[2], report[2], failure = 0;
	pid_t parent = getpid();

	*c = (struct core){ .control = -1, .started_ms = now_ms, .heard_ms = now_ms };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_set(e, E_IO, "no channel to the image: %s", strerror(errno));
	if (pipe2(report, O_CLOEXEC)) {
		close(pair[0]);
		close(pair[1]);
		return err_set(e, E_IO, "no channel to the image: %s", strerror(errno));
	}
	c->pid = fork();
	if (c->pid == 0)
		exec_core(s, pair[1], report[1], parent);
	if (c->pid < 0)
		failure = errno;
	close(pair[1]);
	close(report[1]);
	if (c->pid > 0 && read(report[0], &failure, sizeof failure) == sizeof failure)
		waitpid(c->pid, NULL, 0);
	close(report[0]);
	if (failure) {
		c->pid = 0;
		close(pair[0]);
		return err_set(e, E_IO, "cannot run it: %s", strerror(failure));
	}
	c->control = pair[0];
	return 0;
}

static void take_words(char *dst, const struct boot_message *m)
{
	memcpy(dst, m->text, sizeof m->text);
	dst[sizeof m->text - 1] = '\0';
	for (char *p = dst; *p; p++)
		if (*p != '\n' && (*p < ' ' || *p > '~'))
			*p = '?';
}

void core_listen(struct core *c, uint64_t now_ms)
{
	struct boot_message m;
	ssize_t n;

	while (c->control >= 0) {
		n = recv(c->control, &m, sizeof m, MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) { /* gone, or going: its exit tells the rest */
			close(c->control);
			c->control = -1;
			return;
		}
		if (n != sizeof m)
			continue;
		c->heard = true;
		c->heard_ms = now_ms;
		c->ready |= m.type == BOOT_READY;
		c->reload |= m.type == BOOT_RELOAD;
		if (m.type == BOOT_FAILED) {
			c->failed = true;
			take_words(c->words, &m);
		} else if (m.type == BOOT_STATUS) {
			take_words(c->status, &m);
		}
	}
}

void core_ask_stop(struct core *c)
{
	struct boot_message m = { .type = BOOT_STOP };

	if (c->control < 0 || send(c->control, &m, sizeof m, MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof m)
		kill(c->pid, SIGKILL);
}

uint64_t core_deadline(const struct core *c)
{
	if (!c->pid)
		return UINT64_MAX;
	return c->heard_ms + (c->heard ? BOOT_DEAD_MS : BOOT_START_MS);
}

/* rommon is child subreaper: whoever loses its parent becomes our child, and shows up here. */
static void kill_children(void)
{
	char list[4096], *p = list, *end;
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, list, sizeof list - 1);

	if (fd >= 0)
		close(fd);
	list[n < 0 ? 0 : n] = '\0';
	for (;; p = end) {
		long pid = strtol(p, &end, 10);

		if (end == p || (*end != ' ' && *end != '\0'))
			return;
		if (pid > 1 && *end == ' ') /* a number cut off at the end of the list is not one */
			kill((pid_t)pid, SIGKILL);
	}
}

bool core_sweep(struct core *c)
{
	pid_t group = c->pid;

	if (c->control >= 0)
		close(c->control);
	c->control = -1;
	c->pid = 0;
	for (int step = 0; step < SWEEP_STEPS; step++) {
		pid_t got;

		while ((got = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (got < 0 && errno == ECHILD)
			return true;
		if (step >= SWEEP_POLITE) {
			if (group > 1)
				kill(-group, SIGKILL);
			kill_children();
		}
		usleep(SWEEP_STEP_US);
	}
	return false;
}
