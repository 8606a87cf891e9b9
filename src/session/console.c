/* SPDX-License-Identifier: Apache-2.0
 *
 * console.c: the console line: raw bytes to and from a tty descriptor that core opened. Runs in the session process.
 */
#include "session/state.h"

#include <sys/ioctl.h>
#include <unistd.h>

bool console_write(struct session *s)
{
	struct buf *out = front_output(&s->shell.front);
	ssize_t n = buf_len(out) ? write(s->peer, buf_ptr(out), buf_len(out)) : 0;

	if (n <= 0)
		return false;
	buf_consume(out, (size_t)n);
	s->bytes_out += (uint64_t)n;
	return true;
}

void console_size(struct session *s)
{
	struct winsize w;

	if (ioctl(s->peer, TIOCGWINSZ, &w) || w.ws_col == 0 || w.ws_row == 0)
		return;
	s->shell.cols = w.ws_col;
	s->shell.rows = w.ws_row;
}
