/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp.c: see sftp.h. Runs in the session process; the client is hostile, core's descriptors are what it asked for.
 * Bytes of WRITE go from where they were decrypted into the file, those of READ from the file to where they will be
 * encrypted.
 */
#include "session/sftp.h"

#include "base/err.h"
#include "base/io.h"
#include "session/state.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define LIST_STEP  32768
#define SLICE      ((size_t)2 << 20)
#define SLICE_HAND 65536 /* where the kernel does not copy between two files */

static const struct sftp_side_file no_file = { .fd = -1, .old_fd = -1 };

bool sftp_side_start(struct session *s)
{
	struct sftp_side *d = &s->files.sftp;

	*d = (struct sftp_side){ .sftp = sftp_new(), .old_fd = -1 };
	for (unsigned i = 0; i < SFTP_FILES; i++)
		d->files[i] = no_file;
	return d->sftp != NULL;
}

/* --- files --- */

/* A file may become as large as core says, or as the largest of several: core counts again. What is closed is written
 * by nobody, so the limit waits for the next that is opened. */
static void set_limit(struct sftp_side *d)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < SFTP_FILES; i++)
		if (d->files[i].handle && d->files[i].room > most)
			most = d->files[i].room;
	if (most != d->limit)
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){ most, RLIM_INFINITY });
	d->limit = most;
}

static void close_file(struct sftp_side_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->old_fd >= 0)
		close(f->old_fd);
	*f = no_file;
}

static void forget(struct session *s, unsigned file)
{
	struct sftp_side_file *f = &s->files.sftp.files[file];

	/* The answer (id 0) is looked at by nobody. */
	if (f->handle)
		SESSION_SEND(s, FILE, .id = 0, .op = FILE_DROP, .handle = f->handle);
	close_file(f);
}

static unsigned by_handle(const struct sftp_side *d, uint32_t handle)
{
	unsigned i = 0;

	while (i < SFTP_FILES && (!handle || d->files[i].handle != handle))
		i++;
	return i; /* SFTP_NO_FILE: none */
}

static size_t read_file(void *arg, unsigned file, uint64_t offset, uint8_t *to, size_t n)
{
	const struct sftp_side *d = arg;
	ssize_t got;

	do
		got = pread(d->files[file].fd, to, n, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got > 0 ? (size_t)got : 0;
}

/* --- copying --- */

static void copied(struct session *s, int rc)
{
	struct sftp_side *d = &s->files.sftp;
	struct sftp_copying *c = &d->copying;

	c->on = false;
	sftp_answer(d->sftp, &(struct sftp_answer){ .rc = rc, .file = SFTP_NO_FILE, .size = c->to_at });
}

static ssize_t copy_by_hand(const struct sftp_copying *c, size_t n)
{
	static uint8_t bytes[SLICE_HAND];
	ssize_t got = pread(c->from, bytes, n < sizeof bytes ? n : sizeof bytes, (off_t)c->from_at);

	return got <= 0 ? got : pwrite(c->to, bytes, (size_t)got, (off_t)c->to_at);
}

bool sftp_side_busy(const struct session *s)
{
	return s->files.sftp.copying.on;
}

void sftp_side_slice(struct session *s)
{
	struct sftp_side *d = &s->files.sftp;
	struct sftp_copying *c = &d->copying;
	size_t want = c->left < SLICE ? (size_t)c->left : SLICE;
	off_t from = (off_t)c->from_at, to = (off_t)c->to_at;
	ssize_t n = copy_file_range(c->from, &from, c->to, &to, want, 0);

	if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS))
		n = copy_by_hand(c, want);
	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) { /* it became shorter than it was said to be */
		copied(s, n < 0 ? io_error(errno) : E_IO);
		return;
	}
	c->from_at += (uint64_t)n;
	c->to_at += (uint64_t)n;
	c->left -= (uint64_t)n;
	session_active(s);
	if (c->left == 0)
		copied(s, 0);
}

/* As much as the event says, to where it says. */
static void begin_copy(struct session *s, int from, uint64_t from_at, const struct sftp_event *ev)
{
	struct sftp_side *d = &s->files.sftp;

	d->copying = (struct sftp_copying){ .on = true,
					    .from = from,
					    .to = d->files[ev->file].fd,
					    .from_at = from_at,
					    .to_at = ev->offset,
					    .left = ev->size };
	if (ev->size == 0)
		copied(s, 0);
}

/* --- what the machine asks --- */

