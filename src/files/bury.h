/* SPDX-License-Identifier: Apache-2.0
 *
 * bury.h: a large file that has lost its last name is freed when its last descriptor is closed, which takes the kernel
 * a quarter of a second for each GiB. Whoever may not wait so long opens it first, takes its name, and has it buried.
 */
#ifndef FILES_BURY_H
#define FILES_BURY_H

/* A descriptor of what has this name, if it is a large file; -1: it is none, and needs no burial. */
int bury_open(int dirfd, const char *name);
/* Closes it (-1 is fine); one that has no name any more and is large in a thread of its own, which ends with that. */
void bury(int fd);

#endif
