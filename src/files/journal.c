/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.c: see journal.h. The file begins with MAGIC; an entry is u32 size of the body, u8 kind, u32 id, body, u32
 * CRC-32 of what is before it in the entry. What a kill cut short does not add up, and nothing follows it.
 */
#include "journal.h"

#include "base/io.h"
#include "files.h"
#include "files_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC STR("RVLJRNL1")

struct journal {
	int dirfd, fd;
	char name[64];
	size_t size;
};

static uint32_t crc(struct str bytes)
{
	uint32_t sum = UINT32_MAX;

	for (size_t i = 0; i < bytes.n; i++) {
		sum ^= bytes.p[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~sum;
}

void journal_put(struct buf *out, uint8_t kind, uint32_t id, struct str body)
{
	size_t from = buf_len(out);

	buf_put_u32(out, (uint32_t)body.n);
	buf_put_u8(out, kind);
	buf_put_u32(out, id);
	buf_put(out, body.p, body.n);
	if (!out->err)
		buf_put_u32(out, crc((struct str){ buf_ptr(out) + from, buf_len(out) - from }));
}

size_t journal_read(struct str bytes, journal_entry_fn *fn, void *arg)
{
	struct cur c = cur_of(bytes);
	struct str magic = cur_take(&c, MAGIC.n);
	size_t whole = 0;

	if (c.bad || !str_eq(magic, MAGIC))
		return 0;
	for (;;) {
		const uint8_t *start = c.p;
		uint32_t size = cur_u32(&c), id, sum;
		uint8_t kind = cur_u8(&c);
		struct str body;

		id = cur_u32(&c);
		body = cur_take(&c, size);
		sum = cur_u32(&c);
		whole = (size_t)(start - bytes.p);
		if (c.bad || sum != crc((struct str){ start, 9 + (size_t)size }))
			return whole;
		fn(arg, kind, id, body);
	}
}

/* --- the file --- */

static int reopen(struct journal *j, struct errbuf *e)
{
	int fd = files_open_beneath(j->dirfd, j->name, O_RDWR | O_APPEND, 0);

	if (fd < 0)
		return files_failed(e, "open", j->name);
	if (j->fd >= 0)
		close(j->fd);
	j->fd = fd;
	return 0;
}

int journal_rewrite(struct journal *j, struct str entries, struct errbuf *e)
{
	struct buf all;
	int rc;

	buf_init(&all, JOURNAL_MAX);
	buf_put(&all, MAGIC.p, MAGIC.n);
	buf_put(&all, entries.p, entries.n);
	rc = all.err ? err_set(e, E_LIMIT, "the journal \"%s\" is full", j->name)
		     : files_save(j->dirfd, j->name, buf_str(&all), 0600, e);
	if (rc == 0)
		rc = reopen(j, e);
	if (rc == 0)
		j->size = buf_len(&all);
	buf_release(&all);
	return rc;
}

int journal_append(struct journal *j, struct str entries, struct errbuf *e)
{
	int rc;

	if (entries.n > JOURNAL_MAX - j->size)
		return err_set(e, E_LIMIT, "the journal \"%s\" is full", j->name);
	rc = io_write(j->fd, entries);
	if (rc == 0) {
		j->size += entries.n;
		return 0;
	}
	files_failed(e, "write", j->name);
	if (ftruncate(j->fd, (off_t)j->size) < 0) /* what follows a torn entry is not read: nothing may follow */
		journal_rewrite(j, STR(""), e);
	return rc;
}

size_t journal_size(const struct journal *j)
{
	return j->size;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	free(j);
}

static int take(struct journal *j, journal_entry_fn *fn, void *arg, size_t *lost, struct errbuf *e)
{
	struct buf bytes;
	int rc;

	buf_init(&bytes, JOURNAL_MAX);
	rc = files_load(j->dirfd, j->name, JOURNAL_MAX, &bytes, e);
	if (rc == 0) {
		j->size = journal_read(buf_str(&bytes), fn, arg);
		*lost = buf_len(&bytes) - j->size;
	}
	buf_release(&bytes);
	if (rc < 0 || j->size == 0)
		return journal_rewrite(j, STR(""), e); /* none, or not one: it begins anew */
	rc = reopen(j, e);
	if (rc == 0 && *lost && ftruncate(j->fd, (off_t)j->size) < 0)
		return files_failed(e, "truncate", j->name);
	return rc;
}

int journal_open(struct journal **out, int dirfd, const char *name, journal_entry_fn *fn, void *arg, size_t *lost,
		 struct errbuf *e)
{
	struct journal *j = calloc(1, sizeof *j);
	int rc;

	*lost = 0;
	if (!j)
		return err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	*j = (struct journal){ .dirfd = dirfd, .fd = -1 };
	snprintf(j->name, sizeof j->name, "%s", name);
	rc = take(j, fn, arg, lost, e);
	if (rc < 0) {
		journal_close(j);
		return rc;
	}
	*out = j;
	return 0;
}
