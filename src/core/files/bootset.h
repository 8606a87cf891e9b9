/* SPDX-License-Identifier: Apache-2.0
 *
 * bootset.h: the bootset, which nobody who gives commands can take away: the running image as a second name of its file
 * (no second copy) and a copy of the configuration, in the device's folder secure/, which is no file system of the
 * device. The image's name in flash0: is not shown any more and nobody else gets it. What it is stands in a manifest
 * signed with a key of this device. Runs in core. docs/resilience.md is for people.
 */
#ifndef CORE_BOOTSET_H
#define CORE_BOOTSET_H

#include "core/files/fs.h"
#include "core/files/manifest.h"

struct core;
struct bootset;

/* Reads what is there; what a kill left is taken away. NULL: out of memory. */
struct bootset *bootset_new(struct core *core);
/* The configuration is loaded: says in the log what is wrong with the bootset and where it is not what runs, and
 * brings bootset and configuration together. */
void bootset_booted(struct bootset *b);

/* What it is; its parts may be damaged. */
const struct manifest *bootset_manifest(const struct bootset *b);
/* Is the secured image the running one? */
bool bootset_image_runs(const struct bootset *b);
/* Secures the running image in place of one that was secured before. E_STATE: it cannot be, e says why. */
int bootset_secure_image(struct bootset *b, struct errbuf *e);
int bootset_secure_config(struct bootset *b, struct str text, struct errbuf *e);
/* The image is an ordinary file of flash0: again, the archive is gone. E_NOTFOUND: there was none. */
int bootset_release_image(struct bootset *b, struct errbuf *e);
int bootset_release_config(struct bootset *b, struct errbuf *e);
/* The archived configuration, whole and as it was written. */
int bootset_read_config(const struct bootset *b, struct buf *out, struct errbuf *e);
/* The secured image, open for reading. A descriptor or E_*. */
int bootset_open_image(const struct bootset *b, struct errbuf *e);
/* Says in the configuration that the part `leaf` ("image", "config") is secured or not. */
int bootset_state(struct bootset *b, const char *leaf, bool secured, struct errbuf *e);
/* A `no` form from elsewhere than the console: the log line. `what`: "image", "config". */
void bootset_refused(struct core *core, const char *what);

#endif
