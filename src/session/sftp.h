/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp.h: a session that speaks SFTP: the protocol machine (transfer/sftp.h) between the channel and core, and a
 * descriptor for each file it has open.
 */
#ifndef SESSION_SFTP_H
#define SESSION_SFTP_H

#include "ipc/ipc.h"
#include "transfer/sftp.h"

#include <stdbool.h>
#include <stdint.h>

struct session;

/* Bytes on their way from one file into another, a slice at a time. */
struct sftp_copying {
	bool on;
	int from, to;
	uint64_t from_at, to_at, left;
};

struct sftp_side {
	struct sftp *sftp; /* NULL: it is not spoken */
	struct sftp_side_file {
		int fd;          /* -1: none */
		uint32_t handle; /* of its FILE_WRITE; 0: it is not being written */
		uint64_t room;
		int old_fd; /* what it begins as: read by KEEP; -1: nothing */
	} files[SFTP_FILES];
	struct sftp_event asked; /* what core is to answer; its texts are gone */
	struct sftp_copying copying;
	uint64_t limit; /* RLIMIT_FSIZE as it is */
	int old_fd;     /* what the file that is being opened begins as; -1: nothing */
	uint64_t old_size;
	int64_t old_mtime;
};

bool sftp_side_start(struct session *s); /* false: out of memory */
/* What the client says, as much as can be taken now: how much that was. */
size_t sftp_side_take(struct session *s, struct str bytes);
/* FILE_DONE, FILE_FD, FILE_OLD, FILE_ROOM; false: not awaited or malformed. */
bool sftp_side_answer(struct session *s, struct ipc_record *r);
bool sftp_side_write(struct session *s);      /* as link_write */
bool sftp_side_busy(const struct session *s); /* a copy goes on: sftp_side_slice is to be called, nothing waits */
void sftp_side_slice(struct session *s);      /* a part of it */

#endif
