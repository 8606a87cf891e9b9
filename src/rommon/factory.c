/* SPDX-License-Identifier: Apache-2.0
 *
 * factory.c: see factory.h. Runs in rommon.
 */
#include "factory.h"

#include "image/vars.h"
#include "rommon/load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 64
#define STARTUP   "startup-config"

static void question(struct factory *f)
{
	f->used = 0;
	console_puts(f->console, "Do you want to reset the router to the factory default\n"
				 "configuration and proceed [y/n]? ");
}

void factory_ask(struct factory *f)
{
	console_puts(f->console, "\nPASSWORD RECOVERY IS DISABLED.\n");
	question(f);
}

static bool is_word(const char *typed, const char *word)
{
	return *typed && strncasecmp(typed, word, strlen(typed)) == 0;
}

enum factory_answer factory_key(struct factory *f, char key)
{
	if ((key == '\b' || key == 0x7f) && f->used) {
		f->used--;
		console_put(f->console, "\b \b", 3);
	} else if (key >= ' ' && key <= '~' && f->used < sizeof f->line - 1) {
		f->line[f->used++] = key;
		console_put(f->console, &key, 1);
	}
	if (key != '\r')
		return FACTORY_WAITS;
	console_puts(f->console, "\n");
	f->line[f->used] = '\0';
	if (is_word(f->line, "yes"))
		return FACTORY_YES;
	if (is_word(f->line, "no"))
		return FACTORY_NO;
	question(f);
	return FACTORY_WAITS;
}

/* --- the reset --- */

typedef bool stays_fn(int dir_fd, const char *name);

static bool is_for_last(int dir_fd, const char *name)
{
	return strcmp(name, VARS_FILE) == 0 || strcmp(name, STARTUP) == 0;
}

static bool nothing(int dir_fd, const char *name)
{
	return false;
}

static int clear(int dir_fd, stays_fn *stays, unsigned depth);

static int clear_entry(int dir_fd, const char *name, stays_fn *stays, unsigned depth)
{
	int sub = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc;

	if (sub < 0)
		return stays(dir_fd, name) || unlinkat(dir_fd, name, 0) == 0 ? 0 : -1;
	rc = depth ? clear(sub, stays, depth - 1) : -1;
	close(sub);
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) && errno != ENOTEMPTY && errno != EEXIST)
		rc = -1;
	return rc;
}

/* All that does not stay, below a folder, too; the folder is then on the disk. What one entry refuses, others may not.
 */
static int clear(int dir_fd, stays_fn *stays, unsigned depth)
{
	struct dirent **list;
	int n = scandirat(dir_fd, ".", &list, NULL, alphasort), rc = n < 0 ? -1 : 0;

	for (int i = 0; i < n; i++) {
		if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0 &&
		    clear_entry(dir_fd, list[i]->d_name, stays, depth))
			rc = -1;
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return fsync(dir_fd) ? -1 : rc;
}

static int unlink_synced(int dir_fd, const char *name)
{
	return (unlinkat(dir_fd, name, 0) && errno != ENOENT) || fsync(dir_fd) ? -1 : 0;
}

int factory_reset(const struct factory_folders *at, struct errbuf *e)
{
	if (clear(at->flash, load_is_elf, DEPTH_MAX) || (at->secure >= 0 && clear(at->secure, load_is_elf, 0)) ||
	    clear(at->crashinfo, nothing, 0) || clear(at->keys, nothing, 0) || clear(at->nvram, is_for_last, 0) ||
	    unlink_synced(at->nvram, STARTUP) || unlink_synced(at->nvram, VARS_FILE))
		return err_set(e, E_IO, "the reset is not complete: %s", strerror(errno));
	return 0;
}
