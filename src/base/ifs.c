/* SPDX-License-Identifier: Apache-2.0
 *
 * ifs.c: see ifs.h. Runs in core and sessions; the words are what a user typed.
 */
#include "ifs.h"

#include <string.h>
#include <strings.h>

static const struct ifs_row rows[] = {
	{ "flash0:", IFS_FLASH },
	{ "flash:", IFS_FLASH },
	{ "disk0:", IFS_FLASH },
	{ "bootflash:", IFS_FLASH },
	{ "nvram:", IFS_NVRAM },
	{ "system:", IFS_SYSTEM },
	{ "tmpsys:", IFS_TMPSYS },
	{ "null:", IFS_NULL },
	{ "ftp:", IFS_FTP },
	{ "http:", IFS_HTTP },
	{ "https:", IFS_HTTPS },
	{ "scp:", IFS_SCP },
	{ "sftp:", IFS_SFTP },
	{ "tftp:", IFS_TFTP },
	{ "running-config", IFS_RUNNING },
	{ "startup-config", IFS_STARTUP },
};

#define ROWS (sizeof rows / sizeof *rows)

const struct ifs_row *ifs_row(unsigned i)
{
	return i < ROWS ? &rows[i] : NULL;
}

const char *ifs_name(enum ifs_kind kind)
{
	unsigned i = 0;

	while (rows[i].kind != kind)
		i++;
	return rows[i].name;
}

const struct ifs_row *ifs_named(struct str prefix)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (strcspn(rows[i].name, ":") == prefix.n && rows[i].name[prefix.n] == ':' &&
		    strncasecmp(rows[i].name, (const char *)prefix.p, prefix.n) == 0)
			return &rows[i];
	return NULL;
}

const struct ifs_row *ifs_abbreviated(struct str word)
{
	const struct ifs_row *found = NULL;

	for (unsigned i = 0; word.n && i < ROWS; i++) {
		size_t n = strlen(rows[i].name);

		if (word.n > n || strncasecmp(rows[i].name, (const char *)word.p, word.n) != 0)
			continue;
		/* "http" is the beginning of "https:", too */
		if (word.n + (rows[i].name[n - 1] == ':') >= n)
			return &rows[i];
		if (found && found->kind != rows[i].kind)
			return NULL;
		found = found ? found : &rows[i];
	}
	return found;
}

bool ifs_has_password(struct str line)
{
	for (size_t i = 0; i + 2 < line.n; i++) {
		const uint8_t *p = line.p + i + 2, *end = line.p + line.n, *colon, *blank;

		if (line.p[i] != '/' || line.p[i + 1] != '/')
			continue;
		blank = memchr(p, ' ', (size_t)(end - p));
		end = blank ? blank : end;
		colon = memchr(p, ':', (size_t)(end - p));
		if (colon && memchr(colon, '@', (size_t)(end - colon)))
			return true;
	}
	return false;
}

/* "ftp://user:secret@host/…": what stands between the colon and the last @ before the path. */
bool ifs_password(struct str word, size_t *from, size_t *to)
{
	const uint8_t *at = word.n ? memmem(word.p, word.n, "://", 3) : NULL;
	size_t end, last = 0;

	if (!at)
		return false;
	*from = 0;
	for (end = (size_t)(at - word.p) + 3; end < word.n && word.p[end] != '/'; end++) {
		if (word.p[end] == ':' && !*from)
			*from = end + 1;
		if (word.p[end] == '@')
			last = end;
	}
	*to = last;
	return *from && last >= *from;
}

void ifs_put_hidden(struct buf *out, struct str line, const char *mask)
{
	size_t from, to;

	while (line.n) {
		const uint8_t *blank = memchr(line.p, ' ', line.n);
		struct str word = { line.p, blank ? (size_t)(blank - line.p) + 1 : line.n };

		if (ifs_password(word, &from, &to)) {
			buf_put(out, word.p, from);
			buf_puts(out, mask);
			buf_put(out, word.p + to, word.n - to);
		} else {
			buf_put(out, word.p, word.n);
		}
		line.p += word.n;
		line.n -= word.n;
	}
}
