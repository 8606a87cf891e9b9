/* SPDX-License-Identifier: Apache-2.0
 *
 * prompts.c: see prompts.h. Runs in core; the texts are the administrator's.
 */
#include "core/login/prompts.h"

#include "core/core.h"
#include "core/login/methods.h"

#include <string.h>

static const char *configured(const struct core *core, const char *path)
{
	return methods_aaa(core) ? model_str(core->model, path) : NULL;
}

/* Quotes around it keep its blanks, and are not part of it. */
static const char *prompt(const struct core *core, const char *path, const char *otherwise, char out[PROMPTS_SIZE])
{
	struct str text = str_of(configured(core, path));

	if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
		text = (struct str){ text.p + 1, text.n - 2 };
	return text.n && str_copy(text, out, PROMPTS_SIZE) ? out : otherwise;
}

const char *prompts_username(const struct core *core, char out[PROMPTS_SIZE])
{
	return prompt(core, "/ravelin-aaa:aaa/prompts/username", "Username: ", out);
}

const char *prompts_password(const struct core *core, char out[PROMPTS_SIZE])
{
	return prompt(core, "/ravelin-aaa:aaa/prompts/password", "Password: ", out);
}

void prompts_banner(const struct core *core, struct buf *out)
{
	const char *text = configured(core, "/ravelin-aaa:aaa/prompts/banner");

	buf_printf(out, "\n%s\n\n", text ? text : "User Access Verification");
}

void prompts_failed(const struct core *core, struct buf *out)
{
	const char *text = configured(core, "/ravelin-aaa:aaa/prompts/fail-message");

	buf_printf(out, "%s\n\n", text ? text : "% Authentication failed");
}
