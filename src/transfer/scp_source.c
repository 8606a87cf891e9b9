/* SPDX-License-Identifier: Apache-2.0
 *
 * scp_source.c: files go: what `scp -f` asked for, folders with -r. After each line the client's answer is awaited.
 * Runs in the session process; the client's answers are hostile.
 */
#include "scp_private.h"

#include "base/err.h"

#include <string.h>

/* The client's answer: 0 it goes on, 1 this one not, 2 nothing more; -1: it is not here yet. */
static int client_says(struct scp *s)
{
	struct str line;
	uint8_t code;

	if (buf_len(&s->in) == 0)
		return -1;
	code = *buf_ptr(&s->in);
	if (code == 0) {
		buf_consume(&s->in, 1);
		return 0;
	}
	if (!scp_line(s, &line))
		return s->state == SCP_ENDING ? 2 : -1;
	s->failed = true;
	return code == 1 ? 1 : 2;
}

/* What the client asked for behind its last slash: "flash0:x" too, for it compares. */
static const char *base(const struct scp *s)
{
	const char *slash = strrchr(s->path, '/');

	return slash && slash[1] ? slash + 1 : s->path;
}

/* --- lines --- */

static void say_head(struct scp *s)
{
	if (s->is_folder) {
		buf_printf(&s->out, "D0755 0 %s\n", base(s));
		s->state = SOURCE_FOLDER;
	} else {
		buf_printf(&s->out, "C0644 %llu %s\n", (unsigned long long)s->left, base(s));
		s->state = SOURCE_FILE;
	}
}

static void say_begin(struct scp *s)
{
	if (!s->times) {
		say_head(s);
		return;
	}
	buf_printf(&s->out, "T%lld 0 %lld 0\n", (long long)s->mtime, (long long)s->mtime);
	s->state = SOURCE_TIMES;
}

/* Back to the folder this was in; at the top all is done. */
static void leave(struct scp *s)
{
	if (s->depth == 0) {
		s->state = SCP_ENDING;
		return;
	}
	s->path[s->top[s->depth]] = '\0';
	s->state = SOURCE_NEXT;
}

static void refuse(struct scp *s, const char *why)
{
	scp_say_error(s, s->path, why);
	leave(s);
}

/* --- answers --- */

static bool on_look(struct scp *s, struct scp_event *ev)
{
	s->is_folder = s->answer.folder;
	s->mtime = s->answer.mtime;
	if (s->answer.rc)
		refuse(s, scp_why(s));
	else if (!s->is_folder)
		return scp_ask(s, ev, SCP_EV_READ, SOURCE_OPEN);
	else if (!s->recursive || s->depth + 1 >= SCP_DEPTH)
		refuse(s, s->recursive ? "too deep" : "not a regular file");
	else
		say_begin(s);
	return false;
}

static void on_open(struct scp *s)
{
	if (s->answer.rc) {
		refuse(s, scp_why(s));
		return;
	}
	s->left = s->answer.size;
	s->mtime = s->answer.mtime;
	say_begin(s);
}

/* Too late to refuse: the client has counted on the bytes. */
static void on_sent(struct scp *s)
{
	if (s->answer.rc) {
		scp_say_fatal(s, s->path, scp_why(s));
		return;
	}
	scp_say_ok(s);
	s->state = SOURCE_SENT;
}

static bool on_answer(struct scp *s, struct scp_event *ev)
{
	s->asked = false;
	switch (s->state) {
	case SOURCE_LOOK:
		return on_look(s, ev);
	case SOURCE_OPEN:
		on_open(s);
		return false;
	case SOURCE_SEND:
		on_sent(s);
		return false;
	default: /* SOURCE_LIST: an unreadable folder is an empty one */
		if (s->answer.rc)
			s->failed = true;
		s->state = SOURCE_NEXT;
		return false;
	}
}

/* --- the machine --- */

static bool drop(struct scp_event *ev)
{
	*ev = (struct scp_event){ .type = SCP_EV_DROP };
	return true;
}

/* Enters the next name of the folder, or leaves it. */
static bool next(struct scp *s, struct scp_event *ev)
{
	struct buf *names = &s->names[s->depth];
	struct cur c = cur_of(buf_str(names));
	struct str name = cur_str(&c);
	bool fits;

	if (c.bad) {
		buf_puts(&s->out, "E\n");
		s->depth--;
		s->state = SOURCE_LEFT;
		return false;
	}
	s->top[s->depth] = strlen(s->path);
	fits = scp_enter(s, name);
	buf_consume(names, sizeof(uint32_t) + name.n);
	if (fits)
		return scp_ask(s, ev, SCP_EV_LOOK, SOURCE_LOOK);
	scp_say_error(s, s->path, "path too long");
	return next(s, ev);
}

/* The client takes it: what comes next. */
static bool go_on(struct scp *s, struct scp_event *ev)
{
	switch (s->state) {
	case SOURCE_BEGIN:
		return scp_ask(s, ev, SCP_EV_LOOK, SOURCE_LOOK);
	case SOURCE_TIMES:
		say_head(s);
		return false;
	case SOURCE_FILE:
		return scp_ask(s, ev, SCP_EV_SEND, SOURCE_SEND);
	case SOURCE_FOLDER:
		buf_clear(&s->names[++s->depth]);
		return scp_ask(s, ev, SCP_EV_LIST, SOURCE_LIST);
	default: /* SOURCE_SENT, SOURCE_LEFT */
		leave(s);
		return false;
	}
}

static bool on_client(struct scp *s, struct scp_event *ev)
{
	bool open = s->state == SOURCE_FILE || (s->state == SOURCE_TIMES && !s->is_folder);

	switch (client_says(s)) {
	case 0:
		return go_on(s, ev);
	case 1:
		leave(s);
		return open && drop(ev);
	case 2:
		s->state = SCP_ENDING;
		return open && drop(ev);
	default:
		if (s->eof) {
			s->failed = true;
			s->state = SCP_ENDING;
		}
		return false;
	}
}

bool scp_source_step(struct scp *s, struct scp_event *ev)
{
	enum scp_state was;
	size_t before;

	if (s->asked && on_answer(s, ev))
		return true;
	do {
		was = s->state;
		before = buf_len(&s->in);
		if (s->state == SCP_ENDING)
			return scp_end(s, ev);
		if (s->state == SOURCE_NEXT ? next(s, ev) : on_client(s, ev))
			return true;
	} while (was != s->state || before != buf_len(&s->in));
	return false;
}
