/* SPDX-License-Identifier: Apache-2.0
 *
 * transfer.c: see transfer.h. Runs in core; paths, sizes and handles are hostile. A session holds descriptors that core
 * gave it; what it wrote counts when core publishes it (files/upload.h).
 */
#include "transfer.h"

#include "core/config.h"
#include "core/core.h"
#include "core/debug.h"
#include "core/fs.h"
#include "core/methods.h"
#include "core/peer.h"
#include "core/syslog.h"
#include "core/virtual.h"
#include "files/upload.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRIVILEGE  15
#define WRITES_MAX 32

struct transfer {
	struct peer *peer;
	struct writing {
		uint32_t handle;
		struct upload *upload;   /* NULL: this slot is free, or a virtual file is written */
		struct virtual_in *text; /* a file that is none: running-config */
	} writes[WRITES_MAX];
	struct virtual_out *reading; /* a text under way */
};

/* --- who may --- */

bool transfer_wanted(const struct ipc_msg_OPEN *m)
{
	return m->kind == OPEN_EXEC && m->command.n > 4 && memcmp(m->command.p, "scp ", 4) == 0;
}

static const char *refusal(const struct peer *p, const char **why)
{
	const struct core *core = p->core;

	*why = "it is not enabled (ip scp server enable)";
	if (!model_bool(core->model, "/ravelin-ssh:ssh/scp-server"))
		return "Administratively disabled.";
	*why = "AAA is not configured (aaa new-model)";
	if (!methods_aaa(core))
		return "Administratively disabled.";
	*why = "no list authorizes an EXEC (aaa authorization exec)";
	if (!methods_exec_listed(core, false))
		return "Administratively disabled.";
	*why = "the user's privilege is below 15";
	return p->cli.level < PRIVILEGE ? "Privilege denied." : NULL;
}

/* `debug ip scp`; paths are printable (files/path.h). */
static void say(const struct peer *p, const char *what, const char *how)
{
	if (debug_on(p->core, DEBUG_IP_SCP))
		syslog_debug(p->core->log, "SCP: [%s -> %s] %s: %s", p->address, p->cli.user, what, how);
}

const char *transfer_refusal(struct peer *p)
{
	const char *why, *words = refusal(p, &why);

	if (words) {
		say(p, "refused", why);
		syslog_event(p->core->log, "SSH", 4, "SCP_REFUSED", "%s@%s: %s", p->cli.user, p->address, why);
	}
	return words;
}

void transfer_start(struct peer *p)
{
	p->transfer = calloc(1, sizeof *p->transfer);
	if (!p->transfer) {
		peer_violation(p, "out of memory");
		return;
	}
	p->transfer->peer = p;
	peer_set_phase(p, PH_FILES);
	say(p, "scp", "begins");
	PEER_SEND(p, FILES, .unused = 0);
}

/* --- answers --- */

static void done(struct peer *p, uint32_t id, int rc, const struct volume_entry *entry, const char *words)
{
	PEER_SEND(p, FILE_DONE, .id = id, .code = (uint8_t)-rc, .folder = entry && entry->folder,
		  .size = entry ? entry->size : 0, .mtime = entry ? (uint64_t)entry->mtime : 0, .words = str_of(words));
}

static void refused(struct peer *p, uint32_t id, int rc)
{
	done(p, id, rc, NULL, fs_words(rc));
}

/* Takes over fd. */
static void hand_over(struct peer *p, uint32_t id, int fd, uint64_t size, int64_t mtime)
{
	struct buf record;

	buf_init(&record, 128);
	ipc_put_FILE_FD(&record, &(struct ipc_msg_FILE_FD){ .id = id, .size = size, .mtime = (uint64_t)mtime });
	peer_send_fd(p, &record, fd);
	buf_release(&record);
}

/* --- names --- */

static bool is_virtual(const struct file_name *name)
{
	return name->fs == FS_SYSTEM && strcmp(name->path.text, CONFIG_RUNNING) == 0;
}

/* A word of IOS that stands for a file, unless flash0: has one of that name. */
static void take_word(struct core *core, struct file_name *name)
{
	bool running = strcmp(name->path.text, CONFIG_RUNNING) == 0;
	struct volume_entry entry;

	if (name->fs != FS_FLASH || (!running && strcmp(name->path.text, CONFIG_STARTUP) != 0) ||
	    volume_stat(&core->flash, &name->path, &entry, NULL) == 0)
		return;
	name->fs = running ? FS_SYSTEM : FS_NVRAM;
}

