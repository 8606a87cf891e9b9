/* SPDX-License-Identifier: Apache-2.0
 *
 * collector.c: see collector.h. Runs in core. The courier's messages are hostile: each must be due (a connection is
 * wanted once, then stands or is wanted again; only lines that were sent can arrive), and whoever breaks the rules is
 * killed, like one whose connection does not stand in time. Its end is that of its connection: the lines are here, and
 * the next one gets them.
 */
#include "core/log/collector.h"

#include "base/address.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/files/fs.h"
#include "core/gate/vrf.h"
#include "core/log/syslog.h"
#include "core/session/ending.h"
#include "core/spawn.h"
#include "ipc/ipc.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORDS_PER_TURN 16
#define DUE_MS           10000 /* a connection stands, or is given up */
#define FIRST_MS         500   /* until the next try; doubled each time */
#define LAST_MS          30000
#define GOOD_MS          30000 /* a connection that stood so long was a good one */
#define STALL_MS         20000 /* who takes nothing for so long is away */
#define LINE_COST        64    /* bytes a line costs besides its own */

struct waiting {
	TAILQ_ENTRY(waiting) link;
	uint64_t id; /* 0: not with the courier */
	size_t n;
	uint8_t text[];
};

enum state { IDLE /* no process */, CONNECTING, STANDS, WANTING /* until the timer */ };

struct collector {
	struct core *core;
	struct collector_spec spec;
	enum state state;
	pid_t pid;
	struct ipc_channel channel;
	struct event *readable, *timer;
	unsigned wait_ms;
	uint64_t stands_since_ms;
	bool greeted;         /* the courier's first word has come */
	bool started, failed; /* the log has said so */
	char why[COURIER_WHY], source[INET6_ADDRSTRLEN];
	TAILQ_HEAD(, waiting) queue; /* those with the courier first */
	size_t bytes;
	unsigned with_courier;
	uint64_t last_id;
	unsigned long carried, waits, dropped, told_dropped;
};

static void on_readable(evutil_socket_t fd, short what, void *arg);
static void start(struct collector *c);

/* --- life of the process --- */

static void arm(struct collector *c, unsigned ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(c->timer, &tv);
}

/* Whatever was under way is to be carried by the next. */
static void end_process(struct collector *c)
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
		c->wait_ms = FIRST_MS;
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

static void fail(struct collector *c, const char *why)
{
	enum state was = c->state;

	end_process(c);
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

/* The authorities of a profile, as their file is now. */
static int read_authorities(struct collector *c, struct buf *out, struct errbuf *e)
{
	const struct collector_spec *s = &c->spec;
	struct file_name name;
	struct stat st;
	uint8_t *room;
	ssize_t n = -1;
	int fd = -1;

	if (s->profile[0] && !s->file[0])
		return err_set(e, E_NOTFOUND, "tls-profile %s is not there or has no ca-file", s->profile);
	if (!s->file[0])
		return 0;
	if (fs_name(&(struct file_name){ .fs = FS_FLASH }, str_of(s->file), &name))
		fd = fs_open(c->core, &name, &st);
	if (fd < 0)
		return err_set(e, E_NOTFOUND, "%s cannot be read", s->file);
	room = buf_room(out, COURIER_ROOTS_MAX + 1);
	if (room)
		n = read(fd, room, COURIER_ROOTS_MAX + 1);
	close(fd);
	if (n <= 0 || n > COURIER_ROOTS_MAX)
		return err_set(e, E_TOOBIG, "%s is empty or larger than %d bytes", s->file, COURIER_ROOTS_MAX);
	buf_claim(out, (size_t)n);
	return 0;
}

static void connect_it(struct collector *c)
{
	struct errbuf e = { "" };
	struct buf authorities;
	int fd = -1, rc = 0;

	buf_init(&authorities, 0);
	if (c->spec.transport == LOG_TLS)
		rc = read_authorities(c, &authorities, &e);
	if (rc == 0)
		fd = open_connection(c, &e);
	if (fd >= 0) {
		c->state = CONNECTING;
		arm(c, DUE_MS);
		rc = IPC_SEND_FDS(&c->channel, &fd, 1, LOG_SOCKET, .authorities = buf_str(&authorities));
		close(fd);
		if (rc < 0)
			fail(c, err_text(rc));
	} else {
		again_later(c, e.text);
	}
	buf_release(&authorities);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct collector *c = arg;

	(void)fd;
	(void)what;
	if (c->state == IDLE)
		start(c);
	else if (c->state == WANTING)
		connect_it(c);
	else if (c->state == CONNECTING)
		fail(c, "no connection in time");
}

static void start(struct collector *c)
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
		c->pid = spawn_role(&c->core->jobs.spawn, "courier", c->spec.transport == LOG_TLS ? COURIER_TLS : NULL,
				    pair[1], &e);
	close(pair[1]);
	if (c->pid > 0) {
		c->greeted = false;
		c->state = CONNECTING; /* its first word is that it wants one */
		arm(c, DUE_MS);
		rc = IPC_SEND(&c->channel, LOG_HOST, .transport = (uint8_t)c->spec.transport, .octets = c->spec.octets,
			      .name = str_of(c->spec.name));
		if (rc < 0)
			fail(c, err_text(rc));
		return;
	}
	c->pid = 0;
	if (c->readable)
		event_free(c->readable);
	c->readable = NULL;
	ipc_channel_release(&c->channel);
	again_later(c, e.text);
}

