/* SPDX-License-Identifier: Apache-2.0
 *
 * transfer_list.c: what is in a folder, for a session that moves files: made some entries at a time, because a folder
 * may be large and core has others to serve, and handed over as a sealed memfd. What the session itself is writing
 * there is in it. Runs in core.
 */
#include "transfer_private.h"

#include "core/core.h"
#include "core/files/virtual.h"
#include "core/session/peer.h"
#include "files/upload.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_A_TURN 256

struct transfer_listing {
	struct transfer *transfer;
	uint32_t id;
	struct file_name folder;
	int64_t mtime;
	struct volume_walk *walk; /* NULL: all that is there is in the text */
	struct event *turn;
	struct buf text;
};

void transfer_list_free(struct transfer_listing *l)
{
	if (!l)
		return;
	if (l->turn)
		event_free(l->turn);
	volume_walk_free(l->walk);
	buf_release(&l->text);
	free(l);
}

static void put_entry(struct buf *text, const char *name, const struct volume_entry *entry)
{
	buf_put_u8(text, entry->folder);
	buf_put_u64(text, entry->size);
	buf_put_u64(text, (uint64_t)entry->mtime);
	buf_put_cstr(text, name);
}

static void put_own(struct transfer_listing *l)
{
	const struct volume *v = fs_volume(l->transfer->peer->core, l->folder.fs);

	for (size_t i = 0; i < WRITES_MAX; i++) {
		const struct upload *u = l->transfer->writes[i].upload;
		struct volume_entry entry;
		struct path parent;

		if (!u || upload_volume(u) != v)
			continue;
		path_parent(upload_path(u), &parent);
		if (strcmp(parent.text, l->folder.path.text) == 0 && transfer_entry(&l->transfer->writes[i], &entry))
			put_entry(&l->text, path_base(upload_path(u)), &entry);
	}
}

/* False: that was all. What is being written is told at the end, as it is then. */
static bool put_some(struct transfer_listing *l)
{
	struct volume_entry entry;
	const char *name;

	for (unsigned n = 0; n < ENTRIES_A_TURN; n++) {
		struct file_name at = l->folder;

		if (!l->walk || !volume_walk_next(l->walk, &name, &entry))
			return false;
		if (!path_join(&at.path, str_of(name)) || !transfer_writing(l->transfer->peer, &at))
			put_entry(&l->text, name, &entry);
	}
	return true;
}

static void on_turn(evutil_socket_t none, short what, void *arg)
{
	struct transfer_listing *l = arg;
	struct peer *p = l->transfer->peer;
	struct timeval now = { 0, 0 };
	int fd;

	(void)none;
	(void)what;
	if (put_some(l) && event_add(l->turn, &now) == 0)
		return;
	put_own(l);
	l->transfer->listing = NULL;
	fd = l->text.err ? -1 : virtual_sealed(buf_str(&l->text));
	if (fd < 0)
		transfer_refuse(p, l->id, E_NOMEM);
	else
		transfer_hand_over(p, l->id, fd, buf_len(&l->text), l->mtime);
	transfer_list_free(l);
}

/* 0 or E_*: as a walk through a volume, or, where there is none, at once. */
static int begin_listing(struct transfer_listing *l)
{
	struct core *core = l->transfer->peer->core;
	const struct volume *v = fs_volume(core, l->folder.fs);
	struct volume_list list;
	int rc;

	if (v)
		return volume_walk_begin(v, &l->folder.path, &l->walk, NULL);
	rc = fs_list(core, &l->folder, &list);
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		put_entry(&l->text, list.entries[i].name, &list.entries[i].entry);
	if (rc == 0)
		volume_list_release(&list);
	return rc;
}

void transfer_on_list(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name)
{
	struct transfer_listing *l = p->transfer->listing ? NULL : calloc(1, sizeof *l);
	struct volume_entry folder = { .mtime = 0 };
	struct timeval now = { 0, 0 };
	int rc = l ? 0 : E_BUSY;

	if (l) {
		*l = (struct transfer_listing){ .transfer = p->transfer, .id = m->id, .folder = *name };
		buf_init(&l->text, 0);
		rc = begin_listing(l);
	}
	if (rc == 0) {
		fs_stat(p->core, name, &folder);
		l->mtime = folder.mtime;
		l->turn = evtimer_new(p->core->base, on_turn, l);
		rc = l->turn && event_add(l->turn, &now) == 0 ? 0 : E_NOMEM;
	}
	if (rc) {
		transfer_refuse(p, m->id, rc);
		transfer_list_free(l);
		return;
	}
	p->transfer->listing = l;
}
