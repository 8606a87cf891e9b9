/* SPDX-License-Identifier: Apache-2.0
 *
 * shutdown.c: see shutdown.h. Runs in core.
 */
#include "shutdown.h"

#include "core/config/bootvars.h"
#include "core/core.h"
#include "core/login/account.h"
#include "core/session/peer.h"

#include <event2/event.h>

#define GOODBYE_MS 300 /* for the sessions to print their last words */

static void on_goodbye(evutil_socket_t fd, short what, void *arg)
{
	struct core *core = arg;

	(void)fd;
	(void)what;
	event_base_loopbreak(core->base);
}

void shutdown_begin(struct core *core, bool reload, const char *text, const char *reason)
{
	struct timeval tv = { 0, GOODBYE_MS * 1000 };
	struct peer *p;

	if (reload)
		bootvars_find(core);
	core->ending = true;
	core->reload = reload;
	account_ends(core, reason);
	TAILQ_FOREACH (p, &core->peers, link)
		peer_close(p, 0, text);
	if (event_base_once(core->base, -1, EV_TIMEOUT, on_goodbye, core, &tv) < 0)
		event_base_loopbreak(core->base);
}
