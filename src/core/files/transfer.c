/* SPDX-License-Identifier: Apache-2.0
 *
 * transfer.c: see transfer.h. Runs in core; paths, sizes and handles are hostile. A session holds descriptors that core
 * gave it; what it wrote counts when core publishes it (files/upload.h).
 */
#include "transfer_private.h"

#include "core/config/config.h"
#include "core/core.h"
#include "core/files/fs.h"
#include "core/files/virtual.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/login/account.h"
#include "core/login/methods.h"
#include "core/session/peer.h"
#include "files/upload.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRIVILEGE 15

/* --- who may --- */

bool transfer_wanted(const struct ipc_msg_OPEN *m)
{
	return m->kind == OPEN_SFTP ||
	       (m->kind == OPEN_EXEC && m->command.n > 4 && memcmp(m->command.p, "scp ", 4) == 0);
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

static const char *name_of(bool sftp)
{
	return sftp ? "SFTP" : "SCP";
}

static void say_as(const struct peer *p, bool sftp, const char *what, const char *how)
{
	if (debug_on(p->core, DEBUG_IP_SCP))
		syslog_debug(p->core->log, "%s: [%s -> %s] %s: %s", name_of(sftp), p->address, p->cli.user, what, how);
}

void transfer_say(const struct peer *p, const char *what, const char *how)
{
	say_as(p, p->transfer->kind == FILES_SFTP, what, how);
}

const char *transfer_refusal(struct peer *p, const struct ipc_msg_OPEN *m)
{
	const char *why, *words = refusal(p, &why);
	bool sftp = m->kind == OPEN_SFTP;

	if (words) {
		say_as(p, sftp, "refused", why);
		syslog_event(p->core->log, "SSH", 4, sftp ? "SFTP_REFUSED" : "SCP_REFUSED", "%s@%s: %s", p->cli.user,
			     p->address, why);
	}
	return words;
}

static void put_word(struct buf *words, unsigned *n, struct str word)
{
	str_list_put(words, word);
	++*n;
}

/* The command that the client sent, word by word. */
static unsigned put_words(const struct ipc_msg_OPEN *m, struct buf *words)
{
	struct str rest = m->command;
	unsigned n = 0;

	if (m->kind == OPEN_SFTP) {
		put_word(words, &n, STR("sftp"));
		return n;
	}
	while (rest.n) {
		const uint8_t *blank = memchr(rest.p, ' ', rest.n);
		size_t size = blank ? (size_t)(blank - rest.p) : rest.n;

		if (size)
			put_word(words, &n, (struct str){ rest.p, size });
		size += blank != NULL;
		rest.p += size;
		rest.n -= size;
	}
	return n;
}

enum authorize_end transfer_permit(struct peer *p, const struct ipc_msg_OPEN *m, permit_fn *fn)
{
	const struct behalf who = subject_behalf(p);
	enum authorize_end end;
	struct buf words;
	unsigned n;

	if (!transfer_wanted(m) || !who.line || !methods_commands_listed(p->core, who.line, PRIVILEGE))
		return AUTHORIZE_YES;
	if (!peer_printable(m->command))
		return AUTHORIZE_NO;
	buf_init(&words, 8192);
	n = put_words(m, &words);
	end = words.err ? AUTHORIZE_NO : permit_ask(p->core, &who, PRIVILEGE, &words, n, fn, p, &p->permit);
	buf_release(&words);
	return end;
}

void transfer_start(struct peer *p, const struct ipc_msg_OPEN *m)
{
	p->transfer = calloc(1, sizeof *p->transfer);
	if (!p->transfer) {
		peer_violation(p, "out of memory");
		return;
	}
	p->transfer->peer = p;
	p->transfer->kind = m->kind == OPEN_SFTP ? FILES_SFTP : FILES_SCP;
	account_transfer(p, m->kind == OPEN_SFTP ? STR("sftp") : m->command, PRIVILEGE);
	peer_set_phase(p, PH_FILES);
	transfer_say(p, p->transfer->kind == FILES_SFTP ? "sftp" : "scp", "begins");
	PEER_SEND(p, FILES, .kind = (uint8_t)p->transfer->kind);
}

/* --- answers --- */

void transfer_done(struct peer *p, uint32_t id, int rc, const struct volume_entry *entry, const char *words)
{
	PEER_SEND(p, FILE_DONE, .id = id, .code = (uint8_t)-rc, .folder = entry && entry->folder,
		  .size = entry ? entry->size : 0, .mtime = entry ? (uint64_t)entry->mtime : 0, .words = str_of(words));
}

void transfer_refuse(struct peer *p, uint32_t id, int rc)
{
	transfer_done(p, id, rc, NULL, fs_words(rc));
}

void transfer_hand_over(struct peer *p, uint32_t id, int fd, uint64_t size, int64_t mtime)
{
	struct buf record;

	buf_init(&record, 128);
	ipc_put_FILE_FD(&record, &(struct ipc_msg_FILE_FD){ .id = id, .size = size, .mtime = (uint64_t)mtime });
	peer_send_fd(p, &record, fd);
	buf_release(&record);
}

/* --- names --- */

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

bool transfer_resolve(struct core *core, struct str text, struct file_name *out)
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

bool transfer_entry(const struct writing *w, struct volume_entry *out)
{
	struct stat st;

	if (!w || fstat(upload_fd(w->upload), &st) < 0)
		return false;
	*out = (struct volume_entry){ false, (uint64_t)st.st_size, st.st_mtime };
	return true;
}

static void on_stat(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	const struct writing *own = transfer_writing(p, name);
	struct volume_entry entry;
	int rc = transfer_entry(own, &entry) ? 0 : fs_stat(p->core, name, &entry);

	if (rc)
		transfer_refuse(p, m->id, rc);
	else
		PEER_SEND(p, FILE_DONE, .id = m->id, .folder = entry.folder, .size = entry.size,
			  .mtime = (uint64_t)entry.mtime, .handle = own ? own->handle : 0);
}

static void on_space(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	const struct volume *v = fs_volume(p->core, name->fs);

	if (v)
		PEER_SEND(p, FILE_ROOM, .id = m->id, .size = v->size, .room = volume_free(v));
	else
		transfer_refuse(p, m->id, E_UNSUPPORTED);
}

/* running-config is whole. `fd` -1: it could not be made. */
static void text_ready(void *arg, uint32_t id, int fd, uint64_t size)
{
	struct transfer *t = arg;

	t->reading = NULL;
	if (fd < 0)
		transfer_refuse(t->peer, id, E_NOMEM);
	else
		transfer_hand_over(t->peer, id, fd, size, time(NULL));
}

static void on_read(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	const struct writing *own = transfer_writing(p, name);
	struct stat st;
	int fd;

	if (own) {
		PEER_SEND(p, FILE_DONE, .id = m->id, .handle = own->handle);
		return;
	}
	if (fs_is_running(name)) {
		if (p->transfer->reading)
			transfer_refuse(p, m->id, E_BUSY);
		else
			p->transfer->reading = virtual_read(p->core, m->id, text_ready, p->transfer);
		return;
	}
	fd = fs_open(p->core, name, &st);
	if (fd < 0)
		transfer_refuse(p, m->id, fd);
	else
		transfer_hand_over(p, m->id, fd, (uint64_t)st.st_size, st.st_mtime);
}

/* A name for every one but the two that have a handle. */
static void (*const handlers[FILE_OPS])(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name) = {
	[FILE_STAT] = on_stat,
	[FILE_LIST] = transfer_on_list,
	[FILE_READ] = on_read,
	[FILE_WRITE] = transfer_on_write,
	[FILE_PUBLISH] = transfer_on_publish,
	[FILE_DROP] = transfer_on_drop,
	[FILE_MKDIR] = transfer_on_mkdir,
	[FILE_RMDIR] = transfer_on_rmdir,
	[FILE_REMOVE] = transfer_on_remove,
	[FILE_RENAME] = transfer_on_rename,
	[FILE_SET_TIME] = transfer_on_set_time,
	[FILE_SPACE] = on_space,
};

void transfer_message(struct peer *p, const struct ipc_msg_FILE *m)
{
	struct file_name name;

	if (p->closing || !p->transfer)
		return;
	if (m->op >= FILE_OPS) {
		peer_violation(p, "no such operation on files");
		return;
	}
	if (m->op == FILE_PUBLISH || m->op == FILE_DROP) {
		handlers[m->op](p, m, NULL);
	} else if (!transfer_resolve(p->core, m->path, &name)) {
		transfer_refuse(p, m->id, E_NOTFOUND);
	} else {
		handlers[m->op](p, m, &name);
	}
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < WRITES_MAX; i++)
		transfer_drop(&t->writes[i]);
	virtual_abandon(t->reading);
	transfer_list_free(t->listing);
	virtual_forget(t);
	free(t);
}
