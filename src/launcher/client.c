/* SPDX-License-Identifier: Apache-2.0
 *
 * client.c: `ravelin console`, `stop` and `status`: they talk to the device's rommon over its control socket.
 */
#include "launcher.h"

#include "rommon/control.h"
#include "rommon/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define GONE_MS  15000 /* rommon itself allows its image STOP_MS and then sweeps */
#define QUIET_MS 1000  /* input that is no terminal and has ended: leave when the device has nothing more to say */

/* A descriptor, E_NOTFOUND if it does not run, or another E_* with the reason. */
static int reach(const char *dir, struct device *d, struct errbuf *e)
{
	int rc, run_fd;

	if ((rc = device_open(d, dir, e)))
		return rc == E_NOTFOUND ? E_IO : rc;
	run_fd = openat(d->fd, "run", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (run_fd < 0)
		return err_set(e, E_DENIED, "cannot open \"%.150s/run\": %s", d->path, strerror(errno));
	rc = control_connect(run_fd);
	close(run_fd);
	if (rc == E_DENIED)
		err_set(e, rc, "\"%.150s\" belongs to somebody else", d->path);
	else if (rc < 0)
		err_set(e, rc, "\"%.150s\" is not running", d->path);
	return rc;
}

static const char *only_dir(int argc, char **argv)
{
	if (argc != 2 || argv[1][0] == '-')
		return NULL;
	return argv[1];
}

/* Prints what comes until the end; true if the end was a proper one. */
static bool print_answer(int fd)
{
	struct control_message m;

	while (control_receive(fd, &m) == 0) {
		if (m.type == CONTROL_TEXT)
			printf("%.*s%s", (int)m.n, m.bytes, m.n && m.bytes[m.n - 1] == '\n' ? "" : "\n");
		if (m.type == CONTROL_END)
			return true;
	}
	return false;
}

int status_command(int argc, char **argv)
{
	const char *dir = only_dir(argc, argv);
	struct device d;
	struct errbuf e;
	int fd;

	if (!dir)
		return launcher_usage(argv[0], "give one folder");
	fd = reach(dir, &d, &e);
	if (fd == E_NOTFOUND) {
		printf("%s: not running\n", d.path);
		return EXIT_NOT_RUNNING;
	}
	if (fd < 0)
		return launcher_fail(&e);
	if (control_send(fd, CONTROL_STATUS, NULL, 0) == 0 && print_answer(fd))
		return EXIT_DONE;
	err_set(&e, E_CLOSED, "\"%.150s\" is just stopping", d.path);
	return launcher_fail(&e);
}

static int rommon_pidfd(int fd)
{
	struct ucred who;
	socklen_t n = sizeof who;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) ? -1 : pidfd_open(who.pid, 0);
}

int stop_command(int argc, char **argv)
{
	const char *dir = only_dir(argc, argv);
	struct control_message m;
	struct device d;
	struct errbuf e;
	int fd, pidfd;

	if (!dir)
		return launcher_usage(argv[0], "give one folder");
	fd = reach(dir, &d, &e);
	if (fd == E_NOTFOUND) {
		printf("%s: not running\n", d.path);
		return EXIT_DONE;
	}
	if (fd < 0)
		return launcher_fail(&e);
	pidfd = rommon_pidfd(fd);
	if (control_send(fd, CONTROL_STOP, NULL, 0) == 0)
		while (control_receive(fd, &m) == 0 && m.type != CONTROL_END)
			;
	if (pidfd < 0 || poll(&(struct pollfd){ .fd = pidfd, .events = POLLIN }, 1, GONE_MS) > 0)
		return EXIT_DONE;
	err_set(&e, E_TIMEOUT, "\"%.150s\" does not stop", d.path);
	return launcher_fail(&e);
}

struct console_client {
	int fd, signal_fd;
	struct tty tty;
	const char *end; /* not NULL: leave, and say this */
	int code;
};

static void send_window(struct console_client *c, uint32_t type)
{
	struct control_window w = { 0, 0 };
	unsigned rows, cols;

	if (tty_size(&c->tty, &rows, &cols))
		w = (struct control_window){ (uint16_t)rows, (uint16_t)cols };
	if (control_send(c->fd, type, &w, sizeof w))
		c->end = "connection lost";
}

static void from_terminal(struct console_client *c)
{
	char bytes[512];
	ssize_t n = read(c->tty.in, bytes, sizeof bytes);
	char *escape = n > 0 && c->tty.terminal ? memchr(bytes, TTY_ESCAPE, (size_t)n) : NULL;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		c->tty.in = -1;
		c->end = c->tty.terminal ? "terminal lost" : NULL;
		return;
	}
	if (escape)
		n = escape - bytes;
	if (n && control_send(c->fd, CONTROL_DATA, bytes, (size_t)n))
		c->end = "connection lost";
	else if (escape)
		c->end = "detached";
	explicit_bzero(bytes, sizeof bytes); /* it may be a password */
}

static void print_all(const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(STDOUT_FILENO, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return;
		p += w;
		n -= (size_t)w;
	}
}

static void from_device(struct console_client *c)
{
	static char why[CONTROL_BYTES + 1];
	struct control_message m;
	int rc = control_receive(c->fd, &m);

	if (rc) {
		c->end = "connection lost";
		c->code = EXIT_FAILED;
	} else if (m.type == CONTROL_DATA || m.type == CONTROL_TEXT) {
		print_all(m.bytes, m.n);
	} else if (m.type == CONTROL_END) {
		snprintf(why, sizeof why, "%.*s", (int)m.n, m.bytes);
		c->end = why;
	}
}

static void on_signal(struct console_client *c)
{
	struct signalfd_siginfo s;

	if (read(c->signal_fd, &s, sizeof s) != sizeof s)
		return;
	if (s.ssi_signo == SIGWINCH)
		send_window(c, CONTROL_WINDOW);
	else
		c->end = "detached";
}

static int attach(struct console_client *c, bool with_break)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	c->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	tty_open(&c->tty);
	send_window(c, CONTROL_CONSOLE);
	if (with_break && control_send(c->fd, CONTROL_BREAK, NULL, 0))
		c->end = "connection lost";
	while (!c->end) {
		struct pollfd p[] = { { c->tty.in, POLLIN, 0 }, { c->fd, POLLIN, 0 }, { c->signal_fd, POLLIN, 0 } };
		int n = poll(p, 3, c->tty.in < 0 ? QUIET_MS : -1);

		if (n == 0)
			c->end = "end of input";
		if (n > 0 && p[1].revents)
			from_device(c);
		if (n > 0 && !c->end && p[0].revents)
			from_terminal(c);
		if (n > 0 && !c->end && p[2].revents)
			on_signal(c);
	}
	tty_restore();
	return c->code;
}

int console_command(int argc, char **argv)
{
	struct console_client client = { .code = EXIT_DONE };
	bool with_break = false;
	struct device d;
	struct errbuf e;
	int c;

	opterr = 0;
	while ((c = getopt(argc, argv, "b")) != -1) {
		if (c != 'b')
			return launcher_usage(argv[0], "unknown option");
		with_break = true;
	}
	if (argc - optind != 1)
		return launcher_usage(argv[0], "give one folder");
	client.fd = reach(argv[optind], &d, &e);
	if (client.fd < 0)
		return launcher_fail(&e);
	if (isatty(STDIN_FILENO))
		fprintf(stderr, "[console of %s; Ctrl-] detaches]\n", d.path);
	c = attach(&client, with_break);
	fprintf(stderr, "\n[%s]\n", client.end);
	return c;
}
