/* SPDX-License-Identifier: Apache-2.0
 *
 * io.h: whole writes to descriptors that block. Any process runs it.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include "base/buf.h"

/* All of it, where the descriptor stands or at `offset`. 0; E_LIMIT: there is no room for it; E_IO. errno says more. */
int io_write(int fd, struct str bytes);
int io_pwrite(int fd, struct str bytes, uint64_t offset);
/* Which of the two it is, of the errno of another call that writes. */
int io_error(int errnum);

#endif
