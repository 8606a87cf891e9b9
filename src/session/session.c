/* SPDX-License-Identifier: Apache-2.0
 *
 * session.c: the session process: locks itself in, then one loop over two descriptors, the peer and core.
 * Everything from the peer is hostile. The process knows one clock, opens nothing, and ends at any surprise.
 */
#include "session/session.h"

#include "base/err.h"
#include "session/sandbox.h"
#include "session/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The two descriptors a session owns. 0, 1 and 2 stay free: nothing here writes to standard error. */
#define PEER_FD 3
#define CORE_FD 4

#define READ_STEP     32768
#define SETUP_MS      10000
#define COOKIE_MS     100   /* how often it is tried again where core's pace holds up a key exchange or facts */
#define PEER_STALL_MS 60000 /* finishing: this long without a byte taken */

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- the two descriptors ---- */

/* What read() gave: whether there are bytes. */
static bool came(struct session *s, ssize_t n)
{
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		s->link.ended = true;
		session_stop(s, REASON_BY_APPLICATION, "connection closed by the peer");
		return false;
	}
	s->bytes_in += (uint64_t)n;
	return true;
}

/* Where files move, much comes at a time: read to where it will be decrypted. */
static void read_much(struct session *s)
{
	size_t room;
	uint8_t *to = ssh_feed_room(s->link.conn, &room);
	ssize_t n = read(s->peer, to, room);

	if (!came(s, n))
		return;
	s->unanswered = true;
	ssh_fed(s->link.conn, (size_t)n);
}

static void read_peer(struct session *s)
{
	uint8_t bytes[READ_STEP];
	ssize_t n;

	if (s->files.on) {
		read_much(s);
		return;
	}
	n = read(s->peer, bytes, sizeof bytes);
	if (!came(s, n))
		return;
	if (s->kind == KIND_CONSOLE) {
		shell_typed(s, (struct str){ bytes, (size_t)n });
	} else {
		s->unanswered = true;
		if (ssh_feed(s->link.conn, bytes, (size_t)n))
			session_stop(s, REASON_PROTOCOL, "too much input");
	}
	explicit_bzero(bytes, (size_t)n);
}

static bool write_peer(struct session *s)
{
	struct buf *out = s->link.conn ? ssh_output(s->link.conn) : NULL;
	ssize_t n;

	if (!out || buf_len(out) == 0)
		return false;
	n = write(s->peer, buf_ptr(out), buf_len(out));
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		buf_clear(out);
		s->link.ended = true;
		session_stop(s, REASON_BY_APPLICATION, "connection closed by the peer");
	}
	if (n <= 0)
		return false;
	buf_consume(out, (size_t)n);
	s->bytes_out += (uint64_t)n;
	s->unanswered = false;
	if (s->shell.finishing && s->stage == STAGE_SHELL)
		s->deadline = s->now + PEER_STALL_MS;
	return true;
}

static bool receive(struct session *s, struct ipc_record *r)
{
	switch (r->type) {
	case IPC_SETUP:
		return link_setup(s, r->body);
	case IPC_WATCH:
		return trace_watch(s, r->body);
	case IPC_COOKIE:
	case IPC_SIGNED:
	case IPC_AUTH_RESULT:
	case IPC_AUTH_PROMPT:
	case IPC_PROVED:
	case IPC_V1_KEYS:
	case IPC_V1_KEY:
	case IPC_V1_CHALLENGE:
		return link_answer(s, r->type, r->body);
	case IPC_FILES:
		return files_start(s, r->body);
	case IPC_FILE_DONE:
	case IPC_FILE_FD:
	case IPC_FILE_OLD:
	case IPC_FILE_ROOM:
		return files_answer(s, r);
	case IPC_CLOSE:
		if (s->files.on || s->files.subsystem)
			return files_close(s, r->body);
		return s->stage == STAGE_LOGIN && !s->link.started ? link_close(s, r->body) : shell_receive(s, r);
	default:
		return shell_receive(s, r);
	}
}

