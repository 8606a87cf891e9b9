/* SPDX-License-Identifier: Apache-2.0
 *
 * archive_private.h: what archive.c (which copies there are, and those on this device) and archive_send.c (copies that
 * go to a server) share.
 */
#ifndef CORE_ARCHIVE_PRIVATE_H
#define CORE_ARCHIVE_PRIVATE_H

#include "core/files/archive.h"

#define ARCHIVE_NO_NAME "no file can have the name that \"path\" gives"

struct kept {
	unsigned number;
	char text[ARCHIVE_NAME]; /* a file's name in full, or a URL without user and password */
};

struct archive {
	struct core *core;
	unsigned last;                     /* number given */
	struct kept kept[ARCHIVE_MAX + 1]; /* the oldest first; one more while the oldest is on its way out */
	size_t n;
	struct event *period, *turn;
	struct config_build *build;     /* for the copy that its time has come for */
	struct archive_sending *behind; /* nobody waits for it */
	int waits;                      /* what goes behind that one: a sealed memfd; -1 */
};

const char *archive_path(const struct core *core); /* NULL: none is configured */
/* `pattern` with $h and $t replaced and the number behind it; `ahead`: for people, then its time is not known. */
void archive_put_name(const struct core *core, const char *pattern, unsigned number, bool ahead, struct buf *out);
/* It has arrived: the index has it from now on, and no more than configured. */
void archive_arrived(struct archive *a, const struct kept *k);
/* The configured path as a URL, with user and password; false: it is none. */
bool archive_url(const struct core *core, struct url *out);
/* Sends it while nobody waits, behind what is on its way already; what goes wrong is in the log. `name`: as announced.
 */
int archive_send_behind(struct archive *a, struct str text, char name[ARCHIVE_NAME], struct errbuf *e);

#endif
