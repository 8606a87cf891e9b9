/* SPDX-License-Identifier: Apache-2.0
 *
 * servers_show.c: what `show tacacs`, `show radius statistics` and `show aaa servers` say. Runs in core.
 */
#include "core/login/servers_private.h"

#include "core/clock.h"
#include "core/core.h"

#include <inttypes.h>

/* Whom it must prove to be, and why it could not be asked last. */
static void put_tls(struct buf *out, const struct server *s)
{
	buf_printf(out, "              TLS identity: %s\n            TLS trustpoint: %s\n", s->identity,
		   s->profile[0] ? s->profile : "none");
	if (s->client[0])
		buf_printf(out, "         Client trustpoint: %s\n", s->client);
	if (s->why[0])
		buf_printf(out, "              Last failure: %s\n", s->why);
}

void servers_show_tacacs(const struct core *core, struct buf *out)
{
	const struct server *s;

	TAILQ_FOREACH (s, &core->servers->list, link) {
		if (!s->configured || s->protocol != AAA_TACACS)
			continue;
		buf_puts(out, "\nTacacs+ Server -  public  :\n");
		if (s->named)
			buf_printf(out, "               Server name: %s\n", s->name);
		buf_printf(out,
			   "            Server address: %s\n"
			   "               Server port: %u%s\n"
			   "              Socket opens: %10lu\n"
			   "             Socket closes: %10lu\n"
			   "             Socket aborts: %10lu\n"
			   "             Socket errors: %10lu\n"
			   "           Socket Timeouts: %10lu\n"
			   "   Failed Connect Attempts: %10lu\n"
			   "        Total Packets Sent: %10lu\n"
			   "        Total Packets Recv: %10lu\n"
			   "              Server state: %s\n",
			   s->address[0] ? s->address
			   : s->named    ? "none"
					 : s->name,
			   s->port, s->tls ? ", TLS 1.3" : "", s->opens, s->closes, s->aborts, s->errors, s->timeouts,
			   s->failed, s->sent, s->received,
			   server_dead(s) ? "dead"
			   : s->down      ? "down"
					  : "up");
		if (s->tls)
			put_tls(out, s);
	}
}

/* --- show radius statistics --- */

/* A number for logins, one for records, and both. */
static void put_row(struct buf *out, const char *name, uint64_t auth, uint64_t acct)
{
	buf_printf(out, "%27s: %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n", name, auth, acct, auth + acct);
}

static void add(struct server_count *to, const struct server_count *c)
{
	to->requests += c->requests;
	to->resent += c->resent;
	to->timeouts += c->timeouts;
	to->rejects += c->rejects;
	to->replies += c->replies;
	to->all_ms += c->all_ms;
	to->most_ms = c->most_ms > to->most_ms ? c->most_ms : to->most_ms;
	for (int f = 0; f < RADIUS_FLAWS; f++)
		to->flaws[f] += c->flaws[f];
}

static uint64_t mean(uint64_t all, uint64_t n)
{
	return n ? all / n : 0;
}

void servers_show_radius(const struct core *core, struct buf *out)
{
	struct server_count all[COUNTS] = { { 0 } }, *a = &all[COUNT_AUTH], *r = &all[COUNT_ACCT];
	const struct server *s;
	uint64_t most;

	TAILQ_FOREACH (s, &core->servers->list, link) {
		for (int c = 0; c < COUNTS && s->protocol == AAA_RADIUS; c++)
			add(&all[c], &s->count[c]);
	}
	most = a->most_ms > r->most_ms ? a->most_ms : r->most_ms;
	buf_printf(out, "%39s %10s %10s\n", "Auth.", "Acct.", "Both");
	put_row(out, "Total responses seen", a->replies, r->replies);
	put_row(out, "Packets with responses", a->replies, r->replies);
	put_row(out, "Packets without responses", a->timeouts, r->timeouts);
	buf_printf(out, "%27s: %10lu\n", "Access Rejects", a->rejects);
	buf_printf(out, "%27s: %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n", "Average response delay(ms)",
		   mean(a->all_ms, a->replies), mean(r->all_ms, r->replies),
		   mean(a->all_ms + r->all_ms, a->replies + r->replies));
	buf_printf(out, "%27s: %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n", "Maximum response delay(ms)", a->most_ms,
		   r->most_ms, most);
	put_row(out, "Number of Radius timeouts", a->timeouts + a->resent, r->timeouts + r->resent);
	put_row(out, "Malformed Responses", a->flaws[RADIUS_MALFORMED], r->flaws[RADIUS_MALFORMED]);
	put_row(out, "Bad Authenticators", a->flaws[RADIUS_FORGED], r->flaws[RADIUS_FORGED]);
	put_row(out, "No Message-Authenticator", a->flaws[RADIUS_UNSIGNED], r->flaws[RADIUS_UNSIGNED]);
	put_row(out, "Unknown Responses", a->flaws[RADIUS_UNKNOWN], r->flaws[RADIUS_UNKNOWN]);
}

