/* SPDX-License-Identifier: Apache-2.0
 *
 * transfer_private.h: what transfer.c (who may, and what is only looked at), transfer_list.c (folders)
 * and transfer_write.c (what is changed) share.
 */
#ifndef CORE_TRANSFER_PRIVATE_H
#define CORE_TRANSFER_PRIVATE_H

#include "core/files/fs.h"
#include "core/files/transfer.h"

#define WRITES_MAX 32

struct transfer {
	struct peer *peer;
	enum ipc_files kind;
	struct writing {
		uint32_t handle;
		struct upload *upload;   /* NULL: this slot is free, or one of the following is true */
		struct virtual_in *text; /* a file that is none: running-config */
		bool removed;            /* it was removed while it was written: what comes is nobody's */
	} writes[WRITES_MAX];
	struct virtual_out *reading;      /* a text under way */
	struct transfer_listing *listing; /* a list under way */
};

/* `debug ip scp`; paths are printable (files/path.h). */
void transfer_say(const struct peer *p, const char *what, const char *how);

/* Answers. `words`: for the client; hand_over takes over fd. */
void transfer_done(struct peer *p, uint32_t id, int rc, const struct volume_entry *entry, const char *words);
void transfer_refuse(struct peer *p, uint32_t id, int rc); /* in fs_words */
void transfer_hand_over(struct peer *p, uint32_t id, int fd, uint64_t size, int64_t mtime);

bool transfer_resolve(struct core *core, struct str text, struct file_name *out); /* false: it leads nowhere */
/* What this session is writing under that name, NULL: nothing. */
struct writing *transfer_writing(const struct peer *p, const struct file_name *name);
bool transfer_entry(const struct writing *w, struct volume_entry *out); /* as it is now; NULL: false */
void transfer_drop(struct writing *w);
void transfer_list_free(struct transfer_listing *l); /* NULL is fine */

/* One for each operation; name is NULL where a handle names the file. */
typedef void transfer_handler(struct peer *p, const struct ipc_msg_FILE *m, const struct file_name *name);
transfer_handler transfer_on_write, transfer_on_publish, transfer_on_drop, transfer_on_mkdir, transfer_on_rmdir,
    transfer_on_remove, transfer_on_rename, transfer_on_set_time, transfer_on_list;

#endif
