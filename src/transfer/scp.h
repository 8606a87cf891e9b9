/* SPDX-License-Identifier: Apache-2.0
 *
 * scp.h: the far side of the old `scp`: what `scp -t` (files come) and `scp -f` (files go) speak, without I/O. There is
 * no document of it; this is what OpenSSH's scp -O, pscp and the libraries say and expect:
 *     T<mtime> 0 <atime> 0    times of the next file or folder, with -p
 *     C<mode> <size> <name>   a file; its bytes follow, then a zero byte
 *     D<mode> 0 <name>        a folder, until E
 * each ended by LF and answered by a zero byte, or by 1 or 2 and a line of words. Input is hostile.
 *
 *     scp_feed(s, bytes)
 *     while (scp_step(s, &ev)) do what the event says, and scp_answer where it asks something
 *     write(scp_output(s))
 */
#ifndef TRANSFER_SCP_H
#define TRANSFER_SCP_H

#include "base/buf.h"

#include <stdbool.h>

#define SCP_PATH_MAX 1024 /* as the device's own paths */

enum scp_event_type {
	/* These are asked of whoever has the files; scp_answer is due. */
	SCP_EV_LOOK,  /* what is `path`? */
	SCP_EV_LIST,  /* the names in the folder `path` */
	SCP_EV_MKDIR, /* E_EXISTS is no failure where a folder is there */
	SCP_EV_READ,  /* open `path` for reading */
	SCP_EV_WRITE, /* a new file `path` of `size` bytes */
	SCP_EV_CLOSE, /* the file being written is whole: publish it, with `mtime` unless that is 0 */
	/* These are to be done at once. */
	SCP_EV_DROP, /* the file being written is none */
	SCP_EV_DATA, /* `bytes` of the file being written: borrowed until the next step */
	SCP_EV_SEND, /* read and send `size` bytes of the file being read; then scp_answer */
	SCP_EV_END   /* all is said: the exit status is `size`; nothing follows */
};

struct scp_event {
	enum scp_event_type type;
	const char *path; /* borrowed until the next step */
	uint64_t size;
	int64_t mtime;
	struct str bytes;
};

struct scp_answer {
	int rc; /* 0 or E_* */
	bool folder;
	uint64_t size;
	int64_t mtime;
	struct str words; /* what went wrong, for the client; "" = the name of rc */
	struct str names; /* LIST: strings (u32 length, bytes), in order */
};

struct scp;
/* `command` is "scp -t PATH" or the like. NULL: it is none, or one with an option we do not know. */
struct scp *scp_new(struct str command);
void scp_free(struct scp *s);
size_t scp_feed(struct scp *s, struct str bytes); /* how many it took */
/* Of n bytes that come next so many are of the file being written, and stand behind nothing else: the caller keeps
 * them, as those of SCP_EV_DATA, and does not feed them. */
size_t scp_data(struct scp *s, size_t n);
void scp_eof(struct scp *s); /* nothing more will come */
bool scp_step(struct scp *s, struct scp_event *ev);
void scp_answer(struct scp *s, const struct scp_answer *a);
/* The bytes of SCP_EV_DATA cannot be kept (E_*): the rest of the file is let pass, and the client is told. */
void scp_lost(struct scp *s, int rc);
struct buf *scp_output(struct scp *s);

#endif
