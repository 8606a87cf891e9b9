/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp_name.c: requests about names: folders and what is in them, REMOVE, RENAME, REALPATH; links there are none. What
 * a name leads to is found elsewhere; here it is a text of bounded length without a zero byte. Runs in the session
 * process; input is hostile. draft-ietf-secsh-filexfer-02 sections 6.5 to 6.7, 6.10 and 6.11.
 */
#include "sftp_private.h"

#include "base/err.h"

#include <string.h>

#define NAMES_MAX  128   /* in one reply ... */
#define NAMES_HIGH 24576 /* ... which ends here */
#define LONG_MAX   400

bool sftp_path(struct sftp *s, struct cur *c, char path[SFTP_PATH_MAX])
{
	struct str text = cur_str(c);

	if (c->bad) {
		sftp_bad(s);
		return false;
	}
	if (text.n == 0)
		text = STR("/");
	if (str_copy(text, path, SFTP_PATH_MAX))
		return true;
	sftp_status(s, FX_NO_SUCH_FILE, "not a path");
	return false;
}

/* --- folders --- */

static bool listing(struct sftp *s, struct sftp_event *ev)
{
	struct sftp_file *f = &s->files[s->file];

	(void)ev;
	if (s->answer.rc) {
		sftp_handle_undo(s);
		return false;
	}
	f->folder = true;
	f->shown = s->answer.mtime;
	return sftp_answer_handle(s);
}

bool sftp_on_opendir(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	if (!sftp_path(s, c, s->path))
		return false;
	if (!sftp_handle_begin(s))
		return false;
	ev->file = s->file;
	return sftp_ask(s, ev, SFTP_EV_LIST, listing);
}

static void put_name(struct sftp *s, const char *name, bool folder, uint64_t size, int64_t mtime)
{
	char text[LONG_MAX];

	sftp_longname(text, sizeof text, folder, size, mtime, s->now, name);
	buf_put_cstr(&s->out, name);
	buf_put_cstr(&s->out, text);
	sftp_put_attrs(&s->out, folder, size, mtime);
}

/* Whole entries only, as many as one reply takes; how many bytes of the list they were. */
static size_t put_names(struct sftp *s, struct cur *c, uint32_t *count)
{
	size_t began = buf_len(&s->out), all = c->n, taken = 0;

	while (*count < NAMES_MAX && buf_len(&s->out) - began < NAMES_HIGH) {
		bool folder = cur_u8(c) != 0;
		uint64_t size = cur_u64(c);
		int64_t mtime = (int64_t)cur_u64(c);
		char name[256];

		if (!str_copy(cur_str(c), name, sizeof name) || c->bad)
			break;
		put_name(s, name, folder, size, mtime);
		++*count;
		taken = all - c->n;
	}
	return taken;
}

static bool entries(struct sftp *s, struct sftp_event *ev)
{
	struct sftp_handle *h = s->handle;
	int64_t mtime = sftp_file_of(s, h)->shown;
	struct cur c = cur_of(buf_str(&s->entries));
	uint32_t count = 0;
	size_t began, at;

	(void)ev;
	if (s->answer.rc || (h->listed && c.n == 0)) {
		sftp_status(s, s->answer.rc ? FX_FAILURE : FX_EOF, s->answer.rc ? sftp_why(s) : "End of file");
		return false;
	}
	began = sftp_begin(s, FXP_NAME);
	at = buf_len(&s->out);
	buf_put_u32(&s->out, 0);
	if (!h->listed) {
		put_name(s, ".", true, 0, mtime);
		put_name(s, "..", true, 0, mtime);
		count = 2;
	}
	h->listed = true;
	h->at += put_names(s, &c, &count);
	sftp_put_u32_at(s, at, count);
	sftp_finish(s, began);
	return false;
}

bool sftp_on_readdir(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	struct sftp_handle *h = sftp_handle(s, c);

	if (!h)
		return false;
	if (!sftp_file_of(s, h)->folder) {
		sftp_status(s, FX_FAILURE, "not a folder");
		return false;
	}
	s->handle = h;
	ev->file = h->file;
	ev->offset = h->at;
	return sftp_ask(s, ev, SFTP_EV_ENTRIES, entries);
}

/* --- one name --- */

static bool ask_about(struct sftp *s, struct cur *c, struct sftp_event *ev, enum sftp_event_type type)
{
	return sftp_path(s, c, s->path) && sftp_ask(s, ev, type, sftp_then_result);
}

bool sftp_on_remove(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	return ask_about(s, c, ev, SFTP_EV_REMOVE);
}

bool sftp_on_mkdir(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	return ask_about(s, c, ev, SFTP_EV_MKDIR);
}

bool sftp_on_rmdir(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	return ask_about(s, c, ev, SFTP_EV_RMDIR);
}

bool sftp_rename(struct sftp *s, bool replace, struct sftp_event *ev)
{
	ev->replace = replace;
	return sftp_ask(s, ev, SFTP_EV_RENAME, sftp_then_result);
}

bool sftp_on_rename(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	return sftp_path(s, c, s->path) && sftp_path(s, c, s->to) && sftp_rename(s, false, ev);
}

bool sftp_on_link(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	(void)c;
	(void)ev;
	sftp_status(s, FX_OP_UNSUPPORTED, "there are no links here");
	return false;
}

/* --- REALPATH --- */

/* Appends "/name", or goes up. False: too long. */
static bool walk(char path[SFTP_PATH_MAX], size_t *n, struct str name)
{
	if (name.n == 0 || str_is(name, "."))
		return true;
	if (str_is(name, "..")) {
		while (*n > 0 && path[--*n] != '/')
			;
		return true;
	}
	if (*n + 1 + name.n >= SFTP_PATH_MAX)
		return false;
	path[(*n)++] = '/';
	memcpy(path + *n, name.p, name.n);
	*n += name.n;
	return true;
}

bool sftp_real(struct sftp *s, struct str text)
{
	char path[SFTP_PATH_MAX];
	size_t n = 0, began;

	while (text.n) {
		const uint8_t *slash = memchr(text.p, '/', text.n);
		struct str name = { text.p, slash ? (size_t)(slash - text.p) : text.n };

		if (!walk(path, &n, name)) {
			sftp_status(s, FX_FAILURE, "path too long");
			return false;
		}
		text.p += name.n + (slash != NULL);
		text.n -= name.n + (slash != NULL);
	}
	if (n == 0)
		path[n++] = '/';
	began = sftp_begin(s, FXP_NAME);
	buf_put_u32(&s->out, 1);
	buf_put_str(&s->out, (struct str){ (const uint8_t *)path, n });
	buf_put_str(&s->out, (struct str){ (const uint8_t *)path, n });
	buf_put_u32(&s->out, 0); /* no attributes: it need not be there */
	sftp_finish(s, began);
	return false;
}

bool sftp_on_realpath(struct sftp *s, struct cur *c, struct sftp_event *ev)
{
	(void)ev;
	return sftp_path(s, c, s->path) && sftp_real(s, str_of(s->path));
}
