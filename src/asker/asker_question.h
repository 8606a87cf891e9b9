/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_question.h: a question by RADIUS, whether its packets go as datagrams (asker_radius.c) or by TLS
 * (asker_radsec.c).
 */
#ifndef ASKER_QUESTION_H
#define ASKER_QUESTION_H

#include "asker_private.h"

#include "aaa/radius_talk.h"

#include <sys/queue.h>

struct link;

struct question {
	LIST_ENTRY(question) entry;
	uint32_t id;
	struct buf asks; /* QUERY, until the socket is there: its address is part of the question */
	bool begun;
	struct radius_talk talk;
	bool watched;
	unsigned notes;
	uint32_t sent, received;
	int fd;            /* datagrams; -1: core was asked for it */
	struct link *conn; /* TLS; NULL: core was asked for one, or none is needed while the user thinks */
	unsigned wants;    /* TLS: connections that core was asked for */
	bool held;         /* TLS: its Identifier is in use */
};
LIST_HEAD(questions, question);
extern struct questions questions;

struct question *question_new(const struct ipc_msg_QUERY *m); /* core breaks a rule if its id is not new: ends us */
struct question *question_find(uint32_t id);
void question_free(struct question *q);
/* What core is told as the last of it; it is freed. */
void question_end(struct question *q, enum aaa_outcome outcome);
void question_break(struct question *q, const char *why);
/* The first request, with this device's address towards the server, is in talk.packet. `taken`: as radius_talk_begin.
 * 0 or E_*. */
int question_begin(struct question *q, struct str local, const bool *taken);
/* A packet that was sent or received, for `debug radius`. */
void question_show(const struct question *q, const char *what, struct str packet);
void question_flaw(struct question *q, enum radius_flaw flaw);

#endif
