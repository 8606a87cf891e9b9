/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp.c: see sftp.h: packets, the table of requests, and the one request that waits for an answer. Runs in the session
 * process; input is hostile. A packet whose length cannot be, and a client that does not begin with INIT, end it; a
 * request that is malformed inside its packet is answered so.
 */
#include "sftp_private.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define VERSION    3
#define PACKET_MIN 5 /* a type and an id, or a version */

struct sftp *sftp_new(void)
{
	struct sftp *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	buf_init(&s->in, SFTP_SMALL_MAX);
	buf_init(&s->out, 0);
	buf_init(&s->entries, 0);
	return s;
}

void sftp_free(struct sftp *s)
{
	if (!s)
		return;
	buf_release(&s->in);
	buf_release(&s->out);
	buf_release(&s->entries);
	free(s);
}

void sftp_clock(struct sftp *s, int64_t now)
{
	s->now = now;
}

void sftp_eof(struct sftp *s)
{
	s->eof = true;
}

/* --- asking --- */

bool sftp_ask(struct sftp *s, struct sftp_event *ev, enum sftp_event_type type,
	      bool (*then)(struct sftp *s, struct sftp_event *ev))
{
	ev->type = type;
	ev->path = s->path;
	ev->to = s->to;
	s->then = then;
	s->asking = true;
	return true;
}

bool sftp_then_result(struct sftp *s, struct sftp_event *ev)
{
	(void)ev;
	sftp_result(s);
	return false;
}

void sftp_answer(struct sftp *s, const struct sftp_answer *a)
{
	size_t n = a->words.n < sizeof s->words - 1 ? a->words.n : sizeof s->words - 1;

	if (!s->asking)
		return;
	s->answer = *a;
	if (n)
		memcpy(s->words, a->words.p, n);
	s->words[n] = '\0';
	buf_clear(&s->entries);
	buf_put(&s->entries, a->bytes.p, a->bytes.n);
	s->asking = false;
	s->asked = true;
}

/* --- requests --- */

/* EXTENDED stands beside them, WRITE is taken in parts. */
static sftp_handler *const handlers[FXP_SYMLINK + 1] = {
	[FXP_OPEN] = sftp_on_open,         [FXP_CLOSE] = sftp_on_close,     [FXP_READ] = sftp_on_read,
	[FXP_LSTAT] = sftp_on_stat,        [FXP_FSTAT] = sftp_on_fstat,     [FXP_SETSTAT] = sftp_on_setstat,
	[FXP_FSETSTAT] = sftp_on_fsetstat, [FXP_OPENDIR] = sftp_on_opendir, [FXP_READDIR] = sftp_on_readdir,
	[FXP_REMOVE] = sftp_on_remove,     [FXP_MKDIR] = sftp_on_mkdir,     [FXP_RMDIR] = sftp_on_rmdir,
	[FXP_REALPATH] = sftp_on_realpath, [FXP_STAT] = sftp_on_stat,       [FXP_RENAME] = sftp_on_rename,
	[FXP_READLINK] = sftp_on_link,     [FXP_SYMLINK] = sftp_on_link,
};

static void fail(struct sftp *s)
{
	s->failed = true;
	s->ending = true;
}

/* Version 3 is what everybody speaks; extensions a client names are for it to use. */
static void on_init(struct sftp *s, struct cur *c)
{
	uint32_t version = cur_u32(c);
	size_t began;

	if (c->bad || version < VERSION) {
		fail(s);
		return;
	}
	s->ready = true;
	s->id = VERSION; /* VERSION has it where other replies have the id */
	began = sftp_begin(s, FXP_VERSION);
	sftp_put_extensions(&s->out);
	sftp_finish(s, began);
}

static bool request(struct sftp *s, struct sftp_event *ev)
{
	struct cur c = cur_of(buf_str(&s->in));
	sftp_handler *handler;

	s->type = cur_u8(&c);
	if ((s->type == FXP_INIT) == s->ready) { /* before it nothing else, and none after it */
		fail(s);
		return false;
	}
	if (s->type == FXP_INIT) {
		on_init(s, &c);
		return false;
	}
	s->id = cur_u32(&c);
	handler = s->type == FXP_EXTENDED ? sftp_on_extended : s->type <= FXP_SYMLINK ? handlers[s->type] : NULL;
	if (s->passing) {
		sftp_bad(s);
		return false;
	}
	if (handler)
		return handler(s, &c, ev);
	sftp_status(s, FX_OP_UNSUPPORTED, "not a request this server knows");
	return false;
}

static bool is_write(const struct sftp *s)
{
	return s->ready && *buf_ptr(&s->in) == FXP_WRITE;
}

/* A request is in `in`, or the head of a WRITE. */
static bool take(struct sftp *s, struct sftp_event *ev)
{
	bool write = is_write(s), asks;

	s->again = false;
	asks = write ? sftp_begin_write(s, ev) : request(s, ev);
	if (s->again)
		return true;
	buf_clear(&s->in);
	if (!write)
		s->in_packet = s->left > 0;
	return asks;
}

