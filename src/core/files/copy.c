/* SPDX-License-Identifier: Apache-2.0
 *
 * copy.c: see copy.h. Runs in core, which opens, decides and publishes, but moves no byte itself. Given up at any
 * point, what was there is there and nothing else is: what is written has no name, and with /erase the others go only
 * when it is whole.
 */
#include "copy.h"

#include "core/clock.h"
#include "core/config/config.h"
#include "core/config/loader.h"
#include "core/core.h"
#include "core/files/startup.h"
#include "core/files/virtual.h"
#include "core/login/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOVE_LIMIT_MS 3600000
#define NO_LIMIT      UINT64_MAX

static void close_all(const void *arg)
{
	const struct run *run = arg;
	struct copy *c = run->data;

	if (c->fd >= 0)
		close(c->fd);
	if (c->null >= 0)
		close(c->null);
	upload_drop(c->upload);
	virtual_drop(c->text);
	c->fd = c->null = c->sink = -1;
	c->upload = NULL;
	c->text = NULL;
	loader_abandon(run);
}

static int fail(struct run *run, const char *doing, const struct copy_end *end, int rc)
{
	return run_fail(run, "%%Error %s %s (%s)", doing, end->text, fs_words(rc));
}

/* --- the two ends --- */

void copy_end_text(struct copy_end *end)
{
	if (end->kind == COPY_URL)
		url_text(&end->url, end->text);
	else if (end->word)
		snprintf(end->text, sizeof end->text, "%s%s", fs_prefix(end->name.fs), end->name.path.text);
	else
		fs_text(&end->name, end->text);
}

static int open_file(struct run *run)
{
	struct copy *c = run->data;
	struct stat st;

	c->fd = fs_open(run->core, &c->from.name, &st);
	if (c->fd < 0)
		return fail(run, "opening", &c->from, c->fd);
	c->size = (uint64_t)st.st_size;
	return RUN_DONE;
}

static bool is_startup(const struct copy_end *end)
{
	return end->kind == COPY_FILE && end->name.fs == FS_NVRAM && strcmp(end->name.path.text, CONFIG_STARTUP) == 0;
}

/* The one copy that says that nothing is unsaved any more. */
static int save(struct run *run)
{
	struct errbuf e = { "" };

	if (startup_save(run->core, config_build_text(run->build), &e) < 0)
		return run_fail(run, "%%Error writing nvram:startup-config (%s)", e.text);
	buf_puts(&run->out, "[OK]\n");
	return RUN_DONE;
}

static int open_upload(struct run *run, struct volume *v, const struct path *p, const struct copy_end *end)
{
	struct copy *c = run->data;
	int rc = v ? upload_begin(v, p, &c->upload, NULL) : E_DENIED;

	if (rc < 0)
		return fail(run, "opening", end, rc);
	c->sink = upload_fd(c->upload);
	c->room = c->erase ? v->size : upload_room(c->upload);
	return c->size > c->room ? fail(run, "writing", end, E_LIMIT) : RUN_DONE;
}

/* Between two servers lies a file that never gets a name. */
static int open_between(struct run *run)
{
	struct path p = { "" };
	char name[64];
	unsigned i = 0;

	do
		snprintf(name, sizeof name, "copy-between-servers-%u", i++);
	while (!path_resolve(&p, str_of(name), &p) || upload_find(&run->core->flash, &p));
	return open_upload(run, &run->core->flash, &p, &((struct copy *)run->data)->to);
}

static int open_target(struct run *run)
{
	struct copy *c = run->data;

	c->room = NO_LIMIT;
	switch (c->to.kind) {
	case COPY_FILE:
		return open_upload(run, fs_volume(run->core, c->to.name.fs), &c->to.name.path, &c->to);
	case COPY_URL:
		return c->from.kind == COPY_URL ? open_between(run) : RUN_DONE;
	case COPY_RUNNING:
		c->text = virtual_write(run->core);
		c->sink = c->text ? virtual_fd(c->text) : -1;
		c->room = CONFIG_MAX_BYTES;
		return c->sink < 0 ? fail(run, "opening", &c->to, E_NOMEM) : RUN_DONE;
	default:
		c->null = c->sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
		return c->sink < 0 ? fail(run, "opening", &c->to, E_IO) : RUN_DONE;
	}
}

/* --- on its way --- */

/* From a file to a file there are marks of progress. */
static bool has_marks(const struct copy *c)
{
	return c->from.kind == COPY_FILE && c->to.kind == COPY_FILE && !c->from.word && !c->to.word;
}

static int move(struct run *run)
{
	struct copy *c = run->data;
	struct buf request;

	buf_init(&request, 256);
	buf_put_u64(&request, c->room);
	buf_put_u64(&request, c->size);
	buf_put_cstr(&request, has_marks(c) ? "Copy in progress..." : "");
	return run_start_moving(run, COPY_MOVED, "move", &request, (int[]){ c->fd, c->sink }, 2, MOVE_LIMIT_MS);
}

/* What is read is open, or on a server. */
static int begin_moving(struct run *run)
{
	struct copy *c = run->data;
	int rc = open_target(run);

	if (rc != RUN_DONE)
		return rc;
	if (c->from.kind == COPY_URL)
		return copy_fetch(run);
	return c->to.kind == COPY_URL ? copy_send(run) : move(run);
}

