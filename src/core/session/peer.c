/* SPDX-License-Identifier: Apache-2.0
 *
 * peer.c: see peer.h. Runs in core.
 */
#include "peer.h"

#include "core/core.h"
#include "core/log/syslog.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define QUEUE_FDS         8 /* a session that asks on gets its answers before it asks again */
#define LAG_MAX           ((size_t)256 << 10)
#define MONITOR_QUEUE_MAX ((size_t)64 << 10)

void peer_started(struct peer *p)
{
	p->core->starting -= p->starting;
	p->starting = false;
}

void peer_set_phase(struct peer *p, enum ipc_phase phase)
{
	p->phase = phase;
	if (phase == PH_LINE)
		peer_started(p);
}

bool peer_is_console(const struct peer *p)
{
	return p->kind == KIND_CONSOLE;
}

const char *peer_mac(const char *mac)
{
	return mac[0] ? mac : "implicit";
}

bool peer_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	}
	return true;
}

void peer_drop(struct peer *p)
{
	p->doomed = true;
	shutdown(p->channel.fd, SHUT_RDWR); /* the read event frees it, once no handler stands on it */
}

void peer_violation(struct peer *p, const char *what)
{
	if (p->doomed)
		return;
	p->doomed = true; /* before the log, which is shown to sessions */
	syslog_event(p->core->log, "SSH", 4, "SESSION_ENDED", "connection %u from %s ended: %s", p->number,
		     p->address[0] ? p->address : "console", what);
	peer_drop(p);
}

/* --- sending --- */

void peer_flush(struct peer *p)
{
	struct buf record;

	buf_init(&record, IPC_MAX_RECORD);
	while (buf_len(&p->queue) && !p->doomed) {
		struct cur c = cur_of(buf_str(&p->queue));
		struct str s = cur_str(&c);
		int fd = (int)cur_u32(&c);
		int rc;

		buf_clear(&record);
		buf_put(&record, s.p, s.n);
		rc = ipc_send(&p->channel, &record, &fd, fd >= 0);
		if (rc == E_AGAIN) {
			event_add(p->writable, NULL);
			break;
		}
		if (rc == E_CLOSED) { /* the session has ended: reading says so, after its last words */
			peer_drop_queue(p);
			break;
		}
		if (rc < 0) {
			peer_violation(p, "channel failed");
			break;
		}
		buf_consume(&p->queue, 4 + s.n + 4);
		if (fd >= 0) {
			p->queued_fds--;
			close(fd);
		}
	}
	buf_release(&record);
}

void peer_send_fd(struct peer *p, struct buf *record, int fd)
{
	bool idle = buf_len(&p->queue) == 0;

	if (!p->doomed) {
		buf_put_str(&p->queue, buf_str(record));
		buf_put_u32(&p->queue, (uint32_t)fd);
		p->queued_fds += fd >= 0;
		if (p->queued_fds > QUEUE_FDS)
			peer_violation(p, "does not take its output");
		else if (record->err || p->queue.err)
			peer_violation(p, record->err ? "message too large to send" : "does not read its channel");
	}
	if (p->doomed) {
		if (fd >= 0)
			close(fd);
		return;
	}
	if (idle)
		peer_flush(p);
}

bool peer_lags(const struct peer *p)
{
	return buf_len(&p->queue) > LAG_MAX;
}

void peer_send(struct peer *p, struct buf *record)
{
	peer_send_fd(p, record, -1);
}

void peer_drop_queue(struct peer *p)
{
	struct cur c = cur_of(buf_str(&p->queue));

	while (c.n && !c.bad) {
		int fd;

		cur_str(&c);
		fd = (int)cur_u32(&c);
		if (fd >= 0 && !c.bad)
			close(fd);
	}
	buf_release(&p->queue);
	p->queued_fds = 0;
}

bool peer_monitor(struct peer *p, const char *line)
{
	if (p->phase != PH_LINE || p->exec || buf_len(&p->queue) > MONITOR_QUEUE_MAX)
		return false;
	PEER_SEND(p, MONITOR, .text = str_of(line));
	return true;
}

void peer_settings(struct peer *p)
{
	PEER_SEND(p, SETTINGS, .length = p->length, .width = p->width, .history = p->history_off ? 0 : p->history,
		  .basic = p->basic);
}

void peer_set_deadline(struct peer *p, uint64_t ms)
{
	struct timeval tv = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000) * 1000 };

	if (ms)
		event_add(p->deadline, &tv);
	else
		event_del(p->deadline);
}

void peer_close(struct peer *p, unsigned status, const char *text)
{
	if (p->closing)
		return;
	p->closing = true;
	PEER_SEND(p, CLOSE, .status = status, .text = str_of(text));
	peer_set_deadline(p, PEER_CLOSE_GRACE_MS);
}
