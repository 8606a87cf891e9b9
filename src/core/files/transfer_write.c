/* SPDX-License-Identifier: Apache-2.0
 *
 * transfer_write.c: what a session that moves files changes. What it writes is an inode without a name until core
 * publishes it (files/upload.h); meanwhile it may be renamed and removed like any other, by this session alone. Runs in
 * core; paths, sizes and handles are hostile.
 */
#include "transfer_private.h"

#include "core/config/config.h"
#include "core/core.h"
#include "core/files/startup.h"
#include "core/files/virtual.h"
#include "core/login/subject.h"
#include "core/session/peer.h"
#include "files/upload.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what is being written --- */

static bool in_use(const struct writing *w)
{
	return w->upload || w->text || w->removed;
}

static struct writing *by_handle(struct transfer *t, uint32_t handle)
{
	for (struct writing *w = t->writes; w < t->writes + WRITES_MAX; w++)
		if (in_use(w) && w->handle == handle)
			return w;
	return NULL;
}

static struct writing *free_slot(struct transfer *t)
{
	for (struct writing *w = t->writes; w < t->writes + WRITES_MAX; w++)
		if (!in_use(w))
			return w;
	return NULL;
}

struct writing *transfer_writing(const struct peer *p, const struct file_name *name)
{
	const struct volume *v = name->fs == FS_FLASH ? &p->core->flash : name->fs == FS_NVRAM ? &p->core->nvram : NULL;
	const struct upload *u = v ? upload_find(v, &name->path) : NULL;

	for (struct writing *w = p->transfer->writes; u && w < p->transfer->writes + WRITES_MAX; w++)
		if (w->upload == u)
			return w;
	return NULL;
}

void transfer_drop(struct writing *w)
{
	upload_drop(w->upload);
	virtual_drop(w->text);
	*w = (struct writing){ 0 };
}

/* --- FILE_WRITE --- */

/* What stands there decides whether it may begin. */
static int may_begin(const struct ipc_msg_FILE *m, const struct upload *u)
{
	if (upload_there(u))
		return m->how & HOW_NEW ? E_EXISTS : 0;
	return m->how & HOW_CREATE ? 0 : E_NOTFOUND;
}

/* The new file's first bytes are to be those of what is there: the session copies them. */
static int lend_old(struct peer *p, uint32_t id, const struct file_name *name)
{
	struct buf record;
	struct stat st;
	int fd = fs_open(p->core, name, &st);

	if (fd < 0)
		return fd;
	buf_init(&record, 64);
	ipc_put_FILE_OLD(&record, &(struct ipc_msg_FILE_OLD){
				      .id = id, .size = (uint64_t)st.st_size, .mtime = (uint64_t)st.st_mtime });
	peer_send_fd(p, &record, fd);
	buf_release(&record);
	return 0;
}