static int moved(struct run *run)
{
	struct copy *c = run->data;
	struct cur answer = cur_of(buf_str(&run->job_result));

	if (!run->job_ok && str_is(buf_str(&run->job_result), err_text(E_LIMIT)))
		return fail(run, "writing", &c->to, E_LIMIT);
	if (!run->job_ok)
		return run_fail(run, "%%Error copying %s (%s)", c->from.text, buf_cstr(&run->job_result));
	c->copied = cur_u64(&answer);
	if (!cur_done(&answer))
		return fail(run, "copying", &c->from, E_IO);
	if (has_marks(c) && c->copied)
		buf_puts(&run->out, "\n");
	return copy_arrived(run);
}

static int built(struct run *run)
{
	struct copy *c = run->data;
	bool startup = is_startup(&c->to);
	const struct buf *text;
	int rc;

	if (startup && !run->build)
		buf_puts(&run->out, "Building configuration...\n");
	rc = run_build_config(run, CMD_VIEW_WHOLE);
	if (rc != RUN_DONE)
		return rc;
	if (startup)
		return save(run);
	text = config_build_text(run->build);
	c->size = buf_len(text);
	c->fd = text->err ? -1 : virtual_sealed(buf_str(text));
	return c->fd < 0 ? fail(run, "opening", &c->from, E_NOMEM) : begin_moving(run);
}

/* --- arrived --- */

int copy_done(struct run *run)
{
	struct copy *c = run->data;
	uint64_t ms = clock_now_ms() - c->started_ms;

	buf_printf(&run->out, "%llu bytes copied in %llu.%03llu secs (%llu bytes/sec)\n", (unsigned long long)c->copied,
		   (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000),
		   (unsigned long long)(c->copied * 1000 / (ms ? ms : 1)));
	return c->refused_lines ? RUN_FAILED : RUN_DONE;
}

static void on_report(void *arg, const char *message)
{
	struct run *run = arg;
	struct copy *c = run->data;

	if (!message) {
		cli_resume(run->cli);
		return;
	}
	c->refused_lines++;
	buf_printf(&run->out, "%% %s\n", message);
}

static int merge(struct run *run)
{
	struct copy *c = run->data;
	const char *name = c->from.kind == COPY_URL ? url_base(&c->from.url) : path_base(&c->from.name.path);
	struct virtual_in *text = c->text;
	struct behalf who;
	int rc;

	c->text = NULL;
	run->step = COPY_MERGED;
	rc = virtual_merge_told(text, subject_of_cli(run->cli, &who) ? &who : NULL, name, on_report, run);
	return rc < 0 ? fail(run, "writing", &c->to, rc) : RUN_WAIT;
}

static int publish(struct run *run)
{
	static const struct path root = { "" };
	struct copy *c = run->data;
	struct upload *u = c->upload;
	int rc = 0;

	if (c->erase)
		rc = volume_empty(&run->core->flash, &root, NULL);
	if (rc < 0)
		return run_fail(run, "%%Error erasing flash0: (%s)", fs_words(rc));
	if (c->erase)
		buf_puts(&run->out, "Erase of flash0: complete\n");
	c->upload = NULL;
	rc = startup_publish(run->core, u, true, 0);
	return rc < 0 ? fail(run, "writing", &c->to, rc) : copy_done(run);
}

int copy_arrived(struct run *run)
{
	struct copy *c = run->data;

	if (c->to.kind == COPY_FILE)
		return publish(run);
	if (c->to.kind == COPY_RUNNING)
		return merge(run);
	return c->to.kind == COPY_URL ? copy_send(run) : copy_done(run);
}

/* --- the steps --- */

static int begin(struct run *run)
{
	struct copy *c = run->data;
	struct path folder;

	run->abandon = close_all;
	c->started_ms = clock_now_ms();
	path_parent(&c->to.name.path, &folder);
	if (c->erase && folder.text[0])
		return fail(run, "erasing", &c->to, E_UNSUPPORTED);
	if (c->from.kind == c->to.kind &&
	    (c->from.kind == COPY_RUNNING || (c->from.kind == COPY_FILE && c->from.name.fs == c->to.name.fs &&
					      strcmp(c->from.name.path.text, c->to.name.path.text) == 0)))
		return run_fail(run, "%%Error copying %s (Source and destination are the same)", c->from.text);
	if (c->from.kind == COPY_RUNNING) {
		run->step = COPY_BUILT;
		return built(run);
	}
	if (c->from.kind == COPY_FILE) {
		int rc = open_file(run);

		if (rc != RUN_DONE)
			return rc;
	}
	return begin_moving(run);
}

static int step(struct run *run)
{
	switch (run->step) {
	case COPY_WORK:
		return begin(run);
	case COPY_BUILT:
		return built(run);
	case COPY_MOVED:
		return moved(run);
	case COPY_MERGED:
		cli_touched(run->cli);
		return copy_done(run);
	default:
		return copy_remote_step(run);
	}
}

int copy_work(struct run *run)
{
	int rc = step(run);

	if (rc != RUN_WAIT) {
		close_all(run);
		run->abandon = NULL;
	}
	return rc;
}
