/* SPDX-License-Identifier: Apache-2.0
 *
 * ifs.h: what may stand before the colon of a file's name: the file systems of the device and the protocols to fetch
 * and send files with; and the two configurations that are called by a word alone. One table for the command line (its
 * help and abbreviations), the parser of URLs and the file systems themselves.
 */
#ifndef BASE_IFS_H
#define BASE_IFS_H

#include "base/buf.h"

enum ifs_kind {
	IFS_FLASH, /* the first five are core/files/fs.h's, in its order */
	IFS_NVRAM,
	IFS_SYSTEM,
	IFS_TMPSYS,
	IFS_NULL,
	IFS_FTP,
	IFS_HTTP,
	IFS_HTTPS,
	IFS_SCP,
	IFS_SFTP,
	IFS_TFTP,
	IFS_RUNNING, /* a word without a colon, as the next */
	IFS_STARTUP,
	IFS_KINDS
};

struct ifs_row {
	const char *name; /* "flash0:", "running-config" */
	enum ifs_kind kind;
};

/* The i-th of all names; of a kind the first is the one that is shown. NULL behind the last. */
const struct ifs_row *ifs_row(unsigned i);
const char *ifs_name(enum ifs_kind kind);
/* The row called `prefix`, which is without its colon; NULL: there is none. */
const struct ifs_row *ifs_named(struct str prefix);
/* The kind that `word` is written for or is the beginning of, if it is one kind's alone; NULL: none or several. */
const struct ifs_row *ifs_abbreviated(struct str word);
/* Whether a word of this line is a URL with a password in it, that is "//", then ":" and behind it "@". */
bool ifs_has_password(struct str line);
/* The password in one word that is a URL: from word.p[*from] to word.p[*to], which is the "@". False: there is none. */
bool ifs_password(struct str word, size_t *from, size_t *to);
/* `line`, with `mask` in the place of each password in a URL. */
void ifs_put_hidden(struct buf *out, struct str line, const char *mask);

#endif
