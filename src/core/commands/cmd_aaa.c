/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_aaa.c: `show tacacs`, `test aaa group`, who is locked out. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/login/dialogue.h"
#include "core/login/lockout.h"
#include "core/login/methods.h"
#include "core/login/subject.h"
#include "core/session/cli.h"
#include "core/session/peer.h"

#include <stdio.h>
#include <string.h>

int cmd_show_tacacs(struct run *run)
{
	servers_show_tacacs(run->core, &run->out);
	return RUN_DONE;
}

int cmd_show_radius(struct run *run)
{
	servers_show_radius(run->core, &run->out);
	return RUN_DONE;
}

int cmd_show_aaa_servers(struct run *run)
{
	servers_show_aaa(run->core, &run->out);
	return RUN_DONE;
}

/* --- test aaa group --- */

static int test_begin(struct run *run)
{
	const char *group = cmd_arg(&run->match, "group"), *user = cmd_arg(&run->match, "user");
	const struct peer *p = peer_of(run->cli);
	struct dialogue *d = arena_alloc(&run->arena, sizeof *d);
	struct ipc_msg_QUERY m;
	char port[SUBJECT_PORT];

	if (!d || !p)
		return run_fail(run, "%% test needs a terminal");
	group = group ? group : cmd_has(&run->match, "radius") ? "radius" : "tacacs+";
	if (!servers_any(run->core, group))
		return run_fail(run, "%% No server is in group %s", group);
	if (!subject_name_valid(user) || !str_copy(str_of(user), d->user, sizeof d->user))
		return run_fail(run, "%% Not a name of a user");
	m = subject_query(p, cmd_has(&run->match, "legacy") ? AAA_KIND_LOGIN : AAA_KIND_PAP, user, port);
	d->typed = cmd_arg(&run->match, "password");
	if (cmd_has(&run->match, "new-code")) {
		m.secret = str_of(d->typed);
		if (m.secret.n > AAA_WORD_MAX)
			return run_fail(run, "%% Password too long");
		buf_puts(&run->out, "Sending password\n");
	} else {
		buf_printf(&run->out, "Attempting authentication test to server-group %s using %s\n", group,
			   servers_speak(run->core, group) == AAA_RADIUS ? "radius" : "tacacs+");
	}
	run->data = d;
	return dialogue_begin(run, 1, d, group, &m);
}

static void say(struct run *run, const struct dialogue *d)
{
	static const char *const words[][3] = {
		{ [ASK_PASS] = "User was successfully authenticated.",
		  [ASK_FAIL] = "User authentication request was rejected by server.",
		  [ASK_ERROR] = "No authoritative response from any server." },
		{ [ASK_PASS] = "User successfully authenticated",
		  [ASK_FAIL] = "User rejected",
		  [ASK_ERROR] = "No authoritative response from any server." },
	};

	if (d->text[0])
		buf_printf(&run->out, "%s\n", d->text);
	buf_printf(&run->out, "%s\n", words[cmd_has(&run->match, "new-code")][d->end]);
}

/* `legacy` is the dialogue of a login, `new-code` is PAP. */
int cmd_test_aaa(struct run *run)
{
	struct dialogue *d = run->data;
	int rc;

	if (run->step == 0)
		return test_begin(run);
	rc = dialogue_step(run, d);
	if (rc != RUN_DONE)
		return rc;
	say(run, d);
	return d->end == ASK_PASS ? RUN_DONE : RUN_FAILED;
}

/* --- who is locked out --- */

int cmd_show_lockout(struct run *run)
{
	lockout_show(run->core->lockout, &run->out);
	return RUN_DONE;
}

int cmd_clear_local_user(struct run *run)
{
	const char *user = cmd_arg(&run->match, "user");
	bool lockout = cmd_has(&run->match, "lockout");
	char who[CLI_WHO];

	if (user && !methods_user(run->core, user, true))
		return run_fail(run, "%% No such user: %s", user);
	snprintf(who, sizeof who, "%s on %s", run->cli->user[0] ? run->cli->user : "console", run->cli->origin);
	if ((lockout ? lockout_unlock : lockout_forget)(run->core->lockout, user, who) == 0)
		return run_fail(run, lockout ? "%% Nobody is locked out" : "%% No failed attempts are counted");
	return RUN_DONE;
}
