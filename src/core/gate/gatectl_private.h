/* SPDX-License-Identifier: Apache-2.0
 *
 * gatectl_private.h: what gatectl.c (what gate is told and says) and gatectl_process.c (its life) share. Runs in core.
 */
#ifndef CORE_GATECTL_PRIVATE_H
#define CORE_GATECTL_PRIVATE_H

#include "core/gate/gatectl.h"
#include "ipc/ipc.h"

struct gate_process {
	pid_t pid; /* 0 = none */
	bool ready;
	bool des_asked, des; /* its sessions were to have single DES, and have it */
	struct ipc_channel channel;
	struct event *readable;
	struct gatectl *owner;
};

struct gatectl {
	struct core *core;
	int console_fd;
	const struct gatectl_events *events;
	bool was_ready;
	struct gate_process now, next; /* next: starting, takes over when it is ready */
	struct gate_process old;       /* accepts nothing more; what it brought last is still on its way */
	bool des_wanted, quiet;
	unsigned taken; /* connections from the present gate */
	bool crowded;   /* gate is told who exchanged keys */
	struct event *restart;
};

void gatectl_replace(struct gatectl *g); /* another gate is started; it takes over when it is ready */
void gatectl_heard(struct gatectl *g, struct ipc_record *r); /* a message of the gate at work, or of the one before */

#endif
