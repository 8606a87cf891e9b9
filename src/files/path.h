/* SPDX-License-Identifier: Apache-2.0
 *
 * path.h: names of files as people and programs give them: "flash0:/dir/name", "/dir/name", "name", "../name". A file
 * system and a folder to begin at go in; out comes a plain path below the root of a file system, or nothing: no "..",
 * no odd byte and no name of our own ever reaches the kernel. Input is hostile.
 */
#ifndef FILES_PATH_H
#define FILES_PATH_H

#include "base/buf.h"

#include <stdbool.h>

#define PATH_BYTES      1024 /* of a whole path, with its zero byte */
#define PATH_NAME_BYTES 255  /* of one component */

/* "" is the root; else components joined by single slashes, none at either end. */
struct path {
	char text[PATH_BYTES];
};

/* One component: printable UTF-8 without a slash, no longer than PATH_NAME_BYTES, not "." or "..", not a name that
 * unfinished files have. */
bool path_name_ok(struct str name);
/* `text` seen from the folder `from`: a leading slash begins at the root, "." stays, ".." goes up and at the root
 * stays. A slash at the end means nothing. False: it is no path. */
bool path_resolve(const struct path *from, struct str text, struct path *out);
/* The last component, "" of the root; a pointer into `p`. */
const char *path_base(const struct path *p);
/* What is before it. */
void path_parent(const struct path *p, struct path *out);
/* Appends "/name" (or "name" to the root). False: too long, or no name. */
bool path_join(struct path *p, struct str name);
/* Whether `p` is `folder` or below it. */
bool path_within(const struct path *p, const struct path *folder);

/* Splits "flash0:rest" at the first colon: `prefix` without the colon, `rest` behind it. False: there is no prefix,
 * that is no colon behind one or more letters and digits. */
bool path_prefix(struct str text, struct str *prefix, struct str *rest);

#endif
