/* SPDX-License-Identifier: Apache-2.0
 *
 * scp_sink.c: files come: the target of `scp -t`. Names of the client are single components: it can reach nothing
 * beside the target it named. Runs in the session process; input is hostile.
 */
#include "scp_private.h"

#include "base/err.h"
#include "transfer/words.h"

#include <string.h>

#define MODE_DIGITS 4

/* --- lines --- */

static bool digits(struct str *text, uint64_t *out)
{
	size_t n = 0;

	*out = 0;
	while (n < text->n && text->p[n] >= '0' && text->p[n] <= '9') {
		if (__builtin_mul_overflow(*out, 10, out) || __builtin_add_overflow(*out, text->p[n] - '0', out))
			return false;
		n++;
	}
	text->p += n;
	text->n -= n;
	return n > 0;
}

static bool blank(struct str *text)
{
	if (!text->n || *text->p != ' ')
		return false;
	text->p++;
	text->n--;
	return true;
}

/* "C0644 12 name": the mode is not kept, but it must be one. */
static bool file_line(struct str line, uint64_t *size, struct str *name)
{
	size_t n = 0;

	line.p++;
	line.n--;
	while (n < line.n && line.p[n] >= '0' && line.p[n] <= '7')
		n++;
	if (n != MODE_DIGITS)
		return false;
	line.p += n;
	line.n -= n;
	if (!blank(&line) || !digits(&line, size) || !blank(&line))
		return false;
	*name = line;
	return line.n > 0 && !memchr(line.p, '/', line.n) && !memchr(line.p, '\0', line.n) && !str_is(line, ".") &&
	       !str_is(line, "..");
}

static bool times_line(struct str line, int64_t *mtime)
{
	uint64_t m, micro, a;

	line.p++;
	line.n--;
	if (!digits(&line, &m) || !blank(&line) || !digits(&line, &micro) || !blank(&line) || !digits(&line, &a) ||
	    !blank(&line) || !digits(&line, &micro) || line.n || m > INT64_MAX)
		return false;
	*mtime = (int64_t)m;
	return true;
}

/* --- what a line begins --- */

/* Where it will be: in the target if that is a folder, else it is the target. */
static bool place(struct scp *s, struct str name)
{
	s->top[s->depth] = strlen(s->path);
	return !(s->depth || s->target_is_folder) || scp_enter(s, name);
}

static void leave(struct scp *s)
{
	s->path[s->top[s->depth]] = '\0';
	s->mtime = 0;
	s->lost = false;
}

static bool begin_file(struct scp *s, struct str line, struct scp_event *ev)
{
	struct str name;
	uint64_t size;

	if (!file_line(line, &size, &name)) {
		scp_say_fatal(s, "", "not a file's line");
		return false;
	}
	s->left = size;
	if (place(s, name))
		return scp_ask(s, ev, SCP_EV_WRITE, SINK_OPEN);
	leave(s);
	scp_say_error(s, "", "path too long");
	return false;
}

static bool begin_folder(struct scp *s, struct str line, struct scp_event *ev)
{
	struct str name;
	uint64_t none;

	if (!s->recursive || !file_line(line, &none, &name) || s->depth + 1 >= SCP_DEPTH) {
		scp_say_fatal(s, "", s->recursive ? "not a folder's line, or too deep" : "a folder without -r");
		return false;
	}
	if (place(s, name))
		return scp_ask(s, ev, SCP_EV_MKDIR, SINK_FOLDER);
	scp_say_fatal(s, "", "path too long");
	return false;
}

static void end_folder(struct scp *s)
{
	if (s->depth == 0) {
		scp_say_fatal(s, "", "end of no folder");
		return;
	}
	s->depth--;
	leave(s);
	scp_say_ok(s);
}

static bool on_line(struct scp *s, struct str line, struct scp_event *ev)
{
	switch (line.n ? *line.p : 0) {
	case 'C':
		return begin_file(s, line, ev);
	case 'D':
		return begin_folder(s, line, ev);
	case 'E':
		end_folder(s);
		break;
	case 'T':
		if (times_line(line, &s->mtime))
			scp_say_ok(s);
		else
			scp_say_fatal(s, "", "not a line of times");
		break;
	case 1: /* the client could not read something of its own; it goes on */
		s->failed = true;
		break;
	case 2:
		s->failed = true;
		s->state = SCP_ENDING;
		break;
	default:
		scp_say_fatal(s, "", "protocol error");
	}
	return false;
}

/* --- answers --- */

