/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c: core's start, loop and end. Order at start: no dumps before a key is read; folders; model and commands;
 * keys; gate; the startup-config; then BOOT_READY. Arguments and descriptors come from rommon (image/boot.h).
 */
#include "core/core.h"

#include "core/backtrace.h"
#include "core/clock.h"
#include "core/commands/commands.h"
#include "core/config/loader.h"
#include "core/config/overlap.h"
#include "core/config/recovery.h"
#include "core/config/unenforced.h"
#include "core/files/archive.h"
#include "core/files/bootset.h"
#include "core/files/fs.h"
#include "core/gate/gatectl.h"
#include "core/gate/guard.h"
#include "core/gate/listen.h"
#include "core/gate/watch.h"
#include "core/log/remote.h"
#include "core/log/syslog.h"
#include "core/login/account.h"
#include "core/login/lockout.h"
#include "core/login/master.h"
#include "core/login/otp.h"
#include "core/login/passwords.h"
#include "core/login/servers.h"
#include "core/loop.h"
#include "core/session/cfglog.h"
#include "core/session/peer.h"
#include "core/session/service.h"
#include "core/session/terminal.h"
#include "core/shutdown.h"
#include "core/ssh/sshd.h"
#include "core/ssh/version1.h"
#include "files/files.h"
#include "keys/identity.h"
#include "keys/keys.h"
#include "lines/lines.h"
#include "model/model.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLASH_SIZE ((uint64_t)256 << 20) /* unless device.conf says another */
#define OWN_USER   61022 /* whom gate and helpers become where root runs the device: nobody else's number */

struct boot_state {
	struct core core;
	bool gate_up, config_up, config_known;
	struct event *alive, *control, *child;
	unsigned bad_lines;
};

/* --- rommon --- */

static void tell_rommon(enum boot_message_type type, const char *text)
{
	struct boot_message m = { .type = (uint32_t)type };

	snprintf(m.text, sizeof m.text, "%s", text);
	if (send(BOOT_FD_CONTROL, &m, sizeof m, MSG_NOSIGNAL) < 0 && errno == EPIPE)
		exit(0); /* rommon is gone: nobody is to run without it */
}

static void send_status(struct core *core)
{
	struct buf text;

	buf_init(&text, 400);
	buf_printf(&text, "hostname: %s\n", core_hostname(core));
	sshd_status(core->sshd, &text);
	buf_printf(&text, "core: longest step %.1f ms\n", (double)loop_longest_us() / 1000);
	tell_rommon(BOOT_STATUS, buf_cstr(&text));
	buf_release(&text);
}

static void on_alive(evutil_socket_t fd, short what, void *arg)
{
	struct core *core = arg;

	(void)fd;
	(void)what;
	tell_rommon(BOOT_ALIVE, "");
	send_status(core);
	host_sample(&core->load);
}

static void on_control(evutil_socket_t fd, short what, void *arg)
{
	struct core *core = arg;
	struct boot_message m;
	ssize_t n = recv(fd, &m, sizeof m, MSG_DONTWAIT);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		exit(0);
	if (n == sizeof m && m.type == BOOT_STOP)
		shutdown_begin(core, false, "", "the device is stopped");
}

/* --- start --- */

static void maybe_booted(struct boot_state *b)
{
	struct core *core = &b->core;

	if (!b->gate_up || !b->config_up || core->booted)
		return;
	snprintf(core->last_change, sizeof core->last_change, "%s", core->last_saved);
	core->modified = false;
	guard_booted(core->guard);
	sshd_update(core->sshd);
	if (listen_trouble(sshd_listen(core->sshd)) && core->n_publish) { /* who asked for a port wants to know */
		tell_rommon(BOOT_FAILED, listen_trouble(sshd_listen(core->sshd)));
		exit(1);
	}
	core->booted = true;
	syslog_booted(core->log);
	remote_booted(core->remote);
	syslog_event(core->log, "SYS", 5, "RESTART", "System restarted -- Ravelin Software, Version %s%s",
		     RAVELIN_VERSION, core->root ? "" : " (not root: ports under 1024 need publishing)");
	doubt_loaded(core);
	recovery_booted(core, b->config_known && !b->bad_lines);
	unenforced_booted(core->unenforced);
	account_booted(core);
	bootset_booted(core->bootset);
	gatectl_console(core->gate);
	send_status(core);
	tell_rommon(BOOT_READY, "");
}

