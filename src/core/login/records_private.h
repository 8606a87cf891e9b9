/* SPDX-License-Identifier: Apache-2.0
 *
 * records_private.h: what records.c (which record goes where, and when) and records_file.c (what is in the file) share.
 * Runs in core.
 */
#ifndef CORE_RECORDS_PRIVATE_H
#define CORE_RECORDS_PRIVATE_H

#include "core/login/records.h"

#include <sys/queue.h>

#define RECORDS_ENTRY_MAX 16384

enum records_entry {
	RECORDS_TASKS = 1, /* numbers of tasks up to this one are set aside */
	RECORDS_OPEN,
	RECORDS_RECORD,
	RECORDS_DONE,
	RECORDS_CLOSED
};

/* Something that was begun, or a record of it. */
struct record {
	TAILQ_ENTRY(record) link;
	struct records *of;
	uint32_t id, task;
	bool stop;
	struct account_list list;
	char group[64];    /* that it is for, of a list that is broadcast; "": for the first that takes it */
	struct buf query;  /* QUERY, as it is sent */
	uint64_t since_ms; /* open: when it began; 0: before the device started */
	struct method method;
	struct ask *ask;
	bool waits; /* nobody took it */
};
TAILQ_HEAD(record_list, record);

struct records {
	struct core *core;
	struct journal *journal;
	struct record_list open, queue;
	unsigned n_open, n_queue, n_waiting;
	size_t queue_bytes, rewrite_at;
	uint32_t last_id, last_task, reserved;
	bool booted, full, broken; /* the log has said so */
	unsigned unread;           /* entries that make no sense */
	struct event *retry;
};

/* --- records.c --- */

void record_free(struct record *x);
struct record *records_find(struct record_list *list, uint32_t number, bool by_task);
void records_put(struct records *r, struct record *x); /* behind the others of the queue */
void records_drop(struct records *r, struct record *x);
void records_close(struct records *r, struct record *open);

/* --- records_file.c --- */

/* Opens it and takes what is in it into `r`. */
void records_load(struct records *r);
/* Whole, without what counts no more. */
void records_rewrite(struct records *r);
void records_put_entry(struct buf *out, enum records_entry kind, const struct record *x);
void records_put_number(struct buf *out, enum records_entry kind, uint32_t number);
void records_write_down(struct records *r, struct buf *entries); /* releases them */

#endif
