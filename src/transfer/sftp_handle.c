/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp_handle.c: handles, and the files behind them. Two handles of one client on a file it is writing share it. Runs
 * in the session process; handles are the client's words, so a number is believed only with its generation.
 */
#include "sftp_private.h"

#include "base/err.h"

#include <string.h>

static const char too_many[] = "too many open files";

unsigned sftp_file_new(struct sftp *s, const char *path)
{
	unsigned n = 0;

	while (n < SFTP_FILES && s->files[n].used)
		n++;
	if (n == SFTP_FILES) {
		sftp_status(s, FX_FAILURE, too_many);
		return SFTP_NO_FILE;
	}
	s->files[n] = (struct sftp_file){ .used = true };
	memcpy(s->files[n].path, path, strlen(path) + 1);
	return n;
}

void sftp_file_free(struct sftp *s, unsigned file)
{
	s->files[file].used = false;
}

static struct sftp_handle *handle_new(struct sftp *s, unsigned file)
{
	struct sftp_handle *h = s->handles;

	while (h < s->handles + SFTP_FILES && h->used)
		h++;
	if (h == s->handles + SFTP_FILES) {
		sftp_status(s, FX_FAILURE, too_many);
		return NULL;
	}
	*h = (struct sftp_handle){ .used = true, .generation = h->generation + 1, .file = file };
	s->files[file].handles++;
	return h;
}

bool sftp_handle_begin(struct sftp *s)
{
	s->file = sftp_file_new(s, s->path);
	s->handle = s->file == SFTP_NO_FILE ? NULL : handle_new(s, s->file);
	if (s->file != SFTP_NO_FILE && !s->handle)
		sftp_file_free(s, s->file);
	return s->handle != NULL;
}

void sftp_handle_undo(struct sftp *s)
{
	s->handle->used = false;
	sftp_file_free(s, s->file);
	sftp_result(s);
}

struct sftp_file *sftp_file_of(struct sftp *s, const struct sftp_handle *h)
{
	return &s->files[h->file];
}

struct sftp_handle *sftp_handle(struct sftp *s, struct cur *c)
{
	struct str text = cur_str(c);
	struct cur in = cur_of(text);
	uint32_t n = cur_u32(&in), generation = cur_u32(&in);

	if (c->bad) {
		sftp_bad(s);
		return NULL;
	}
	if (cur_done(&in) && n < SFTP_FILES && s->handles[n].used && s->handles[n].generation == generation)
		return &s->handles[n];
	sftp_status(s, FX_FAILURE, "no such handle");
	return NULL;
}

bool sftp_answer_handle(struct sftp *s)
{
	size_t began = sftp_begin(s, FXP_HANDLE);

	buf_put_u32(&s->out, 2 * sizeof(uint32_t));
	buf_put_u32(&s->out, (uint32_t)(s->handle - s->handles));
	buf_put_u32(&s->out, s->handle->generation);
	sftp_finish(s, began);
	return false;
}

static bool is_loose(const struct sftp_file *f)
{
	return f->used && !f->handles && !f->readings && !f->writing;
}

void sftp_file_released(struct sftp *s, struct sftp_file *f)
{
	s->loose += is_loose(f);
}

void sftp_file_written(const struct sftp *s, struct sftp_file *f, uint64_t end)
{
	f->size = f->size > end ? f->size : end;
	f->kept = f->kept > end ? f->kept : end; /* it did not begin behind that (sftp_settle) */
	f->changed = true;
	f->mtime = 0;
	f->shown = s->now;
}

void sftp_handle_close(struct sftp *s, struct sftp_handle *h)
{
	struct sftp_file *f = sftp_file_of(s, h);

	h->used = false;
	f->handles--;
	sftp_file_released(s, f);
}

bool sftp_forget(struct sftp *s, struct sftp_event *ev)
{
	for (unsigned n = 0; n < SFTP_FILES; n++) {
		if (!is_loose(&s->files[n]))
			continue;
		s->loose--;
		s->files[n].used = false;
		*ev = (struct sftp_event){ .type = SFTP_EV_FORGET, .file = n };
		return true;
	}
	s->loose = 0;
	return false;
}
