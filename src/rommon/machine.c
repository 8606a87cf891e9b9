/* SPDX-License-Identifier: Apache-2.0
 *
 * machine.c: what the device does: power on, prompt, boot, run, break, stop, and what follows when core ends. It waits
 * for nothing and calls neither the loop nor the clients: they tell it what happened. Runs in rommon.
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
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void boot(struct rommon *r, const char *name);

uint64_t machine_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void say(struct rommon *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct rommon *r, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	console_puts(&r->console, text);
}

void machine_report(struct rommon *r, bool up, const char *words)
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
	machine_report(r, true, "it waits at its rommon prompt (ravelin console)");
	say(r, "\n");
	if (r->vars.recovery_off)
		factory_ask(&r->factory);
	else
		monitor_show(&r->monitor);
}

/* Is somebody at the console? */
static bool attended(const struct rommon *r)
{
	for (int i = 0; i < CLIENTS; i++)
		if (r->clients[i].kind == CLIENT_CONSOLE)
			return true;
	return r->o->report_fd < 0 && r->tty.terminal && r->tty.in >= 0;
}

/* Nothing can run. */
static void give_up(struct rommon *r, const char *why)
{
	say(r, "\n%%%s\n", why);
	if (attended(r)) {
		enter_prompt(r);
		return;
	}
	machine_report(r, false, why);
	finish(r, 1);
}

/* ---- booting ---- */

static bool try_image_in(struct rommon *r, int dir_fd, const char *name)
{
	struct errbuf e;

	say(r, "Loading flash0:%s\n", name);
	if (load_named(r->o->libexec_fd, dir_fd, name, &r->load, &e) == 0) {
		say(r, "%s", r->load.text);
		return true;
	}
	say(r, "flash0:%s refused: %s\n", name, e.text);
	err_set(&r->refusal, 0, "flash0:%s refused: %s", name, e.text);
	return false;
}

