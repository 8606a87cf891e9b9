/* SPDX-License-Identifier: Apache-2.0
 *
 * tty.c: see tty.h. Runs in rommon (foreground) and in the launcher's console command.
 */
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static volatile sig_atomic_t raw;

void tty_restore(void)
{
	int before = errno;

	if (raw) {
		raw = 0;
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	}
	errno = before;
}

static void on_fatal(int sig)
{
	tty_restore();
	signal(sig, SIG_DFL);
	raise(sig);
}

/* An open of its own can be non-blocking without making the shell's descriptor so. */
static int reopen(int fd, const char *path, int flags)
{
	int own = isatty(fd) ? open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;

	return own < 0 ? fd : own;
}

void tty_open(struct tty *t)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGSYS };
	struct termios mode;

	t->terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetattr(STDIN_FILENO, &saved) == 0;
	t->in = reopen(STDIN_FILENO, "/proc/self/fd/0", O_RDONLY);
	t->out = reopen(STDOUT_FILENO, "/proc/self/fd/1", O_WRONLY);
	if (!t->terminal)
		return;
	for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
		signal(fatal[i], on_fatal);
	atexit(tty_restore);
	mode = saved;
	cfmakeraw(&mode);
	raw = 1;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
}

bool tty_size(const struct tty *t, unsigned *rows, unsigned *cols)
{
	struct winsize w;

	if (!t->terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) || !w.ws_row || !w.ws_col)
		return false;
	*rows = w.ws_row;
	*cols = w.ws_col;
	return true;
}
