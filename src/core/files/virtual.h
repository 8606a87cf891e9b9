/* SPDX-License-Identifier: Apache-2.0
 *
 * virtual.h: system:running-config as a file: read, it is made in steps and handed over as a sealed memfd; written, it
 * is taken into a memfd and merged line by line when it is whole. Nothing here waits.
 */
#ifndef CORE_VIRTUAL_H
#define CORE_VIRTUAL_H

#include "base/buf.h"
#include "core/config/loader.h"

#include <stdint.h>

struct core;

/* A memfd with these bytes that nobody can change any more; -1: out of memory. */
int virtual_sealed(struct str bytes);

/* Calls `ready` later, never from here, with a sealed memfd that is then the callee's, or -1. */
struct virtual_out;
typedef void virtual_ready_fn(void *arg, uint32_t id, int fd, uint64_t size);
struct virtual_out *virtual_read(struct core *core, uint32_t id, virtual_ready_fn *ready, void *arg);
void virtual_abandon(struct virtual_out *v); /* `ready` is not called; NULL is fine */

struct virtual_in;
struct virtual_in *virtual_write(struct core *core); /* NULL: out of memory */
int virtual_fd(const struct virtual_in *v);
void virtual_drop(struct virtual_in *v); /* NULL is fine */
/* Merges what was written; `merged` is called when all is done, with the number of lines that were refused (each is in
 * the log). Frees v, whatever comes of it. */
typedef void virtual_merged_fn(void *arg, uint32_t id, unsigned refused);
int virtual_merge(struct virtual_in *v, const struct behalf *who, uint32_t id, virtual_merged_fn *merged, void *arg);
/* The same for somebody who is told of every line himself: as loader_merge, which abandons it, too. 0 or E_*. */
int virtual_merge_told(struct virtual_in *v, const struct behalf *who, const char *name, loader_report_fn *report,
		       void *arg);
void virtual_forget(const void *arg); /* merges begun for `arg` go on, but nobody is told */

#endif
