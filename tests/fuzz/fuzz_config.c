/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_config.c: any bytes as a startup-config: the loader ends, reports and leaves a configuration that loads again
 * without a report. No helper can start here; lines that need one are reported.
 */
#include "core/commands/commands.h"
#include "core/config/config.h"
#include "core/config/loader.h"
#include "core/core.h"
#include "core/ssh/sshd.h"
#include "core/log/syslog.h"
#include "keys/keys.h"
#include "lines/lines.h"
#include "model/model.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>

static void report(void *arg, const char *message)
{
	int *left = arg;

	if (!message)
		*left = 0;
	else if (*left == 2) /* the second pass reads what we printed ourselves */
		abort();
}

static void load(struct core *core, struct str text, int pass)
{
	int left = pass;

	if (loader_merge(core, "fuzz", text, report, &left) < 0)
		return;
	while (left)
		event_base_loop(core->base, EVLOOP_ONCE);
}

static void start(struct core *core)
{
	static const struct cmd_handler handlers[] = {
#define COMMAND_ROW(name, fn) { name, fn },
		COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
	};

	char folder[] = "/tmp/fuzz-keys-XXXXXX";
	struct errbuf damaged = { "" };

	TAILQ_INIT(&core->peers);
	core->jobs = (struct job_host){ .base = core->base, .spawn = { .image_fd = -1, .device_dir = "/" } };
	core->log = syslog_new(-1, &core->clock);
	core->keys_fd = open(mkdtemp(folder), O_RDONLY | O_DIRECTORY);
	if (model_new(&core->model, NULL) < 0 || cmd_set_new(&core->cmds, "ios", core->model, NULL) < 0 ||
	    cmd_set_bind(core->cmds, handlers, sizeof handlers / sizeof handlers[0], NULL) < 0)
		abort();
	core->lines = lines_new(core->model);
	core->sshd = sshd_new(core);
	if (keys_open(core->keys_fd, &core->keys, &damaged) < 0 || !core->lines || !core->sshd)
		abort();
}

/* Back to an empty configuration; a new model for every input would cost more than the input. */
static void clear(struct core *core)
{
	struct txn *t = model_begin(core->model);
	const struct lyd_node *node;

	while (t && (node = model_running(core->model)) && txn_delete_node(t, (struct lyd_node *)node, NULL) == 0)
		continue;
	if (!t || txn_commit(t, NULL) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct core core;
	struct config_build *b;

	if (!core.base) {
		core.base = event_base_new();
		start(&core);
	}
	load(&core, (struct str){ data, size }, 1);
	b = config_build_new(&core, CMD_VIEW_WHOLE);
	while (b && !config_build_step(b))
		continue;
	clear(&core);
	if (b)
		load(&core, buf_str(config_build_text(b)), 2);
	config_build_free(b);
	clear(&core);
	return 0;
}
