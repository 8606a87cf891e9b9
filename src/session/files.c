/* SPDX-License-Identifier: Apache-2.0
 *
 * files.c: see files.h. Runs in the session process; the client is hostile, core's descriptors are what it asked for.
 */
#include "session/files.h"

#include "base/err.h"
#include "base/io.h"
#include "session/state.h"
#include "transfer/scp.h"

#include <errno.h>
#include <sys/resource.h>
#include <string.h>
#include <unistd.h>

#define SEND_STEP 32768
#define WINDOW    (2U << 20) /* bytes a client may have on the way */

void files_init(struct session *s)
{
	s->files.fd = -1;
	buf_init(&s->files.command, 0);
	buf_init(&s->files.names, 0);
}

static void close_file(struct files *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

void files_keep_command(struct session *s, struct str command)
{
	if (command.n > 4 && memcmp(command.p, "scp ", 4) == 0)
		buf_put(&s->files.command, command.p, command.n);
}

void files_keep_subsystem(struct session *s)
{
	s->files.subsystem = true;
	buf_puts(&s->files.command, "sftp");
}

void files_give_up(struct session *s)
{
	s->files.subsystem = false;
	buf_clear(&s->files.command);
}

bool files_start(struct session *s, struct str body)
{
	struct files *f = &s->files;
	struct ipc_msg_FILES m;

	if (!ipc_get_FILES(body, &m) || m.kind != (f->subsystem ? FILES_SFTP : FILES_SCP) || f->on ||
	    s->stage != STAGE_LOGIN)
		return false;
	f->on = true;
	s->stage = STAGE_SHELL;
	s->deadline = 0;
	ssh_channel_widen(s->link.conn, s->link.channel, WINDOW);
	if (f->subsystem) {
		s->shell.input.max = WINDOW; /* a client does not wait for one answer before it asks again */
		return sftp_side_start(s);
	}
	f->scp = scp_new(buf_str(&f->command));
	if (!f->scp) {
		front_write(&s->shell.front, STR("\1scp: not a command this device knows\n"));
		s->shell.finishing = true;
		s->shell.status = 1;
	}
	return true;
}

bool files_close(struct session *s, struct str body)
{
	struct ipc_msg_CLOSE m;

	if (!ipc_get_CLOSE(body, &m))
		return false;
	if (!s->files.on) /* it never began: the protocol has no words for it */
		ssh_channel_write(s->link.conn, s->link.channel, 1, m.text.p, m.text.n);
	s->files.on = true;
	s->shell.finishing = true;
	s->shell.status = 1;
	return true;
}

/* --- what the machine asks --- */

static void ask(struct session *s, enum ipc_file_op op, const struct scp_event *ev)
{
	struct files *f = &s->files;

	f->id++;
	f->listing = op == FILE_LIST;
	SESSION_SEND(s, FILE, .id = f->id, .op = (uint8_t)op, .how = op == FILE_WRITE ? HOW_CREATE : 0,
		     .handle = f->handle, .path = str_of(ev->path),
		     .value = op == FILE_PUBLISH ? (uint64_t)ev->mtime : ev->size);
}

static void drop(struct session *s)
{
	struct files *f = &s->files;

	close_file(f);
	if (!f->handle)
		return;
	/* The answer (id 0) is looked at by nobody. */
	SESSION_SEND(s, FILE, .id = 0, .op = FILE_DROP, .handle = f->handle);
	f->handle = 0;
}

/* The page cache takes it at once; what is wrong with the disk or the room is said when the file is whole. */
static void keep(struct session *s, struct str bytes)
{
	int rc = io_write(s->files.fd, bytes);

	if (rc)
		scp_lost(s->files.scp, rc);
}

static void on_event(struct session *s, const struct scp_event *ev)
{
	struct files *f = &s->files;

	switch (ev->type) {
	case SCP_EV_LOOK:
		ask(s, FILE_STAT, ev);
		break;
	case SCP_EV_LIST:
		ask(s, FILE_LIST, ev);
		break;
	case SCP_EV_MKDIR:
		ask(s, FILE_MKDIR, ev);
		break;
	case SCP_EV_READ:
		ask(s, FILE_READ, ev);
		break;
	case SCP_EV_WRITE:
		ask(s, FILE_WRITE, ev);
		f->handle = f->id;
		break;
	case SCP_EV_CLOSE:
		close_file(f);
		ask(s, FILE_PUBLISH, ev);
		f->handle = 0;
		break;
	case SCP_EV_DROP:
		drop(s);
		break;
	case SCP_EV_DATA:
		keep(s, ev->bytes);
		break;
	case SCP_EV_SEND:
		f->sending = true;
		f->at = 0;
		f->left = ev->size;
		break;
	case SCP_EV_END:
		s->shell.finishing = true;
		s->shell.status = (uint32_t)ev->size;
		break;
	}
}

/* --- what core answers --- */

static bool on_done(struct session *s, struct str body)
{
	struct files *f = &s->files;
	struct ipc_msg_FILE_DONE m;

	if (!ipc_get_FILE_DONE(body, &m))
		return false;
	if (m.id == 0)
		return true;
	if (m.code && f->handle == f->id)
		f->handle = 0; /* it was the answer to FILE_WRITE */
	scp_answer(
	    f->scp,
	    &(struct scp_answer){
		.rc = -m.code, .folder = m.folder != 0, .size = m.size, .mtime = (int64_t)m.mtime, .words = m.words });
	return m.id == f->id;
}

/* Of every entry the name alone. */
static void read_names(struct files *f, int fd, uint64_t size)
{
	struct buf text;
	struct cur c;
	uint8_t *room;
	ssize_t n;

	buf_init(&text, 0);
	room = buf_room(&text, (size_t)size);
	n = room ? pread(fd, room, (size_t)size, 0) : 0;
	buf_claim(&text, n > 0 ? (size_t)n : 0);
	buf_clear(&f->names);
	for (c = cur_of(buf_str(&text)); c.n && !c.bad;) {
		struct str name;

		cur_u8(&c);
		cur_u64(&c);
		cur_u64(&c);
		name = cur_str(&c);
		if (!c.bad)
			buf_put_str(&f->names, name);
	}
	buf_release(&text);
}

static bool on_fd(struct session *s, struct ipc_record *r)
{
	struct files *f = &s->files;
	struct ipc_msg_FILE_FD m;

	if (!ipc_get_FILE_FD(r->body, &m) || m.id != f->id)
		return false;
	buf_clear(&f->names);
	if (f->listing) {
		read_names(f, r->fds[0], m.size);
	} else {
		close_file(f);
		f->fd = r->fds[0];
		r->fds[0] = -1;
		if (f->handle && setrlimit(RLIMIT_FSIZE, &(struct rlimit){ m.size, RLIM_INFINITY }) < 0)
			return false;
	}
	scp_answer(f->scp,
		   &(struct scp_answer){ .size = m.size, .mtime = (int64_t)m.mtime, .names = buf_str(&f->names) });
	return true;
}

bool files_answer(struct session *s, struct ipc_record *r)
{
	if (s->files.sftp.sftp)
		return sftp_side_answer(s, r);
	if (!s->files.scp || (r->type != IPC_FILE_FD && r->type != IPC_FILE_DONE))
		return false;
	return r->type == IPC_FILE_FD ? on_fd(s, r) : on_done(s, r->body);
}

/* --- moving --- */

size_t files_typed(struct session *s, struct str bytes)
{
	struct files *f = &s->files;
	size_t taken = 0;

	if (buf_len(&s->shell.input) || s->shell.finishing) {
		return 0;
	} else if (f->sftp.sftp) {
		taken = sftp_side_take(s, bytes);
	} else if (f->scp && (taken = scp_data(f->scp, bytes.n))) {
		keep(s, (struct str){ bytes.p, taken });
		session_active(s);
	}
	s->shell.taken += taken;
	return taken;
}

bool files_slice(struct session *s)
{
	if (!s->files.sftp.sftp || !sftp_side_busy(s))
		return false;
	sftp_side_slice(s);
	return true;
}

static bool pump_sftp(struct session *s)
{
	size_t taken = sftp_side_take(s, buf_str(&s->shell.input));

	buf_consume(&s->shell.input, taken);
	s->shell.taken += taken;
	if (s->shell.eof && buf_len(&s->shell.input) == 0)
		sftp_eof(s->files.sftp.sftp);
	return taken != 0;
}

bool files_pump(struct session *s)
{
	struct files *f = &s->files;
	struct scp_event ev;
	size_t taken;

	if (f->sftp.sftp)
		return !s->shell.finishing && pump_sftp(s);
	if (!f->scp || s->shell.finishing)
		return false;
	taken = scp_feed(f->scp, buf_str(&s->shell.input));
	buf_consume(&s->shell.input, taken);
	s->shell.taken += taken;
	if (taken)
		session_active(s);
	if (s->shell.eof && buf_len(&s->shell.input) == 0)
		scp_eof(f->scp);
	if (!scp_step(f->scp, &ev))
		return taken != 0;
	on_event(s, &ev);
	return true;
}

static void sent(struct files *f, int rc)
{
	f->sending = false;
	close_file(f);
	scp_answer(f->scp, &(struct scp_answer){ .rc = rc });
}

/* The next bytes of the file, to where they are sent or by way of a buffer: how many were taken. -1: it cannot be read,
 * or it became shorter. */
static ssize_t send_some(struct session *s, size_t want)
{
	static uint8_t bytes[SEND_STEP];
	struct files *f = &s->files;
	bool direct = ssh_channel_direct(s->link.conn);
	uint8_t *to = bytes;
	size_t room = direct ? ssh_channel_room(s->link.conn, s->link.channel, &to) : sizeof bytes;
	ssize_t n;

	if (!room)
		return 0;
	n = pread(f->fd, to, want < room ? want : room, (off_t)f->at);
	if (direct)
		ssh_channel_filled(s->link.conn, n > 0 ? (size_t)n : 0);
	else if (n > 0)
		return (ssize_t)ssh_channel_write(s->link.conn, s->link.channel, 0, bytes, (size_t)n);
	return n > 0 ? n : -1;
}

/* From the file into the channel, as much as it takes. */
static bool send_file(struct session *s)
{
	struct files *f = &s->files;
	ssize_t taken;

	if (f->left == 0) {
		sent(f, 0);
		return true;
	}
	taken = send_some(s, f->left < SIZE_MAX ? (size_t)f->left : SIZE_MAX);
	if (taken < 0) {
		sent(f, E_IO);
		return true;
	}
	f->at += (uint64_t)taken;
	f->left -= (uint64_t)taken;
	if (taken)
		session_active(s);
	return taken != 0;
}

bool files_write(struct session *s)
{
	struct files *f = &s->files;
	struct buf *out = f->scp ? scp_output(f->scp) : front_output(&s->shell.front);
	size_t n;

	if (f->sftp.sftp)
		return sftp_side_write(s);
	if (buf_len(out) == 0)
		return f->sending && send_file(s);
	n = ssh_channel_write(s->link.conn, s->link.channel, 0, buf_ptr(out), buf_len(out));
	buf_consume(out, n);
	return n != 0;
}

bool files_flushed(const struct session *s)
{
	const struct files *f = &s->files;

	if (f->sftp.sftp)
		return !sftp_has_output(f->sftp.sftp);
	return !f->sending && buf_len(f->scp ? scp_output(f->scp) : front_output((struct front *)&s->shell.front)) == 0;
}
