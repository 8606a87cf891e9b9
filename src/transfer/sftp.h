/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp.h: the server of SFTP version 3 (draft-ietf-secsh-filexfer-02, and the extensions of OpenSSH PROTOCOL section 4
 * that clients use), without I/O. Requests are taken in their order, one after the other, and each is answered once.
 * Files have numbers, at most SFTP_FILES of them; whoever has the files keeps a descriptor for each. Input is hostile.
 *
 *     while (sftp_step(s, &bytes, &ev)) do what the event says, and sftp_answer where it asks something
 *     sftp_fill(s, where it is sent)
 */
#ifndef TRANSFER_SFTP_H
#define TRANSFER_SFTP_H

#include "base/buf.h"

#include <stdbool.h>

#define SFTP_PATH_MAX 1024 /* as the device's own paths */
#define SFTP_FILES    64   /* handles, and files, of one client */
#define SFTP_NO_FILE  SFTP_FILES

enum sftp_event_type {
	/* These are asked of whoever has the files; sftp_answer is due. */
	SFTP_EV_LOOK,    /* what is `path`? */
	SFTP_EV_LIST,    /* open the folder `path` as `file` */
	SFTP_EV_ENTRIES, /* of the list `file`, from `offset` on: u8 folder, u64 size, u64 mtime, string name, each */
	SFTP_EV_OPEN,    /* open `path` as `file`: `how`; `size`: how much of what is there is wanted */
	SFTP_EV_KEEP,  /* of what was there when `file` was opened, `size` bytes at `offset` into it: no more is wanted
			*/
	SFTP_EV_CLOSE, /* the file being written is whole: publish it with `mtime` unless that is 0; its number is free
			*/
	SFTP_EV_SPACE, /* of the file system `path` is on */
	SFTP_EV_MKDIR,
	SFTP_EV_RMDIR,
	SFTP_EV_REMOVE,
	SFTP_EV_RENAME, /* `path` becomes `to`; `replace` */
	SFTP_EV_TIME,   /* of `path`: `mtime` */
	SFTP_EV_RESIZE, /* the file being written is to have `size` bytes */
	SFTP_EV_COPY,   /* `size` bytes of `from` at `from_offset` into `file` at `offset` */
	SFTP_EV_SYNC,   /* what was written is to be on the disk */
	/* These are to be done at once. */
	SFTP_EV_WRITE,  /* `bytes` at `offset`, borrowed from what sftp_step was given; failed: sftp_lost */
	SFTP_EV_FORGET, /* nobody needs `file` any more: its number is free */
	SFTP_EV_END     /* all is said: the exit status is `size`; nothing follows */
};

enum sftp_how {
	SFTP_READ = 0,    /* not for writing */
	SFTP_WRITE = 1,   /* a new file in place of what may be there */
	SFTP_CREATE = 2,  /* with WRITE: there may be none */
	SFTP_NEW = 4,     /* with WRITE: there must be none */
	SFTP_KEEP = 8,    /* with WRITE: it begins as what is there; KEEP asks for what of that is not written anew */
	SFTP_ON_DISK = 16 /* CLOSE: before it is said to be done */
};

struct sftp_event {
	enum sftp_event_type type;
	const char *path, *to; /* borrowed until the next step */
	unsigned file, from;
	unsigned how; /* enum sftp_how */
	bool replace;
	uint64_t size, offset, from_offset;
	int64_t mtime;
	struct str bytes;
};

struct sftp_answer {
	int rc; /* 0 or E_* */
	bool folder;
	bool there;    /* OPEN with KEEP: there was something */
	uint64_t size; /* OPEN with KEEP: how much of that is to come; SPACE: of all */
	uint64_t room; /* OPEN for writing: how large it may become; SPACE: what is free */
	int64_t mtime;
	unsigned file; /* LOOK, OPEN: the number of a file this client is writing under that name; else SFTP_NO_FILE */
	struct str words; /* what went wrong, for the client; "" = the name of rc */
	struct str bytes; /* ENTRIES; empty: no more */
};

struct sftp;
struct sftp *sftp_new(void); /* NULL: out of memory */
void sftp_free(struct sftp *s);
void sftp_clock(struct sftp *s, int64_t now); /* the time of day, for what is shown */
/* Takes from the start of *bytes what it can until there is an event; the rest is to be given again. */
bool sftp_step(struct sftp *s, struct str *bytes, struct sftp_event *ev);
void sftp_answer(struct sftp *s, const struct sftp_answer *a);
void sftp_lost(struct sftp *s, int rc); /* what SFTP_EV_WRITE lent cannot be kept (E_*) */
void sftp_eof(struct sftp *s);          /* nothing more will come: END follows */

/* What is to be sent, as much as `room` has; how much it was. Bytes of files come from `read`, straight to where they
 * are sent: it says how many it could read. */
typedef size_t sftp_read_fn(void *arg, unsigned file, uint64_t offset, uint8_t *to, size_t n);
size_t sftp_fill(struct sftp *s, uint8_t *to, size_t room, sftp_read_fn *read, void *arg);
bool sftp_has_output(const struct sftp *s);

#endif
