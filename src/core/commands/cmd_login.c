/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_login.c: how logins from the network are watched, and which sources pay for theirs. Runs in core; the table of
 * penalties is gate's.
 */
#include "core/commands/commands.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/gate/guard.h"
#include "core/gate/watch.h"
#include "core/session/cli.h"
#include "model/model.h"

#include <arpa/inet.h>
#include <string.h>

int cmd_show_login(struct run *run)
{
	watch_show(run->core->watch, &run->out);
	return RUN_DONE;
}

int cmd_show_login_failures(struct run *run)
{
	watch_show_failures(run->core->watch, &run->out);
	return RUN_DONE;
}

/* --- show ip ssh penalty --- */

static void put_source(const struct access_source *s, char out[INET6_ADDRSTRLEN + 4])
{
	uint8_t address[16] = { 0 };
	size_t n;

	memcpy(address, s->net, sizeof s->net);
	if (!inet_ntop(s->family, address, out, INET6_ADDRSTRLEN))
		out[0] = '\0';
	n = strlen(out);
	if (s->family == AF_INET6)
		memcpy(out + n, "/64", 4);
}

int cmd_show_penalty(struct run *run)
{
	const struct penalty_table *t = guard_penalties(run->core->guard);
	uint64_t now = clock_now_ms(),
		 threshold = model_uint(run->core->model, "/ravelin-ssh:ssh/penalty/threshold", 0);
	bool on = model_bool(run->core->model, "/ravelin-ssh:ssh/penalty/enabled");
	char source[INET6_ADDRSTRLEN + 4];

	buf_printf(&run->out,
		   "Penalties are %s\n"
		   "Connections refused: %llu by access-class, %llu by quiet mode, %llu by penalty, %llu by limit\n",
		   on ? "enabled" : "disabled", (unsigned long long)t->refused[REFUSED_LIST],
		   (unsigned long long)t->refused[REFUSED_QUIET], (unsigned long long)t->refused[REFUSED_PENALTY],
		   (unsigned long long)t->refused[REFUSED_LIMIT]);
	buf_puts(&run->out, "Source                  Owes (secs)  Refused\n");
	for (unsigned i = 0; i < PENALTY_SOURCES; i++) {
		uint64_t until = t->of[i].until_ms, owes = until > now ? (until - now + 999) / 1000 : 0;

		if (!owes || !t->of[i].source.family)
			continue;
		put_source(&t->of[i].source, source);
		buf_printf(&run->out, "%-23s %-12llu %s\n", source, (unsigned long long)owes,
			   on && owes >= threshold ? "yes" : "no");
	}
	return RUN_DONE;
}
