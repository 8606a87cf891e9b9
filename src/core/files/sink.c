/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.c: see sink.h. Runs in core.
 */
#include "sink.h"

#include "base/io.h"
#include "core/core.h"
#include "files/upload.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 20) /* of what is there already, at a time */

struct sink {
	struct upload *upload;
	char called[FILE_TEXT];
	int from; /* the file that is appended to; -1: none, or all of it is taken over */
	uint64_t room;
	int err; /* the first failure; later bytes are dropped */
};

static void close_from(struct sink *s)
{
	if (s->from >= 0)
		close(s->from);
	s->from = -1;
}

struct sink *sink_open(struct core *core, const struct file_name *cwd, const char *url, bool append, struct errbuf *e)
{
	struct sink *s = calloc(1, sizeof *s);
	struct file_name name;
	struct volume *v;
	int rc;

	if (!s) {
		err_set(e, E_NOMEM, "%% Out of memory");
		return NULL;
	}
	s->from = -1;
	if (!fs_name(cwd, str_of(url), &name)) {
		err_set(e, E_NOTFOUND, FS_NO_FILE, url);
		free(s);
		return NULL;
	}
	fs_text(&name, s->called);
	v = fs_volume(core, name.fs);
	rc = v ? upload_begin(v, &name.path, &s->upload, NULL) : E_UNSUPPORTED;
	if (rc < 0) {
		err_set(e, rc, "%%Error opening %s (%s)", s->called, fs_words(rc));
		free(s);
		return NULL;
	}
	s->room = upload_room(s->upload);
	if (append)
		s->from = volume_open(v, &name.path, NULL); /* there need not be one */
	return s;
}

bool sink_step(struct sink *s)
{
	ssize_t n;

	if (s->from < 0 || s->err)
		return true;
	do
		n = copy_file_range(s->from, NULL, upload_fd(s->upload), NULL, PIECE, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		s->err = io_error(errno);
	if (n > 0 && (uint64_t)n <= s->room) {
		s->room -= (uint64_t)n;
		return false;
	}
	if (n > 0)
		s->err = E_LIMIT;
	close_from(s);
	return true;
}

void sink_put(struct sink *s, struct str bytes)
{
	if (!s->err && bytes.n > s->room)
		s->err = E_LIMIT;
	if (!s->err)
		s->err = io_write(upload_fd(s->upload), bytes);
	if (!s->err)
		s->room -= bytes.n;
}

int sink_close(struct sink *s, struct errbuf *e)
{
	int rc = s->err;

	if (rc == 0) {
		rc = upload_publish(s->upload, true, 0, NULL);
		s->upload = NULL;
	}
	if (rc < 0)
		err_set(e, rc, "%%Error writing %s (%s)", s->called, fs_words(rc));
	sink_drop(s);
	return rc;
}

void sink_drop(struct sink *s)
{
	if (!s)
		return;
	close_from(s);
	upload_drop(s->upload);
	free(s);
}
