/* SPDX-License-Identifier: Apache-2.0
 *
 * collector_link.c: the process and the connection of one syslog server (collector_private.h). Runs in core. The
 * courier's messages are hostile: each must be due (a connection is wanted once, then stands or is wanted again; only
 * lines that were sent can arrive), and whoever breaks the rules is killed, like one whose connection does not stand in
 * time. Its end is that of its connection: the lines are here, and the next one gets them.
 */
#include "core/log/collector_private.h"

#include "base/address.h"
#include "core/clock.h"
#include "core/config/authorities.h"
#include "core/config/credentials.h"
#include "core/core.h"
#include "core/gate/vrf.h"
#include "core/log/syslog.h"
#include "core/session/ending.h"
#include "core/spawn.h"
#include "tls/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RECORDS_PER_TURN 16
#define DUE_MS           10000 /* a connection stands, or is given up */
#define LAST_MS          30000
#define GOOD_MS          30000 /* a connection that stood so long was a good one */
#define STALL_MS         20000 /* who takes nothing for so long is away */

static void on_readable(evutil_socket_t fd, short what, void *arg);

/* --- life of the process --- */

static void arm(struct collector *c, unsigned ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(c->timer, &tv);
}

/* Whatever was under way is to be carried by the next. */
void collector_link_end(struct collector *c)
{
	struct waiting *w;

	if (c->pid <= 0)
		return;
	ending_begin(c->core->base, c->pid, true);
	c->pid = 0;
	event_free(c->readable);
	c->readable = NULL;
	ipc_channel_release(&c->channel);
	TAILQ_FOREACH (w, &c->queue, link)
		w->id = 0;
	c->with_courier = 0;
	c->state = IDLE;
}

/* The next try comes later each time, until a connection has stood for a while. */
static void again_later(struct collector *c, const char *why)
{
	if (c->state == STANDS && clock_now_ms() - c->stands_since_ms > GOOD_MS)
		c->wait_ms = COLLECTOR_FIRST_MS;
	snprintf(c->why, sizeof c->why, "%s", why);
	c->state = c->pid > 0 ? WANTING : IDLE;
	arm(c, c->wait_ms);
	c->wait_ms = c->wait_ms * 2 > LAST_MS ? LAST_MS : c->wait_ms * 2;
	if (c->failed)
		return;
	c->failed = true;
	syslog_event(c->core->log, "SYS", 3, "LOGGINGHOST_FAIL", "Logging to host %s port %u failed: %s", c->spec.name,
		     c->spec.port, why);
}

void collector_link_fail(struct collector *c, const char *why)
{
	enum collector_state was = c->state;

	collector_link_end(c);
	c->state = was;
	again_later(c, why);
}

/* --- connections --- */

static bool bind_source(const struct collector_spec *s, int fd, struct errbuf *e)
{
	union address from;

	if (!s->from[0])
		return true;
	if (!s->source[0] || !address_parse(s->source, 0, &from))
		err_set(e, E_NOTFOUND, "%s has no address", s->from);
	else if (bind(fd, &from.any, address_size(&from)) < 0)
		err_set(e, E_IO, "from %s of %s: %s", s->source, s->from, strerror(errno));
	else
		return true;
	return false;
}

/* The kernel gives up on who does not answer, and on who takes nothing. */
static void watch_stream(int fd)
{
	const int on = 1, idle_s = 60, between_s = 10, probes = 3, stall_ms = STALL_MS;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between_s, sizeof between_s);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall_ms, sizeof stall_ms);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void note_source(struct collector *c, int fd)
{
	union address own;
	socklen_t n = sizeof own;

	if (getsockname(fd, &own.any, &n) < 0)
		return;
	if (own.any.sa_family == AF_INET)
		inet_ntop(AF_INET, &own.four.sin_addr, c->source, sizeof c->source);
	else
		inet_ntop(AF_INET6, &own.six.sin6_addr, c->source, sizeof c->source);
}

/* A connection that is being made; negative: there is none, and why. */
static int open_connection(struct collector *c, struct errbuf *e)
{
	const struct collector_spec *s = &c->spec;
	int type = (s->transport == LOG_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, fd;
	union address to;

	if (!s->address[0] || !address_parse(s->address, (uint16_t)s->port, &to))
		return err_set(e, E_NOTFOUND, "no address is known for it");
	if (s->vrf[0]) {
		fd = vrf_socket(c->core, s->vrf, to.any.sa_family, type);
		errno = fd < 0 ? -fd : 0;
		if (fd == -ENOENT)
			return err_set(e, E_NOTFOUND, "no network namespace was lent for vrf %s", s->vrf);
	} else {
		fd = socket(to.any.sa_family, type, 0);
	}
	if (fd < 0)
		return err_set(e, E_IO, "%s", strerror(errno));
	if (s->transport != LOG_UDP)
		watch_stream(fd);
	if (bind_source(s, fd, e)) {
		if (connect(fd, &to.any, address_size(&to)) == 0 || errno == EINPROGRESS) {
			note_source(c, fd);
			return fd;
		}
		err_set(e, E_IO, "%s", strerror(errno));
	}
	close(fd);
	return E_IO;
}

/* What this device shows of itself goes to the courier with each connection. */
static int hand_over_credentials(struct collector *c, struct errbuf *e)
{
	const struct identity *id = credentials_of(c->core, c->spec.client, e);
	int rc =
	    id ? IPC_SEND(&c->channel, LOG_SHOW, .chain = buf_str(&id->chain), .key = buf_str(&id->key)) : E_NOTFOUND;

	return id && rc < 0 ? err_set(e, rc, "%s", err_text(rc)) : rc;
}

static void connect_it(struct collector *c)
{
	struct errbuf e = { "" };
	struct buf authorities;
	int fd = -1, rc = 0;

	buf_init(&authorities, 0);
	if (c->spec.transport == LOG_TLS && c->spec.profile[0])
		rc = authorities_read(c->core, c->spec.profile, c->spec.file, &authorities, &e);
	if (rc == 0 && c->spec.transport == LOG_TLS && c->spec.client[0])
		rc = hand_over_credentials(c, &e);
	if (rc == 0)
		fd = open_connection(c, &e);
	if (fd >= 0) {
		c->state = CONNECTING;
		arm(c, DUE_MS);
		rc = IPC_SEND_FDS(&c->channel, &fd, 1, LOG_SOCKET, .authorities = buf_str(&authorities));
		close(fd);
		if (rc < 0)
			collector_link_fail(c, err_text(rc));
	} else {
		again_later(c, e.text);
	}
	buf_release(&authorities);
}

void collector_link_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct collector *c = arg;

	(void)fd;
	(void)what;
	if (c->state == IDLE)
		collector_link_start(c);
	else if (c->state == WANTING)
		connect_it(c);
	else if (c->state == CONNECTING)
		collector_link_fail(c, "no connection in time");
}

