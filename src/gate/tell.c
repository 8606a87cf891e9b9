/* SPDX-License-Identifier: Apache-2.0
 *
 * tell.c: see state.h. What gate tells core. Runs in gate; addresses are a stranger's, and go as numbers or as what
 * inet_ntop makes of them.
 */
#include "gate/state.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <poll.h>
#include <time.h>

#define CORE_STALL_SEC 1
#define CORE_TAKES_MS  2

/* Core may be busy for some milliseconds; longer, and the message is lost rather than gate stuck. */
static bool core_reads(const struct gate *g)
{
	struct pollfd p = { .fd = g->core.fd, .events = POLLOUT };

	return ppoll(&p, 1, &(struct timespec){ .tv_sec = CORE_STALL_SEC }, NULL) == 1;
}

/* The kernel carries so many descriptors at a time and no more: core has to take some first. */
static void core_takes(void)
{
	ppoll(NULL, 0, &(struct timespec){ .tv_nsec = CORE_TAKES_MS * 1000000L }, NULL);
}

bool tell_connection(struct gate *g, pid_t pid, const int fds[2])
{
	int rc = IPC_SEND_FDS(&g->core, fds, 2, CONNECTION, .pid = (uint32_t)pid);

	for (unsigned n = 0; rc == E_LIMIT && n < CORE_STALL_SEC * 1000 / CORE_TAKES_MS; n++) {
		core_takes();
		rc = IPC_SEND_FDS(&g->core, fds, 2, CONNECTION, .pid = (uint32_t)pid);
	}
	if (rc == E_AGAIN && core_reads(g))
		rc = IPC_SEND_FDS(&g->core, fds, 2, CONNECTION, .pid = (uint32_t)pid);
	return rc == 0;
}

void tell_gone(struct gate *g, pid_t pid, int status)
{
	int rc = IPC_SEND(&g->core, GONE, .pid = (uint32_t)pid, .wait_status = (uint32_t)status);

	if (rc == E_AGAIN && core_reads(g))
		rc = IPC_SEND(&g->core, GONE, .pid = (uint32_t)pid, .wait_status = (uint32_t)status);
	if (rc == E_CLOSED)
		g->core_gone = true;
}

void tell_refused(struct gate *g, const struct access_packet *peer, const char *why)
{
	char address[INET6_ADDRSTRLEN] = "";
	struct buf text;

	if (!ipc_bucket_take(&g->refused, REFUSED_RATE, g->now)) {
		g->unreported++;
		return;
	}
	if (peer->version)
		inet_ntop(peer->version == 4 ? AF_INET : AF_INET6, peer->from, address, sizeof address);
	buf_init(&text, 256);
	buf_puts(&text, why);
	if (g->unreported)
		buf_printf(&text, " (and %u more)", g->unreported);
	if (IPC_SEND(&g->core, REFUSED, .peer = str_of(address), .why = buf_str(&text)) == 0)
		g->unreported = 0;
	buf_release(&text);
}

/* A rule with `log`; what is not told at once is counted with the next. */
void tell_matched(struct gate *g, const struct access_packet *p, uint32_t rule)
{
	struct str from = { p->from, p->version == 4 ? 4 : 16 };

	g->unmatched++;
	if (!ipc_bucket_take(&g->matched, MATCHED_RATE, g->now))
		return;
	if (IPC_SEND(&g->core, MATCHED, .serial = g->knock.serial, .rule = rule, .from = from, .port = p->from_port,
		     .packets = g->unmatched) == 0)
		g->unmatched = 0;
}
