/* SPDX-License-Identifier: Apache-2.0
 *
 * grant.c: see grant.h. Runs in core; what it keeps is hostile.
 */
#include "core/login/grant.h"

#include "core/login/servers.h"

void grant_take(struct grant *g, const struct ask_result *r)
{
	grant_release(g);
	if (r->end != ASK_PASS || !r->grants)
		return;
	buf_init(&g->args, 0);
	buf_init(&g->echo, AAA_ECHO_MAX);
	buf_put(&g->args, r->args.raw.p, r->args.raw.n);
	buf_put(&g->echo, r->echo.p, r->echo.n);
	g->n_args = r->args.count;
	g->given = !g->args.err && !g->echo.err;
}

struct str_list grant_args(const struct grant *g)
{
	return str_list_of(&g->args, g->n_args);
}

void grant_release(struct grant *g)
{
	buf_release(&g->args);
	buf_release(&g->echo);
	*g = (struct grant){ .given = false };
}