/* One record; false: nothing there. */
static bool read_core(struct session *s)
{
	struct ipc_record r;
	int rc = ipc_recv(&s->core, PH_ANY, s->now, &r);

	if (rc == E_AGAIN)
		return false;
	if (rc) {
		s->core_gone = true;
		return false;
	}
	if (!receive(s, &r))
		session_stop(s, REASON_BY_APPLICATION, "bad message from core");
	ipc_record_release(&r);
	return true;
}

/* ---- the loop ---- */

static bool wants_peer(const struct session *s)
{
	if (s->stage == STAGE_FLUSH || s->link.ended)
		return false;
	return s->link.conn ? ssh_wants_input(s->link.conn)
			    : s->kind == KIND_CONSOLE && buf_len(&s->shell.input) < READ_STEP;
}

static bool has_output(struct session *s)
{
	if (s->link.conn)
		return buf_len(ssh_output(s->link.conn)) != 0;
	return s->kind == KIND_CONSOLE && buf_len(front_output(&s->shell.front)) != 0;
}

/* Nobody who is idle wakes up for nothing: a time counts only when something is due then. */
static int wait_ms(const struct session *s)
{
	uint64_t limit = UINT64_MAX, due = s->link.conn ? ssh_due(s->link.conn) : 0;

	if (due > s->now) /* what was due already waits for core or the peer, not for time */
		limit = due - s->now;
	if (s->link.cookie_due || s->trace.n)
		limit = COOKIE_MS;
	if (s->deadline)
		limit = s->deadline <= s->now ? 0 : s->deadline - s->now < limit ? s->deadline - s->now : limit;
	return limit == UINT64_MAX ? -1 : limit < INT_MAX ? (int)limit : INT_MAX;
}

/* The stock client waits for the acknowledgement of every step of a login. An answer brings it along; where none was
 * due and core is not asked for one, it goes alone. */
