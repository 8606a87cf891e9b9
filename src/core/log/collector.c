/* SPDX-License-Identifier: Apache-2.0
 *
 * collector.c: see collector.h. Runs in core. The queue of one syslog server, and what others see of it; how its lines
 * get there is in collector_link.c.
 */
#include "core/log/collector_private.h"

#include "core/core.h"
#include "core/log/syslog.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define LINE_COST 64 /* bytes a line costs besides its own */

/* --- the queue --- */

void collector_forget(struct collector *c, struct waiting *w)
{
	TAILQ_REMOVE(&c->queue, w, link);
	c->bytes -= w->n + LINE_COST;
	c->waits--;
	free(w);
}

/* The courier gets as many as it may have. */
void collector_hand_over(struct collector *c)
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
		collector_link_fail(c, err_text(rc));
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
		collector_forget(c, old);
		c->dropped++;
	}
	TAILQ_INSERT_TAIL(&c->queue, w, link);
	c->bytes += w->n + LINE_COST;
	c->waits++;
	if (c->with_courier < COURIER_LINES)
		collector_hand_over(c);
}

/* --- for others --- */

struct collector *collector_new(struct core *core, const struct collector_spec *spec)
{
	struct collector *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->core = core;
	c->spec = *spec;
	c->wait_ms = COLLECTOR_FIRST_MS;
	TAILQ_INIT(&c->queue);
	c->timer = evtimer_new(core->base, collector_link_on_timer, c);
	if (c->timer)
		return c;
	free(c);
	return NULL;
}

void collector_free(struct collector *c)
{
	struct waiting *w;

	collector_link_end(c);
	event_free(c->timer);
	while ((w = TAILQ_FIRST(&c->queue)))
		collector_forget(c, w);
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
	collector_link_start(c);
}

void collector_change(struct collector *c, const struct collector_spec *spec)
{
	if (memcmp(&c->spec, spec, sizeof *spec) == 0)
		return;
	c->spec = *spec;
	collector_again(c);
}

void collector_again(struct collector *c)
{
	c->wait_ms = COLLECTOR_FIRST_MS;
	c->failed = false;
	collector_link_end(c);
	if (c->started)
		collector_link_start(c);
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
