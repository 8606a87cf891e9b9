/* SPDX-License-Identifier: Apache-2.0
 *
 * archive_send.c: copies of the configuration that go to a server: see archive.h. Runs in core. The index has a copy
 * when the server has taken all of it: a kill between leaves a file that nobody lists, and whose number comes again.
 */
#include "archive_private.h"

#include "core/core.h"
#include "core/files/send.h"
#include "core/files/virtual.h"
#include "core/log/syslog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct archive_sending {
	struct archive *archive;
	struct kept next;
	struct send *send;
	archive_fn *fn;
	void *arg;
};

/* Where the next copy goes. 0, or E_INVAL. */
static int name_next(struct archive *a, struct url *to, struct kept *next, struct errbuf *e)
{
	char pattern[URL_PATH];
	struct buf text;
	int rc = E_INVAL;

	next->number = a->last + 1;
	buf_init(&text, 4 * URL_PATH);
	if (archive_url(a->core, to)) {
		memcpy(pattern, to->path, sizeof pattern);
		archive_put_name(a->core, pattern, next->number, false, &text);
		rc = text.err ? E_TOOBIG : url_set_path(to, buf_str(&text));
		url_text(to, next->text);
	}
	buf_release(&text);
	return rc ? err_set(e, E_INVAL, "%s", ARCHIVE_NO_NAME) : 0;
}

static void on_sent(void *arg, enum job_kind kind, const char *words)
{
	struct archive_sending *s = arg;

	if (kind == JOB_PROGRESS) {
		s->fn(s->arg, kind, words);
		return;
	}
	s->send = NULL;
	if (kind == JOB_RESULT)
		archive_arrived(s->archive, &s->next);
	else if (s->archive->last == s->next.number) /* nobody has been given the next one */
		s->archive->last--;
	s->fn(s->arg, kind, words);
	free(s);
}

void archive_cancel(struct archive_sending *s)
{
	if (!s)
		return;
	send_cancel(s->send);
	if (s->archive->last == s->next.number)
		s->archive->last--;
	free(s);
}

/* `fd`: a sealed memfd, borrowed. */
static struct archive_sending *begin(struct archive *a, int fd, archive_fn *fn, void *arg, struct errbuf *e)
{
	struct archive_sending *s = calloc(1, sizeof *s);
	struct errbuf why = { "" };
	struct stat st;
	struct url to;

	if (!s || fd < 0 || fstat(fd, &st) < 0) {
		free(s);
		err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
		return NULL;
	}
	*s = (struct archive_sending){ .archive = a, .fn = fn, .arg = arg };
	if (name_next(a, &to, &s->next, e) == 0) {
		s->send = send_begin(a->core, &to, fd, (uint64_t)st.st_size, on_sent, s, &why);
		if (!s->send)
			err_set(e, E_IO, "%%Error opening %s (%s)", s->next.text, why.text);
	}
	explicit_bzero(&to, sizeof to);
	if (s->send) {
		a->last = s->next.number;
		return s;
	}
	free(s);
	return NULL;
}

struct archive_sending *archive_send(struct archive *a, struct str text, archive_fn *fn, void *arg,
				     char name[ARCHIVE_NAME], struct errbuf *e)
{
	int fd = virtual_sealed(text);
	struct archive_sending *s = begin(a, fd, fn, arg, e);

	if (s)
		memcpy(name, s->next.text, ARCHIVE_NAME);
	if (fd >= 0)
		close(fd);
	return s;
}

/* --- while nobody waits --- */

static void failed(const struct archive *a, const char *name, const char *why)
{
	syslog_event(a->core->log, "ARCHIVE", 3, "FAILED", "the running configuration was not archived: %s%s%s%s", name,
		     *name ? " (" : "", why, *name ? ")" : "");
}

static void on_behind(void *arg, enum job_kind kind, const char *words);

/* What waited goes now. */
static void begin_waiting(struct archive *a)
{
	struct errbuf e = { "" };
	int fd = a->waits;

	if (fd < 0)
		return;
	a->waits = -1;
	a->behind = begin(a, fd, on_behind, a, &e);
	if (!a->behind)
		failed(a, "", e.text);
	close(fd);
}

static void on_behind(void *arg, enum job_kind kind, const char *words)
{
	struct archive *a = arg;

	if (kind == JOB_PROGRESS)
		return;
	if (kind == JOB_FAILED)
		failed(a, a->behind->next.text, words);
	a->behind = NULL;
	begin_waiting(a);
}

int archive_send_behind(struct archive *a, struct str text, char name[ARCHIVE_NAME], struct errbuf *e)
{
	int fd = virtual_sealed(text);

	if (fd < 0)
		return err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	if (!a->behind) {
		a->behind = begin(a, fd, on_behind, a, e);
		close(fd);
		if (!a->behind)
			return E_IO;
		memcpy(name, a->behind->next.text, ARCHIVE_NAME);
		return 0;
	}
	if (a->waits >= 0) {
		syslog_event(a->core->log, "ARCHIVE", 4, "REPLACED",
			     "a copy that waited for the server was replaced by a newer one");
		close(a->waits);
	}
	a->waits = fd;
	snprintf(name, ARCHIVE_NAME, "the server, behind the copy that is on its way");
	return 0;
}
