/* SPDX-License-Identifier: Apache-2.0
 *
 * archive.c: see archive.h. Runs in core. The index gets a name before the file does, and loses it behind the file: a
 * kill between leaves an entry without a file, which is dropped when the index is looked at, and never a file without
 * an entry. Files are published whole (files/upload.h).
 */
#include "archive_private.h"

#include "base/io.h"
#include "core/clock.h"
#include "core/config/config.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "files/files.h"
#include "files/upload.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOT      "/ravelin-archive:archive"
#define INDEX_MAX ((size_t)ARCHIVE_MAX * (ARCHIVE_NAME + 16) + 16)
#define TRIES     1000 /* numbers that files of somebody's own may have taken */

/* The file of a copy on this device; false: it is on a server. */
static bool is_here(const struct kept *k, struct file_name *file)
{
	static const struct file_name root = { .fs = FS_FLASH };

	return fs_name(&root, str_of(k->text), file);
}

/* --- the index --- */

static int save_index(struct archive *a, struct errbuf *e)
{
	struct buf out;
	int rc;

	buf_init(&out, INDEX_MAX);
	buf_printf(&out, "%u\n", a->last);
	for (size_t i = 0; i < a->n; i++)
		buf_printf(&out, "%u %s\n", a->kept[i].number, a->kept[i].text);
	rc = out.err ? out.err : files_save(a->core->nvram_fd, ARCHIVE_FILE, buf_str(&out), 0600, e);
	buf_release(&out);
	return rc;
}

static void drop(struct archive *a, size_t i)
{
	memmove(&a->kept[i], &a->kept[i + 1], (a->n - i - 1) * sizeof a->kept[0]);
	a->n--;
}

/* A line of the index becomes a name in full, without user and password whoever wrote it. */
static bool take_name(struct kept *k, const char *text)
{
	static const struct file_name root = { .fs = FS_FLASH };
	struct file_name file;
	struct url url;

	if (url_parse(str_of(text), &url) == 0 && url.host[0] && url.path[0])
		url_text(&url, k->text);
	else if (fs_name(&root, str_of(text), &file))
		fs_text(&file, k->text);
	return k->text[0] != '\0';
}

static void load_index(struct archive *a)
{
	char *line, *name, *save = NULL;
	struct buf text;

	buf_init(&text, INDEX_MAX);
	if (files_load(a->core->nvram_fd, ARCHIVE_FILE, INDEX_MAX, &text, NULL) == 0 &&
	    (line = strtok_r((char *)buf_cstr(&text), "\n", &save)))
		a->last = (unsigned)strtoul(line, NULL, 10);
	while (save && a->n < ARCHIVE_MAX && (line = strtok_r(NULL, "\n", &save))) {
		struct kept *next = &a->kept[a->n];

		*next = (struct kept){ .number = (unsigned)strtoul(line, &name, 10) };
		if (*name == ' ' && take_name(next, name + 1))
			a->n++;
	}
	buf_release(&text);
}

/* What somebody has deleted or renamed is no copy any more; no server is asked. */
static void drop_missing(struct archive *a)
{
	struct volume_entry entry;
	struct file_name file;

	for (size_t i = a->n; i-- > 0;) {
		if (is_here(&a->kept[i], &file) && (fs_stat(a->core, &file, &entry) < 0 || entry.folder))
			drop(a, i);
	}
}

/* --- names --- */

const char *archive_path(const struct core *core)
{
	return model_str(core->model, ROOT "/path");
}

bool archive_is_on(const struct core *core)
{
	return archive_path(core) != NULL;
}

bool archive_url(const struct core *core, struct url *out)
{
	const char *path = archive_path(core);

	return path && url_parse(str_of(path), out) == 0;
}

bool archive_is_remote(const struct core *core)
{
	struct url url;
	bool remote = archive_url(core, &url);

	explicit_bzero(&url, sizeof url);
	return remote;
}

/* What is quoted here may have a password in it: nothing is. */
static int takes_url(int rc, const struct url *url, struct errbuf *e)
{
	if (rc == 0 && !url_scheme(url->scheme)->client)
		return err_set(e, E_UNSUPPORTED, "%% This release has no client for %s yet", ifs_name(url->scheme));
	if (rc == 0 && url->host[0] && url->path[0])
		return 0;
	return err_set(
	    e, E_INVAL,
	    "%% The archive's path on a server is PROTOCOL://SERVER/NAME, NAME the beginning of a file's name");
}