static void ask(struct session *s, const struct sftp_event *ev, enum ipc_file_op op, unsigned how)
{
	struct sftp_side *d = &s->files.sftp;
	uint64_t value = op == FILE_PUBLISH || op == FILE_SET_TIME ? (uint64_t)ev->mtime : 0;

	d->asked = *ev;
	s->files.id++;
	SESSION_SEND(s, FILE, .id = s->files.id, .op = (uint8_t)op, .how = (uint8_t)how,
		     .handle = op == FILE_PUBLISH ? d->files[ev->file].handle : 0,
		     .path = op == FILE_PUBLISH ? STR("") : str_of(ev->path),
		     .to = op == FILE_RENAME ? str_of(ev->to) : STR(""), .value = value);
}

static void open_file(struct session *s, const struct sftp_event *ev)
{
	unsigned how = (ev->how & SFTP_CREATE ? HOW_CREATE : 0) | (ev->how & SFTP_NEW ? HOW_NEW : 0) |
		       (ev->how & SFTP_KEEP ? HOW_KEEP : 0);

	if (ev->how & SFTP_WRITE)
		ask(s, ev, FILE_WRITE, how);
	else
		ask(s, ev, FILE_READ, 0);
}

/* Its last writable descriptor is closed before core is asked to publish it. */
static void publish(struct session *s, const struct sftp_event *ev)
{
	struct sftp_side_file *f = &s->files.sftp.files[ev->file];

	if (ev->how & SFTP_ON_DISK)
		fsync(f->fd); /* so that core, which does it again, has nothing to wait for */
	close(f->fd);
	f->fd = -1;
	ask(s, ev, FILE_PUBLISH, ev->how & SFTP_ON_DISK ? HOW_ON_DISK : 0);
	close_file(f);
}

static void list_entries(struct sftp_side *d, const struct sftp_event *ev)
{
	static uint8_t bytes[LIST_STEP];
	ssize_t n = pread(d->files[ev->file].fd, bytes, sizeof bytes, (off_t)ev->offset);
	struct sftp_answer a = { .file = SFTP_NO_FILE };

	if (n < 0)
		a.rc = E_IO;
	else
		a.bytes = (struct str){ bytes, (size_t)n };
	sftp_answer(d->sftp, &a);
}

static void answer_rc(struct sftp_side *d, int rc)
{
	sftp_answer(d->sftp, &(struct sftp_answer){ .rc = rc, .file = SFTP_NO_FILE });
}

/* What needs nobody but the file itself. */
static bool on_file(struct session *s, const struct sftp_event *ev)
{
	struct sftp_side *d = &s->files.sftp;
	int fd = ev->file < SFTP_FILES ? d->files[ev->file].fd : -1, rc;

	switch (ev->type) {
	case SFTP_EV_ENTRIES:
		list_entries(d, ev);
		return true;
	case SFTP_EV_RESIZE:
		answer_rc(d, ftruncate(fd, (off_t)ev->size) < 0 ? io_error(errno) : 0);
		return true;
	case SFTP_EV_SYNC:
		answer_rc(d, fsync(fd) < 0 ? io_error(errno) : 0);
		return true;
	case SFTP_EV_COPY:
		begin_copy(s, d->files[ev->from].fd, ev->from_offset, ev);
		return true;
	case SFTP_EV_KEEP:
		begin_copy(s, d->files[ev->file].old_fd, ev->offset, ev);
		return true;
	case SFTP_EV_WRITE:
		rc = io_pwrite(fd, ev->bytes, ev->offset);
		if (rc)
			sftp_lost(d->sftp, rc);
		return true;
	case SFTP_EV_FORGET:
		forget(s, ev->file);
		return true;
	default:
		return false;
	}
}

static void on_event(struct session *s, const struct sftp_event *ev)
{
	static const enum ipc_file_op ops[] = {
		[SFTP_EV_LOOK] = FILE_STAT,     [SFTP_EV_LIST] = FILE_LIST,     [SFTP_EV_SPACE] = FILE_SPACE,
		[SFTP_EV_MKDIR] = FILE_MKDIR,   [SFTP_EV_RMDIR] = FILE_RMDIR,   [SFTP_EV_REMOVE] = FILE_REMOVE,
		[SFTP_EV_TIME] = FILE_SET_TIME, [SFTP_EV_RENAME] = FILE_RENAME,
	};

	if (on_file(s, ev))
		return;
	switch (ev->type) {
	case SFTP_EV_OPEN:
		open_file(s, ev);
		break;
	case SFTP_EV_CLOSE:
		publish(s, ev);
		break;
	case SFTP_EV_END:
		s->shell.finishing = true;
		s->shell.status = (uint32_t)ev->size;
		break;
	default:
		ask(s, ev, ops[ev->type], ev->replace ? HOW_REPLACE : 0);
	}
}

