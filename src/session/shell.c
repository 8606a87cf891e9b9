/* SPDX-License-Identifier: Apache-2.0
 *
 * shell.c: a command's life on the session's side: what is typed goes to core as RUN, ANSWER, HELP, COMPLETE, CANCEL;
 * what core sends is shown in its order. While a page waits for a key or the peer does not read, records wait in a
 * bounded queue; when it is full core is not read, and core's own limits do the rest. Runs in the session process.
 */
#include "session/state.h"

#include "base/err.h"
#include "term/harmless.h"

#include <string.h>
#include <unistd.h>

#define INPUT_MAX          ((size_t)256 << 10)
#define QUEUE_FULL         ((size_t)128 << 10) /* core is not read any more … */
#define QUEUE_MAX          ((size_t)1 << 20)   /* … unless the SSH library waits for an answer behind it */
#define OUTPUT_FULL        ((size_t)64 << 10)
#define LONG_STEP          16384
#define QUESTIONS_A_SECOND 50 /* half of what core allows */

void shell_init(struct session *s)
{
	struct shell *sh = &s->shell;

	buf_init(&sh->input, INPUT_MAX);
	buf_init(&sh->queue, QUEUE_MAX);
	sh->long_fd = -1;
	sh->last_typed = '\n';
	ipc_bucket_init(&sh->questions, QUESTIONS_A_SECOND);
	ipc_bucket_init(&sh->resizes, QUESTIONS_A_SECOND);
}

static void close_long(struct shell *sh)
{
	if (sh->long_fd >= 0)
		close(sh->long_fd);
	sh->long_fd = -1;
}

static void close_fds(struct shell *sh)
{
	close_long(sh);
	for (unsigned i = 0; i < sh->n_queued_fds; i++)
		close(sh->queued_fds[i]);
	sh->n_queued_fds = 0;
}

static bool has_front(const struct shell *sh)
{
	return sh->front.term || sh->front.plain;
}

bool shell_start(struct session *s, bool exec, bool terminal)
{
	s->shell.exec = exec;
	s->shell.busy = exec;
	return front_init(&s->shell.front, terminal, !exec) == 0;
}

/* ---- from core, in order ---- */

static void prompt(struct shell *sh, struct str text, bool configuring)
{
	sh->busy = sh->asking = sh->discard = false;
	front_prompt(&sh->front, text, configuring);
}

static void run(struct session *s, struct str line)
{
	s->shell.busy = true;
	SESSION_SEND(s, RUN, .line = line, .ahead = buf_len(&s->shell.input) > 0 || front_typed_ahead(&s->shell.front));
}

static void finish(struct shell *sh, uint32_t status)
{
	if (sh->finishing)
		return;
	front_finish(&sh->front);
	sh->finishing = true;
	sh->status = status;
}

static void settings(struct shell *sh, uint32_t length, uint32_t width, uint32_t history, bool basic)
{
	/* A remote command is never paged, not even with a pty. */
	front_set(&sh->front, &(struct term_settings){ sh->exec ? 0 : length, width, history, basic });
}

static bool show_line(struct session *s, struct str body, int fd)
{
	struct ipc_msg_LINE m;

	(void)fd;
	if (!ipc_get_LINE(body, &m))
		return false;
	s->stage = STAGE_SHELL;
	s->deadline = 0;
	files_give_up(s); /* no files are moved: what is typed is for what runs */
	settings(&s->shell, m.length, m.width, m.history, m.basic);
	if (s->shell.exec)
		return true;
	front_progress(&s->shell.front, m.banner);
	if (m.prompt.n)
		prompt(&s->shell, m.prompt, false);
	else
		s->shell.busy = true; /* a command runs at once: the end of what is typed is not its end */
	return true;
}

static bool show_settings(struct session *s, struct str body, int fd)
{
	struct ipc_msg_SETTINGS m;

	(void)fd;
	if (!ipc_get_SETTINGS(body, &m))
		return false;
	settings(&s->shell, m.length, m.width, m.history, m.basic);
	return true;
}

static bool show_filter(struct session *s, struct str body, int fd)
{
	static const char bad[] = "% Failed to compile regular expression.\n\n";
	struct ipc_msg_FILTER m;

	(void)fd;
	if (!ipc_get_FILTER(body, &m) || m.kind > FILTER_COUNT)
		return false;
	if (front_filter(&s->shell.front, (enum term_filter)m.kind, m.pattern)) {
		front_write(&s->shell.front, STR(bad));
		s->shell.discard = true;
	}
	return true;
}

static bool show_out(struct session *s, struct str body, int fd)
{
	struct ipc_msg_OUT m;

	(void)fd;
	if (!ipc_get_OUT(body, &m))
		return false;
	if (!s->shell.discard)
		front_write(&s->shell.front, m.bytes);
	return true;
}

