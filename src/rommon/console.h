/* SPDX-License-Identifier: Apache-2.0
 *
 * console.h: the device's console line: a pty whose slave core gets, and the last bytes it printed. Readers (the
 * terminal of a foreground device, attached clients) each have a position in the stream of all output; one that
 * falls too far behind loses the oldest bytes and never holds up the device.
 */
#ifndef ROMMON_CONSOLE_H
#define ROMMON_CONSOLE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_RING     16384
#define CONSOLE_INPUT    2048
#define CONSOLE_STALL_MS 1000 /* a reader without progress for this long no longer slows the output down */

struct console {
	int master, slave; /* both non-blocking here; core's copy of the slave is opened anew and blocks */
	uint64_t end;      /* bytes ever printed */
	size_t in_used;    /* typed, not yet taken by the pty */
	uint64_t in_since; /* when the pty last took something, ms */
	char in[CONSOLE_INPUT];
	char ring[CONSOLE_RING];
};

struct console_reader {
	uint64_t pos;
	uint64_t progress_ms; /* when it last took something, or had nothing to take */
};

int console_open(struct console *c, struct errbuf *e);
/* A descriptor on the slave for core (raw mode set); input typed before is dropped. Negative on failure. */
int console_line(struct console *c);
void console_put(struct console *c, const void *bytes, size_t n);
void console_puts(struct console *c, const char *text); /* "\n" becomes CR LF */
/* Reads once from the pty into the ring. */
void console_pull(struct console *c);
/* Towards the pty: what does not fit is kept, and dropped (an overrun) when nobody reads the line for a while. */
void console_type(struct console *c, const void *bytes, size_t n, uint64_t now_ms);
void console_push(struct console *c, uint64_t now_ms);
void console_resize(struct console *c, unsigned rows, unsigned cols);

/* A reader that first sees what the ring still has, from the start of a line. */
struct console_reader console_reader(const struct console *c, uint64_t now_ms);
/* The next bytes for this reader, in one piece; 0 when it has seen all. Not taken until console_took. */
size_t console_peek(const struct console *c, struct console_reader *r, const char **p);
void console_took(const struct console *c, struct console_reader *r, size_t n, uint64_t now_ms);
/* Should output wait for this reader, because it is behind but reading? */
bool console_holds(const struct console *c, const struct console_reader *r, uint64_t now_ms);

#endif
