/* SPDX-License-Identifier: Apache-2.0
 *
 * archive.c: see archive.h. Runs in core. The index gets a name before the file does, and loses it behind the file: a
 * kill between leaves an entry without a file, which is dropped when the index is looked at, and never a file without
 * an entry. Files are published whole (files/upload.h).
 */
#include "archive.h"

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
#define INDEX_MAX ((size_t)ARCHIVE_MAX * (FILE_TEXT + 16) + 16)
#define TRIES     1000 /* numbers that files of somebody's own may have taken */

struct kept {
	unsigned number;
	struct file_name name;
};

struct archive {
	struct core *core;
	unsigned last;                     /* number given */
	struct kept kept[ARCHIVE_MAX + 1]; /* the oldest first; one more while the oldest is on its way out */
	size_t n;
	struct event *period, *turn;
	struct config_build *build; /* for the copy that its time has come for */
};

/* --- the index --- */

static int save_index(struct archive *a, struct errbuf *e)
{
	char text[FILE_TEXT];
	struct buf out;
	int rc;

	buf_init(&out, INDEX_MAX);
	buf_printf(&out, "%u\n", a->last);
	for (size_t i = 0; i < a->n; i++) {
		fs_text(&a->kept[i].name, text);
		buf_printf(&out, "%u %s\n", a->kept[i].number, text);
	}
	rc = out.err ? out.err : files_save(a->core->nvram_fd, ARCHIVE_FILE, buf_str(&out), 0600, e);
	buf_release(&out);
	return rc;
}

static void drop(struct archive *a, size_t i)
{
	memmove(&a->kept[i], &a->kept[i + 1], (a->n - i - 1) * sizeof a->kept[0]);
	a->n--;
}

static void load_index(struct archive *a)
{
	static const struct file_name root = { .fs = FS_FLASH };
	char *line, *name, *save = NULL;
	struct buf text;

	buf_init(&text, INDEX_MAX);
	if (files_load(a->core->nvram_fd, ARCHIVE_FILE, INDEX_MAX, &text, NULL) == 0 &&
	    (line = strtok_r((char *)buf_cstr(&text), "\n", &save)))
		a->last = (unsigned)strtoul(line, NULL, 10);
	while (save && a->n < ARCHIVE_MAX && (line = strtok_r(NULL, "\n", &save))) {
		struct kept *next = &a->kept[a->n];

		next->number = (unsigned)strtoul(line, &name, 10);
		if (*name == ' ' && fs_name(&root, str_of(name + 1), &next->name))
			a->n++;
	}
	buf_release(&text);
}

/* What somebody has deleted or renamed is no copy any more. */
static void drop_missing(struct archive *a)
{
	struct volume_entry entry;

	for (size_t i = a->n; i-- > 0;) {
		struct volume *v = fs_volume(a->core, a->kept[i].name.fs);

		if (!v || volume_stat(v, &a->kept[i].name.path, &entry, NULL) < 0 || entry.folder)
			drop(a, i);
	}
}

/* --- names --- */

static const char *path_of(const struct core *core)
{
	return model_str(core->model, ROOT "/path");
}

bool archive_is_on(const struct core *core)
{
	return path_of(core) != NULL;
}

bool archive_takes(const char *path)
{
	static const struct file_name root = { .fs = FS_FLASH };
	struct file_name name;

	return fs_name(&root, str_of(path), &name) && (name.fs == FS_FLASH || name.fs == FS_NVRAM);
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

/* The file's name for people who look ahead, then its time is not known; or as it will be. */
static void put_name(const struct core *core, unsigned number, bool ahead, struct buf *out)
{
	for (const char *p = path_of(core); *p; p++) {
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

static int name_next(struct archive *a, struct kept *next, struct errbuf *e)
{
	static const struct file_name root = { .fs = FS_FLASH };
	struct volume_entry entry;
	struct volume *v = NULL;
	struct buf text;
	bool good;

	next->number = a->last;
	do {
		next->number++;
		buf_init(&text, FILE_TEXT);
		put_name(a->core, next->number, false, &text);
		good =
		    !text.err && fs_name(&root, buf_str(&text), &next->name) && (v = fs_volume(a->core, next->name.fs));
		buf_release(&text);
		if (!good)
			return err_set(e, E_INVAL, "no file can have the name that \"path\" gives");
	} while (next->number - a->last < TRIES && volume_stat(v, &next->name.path, &entry, NULL) == 0);
	return 0;
}

/* --- writing --- */

static int write_file(struct archive *a, const struct kept *to, struct str text, struct errbuf *e)
{
	struct upload *u;
	int rc = upload_begin(fs_volume(a->core, to->name.fs), &to->name.path, &u, e);

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

static void remove_oldest(struct archive *a)
{
	struct errbuf e = { "" };

	while (a->n > maximum(a->core)) {
		struct volume *v = fs_volume(a->core, a->kept[0].name.fs);
		const struct path *p = &a->kept[0].name.path;

		if (volume_remove(v, p, &e) < 0 || volume_sync(v, p, &e) < 0)
			syslog_event(a->core->log, "ARCHIVE", 4, "REMOVE", "an old copy stays: %s", e.text);
		drop(a, 0);
	}
}

int archive_store(struct archive *a, struct str text, char name[FILE_TEXT], struct errbuf *e)
{
	struct errbuf why = { "" };
	struct kept next = { 0 };
	unsigned last = a->last;
	int rc;

	*name = '\0';
	if (!archive_is_on(a->core))
		return err_set(e, E_STATE, "the archive's path is not set");
	drop_missing(a);
	rc = name_next(a, &next, e);
	if (rc < 0)
		return rc;
	fs_text(&next.name, name);
	a->last = next.number;
	a->kept[a->n++] = next;
	rc = save_index(a, &why);
	if (rc == 0)
		rc = write_file(a, &next, text, &why);
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

static void store_and_tell(struct archive *a, struct str text)
{
	struct errbuf e = { "" };
	char name[FILE_TEXT];

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
	a->period = evtimer_new(core->base, on_period, a);
	a->turn = evtimer_new(core->base, on_turn, a);
	if (!a->period || !a->turn || model_watch(core->model, ROOT, on_change, a) < 0)
		return NULL; /* the boot fails: what watches already goes with it */
	load_index(a);
	return a;
}

void archive_show(struct archive *a, struct buf *out)
{
	char text[FILE_TEXT];

	if (!archive_is_on(a->core)) {
		buf_puts(out, "Archive feature not enabled\n");
		return;
	}
	drop_missing(a);
	buf_printf(out, "The maximum archive configurations allowed is %u.\n", maximum(a->core));
	buf_printf(out, "There are currently %zu archive configurations saved.\n", a->n);
	buf_puts(out, "The next archive file will be named ");
	put_name(a->core, a->last + 1, true, out);
	buf_puts(out, "\n Archive #  Name\n");
	for (size_t i = 0; i < a->n || i < maximum(a->core); i++) {
		if (i < a->n)
			fs_text(&a->kept[i].name, text);
		buf_printf(out, "   %-8zu %s%s\n", i + 1, i < a->n ? text : "", i + 1 == a->n ? " <- Most Recent" : "");
	}
}
