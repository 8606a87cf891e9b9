/* SPDX-License-Identifier: Apache-2.0
 *
 * master.h: the master key (`key config-key password-encrypt`) by which secrets of type 6 are written and read. It is
 * in core's memory and, from `write memory` on, in a file that no command shows; as long as startup-config may be
 * written by the one before it, that one is kept too.
 */
#ifndef CORE_MASTER_H
#define CORE_MASTER_H

#include "aaa/type6.h"
#include "base/err.h"

#include <stdbool.h>

#define MASTER_FILE "private-config" /* in nvram: */

struct run;
struct master; /* NULL is fine where it is const: there is no key */

/* Reads its file. NULL: out of memory. A damaged file is none, and `damaged` says so. */
struct master *master_new(int nvram_fd, struct errbuf *damaged);
bool master_there(const struct master *m);
bool master_is(const struct master *m, const uint8_t key[TYPE6_MASTER]); /* constant time */
/* From now on this one; NULL: none, and nothing of type 6 can be read any more. */
void master_set(struct master *m, const uint8_t key[TYPE6_MASTER]);
int master_seal(const struct master *m, struct str clear, char *out, size_t size);
bool master_opens(const struct master *m, const char *stored);
/* Written by a key before the present one: it can be read now, and is to be written anew. */
bool master_is_old(const struct master *m, const char *stored);
/* What a secret of type 0, 6 or 7 is, for those it is given to; the caller wipes it. E_*, and "" in `out`. */
int master_reveal(const struct master *m, int type, const char *stored, char *out, size_t size);

/* Around the writing of a startup-config in which everything is of the present key. */
int master_save_begin(struct master *m, struct errbuf *e);
int master_save_end(struct master *m, struct errbuf *e);
void master_erase(struct master *m); /* its file: there is no startup-config any more */

/* Says that this secret of a line is of type 6 and cannot be read: to who types it, else in the log. */
void master_warn(struct run *run, int type, const char *value);

#endif
