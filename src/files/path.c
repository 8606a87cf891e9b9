/* SPDX-License-Identifier: Apache-2.0
 *
 * path.c: see path.h. Runs in core.
 */
#include "path.h"

#include "base/utf8.h"
#include "files.h"

#include <string.h>

#define C1_END 0xa0 /* control characters of Latin-1 end here */

static bool printable(struct str name)
{
	while (name.n) {
		uint32_t code;
		size_t n = utf8_next(name, &code);

		if (n == 0 || code < ' ' || (code >= 0x7f && code < C1_END) || code >= UTF8_NONE)
			return false;
		name.p += n;
		name.n -= n;
	}
	return true;
}

bool path_name_ok(struct str name)
{
	return name.n > 0 && name.n <= PATH_NAME_BYTES && !memchr(name.p, '/', name.n) && !str_is(name, ".") &&
	       !str_is(name, "..") && !files_is_temporary(name) && printable(name);
}

bool path_join(struct path *p, struct str name)
{
	size_t n = strlen(p->text), slash = n > 0;

	if (!path_name_ok(name) || n + slash + name.n >= sizeof p->text)
		return false;
	if (slash)
		p->text[n++] = '/';
	memcpy(p->text + n, name.p, name.n);
	p->text[n + name.n] = '\0';
	return true;
}

const char *path_base(const struct path *p)
{
	const char *slash = strrchr(p->text, '/');

	return slash ? slash + 1 : p->text;
}

void path_parent(const struct path *p, struct path *out)
{
	size_t n = (size_t)(path_base(p) - p->text);

	memmove(out->text, p->text, n);
	out->text[n > 0 ? n - 1 : 0] = '\0';
}

static struct str next_component(struct str *text)
{
	const uint8_t *slash = text->n ? memchr(text->p, '/', text->n) : NULL;
	struct str name = { text->p, slash ? (size_t)(slash - text->p) : text->n };
	size_t taken = name.n + (slash ? 1 : 0);

	text->p += taken;
	text->n -= taken;
	return name;
}

bool path_resolve(const struct path *from, struct str text, struct path *out)
{
	struct path p = *from;

	if (text.n && text.p[0] == '/')
		p.text[0] = '\0';
	while (text.n) {
		struct str name = next_component(&text);

		if (name.n == 0 || str_is(name, "."))
			continue;
		if (str_is(name, ".."))
			path_parent(&p, &p);
		else if (!path_join(&p, name))
			return false;
	}
	*out = p;
	return true;
}

bool path_within(const struct path *p, const struct path *folder)
{
	size_t n = strlen(folder->text);

	return n == 0 || (strncmp(p->text, folder->text, n) == 0 && (p->text[n] == '/' || p->text[n] == '\0'));
}

bool path_prefix(struct str text, struct str *prefix, struct str *rest)
{
	size_t n = 0;

	while (n < text.n && ((text.p[n] >= '0' && text.p[n] <= '9') || (text.p[n] >= 'a' && text.p[n] <= 'z') ||
			      (text.p[n] >= 'A' && text.p[n] <= 'Z') || text.p[n] == '-'))
		n++;
	if (n == 0 || n == text.n || text.p[n] != ':')
		return false;
	*prefix = (struct str){ text.p, n };
	*rest = (struct str){ text.p + n + 1, text.n - n - 1 };
	return true;
}