/* The secured image is the one of its name, whatever else has it in flash. */
static bool try_image(void *arg, const char *name)
{
	struct rommon *r = arg;

	if (!load_is_secured(r->secure_fd, name))
		return try_image_in(r, r->flash_fd, name);
	return try_image_in(r, r->secure_fd, name) ||
	       (faccessat(r->flash_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && try_image_in(r, r->flash_fd, name));
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
	return load_each(r->flash_fd, try_image, r) || load_each_secured(r->secure_fd, try_image, r);
}

static int start_core(struct rommon *r, struct errbuf *e)
{
	struct core_start s = { .image_fd = r->load.fd,
				.device_fd = r->o->device_fd,
				.device = r->o->device,
				.lent = r->o->lent,
				.lent_count = r->o->lent_count };
	int rc;

	s.console_fd = console_line(&r->console);
	s.log_fd =
	    openat(r->run_fd, "boot.log", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s.console_fd < 0 || s.log_fd < 0)
		rc = err_set(e, E_IO, "no console line or boot log: %s", strerror(errno));
	else
		rc = core_start(&r->core, &s, machine_now(), e);
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
	r->typed = false;
	if (start_core(r, &e)) {
		struct errbuf why;

		err_set(&why, 0, "cannot boot flash0:%.100s: %.100s", r->load.name, e.text);
		give_up(r, why.text);
	} else {
		say(r, "\n");
		r->state = STATE_RUNNING;
	}
	close(r->load.fd);
	r->load.fd = -1;
}

void machine_reset(struct rommon *r)
{
	struct sysinfo si;

	say(r, "\nSystem Bootstrap, Version " RAVELIN_VERSION " (ravelin rommon, boot interface %d)\n", BOOT_INTERFACE);
	if (sysinfo(&si) == 0)
		say(r, "ravelin platform with %llu Kbytes of main memory\n",
		    (unsigned long long)si.totalram * si.mem_unit / 1024);
	say(r, "\n");
	if (!vars_load(r->nvram_fd, &r->vars))
		say(r, "nvram:" VARS_FILE " cannot be read, or has malformed lines, which are ignored\n");
	if (r->vars.recovery_off)
		say(r, "PASSWORD RECOVERY FUNCTIONALITY IS DISABLED\n");
	if ((vars_register(&r->vars) & VARS_BOOT_FIELD) == 0)
		enter_prompt(r);
	else
		boot(r, "");
}

/* ---- what comes in ---- */

void machine_stop(struct rommon *r)
{
	if (r->state == STATE_PROMPT) {
		finish(r, 0);
	} else if (r->state == STATE_RUNNING) {
		core_ask_stop(&r->core);
		r->stop_by_ms = machine_now() + STOP_MS;
	}
	if (r->state != STATE_DONE)
		r->state = STATE_STOPPING;
}

const char *machine_break(struct rommon *r)
{
	uint64_t now = machine_now();

	if (r->state != STATE_RUNNING)
		return NULL;
	vars_load(r->nvram_fd, &r->vars); /* core may have changed them */
	if (r->vars.recovery_off && now - r->core.started_ms > BREAK_TIME_MS)
		return "[break ignored: password recovery is disabled]\r\n";
	if ((r->vars.confreg & VARS_BREAK_OFF) && now - r->core.started_ms > BREAK_TIME_MS)
		return "[break ignored: the configuration register allows it in the first minute only]\r\n";
	core_ask_stop(&r->core);
	r->stop_by_ms = now + STOP_MS;
	r->state = STATE_HALTING;
	return NULL;
}

static void reset_to_factory(struct rommon *r)
{
	const struct factory_folders at = { r->flash_fd, r->nvram_fd, r->keys_fd, r->secure_fd, r->crashinfo_fd };
	struct errbuf e;

	say(r, "Reset router configuration to factory default.\n");
	if (factory_reset(&at, &e) == 0) {
		machine_reset(r);
		return;
	}
	say(r, "\n%%%s\n", e.text);
	enter_prompt(r);
}

static void type_answer(struct rommon *r, char key)
{
	switch (factory_key(&r->factory, key)) {
	case FACTORY_YES:
		reset_to_factory(r);
		break;
	case FACTORY_NO:
		machine_reset(r);
		break;
	case FACTORY_WAITS:
		break;
	}
}

/* Ctrl-C, typed before anything else while the image is starting: a terminal without a break key has this. */
static bool is_early_break(const struct rommon *r, char key)
{
	return key == 0x03 && !r->typed && machine_now() - r->core.started_ms < EARLY_BREAK_MS;
}

void machine_type(struct rommon *r, const char *bytes, size_t n)
{
	for (; n && r->state == STATE_PROMPT; bytes++, n--) {
		if (r->vars.recovery_off) {
			type_answer(r, *bytes);
			continue;
		}
		switch (monitor_key(&r->monitor, *bytes)) {
		case MONITOR_BOOT:
			boot(r, r->monitor.boot);
			break;
		case MONITOR_RESET:
			machine_reset(r);
			break;
		case MONITOR_STAY:
			break;
		}
	}
	if (n && r->state == STATE_RUNNING && is_early_break(r, *bytes)) {
		machine_break(r);
		return;
	}
	r->typed = r->typed || n;
	if (n && r->state == STATE_RUNNING)
		console_type(&r->console, bytes, n, machine_now());
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

	say(r, "\n%%The system crashed: %s\n", cause->text);
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

void machine_core_ended(struct rommon *r, int wait_status)
{
	uint64_t now = machine_now();
	pid_t pid = r->core.pid;
	struct errbuf cause;

	core_listen(&r->core, now); /* its last words */
	vars_load(r->nvram_fd, &r->vars);
	while (poll(&(struct pollfd){ .fd = r->console.master, .events = POLLIN }, 1, 0) > 0)
		console_pull(&r->console);
	if (!core_sweep(&r->core))
		say(r, "\n%%Some processes of the device cannot be ended\n");
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
		machine_reset(r);
	else
		on_crash(r, &cause, pid, now);
}

void machine_on_time(struct rommon *r, uint64_t now)
{
	bool ending = r->state == STATE_STOPPING || r->state == STATE_HALTING;

	if (!r->core.pid)
		return;
	if (r->kill_reason) {
		if (now >= r->kill_by_ms)
			kill(r->core.pid, SIGKILL);
		return;
	}
	if (ending && now >= r->stop_by_ms)
		r->kill_reason = "it did not stop when asked";
	else if (r->state == STATE_RUNNING && now >= core_deadline(&r->core))
		r->kill_reason = r->core.heard ? "it was silent too long" : "it never said that it lives";
	if (r->kill_reason) {
		r->kill_by_ms = now + LAST_WORDS_MS;
		kill(r->core.pid, SIGABRT);
	}
}