int archive_takes(const char *path, struct errbuf *e)
{
	static const struct file_name root = { .fs = FS_FLASH };
	struct file_name name;
	struct url url;
	int rc = url_parse(str_of(path), &url);

	if (rc != E_NOTFOUND) {
		rc = takes_url(rc, &url, e);
		explicit_bzero(&url, sizeof url);
		return rc;
	}
	if (fs_name(&root, str_of(path), &name) && (name.fs == FS_FLASH || name.fs == FS_NVRAM))
		return 0;
	return err_set(e, E_INVAL, "%% The archive's path must be on flash0:, nvram: or a server (\"%s\")", path);
}

/* "Nov-28-13-05-09.123"; a day of one digit has a blank before it, which becomes a "-". */
static void put_time(const struct core *core, struct buf *out)
{
	struct timespec now = clock_wall(&core->clock);
	char text[32];
	struct tm tm;

	gmtime_r(&now.tv_sec, &tm);
	if (strftime(text, sizeof text, "%b-%e-%H-%M-%S", &tm) == 0)
		return;
	for (char *p = text; *p; p++)
		*p = *p == ' ' ? '-' : *p;
	buf_printf(out, "%s.%03ld", text, now.tv_nsec / 1000000);
}

void archive_put_name(const struct core *core, const char *pattern, unsigned number, bool ahead, struct buf *out)
{
	for (const char *p = pattern; *p; p++) {
		if (*p != '$' || (p[1] != 'h' && p[1] != 't')) {
			buf_put_u8(out, (uint8_t)*p);
			continue;
		}
		p++;
		if (*p == 'h')
			buf_puts(out, core_hostname(core));
		else if (ahead)
			buf_puts(out, "<timestamp>");
		else
			put_time(core, out);
	}
	buf_printf(out, "-%u", number);
}

static int name_next(struct archive *a, struct kept *next, struct file_name *file, struct errbuf *e)
{
	static const struct file_name root = { .fs = FS_FLASH };
	struct volume_entry entry;
	struct buf text;
	bool good;

	next->number = a->last;
	do {
		next->number++;
		buf_init(&text, FILE_TEXT);
		archive_put_name(a->core, archive_path(a->core), next->number, false, &text);
		good = !text.err && fs_name(&root, buf_str(&text), file) && fs_volume(a->core, file->fs);
		buf_release(&text);
		if (!good)
			return err_set(e, E_INVAL, "%s", ARCHIVE_NO_NAME);
	} while (next->number - a->last < TRIES && fs_stat(a->core, file, &entry) == 0);
	fs_text(file, next->text);
	return 0;
}

/* --- writing --- */

static int write_file(struct archive *a, const struct file_name *to, struct str text, struct errbuf *e)
{
	struct upload *u;
	int rc = upload_begin(fs_volume(a->core, to->fs), &to->path, &u, e);

	if (rc < 0)
		return rc;
	rc = text.n > upload_room(u) ? E_LIMIT : io_write(upload_fd(u), text);
	if (rc < 0) {
		upload_drop(u);
		return rc;
	}
	return upload_publish(u, true, 0, e);
}

static unsigned maximum(const struct core *core)
{
	return (unsigned)model_uint(core->model, ROOT "/maximum", ARCHIVE_MAX);
}

/* On a server nothing is deleted. */
static void remove_oldest(struct archive *a)
{
	struct errbuf e = { "" };
	struct file_name file;

	while (a->n > maximum(a->core)) {
		bool here = is_here(&a->kept[0], &file);
		struct volume *v = here ? fs_volume(a->core, file.fs) : NULL;

		if (v && (volume_remove(v, &file.path, &e) < 0 || volume_sync(v, &file.path, &e) < 0))
			syslog_event(a->core->log, "ARCHIVE", 4, "REMOVE", "an old copy stays: %s", e.text);
		drop(a, 0);
	}
}

void archive_arrived(struct archive *a, const struct kept *k)
{
	struct errbuf e = { "" };

	drop_missing(a);
	a->kept[a->n++] = *k;
	remove_oldest(a);
	if (save_index(a, &e) < 0)
		syslog_event(a->core->log, "ARCHIVE", 4, "INDEX", "%s will be forgotten at the next start: %s", k->text,
			     e.text);
}

