/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp_private.h: the state that the files of the SFTP server share, and what each may call of the others.
 */
#ifndef TRANSFER_SFTP_PRIVATE_H
#define TRANSFER_SFTP_PRIVATE_H

#include "transfer/sftp.h"

#define SFTP_PACKET_MAX (256 * 1024) /* what OpenSSH takes, too */
#define SFTP_DATA_MAX   (SFTP_PACKET_MAX - 1024)
#define SFTP_SMALL_MAX  16384 /* a request that is not WRITE */
#define SFTP_READS      64    /* answered, and not yet sent */
#define SFTP_OUT_HIGH   65536 /* no request is looked at above this */

/* draft-ietf-secsh-filexfer-02 section 3 */
enum sftp_type {
	FXP_INIT = 1,
	FXP_VERSION,
	FXP_OPEN,
	FXP_CLOSE,
	FXP_READ,
	FXP_WRITE,
	FXP_LSTAT,
	FXP_FSTAT,
	FXP_SETSTAT,
	FXP_FSETSTAT,
	FXP_OPENDIR,
	FXP_READDIR,
	FXP_REMOVE,
	FXP_MKDIR,
	FXP_RMDIR,
	FXP_REALPATH,
	FXP_STAT,
	FXP_RENAME,
	FXP_READLINK,
	FXP_SYMLINK,
	FXP_STATUS = 101,
	FXP_HANDLE,
	FXP_DATA,
	FXP_NAME,
	FXP_ATTRS,
	FXP_EXTENDED = 200,
	FXP_EXTENDED_REPLY
};
/* section 7 */
enum sftp_status {
	FX_OK,
	FX_EOF,
	FX_NO_SUCH_FILE,
	FX_PERMISSION_DENIED,
	FX_FAILURE,
	FX_BAD_MESSAGE,
	FX_OP_UNSUPPORTED = 8
};

/* section 5: which fields follow */
enum sftp_has { HAS_SIZE = 1, HAS_OWNER = 2, HAS_MODE = 4, HAS_TIMES = 8 };
#define HAS_EXTENDED 0x80000000U
/* ... and of what a client wants to set, what we keep */
struct sftp_attrs {
	bool has_size, has_mtime;
	uint64_t size;
	int64_t mtime;
};

struct sftp_file {
	bool used, folder, writing;
	bool changed;      /* writing: it is to be published; else it is as what is there, which stays */
	bool broken;       /* ... but not all could be kept: what is there stays, too */
	bool sync;         /* ... on the disk */
	unsigned handles;  /* open on it */
	unsigned readings; /* of it in the queue */
	uint64_t size, room;
	/* writing: what was there is in the file up to `kept`, or was written anew; from there to `kept_end` it is to
	 * come */
	uint64_t kept, kept_end;
	int64_t mtime; /* writing: what it is to have, 0 = when it was written */
	int64_t shown; /* ... what it has now */
	char path[SFTP_PATH_MAX];
};

struct sftp_handle {
	bool used, read, write, append;
	uint32_t generation; /* a handle that was closed never comes again */
	unsigned file;
	uint64_t at; /* in a list */
	bool listed; /* "." and ".." were told */
};

/* Bytes of a file that will be sent when `before` bytes of the output are. */
struct sftp_reading {
	uint32_t id;
	unsigned file;
	bool begun; /* its head was sent */
	uint64_t offset;
	size_t n, before;
};

struct sftp {
	bool ready;         /* INIT was answered */
	bool asking, asked; /* an answer is due; has come */
	bool ending, ended, eof;
	bool failed; /* the exit status */
	int64_t now;

	/* the packet being taken */
	struct buf in;
	uint32_t left;           /* bytes of it that have not come */
	bool in_packet, passing; /* passing: the rest of it is let go */
	bool moved, held;        /* in this step: something was done; a request has to wait for the output */
	bool again;              /* the request is to be taken again, after the answer */
	unsigned settling;       /* the file it waits for */
	uint8_t type;
	uint32_t id;

	/* WRITE, whose bytes go on as they come */
	bool writing;
	unsigned target;
	uint32_t write_left;
	uint64_t write_at;
	int write_rc;

	/* the request that waits for an answer: goes on here */
	bool (*then)(struct sftp *s, struct sftp_event *ev);
	struct sftp_answer answer;
	char words[200];
	struct buf entries;
	char path[SFTP_PATH_MAX], to[SFTP_PATH_MAX];
	struct sftp_handle *handle;
	unsigned file;
	unsigned how;
	struct sftp_attrs attrs;
	uint32_t pflags;
	bool cut; /* copy-data: more was asked for than there is */

	struct sftp_handle handles[SFTP_FILES];
	struct sftp_file files[SFTP_FILES];
	unsigned loose;    /* files that nobody has open, to be forgotten */
	unsigned unstable; /* readings of files that are being written: they go before anything is changed */

	struct buf out;
	size_t claimed; /* of `out`: in front of the last reading */
	struct sftp_reading reads[SFTP_READS];
	unsigned first, n_reads;
	uint8_t spill[128]; /* goes before all else */
	size_t spill_at, spill_n;
};

