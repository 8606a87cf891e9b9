/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp_open.c: OPEN, CLOSE, READ and WRITE. A file being written is a new one until CLOSE publishes it; one of which a
 * part could not be kept, or that was not changed, is none. Runs in the session process; input is hostile.
 * draft-ietf-secsh-filexfer-02 sections 6.3 and 6.4.
 */
#include "sftp_private.h"

#include "base/err.h"

#include <string.h>

enum pflags { PF_READ = 1, PF_WRITE = 2, PF_APPEND = 4, PF_CREAT = 8, PF_TRUNC = 16, PF_EXCL = 32 };

#define HEAD_FIXED 9   /* of a WRITE: type, id, length of the handle */
#define HEAD_REST  12  /* behind the handle: offset, length of the data */
#define HANDLE_MAX 256 /* section 6.2 */

/* --- OPEN --- */

static unsigned how_of(uint32_t pflags)
{
	bool fresh = (pflags & PF_CREAT) && (pflags & PF_EXCL);

	if (!(pflags & PF_WRITE))
		return SFTP_READ;
	return SFTP_WRITE | (pflags & PF_CREAT ? SFTP_CREATE : 0) | (fresh ? SFTP_NEW : 0) |
	       (fresh || (pflags & PF_TRUNC) ? 0 : SFTP_KEEP);
}

static bool emptied(struct sftp *s, struct sftp_event *ev)
{
	struct sftp_file *f = sftp_file_of(s, s->handle);

	(void)ev;
	if (s->answer.rc) {
		sftp_handle_close(s, s->handle);
		sftp_result(s);
		return false;
	}
	f->size = f->kept_end = 0;
	f->changed = true;
	return sftp_answer_handle(s);
}

/* This client is writing that file: a second handle on it. */
static bool share(struct sftp *s, struct sftp_event *ev)
{
	struct sftp_file *f = &s->files[s->answer.file];

	sftp_file_free(s, s->file);
	s->handle->file = s->answer.file;
	f->handles++;
	if (!(s->pflags & PF_TRUNC) || !(s->pflags & PF_WRITE))
		return sftp_answer_handle(s);
	ev->file = s->answer.file;
	return sftp_ask(s, ev, SFTP_EV_RESIZE, emptied);
}

static void take_file(struct sftp *s)
{
	struct sftp_file *f = &s->files[s->file];
	const struct sftp_answer *a = &s->answer;

	f->writing = (s->how & SFTP_WRITE) != 0;
	f->size = a->size;
	f->room = a->room;
	f->changed = !((s->how & SFTP_KEEP) && a->there);
	f->kept = 0;
	f->kept_end = f->changed ? 0 : a->size;
	f->shown = f->writing && f->changed ? s->now : a->mtime;
}

static bool opened(struct sftp *s, struct sftp_event *ev);

static bool ask_open(struct sftp *s, struct sftp_event *ev, unsigned how)
{
	s->how = how;
	ev->file = s->file;
	ev->how = how;
	ev->size = UINT64_MAX;
	return sftp_ask(s, ev, SFTP_EV_OPEN, opened);
}

static bool opened(struct sftp *s, struct sftp_event *ev)
{
	if (s->answer.rc == E_NOTFOUND && s->how == SFTP_READ && (s->pflags & PF_CREAT))
		return ask_open(s, ev, SFTP_WRITE | SFTP_CREATE | SFTP_NEW);
	if (s->answer.rc) {
		sftp_handle_undo(s);
		return false;
	}
	if (s->answer.file != SFTP_NO_FILE)
		return share(s, ev);
	take_file(s);
	return sftp_answer_handle(s);
}

bool sftp_on_open(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	if (!sftp_path(s, c, s->path))
		return false;
	s->pflags = cur_u32(c);
	sftp_take_attrs(c, &s->attrs); /* modes are not kept, and nothing else is ever told here */
	if (c->bad || !(s->pflags & (PF_READ | PF_WRITE))) {
		sftp_bad(s);
		return false;
	}
	if (!sftp_handle_begin(s))
		return false;
	s->handle->read = (s->pflags & PF_READ) != 0;
	s->handle->write = (s->pflags & PF_WRITE) != 0;
	s->handle->append = (s->pflags & PF_APPEND) != 0;
	return ask_open(s, ev, how_of(s->pflags));
}

/* --- CLOSE --- */

static bool closed(struct sftp *s, struct sftp_event *ev)
{
	(void)ev;
	s->handle->used = false;
	sftp_file_free(s, s->handle->file);
	sftp_result(s);
	return false;
}