void collector_link_start(struct collector *c)
{
	struct errbuf e = { "" };
	int pair[2], rc;

	if (ipc_pair(pair) < 0) {
		again_later(c, strerror(errno));
		return;
	}
	rc = ipc_channel_init(&c->channel, pair[0], FROM_COURIER, false);
	c->readable = event_new(c->core->base, pair[0], EV_READ | EV_PERSIST, on_readable, c);
	if (rc == 0 && c->readable && event_add(c->readable, NULL) == 0)
		c->pid = spawn_role(&c->core->jobs.spawn, "courier", c->spec.transport == LOG_TLS ? TLS_OPTION : NULL,
				    pair[1], &e);
	close(pair[1]);
	if (c->pid > 0) {
		c->greeted = false;
		c->state = CONNECTING; /* its first word is that it wants one */
		arm(c, DUE_MS);
		rc = IPC_SEND(&c->channel, LOG_HOST, .transport = (uint8_t)c->spec.transport, .octets = c->spec.octets,
			      .name = str_of(c->spec.name));
		if (rc < 0)
			collector_link_fail(c, err_text(rc));
		return;
	}
	c->pid = 0;
	if (c->readable)
		event_free(c->readable);
	c->readable = NULL;
	ipc_channel_release(&c->channel);
	again_later(c, e.text);
}

/* --- from the process --- */

static const char *on_want(struct collector *c, struct str body)
{
	struct ipc_msg_LOG_WANT m;
	char why[COURIER_WHY];

	if (!ipc_get_LOG_WANT(body, &m) || c->state == WANTING || c->greeted != (m.why.n > 0))
		return "malformed LOG_WANT";
	str_copy_printable(m.why, why, sizeof why);
	if (c->greeted)
		again_later(c, why);
	else
		connect_it(c);
	c->greeted = true;
	return NULL;
}

static const char *on_up(struct collector *c, struct str body)
{
	struct ipc_msg_LOG_UP m;

	if (!ipc_get_LOG_UP(body, &m) || c->state != CONNECTING || !c->greeted)
		return "malformed LOG_UP";
	event_del(c->timer);
	c->state = STANDS;
	c->stands_since_ms = clock_now_ms();
	c->why[0] = '\0';
	if (c->failed)
		syslog_event(c->core->log, "SYS", 6, "LOGGINGHOST_STARTSTOP",
			     "Logging to host %s port %u started - reconnection", c->spec.name, c->spec.port);
	c->failed = false;
	if (c->dropped > c->told_dropped)
		syslog_event(c->core->log, "SYS", 3, "LOGGER_DROPPED",
			     "System dropped %lu messages for logging host %s port %u", c->dropped - c->told_dropped,
			     c->spec.name, c->spec.port);
	c->told_dropped = c->dropped;
	collector_hand_over(c);
	return NULL;
}

static const char *on_carried(struct collector *c, struct str body)
{
	struct ipc_msg_LOG_CARRIED m;
	struct waiting *w;

	if (!ipc_get_LOG_CARRIED(body, &m) || m.id > c->last_id || c->with_courier == 0)
		return "malformed LOG_CARRIED";
	while ((w = TAILQ_FIRST(&c->queue)) && w->id && w->id <= m.id) {
		collector_forget(c, w);
		c->with_courier--;
		c->carried++;
	}
	collector_hand_over(c);
	return NULL;
}

static const char *handle(struct collector *c, const struct ipc_record *r)
{
	switch (r->type) {
	case IPC_LOG_WANT:
		return on_want(c, r->body);
	case IPC_LOG_UP:
		return on_up(c, r->body);
	case IPC_LOG_CARRIED:
		return on_carried(c, r->body);
	default:
		return "unknown message";
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct collector *c = arg;
	const char *wrong = NULL;
	struct ipc_record r;
	int rc = 0;

	(void)fd;
	(void)what;
	for (int n = 0; n < RECORDS_PER_TURN && c->pid > 0 && !wrong; n++) {
		rc = ipc_recv(&c->channel, PH_ANY, clock_now_ms(), &r);
		if (rc < 0)
			break;
		wrong = handle(c, &r);
		ipc_record_release(&r);
	}
	if (c->pid > 0 && rc < 0 && rc != E_AGAIN)
		wrong = rc == E_CLOSED ? "its process ended" : err_text(rc);
	if (c->pid > 0 && wrong)
		collector_link_fail(c, wrong);
}
