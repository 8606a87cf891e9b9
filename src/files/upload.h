/* SPDX-License-Identifier: Apache-2.0
 *
 * upload.h: a file on its way in. It is an inode without a name until all of it is there; then it replaces, in one
 * step, what had its name. Whoever writes it may be a session that is not trusted: it has a descriptor, and before the
 * file is published a read lease proves that no writable descriptor or mapping of it is left anywhere. Runs in core.
 */
#ifndef FILES_UPLOAD_H
#define FILES_UPLOAD_H

#include "files/volume.h"

struct upload;

/* Begins `p`; its folder must be there. E_BUSY: somebody is writing it. E_INVAL: it is a folder. */
int upload_begin(struct volume *v, const struct path *p, struct upload **out, struct errbuf *e);
/* To be duplicated for whoever writes; read and write. */
int upload_fd(const struct upload *u);
/* What had its name when it began; NULL: nothing. */
const struct volume_entry *upload_there(const struct upload *u);
const struct path *upload_path(const struct upload *u);
const struct volume *upload_volume(const struct upload *u);
/* It will have this name, on the same volume. E_BUSY, E_INVAL: as upload_begin; then nothing has changed. */
int upload_move(struct upload *u, const struct path *to, struct errbuf *e);
/* The one who writes this path, NULL if nobody does. */
struct upload *upload_find(const struct volume *v, const struct path *p);
/* How large the file may become: what is free, and what the file it replaces takes. */
uint64_t upload_room(const struct upload *u);
/* The file gets its name: `sync` first puts bytes and name on the disk. `mtime` 0: the time it was written. `u` is
 * gone, whatever comes of it. E_BUSY: it is still open for writing; E_LIMIT: larger than the room, or the disk is full.
 */
int upload_publish(struct upload *u, bool sync, int64_t mtime, struct errbuf *e);
void upload_drop(struct upload *u); /* nothing of it is left; NULL is fine */

#endif
