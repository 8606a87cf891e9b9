/* SPDX-License-Identifier: Apache-2.0
 *
 * source.c: see source.h. Runs in core.
 */
#include "source.h"

#include "core/config/config.h"
#include "core/core.h"
#include "core/session/cli.h"
#include "files/url.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICE 262144

int source_open(struct run *run, struct source *s, const char *url)
{
	struct stat st;
	struct url there;
	char text[URL_TEXT];

	s->fd = -1;
	buf_init(&s->text, CONFIG_MAX_BYTES);
	if (url_parse(str_of(url), &there) == 0) {
		url_text(&there, text);
		return run_fail(run, "%%Error opening %s (Not a file of this device: copy it first)", text);
	}
	if (!fs_name(&run->cli->cwd, str_of(url), &s->name))
		return run_fail(run, FS_NO_FILE, url);
	fs_text(&s->name, s->called);
	if (fs_is_running(&s->name))
		return RUN_DONE;
	s->fd = fs_open(run->core, &s->name, &st);
	if (s->fd < 0)
		return run_fail(run, "%%Error opening %s (%s)", s->called, fs_words(s->fd));
	if ((uint64_t)st.st_size > CONFIG_MAX_BYTES)
		return run_fail(run, "%%Error opening %s (larger than %zu bytes)", s->called, CONFIG_MAX_BYTES);
	return RUN_DONE;
}

static int read_running(struct run *run, struct source *s)
{
	int rc = run_copy_config(run, &s->text);

	return rc == RUN_DONE && s->text.err
		   ? run_fail(run, "%%Error opening %s (%s)", s->called, err_text(s->text.err))
		   : rc;
}

int source_read(struct run *run, struct source *s)
{
	uint8_t *room;
	ssize_t n;

	if (fs_is_running(&s->name))
		return read_running(run, s);
	room = buf_room(&s->text, SLICE);
	n = room ? pread(s->fd, room, SLICE, (off_t)buf_len(&s->text)) : -1;
	if (n < 0)
		return run_fail(run, "%%Error reading %s (%s)", s->called, room ? "I/O error" : err_text(s->text.err));
	buf_claim(&s->text, (size_t)n);
	return n ? run_yield(run) : RUN_DONE;
}

void source_release(struct source *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	buf_release(&s->text);
}
