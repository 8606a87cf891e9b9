/* SPDX-License-Identifier: Apache-2.0
 *
 * config.c: see config.h. Runs in core; a configuration file may hold anything.
 */
#include "config.h"

#include "cmd/cmd.h"
#include "core/clock.h"
#include "core/core.h"
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESTARTS 3 /* then it is made in one step, or somebody who pastes would keep it from ever being made */

struct config_build {
	const struct core *core;
	struct cmd_view view;
	struct buf text;
	struct cmd_render *render; /* NULL when the text is whole */
	uint64_t version;          /* of the model it is made of */
	unsigned restarts;
};

static void begin(struct config_build *b)
{
	const struct core *core = b->core;

	buf_clear(&b->text);
	buf_puts(&b->text, "!\n");
	if (core->last_change[0])
		buf_printf(&b->text, CONFIG_LAST_CHANGE "%s\n!\n", core->last_change);
	buf_printf(&b->text, "version %s\n", RAVELIN_VERSION);
	cmd_render_free(b->render);
	b->render = cmd_render_new(core->cmds, b->view, &b->text);
	b->version = model_version(core->model);
	if (!b->render)
		b->text.err = E_NOMEM;
}

struct config_build *config_build_new(const struct core *core, struct cmd_view view)
{
	struct config_build *b = calloc(1, sizeof *b);

	if (!b)
		return NULL;
	b->core = core;
	b->view = view;
	buf_init(&b->text, CONFIG_MAX_BYTES);
	begin(b);
	return b;
}

bool config_build_step(struct config_build *b)
{
	uint64_t until;

	if (b->render && b->version != model_version(b->core->model)) {
		b->restarts++;
		begin(b);
	}
	until = clock_now_ms() + CONFIG_STEP_MS;
	while (b->render && (b->restarts >= RESTARTS || clock_now_ms() < until)) {
		if (!cmd_render_step(b->render))
			continue;
		cmd_render_free(b->render);
		b->render = NULL;
		buf_puts(&b->text, "!\nend\n");
	}
	return !b->render;
}

const struct buf *config_build_text(const struct config_build *b)
{
	return &b->text;
}

void config_build_free(struct config_build *b)
{
	if (!b)
		return;
	cmd_render_free(b->render);
	buf_release(&b->text);
	free(b);
}

void config_touched(struct core *core, const char *user)
{
	char when[CLOCK_TEXT];

	clock_text(&core->clock, time(NULL), when, sizeof when);
	snprintf(core->last_change, sizeof core->last_change, "%s%s%s", when, user[0] ? " by " : "", user);
	core->modified = true;
}
