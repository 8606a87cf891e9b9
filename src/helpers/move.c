/* SPDX-License-Identifier: Apache-2.0
 *
 * move.c: the helpers `move` (from one file to another) and what `remote` shares with it: descriptors, marks of
 * progress, the size a file may get. Runs inside the walls of a helper; the files are whatever users put there.
 */
#include "helpers.h"

#include "base/err.h"
#include "base/io.h"
#include "move.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MARK_BYTES ((uint64_t)32768)
#define MARKS      64 /* about so many; then each stands for more */
#define STEP       ((size_t)1 << 20)

void marks_init(struct marks *m, struct str lead, char mark, uint64_t size)
{
	*m = (struct marks){ .mark = mark, .every = size / MARKS };
	if (m->every < MARK_BYTES)
		m->every = MARK_BYTES;
	str_copy(lead, m->lead, sizeof m->lead);
}

static void begin(struct marks *m)
{
	if (m->lead[0])
		helper_progress(m->lead);
	m->lead[0] = '\0';
}

void marks_add(struct marks *m, uint64_t n)
{
	char text[2] = { m->mark, '\0' };

	begin(m);
	for (m->done += n; m->done > m->next; m->next += m->every) {
		helper_progress(text);
		if (++m->made % MARKS == 0)
			m->every *= 2;
	}
}

void marks_end(struct marks *m)
{
	begin(m);
}

int move_limit(uint64_t most)
{
	/* One more: at the very limit the kernel refuses even to copy nothing. */
	rlim_t n = most < RLIM_INFINITY ? (rlim_t)most + 1 : RLIM_INFINITY;

	return setrlimit(RLIMIT_FSIZE, &(struct rlimit){ n, n }) < 0 ? E_IO : 0;
}

/* In the kernel where both files are on one file system, which may share their blocks; else through `bytes`. */
static ssize_t step(int from, uint64_t at, int to)
{
	static uint8_t bytes[STEP / 4];
	static bool by_hand;
	off_t off = (off_t)at;
	ssize_t n;

	if (!by_hand) {
		n = copy_file_range(from, &off, to, NULL, STEP, 0);
		if (n >= 0)
			return n;
		if (io_error(errno) == E_LIMIT)
			return E_LIMIT;
		by_hand = true;
	}
	n = pread(from, bytes, sizeof bytes, off);
	if (n > 0) {
		int rc = io_write(to, (struct str){ bytes, (size_t)n });

		return rc ? rc : n;
	}
	return n < 0 ? E_IO : 0;
}

int work_move(struct str request, struct buf *result)
{
	struct cur c = cur_of(request);
	uint64_t most = cur_u64(&c), size = cur_u64(&c), done = 0;
	struct str lead = cur_str(&c);
	int from = helper_descriptor(0), to = helper_descriptor(1);
	struct marks marks;
	ssize_t n;

	if (!cur_done(&c) || from < 0 || to < 0 || move_limit(most) < 0)
		return E_INVAL;
	marks_init(&marks, lead, 'C', size);
	while ((n = step(from, done, to)) > 0) {
		done += (uint64_t)n;
		if (done > most)
			return E_LIMIT;
		if (lead.n)
			marks_add(&marks, (uint64_t)n);
	}
	if (n < 0)
		return (int)n;
	if (fdatasync(to) < 0 && errno != EINVAL) /* there is nothing to sync in /dev/null */
		return E_IO;
	buf_put_u64(result, done);
	return 0;
}
