/* SPDX-License-Identifier: Apache-2.0
 *
 * prove.h: a client that is in learns the device's other host keys (OpenSSH PROTOCOL section 2.5): core signs, for each
 * key, bytes it builds itself of its own session id and its own public key. A session names keys and nothing else, and
 * may do so once a connection.
 */
#ifndef CORE_PROVE_H
#define CORE_PROVE_H

#include "ipc/ipc.h"

#include <stdbool.h>

struct job;
struct peer;

struct prove {
	bool asked;
	struct buf left, done; /* keys still to be signed for; signatures made */
	uint32_t count;        /* of them */
	struct job *job;       /* the signing helper works on the next */
};

void prove_release(struct prove *v);
void prove_host_keys(struct peer *p, const struct ipc_msg_PROVE *m);

#endif
