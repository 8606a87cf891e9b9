/* SPDX-License-Identifier: Apache-2.0
 *
 * banner.c: see banner.h. Runs in core; the text is the administrator's. What is no token is shown as it stands.
 */
#include "banner.h"

#include "core/core.h"
#include "lines/lines.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>

static void put_token(const struct core *core, const char *token, const struct line *line, struct buf *out)
{
	const char *domain = model_str(core->model, "/ravelin-system:domain/name");
	const char *location = line ? lines_value(core->lines, line, "location") : NULL;

	if (strcmp(token, "hostname") == 0)
		buf_puts(out, core_hostname(core));
	else if (strcmp(token, "domain") == 0)
		buf_puts(out, domain ? domain : "");
	else if (strcmp(token, "line") == 0 && line)
		buf_printf(out, "%u", line->tty);
	else if (strcmp(token, "line-desc") == 0)
		buf_puts(out, location ? location : "");
}

/* The bytes of the token at `s`, brackets included; 0: it is none. */
static size_t token_at(const char *s, char name[16])
{
	static const char *const names[] = { "hostname", "domain", "line", "line-desc" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i]);

		if (strncmp(s, "$(", 2) == 0 && strncmp(s + 2, names[i], n) == 0 && s[2 + n] == ')') {
			memcpy(name, names[i], n + 1);
			return n + 3;
		}
	}
	return 0;
}

/* `no exec-banner` takes away both. */
static bool line_shows(const struct core *core, const struct line *line, const char *which)
{
	return lines_flag(core->lines, line, "exec-banner") &&
	       (strcmp(which, "motd") != 0 || lines_flag(core->lines, line, "motd-banner"));
}

void banner_put(const struct core *core, const char *which, const struct line *line, struct buf *out)
{
	char path[64], token[16];
	size_t start = buf_len(out);
	const char *text;

	snprintf(path, sizeof path, "/ravelin-system:banner/%s", which);
	text = model_str(core->model, path);
	if (!text || (line && !line_shows(core, line, which)))
		return;
	while (*text && buf_len(out) - start < BANNER_SHOWN_MAX) {
		size_t n = token_at(text, token), plain;

		if (n)
			put_token(core, token, line, out);
		text += n;
		plain = n ? 0 : 1 + strcspn(text + 1, "$");
		buf_put(out, text, plain);
		text += plain;
	}
	buf_puts(out, "\n");
}
