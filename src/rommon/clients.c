/* SPDX-License-Identifier: Apache-2.0
 *
 * clients.c: see state.h. Runs in rommon. A client is the device's owner or root (checked by SO_PEERCRED); its
 * messages are checked all the same, and one that misbehaves is closed.
 */
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MENU "\r\n[Ctrl-] typed: q stops the device, b sends a break, Ctrl-] sends itself, any other key goes on]\r\n"

static void drop(struct client *c)
{
	close(c->fd);
	*c = (struct client){ .kind = CLIENT_NONE, .fd = -1 };
}

void clients_accept(struct rommon *r)
{
	struct ucred who;
	socklen_t n = sizeof who;
	int fd = accept4(r->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) || (who.uid != 0 && who.uid != geteuid())) {
		close(fd);
		return;
	}
	for (int i = 0; i < CLIENTS; i++) {
		if (r->clients[i].kind != CLIENT_NONE)
			continue;
		r->clients[i] = (struct client){ .kind = CLIENT_NEW, .fd = fd };
		return;
	}
	control_send(fd, CONTROL_END, "too many clients", 16);
	close(fd);
}

static void send_text(struct client *c, const char *text)
{
	size_t n = strlen(text);

	control_send(c->fd, CONTROL_TEXT, text, n < CONTROL_BYTES ? n : CONTROL_BYTES);
}

static void send_status(struct rommon *r, struct client *c)
{
	static const char *const names[] = { "at its rommon prompt", "running", "stopping", "stopping", "stopping" };
	uint64_t up = r->core.pid ? (machine_now() - r->core.started_ms) / 1000 : 0;
	char text[CONTROL_BYTES];
	int n = snprintf(text, sizeof text, "%.300s: %s\nrommon: version " RAVELIN_VERSION ", process %d, %u crash%s\n",
			 r->o->device, r->state == STATE_RUNNING && !r->core.ready ? "booting" : names[r->state],
			 (int)getpid(), r->crashes.count, r->crashes.count == 1 ? "" : "es");

	if (r->core.pid && n > 0)
		snprintf(text + n, sizeof text - (size_t)n,
			 "image: flash0:%.150s, version %s, process %d, up %llu:%02llu:%02llu\n", r->load.name,
			 r->load.version, (int)r->core.pid, (unsigned long long)up / 3600,
			 (unsigned long long)up / 60 % 60, (unsigned long long)up % 60);
	send_text(c, text);
	if (r->core.pid && r->core.status[0])
		send_text(c, r->core.status);
	control_send(c->fd, CONTROL_END, NULL, 0);
	drop(c);
}

static bool take_window(struct rommon *r, const struct control_message *m)
{
	struct control_window w;

	if (m->n != sizeof w)
		return false;
	memcpy(&w, m->bytes, sizeof w);
	console_resize(&r->console, w.rows, w.cols);
	return true;
}

static void take_break(struct rommon *r, struct client *c)
{
	const char *ignored = machine_break(r);

	if (ignored)
		send_text(c, ignored);
}

/* False: the client is to be closed. */
static bool take_message(struct rommon *r, struct client *c, const struct control_message *m)
{
	bool console = c->kind == CLIENT_CONSOLE;

	if (m->type == CONTROL_CONSOLE && c->kind == CLIENT_NEW && take_window(r, m)) {
		c->kind = CLIENT_CONSOLE;
		c->reader = console_reader(&r->console, machine_now());
	} else if (m->type == CONTROL_STOP && c->kind == CLIENT_NEW) {
		c->kind = CLIENT_STOPPER;
		machine_stop(r);
	} else if (m->type == CONTROL_STATUS && c->kind == CLIENT_NEW) {
		send_status(r, c);
	} else if (m->type == CONTROL_DATA && console) {
		machine_type(r, m->bytes, m->n);
	} else if (m->type == CONTROL_BREAK && console) {
		take_break(r, c);
	} else {
		return m->type == CONTROL_WINDOW && console && take_window(r, m);
	}
	return true;
}

void clients_read(struct rommon *r, struct client *c)
{
	struct control_message m;
	int rc = control_receive(c->fd, &m);

	if (rc == E_AGAIN)
		return;
	if (rc || !take_message(r, c, &m))
		drop(c);
	if (!rc)
		explicit_bzero(m.bytes, m.n); /* keys that somebody typed */
}

void clients_write(struct rommon *r, struct client *c)
{
	const char *p;
	size_t n = console_peek(&r->console, &c->reader, &p);
	int rc;

	if (n > CONTROL_BYTES)
		n = CONTROL_BYTES;
	rc = n ? control_send(c->fd, CONTROL_DATA, p, n) : 0;
	if (rc == 0)
		console_took(&r->console, &c->reader, n, machine_now());
	else if (rc != E_AGAIN)
		drop(c);
}

void clients_end(struct rommon *r, const char *why)
{
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &r->clients[i];

		if (c->kind == CLIENT_NONE)
			continue;
		for (size_t n = 0; c->kind == CLIENT_CONSOLE && n < CONSOLE_RING; n += CONTROL_BYTES)
			clients_write(r, c);
		if (c->kind == CLIENT_NONE)
			continue;
		control_send(c->fd, CONTROL_END, why, strlen(why));
		drop(c);
	}
}

static void tty_note(struct rommon *r, const char *text)
{
	if (write(r->tty.out, text, strlen(text)) < 0) /* a terminal that is gone shows up in the next read */
		return;
}

static void tty_menu(struct rommon *r, char key)
{
	const char *ignored;

	r->tty_menu = false;
	if (key == 'q' || key == 'Q') {
		tty_note(r, "[stopping]\r\n");
		machine_stop(r);
	} else if (key == 'b' || key == 'B') {
		ignored = machine_break(r);
		if (ignored)
			tty_note(r, ignored);
	} else if (key == TTY_ESCAPE) {
		machine_type(r, &key, 1);
	}
}

void clients_tty_read(struct rommon *r)
{
	char bytes[512];
	ssize_t n = read(r->tty.in, bytes, sizeof bytes);
	size_t from = 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) { /* a terminal that went away takes the device with it; the end of a file does not */
		r->tty.in = -1;
		if (r->tty.terminal)
			machine_stop(r);
		return;
	}
	for (size_t i = 0; r->tty.terminal && i < (size_t)n; i++) {
		if (r->tty_menu) {
			tty_menu(r, bytes[i]);
		} else if (bytes[i] == TTY_ESCAPE) {
			machine_type(r, bytes + from, i - from);
			r->tty_menu = true;
			tty_note(r, MENU);
		} else {
			continue;
		}
		from = i + 1;
	}
	machine_type(r, bytes + from, (size_t)n - from);
	explicit_bzero(bytes, (size_t)n);
}

void clients_tty_write(struct rommon *r)
{
	const char *p;
	size_t n = console_peek(&r->console, &r->tty_reader, &p);
	ssize_t w;

	if (!n || r->tty.out < 0)
		return;
	w = write(r->tty.out, p, n < 1024 ? n : 1024);
	if (w > 0)
		console_took(&r->console, &r->tty_reader, (size_t)w, machine_now());
	else if (w < 0 && errno != EAGAIN && errno != EINTR)
		r->tty.out = -1;
}
