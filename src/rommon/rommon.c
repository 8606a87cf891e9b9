/* SPDX-License-Identifier: Apache-2.0
 *
 * rommon.c: boots the image, stays with it, boots it again. Reads top to bottom as a device lives: start, boot, run
 * (one poll loop), stop. Resident as long as the device runs, so it links libc only and keeps its state in static
 * memory. It believes the image it verified and the owner's clients; it reads no byte from any network.
 *
 * When core ends: after a break → prompt; after BOOT_RELOAD → boot; after BOOT_FAILED, or too many crashes → prompt
 * if somebody is at the console, else the device stops with the reason; after any other end → noted, boot.
 */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void boot(struct rommon *r, const char *name);

uint64_t rommon_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void rommon_say(struct rommon *r, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	console_puts(&r->console, text);
}

/* Tells whoever started the device, once. */
static void report(struct rommon *r, bool up, const char *words)
{
	if (r->o->report_fd < 0) {
		if (!up) {
			tty_restore();
			fprintf(stderr, "ravelin: %s\n", words);
		}
		return;
	}
	if (r->report_fd >= 0) {
		dprintf(r->report_fd, "%c%s", up ? '0' : '1', words);
		close(r->report_fd);
		r->report_fd = -1;
	}
}

static void finish(struct rommon *r, int code)
{
	r->state = STATE_DONE;
	r->exit_code = code;
}

static void enter_prompt(struct rommon *r)
{
	r->state = STATE_PROMPT;
	report(r, true, "it waits at its rommon prompt (ravelin console)");
	rommon_say(r, "\n");
	monitor_show(&r->monitor);
}

/* Nothing can run. */
static void give_up(struct rommon *r, const char *why)
{
	rommon_say(r, "\n%%%s\n", why);
	if (clients_attended(r)) {
		enter_prompt(r);
		return;
	}
	report(r, false, why);
	finish(r, 1);
}

/* ---- booting ---- */

static bool try_image(void *arg, const char *name)
{
	struct rommon *r = arg;
	struct errbuf e;

	rommon_say(r, "Loading flash0:%s\n", name);
	if (load_named(r->o->libexec_fd, r->flash_fd, name, &r->load, &e) == 0) {
		rommon_say(r, "%s", r->load.text);
		return true;
	}
	rommon_say(r, "flash0:%s refused: %s\n", name, e.text);
	err_set(&r->refusal, 0, "flash0:%s refused: %s", name, e.text);
	return false;
}

static bool find_image(struct rommon *r, const char *name)
{
	char next[VARS_NAME_MAX];
	const char *at = r->vars.boot;

	err_set(&r->refusal, 0, "no image in flash0:");
	if (*name)
		return try_image(r, name);
	while ((r->vars.confreg & VARS_BOOT_FIELD) != 1 && vars_next(&at, next))
		if (try_image(r, next))
			return true;
	return load_each(r->flash_fd, try_image, r);
}

static int start_core(struct rommon *r, struct errbuf *e)
{
	struct core_start s = { .image_fd = r->load.fd,
				.device_fd = r->o->device_fd,
				.device = r->o->device,
				.publish = r->o->publish,
				.publish_count = r->o->publish_count };
	int rc;

	s.console_fd = console_line(&r->console);
	s.log_fd =
	    openat(r->run_fd, "boot.log", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s.console_fd < 0 || s.log_fd < 0)
		rc = err_set(e, E_IO, "no console line or boot log: %s", strerror(errno));
	else
		rc = core_start(&r->core, &s, rommon_now(), e);
	if (s.console_fd >= 0)
		close(s.console_fd);
	if (s.log_fd >= 0)
		close(s.log_fd);
	return rc;
}

/* `name`: this image and no other; "": as the boot variables say. */
static void boot(struct rommon *r, const char *name)
{
	struct errbuf e;

	if (!find_image(r, name)) {
		err_set(&e, 0, "cannot boot: %s", r->refusal.text);
		give_up(r, e.text);
		return;
	}
	r->kill_reason = NULL;
	if (start_core(r, &e)) {
		struct errbuf why;

		err_set(&why, 0, "cannot boot flash0:%.100s: %.100s", r->load.name, e.text);
		give_up(r, why.text);
	} else {
		rommon_say(r, "\n");
		r->state = STATE_RUNNING;
	}
	close(r->load.fd);
	r->load.fd = -1;
}

/* Power on. */
static void reset(struct rommon *r)
{
	rommon_say(r, "\nSystem Bootstrap, Version " RAVELIN_VERSION " (ravelin rommon, boot interface %d)\n\n",
		   BOOT_INTERFACE);
	if (!vars_load(r->nvram_fd, &r->vars))
		rommon_say(r, "nvram:" VARS_FILE " has malformed lines, which are ignored\n");
	if ((r->vars.confreg & VARS_BOOT_FIELD) == 0)
		enter_prompt(r);
	else
		boot(r, "");
}

/* ---- what comes in ---- */

