/* SPDX-License-Identifier: Apache-2.0
 *
 * virtual.c: see virtual.h. Runs in core. What is written comes from a session; it is sealed before a byte is read.
 */
#include "virtual.h"

#include "base/io.h"
#include "core/config/config.h"
#include "core/core.h"
#include "core/log/syslog.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- out --- */

int virtual_sealed(struct str bytes)
{
	int fd = memfd_create("text", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && (io_write(fd, bytes) < 0 ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

struct virtual_out {
	uint32_t id;
	struct config_build *build;
	struct event *turn;
	virtual_ready_fn *ready;
	void *arg;
};

void virtual_abandon(struct virtual_out *v)
{
	if (!v)
		return;
	if (v->turn)
		event_free(v->turn);
	config_build_free(v->build);
	free(v);
}

static void on_turn(evutil_socket_t none, short what, void *arg)
{
	struct virtual_out *v = arg;
	struct timeval now = { 0, 0 };
	const struct buf *text;
	uint64_t size;
	int fd;

	(void)none;
	(void)what;
	if (!config_build_step(v->build)) {
		event_add(v->turn, &now);
		return;
	}
	text = config_build_text(v->build);
	size = buf_len(text);
	fd = text->err ? -1 : virtual_sealed(buf_str(text));
	v->ready(v->arg, v->id, fd, size);
	virtual_abandon(v);
}

static void on_failed(evutil_socket_t none, short what, void *arg)
{
	struct virtual_out *v = arg;

	(void)none;
	(void)what;
	v->ready(v->arg, v->id, -1, 0);
	virtual_abandon(v);
}

struct virtual_out *virtual_read(struct core *core, uint32_t id, virtual_ready_fn *ready, void *arg)
{
	struct virtual_out *v = calloc(1, sizeof *v);
	struct timeval now = { 0, 0 };

	if (!v)
		return NULL;
	*v = (struct virtual_out){ .id = id, .ready = ready, .arg = arg };
	v->build = config_build_new(core, CMD_VIEW_WHOLE);
	v->turn = evtimer_new(core->base, v->build ? on_turn : on_failed, v);
	if (v->turn && event_add(v->turn, &now) == 0)
		return v;
	virtual_abandon(v);
	return NULL;
}

/* --- in --- */

struct virtual_in {
	struct core *core;
	int fd;
};

struct merge {
	LIST_ENTRY(merge) link;
	struct core *core;
	uint32_t id;
	unsigned refused;
	virtual_merged_fn *merged;
	void *arg; /* NULL: nobody waits any more */
};
static LIST_HEAD(, merge) merges = LIST_HEAD_INITIALIZER(merges);

struct virtual_in *virtual_write(struct core *core)
{
	struct virtual_in *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->core = core;
	v->fd = memfd_create("incoming", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (v->fd >= 0)
		return v;
	free(v);
	return NULL;
}

int virtual_fd(const struct virtual_in *v)
{
	return v->fd;
}

void virtual_drop(struct virtual_in *v)
{
	if (!v)
		return;
	close(v->fd);
	free(v);
}

static void on_report(void *arg, const char *message)
{
	struct merge *m = arg;

	if (message) {
		m->refused++;
		syslog_event(m->core->log, "SYS", 3, "CONFIG_LINE", "%s", message);
		return;
	}
	LIST_REMOVE(m, link);
	if (m->arg)
		m->merged(m->arg, m->id, m->refused);
	free(m);
}

/* The writer may still hold a descriptor: sealed, it changes nothing. */
static int take_text(const struct virtual_in *v, struct buf *text)
{
	struct stat st;
	uint8_t *room;
	ssize_t n;

	if (fcntl(v->fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) < 0)
		return E_BUSY;
	if (fstat(v->fd, &st) < 0)
		return E_IO;
	if ((uint64_t)st.st_size > CONFIG_MAX_BYTES)
		return E_LIMIT;
	room = buf_room(text, (size_t)st.st_size);
	n = room ? pread(v->fd, room, (size_t)st.st_size, 0) : -1;
	if (n != st.st_size)
		return text->err ? text->err : E_IO;
	buf_claim(text, (size_t)n);
	return 0;
}

int virtual_merge(struct virtual_in *v, const struct behalf *who, uint32_t id, virtual_merged_fn *merged, void *arg)
{
	struct merge *m = calloc(1, sizeof *m);
	int rc;

	if (!m) {
		virtual_drop(v);
		return E_NOMEM;
	}
	*m = (struct merge){ .core = v->core, .id = id, .merged = merged, .arg = arg };
	LIST_INSERT_HEAD(&merges, m, link);
	rc = virtual_merge_told(v, who, CONFIG_RUNNING, on_report, m);
	if (rc) {
		LIST_REMOVE(m, link);
		free(m);
	}
	return rc;
}

int virtual_merge_told(struct virtual_in *v, const struct behalf *who, const char *name, loader_report_fn *report,
		       void *arg)
{
	struct buf text;
	int rc;

	buf_init(&text, CONFIG_MAX_BYTES);
	rc = take_text(v, &text);
	if (rc == 0)
		rc = loader_merge(v->core, who, name, buf_str(&text), report, arg);
	buf_release(&text);
	virtual_drop(v);
	return rc;
}

void virtual_forget(const void *arg)
{
	struct merge *m;

	LIST_FOREACH(m, &merges, link)
	if (m->arg == arg)
		m->arg = NULL;
}
