/* SPDX-License-Identifier: Apache-2.0
 *
 * rommon.c: start, one poll loop, stop: what comes in is handed to machine.c, which boots the image, stays with it and
 * boots it again, and to clients.c. Resident as long as the device runs, so it links libc only and keeps its state in
 * static memory. It believes the image it verified and the owner's clients; it reads no byte from any network.
 */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_signal(struct rommon *r)
{
	struct signalfd_siginfo s;
	unsigned rows, cols;
	int status;
	pid_t pid;

	if (read(r->signal_fd, &s, sizeof s) != sizeof s)
		return;
	if (s.ssi_signo == SIGCHLD) { /* orphans of the device come here too */
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == r->core.pid)
				machine_core_ended(r, status);
	} else if (s.ssi_signo == SIGWINCH) {
		if (tty_size(&r->tty, &rows, &cols))
			console_resize(&r->console, rows, cols);
	} else {
		machine_stop(r);
	}
}

/* ---- the loop ---- */

enum { P_SIGNAL, P_LISTEN, P_CONTROL, P_LINE, P_TTY_IN, P_TTY_OUT, P_CLIENT, P_END = P_CLIENT + CLIENTS };

static bool lags(struct rommon *r, struct console_reader *reader)
{
	const char *p;

	return console_peek(&r->console, reader, &p) > 0;
}

static bool line_held(struct rommon *r, uint64_t now)
{
	for (int i = 0; i < CLIENTS; i++)
		if (r->clients[i].kind == CLIENT_CONSOLE && console_holds(&r->console, &r->clients[i].reader, now))
			return true;
	return r->tty.out >= 0 && console_holds(&r->console, &r->tty_reader, now);
}

static int prepare(struct rommon *r, struct pollfd *p, uint64_t now)
{
	bool type = r->console.in_used < CONSOLE_INPUT - CONTROL_BYTES, held = line_held(r, now), lag = held;
	uint64_t until = core_deadline(&r->core);

	p[P_SIGNAL] = (struct pollfd){ r->signal_fd, POLLIN, 0 };
	p[P_LISTEN] = (struct pollfd){ r->listen_fd, POLLIN, 0 };
	p[P_CONTROL] = (struct pollfd){ r->core.pid ? r->core.control : -1, POLLIN, 0 };
	p[P_LINE] =
	    (struct pollfd){ r->console.master, (short)((held ? 0 : POLLIN) | (r->console.in_used ? POLLOUT : 0)), 0 };
	p[P_TTY_IN] = (struct pollfd){ type ? r->tty.in : -1, POLLIN, 0 };
	p[P_TTY_OUT] = (struct pollfd){ lags(r, &r->tty_reader) ? r->tty.out : -1, POLLOUT, 0 };
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &r->clients[i];
		bool behind = c->kind == CLIENT_CONSOLE && lags(r, &c->reader);

		p[P_CLIENT + i] = (struct pollfd){ c->kind == CLIENT_NONE ? -1 : c->fd,
						   (short)((type ? POLLIN : 0) | (behind ? POLLOUT : 0)), 0 };
	}
	if (r->state == STATE_STOPPING || r->state == STATE_HALTING)
		until = r->stop_by_ms;
	if (r->core.pid && r->kill_reason)
		until = r->kill_by_ms;
	if (lag || r->console.in_used)
		return 250;
	if (until == UINT64_MAX)
		return -1;
	return until > now ? (int)(until - now) + 1 : 0;
}

static void turn(struct rommon *r)
{
	struct pollfd p[P_END];
	uint64_t now = machine_now();
	int wait = prepare(r, p, now);

	if (poll(p, P_END, wait) < 0 && errno != EINTR)
		return;
	now = machine_now();
	if (p[P_CONTROL].revents) {
		core_listen(&r->core, now);
		if (r->core.ready)
			machine_report(r, true, "");
	}
	if (p[P_LINE].revents & POLLIN)
		console_pull(&r->console);
	if (r->console.in_used)
		console_push(&r->console, now);
	if (p[P_TTY_IN].revents)
		clients_tty_read(r);
	if (p[P_TTY_OUT].revents)
		clients_tty_write(r);
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &r->clients[i];

		if (p[P_CLIENT + i].revents & POLLOUT)
			clients_write(r, c);
		if (c->kind != CLIENT_NONE && (p[P_CLIENT + i].revents & ~POLLOUT))
			clients_read(r, c);
	}
	if (p[P_LISTEN].revents)
		clients_accept(r);
	if (p[P_SIGNAL].revents)
		on_signal(r);
	machine_on_time(r, now);
}