void rommon_stop(struct rommon *r)
{
	if (r->state == STATE_PROMPT) {
		finish(r, 0);
	} else if (r->state == STATE_RUNNING) {
		core_ask_stop(&r->core);
		r->stop_by_ms = rommon_now() + STOP_MS;
	}
	if (r->state != STATE_DONE)
		r->state = STATE_STOPPING;
}

const char *rommon_break(struct rommon *r)
{
	uint64_t now = rommon_now();

	if (r->state != STATE_RUNNING)
		return NULL;
	if ((r->vars.confreg & VARS_BREAK_OFF) && now - r->core.started_ms > BREAK_TIME_MS)
		return "[break ignored: the configuration register allows it in the first minute only]\r\n";
	core_ask_stop(&r->core);
	r->stop_by_ms = now + STOP_MS;
	r->state = STATE_HALTING;
	return NULL;
}

void rommon_type(struct rommon *r, const char *bytes, size_t n)
{
	for (; n && r->state == STATE_PROMPT; bytes++, n--) {
		switch (monitor_key(&r->monitor, *bytes)) {
		case MONITOR_BOOT:
			boot(r, r->monitor.boot);
			break;
		case MONITOR_RESET:
			reset(r);
			break;
		case MONITOR_STAY:
			break;
		}
	}
	if (n && r->state == STATE_RUNNING)
		console_type(&r->console, bytes, n, rommon_now());
}

/* An end nobody asked for. */
static void on_crash(struct rommon *r, const struct errbuf *cause, pid_t pid, uint64_t now)
{
	struct crash c = { .pid = pid,
			   .up_ms = now - r->core.started_ms,
			   .cause = cause->text,
			   .image = r->load.name,
			   .version = r->load.version };
	struct errbuf why;

	rommon_say(r, "\n%%The system crashed: %s\n", cause->text);
	crash_note(r->crashinfo_fd, r->run_fd, &c);
	if (crash_count(&r->crashes, now)) {
		r->crashes.count = 0;
		err_set(&why, 0, "gave up after %d crashes in a row, the last: %.160s (see crashinfo/)", CRASH_LIMIT,
			cause->text);
		give_up(r, why.text);
		return;
	}
	boot(r, "");
}

static void on_core_end(struct rommon *r, int wait_status)
{
	uint64_t now = rommon_now();
	pid_t pid = r->core.pid;
	struct errbuf cause;

	core_listen(&r->core, now); /* its last words */
	while (poll(&(struct pollfd){ .fd = r->console.master, .events = POLLIN }, 1, 0) > 0)
		console_pull(&r->console);
	if (!core_sweep(&r->core))
		rommon_say(r, "\n%%Some processes of the device cannot be ended\n");
	if (r->kill_reason)
		err_set(&cause, 0, "%s", r->kill_reason);
	else
		crash_cause(wait_status, &cause);
	if (r->state == STATE_STOPPING)
		finish(r, 0);
	else if (r->state == STATE_HALTING)
		enter_prompt(r);
	else if (r->core.failed)
		give_up(r, r->core.words);
	else if (r->core.reload && r->core.ready)
		reset(r);
	else
		on_crash(r, &cause, pid, now);
}

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
				on_core_end(r, status);
	} else if (s.ssi_signo == SIGWINCH) {
		if (tty_size(&r->tty, &rows, &cols))
			console_resize(&r->console, rows, cols);
	} else {
		rommon_stop(r);
	}
}

static void on_time(struct rommon *r, uint64_t now)
{
	bool ending = r->state == STATE_STOPPING || r->state == STATE_HALTING;

	if (!r->core.pid || r->kill_reason)
		return;
	if (ending && now >= r->stop_by_ms)
		r->kill_reason = "it did not stop when asked";
	else if (r->state == STATE_RUNNING && now >= core_deadline(&r->core))
		r->kill_reason = r->core.heard ? "it was silent too long" : "it never said that it lives";
	if (r->kill_reason)
		kill(r->core.pid, SIGKILL);
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
	if (lag || r->console.in_used)
		return 250;
	if (until == UINT64_MAX)
		return -1;
	return until > now ? (int)(until - now) + 1 : 0;
}

static void turn(struct rommon *r)
{
	struct pollfd p[P_END];
	uint64_t now = rommon_now();
	int wait = prepare(r, p, now);

	if (poll(p, P_END, wait) < 0 && errno != EINTR)
		return;
	now = rommon_now();
	if (p[P_CONTROL].revents) {
		core_listen(&r->core, now);
		if (r->core.ready)
			report(r, true, "");
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
	on_time(r, now);
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
		     { "crashinfo", &r->crashinfo_fd } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		*rows[i].fd = openat(r->o->device_fd, rows[i].name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (*rows[i].fd < 0)
			return err_set(e, E_IO, "not a whole device: cannot open \"%s\": %s", rows[i].name,
				       strerror(errno));
	}
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
	r->monitor =
	    (struct monitor){ .console = &r->console, .flash_fd = r->flash_fd, .nvram_fd = r->nvram_fd, .number = 1 };
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
		report(&r, false, e.text);
		return 1;
	}
	reset(&r);
	while (r.state != STATE_DONE)
		turn(&r);
	stop(&r);
	return r.exit_code;
}
