/* SPDX-License-Identifier: Apache-2.0
 *
 * core_bed.h: as much of core as loads a configuration, for targets that give it any. No helper can start here; lines
 * that need one are reported.
 */
#ifndef FUZZ_CORE_BED_H
#define FUZZ_CORE_BED_H

#include "core/commands/commands.h"
#include "core/core.h"
#include "core/ssh/sshd.h"
#include "core/log/syslog.h"
#include "keys/identity.h"
#include "keys/keys.h"
#include "lines/lines.h"
#include "model/model.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>

static inline void bed_start(struct core *core)
{
	static const struct cmd_handler handlers[] = {
#define COMMAND_ROW(name, fn) { name, fn },
		COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
	};

	char folder[] = "/tmp/fuzz-keys-XXXXXX";
	struct errbuf damaged = { "" };

	core->base = event_base_new();
	TAILQ_INIT(&core->peers);
	core->jobs = (struct job_host){ .base = core->base, .spawn = { .image_fd = -1, .device_dir = "/" } };
	core->log = syslog_new(-1, &core->clock);
	core->keys_fd = open(mkdtemp(folder), O_RDONLY | O_DIRECTORY);
	if (model_new(&core->model, NULL) < 0 || cmd_set_new(&core->cmds, "ios", core->model, NULL) < 0 ||
	    cmd_set_bind(core->cmds, handlers, sizeof handlers / sizeof handlers[0], NULL) < 0)
		abort();
	core->lines = lines_new(core->model);
	core->sshd = sshd_new(core);
	if (keys_open(core->keys_fd, &core->keys, &damaged) < 0 ||
	    identity_open(core->keys_fd, &core->identities, &damaged) < 0 || !core->lines || !core->sshd)
		abort();
}

/* Back to an empty configuration; a new model for every input would cost more than the input. */
static inline void bed_clear(struct core *core)
{
	struct txn *t = model_begin(core->model);
	const struct lyd_node *node;

	while (t && (node = model_running(core->model)) && txn_delete_node(t, (struct lyd_node *)node, NULL) == 0)
		continue;
	if (!t || txn_commit(t, NULL) < 0)
		abort();
}

#endif