/* ---- start and stop ---- */

static int take_lock(struct rommon *r, struct errbuf *e)
{
	char pid[16] = "?";

	r->lock_fd = openat(r->run_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (r->lock_fd < 0)
		return err_set(e, E_IO, "cannot open \"run/lock\": %s", strerror(errno));
	if (flock(r->lock_fd, LOCK_EX | LOCK_NB)) {
		ssize_t n = pread(r->lock_fd, pid, sizeof pid - 1, 0);

		pid[n > 0 ? n : 1] = '\0';
		return err_set(e, E_BUSY, "already running, pid %.*s", (int)strcspn(pid, "\n"), pid);
	}
	if (ftruncate(r->lock_fd, 0) || dprintf(r->lock_fd, "%d\n", (int)getpid()) < 0)
		return err_set(e, E_IO, "cannot write \"run/lock\": %s", strerror(errno));
	return 0;
}

static int open_folders(struct rommon *r, struct errbuf *e)
{
	const struct {
		const char *name;
		int *fd;
	} rows[] = { { "run", &r->run_fd },
		     { "flash", &r->flash_fd },
		     { "nvram", &r->nvram_fd },
		     { "keys", &r->keys_fd },
		     { "crashinfo", &r->crashinfo_fd } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		*rows[i].fd = openat(r->o->device_fd, rows[i].name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (*rows[i].fd < 0)
			return err_set(e, E_IO, "not a whole device: cannot open \"%s\": %s", rows[i].name,
				       strerror(errno));
	}
	r->secure_fd = openat(r->o->device_fd, "secure", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return 0;
}

static int protect(struct errbuf *e)
{
	const struct rlimit none = { 0, 0 };

	umask(077);
	if (prctl(PR_SET_DUMPABLE, 0) || setrlimit(RLIMIT_CORE, &none) || prctl(PR_SET_CHILD_SUBREAPER, 1) ||
	    chdir("/"))
		return err_set(e, E_STATE, "cannot protect itself: %s", strerror(errno));
	return 0;
}

static int open_signals(struct rommon *r, struct errbuf *e)
{
	static const int wanted[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGWINCH };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		sigaddset(&set, wanted[i]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	r->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return r->signal_fd < 0 ? err_set(e, E_IO, "no signal descriptor: %s", strerror(errno)) : 0;
}

static int start(struct rommon *r, struct errbuf *e)
{
	unsigned rows, cols;
	int rc;

	if ((rc = protect(e)) || (rc = open_folders(r, e)) || (rc = take_lock(r, e)) || (rc = open_signals(r, e)) ||
	    (rc = console_open(&r->console, e)))
		return rc;
	r->listen_fd = control_listen(r->run_fd, e);
	if (r->listen_fd < 0)
		return r->listen_fd;
	r->monitor = (struct monitor){ .console = &r->console,
				       .vars = &r->vars,
				       .flash_fd = r->flash_fd,
				       .nvram_fd = r->nvram_fd,
				       .secure_fd = r->secure_fd,
				       .number = 1 };
	r->factory = (struct factory){ .console = &r->console };
	r->tty = (struct tty){ -1, -1, false };
	if (r->o->report_fd < 0) {
		if (isatty(STDIN_FILENO))
			fprintf(stderr, "[console of %s; Ctrl-] then q stops the device]\n", r->o->device);
		tty_open(&r->tty);
		if (tty_size(&r->tty, &rows, &cols))
			console_resize(&r->console, rows, cols);
	}
	return 0;
}

static void stop(struct rommon *r)
{
	unlinkat(r->run_fd, CONTROL_NAME, 0);
	close(r->listen_fd);
	for (int i = 0; i < 64 && r->tty.out >= 0 && lags(r, &r->tty_reader); i++)
		clients_tty_write(r);
	tty_restore();
	if (r->tty.terminal && r->exit_code == 0)
		fprintf(stderr, "\n[device stopped]\n");
	if (ftruncate(r->lock_fd, 0)) /* only the pid a person may look at */
		r->exit_code = 1;
	clients_end(r, "device stopped");
}

int rommon_run(const struct rommon_options *o)
{
	static struct rommon r;
	struct errbuf e;

	r.o = o;
	r.report_fd = o->report_fd;
	r.core.control = r.load.fd = -1;
	if (start(&r, &e)) {
		machine_report(&r, false, e.text);
		return 1;
	}
	machine_reset(&r);
	while (r.state != STATE_DONE)
		turn(&r);
	stop(&r);
	return r.exit_code;
}