static bool show_history(struct session *s, struct str body, int fd)
{
	struct ipc_msg_HISTORY m;

	(void)fd;
	if (!ipc_get_HISTORY(body, &m))
		return false;
	front_history(&s->shell.front);
	return true;
}

static bool show_outfd(struct session *s, struct str body, int fd)
{
	struct ipc_msg_OUTFD m;

	if (!ipc_get_OUTFD(body, &m) || s->shell.discard) {
		close(fd);
		return s->shell.discard;
	}
	s->shell.long_fd = fd;
	s->shell.long_at = 0;
	s->shell.long_size = m.size;
	s->shell.long_raw = m.raw;
	s->shell.long_last = '\n';
	return true;
}

static bool show_ask(struct session *s, struct str body, int fd)
{
	struct ipc_msg_ASK m;

	(void)fd;
	if (!ipc_get_ASK(body, &m) || m.kind > ASK_KEY)
		return false;
	s->shell.asking = true;
	front_ask(&s->shell.front, m.prompt, m.echo, (enum term_ask)m.kind);
	return true;
}

static bool show_text(struct session *s, struct str body, int fd)
{
	struct ipc_msg_TEXT m;

	(void)fd;
	if (!ipc_get_TEXT(body, &m))
		return false;
	s->shell.asking = true;
	front_text(&s->shell.front, m.prompt, m.until, m.within, m.echo);
	return true;
}

static bool show_progress(struct session *s, struct str body, int fd)
{
	struct ipc_msg_PROGRESS m;

	(void)fd;
	if (!ipc_get_PROGRESS(body, &m))
		return false;
	if (!s->shell.discard)
		front_progress(&s->shell.front, m.text);
	return true;
}

static bool show_done(struct session *s, struct str body, int fd)
{
	struct shell *sh = &s->shell;
	struct ipc_msg_DONE m;

	(void)fd;
	if (!ipc_get_DONE(body, &m))
		return false;
	if (sh->exec) {
		finish(sh, m.status);
	} else {
		if (m.secret)
			front_hide(&sh->front, m.secret);
		prompt(sh, m.prompt, m.configuring);
	}
	return true;
}

static bool show_close(struct session *s, struct str body, int fd)
{
	struct ipc_msg_CLOSE m;

	(void)fd;
	if (!ipc_get_CLOSE(body, &m))
		return false;
	finish(&s->shell, m.status);
	front_progress(&s->shell.front, m.text);
	return true;
}

static bool (*const show[IPC_TYPES])(struct session *, struct str, int) = {
	[IPC_LINE] = show_line,   [IPC_SETTINGS] = show_settings, [IPC_FILTER] = show_filter,
	[IPC_OUT] = show_out,     [IPC_OUTFD] = show_outfd,       [IPC_ASK] = show_ask,
	[IPC_TEXT] = show_text,   [IPC_PROGRESS] = show_progress, [IPC_DONE] = show_done,
	[IPC_CLOSE] = show_close, [IPC_HISTORY] = show_history,
};

static bool full(struct shell *sh)
{
	return front_paused(&sh->front) || buf_len(front_output(&sh->front)) > OUTPUT_FULL;
}

/* Only output waits for the reader; a prompt or question that follows is kept by the terminal until its turn. */
static bool blocked(struct shell *sh, uint16_t type)
{
	return sh->long_fd >= 0 || ((type == IPC_OUT || type == IPC_OUTFD || type == IPC_HISTORY) && full(sh));
}

/* Everything is shown but a page stands: only a key helps. */
static bool waits_for_key(struct shell *sh)
{
	return front_paused(&sh->front) && buf_len(front_output(&sh->front)) == 0;
}

static uint16_t queued_type(const struct shell *sh)
{
	struct cur c = cur_of(buf_str(&sh->queue));

	return cur_u16(&c);
}

static bool enqueue(struct shell *sh, struct ipc_record *r)
{
	if (r->nfds && sh->n_queued_fds == SHELL_FDS)
		return false;
	if (r->nfds) {
		sh->queued_fds[sh->n_queued_fds++] = r->fds[0];
		r->fds[0] = -1;
	}
	sh->closing |= r->type == IPC_CLOSE;
	buf_put_u16(&sh->queue, r->type);
	buf_put_str(&sh->queue, r->body);
	return sh->queue.err == 0;
}

/* A line that is taken away does not wait for somebody to press a key: what was to be shown is dropped. */
static void skip_to_close(struct shell *sh)
{
	close_fds(sh);
	while (queued_type(sh) != IPC_CLOSE) {
		struct cur c = cur_of(buf_str(&sh->queue));

		cur_u16(&c);
		buf_consume(&sh->queue, 2 + 4 + cur_str(&c).n);
	}
	sh->closing = false;
}