static bool resolve(struct core *core, struct str text, struct file_name *out)
{
	static const struct file_name root = { .fs = FS_FLASH };
	struct str prefix, rest, inner = text;

	while (inner.n && *inner.p == '/') {
		inner.p++;
		inner.n--;
	}
	if (path_prefix(inner, &prefix, &rest)) /* "/nvram:x", as a client makes it of "/" and "nvram:x" */
		text = inner;
	if (!fs_name(&root, text, out))
		return false;
	take_word(core, out);
	return true;
}

/* --- reading --- */

static int look(struct core *core, const struct file_name *name, struct volume_entry *entry)
{
	struct volume *v = fs_volume(core, name->fs);

	*entry = (struct volume_entry){ .folder = name->path.text[0] == '\0', .mtime = time(NULL) };
	if (v)
		return volume_stat(v, &name->path, entry, NULL);
	return entry->folder || is_virtual(name) ? 0 : E_NOTFOUND;
}

/* What this session is writing is there for itself. */
static bool is_writing(const struct transfer *t, const struct upload *u)
{
	for (size_t i = 0; i < WRITES_MAX; i++)
		if (u && t->writes[i].upload == u)
			return true;
	return false;
}

static void on_stat(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	const struct volume *v = fs_volume(p->core, name->fs);
	const struct upload *u = v ? upload_find(v, &name->path) : NULL;
	struct volume_entry entry;
	int rc = look(p->core, name, &entry);
	struct stat st;

	if (rc == E_NOTFOUND && is_writing(p->transfer, u) && fstat(upload_fd(u), &st) == 0) {
		entry = (struct volume_entry){ false, (uint64_t)st.st_size, st.st_mtime };
		rc = 0;
	}
	if (rc)
		refused(p, m->id, rc);
	else
		done(p, m->id, 0, &entry, "");
}

static void on_list(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct volume *v = fs_volume(p->core, name->fs);
	struct volume_list list = { NULL, 0 };
	struct buf text;
	int rc = v ? volume_list(v, &name->path, &list, NULL) : name->path.text[0] ? E_NOTFOUND : 0, fd;

	if (rc) {
		refused(p, m->id, rc);
		return;
	}
	buf_init(&text, 0);
	for (size_t i = 0; i < list.n; i++) {
		buf_put_u8(&text, list.entries[i].entry.folder);
		buf_put_u64(&text, list.entries[i].entry.size);
		buf_put_u64(&text, (uint64_t)list.entries[i].entry.mtime);
		buf_put_cstr(&text, list.entries[i].name);
	}
	volume_list_release(&list);
	fd = text.err ? -1 : virtual_sealed(buf_str(&text));
	if (fd < 0)
		refused(p, m->id, E_NOMEM);
	else
		hand_over(p, m->id, fd, buf_len(&text), 0);
	buf_release(&text);
}

/* running-config is whole. `fd` -1: it could not be made. */
static void text_ready(void *arg, uint32_t id, int fd, uint64_t size)
{
	struct transfer *t = arg;

	t->reading = NULL;
	if (fd < 0)
		refused(t->peer, id, E_NOMEM);
	else
		hand_over(t->peer, id, fd, size, time(NULL));
}

static void on_read(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct volume *v = fs_volume(p->core, name->fs);
	struct stat st;
	int fd;

	if (is_virtual(name)) {
		if (p->transfer->reading)
			refused(p, m->id, E_BUSY);
		else
			p->transfer->reading = virtual_read(p->core, m->id, text_ready, p->transfer);
		return;
	}
	fd = v ? volume_open(v, &name->path, NULL) : E_NOTFOUND;
	if (fd >= 0 && fstat(fd, &st) == 0) {
		hand_over(p, m->id, fd, (uint64_t)st.st_size, st.st_mtime);
		return;
	}
	refused(p, m->id, fd);
}

/* --- writing --- */

static struct writing *find_writing(struct transfer *t, uint32_t handle)
{
	for (struct writing *w = t->writes; w < t->writes + WRITES_MAX; w++)
		if ((w->upload || w->text) && w->handle == handle)
			return w;
	return NULL;
}

static struct writing *free_slot(struct transfer *t)
{
	for (struct writing *w = t->writes; w < t->writes + WRITES_MAX; w++)
		if (!w->upload && !w->text)
			return w;
	return NULL;
}

