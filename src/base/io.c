/* SPDX-License-Identifier: Apache-2.0
 *
 * io.c: see io.h.
 */
#include "base/io.h"

#include "base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

int io_error(int errnum)
{
	return errnum == ENOSPC || errnum == EFBIG || errnum == EDQUOT ? E_LIMIT : E_IO;
}

/* What a call took of the bytes. False: they will never all be written. */
static bool took(struct str *bytes, ssize_t n)
{
	if (n == 0)
		errno = EIO;
	if (n <= 0)
		return n < 0 && errno == EINTR;
	bytes->p += n;
	bytes->n -= (size_t)n;
	return true;
}

int io_write(int fd, struct str bytes)
{
	while (bytes.n)
		if (!took(&bytes, write(fd, bytes.p, bytes.n)))
			return io_error(errno);
	return 0;
}

int io_pwrite(int fd, struct str bytes, uint64_t offset)
{
	size_t all = bytes.n;

	while (bytes.n)
		if (!took(&bytes, pwrite(fd, bytes.p, bytes.n, (off_t)(offset + all - bytes.n))))
			return io_error(errno);
	return 0;
}