/* --- show aaa servers --- */

static unsigned long flaws(const struct server_count *c)
{
	unsigned long n = 0;

	for (int f = 0; f < RADIUS_FLAWS; f++)
		n += c->flaws[f];
	return n;
}

static void put_authen(struct buf *out, const struct server_count *c)
{
	buf_printf(out,
		   "     Authen: request %lu, timeouts %lu, failover %lu, retransmission %lu\n"
		   "             Response: accept %lu, reject %lu, challenge %lu\n"
		   "             Response: unexpected %lu, server error 0, incorrect %lu, time %" PRIu64 "ms\n"
		   "             Transaction: success %lu, failure %lu\n",
		   c->requests, c->timeouts, c->failovers, c->resent, c->accepts, c->rejects, c->challenges,
		   c->flaws[RADIUS_UNKNOWN], flaws(c) - c->flaws[RADIUS_UNKNOWN], mean(c->all_ms, c->replies),
		   c->accepts + c->rejects, c->failovers);
}

static void put_account(struct buf *out, const struct server_count *c)
{
	buf_printf(out,
		   "     Account: request %lu, timeouts %lu, failover %lu, retransmission %lu\n"
		   "             Response: start %lu, interim 0, stop %lu\n"
		   "             Response: unexpected %lu, server error 0, incorrect %lu, time %" PRIu64 "ms\n"
		   "             Transaction: success %lu, failure %lu\n",
		   c->requests, c->timeouts, c->failovers, c->resent, c->starts, c->stops, c->flaws[RADIUS_UNKNOWN],
		   flaws(c) - c->flaws[RADIUS_UNKNOWN], mean(c->all_ms, c->replies), c->starts + c->stops,
		   c->failovers);
}

static void put_radius(struct buf *out, const struct server *s, unsigned n)
{
	buf_printf(out, "\nRADIUS: id %u, priority %u, host %s, ", n, n, server_called(s));
	if (!s->tls) {
		buf_printf(out, "auth-port %u, acct-port %u\n", s->port, s->acct_port);
		return;
	}
	buf_printf(out, "tls port %u\n", s->port);
	buf_printf(out, "     TLS: identity %s, trustpoint %s", s->identity, s->profile[0] ? s->profile : "none");
	buf_printf(out, "%s%s\n", s->client[0] ? ", client trustpoint " : "", s->client);
	if (s->why[0])
		buf_printf(out, "     TLS: last failure: %s\n", s->why);
}

void servers_show_aaa(const struct core *core, struct buf *out)
{
	uint64_t now = clock_now_ms();
	const struct server *s;
	unsigned n = 0;

	TAILQ_FOREACH (s, &core->servers->list, link) {
		if (!s->configured || s->protocol != AAA_RADIUS)
			continue;
		n++;
		put_radius(out, s, n);
		buf_printf(out, "     State: current %s, duration %" PRIu64 "s, previous duration %" PRIu64 "s\n",
			   server_dead(s) ? "DEAD"
			   : s->down      ? "DOWN"
					  : "UP",
			   (now - s->since_ms) / 1000, s->before_ms / 1000);
		buf_printf(out, "     Dead: total time %" PRIu64 "s, count %lu\n",
			   (s->dead_ms + (s->down ? now - s->since_ms : 0)) / 1000, s->deaths);
		put_authen(out, &s->count[COUNT_AUTH]);
		put_account(out, &s->count[COUNT_ACCT]);
	}
}