static bool settled(struct sftp *s, struct sftp_event *ev)
{
	struct sftp_file *f = &s->files[s->settling];

	f->kept_end = 0;
	f->broken |= s->answer.rc != 0;
	return take(s, ev);
}

bool sftp_settle(struct sftp *s, unsigned file, struct sftp_event *ev)
{
	const struct sftp_file *f = &s->files[file];

	if (f->kept >= f->kept_end)
		return false;
	s->again = true;
	s->settling = ev->file = file;
	ev->offset = f->kept;
	ev->size = f->kept_end - f->kept;
	return sftp_ask(s, ev, SFTP_EV_KEEP, settled);
}

/* --- packets --- */

/* Fills `in` to so many bytes. False: they have not all come. */
static bool gather(struct sftp *s, struct str *bytes, size_t want)
{
	size_t n = want > buf_len(&s->in) ? want - buf_len(&s->in) : 0;

	if (n > bytes->n)
		n = bytes->n;
	s->moved |= n > 0;
	buf_put(&s->in, bytes->p, n);
	bytes->p += n;
	bytes->n -= n;
	if (s->in_packet)
		s->left -= (uint32_t)n;
	return buf_len(&s->in) >= want;
}

static void pass(struct sftp *s, struct str *bytes)
{
	size_t n = s->left < bytes->n ? s->left : bytes->n;

	bytes->p += n;
	bytes->n -= n;
	s->left -= (uint32_t)n;
	s->moved |= n > 0;
	s->in_packet = s->left > 0;
}

static bool begin_packet(struct sftp *s, struct str *bytes)
{
	struct cur c;

	if (!gather(s, bytes, sizeof(uint32_t)))
		return false;
	c = cur_of(buf_str(&s->in));
	s->left = cur_u32(&c);
	buf_clear(&s->in);
	if (s->left < PACKET_MIN || s->left > SFTP_PACKET_MAX) {
		fail(s);
		return false;
	}
	s->in_packet = true;
	s->passing = false;
	return true;
}

/* The head of a WRITE, or a whole request; of one too large to be any, so much that it can be refused. */
static bool gather_head(struct sftp *s, struct str *bytes)
{
	size_t whole = buf_len(&s->in) + s->left, want;

	if (!gather(s, bytes, 1))
		return false;
	if (!is_write(s)) {
		s->passing = whole > SFTP_SMALL_MAX;
		return gather(s, bytes, s->passing ? PACKET_MIN : whole);
	}
	do {
		want = sftp_write_head(s);
		want = want < whole ? want : whole;
		if (!gather(s, bytes, want))
			return false;
	} while (sftp_write_head(s) > want && want < whole);
	return true;
}

/* True: *ev is filled. False: more must come, or the request was answered and the next may be taken. */
static bool packet(struct sftp *s, struct str *bytes, struct sftp_event *ev)
{
	if (s->writing)
		return sftp_write(s, bytes, ev);
	if (s->in_packet && s->passing && buf_len(&s->in) == 0) {
		pass(s, bytes);
		return false;
	}
	if ((!s->in_packet && !begin_packet(s, bytes)) || !gather_head(s, bytes))
		return false;
	s->held = s->unstable && *buf_ptr(&s->in) != FXP_READ;
	if (s->held)
		return false;
	s->moved = true;
	*ev = (struct sftp_event){ .file = SFTP_NO_FILE, .from = SFTP_NO_FILE };
	return take(s, ev);
}

static bool end(struct sftp *s, struct sftp_event *ev)
{
	*ev = (struct sftp_event){ .type = SFTP_EV_END, .size = s->failed };
	s->ended = true;
	return true;
}

/* A client that does not take its answers has nothing more looked at. */
static bool full(const struct sftp *s)
{
	return s->n_reads == SFTP_READS || buf_len(&s->out) > SFTP_OUT_HIGH;
}

static bool go_on(struct sftp *s, struct sftp_event *ev)
{
	s->asked = false;
	*ev = (struct sftp_event){ .file = SFTP_NO_FILE, .from = SFTP_NO_FILE };
	return s->then(s, ev);
}

bool sftp_step(struct sftp *s, struct str *bytes, struct sftp_event *ev)
{
	if (s->asking || s->ended)
		return false;
	if (s->asked && go_on(s, ev))
		return true;
	do {
		s->moved = s->held = false;
		if (s->loose && sftp_forget(s, ev))
			return true;
		if (s->ending || s->out.err)
			return end(s, ev);
		if (full(s))
			return false;
		if (packet(s, bytes, ev))
			return true;
	} while (s->moved || s->ending);
	if (!s->eof || bytes->n || s->held)
		return false;
	s->failed |= s->in_packet || s->writing || buf_len(&s->in);
	return end(s, ev);
}
