/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_core.c: an image that is nothing but the contract of image/boot.h, for tests of launcher and rommon. How its
 * core begins is told by the device's file flash/fake (a word); afterwards it obeys lines typed on the console.
 */
#include "helpers/init.h"
#include "image/boot.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int publishes;
static bool silent;

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdprintf(BOOT_FD_CONSOLE, fmt, ap);
	va_end(ap);
}

static void tell(enum boot_message_type type, const char *text)
{
	struct boot_message m = { .type = type };

	snprintf(m.text, sizeof m.text, "%s", text);
	if (send(BOOT_FD_CONTROL, &m, sizeof m, MSG_NOSIGNAL) != sizeof m)
		_exit(9);
}

static void show_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *entry;

	say("fds:");
	while (d && (entry = readdir(d)))
		if (entry->d_name[0] != '.' && strtol(entry->d_name, NULL, 10) != dirfd(d))
			say(" %s", entry->d_name);
	say(" end\r\n");
	if (d)
		closedir(d);
}

static void show_self(void)
{
	extern char **environ;
	struct rlimit core;
	struct winsize w;

	getrlimit(RLIMIT_CORE, &core);
	ioctl(BOOT_FD_CONSOLE, TIOCGWINSZ, &w);
	say("environment %s, core limit %ld, publishes %d, window %dx%d, session leader %d\r\n",
	    environ && *environ ? "full" : "empty", (long)core.rlim_cur, publishes, w.ws_row, w.ws_col,
	    getsid(0) == getpid());
}

/* A process that is nobody's child any more and ignores what can be ignored. */
static void leave_orphan(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (fork() == 0) {
			setsid();
			signal(SIGTERM, SIG_IGN);
			signal(SIGHUP, SIG_IGN);
			say("orphan %d\r\n", (int)getpid());
			for (;;)
				pause();
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void flood(void)
{
	for (int i = 0; i < 20000; i++)
		say("flood line %d of a console that nobody reads\r\n", i);
	say("flood done\r\n");
}

static void crash(void)
{
	signal(SIGSEGV, SIG_DFL); /* a sanitizer would make an exit of it */
	raise(SIGSEGV);
}

static void obey(const char *line)
{
	if (strcmp(line, "fds") == 0)
		show_fds();
	else if (strcmp(line, "self") == 0)
		show_self();
	else if (strcmp(line, "orphan") == 0)
		leave_orphan();
	else if (strcmp(line, "flood") == 0)
		flood();
	else if (strcmp(line, "silent") == 0)
		silent = true;
	else if (strcmp(line, "crash") == 0)
		crash();
	else if (strcmp(line, "exit") == 0)
		_exit(3);
	else if (strcmp(line, "reload") == 0) {
		tell(BOOT_RELOAD, "");
		_exit(0);
	}
	say("\r\nfake>");
}

static void read_console(void)
{
	static char line[256];
	static size_t used;
	char bytes[256];
	ssize_t n = read(BOOT_FD_CONSOLE, bytes, sizeof bytes);

	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] == '\r') {
			say("\r\n");
			line[used] = '\0';
			used = 0;
			obey(line);
		} else if (used < sizeof line - 1) {
			line[used++] = bytes[i];
			say("%c", bytes[i]);
		}
	}
}

static void begin(void)
{
	char mode[32] = "";
	int fd = openat(BOOT_FD_DEVICE, "flash/fake", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, mode, sizeof mode - 1);

	if (fd >= 0)
		close(fd);
	mode[n > 0 ? n : 0] = '\0';
	mode[strcspn(mode, "\n")] = '\0';
	fprintf(stderr, "fake core begins: %s\n", mode);
	if (strcmp(mode, "crash") == 0)
		crash();
	if (strcmp(mode, "failed") == 0) {
		tell(BOOT_FAILED, "no more luck");
		_exit(1);
	}
	if (strcmp(mode, "deaf") == 0)
		silent = true;
}

static int core_main(void)
{
	struct pollfd p[] = { { BOOT_FD_CONTROL, POLLIN, 0 }, { BOOT_FD_CONSOLE, POLLIN, 0 } };
	struct boot_message m;

	begin();
	tell(BOOT_STATUS, "fake core: fine\n"); /* whoever is told that it is up may ask at once */
	tell(BOOT_READY, "");
	say("Press RETURN to get started.\r\nfake>");
	for (;;) {
		int n = poll(p, 2, BOOT_ALIVE_MS / 2);

		if (!silent)
			tell(BOOT_ALIVE, "");
		if (n > 0 && p[1].revents)
			read_console();
		if (n <= 0 || !p[0].revents)
			continue;
		if (recv(BOOT_FD_CONTROL, &m, sizeof m, 0) != sizeof m)
			return 1;
		if (m.type == BOOT_STOP && !silent)
			return 0;
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		publishes += strcmp(argv[i], "--publish") == 0;
	if (argc > 2 && strcmp(argv[2], "init") == 0)
		return init_main(argc, argv);
	if (argc > 2 && strcmp(argv[2], "core") == 0)
		return core_main();
	fputs("fake image: run by rommon only\n", stderr);
	return 2;
}
