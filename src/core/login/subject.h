/* SPDX-License-Identifier: Apache-2.0
 *
 * subject.h: who it is that servers are asked about: user, line and address, as RFC 8907 section 5.1 names them.
 */
#ifndef CORE_SUBJECT_H
#define CORE_SUBJECT_H

#include "aaa/method.h"
#include "aaa/query.h"
#include "ipc/ipc.h"

struct cli;
struct line;
struct peer;

/* Somebody whose line, command or file it is, as a plain value: he may be gone when the answer comes. */
struct behalf {
	char user[65], address[64];
	const struct line *line; /* whose lists count */
	bool on_line;            /* … and it is his own already */
	uint8_t authenticated;   /* enum aaa_by, 0 = not */
};
struct behalf subject_behalf(const struct peer *p);
/* Whose line a shell has: false: the device's own, as those of startup-config are. */
bool subject_of_cli(const struct cli *sh, struct behalf *who);
#define SUBJECT_PORT 16
struct ipc_msg_QUERY subject_query_of(const struct behalf *who, enum aaa_kind kind, char port[SUBJECT_PORT]);
/* A query about this session; `port` is written and must live as long as what is returned. */
struct ipc_msg_QUERY subject_query(const struct peer *p, enum aaa_kind kind, const char *user, char port[SUBJECT_PORT]);
/* The query that ipc_put_QUERY wrote into a buffer, to be asked when its time comes; it borrows from `kept`. */
bool subject_kept(const struct buf *kept, struct ipc_msg_QUERY *m);
/* How he was authenticated: enum aaa_by. */
uint8_t subject_method(enum aaa_method method);
/* May this be the name of a user that a server knows? It is shown to other people's terminals. */
bool subject_name_valid(const char *user);

#endif