/* A handler of a request; `c` is at its first field behind the id. It answers, or asks (true: *ev is filled). */
typedef bool sftp_handler(struct sftp *s, struct cur *c, struct sftp_event *ev);

/* sftp_open.c */
sftp_handler sftp_on_open, sftp_on_close, sftp_on_read;
bool sftp_begin_write(struct sftp *s, struct sftp_event *ev); /* the head of a WRITE is in `in`; true: it asks */
bool sftp_write(struct sftp *s, struct str *bytes, struct sftp_event *ev); /* its bytes; true: *ev is filled */
/* How far `in` is to be filled before the head of a WRITE is whole. */
size_t sftp_write_head(const struct sftp *s);
/* sftp_attr.c */
sftp_handler sftp_on_stat, sftp_on_fstat, sftp_on_setstat, sftp_on_fsetstat;
void sftp_take_attrs(struct cur *c, struct sftp_attrs *out);
/* sftp_name.c */
sftp_handler sftp_on_opendir, sftp_on_readdir, sftp_on_remove, sftp_on_mkdir, sftp_on_rmdir, sftp_on_realpath,
    sftp_on_rename, sftp_on_link;
/* The next field as a path, into `path`. False: it is none, and the request was answered so. */
bool sftp_path(struct sftp *s, struct cur *c, char path[SFTP_PATH_MAX]);
/* RENAME of `path` to `to`, which the caller has taken. */
bool sftp_rename(struct sftp *s, bool replace, struct sftp_event *ev);
bool sftp_real(struct sftp *s, struct str text); /* answers with what `text` names, seen from "/" */
/* sftp_extended.c */
sftp_handler sftp_on_extended;
void sftp_put_extensions(struct buf *out);

/* sftp_handle.c */
/* A free number, marked used; SFTP_NO_FILE: none is left, and the request was answered so. */
unsigned sftp_file_new(struct sftp *s, const char *path);
void sftp_file_free(struct sftp *s, unsigned file); /* whoever has the files knows nothing of it, or no longer */
/* For `path` a file and a handle on it: s->file, s->handle. False: none is left, and the request was answered so. */
bool sftp_handle_begin(struct sftp *s);
void sftp_handle_undo(struct sftp *s);   /* it could not be opened, as the answer says */
bool sftp_answer_handle(struct sftp *s); /* HANDLE, of s->handle; false */
/* The next field as a handle. NULL: it is none of ours, and the request was answered so. */
struct sftp_handle *sftp_handle(struct sftp *s, struct cur *c);
/* It is closed; its file, when it was the last and it is not being written, is forgotten once its bytes are sent. */
void sftp_handle_close(struct sftp *s, struct sftp_handle *h);
struct sftp_file *sftp_file_of(struct sftp *s, const struct sftp_handle *h);
void sftp_file_released(struct sftp *s, struct sftp_file *f);                    /* one thing less needs it */
void sftp_file_written(const struct sftp *s, struct sftp_file *f, uint64_t end); /* up to there, just now */
bool sftp_forget(struct sftp *s, struct sftp_event *ev);                         /* true: *ev is filled */

/* sftp_reply.c */
void sftp_status(struct sftp *s, enum sftp_status status, const char *words);
void sftp_result(struct sftp *s);         /* STATUS, as the answer was */
void sftp_refuse(struct sftp *s, int rc); /* STATUS, by an E_* of our own */
void sftp_bad(struct sftp *s);            /* STATUS: the request is malformed */
void sftp_ok(struct sftp *s);             /* STATUS: done */
void sftp_put_attrs(struct buf *b, bool folder, uint64_t size, int64_t mtime);
/* A reply is what is put into `out` between the two. */
size_t sftp_begin(struct sftp *s, uint8_t type); /* puts type and id; what sftp_finish wants to know */
void sftp_finish(struct sftp *s, size_t began);
void sftp_put_u32_at(struct sftp *s, size_t at, uint32_t value); /* `at` as of sftp_begin */
void sftp_longname(char *out, size_t size, bool folder, uint64_t bytes, int64_t mtime, int64_t now, const char *name);
enum sftp_status sftp_status_of(int rc);
const char *sftp_why(const struct sftp *s); /* the words of the last answer */
/* DATA: bytes of a file, when it is their turn. */
void sftp_send_data(struct sftp *s, unsigned file, uint64_t offset, size_t n);

/* sftp.c */
/* Asks; the answer goes to `then`. Always true. The event has what `ev` holds, and its type. */
bool sftp_ask(struct sftp *s, struct sftp_event *ev, enum sftp_event_type type,
	      bool (*then)(struct sftp *s, struct sftp_event *ev));
/* What was there is to be in the file as a whole before this request is taken: asks for the rest of it, after which the
 * request is taken again. False: it is. A file of which it could not be had is broken. */
bool sftp_settle(struct sftp *s, unsigned file, struct sftp_event *ev);
/* A `then` that tells the client the result and is done. */
bool sftp_then_result(struct sftp *s, struct sftp_event *ev);

#endif
