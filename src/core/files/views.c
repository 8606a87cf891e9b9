/* SPDX-License-Identifier: Apache-2.0
 *
 * views.c: see views.h. Runs in core.
 */
#include "views.h"

#include "core/config/config.h"
#include "core/files/virtual.h"
#include "core/session/usage.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VIEW_MAX ((size_t)1 << 20)

/* All of them, by name; a new one is a line. What is in one may be read by whoever may read files: no address, no
 * secret, no byte of memory (docs/decisions/0029). */
static const struct view {
	const char *path;
	bool folder;
	bool (*put)(const struct core *core, struct buf *out); /* false: it cannot be made */
} views[] = {
	{ "memory", true, NULL },
	{ "memory/main", false, usage_memory },
	{ "memory/processes", false, usage_processes },
	{ CONFIG_RUNNING, false, NULL }, /* made in steps: virtual.h */
};
#define VIEWS (sizeof views / sizeof *views)

static const struct view *find(const struct path *p)
{
	for (size_t i = 0; i < VIEWS; i++)
		if (strcmp(views[i].path, p->text) == 0)
			return &views[i];
	return NULL;
}

int view_stat(const struct path *p, struct volume_entry *out)
{
	const struct view *v = find(p);

	*out = (struct volume_entry){ .folder = v ? v->folder : true, .mtime = time(NULL) };
	return v || !p->text[0] ? 0 : E_NOTFOUND;
}

/* The name of a view that is in that folder, not below; else NULL. */
static const char *name_in(const struct view *v, const struct path *folder)
{
	size_t n = strlen(folder->text);
	const char *rest = v->path + n;

	if (strncmp(v->path, folder->text, n) != 0 || (n && *rest++ != '/'))
		return NULL;
	return strchr(rest, '/') ? NULL : rest;
}

int view_list(const struct path *folder, struct volume_list *out)
{
	struct volume_entry entry;
	int rc = view_stat(folder, &entry);

	*out = (struct volume_list){ NULL, 0 };
	if (rc || !entry.folder)
		return rc ? rc : E_INVAL;
	out->entries = calloc(VIEWS, sizeof *out->entries);
	for (size_t i = 0; out->entries && i < VIEWS; i++) {
		const char *name = name_in(&views[i], folder);

		if (!name)
			continue;
		entry.folder = views[i].folder;
		out->entries[out->n] = (struct volume_listed){ strdup(name), entry };
		if (!out->entries[out->n].name) {
			volume_list_release(out);
			return E_NOMEM;
		}
		out->n++;
	}
	return out->entries ? 0 : E_NOMEM;
}

int view_open(const struct core *core, const struct path *p)
{
	const struct view *v = find(p);
	struct buf text;
	int fd = E_IO;

	if (!v || !v->put)
		return v || !p->text[0] ? E_INVAL : E_NOTFOUND;
	buf_init(&text, VIEW_MAX);
	if (v->put(core, &text))
		fd = text.err ? text.err : virtual_sealed(buf_str(&text));
	buf_release(&text);
	return fd == -1 ? E_NOMEM : fd;
}
