/* SPDX-License-Identifier: Apache-2.0
 *
 * transfer.h: sessions that move files, by scp or sftp: who may, and what each FILE message asks. The protocol is the
 * session's (src/transfer); here names are resolved, descriptors opened, uploads published. What a client calls "/" is
 * flash0:; "nvram:x", "/nvram:x" and the like are on their file systems, and running-config and startup-config, when
 * nothing in flash0: is called so, are those.
 */
#ifndef CORE_TRANSFER_H
#define CORE_TRANSFER_H

#include "core/login/permit.h"
#include "ipc/ipc.h"

struct peer;
struct transfer;

/* A request to move files: the subsystem, or the command "scp …". */
bool transfer_wanted(const struct ipc_msg_OPEN *m);
/* Why this user may not, in the words IOS has for it; NULL: he may. Says so in `debug ip scp`. */
const char *transfer_refusal(struct peer *p, const struct ipc_msg_OPEN *m);
/* Is he authorized to run it as a command, where commands are authorized? AUTHORIZE_LATER: fn is called with p. */
enum authorize_end transfer_permit(struct peer *p, const struct ipc_msg_OPEN *m, permit_fn *fn);
/* The line is its own; from now on it moves files and does nothing else. */
void transfer_start(struct peer *p, const struct ipc_msg_OPEN *m);
void transfer_message(struct peer *p, const struct ipc_msg_FILE *m); /* FILE */
void transfer_free(struct transfer *t);                              /* NULL is fine; unfinished uploads are gone */

#endif
