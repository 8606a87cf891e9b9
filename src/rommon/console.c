/* SPDX-License-Identifier: Apache-2.0
 *
 * console.c: see console.h. Runs in rommon; what core prints is passed on as it is and never interpreted.
 */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int console_open(struct console *c, struct errbuf *e)
{
	int unlock = 0;

	c->end = c->in_used = 0;
	c->slave = -1;
	c->master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (c->master < 0 || ioctl(c->master, TIOCSPTLCK, &unlock) ||
	    (c->slave = ioctl(c->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) < 0)
		return err_set(e, E_IO, "no pseudo terminal for the console: %s", strerror(errno));
	console_resize(c, 24, 80);
	return 0;
}

int console_line(struct console *c)
{
	int fd = ioctl(c->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd < 0)
		return -1;
	if (tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		t.c_cc[VMIN] = 1;
		t.c_cc[VTIME] = 0;
		tcsetattr(fd, TCSANOW, &t);
	}
	tcflush(fd, TCIFLUSH);
	return fd;
}

void console_put(struct console *c, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n) {
		size_t at = c->end % CONSOLE_RING, room = CONSOLE_RING - at, part = n < room ? n : room;

		memcpy(c->ring + at, p, part);
		c->end += part;
		p += part;
		n -= part;
	}
}

void console_puts(struct console *c, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		console_put(c, text, n);
		text += n;
		if (*text) {
			console_put(c, "\r\n", 2);
			text++;
		}
	}
}

void console_pull(struct console *c)
{
	char bytes[2048];
	ssize_t n = read(c->master, bytes, sizeof bytes);

	if (n > 0)
		console_put(c, bytes, (size_t)n);
}

void console_type(struct console *c, const void *bytes, size_t n, uint64_t now_ms)
{
	size_t room = CONSOLE_INPUT - c->in_used;

	if (c->in_used == 0)
		c->in_since = now_ms;
	if (n > room)
		n = room;
	memcpy(c->in + c->in_used, bytes, n);
	c->in_used += n;
	console_push(c, now_ms);
}

/* What is typed may be a password: none of it stays here. */
static void drop_typed(struct console *c, size_t n)
{
	c->in_used -= n;
	memmove(c->in, c->in + n, c->in_used);
	explicit_bzero(c->in + c->in_used, n);
}

void console_push(struct console *c, uint64_t now_ms)
{
	ssize_t n = c->in_used ? write(c->master, c->in, c->in_used) : 0;

	if (n > 0) {
		drop_typed(c, (size_t)n);
		c->in_since = now_ms;
	} else if (now_ms - c->in_since > CONSOLE_STALL_MS) {
		drop_typed(c, c->in_used);
	}
}

void console_resize(struct console *c, unsigned rows, unsigned cols)
{
	struct winsize w = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	if (rows && cols && rows <= 1000 && cols <= 1000)
		ioctl(c->master, TIOCSWINSZ, &w);
}

struct console_reader console_reader(const struct console *c, uint64_t now_ms)
{
	struct console_reader r = { .pos = 0, .progress_ms = now_ms };

	if (c->end > CONSOLE_RING) {
		r.pos = c->end - CONSOLE_RING;
		while (r.pos < c->end && c->ring[r.pos++ % CONSOLE_RING] != '\n')
			;
	}
	return r;
}

size_t console_peek(const struct console *c, struct console_reader *r, const char **p)
{
	size_t at, n;

	if (c->end - r->pos > CONSOLE_RING)
		r->pos = c->end - CONSOLE_RING;
	at = r->pos % CONSOLE_RING;
	n = (size_t)(c->end - r->pos);
	*p = c->ring + at;
	return n < CONSOLE_RING - at ? n : CONSOLE_RING - at;
}

void console_took(const struct console *c, struct console_reader *r, size_t n, uint64_t now_ms)
{
	r->pos += n;
	if (n || r->pos == c->end)
		r->progress_ms = now_ms;
}

bool console_holds(const struct console *c, const struct console_reader *r, uint64_t now_ms)
{
	return c->end - r->pos > CONSOLE_RING / 2 && now_ms - r->progress_ms < CONSOLE_STALL_MS;
}