bool sftp_on_close(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	struct sftp_handle *h = sftp_handle(s, c);
	struct sftp_file *f = h ? sftp_file_of(s, h) : NULL;
	bool last = h && f->handles == 1;

	if (!h)
		return false;
	if (last && f->writing && f->changed && !f->broken && sftp_settle(s, h->file, ev))
		return true;
	if (last && f->writing && f->changed && !f->broken) {
		s->handle = h;
		ev->file = h->file;
		ev->mtime = f->mtime;
		ev->how = f->sync ? SFTP_ON_DISK : 0;
		return sftp_ask(s, ev, SFTP_EV_CLOSE, closed);
	}
	if (last)
		f->writing = false;
	if (f->broken)
		sftp_status(s, FX_FAILURE, "not all of it could be kept: what was there stays");
	else
		sftp_ok(s);
	sftp_handle_close(s, h);
	return false;
}

/* --- READ --- */

bool sftp_on_read(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	struct sftp_handle *h = sftp_handle(s, c);
	uint64_t offset = cur_u64(c), n = cur_u32(c), left;

	if (!h)
		return false;
	if (!c->bad && h->read && sftp_settle(s, h->file, ev))
		return true;
	left = offset < sftp_file_of(s, h)->size ? sftp_file_of(s, h)->size - offset : 0;
	n = n < SFTP_DATA_MAX ? n : SFTP_DATA_MAX;
	n = n < left ? n : left;
	if (c->bad)
		sftp_bad(s);
	else if (!h->read)
		sftp_status(s, FX_PERMISSION_DENIED, "not open for reading");
	else if (sftp_file_of(s, h)->broken)
		sftp_status(s, FX_FAILURE, "not all of it could be kept");
	else if (n == 0)
		sftp_status(s, FX_EOF, "End of file");
	else
		sftp_send_data(s, h->file, offset, (size_t)n);
	return false;
}

/* --- WRITE --- */

size_t sftp_write_head(const struct sftp *s)
{
	struct cur c = cur_of(buf_str(&s->in));
	uint32_t n;

	if (c.n < HEAD_FIXED)
		return HEAD_FIXED;
	cur_take(&c, HEAD_FIXED - sizeof n);
	n = cur_u32(&c);
	return n > HANDLE_MAX ? HEAD_FIXED : HEAD_FIXED + n + HEAD_REST;
}

/* The handle to write to, or NULL, and the request was answered. */
static struct sftp_handle *writable(struct sftp *s, struct cur *c, uint64_t *offset, uint32_t *n)
{
	struct sftp_handle *h = sftp_handle(s, c);
	struct sftp_file *f = h ? sftp_file_of(s, h) : NULL;

	*offset = cur_u64(c);
	*n = cur_u32(c);
	if (!h)
		return NULL;
	if (c->bad || *n > s->left) {
		sftp_bad(s);
		return NULL;
	}
	if (!h->write) {
		sftp_status(s, FX_PERMISSION_DENIED, "not open for writing");
		return NULL;
	}
	if (h->append)
		*offset = f->size;
	if (*n <= f->room && *offset <= f->room - *n)
		return h;
	f->broken = true;
	sftp_refuse(s, E_LIMIT);
	return NULL;
}

static void end_write(struct sftp *s)
{
	s->writing = false;
	s->passing = true; /* there should be nothing left */
	s->in_packet = s->left > 0;
}

bool sftp_begin_write(struct sftp *s, struct sftp_event *ev)
{
	struct cur c = cur_of(buf_str(&s->in));
	struct sftp_handle *h;

	cur_u8(&c);
	s->id = cur_u32(&c);
	h = writable(s, &c, &s->write_at, &s->write_left);
	if (!h) {
		end_write(s);
		return false;
	}
	if (s->write_at > sftp_file_of(s, h)->kept && sftp_settle(s, h->file, ev))
		return true;
	s->writing = true;
	s->write_rc = 0;
	s->target = h->file;
	return false;
}

bool sftp_write(struct sftp *s, struct str *bytes, struct sftp_event *ev)
{
	struct sftp_file *f = &s->files[s->target];
	struct str part = { bytes->p, bytes->n < s->write_left ? bytes->n : s->write_left };

	if (s->write_left == 0) {
		s->moved = true;
		sftp_refuse(s, s->write_rc);
		end_write(s);
		return false;
	}
	if (part.n == 0)
		return false;
	s->moved = true;
	bytes->p += part.n;
	bytes->n -= part.n;
	s->left -= (uint32_t)part.n;
	s->write_left -= (uint32_t)part.n;
	if (s->write_rc)
		return false;
	*ev = (struct sftp_event){ .type = SFTP_EV_WRITE, .file = s->target, .offset = s->write_at, .bytes = part };
	s->write_at += part.n;
	sftp_file_written(s, f, s->write_at);
	return true;
}

void sftp_lost(struct sftp *s, int rc)
{
	s->write_rc = rc;
	s->files[s->target].broken = true;
}