size_t sftp_side_take(struct session *s, struct str bytes)
{
	struct sftp_side *d = &s->files.sftp;
	size_t all = bytes.n;
	struct sftp_event ev;
	struct timespec now;

	if (s->shell.finishing)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	sftp_clock(d->sftp, now.tv_sec);
	while (!s->shell.finishing && sftp_step(d->sftp, &bytes, &ev))
		on_event(s, &ev);
	if (all != bytes.n)
		session_active(s);
	return all - bytes.n;
}

/* --- what core answers --- */

static bool on_done(struct session *s, struct str body)
{
	struct sftp_side *d = &s->files.sftp;
	struct ipc_msg_FILE_DONE m;

	if (!ipc_get_FILE_DONE(body, &m))
		return false;
	if (m.id == 0)
		return true;
	sftp_answer(d->sftp, &(struct sftp_answer){ .rc = -m.code,
						    .folder = m.folder != 0,
						    .size = m.size,
						    .mtime = (int64_t)m.mtime,
						    .file = by_handle(d, m.handle),
						    .words = m.words });
	return m.id == s->files.id;
}

static bool on_room(struct session *s, struct str body)
{
	struct ipc_msg_FILE_ROOM m;

	if (!ipc_get_FILE_ROOM(body, &m) || m.id != s->files.id)
		return false;
	sftp_answer(s->files.sftp.sftp, &(struct sftp_answer){ .size = m.size, .room = m.room, .file = SFTP_NO_FILE });
	return true;
}

static bool on_old(struct session *s, struct ipc_record *r)
{
	struct sftp_side *d = &s->files.sftp;
	struct ipc_msg_FILE_OLD m;

	if (!ipc_get_FILE_OLD(r->body, &m) || m.id != s->files.id || d->old_fd >= 0)
		return false;
	d->old_fd = r->fds[0];
	r->fds[0] = -1;
	d->old_size = m.size;
	d->old_mtime = (int64_t)m.mtime;
	return true;
}

static bool on_fd(struct session *s, struct ipc_record *r)
{
	struct sftp_side *d = &s->files.sftp;
	struct sftp_side_file *f = &d->files[d->asked.file < SFTP_FILES ? d->asked.file : 0];
	struct sftp_answer a = { .file = SFTP_NO_FILE, .there = d->old_fd >= 0 };
	struct ipc_msg_FILE_FD m;

	if (!ipc_get_FILE_FD(r->body, &m) || m.id != s->files.id || d->asked.file >= SFTP_FILES || f->fd >= 0)
		return false;
	f->fd = r->fds[0];
	r->fds[0] = -1;
	if (d->asked.type != SFTP_EV_OPEN || !(d->asked.how & SFTP_WRITE)) {
		sftp_answer(d->sftp,
			    &(struct sftp_answer){ .size = m.size, .mtime = (int64_t)m.mtime, .file = SFTP_NO_FILE });
		return true;
	}
	f->handle = m.id;
	f->room = a.room = m.size;
	if (a.there) {
		a.size = d->old_size < d->asked.size ? d->old_size : d->asked.size;
		a.mtime = d->old_mtime;
	}
	f->old_fd = d->old_fd;
	d->old_fd = -1;
	set_limit(d);
	sftp_answer(d->sftp, &a);
	return true;
}

bool sftp_side_answer(struct session *s, struct ipc_record *r)
{
	switch (r->type) {
	case IPC_FILE_DONE:
		return on_done(s, r->body);
	case IPC_FILE_FD:
		return on_fd(s, r);
	case IPC_FILE_OLD:
		return on_old(s, r);
	default:
		return on_room(s, r->body);
	}
}

/* --- what is sent --- */

bool sftp_side_write(struct session *s)
{
	struct sftp_side *d = &s->files.sftp;
	uint8_t *to;
	size_t room, n;

	if (!sftp_has_output(d->sftp))
		return false;
	room = ssh_channel_room(s->link.conn, s->link.channel, &to);
	if (!room)
		return false;
	n = sftp_fill(d->sftp, to, room, read_file, d);
	ssh_channel_filled(s->link.conn, n);
	if (n)
		session_active(s);
	return true;
}
