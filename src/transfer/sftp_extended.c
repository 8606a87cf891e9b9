/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp_extended.c: the extensions clients use, one row each (OpenSSH PROTOCOL section 4; copy-data and home-directory:
 * draft-ietf-secsh-filexfer-extensions-00). Runs in the session process; input is hostile.
 */
#include "sftp_private.h"

#include "base/err.h"

#include <string.h>

#define BLOCK    4096
#define NAME_MAX 255
#define NO_SUID  2 /* ST_NOSUID of statvfs: set-user-id means nothing here */

static bool on_posix_rename(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	return sftp_path(s, c, s->path) && sftp_path(s, c, s->to) && sftp_rename(s, true, ev);
}

/* --- space --- */

static bool space_known(struct sftp *s, struct sftp_event *ev)
{
	uint64_t all = s->answer.size / BLOCK, left = s->answer.room / BLOCK;
	uint64_t fields[] = { BLOCK, BLOCK, all, left, left, 0, 0, 0, 0, NO_SUID, NAME_MAX };
	size_t began;

	(void)ev;
	if (s->answer.rc) {
		sftp_result(s);
		return false;
	}
	began = sftp_begin(s, FXP_EXTENDED_REPLY);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		buf_put_u64(&s->out, fields[i]);
	sftp_finish(s, began);
	return false;
}

static bool on_statvfs(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	return sftp_path(s, c, s->path) && sftp_ask(s, ev, SFTP_EV_SPACE, space_known);
}

static bool on_fstatvfs(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	const struct sftp_handle *h = sftp_handle(s, c);

	if (!h)
		return false;
	memcpy(s->path, sftp_file_of(s, h)->path, sizeof s->path);
	return sftp_ask(s, ev, SFTP_EV_SPACE, space_known);
}

/* --- files --- */

static bool on_fsync(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	const struct sftp_handle *h = sftp_handle(s, c);

	if (!h)
		return false;
	if (!sftp_file_of(s, h)->writing) {
		sftp_ok(s);
		return false;
	}
	if (sftp_settle(s, h->file, ev))
		return true;
	sftp_file_of(s, h)->sync = true; /* and its name, when it gets it */
	ev->file = h->file;
	return sftp_ask(s, ev, SFTP_EV_SYNC, sftp_then_result);
}

static bool copied(struct sftp *s, struct sftp_event *ev)
{
	struct sftp_file *f = &s->files[s->file];

	(void)ev;
	f->broken |= s->answer.rc != 0;
	sftp_file_written(s, f, s->answer.size);
	if (s->answer.rc == 0 && s->cut)
		sftp_status(s, FX_EOF, "End of file");
	else
		sftp_result(s);
	return false;
}

/* Length 0: to the end of what there is. */
static bool on_copy_data(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	const struct sftp_handle *from = sftp_handle(s, c), *to;
	uint64_t from_at = cur_u64(c), want = cur_u64(c), at, there;
	struct sftp_file *f;

	to = from ? sftp_handle(s, c) : NULL;
	at = cur_u64(c);
	if (!to)
		return false;
	f = sftp_file_of(s, to);
	there = from_at < sftp_file_of(s, from)->size ? sftp_file_of(s, from)->size - from_at : 0;
	s->cut = want > there;
	want = want == 0 || s->cut ? there : want;
	at = to->append ? f->size : at;
	if (c->bad) {
		sftp_bad(s);
	} else if (!from->read || !to->write || from->file == to->file) {
		sftp_status(s, FX_FAILURE, "not from a file to another");
	} else if (want > f->room || at > f->room - want) {
		f->broken = true;
		sftp_refuse(s, E_LIMIT);
	} else if (sftp_settle(s, from->file, ev) || sftp_settle(s, to->file, ev)) {
		return true;
	} else {
		s->file = ev->file = to->file;
		ev->from = from->file;
		ev->from_offset = from_at;
		ev->offset = at;
		ev->size = want;
		return sftp_ask(s, ev, SFTP_EV_COPY, copied);
	}
	return false;
}

/* --- facts --- */

static bool on_limits(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	size_t began = sftp_begin(s, FXP_EXTENDED_REPLY);

	(void)c;
	(void)ev;
	buf_put_u64(&s->out, SFTP_PACKET_MAX);
	buf_put_u64(&s->out, SFTP_DATA_MAX);
	buf_put_u64(&s->out, SFTP_DATA_MAX);
	buf_put_u64(&s->out, SFTP_FILES);
	sftp_finish(s, began);
	return false;
}

static bool on_home_directory(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	(void)c;
	(void)ev;
	return sftp_real(s, STR("/"));
}

/* "~" and "~user" are where everybody is. */
static bool on_expand_path(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	const char *slash;

	(void)ev;
	if (!sftp_path(s, c, s->path))
		return false;
	slash = strchr(s->path, '/');
	if (s->path[0] == '~')
		return sftp_real(s, str_of(slash ? slash : "/"));
	return sftp_real(s, str_of(s->path));
}

static const struct {
	const char *name, *version;
	sftp_handler *handler;
} rows[] = {
	{ "posix-rename@openssh.com", "1", on_posix_rename },
	{ "statvfs@openssh.com", "2", on_statvfs },
	{ "fstatvfs@openssh.com", "2", on_fstatvfs },
	{ "fsync@openssh.com", "1", on_fsync },
	{ "lsetstat@openssh.com", "1", sftp_on_setstat }, /* there are no links: it is the same */
	{ "limits@openssh.com", "1", on_limits },
	{ "expand-path@openssh.com", "1", on_expand_path },
	{ "copy-data", "1", on_copy_data },
	{ "home-directory", "1", on_home_directory },
	{ "hardlink@openssh.com", NULL, sftp_on_link }, /* not offered */
};

void sftp_put_extensions(struct buf *out)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!rows[i].version)
			continue;
		buf_put_cstr(out, rows[i].name);
		buf_put_cstr(out, rows[i].version);
	}
}

bool sftp_on_extended(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	struct str name = cur_str(c);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (!c->bad && str_is(name, rows[i].name))
			return rows[i].handler(s, c, ev);
	if (c->bad)
		sftp_bad(s);
	else
		sftp_status(s, FX_OP_UNSUPPORTED, "not an extension this server knows");
	return false;
}