/* --- the queue --- */

static void forget(struct collector *c, struct waiting *w)
{
	TAILQ_REMOVE(&c->queue, w, link);
	c->bytes -= w->n + LINE_COST;
	c->waits--;
	free(w);
}

/* The courier gets as many as it may have. */
static void hand_over(struct collector *c)
{
	struct waiting *w;
	int rc = 0;

	if (c->state != STANDS)
		return;
	TAILQ_FOREACH (w, &c->queue, link) {
		if (w->id)
			continue;
		if (c->with_courier >= COURIER_LINES)
			return;
		rc = IPC_SEND(&c->channel, LOG_LINE, .id = c->last_id + 1, .text = { w->text, w->n });
		if (rc == E_AGAIN) /* its answers make room */
			return;
		if (rc < 0)
			break;
		w->id = ++c->last_id;
		c->with_courier++;
	}
	if (rc < 0)
		fail(c, err_text(rc));
}

static struct waiting *oldest_here(const struct collector *c)
{
	struct waiting *w;

	TAILQ_FOREACH (w, &c->queue, link) {
		if (!w->id)
			return w;
	}
	return NULL;
}

void collector_put(struct collector *c, struct str line)
{
	struct waiting *w = malloc(sizeof *w + line.n), *old;

	if (!w) {
		c->dropped++;
		return;
	}
	*w = (struct waiting){ .n = line.n };
	memcpy(w->text, line.p, line.n);
	while (c->bytes + line.n + LINE_COST > COLLECTOR_QUEUE && (old = oldest_here(c))) {
		forget(c, old);
		c->dropped++;
	}
	TAILQ_INSERT_TAIL(&c->queue, w, link);
	c->bytes += w->n + LINE_COST;
	c->waits++;
	if (c->with_courier < COURIER_LINES)
		hand_over(c);
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
	hand_over(c);
	return NULL;
}

static const char *on_carried(struct collector *c, struct str body)
{
	struct ipc_msg_LOG_CARRIED m;
	struct waiting *w;

	if (!ipc_get_LOG_CARRIED(body, &m) || m.id > c->last_id || c->with_courier == 0)
		return "malformed LOG_CARRIED";
	while ((w = TAILQ_FIRST(&c->queue)) && w->id && w->id <= m.id) {
		forget(c, w);
		c->with_courier--;
		c->carried++;
	}
	hand_over(c);
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
		fail(c, wrong);
}

/* --- for others --- */

struct collector *collector_new(struct core *core, const struct collector_spec *spec)
{
	struct collector *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->core = core;
	c->spec = *spec;
	c->wait_ms = FIRST_MS;
	TAILQ_INIT(&c->queue);
	c->timer = evtimer_new(core->base, on_timer, c);
	if (c->timer)
		return c;
	free(c);
	return NULL;
}

void collector_free(struct collector *c)
{
	struct waiting *w;

	end_process(c);
	event_free(c->timer);
	while ((w = TAILQ_FIRST(&c->queue)))
		forget(c, w);
	free(c);
}

const struct collector_spec *collector_spec(const struct collector *c)
{
	return &c->spec;
}

void collector_start(struct collector *c)
{
	if (c->started)
		return;
	c->started = true;
	syslog_event(c->core->log, "SYS", 6, "LOGGINGHOST_STARTSTOP",
		     "Logging to host %s port %u started - CLI initiated", c->spec.name, c->spec.port);
	start(c);
}

void collector_change(struct collector *c, const struct collector_spec *spec)
{
	if (memcmp(&c->spec, spec, sizeof *spec) == 0)
		return;
	c->spec = *spec;
	c->wait_ms = FIRST_MS;
	c->failed = false;
	end_process(c);
	if (c->started)
		start(c);
}

const char *collector_source(const struct collector *c)
{
	return c->source;
}

pid_t collector_pid(const struct collector *c)
{
	return c->pid > 0 ? c->pid : -1;
}

void collector_show(const struct collector *c, struct buf *out)
{
	static const char *const transports[] = { "udp", "tcp", "tls" };
	const struct collector_spec *s = &c->spec;

	buf_printf(out, "        Logging to %s%s%s (%s port %u, audit disabled, link %s),\n", s->name,
		   s->vrf[0] ? " vrf " : "", s->vrf, transports[s->transport], s->port,
		   c->state == STANDS ? "up" : "down");
	if (c->state != STANDS && c->why[0])
		buf_printf(out, "              %s,\n", c->why);
	buf_printf(out,
		   "              %lu message lines logged,\n"
		   "              %lu message lines waiting,\n"
		   "              %lu message lines dropped\n",
		   c->carried, c->waits, c->dropped);
}