static void gate_ready(struct core *core)
{
	struct boot_state *b = (struct boot_state *)core;

	guard_send(core->guard);
	listen_hand_over(sshd_listen(core->sshd));
	gatectl_console(core->gate);
	b->gate_up = true;
	maybe_booted(b);
}

static void gate_matched(struct core *core, const struct ipc_msg_MATCHED *m)
{
	guard_matched(core->guard, m);
}

static const struct gatectl_events gate_events = { .ready = gate_ready,
						   .matched = gate_matched,
						   .arrived = service_start };

static void config_report(void *arg, const char *message)
{
	struct boot_state *b = arg;

	if (message) {
		b->bad_lines++;
		syslog_event(b->core.log, "SYS", 3, "CONFIG_LINE", "%s", message);
		return;
	}
	if (b->bad_lines)
		syslog_event(b->core.log, "SYS", 3, "CONFIG_BAD",
			     "%u line%s of startup-config not taken, the rest is in force", b->bad_lines,
			     b->bad_lines == 1 ? "" : "s");
	b->config_up = true;
	maybe_booted(b);
}

static void on_child(evutil_socket_t fd, short what, void *arg)
{
	struct core *core = arg;
	int status;
	pid_t pid;

	(void)fd;
	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!gatectl_reaped(core->gate, pid, status))
			job_reaped(pid, status);
	}
}

static void on_privilege_change(void *arg, const struct txn *t)
{
	struct core *core = arg;

	(void)t;
	cmd_set_reload_privileges(core->cmds);
}

static void on_clock_change(void *arg, const struct txn *t)
{
	struct core *core = arg;

	(void)t;
	clock_configure(&core->clock, core->model);
}

static void on_log_change(void *arg, const struct txn *t)
{
	struct core *core = arg;

	(void)t;
	syslog_configure(core->log, core->model);
}

static void on_ssh_change(void *arg, const struct txn *t)
{
	struct core *core = arg;

	(void)t;
	gatectl_policy(core->gate); /* time-out is gate's deadline too */
}

static int parse_publish(struct core *core, const char *text)
{
	struct publish *pub = &core->publish[core->n_publish];
	unsigned host_port, port;
	char proto[8] = "";
	const char *ports;
	struct str host;

	if (core->n_publish == BOOT_LENT_MAX)
		return E_LIMIT;
	ports = strrchr(text, ':');
	while (ports && ports > text && ports[-1] != ':')
		ports--;
	if (!ports || ports == text)
		return E_INVAL;
	host = (struct str){ (const uint8_t *)text, (size_t)(ports - 1 - text) };
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') /* of IPv6: "[::1]" */
		host = (struct str){ host.p + 1, host.n - 2 };
	if (!str_copy(host, pub->host, sizeof pub->host))
		return E_INVAL;
	if (sscanf(ports, "%5u:%5u/%7s", &host_port, &port, proto) < 2 || host_port > 65535 || port > 65535)
		return E_INVAL;
	pub->host_port = (uint16_t)host_port;
	pub->port = (uint16_t)port;
	pub->udp = strcmp(proto, "udp") == 0;
	core->n_publish++;
	return 0;
}

static int parse_arguments(struct core *core, int argc, char **argv, struct errbuf *e)
{
	core->flash_size = FLASH_SIZE;
	core->rommon = BOOT_INTERFACE;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--device") == 0)
			core->dir = argv[i + 1];
		else if (strcmp(argv[i], "--interface") == 0)
			core->rommon = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--publish") == 0 && parse_publish(core, argv[i + 1]) < 0)
			return err_set(e, E_INVAL, "bad --publish \"%s\"", argv[i + 1]);
		else if (strcmp(argv[i], "--flash-size") == 0)
			core->flash_size = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--vrf") == 0 && vrf_lend(core, argv[i + 1]) < 0)
			return err_set(e, E_INVAL, "bad --vrf \"%s\"", argv[i + 1]);
	}
	return core->dir ? 0 : err_set(e, E_INVAL, "no --device");
}

