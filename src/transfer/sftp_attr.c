/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp_attr.c: what files have: STAT and its kin, and setting it. Of what a client wants to set, size and time are
 * kept; files have no modes and no owner here, so of those nothing is. A visible file gets another size by way of a new
 * one. Runs in the session process; input is hostile. draft-ietf-secsh-filexfer-02 sections 5, 6.8 and 6.9.
 */
#include "sftp_private.h"

#include "base/err.h"

#include <string.h>

void sftp_take_attrs(struct cur *c, struct sftp_attrs *out)
{
	uint32_t flags = cur_u32(c), n;

	*out = (struct sftp_attrs){ .has_size = flags & HAS_SIZE, .has_mtime = flags & HAS_TIMES };
	if (flags & HAS_SIZE)
		out->size = cur_u64(c);
	if (flags & HAS_OWNER)
		cur_u64(c);
	if (flags & HAS_MODE)
		cur_u32(c);
	if (flags & HAS_TIMES) {
		cur_u32(c);
		out->mtime = cur_u32(c);
		out->mtime += out->mtime == 0; /* 0 stands for none */
	}
	n = flags & HAS_EXTENDED ? cur_u32(c) : 0;
	while (n-- && !c->bad) {
		cur_str(c);
		cur_str(c);
	}
}

/* --- asking --- */

static bool answer_attrs(struct sftp *s, bool folder, uint64_t size, int64_t mtime)
{
	size_t began = sftp_begin(s, FXP_ATTRS);

	sftp_put_attrs(&s->out, folder, size, mtime);
	sftp_finish(s, began);
	return false;
}

static bool looked(struct sftp *s, struct sftp_event *ev)
{
	const struct sftp_answer *a = &s->answer;

	if (a->rc)
		return sftp_then_result(s, ev);
	return answer_attrs(s, a->folder, a->file == SFTP_NO_FILE ? a->size : s->files[a->file].size, a->mtime);
}

bool sftp_on_stat(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	return sftp_path(s, c, s->path) && sftp_ask(s, ev, SFTP_EV_LOOK, looked);
}

bool sftp_on_fstat(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	const struct sftp_handle *h = sftp_handle(s, c);
	const struct sftp_file *f;

	(void)ev;
	if (!h)
		return false;
	f = sftp_file_of(s, h);
	return answer_attrs(s, f->folder, f->folder ? 0 : f->size, f->shown);
}

/* --- setting, of a file that is being written --- */

static bool resized(struct sftp *s, struct sftp_event *ev)
{
	struct sftp_file *f = &s->files[s->file];

	(void)ev;
	if (s->answer.rc == 0) {
		f->size = s->attrs.size;
		f->kept_end = f->kept_end < f->size ? f->kept_end : f->size;
		f->changed = true;
	}
	sftp_result(s);
	return false;
}

static bool set_writing(struct sftp *s, struct sftp_event *ev)
{
	struct sftp_file *f = &s->files[s->file];

	if (s->attrs.has_size && s->attrs.size > f->room) {
		sftp_refuse(s, E_LIMIT);
		return false;
	}
	if (s->attrs.has_mtime) {
		f->mtime = f->shown = s->attrs.mtime;
		f->changed = true;
	}
	if (!s->attrs.has_size) {
		sftp_ok(s);
		return false;
	}
	ev->file = s->file;
	ev->size = s->attrs.size;
	return sftp_ask(s, ev, SFTP_EV_RESIZE, resized);
}

/* --- setting, of a visible one --- */

static bool set_time(struct sftp *s, struct sftp_event *ev)
{
	if (!s->attrs.has_mtime) {
		sftp_ok(s);
		return false;
	}
	ev->mtime = s->attrs.mtime;
	return sftp_ask(s, ev, SFTP_EV_TIME, sftp_then_result);
}

static bool published(struct sftp *s, struct sftp_event *ev)
{
	sftp_file_free(s, s->file);
	if (s->answer.rc == 0)
		return set_time(s, ev);
	sftp_result(s);
	return false;
}

static bool given_up(struct sftp *s)
{
	s->files[s->file].writing = false;
	sftp_file_released(s, &s->files[s->file]);
	sftp_result(s);
	return false;
}

static bool cut_to_size(struct sftp *s, struct sftp_event *ev)
{
	ev->file = s->file;
	return s->answer.rc ? given_up(s) : sftp_ask(s, ev, SFTP_EV_CLOSE, published);
}

static bool kept(struct sftp *s, struct sftp_event *ev)
{
	ev->file = s->file;
	ev->size = s->attrs.size;
	return s->answer.rc ? given_up(s) : sftp_ask(s, ev, SFTP_EV_RESIZE, cut_to_size);
}

static bool opened(struct sftp *s, struct sftp_event *ev)
{
	struct sftp_file *f = &s->files[s->file];

	if (s->answer.rc) {
		sftp_file_free(s, s->file);
		sftp_result(s);
		return false;
	}
	f->writing = true;
	if (s->attrs.size > s->answer.room) {
		f->writing = false;
		sftp_file_released(s, f);
		sftp_refuse(s, E_LIMIT);
		return false;
	}
	ev->file = s->file;
	ev->size = s->answer.size;
	return sftp_ask(s, ev, SFTP_EV_KEEP, kept);
}

static bool found(struct sftp *s, struct sftp_event *ev)
{
	const struct sftp_answer *a = &s->answer;

	if (a->rc) {
		sftp_result(s);
		return false;
	}
	if (a->file != SFTP_NO_FILE) {
		s->file = a->file;
		return set_writing(s, ev);
	}
	if (!s->attrs.has_size || (!a->folder && a->size == s->attrs.size))
		return set_time(s, ev);
	s->file = sftp_file_new(s, s->path);
	if (s->file == SFTP_NO_FILE)
		return false;
	ev->file = s->file;
	ev->how = SFTP_WRITE | SFTP_KEEP;
	ev->size = s->attrs.size;
	return sftp_ask(s, ev, SFTP_EV_OPEN, opened);
}

bool sftp_on_setstat(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	if (!sftp_path(s, c, s->path))
		return false;
	sftp_take_attrs(c, &s->attrs);
	if (!c->bad)
		return sftp_ask(s, ev, SFTP_EV_LOOK, found);
	sftp_bad(s);
	return false;
}

bool sftp_on_fsetstat(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	const struct sftp_handle *h = sftp_handle(s, c);
	const struct sftp_file *f;

	sftp_take_attrs(c, &s->attrs);
	if (!h)
		return false;
	f = sftp_file_of(s, h);
	s->file = h->file;
	if (c->bad) {
		sftp_bad(s);
	} else if (s->attrs.has_size && !h->write) {
		sftp_status(s, FX_PERMISSION_DENIED, "not open for writing");
	} else if (f->writing) {
		return set_writing(s, ev);
	} else {
		memcpy(s->path, f->path, sizeof s->path);
		return set_time(s, ev);
	}
	return false;
}
