/* SPDX-License-Identifier: Apache-2.0
 *
 * console.c: the console line: raw bytes to and from a tty descriptor that core opened. Runs in the session process.
 */
#include "session/state.h"

#include <sys/ioctl.h>
#include <unistd.h>

size_t console_write(struct session *s, struct str bytes)
{
	ssize_t n = write(s->peer, bytes.p, bytes.n);

	if (n <= 0)
		return 0;
	s->bytes_out += (uint64_t)n;
	return (size_t)n;
}

void console_size(struct session *s)
{
	struct winsize w;

	if (ioctl(s->peer, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row)
		shell_resize(s, w.ws_col, w.ws_row);
}