/* E_NOTFOUND: the target is to be made. */
static void on_target(struct scp *s)
{
	s->target_is_folder = s->answer.rc == 0 && s->answer.folder;
	if (s->answer.rc && s->answer.rc != E_NOTFOUND)
		scp_say_fatal(s, s->path, scp_why(s));
	else if (s->must_be_folder && !s->target_is_folder)
		scp_say_fatal(s, s->path, "not a folder");
	else
		scp_say_ok(s);
}

static void on_opened(struct scp *s)
{
	if (s->answer.rc == 0) {
		scp_say_ok(s);
		s->state = s->left ? SINK_DATA : SINK_STATUS;
		return;
	}
	scp_say_error(s, s->path, scp_why(s));
	leave(s);
}

static void on_folder(struct scp *s)
{
	if (s->answer.rc && !(s->answer.rc == E_EXISTS && s->answer.folder)) {
		scp_say_fatal(s, s->path, scp_why(s));
		return;
	}
	s->depth++;
	s->mtime = 0;
	scp_say_ok(s);
}

static void on_closed(struct scp *s)
{
	if (s->answer.rc)
		scp_say_error(s, s->path, scp_why(s));
	else
		scp_say_ok(s);
	leave(s);
}

static void on_answer(struct scp *s)
{
	enum scp_state was = s->state;

	s->asked = false;
	s->state = SINK_LINE;
	if (was == SINK_BEGIN)
		on_target(s);
	else if (was == SINK_OPEN)
		on_opened(s);
	else if (was == SINK_FOLDER)
		on_folder(s);
	else
		on_closed(s);
}

/* --- the machine --- */

static bool data(struct scp *s, struct scp_event *ev)
{
	struct str in = buf_str(&s->in);

	if (in.n > s->left)
		in.n = (size_t)s->left;
	if (in.n == 0)
		return false;
	/* Moved out of `in`: what the event lends must stay when more is fed. */
	buf_clear(&s->names[0]);
	buf_put(&s->names[0], in.p, in.n);
	buf_consume(&s->in, in.n);
	s->left -= in.n;
	if (s->left == 0)
		s->state = SINK_STATUS;
	*ev = (struct scp_event){ .type = SCP_EV_DATA, .bytes = buf_str(&s->names[0]) };
	return true;
}

/* Of a file whose bytes could not be kept nothing stays. */
static bool give_up(struct scp *s, struct scp_event *ev)
{
	scp_say_error(s, s->path, transfer_words(s->lost_rc));
	leave(s);
	s->state = SINK_LINE;
	*ev = (struct scp_event){ .type = SCP_EV_DROP };
	return true;
}

/* Behind the bytes: zero, or words of a client that could not read its file to the end. */
static bool status(struct scp *s, struct scp_event *ev)
{
	struct str line;

	if (buf_len(&s->in) == 0)
		return false;
	if (*buf_ptr(&s->in) == 0) {
		buf_consume(&s->in, 1);
		return s->lost ? give_up(s, ev) : scp_ask(s, ev, SCP_EV_CLOSE, SINK_CLOSE);
	}
	if (!scp_line(s, &line) && s->state != SCP_ENDING)
		return false;
	*ev = (struct scp_event){ .type = SCP_EV_DROP };
	if (s->state != SCP_ENDING) {
		scp_say_ok(s);
		leave(s);
		s->state = SINK_LINE;
	}
	s->failed = true;
	return true;
}

/* The client has gone: a file that is not whole is none. */
static bool on_end(struct scp *s, struct scp_event *ev)
{
	bool writing = s->state == SINK_DATA || s->state == SINK_STATUS;

	s->failed |= writing || s->depth > 0;
	s->state = SCP_ENDING;
	*ev = (struct scp_event){ .type = SCP_EV_DROP };
	return writing;
}

static bool step(struct scp *s, struct scp_event *ev)
{
	struct str line;

	switch (s->state) {
	case SINK_BEGIN:
		return scp_ask(s, ev, SCP_EV_LOOK, SINK_BEGIN);
	case SINK_LINE:
		return scp_line(s, &line) && on_line(s, line, ev);
	case SINK_DATA:
		return data(s, ev);
	case SINK_STATUS:
		return status(s, ev);
	default:
		return false;
	}
}

bool scp_sink_step(struct scp *s, struct scp_event *ev)
{
	size_t before;
	enum scp_state was;

	if (s->asked)
		on_answer(s);
	do { /* lines that need nobody else */
		before = buf_len(&s->in);
		was = s->state;
		if (step(s, ev))
			return true;
	} while (s->state != SCP_ENDING && (before != buf_len(&s->in) || was != s->state));
	if (s->state == SCP_ENDING)
		return scp_end(s, ev);
	return s->eof && (on_end(s, ev) || scp_end(s, ev));
}
