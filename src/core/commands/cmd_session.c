/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_session.c: commands about who types: privilege, modes, the terminal. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/dialogue.h"
#include "core/login/keychain.h"
#include "core/login/methods.h"
#include "core/login/secret_check.h"
#include "core/login/subject.h"
#include "core/session/cfglog.h"
#include "core/session/cli.h"
#include "core/session/peer.h"
#include "lines/lines.h"
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENABLE_TRIES    3
#define ENABLE_LIMIT_MS 5000
#define LEVEL_MAX       15

static unsigned long number(const struct run *run, const char *arg, unsigned long otherwise)
{
	const char *text = cmd_arg(&run->match, arg);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

/* --- enable --- */

struct enable {
	struct secret_check check;
	struct dialogue dialogue;
	struct method method;
	unsigned level, tries;
	bool secret; /* the level has a secret, not a password */
};
enum enable_step { EN_BEGIN, EN_TYPED, EN_VERIFIED, EN_SERVERS };

static int enable_ask(struct run *run)
{
	return run_ask(run, EN_TYPED, false, ASK_LINE, "Password: ");
}

/* Privilege is gained: with `logging userinfo` it is told. */
static int enable_done(struct run *run, unsigned level)
{
	run->cli->level = level;
	if (model_bool(run->core->model, "/ravelin-log:logging/userinfo"))
		syslog_event(run->core->log, "SYS", 5, "PRIV_AUTH_PASS", "Privilege level set to %u by %s on %s", level,
			     run->cli->user[0] ? run->cli->user : "console", run->cli->origin);
	return RUN_DONE;
}

/* Who has no name is asked about by the one IOS has for it. */
static int enable_ask_servers(struct run *run, struct enable *en)
{
	const struct peer *p = peer_of(run->cli);
	char port[SUBJECT_PORT], nobody[16];
	struct ipc_msg_QUERY m;

	snprintf(nobody, sizeof nobody, "$enab%u$", en->level);
	str_copy(str_of(run->cli->user[0] ? run->cli->user : nobody), en->dialogue.user, sizeof en->dialogue.user);
	m = subject_query(p, AAA_KIND_ENABLE, en->dialogue.user, port);
	m.level = (uint8_t)en->level;
	return dialogue_begin(run, EN_SERVERS, &en->dialogue, en->method.group, &m);
}

/* The next method of the list asks. */
static int enable_next(struct run *run, struct enable *en)
{
	methods_enable(run->core, peer_of(run->cli)->line, en->level, &en->method);
	switch (en->method.is) {
	case AAA_SERVERS:
		return enable_ask_servers(run, en);
	case AAA_DENY:
		return run_fail(run, methods_aaa(run->core) ? "%% Error in authentication.\n" : "%% No password set");
	case AAA_NONE:
		return doubt_check(run) == RUN_DONE ? enable_done(run, en->level) : RUN_FAILED;
	default:
		return enable_ask(run);
	}
}

static int enable_refuse(struct run *run, const struct enable *en);

/* A server that refused is asked anew, as often as another method would be. */
static int enable_servers(struct run *run, struct enable *en)
{
	int rc = dialogue_step(run, &en->dialogue);

	if (rc != RUN_DONE)
		return rc;
	if (en->dialogue.end == ASK_ERROR)
		return enable_next(run, en);
	if (en->dialogue.end == ASK_PASS)
		return enable_done(run, en->level);
	return en->tries++ < ENABLE_TRIES ? enable_ask_servers(run, en) : enable_refuse(run, en);
}

static int enable_begin(struct run *run)
{
	struct enable *en = arena_alloc(&run->arena, sizeof *en);
	const struct peer *p = peer_of(run->cli);

	if (!en || !p)
		return run_fail(run, "%% enable needs a terminal");
	run->data = en;
	*en = (struct enable){ .level = (unsigned)number(run, "level", LEVEL_MAX), .tries = 1 };
	if (en->level <= run->cli->level) {
		run->cli->level = en->level;
		return RUN_DONE;
	}
	return enable_next(run, en);
}

static int enable_verify(struct run *run, struct enable *en)
{
	const char *type = NULL, *stored;
	struct buf request;

	if (run->cancelled)
		return RUN_FAILED;
	if (en->method.is == AAA_LINE)
		stored = lines_password(run->core->lines, peer_of(run->cli)->line, &type);
	else
		stored = methods_enable_password(run->core, en->level, &type, &en->secret);
	buf_init(&request, 8192);
	secret_check_begin(&en->check, type, stored, buf_str(&run->answer), &request);
	return run_start_job(run, EN_VERIFIED, "verify", &request, ENABLE_LIMIT_MS);
}

static int enable_refuse(struct run *run, const struct enable *en)
{
	syslog_event(run->core->log, "SYS", 4, "ENABLE_FAILED", "enable to level %u refused for %s on %s", en->level,
		     run->cli->user[0] ? run->cli->user : "console", run->cli->origin);
	if (methods_aaa(run->core))
		return run_fail(run, "%% Access denied\n");
	return run_fail(run, "%% Bad %s\n", en->secret ? "secrets" : "passwords");
}

int cmd_enable(struct run *run)
{
	struct enable *en = run->data;

	if (run->step == EN_BEGIN)
		return enable_begin(run);
	if (run->step == EN_SERVERS)
		return enable_servers(run, en);
	if (run->step == EN_TYPED)
		return enable_verify(run, en);
	if (secret_check_end(&en->check, run->job_ok, buf_str(&run->job_result)))
		return enable_done(run, en->level);
	return en->tries++ < ENABLE_TRIES ? enable_ask(run) : enable_refuse(run, en);
}

int cmd_disable(struct run *run)
{
	unsigned level = (unsigned)number(run, "level", 1);

	if (level > run->cli->level)
		return run_fail(run, "%% New privilege level must be lower than the present one");
	run->cli->level = level;
	return RUN_DONE;
}

/* --- modes --- */

int cmd_configure(struct run *run)
{
	if (run->redirected)
		return run_fail(run, "%% Already in configuration mode");
	buf_puts(&run->out, "Enter configuration commands, one per line.  End with CNTL/Z.\n");
	cmd_place_config(run->core->cmds, &run->cli->place);
	run->cli->configured = false;
	run->cli->config_session = cfglog_session(run->core->cfglog);
	return RUN_DONE;
}

int cmd_exit(struct run *run)
{
	struct cli *sh = run->cli;

	if (!cmd_place_configuring(&sh->place)) {
		sh->leave = true;
		return RUN_DONE;
	}
	keychain_left(run->core, &run->cli->place, &run->out);
	if (!cmd_place_up(&sh->place) || !cmd_place_configuring(&sh->place))
		cli_end_configuration(sh);
	return RUN_DONE;
}

int cmd_logout(struct run *run)
{
	run->cli->leave = true;
	return RUN_DONE;
}

int cmd_end(struct run *run)
{
	keychain_left(run->core, &run->cli->place, &run->out);
	if (cmd_place_configuring(&run->cli->place))
		cli_end_configuration(run->cli);
	return RUN_DONE;
}