static bool dequeue(struct session *s)
{
	struct shell *sh = &s->shell;
	struct cur c = cur_of(buf_str(&sh->queue));
	uint16_t type = cur_u16(&c);
	struct str body = cur_str(&c);
	int fd = -1;
	bool good;

	if (ipc_rows[type].fds) {
		fd = sh->queued_fds[0];
		sh->n_queued_fds--;
		memmove(sh->queued_fds, sh->queued_fds + 1, sh->n_queued_fds * sizeof sh->queued_fds[0]);
	}
	good = show[type](s, body, fd);
	buf_consume(&sh->queue, 2 + 4 + body.n);
	return good;
}

/* What answers a question or comes from outside the command is shown at once. */
static bool receive_aside(struct session *s, uint16_t type, struct str body)
{
	struct ipc_msg_HELP_TEXT help;
	struct ipc_msg_COMPLETION completion;
	struct ipc_msg_MONITOR monitor;

	switch (type) {
	case IPC_HELP_TEXT:
		if (!ipc_get_HELP_TEXT(body, &help))
			return false;
		front_help(&s->shell.front, help.text);
		return true;
	case IPC_COMPLETION:
		if (!ipc_get_COMPLETION(body, &completion))
			return false;
		front_complete(&s->shell.front, completion.insert);
		return true;
	case IPC_MONITOR:
		if (!ipc_get_MONITOR(body, &monitor))
			return false;
		front_monitor(&s->shell.front, monitor.text);
		return true;
	default:
		return false;
	}
}

bool shell_receive(struct session *s, struct ipc_record *r)
{
	struct shell *sh = &s->shell;
	int fd = r->fds[0];

	if (!has_front(sh))
		return false;
	if (!show[r->type])
		return receive_aside(s, r->type, r->body);
	if (buf_len(&sh->queue) || blocked(sh, r->type))
		return enqueue(sh, r);
	r->fds[0] = -1;
	return show[r->type](s, r->body, fd);
}

bool shell_wants_core(const struct session *s)
{
	return buf_len(&s->shell.queue) < (s->link.awaiting ? QUEUE_MAX - IPC_MAX_RECORD : QUEUE_FULL) &&
	       (s->link.awaiting || s->shell.n_queued_fds < SHELL_FDS);
}

/* ---- typed ---- */

void shell_typed(struct session *s, struct str bytes)
{
	size_t taken = files_typed(s, bytes);

	bytes.p += taken;
	bytes.n -= taken;
	buf_put(&s->shell.input, bytes.p, bytes.n);
	if (bytes.n)
		s->shell.last_typed = bytes.p[bytes.n - 1];
	if (s->shell.input.err)
		session_stop(s, REASON_PROTOCOL, "more input than was granted");
}

void shell_resize(struct session *s, uint32_t cols, uint32_t rows)
{
	s->shell.cols = cols;
	s->shell.rows = rows;
}

static void send_resize(struct session *s)
{
	struct shell *sh = &s->shell;

	if (s->stage != STAGE_SHELL || (sh->cols == sh->sent_cols && sh->rows == sh->sent_rows) ||
	    !ipc_bucket_take(&sh->resizes, QUESTIONS_A_SECOND, s->now))
		return;
	sh->sent_cols = sh->cols;
	sh->sent_rows = sh->rows;
	SESSION_SEND(s, RESIZE, .cols = sh->cols, .rows = sh->rows);
}

static void cancel(struct session *s)
{
	struct shell *sh = &s->shell;

	close_long(sh);
	if (sh->asking) {
		sh->asking = false;
		SESSION_SEND(s, ANSWER, .cancelled = 1);
	} else if (sh->busy && !sh->discard) {
		sh->discard = true;
		SESSION_SEND(s, CANCEL, .unused = 0);
	}
}

void shell_interrupt(struct session *s)
{
	if (s->stage == STAGE_SHELL)
		cancel(s);
}

static void answer(struct session *s, struct str text)
{
	s->shell.asking = false;
	SESSION_SEND(s, ANSWER, .text = text);
}

/* Somebody holding `?` or Tab down gets answers as fast as core gives them, within its limit. */
static bool may_ask(struct session *s)
{
	return ipc_bucket_take(&s->shell.questions, QUESTIONS_A_SECOND, s->now);
}