static void acknowledge(struct session *s)
{
	int on = 1;

	if (s->unanswered && s->stage < STAGE_SHELL && s->kind == KIND_SSH && !s->link.awaiting)
		setsockopt(s->peer, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
	s->unanswered = false;
}

/* `busy`: what is there is taken, and nothing is waited for. */
static void wait_event(struct session *s, bool busy, short *peer, short *core)
{
	struct pollfd p[2] = { { .fd = s->peer }, { .fd = -1 } };
	int ms = busy ? 0 : wait_ms(s);
	struct timespec t = { ms / 1000, (ms % 1000) * 1000000L };

	p[0].events = (short)((wants_peer(s) ? POLLIN : 0) | (has_output(s) ? POLLOUT : 0));
	if (s->core_gone)
		p[1].fd = -1;
	else if (s->stage != STAGE_FLUSH && shell_wants_core(s))
		p[1] = (struct pollfd){ .fd = s->core.fd, .events = POLLIN };
	if (p[0].events == 0) /* a hang-up is seen when reading is wanted again, not in a busy loop */
		p[0].fd = -1;
	if (ppoll(p, 2, ms < 0 ? NULL : &t, NULL) < 0)
		p[0].revents = p[1].revents = 0;
	s->now = now_ms();
	*peer = p[0].revents;
	*core = p[1].revents;
}

static void on_deadline(struct session *s)
{
	if (s->stage == STAGE_SETUP || s->stage == STAGE_LOGIN)
		session_stop(s, REASON_BY_APPLICATION, "login timed out");
	else if (s->stage == STAGE_CLOSING)
		session_stop(s, REASON_BY_APPLICATION, "closed");
	else
		session_stop(s, REASON_BY_APPLICATION, "peer does not read");
}

static void finish_line(struct session *s)
{
	if (!s->shell.finishing || s->stage >= STAGE_CLOSING)
		return;
	if (s->files.on ? files_flushed(s) : shell_flushed(s)) {
		if (s->kind == KIND_SSH)
			link_finish(s, s->shell.status);
		else
			session_stop(s, REASON_BY_APPLICATION, "line closed");
	} else if (!s->deadline) {
		s->deadline = s->now + PEER_STALL_MS;
	}
}

/* Moves everything that can move without waiting. What was read is written in one go at the end. */
static void pump(struct session *s)
{
	bool moved = true;

	while (moved) {
		moved = link_pump(s);
		moved |= s->files.on ? files_pump(s) : shell_pump(s);
		if (!moved || !s->files.on) /* the answers to all that came go together */
			moved |= s->kind == KIND_SSH ? link_write(s) : console_write(s);
		finish_line(s);
		if (!moved)
			moved = write_peer(s);
	}
	if (s->trace.n)
		trace_flush(s);
}

static bool over(struct session *s)
{
	if (s->core_gone && s->stage < STAGE_CLOSING && !s->shell.finishing)
		session_stop(s, REASON_BY_APPLICATION, "closed by the device");
	if (s->deadline && s->now >= s->deadline) {
		if (s->stage == STAGE_FLUSH)
			return true;
		on_deadline(s);
	}
	return s->stage == STAGE_FLUSH && !has_output(s);
}

static void loop(struct session *s)
{
	short peer, core;

	for (;;) {
		pump(s);
		if (over(s))
			break;
		if (s->stage == STAGE_FLUSH)
			write_peer(s);
		acknowledge(s);
		wait_event(s, files_slice(s), &peer, &core);
		if (s->link.conn)
			ssh_tick(s->link.conn, s->now);
		if (core)
			for (unsigned i = s->files.on ? 1 : 16; i && shell_wants_core(s) && read_core(s); i--)
				; /* of files one answer comes at a time */
		if ((peer & (POLLIN | POLLHUP | POLLERR)) && wants_peer(s))
			read_peer(s);
	}
}

/* ---- life ---- */

static bool lock_in(int peer, int core, const struct sock_fprog *filter)
{
	static const int keep[] = { PEER_FD, CORE_FD };
	sigset_t none;
	/* Through numbers above both, so that neither is overwritten by the other. */
	int p = fcntl(peer, F_DUPFD, CORE_FD + 1), c = fcntl(core, F_DUPFD, CORE_FD + 1);

	if (p < 0 || c < 0 || dup3(p, PEER_FD, O_CLOEXEC) < 0 || dup3(c, CORE_FD, O_CLOEXEC) < 0 ||
	    sandbox_close_others(keep, 2) || fcntl(PEER_FD, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return false;
	sigemptyset(&none);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* where the room for a file ends: write says so */
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_NAME, "session");
	return sandbox_undumpable() == 0 && sandbox_limit_session(SANDBOX_SESSION_FDS) == 0 &&
	       sandbox_landlock() >= 0 && sandbox_apply(filter) == 0;
}

/* Nothing is freed or wiped: the memory of a process that is not dumpable ends with it, and to write zeros into pages
 * that were never touched would make them first. */
static void end(struct session *s)
{
	if (!s->core_gone)
		SESSION_SEND(s, BYE, .reason = s->end_reason, .text = str_of(s->end_text), .bytes_in = s->bytes_in,
			     .bytes_out = s->bytes_out, .fault = s->end_fault, .client = str_of(s->end_client));
}

_Noreturn void session_run(enum ipc_kind kind, int peer, int core, const struct sock_fprog *filter)
{
	static struct session s;

	if (!lock_in(peer, core, filter))
		_exit(1);
	s = (struct session){ .kind = kind, .peer = PEER_FD, .now = now_ms() };
	s.started = s.now;
	s.deadline = s.now + SETUP_MS;
	shell_init(&s);
	trace_init(&s);
	files_init(&s);
	if (ipc_channel_init(&s.core, CORE_FD, FROM_CORE, false))
		_exit(1);
	if (kind == KIND_CONSOLE) {
		s.stage = STAGE_SHELL;
		s.deadline = 0;
		if (!shell_start(&s, false, true))
			_exit(1);
	}
	loop(&s);
	end(&s);
	_exit(0);
}
