/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.h: entries that are appended to one file, each whole or not there after a kill at any instant. Its owner
 * rewrites it with what still counts when it has grown. Runs in core.
 */
#ifndef FILES_JOURNAL_H
#define FILES_JOURNAL_H

#include "base/buf.h"
#include "base/err.h"

#define JOURNAL_MAX ((size_t)32 << 20) /* bytes of the file */

struct journal;
typedef void journal_entry_fn(void *arg, uint8_t kind, uint32_t id, struct str body);
/* The entries of such a file's bytes, up to the first that is not whole; how many bytes those are, 0: it is no journal.
 */
size_t journal_read(struct str bytes, journal_entry_fn *fn, void *arg);
/* An entry as it is appended. */
void journal_put(struct buf *out, uint8_t kind, uint32_t id, struct str body);

/* Opens `name` below dirfd, or makes it, and tells its entries. *lost: bytes behind the last whole entry, now gone. */
int journal_open(struct journal **out, int dirfd, const char *name, journal_entry_fn *fn, void *arg, size_t *lost,
		 struct errbuf *e);
/* E_LIMIT: it would be longer than JOURNAL_MAX, or there is no room for it. After a failure the file is as before. It
 * is safe from a kill of this process, not from a loss of power. */
int journal_append(struct journal *j, struct str entries, struct errbuf *e);
/* In place of all that is in it; safe from a loss of power, too. */
int journal_rewrite(struct journal *j, struct str entries, struct errbuf *e);
size_t journal_size(const struct journal *j);
void journal_close(struct journal *j); /* NULL is fine */

#endif
