/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_system.c: the machine below and the device as a whole: processes, memory, inventory, host table, and everything
 * at once for whoever has to help. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/config/config.h"
#include "core/config/hosts.h"
#include "core/core.h"
#include "core/session/cli.h"
#include "core/session/usage.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define NO_ANSWER "%% The host does not answer"

/* --- processes, memory, inventory --- */

int cmd_show_processes(struct run *run)
{
	return usage_processes(run->core, &run->out) ? RUN_DONE : run_fail(run, NO_ANSWER);
}

int cmd_show_memory(struct run *run)
{
	return usage_memory(run->core, &run->out) ? RUN_DONE : run_fail(run, NO_ANSWER);
}

int cmd_show_inventory(struct run *run)
{
	struct utsname un;

	if (uname(&un) < 0)
		return run_fail(run, NO_ANSWER);
	buf_printf(&run->out,
		   "NAME: \"Chassis\", DESCR: \"Ravelin on a %s host, %s\"\n"
		   "PID: RAVELIN-HOST      , VID: %s, SN: %s\n\n",
		   un.sysname, un.machine, RAVELIN_VERSION, un.nodename);
	return RUN_DONE;
}

/* --- ip host --- */

#define HOSTS_A_STEP 256
#define RESTARTS     3

struct hosts {
	const struct lyd_node *next;
	uint64_t version; /* of the model it points into */
	unsigned restarts;
	size_t mark; /* where it begins in the output */
};

static void hosts_begin(struct run *run, struct hosts *h)
{
	const struct model *m = run->core->model;
	const char *domain = model_str(m, "/ravelin-system:domain/name");

	buf_printf(&run->out,
		   "Default domain is %s\nName/address lookup uses static mappings\n\n"
		   "Codes: UN - unknown, EX - expired, OK - OK, ?? - revalidate\n"
		   "       temp - temporary, perm - permanent\n"
		   "       NA - Not Applicable None - Not defined\n\n"
		   "Host                      Port  Flags      Age Type   Address(es)\n",
		   domain ? domain : "not set");
	h->next = model_first(m, NULL, HOSTS);
	h->version = model_version(m);
}

static void put_host(struct run *run, const struct lyd_node *host)
{
	const struct lyd_node *a = model_first(run->core->model, host, "address");

	buf_printf(&run->out, "%-25s None  (perm, OK)  0   IP    %s\n", model_below(host, "name"),
		   a ? model_value(a) : "");
	while (a && (a = model_next(a)))
		buf_printf(&run->out, "%55s%s\n", "", model_value(a));
}

/* Maybe a hundred thousand: others get their turns. If the table changes meanwhile it is begun again, and at last made
 * in one step, or somebody who pastes would keep it from ever being shown. */
int cmd_show_hosts(struct run *run)
{
	struct hosts *h = run->data;

	if (!h) {
		h = run->data = arena_alloc(&run->arena, sizeof *h);
		if (!h)
			return run_fail(run, "%% Out of memory");
		*h = (struct hosts){ .mark = buf_len(&run->out) };
		hosts_begin(run, h);
	} else if (h->version != model_version(run->core->model)) {
		h->restarts++;
		buf_cut(&run->out, h->mark);
		hosts_begin(run, h);
	}
	for (unsigned i = 0; h->next && (i < HOSTS_A_STEP || h->restarts >= RESTARTS); i++) {
		put_host(run, h->next);
		h->next = model_next(h->next);
	}
	return h->next ? run_yield(run) : RUN_DONE;
}

/* --- show tech-support --- */

static const char *const sections[] = {
	"show version", "show clock detail", "show inventory", "show running-config", "show users",
	"show line",    "show ip ssh",       "show ssh",       "show processes cpu",  "show memory summary",
	"show reload",  "show hosts",        "show debugging", "show logging",
};

struct tech {
	size_t section;
	cmd_step_fn *show; /* of the section under way */
};

/* The section's line is parsed like any other, for who asks: what he may not see is left out. */
static bool begin_section(struct run *run, struct tech *t)
{
	const char *line = sections[t->section];
	struct cmd_place exec;
	struct cmd_error err;

	cmd_place_exec(run->core->cmds, &exec);
	config_build_free(run->build);
	run->build = NULL;
	run->data = NULL;
	run->step = 0;
	if (cmd_parse(run->core->cmds, &exec, run->cli->level, str_of(line), &run->arena, &run->match, &err) < 0)
		return false;
	buf_printf(&run->out, "\n------------------ %s ------------------\n\n", line);
	t->show = run->match.handler;
	return true;
}

/* One section a turn of the loop, and as many more as the section itself takes. */
int cmd_show_tech_support(struct run *run)
{
	struct tech *t = run->outer;
	int rc = RUN_DONE;

	if (!t) {
		t = run->outer = arena_alloc(&run->arena, sizeof *t);
		if (!t)
			return run_fail(run, "%% Out of memory");
		*t = (struct tech){ 0 };
		run->hide_secrets = true;
	}
	if (t->section == sizeof sections / sizeof *sections)
		return RUN_DONE;
	if (t->show || begin_section(run, t))
		rc = t->show(run);
	if (rc == RUN_WAIT)
		return rc;
	t->show = NULL;
	t->section++;
	return run_yield(run);
}