static void on_event(struct session *s, const struct term_event *ev)
{
	switch (ev->type) {
	case TERM_EV_LINE:
		if (s->kind == KIND_CONSOLE)
			console_size(s);
		run(s, ev->text);
		break;
	case TERM_EV_END:
		run(s, STR("end")); /* what was typed before the key is dropped */
		break;
	case TERM_EV_HELP:
		if (may_ask(s))
			SESSION_SEND(s, HELP, .line = ev->text);
		else
			front_help(&s->shell.front, STR(""));
		break;
	case TERM_EV_COMPLETE:
		if (may_ask(s))
			SESSION_SEND(s, COMPLETE, .line = ev->text);
		else
			front_complete(&s->shell.front, STR(""));
		break;
	case TERM_EV_ANSWER:
	case TERM_EV_TEXT:
		answer(s, ev->text);
		break;
	case TERM_EV_CANCEL:
		cancel(s);
		break;
	case TERM_EV_ACTIVITY:
		session_active(s);
		break;
	case TERM_EV_EOF: /* Ctrl-D deletes a character; where there is none, IOS does nothing */
		run(s, STR(""));
		break;
	}
}

void shell_eof(struct session *s)
{
	struct shell *sh = &s->shell;

	sh->eof = true;
	if (sh->front.plain && !buf_len(&s->files.command) && sh->last_typed != '\n' && sh->last_typed != '\r')
		buf_put_u8(&sh->input, '\n'); /* a last line without its end is a line */
}

/* Nothing more will be typed: what waits for a key or a line never gets one. */
static bool hang_up(struct session *s)
{
	struct shell *sh = &s->shell;

	if (!sh->eof || sh->finishing || buf_len(&sh->input) || s->stage != STAGE_SHELL)
		return false;
	if (sh->asking) {
		sh->asking = false;
		SESSION_SEND(s, ANSWER, .cancelled = 1);
		return true;
	}
	if (sh->busy && !waits_for_key(sh))
		return false;
	close_fds(sh);
	buf_clear(&sh->queue);
	finish(sh, 0);
	return true;
}

static bool feed(struct shell *sh)
{
	size_t n = front_feed(&sh->front, buf_str(&sh->input));

	buf_forget(&sh->input, n);
	sh->taken += n;
	return n != 0;
}

/* ---- shown ---- */

/* The next bytes of the long output, as they are to be shown; 0 when it is over. */
static size_t read_long(struct shell *sh, uint8_t *to, size_t room)
{
	uint64_t left = sh->long_size - sh->long_at;
	size_t kept = 0;

	while (left && kept == 0) {
		ssize_t n = pread(sh->long_fd, to, left < room ? (size_t)left : room, (off_t)sh->long_at);

		if (n <= 0)
			break;
		sh->long_at += (uint64_t)n;
		left -= (uint64_t)n;
		kept = sh->long_raw ? harmless(to, (size_t)n) : (size_t)n;
	}
	if (kept == 0 && sh->long_last != '\n') /* a file's last line ends */
		to[kept++] = '\n';
	if (kept && sh->long_raw)
		sh->long_last = to[kept - 1];
	if (kept == 0)
		close_long(sh);
	return kept;
}

/* From the file into the packet. */
static bool show_direct(struct session *s)
{
	uint8_t *to;
	size_t room = ssh_channel_room(s->link.conn, s->link.channel, &to);

	if (room)
		ssh_channel_filled(s->link.conn, read_long(&s->shell, to, room));
	return room != 0;
}

static bool show_long(struct session *s)
{
	struct shell *sh = &s->shell;
	uint8_t bytes[LONG_STEP];
	size_t n;

	if (sh->long_fd < 0 || full(sh))
		return false;
	if (s->kind == KIND_SSH && ssh_channel_direct(s->link.conn) && front_passes(&sh->front))
		return show_direct(s);
	n = read_long(sh, bytes, sizeof bytes);
	front_write(&sh->front, (struct str){ bytes, n });
	return true;
}

bool shell_flushed(const struct session *s)
{
	struct shell *sh = (struct shell *)&s->shell;

	return !has_front(sh) ||
	       (sh->long_fd < 0 && buf_len(&sh->queue) == 0 && buf_len(front_output(&sh->front)) == 0);
}

bool shell_pump(struct session *s)
{
	struct shell *sh = &s->shell;
	struct term_event ev;
	bool moved, event = false;

	if (!has_front(sh))
		return false;
	moved = !buf_len(&s->files.command) && feed(sh);
	if (!sh->finishing && s->stage == STAGE_SHELL && front_step(&sh->front, &ev)) {
		on_event(s, &ev);
		moved = event = true;
	}
	if (!event)
		moved |= hang_up(s);
	moved |= show_long(s);
	if (sh->closing && waits_for_key(sh))
		skip_to_close(sh);
	if (buf_len(&sh->queue) && !blocked(sh, queued_type(sh))) {
		if (!dequeue(s))
			session_stop(s, REASON_BY_APPLICATION, "bad message from core");
		moved = true;
	}
	send_resize(s);
	return moved;
}
