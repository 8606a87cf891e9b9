/* SPDX-License-Identifier: Apache-2.0
 *
 * files.h: a session that moves files: the protocol machine (src/transfer) between the channel and core. Core opens,
 * the bytes flow from descriptor to cipher in this one process.
 */
#ifndef SESSION_FILES_H
#define SESSION_FILES_H

#include "ipc/ipc.h"
#include "session/sftp.h"

#include <stdbool.h>
#include <stdint.h>

struct scp;
struct session;

/* One file at a time is moved by scp. */
struct files {
	bool on;
	bool subsystem;        /* sftp was asked for */
	struct buf command;    /* what was asked for, until core says yes */
	uint32_t id;           /* of the last FILE */
	struct sftp_side sftp; /* when it is spoken, nothing below counts */
	struct scp *scp;
	uint32_t handle;       /* of the file being written; 0 = none */
	int fd;                /* the file being moved, or -1 */
	uint64_t at, left;     /* being sent */
	bool sending, listing; /* listing: the descriptor that comes is a list */
	struct buf names;      /* LIST: what is passed on */
};

void files_init(struct session *s);
/* If this command is one that moves files, it is kept until core says yes, and what the client says waits for it. */
void files_keep_command(struct session *s, struct str command);
void files_keep_subsystem(struct session *s);         /* the same for the subsystem sftp */
void files_give_up(struct session *s);                /* core says that something else runs */
bool files_start(struct session *s, struct str body); /* FILES; false: malformed */
/* FILE_DONE, FILE_FD, FILE_OLD, FILE_ROOM; false: not awaited or malformed. */
bool files_answer(struct session *s, struct ipc_record *r);
bool files_close(struct session *s, struct str body); /* CLOSE: core ends it; false: malformed */
bool files_pump(struct session *s);                   /* true: something moved */
bool files_write(struct session *s);                  /* as link_write */
bool files_flushed(const struct session *s);
/* The client's bytes, before they are kept anywhere: how many were taken. */
size_t files_typed(struct session *s, struct str bytes);
bool files_slice(struct session *s); /* a part of what goes on without anybody; true: there is more */

#endif