/* The file's name is for people only: `show version`. */
static void name_image(struct core *core)
{
	char path[4096], link[32];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", BOOT_FD_IMAGE);
	n = readlink(link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	snprintf(core->image, sizeof core->image, "%s", strrchr(path, '/') ? strrchr(path, '/') + 1 : "image");
}

static void harden(void)
{
	struct rlimit none = { 0, 0 }, files;

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max; /* two descriptors a session, one a helper */
		setrlimit(RLIMIT_NOFILE, &files);
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	for (int fd = BOOT_FD_CONTROL; fd < BOOT_FD_END; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(BOOT_FD_CONSOLE, F_SETFL, O_RDWR | O_NONBLOCK);
}

static int open_folders(struct core *core, struct errbuf *e)
{
	core->device_fd = BOOT_FD_DEVICE;
	core->flash_fd = files_open_dir(BOOT_FD_DEVICE, "flash", e);
	core->nvram_fd = files_open_dir(BOOT_FD_DEVICE, "nvram", e);
	core->keys_fd = files_open_dir(BOOT_FD_DEVICE, "keys", e);
	if (core->flash_fd < 0 || core->nvram_fd < 0 || core->keys_fd < 0)
		return E_IO;
	files_sweep(core->nvram_fd);
	files_sweep(core->keys_fd);
	return fs_init(core, e);
}

static int open_parts(struct boot_state *b, struct errbuf *e)
{
	static const struct cmd_handler handlers[] = {
#define COMMAND_ROW(name, fn) { name, fn },
		COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
	};
	struct core *core = &b->core;
	struct errbuf damaged = { "" };
	int rc;

	core->log = syslog_new(BOOT_FD_CONSOLE, &core->clock);
	if (!core->log)
		return err_set(e, E_NOMEM, "out of memory");
	syslog_sink(core->log, service_log, core);
	clock_load(&core->clock, core->nvram_fd, &damaged);
	if (damaged.text[0])
		syslog_event(core->log, "SYS", 4, "CLOCK", "%s", damaged.text);
	damaged.text[0] = '\0';
	if ((rc = model_new(&core->model, e)) < 0 || (rc = cmd_set_new(&core->cmds, "ios", core->model, e)) < 0 ||
	    (rc = cmd_set_bind(core->cmds, handlers, sizeof handlers / sizeof handlers[0], e)) < 0 ||
	    (rc = overlap_new(&core->overlap, core->model, e)) < 0 || (rc = vrf_guard(core)) < 0 ||
	    (rc = keys_open(core->keys_fd, &core->keys, &damaged)) < 0)
		return rc;
	syslog_configure(core->log, core->model);
	if (damaged.text[0])
		syslog_event(core->log, "CRYPTO", 2, "KEY_DAMAGED", "%s", damaged.text);
	damaged.text[0] = '\0';
	if ((rc = identity_open(core->keys_fd, &core->identities, &damaged)) < 0)
		return err_set(e, rc, "%s", damaged.text);
	if (damaged.text[0])
		syslog_event(core->log, "CRYPTO", 2, "KEY_DAMAGED", "%s", damaged.text);
	damaged.text[0] = '\0';
	core->master = master_new(core->nvram_fd, &damaged);
	if (damaged.text[0])
		syslog_event(core->log, "AAA", 2, "MASTER_KEY_DAMAGED", "%s", damaged.text);
	core->remote = remote_new(core);
	if (!core->remote)
		return err_set(e, E_NOMEM, "out of memory");
	damaged.text[0] = '\0';
	core->otp = otp_new(core, &damaged);
	if (damaged.text[0])
		syslog_event(core->log, "AAA", 2, "CODES_DAMAGED", "%s", damaged.text);
	core->lines = lines_new(core->model);
	core->version1 = version1_new(core);
	core->sshd = sshd_new(core);
	core->gate = gatectl_new(core, BOOT_FD_CONSOLE, &gate_events);
	core->guard = guard_new(core);
	core->watch = watch_new(core);
	core->servers = servers_new(core);
	core->lockout = lockout_new(core);
	core->unenforced = unenforced_new(core);
	core->archive = archive_new(core);
	core->bootset = bootset_new(core);
	core->cfglog = cfglog_new(core);
	if (!core->lines || !core->version1 || !core->sshd || !core->gate || !core->guard || !core->watch ||
	    !core->servers || !core->lockout || !core->master || !core->otp || !core->unenforced || !core->archive ||
	    !core->bootset || !core->cfglog || passwords_guard(core) < 0 || recovery_new(core) < 0 ||
	    account_new(core) < 0 ||
	    model_watch(core->model, "/ravelin-system:privileges", on_privilege_change, core) < 0 ||
	    model_watch(core->model, "/ravelin-clock:clock", on_clock_change, core) < 0 ||
	    model_watch(core->model, "/ravelin-log:logging", on_log_change, core) < 0 ||
	    model_watch(core->model, "/ravelin-line:lines", terminal_lines_changed, core) < 0 ||
	    model_watch(core->model, "/ravelin-ssh:ssh", on_ssh_change, core) < 0)
		return err_set(e, E_NOMEM, "out of memory");
	return 0;
}

static int open_events(struct boot_state *b, struct errbuf *e)
{
	struct timeval alive = { BOOT_ALIVE_MS / 1000, BOOT_ALIVE_MS % 1000 * 1000 };
	struct core *core = &b->core;

	b->alive = event_new(core->base, -1, EV_PERSIST, on_alive, core);
	b->control = event_new(core->base, BOOT_FD_CONTROL, EV_READ | EV_PERSIST, on_control, core);
	b->child = evsignal_new(core->base, SIGCHLD, on_child, core);
	if (!b->alive || !b->control || !b->child || event_add(b->alive, &alive) < 0 ||
	    event_add(b->control, NULL) < 0 || event_add(b->child, NULL) < 0)
		return err_set(e, E_NOMEM, "out of memory");
	return 0;
}

static int start(struct boot_state *b, int argc, char **argv, struct errbuf *e)
{
	struct core *core = &b->core;
	int rc;

	TAILQ_INIT(&core->peers);
	core->boot_ms = clock_now_ms();
	core->root = geteuid() == 0;
	name_image(core);
	core->base = event_base_new();
	if (!core->base)
		return err_set(e, E_NOMEM, "no event base");
	if ((rc = parse_arguments(core, argc, argv, e)) < 0 || (rc = open_folders(core, e)) < 0 ||
	    (rc = open_parts(b, e)) < 0 || (rc = open_events(b, e)) < 0)
		return rc;
	core->jobs.base = core->base;
	core->jobs.spawn = (struct spawn_host){ .image_fd = BOOT_FD_IMAGE, .device_dir = core->dir };
	if (core->root)
		core->jobs.spawn.uid = core->jobs.spawn.gid = OWN_USER;
	rc = gatectl_start(core->gate, e);
	if (rc < 0)
		return rc;
	rc = loader_startup(core, config_report, b);
	b->config_up = rc < 0; /* none of it will be in force */
	b->config_known = core->doubt != DOUBT_FILE;
	return 0;
}

int core_main(int argc, char **argv)
{
	struct boot_state *b = calloc(1, sizeof *b);
	struct errbuf e = { "" };

	harden();
	backtrace_install();
	if (!b || start(b, argc, argv, &e) < 0) {
		tell_rommon(BOOT_FAILED, e.text);
		return 1;
	}
	loop_run(b->core.base);
	if (b->core.reload)
		tell_rommon(BOOT_RELOAD, "");
	return 0;
}