/* *room: how large it may become. */
static int begin_upload(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name, struct writing *w,
			uint64_t *room)
{
	struct volume *v = fs_volume(p->core, name->fs);
	int rc = v ? upload_begin(v, &name->path, &w->upload, NULL) : E_DENIED;

	if (rc)
		return rc;
	*room = upload_room(w->upload);
	if (m->value > *room) {
		upload_drop(w->upload);
		w->upload = NULL;
		return E_LIMIT;
	}
	return dup(upload_fd(w->upload));
}

static void on_write(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct writing *w = free_slot(p->transfer);
	uint64_t room = CONFIG_MAX_BYTES;
	int fd = E_LIMIT;

	if (find_writing(p->transfer, m->id)) {
		peer_violation(p, "a handle twice");
		return;
	}
	if (w && is_virtual(name)) {
		w->text = virtual_write(p->core);
		fd = w->text ? dup(virtual_fd(w->text)) : E_NOMEM;
	} else if (w) {
		fd = begin_upload(p, m, name, w, &room);
	}
	if (fd < 0) {
		refused(p, m->id, fd);
		return;
	}
	w->handle = m->id;
	hand_over(p, m->id, fd, room, 0);
}

static void merged(void *arg, uint32_t id, unsigned refused_lines)
{
	struct transfer *t = arg;

	say(t->peer, CONFIG_RUNNING, "merged");
	cli_touched(&t->peer->cli);
	if (refused_lines)
		done(t->peer, id, E_INVAL, NULL, "lines were refused, the rest is in force: see the log");
	else
		done(t->peer, id, 0, NULL, "");
}

static void on_publish(struct peer *p, const struct ipc_msg_FILE *m)
{
	struct writing *w = find_writing(p->transfer, m->handle);
	char what[PATH_BYTES];
	struct upload *u;
	int rc;

	if (!w) {
		peer_violation(p, "a handle that is none");
		return;
	}
	if (w->text) {
		rc = virtual_merge(w->text, m->id, merged, p->transfer);
		w->text = NULL;
		if (rc)
			refused(p, m->id, rc);
		return;
	}
	u = w->upload;
	w->upload = NULL;
	snprintf(what, sizeof what, "%s", upload_path(u)->text);
	rc = upload_publish(u, false, (int64_t)m->value, NULL);
	say(p, what, rc ? fs_words(rc) : "written");
	if (rc)
		refused(p, m->id, rc);
	else
		done(p, m->id, 0, NULL, "");
}

static void drop(struct writing *w)
{
	upload_drop(w->upload);
	virtual_drop(w->text);
	w->upload = NULL;
	w->text = NULL;
}

static void on_drop(struct peer *p, const struct ipc_msg_FILE *m)
{
	struct writing *w = find_writing(p->transfer, m->handle);

	if (w)
		drop(w);
	done(p, m->id, 0, NULL, "");
}

/* --- folders --- */

static void on_mkdir(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct volume *v = fs_volume(p->core, name->fs);
	struct volume_entry entry = { 0 };
	int rc = v ? volume_mkdir(v, &name->path, NULL) : E_DENIED;

	if (rc == E_EXISTS)
		volume_stat(v, &name->path, &entry, NULL);
	done(p, m->id, rc, &entry, rc ? fs_words(rc) : "");
}

void transfer_message(struct peer *p, const struct ipc_msg_FILE *m)
{
	struct file_name name;

	if (p->closing || !p->transfer)
		return;
	if (m->op >= FILE_OPS) {
		peer_violation(p, "no such operation on files");
		return;
	}
	if (m->op == FILE_PUBLISH) {
		on_publish(p, m);
	} else if (m->op == FILE_DROP) {
		on_drop(p, m);
	} else if (!resolve(p->core, m->path, &name)) {
		refused(p, m->id, E_NOTFOUND);
	} else if (m->op == FILE_STAT) {
		on_stat(p, m, &name);
	} else if (m->op == FILE_LIST) {
		on_list(p, m, &name);
	} else if (m->op == FILE_READ) {
		on_read(p, m, &name);
	} else if (m->op == FILE_WRITE) {
		on_write(p, m, &name);
	} else {
		on_mkdir(p, m, &name);
	}
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < WRITES_MAX; i++)
		drop(&t->writes[i]);
	virtual_abandon(t->reading);
	virtual_forget(t);
	free(t);
}
