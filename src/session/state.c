/* SPDX-License-Identifier: Apache-2.0
 *
 * state.c: what every file of the session process may do with it: end it, and send to core. Reasons for the end may be
 * words of a hostile peer.
 */
#include "session/state.h"

#include "base/err.h"

#include <poll.h>
#include <string.h>

#define ACTIVE_MS     1000
#define FLUSH_MS      2000
#define CORE_STALL_MS 10000

void session_stop(struct session *s, uint32_t reason, const char *text)
{
	if (s->stage == STAGE_FLUSH)
		return;
	s->end_reason = reason;
	memcpy(s->end_text, text, strnlen(text, sizeof s->end_text - 1));
	if (s->link.conn && !s->link.ended)
		ssh_disconnect(s->link.conn, reason, text);
	s->stage = STAGE_FLUSH;
	s->deadline = s->now + FLUSH_MS;
}

bool session_wait_core(struct session *s)
{
	struct pollfd p = { .fd = s->core.fd, .events = POLLOUT };

	return ppoll(&p, 1, &(struct timespec){ .tv_sec = CORE_STALL_MS / 1000 }, NULL) == 1;
}

void session_sent(struct session *s, int rc)
{
	if (rc == 0)
		return;
	if (rc == E_TOOBIG)
		session_stop(s, REASON_PROTOCOL, "larger than allowed");
	else
		s->core_gone = true;
}

void session_active(struct session *s)
{
	if (s->stage != STAGE_SHELL || s->now - s->shell.active_at < ACTIVE_MS)
		return;
	s->shell.active_at = s->now;
	SESSION_SEND(s, ACTIVE, .unused = 0);
}