/* *room: how large it may become. A descriptor for the session, or E_*. */
static int begin_upload(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name, struct writing *w,
			uint64_t *room)
{
	struct volume *v = fs_volume(p->core, name->fs);
	int rc = v ? upload_begin(v, &name->path, &w->upload, NULL) : E_DENIED, fd;

	if (rc)
		return rc;
	*room = upload_room(w->upload);
	rc = may_begin(m, w->upload);
	fd = rc ? rc : m->value > *room ? E_LIMIT : dup(upload_fd(w->upload));
	if (fd >= 0 && (m->how & HOW_KEEP) && upload_there(w->upload))
		rc = lend_old(p, m->id, name);
	if (fd >= 0 && rc == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	upload_drop(w->upload);
	w->upload = NULL;
	return rc ? rc : fd;
}

static int begin_text(struct peer *p, const struct ipc_msg_FILE *m, struct writing *w)
{
	if (m->how & HOW_NEW)
		return E_EXISTS;
	w->text = virtual_write(p->core); /* it is merged: it begins as nothing, whatever is asked for */
	return w->text ? dup(virtual_fd(w->text)) : E_NOMEM;
}

void transfer_on_write(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	const struct writing *own = transfer_writing(p, name);
	struct writing *w = free_slot(p->transfer);
	uint64_t room = CONFIG_MAX_BYTES;
	int fd;

	if (by_handle(p->transfer, m->id) || m->id == 0) {
		peer_violation(p, "a handle twice");
	} else if (own && !(m->how & HOW_NEW)) {
		PEER_SEND(p, FILE_DONE, .id = m->id, .handle = own->handle);
	} else if (!w) {
		transfer_done(p, m->id, E_LIMIT, NULL, "Too many files are being written");
	} else {
		fd = fs_is_running(name) ? begin_text(p, m, w) : begin_upload(p, m, name, w, &room);
		if (fd < 0) {
			transfer_refuse(p, m->id, fd);
			return;
		}
		w->handle = m->id;
		transfer_hand_over(p, m->id, fd, room, 0);
	}
}

/* --- FILE_PUBLISH, FILE_DROP --- */

static void merged(void *arg, uint32_t id, unsigned refused_lines)
{
	struct transfer *t = arg;

	transfer_say(t->peer, CONFIG_RUNNING, "merged");
	cli_touched(&t->peer->cli);
	if (refused_lines)
		transfer_done(t->peer, id, E_INVAL, NULL, "lines were refused, the rest is in force: see the log");
	else
		transfer_done(t->peer, id, 0, NULL, "");
}

static void publish_text(struct peer *p, const struct ipc_msg_FILE *m, struct writing *w)
{
	const struct behalf who = subject_behalf(p);
	struct virtual_in *text = w->text;
	int rc;

	*w = (struct writing){ 0 };
	rc = virtual_merge(text, &who, m->id, merged, p->transfer);
	if (rc)
		transfer_refuse(p, m->id, rc);
}

static void publish_file(struct peer *p, const struct ipc_msg_FILE *m, struct writing *w)
{
	struct upload *u = w->upload;
	char what[PATH_BYTES];
	int rc;

	*w = (struct writing){ 0 };
	snprintf(what, sizeof what, "%s", upload_path(u)->text);
	rc = startup_publish(p->core, u, (m->how & HOW_ON_DISK) != 0, (int64_t)m->value);
	transfer_say(p, what, rc ? fs_words(rc) : "written");
	transfer_done(p, m->id, rc, NULL, rc ? fs_words(rc) : "");
}

void transfer_on_publish(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct writing *w = by_handle(p->transfer, m->handle);

	(void)name;
	if (!w) {
		peer_violation(p, "a handle that is none");
	} else if (w->text) {
		publish_text(p, m, w);
	} else if (w->upload) {
		publish_file(p, m, w);
	} else {
		transfer_drop(w);
		transfer_done(p, m->id, 0, NULL, "");
	}
}

void transfer_on_drop(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct writing *w = by_handle(p->transfer, m->handle);

	(void)name;
	if (w)
		transfer_drop(w);
	transfer_done(p, m->id, 0, NULL, "");
}

/* --- names --- */

static void said(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name, const char *how, int rc)
{
	transfer_say(p, name->path.text, rc ? fs_words(rc) : how);
	transfer_done(p, m->id, rc, NULL, rc ? fs_words(rc) : "");
}

void transfer_on_mkdir(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct volume *v = fs_volume(p->core, name->fs);
	struct volume_entry entry = { 0 };
	int rc = v ? volume_mkdir(v, &name->path, NULL) : E_DENIED;

	if (rc == E_EXISTS)
		volume_stat(v, &name->path, &entry, NULL);
	transfer_say(p, name->path.text, rc ? fs_words(rc) : "made");
	transfer_done(p, m->id, rc, &entry, rc ? fs_words(rc) : "");
}

void transfer_on_rmdir(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct volume *v = fs_volume(p->core, name->fs);
	int rc = v ? volume_rmdir(v, &name->path, NULL) : E_DENIED;

	if (rc == E_EXISTS)
		transfer_done(p, m->id, rc, NULL, "Directory not empty");
	else
		said(p, m, name, "removed", rc);
}

void transfer_on_remove(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct volume *v = fs_volume(p->core, name->fs);
	struct writing *own = transfer_writing(p, name);
	int rc = v ? volume_remove(v, &name->path, NULL) : E_DENIED;

	if (own) {
		upload_drop(own->upload);
		own->upload = NULL;
		own->removed = true;
		rc = rc == E_NOTFOUND ? 0 : rc;
	}
	said(p, m, name, "removed", rc);
}

/* What is being written goes along; what is there under its old name, too, for it is the same file to the client. */
static int rename_own(struct volume *v, struct upload *u, const struct path *to, bool replace)
{
	const struct path from = *upload_path(u);
	struct volume_entry entry;
	int rc;

	if (strcmp(from.text, to->text) == 0)
		return 0;
	if (upload_find(v, to))
		return E_BUSY;
	if (volume_stat(v, to, &entry, NULL) == 0 && (!replace || entry.folder))
		return E_EXISTS;
	rc = upload_move(u, to, NULL);
	if (rc == 0)
		rc = volume_rename(v, &from, to, replace, NULL);
	return rc == E_NOTFOUND ? 0 : rc;
}

void transfer_on_rename(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct volume *v = fs_volume(p->core, name->fs);
	const struct writing *own = transfer_writing(p, name);
	struct file_name to;
	int rc;

	if (!v || !transfer_resolve(p->core, m->to, &to))
		rc = v ? E_NOTFOUND : E_DENIED;
	else if (to.fs != name->fs)
		rc = E_UNSUPPORTED; /* the client copies, then */
	else if (own)
		rc = rename_own(v, own->upload, &to.path, (m->how & HOW_REPLACE) != 0);
	else
		rc = volume_rename(v, &name->path, &to.path, (m->how & HOW_REPLACE) != 0, NULL);
	said(p, m, name, "renamed", rc);
}

void transfer_on_set_time(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct volume *v = fs_volume(p->core, name->fs);

	said(p, m, name, "set to a time", v ? volume_set_mtime(v, &name->path, (int64_t)m->value, NULL) : E_DENIED);
}
