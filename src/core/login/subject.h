/* SPDX-License-Identifier: Apache-2.0
 *
 * subject.h: who it is that servers are asked about: user, line and address, as RFC 8907 section 5.1 names them.
 */
#ifndef CORE_SUBJECT_H
#define CORE_SUBJECT_H

#include "aaa/method.h"
#include "aaa/tacacs_talk.h"
#include "ipc/ipc.h"

struct peer;

#define SUBJECT_PORT 16
/* A query about this session; `port` is written and must live as long as what is returned. */
struct ipc_msg_QUERY subject_query(const struct peer *p, enum tacacs_kind kind, const char *user,
				   char port[SUBJECT_PORT]);
/* The query that ipc_put_QUERY wrote into a buffer, to be asked when its time comes; it borrows from `kept`. */
bool subject_kept(const struct buf *kept, struct ipc_msg_QUERY *m);
/* How he was authenticated: enum tacacs_method. */
uint8_t subject_method(enum aaa_method method);
/* May this be the name of a user that a server knows? It is shown to other people's terminals. */
bool subject_name_valid(const char *user);

#endif
