/* SPDX-License-Identifier: Apache-2.0
 *
 * folder.h: a folder of a test's own, empty at first; it goes with the files and the empty folders that are in it then.
 */
#ifndef TEST_FOLDER_H
#define TEST_FOLDER_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Its path, and a descriptor of it. */
static inline int folder_make(char path[32])
{
	int fd;

	snprintf(path, 32, "/tmp/ravelin-unit-XXXXXX");
	assert_non_null(mkdtemp(path));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static inline void folder_remove(const char *path, int fd)
{
	DIR *dir = opendir(path);

	assert_non_null(dir);
	for (const struct dirent *e; (e = readdir(dir));)
		if (unlinkat(fd, e->d_name, 0) < 0)
			unlinkat(fd, e->d_name, AT_REMOVEDIR);
	closedir(dir);
	close(fd);
	assert_int_equal(rmdir(path), 0);
}

#endif
