/* SPDX-License-Identifier: Apache-2.0
 *
 * scp_private.h: the state that both directions of scp share, and what each may call of the other files.
 */
#ifndef TRANSFER_SCP_PRIVATE_H
#define TRANSFER_SCP_PRIVATE_H

#include "transfer/scp.h"

#define SCP_DEPTH 32
#define SCP_LINE  2048

enum scp_state {
	/* files come */
	SINK_BEGIN,  /* what is the target? */
	SINK_LINE,   /* a line is to come */
	SINK_OPEN,   /* asked for a new file */
	SINK_FOLDER, /* asked for a folder */
	SINK_DATA,
	SINK_STATUS, /* the byte behind the data */
	SINK_CLOSE,  /* asked to publish */
	/* files go */
	SOURCE_BEGIN,  /* the client's first zero is to come */
	SOURCE_LOOK,   /* asked what is there */
	SOURCE_OPEN,   /* asked for the file */
	SOURCE_LIST,   /* asked what is in the folder */
	SOURCE_TIMES,  /* the client's answer to T is to come */
	SOURCE_FILE,   /* to C */
	SOURCE_SEND,   /* the bytes go */
	SOURCE_SENT,   /* the answer to the zero behind them */
	SOURCE_FOLDER, /* to D */
	SOURCE_LEFT,   /* to E */
	SOURCE_NEXT,
	SCP_ENDING,
	SCP_ENDED
};

struct scp {
	enum scp_state state;
	bool recursive, times, must_be_folder, source;
	bool asked;  /* an answer is due */
	bool asking; /* the event was given */
	bool eof;    /* the client will say no more */
	bool failed; /* something was refused: exit status 1 */
	bool target_is_folder;
	char path[SCP_PATH_MAX]; /* where we are: the target, or the file being moved */
	char told[SCP_PATH_MAX]; /* what the event lends */
	size_t top[SCP_DEPTH];   /* lengths of `path` to go back to */
	unsigned depth;
	bool lost; /* sink: the bytes can no longer be kept; why is in lost_rc */
	int lost_rc;
	bool is_folder; /* source: what the path is */
	uint64_t left;  /* bytes of the file that are still to move */
	int64_t mtime;  /* of the next file; 0 = none was told */
	struct scp_answer answer;
	struct buf in, out, line;
	struct buf names[SCP_DEPTH]; /* source: what is left of the folders we are in */
};

bool scp_sink_step(struct scp *s, struct scp_event *ev);
bool scp_source_step(struct scp *s, struct scp_event *ev);

/* Asks; the answer moves the machine on in `state`. Always true. */
bool scp_ask(struct scp *s, struct scp_event *ev, enum scp_event_type type, enum scp_state state);
/* All is said: the last event. Always true. */
bool scp_end(struct scp *s, struct scp_event *ev);
/* Appends "/name" to the path. False: too long. */
bool scp_enter(struct scp *s, struct str name);
void scp_say_ok(struct scp *s);
/* 1 and a line of words: this file is not moved, the rest may be. */
void scp_say_error(struct scp *s, const char *what, const char *why);
/* The same, and nothing more is moved. */
void scp_say_fatal(struct scp *s, const char *what, const char *why);
/* The next line of the client without its LF; false: there is none yet. Too long a one ends it all. */
bool scp_line(struct scp *s, struct str *line);
const char *scp_why(const struct scp *s); /* the words of the last answer */

#endif