static int store_here(struct archive *a, struct str text, char name[ARCHIVE_NAME], struct errbuf *e)
{
	struct errbuf why = { "" };
	struct kept next = { 0 };
	unsigned last = a->last;
	struct file_name file;
	int rc;

	drop_missing(a);
	rc = name_next(a, &next, &file, e);
	if (rc < 0)
		return rc;
	memcpy(name, next.text, ARCHIVE_NAME);
	a->last = next.number;
	a->kept[a->n++] = next;
	rc = save_index(a, &why);
	if (rc == 0)
		rc = write_file(a, &file, text, &why);
	if (rc < 0) {
		a->n--;
		a->last = last;
		save_index(a, NULL);
		return err_set(e, rc, "%%Error writing %s (%s)", name, fs_words(rc));
	}
	if (a->n > maximum(a->core)) {
		remove_oldest(a);
		save_index(a, NULL);
	}
	return 0;
}

int archive_store(struct archive *a, struct str text, char name[ARCHIVE_NAME], struct errbuf *e)
{
	*name = '\0';
	if (!archive_is_on(a->core))
		return err_set(e, E_STATE, "the archive's path is not set");
	return archive_is_remote(a->core) ? archive_send_behind(a, text, name, e) : store_here(a, text, name, e);
}

static void store_and_tell(struct archive *a, struct str text)
{
	struct errbuf e = { "" };
	char name[ARCHIVE_NAME];

	if (archive_store(a, text, name, &e) < 0)
		syslog_event(a->core->log, "ARCHIVE", 3, "FAILED", "the running configuration was not archived: %s",
			     e.text);
}

void archive_written(struct archive *a, struct str text)
{
	if (a && archive_is_on(a->core) && model_bool(a->core->model, ROOT "/write-memory"))
		store_and_tell(a, text);
}

/* --- in time --- */

static void set_timer(struct archive *a)
{
	uint64_t minutes = model_uint(a->core->model, ROOT "/time-period", 0);
	struct timeval tv = { .tv_sec = (time_t)minutes * 60 };

	event_del(a->period);
	if (minutes && archive_is_on(a->core))
		event_add(a->period, &tv);
}

static void on_change(void *arg, const struct txn *t)
{
	(void)t;
	set_timer(arg);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval now = { 0, 0 };
	struct archive *a = arg;

	(void)fd;
	(void)what;
	if (!config_build_step(a->build)) {
		event_add(a->turn, &now);
		return;
	}
	if (config_build_text(a->build)->err == 0)
		store_and_tell(a, buf_str(config_build_text(a->build)));
	config_build_free(a->build);
	a->build = NULL;
}

static void on_period(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval now = { 0, 0 };
	struct archive *a = arg;

	(void)fd;
	(void)what;
	set_timer(a);
	if (!a->build && (a->build = config_build_new(a->core, CMD_VIEW_WHOLE)))
		event_add(a->turn, &now);
}

struct archive *archive_new(struct core *core)
{
	struct archive *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->core = core;
	a->waits = -1;
	a->period = evtimer_new(core->base, on_period, a);
	a->turn = evtimer_new(core->base, on_turn, a);
	if (!a->period || !a->turn || model_watch(core->model, ROOT, on_change, a) < 0)
		return NULL; /* the boot fails: what watches already goes with it */
	load_index(a);
	return a;
}

static void show_next(const struct archive *a, struct buf *out)
{
	char text[URL_TEXT];
	struct url url;

	if (archive_url(a->core, &url)) {
		url_text(&url, text);
		explicit_bzero(&url, sizeof url);
	} else {
		str_copy(str_of(archive_path(a->core)), text, sizeof text);
	}
	buf_puts(out, "The next archive file will be named ");
	archive_put_name(a->core, text, a->last + 1, true, out);
}

void archive_show(struct archive *a, struct buf *out)
{
	if (!archive_is_on(a->core)) {
		buf_puts(out, "Archive feature not enabled\n");
		return;
	}
	drop_missing(a);
	buf_printf(out, "The maximum archive configurations allowed is %u.\n", maximum(a->core));
	buf_printf(out, "There are currently %zu archive configurations saved.\n", a->n);
	show_next(a, out);
	buf_puts(out, "\n Archive #  Name\n");
	for (size_t i = 0; i < a->n || i < maximum(a->core); i++)
		buf_printf(out, "   %-8zu %s%s\n", i + 1, i < a->n ? a->kept[i].text : "",
			   i + 1 == a->n ? " <- Most Recent" : "");
}
