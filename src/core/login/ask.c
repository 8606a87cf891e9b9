/* SPDX-License-Identifier: Apache-2.0
 *
 * ask.c: one question to a group of servers (servers.h): one server after the other, until one has said yes or no.
 * Runs in core. The clock is here: a server has its configured time for the connection and every answer, and none runs
 * while the user thinks.
 */
#include "core/clock.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/asker.h"
#include "core/login/prompts.h"
#include "core/login/servers_private.h"
#include "core/login/subject.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define QUERY_MAX 16384

struct ask {
	struct core *core;
	char group[64];
	struct buf query;    /* the message, to be sent to each */
	struct event *timer; /* the server's time; at first, and where a call must not come at once: now */
	struct inquiry *inquiry;
	struct server *of[SERVERS_MAX];
	unsigned n, at;    /* servers; the one that is asked */
	unsigned peer;     /* … and which of those it has been */
	struct errbuf why; /* why the present one cannot be asked */
	struct errbuf odd; /* what came from it and does not count */
	bool trying, authenticates, probes;
	enum aaa_protocol protocol;
	bool accounting, stop;
	bool asks;         /* for the password itself: RADIUS asks no server without one */
	bool asked;        /* … and has: the user is to answer */
	struct buf secret; /* what he answered, or came with the question */
	unsigned sent;     /* how often the present request was */
	uint64_t sent_ms;
	const struct ask_events *events;
	void *arg;
};

static void free_ask(struct ask *a)
{
	for (unsigned i = 0; i < a->n; i++)
		server_let_go(a->core->servers, a->of[i]);
	if (a->timer)
		event_free(a->timer);
	buf_release(&a->query);
	buf_release(&a->secret);
	free(a);
}

static void finish(struct ask *a, const struct ask_result *r)
{
	const struct ask_events *events = a->events;
	void *arg = a->arg;

	free_ask(a);
	events->done(arg, r);
}

static struct server *present(const struct ask *a)
{
	return a->of[a->at];
}

/* Its configuration may have made another one of it while it was asked: nothing that happens now is that one's. */
static bool still_present(const struct ask *a)
{
	return a->peer == present(a)->peer;
}

static void soon(struct ask *a)
{
	event_active(a->timer, EV_TIMEOUT, 1);
}

static struct server_count *count(const struct ask *a)
{
	return &present(a)->count[a->accounting ? COUNT_ACCT : COUNT_AUTH];
}

/* A request is on its way. */
static void wait_for_server(struct ask *a)
{
	const struct timeval tv = { .tv_sec = present(a)->timeout };

	if (a->sent++ == 0) {
		count(a)->requests++;
		a->sent_ms = clock_now_ms();
	}
	present(a)->unheard++;
	present(a)->asked_ms = clock_now_ms();
	if (event_add(a->timer, &tv) < 0)
		soon(a);
}

/* A reply came that counts. */
static void heard(struct ask *a)
{
	uint64_t ms = clock_now_ms() - a->sent_ms;
	struct server_count *c = count(a);

	event_del(a->timer);
	c->replies++;
	c->all_ms += ms;
	c->most_ms = ms > c->most_ms ? ms : c->most_ms;
	a->sent = 0;
	a->odd.text[0] = '\0';
	if (still_present(a))
		server_answered(a->core->servers, present(a));
}

static bool on_want(void *arg, struct asker_socket *out);
static void on_prompt(void *arg, uint8_t asked, bool echo, struct str text);
static void on_note(void *arg, uint8_t flaw, struct str text);
static void on_result(void *arg, const struct asker_result *r);
static const struct inquiry_events inquiry_events = { on_want, on_prompt, on_note, on_result };

/* Asks the present server; false: it cannot be asked, `why` says it. */
static bool begin(struct ask *a)
{
	struct asker *asker = server_asker(a->core->servers, present(a), &a->why);
	struct ipc_msg_QUERY m;

	if (!asker || !subject_kept(&a->query, &m))
		return false;
	if (a->protocol == AAA_RADIUS && a->authenticates)
		m.secret = buf_str(&a->secret);
	m.watched = debug_on(a->core, servers_protocols[a->protocol].debug);
	server_debug(a->core, present(a), "Using server %s", present(a)->address);
	a->inquiry = asker_ask(asker, &m, &inquiry_events, a);
	if (!a->inquiry) {
		err_set(&a->why, E_BUSY, "too many questions are with it");
		return false;
	}
	server_debug(a->core, present(a), "(%u) Started %u sec timeout", m.id, present(a)->timeout);
	a->sent = 0;
	wait_for_server(a);
	return true;
}

/* From a->at on, the first that can be asked. */
static void try_on(struct ask *a)
{
	static const struct ask_result none = { .end = ASK_ERROR };

	for (; a->at < a->n; a->at++) {
		if (!a->probes && server_dead(present(a)))
			continue;
		a->why.text[0] = a->odd.text[0] = '\0';
		a->peer = present(a)->peer;
		if (begin(a))
			return;
		server_failed(a->core->servers, present(a), a->why.text, false);
	}
	if (a->n)
		server_debug(a->core, a->of[0], "no server of the group could say");
	finish(a, &none);
}

static void fail_present(struct ask *a, const char *why, bool absent)
{
	event_del(a->timer);
	count(a)->failovers++;
	if (still_present(a))
		server_failed(a->core->servers, present(a), why, absent);
	a->at++;
	try_on(a);
}

/* The first thing that happens, from the event loop. What is longer than RADIUS can hide is nobody's password. */
static void start(struct ask *a)
{
	static const struct ask_result no = { .end = ASK_FAIL };
	char prompt[PROMPTS_SIZE];

	if (a->asks && !a->asked) {
		a->asked = true;
		a->events->prompt(a->arg, AAA_GETPASS, false, str_of(prompts_password(a->core, prompt)));
	} else if (buf_len(&a->secret) > RADIUS_PASSWORD_MAX) {
		finish(a, &no);
	} else {
		a->trying = true;
		try_on(a);
	}
}

/* Datagrams get lost: the same request once more. */
static bool try_again(struct ask *a)
{
	struct server *s = present(a);

	if (!a->inquiry || a->why.text[0] || a->sent > s->retransmit || !inquiry_again(a->inquiry))
		return false;
	count(a)->resent++;
	server_debug(a->core, s, "Retransmit to (%s:%u,%u)", s->address, s->port, s->acct_port);
	wait_for_server(a);
	return true;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct ask *a = arg;
	struct inquiry *i = a->inquiry;

	(void)fd;
	(void)what;
	if (!a->trying) {
		start(a);
		return;
	}
	if (try_again(a))
		return;
	a->inquiry = NULL;
	if (i && a->why.text[0] == '\0') {
		present(a)->timeouts++;
		present(a)->aborts++;
		count(a)->timeouts++;
		err_set(&a->why, E_TIMEOUT, "no answer within %u seconds%s%s", present(a)->timeout,
			a->odd.text[0] ? ", but " : "", a->odd.text);
	}
	inquiry_end(i);
	fail_present(a, a->why.text, false);
}

static bool on_want(void *arg, struct asker_socket *out)
{
	struct ask *a = arg;
	bool made = false;

	if (still_present(a))
		made = server_connect(a->core->servers, present(a), a->group, a->accounting, out, &a->why);
	else
		err_set(&a->why, E_CLOSED, "its configuration has changed");
	if (made)
		server_debug(a->core, present(a), "connecting to %s:%u%s", present(a)->address,
			     a->accounting && a->protocol == AAA_RADIUS ? present(a)->acct_port : present(a)->port,
			     present(a)->tls ? " by TLS" : "");
	else
		soon(a);
	return made;
}

static void show_lines(const struct ask *a, struct str text)
{
	struct str line;

	while (str_line(&text, &line))
		server_debug(a->core, present(a), "%.*s", (int)line.n, (const char *)line.p);
}

/* What does not count changes nothing but what is said when the time is over. */
static void on_note(void *arg, uint8_t flaw, struct str text)
{
	struct ask *a = arg;
	struct server *s = present(a);
	char ports[SERVER_PORTS];

	show_lines(a, text);
	if (flaw == RADIUS_GOOD)
		return;
	count(a)->flaws[flaw]++;
	if (a->odd.text[0] == '\0' && !s->down)
		syslog_event(a->core->log, "RADIUS", 4, "BAD_REPLY", "RADIUS server %s:%s%s sends %.*s", s->address,
			     server_ports(s, ports), s->tls ? "" : ", or somebody in its name,", (int)text.n,
			     (const char *)text.p);
	err_set(&a->odd, E_INVAL, "%.*s", (int)text.n, (const char *)text.p);
}

static void on_prompt(void *arg, uint8_t asked, bool echo, struct str text)
{
	static const char *const names[] = {
		[AAA_GETDATA] = "GET_DATA", [AAA_GETUSER] = "GET_USER", [AAA_GETPASS] = "GET_PASSWORD"
	};
	struct ask *a = arg;

	heard(a);
	count(a)->challenges++;
	if (!a->authenticates) {
		err_set(&a->why, E_INVAL, "a question where none may come");
		soon(a);
		return;
	}
	server_debug(a->core, present(a), "Received authen response status %s (%u)",
		     asked >= AAA_GETDATA && asked <= AAA_GETPASS ? names[asked] : "?", asked);
	a->events->prompt(a->arg, asked, echo, text);
}

static void tally(const struct ask *a, enum ask_end end)
{
	struct server_count *c = count(a);

	if (end == ASK_FAIL)
		c->rejects++;
	else if (!a->accounting)
		c->accepts++;
	else if (a->stop)
		c->stops++;
	else
		c->starts++;
}

static void on_result(void *arg, const struct asker_result *r)
{
	struct ask_result result = { .text = r->text, .args = r->args, .echo = r->echo };
	struct ask *a = arg;
	struct server *s = present(a);
	char why[200];

	a->inquiry = NULL;
	event_del(a->timer);
	s->sent += r->sent;
	s->received += r->received;
	if (r->outcome >= AAA_BROKEN) {
		s->errors++;
		str_copy_printable(r->why, why, sizeof why);
		fail_present(a, why, r->outcome == AAA_ABSENT);
		return;
	}
	s->closes++;
	heard(a);
	result.end = r->outcome == AAA_YES ? ASK_PASS : ASK_FAIL;
	result.grants = a->protocol == AAA_RADIUS;
	tally(a, result.end);
	server_debug(a->core, s, "Received response status %s", result.end == ASK_PASS ? "PASS" : "FAIL");
	finish(a, &result);
}

/* Without servers yet. */
static struct ask *new_ask(struct core *core, const char *group, const struct ipc_msg_QUERY *m,
			   const struct ask_events *events, void *arg)
{
	struct ask *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->core = core;
	a->events = events;
	a->arg = arg;
	a->protocol = servers_speak(core, group);
	str_copy(str_of(group), a->group, sizeof a->group);
	a->authenticates = m->kind <= AAA_KIND_ENABLE;
	a->accounting = m->kind == AAA_KIND_ACCOUNT;
	a->stop = a->accounting && m->record == AAA_RECORD_STOP;
	a->asks = a->protocol == AAA_RADIUS && a->authenticates && m->kind != AAA_KIND_PAP;
	buf_init(&a->secret, 0);
	buf_put(&a->secret, m->secret.p, m->secret.n);
	buf_init(&a->query, QUERY_MAX);
	ipc_put_QUERY(&a->query, m);
	a->timer = evtimer_new(core->base, on_timer, a);
	if (a->query.err || !a->timer) {
		free_ask(a);
		return NULL;
	}
	soon(a);
	return a;
}

struct ask *servers_ask(struct core *core, const char *group, const struct ipc_msg_QUERY *m,
			const struct ask_events *events, void *arg)
{
	struct ask *a = new_ask(core, group, m, events, arg);

	if (a && (a->protocol != AAA_RADIUS || a->authenticates ||
		  a->accounting)) /* it has no question for what else there is */
		a->n = servers_of(core, group, a->of);
	return a;
}

struct ask *servers_probe(struct core *core, struct server *s, const struct ipc_msg_QUERY *m,
			  const struct ask_events *events)
{
	struct ask *a = new_ask(core, server_group(core, s), m, events, s);

	if (!a)
		return NULL;
	a->probes = true;
	a->of[a->n++] = s;
	s->users++;
	return a;
}

void ask_answer(struct ask *a, struct str text)
{
	if (a->asks && !a->trying) {
		buf_clear(&a->secret);
		buf_put(&a->secret, text.p, text.n);
		soon(a);
		return;
	}
	if (a->inquiry && inquiry_answer(a->inquiry, text)) {
		wait_for_server(a);
		return;
	}
	err_set(&a->why, E_CLOSED, "its process ended");
	soon(a);
}

void ask_cancel(struct ask *a)
{
	if (!a)
		return;
	inquiry_end(a->inquiry);
	if (a->trying && a->at < a->n)
		present(a)->aborts++;
	free_ask(a);
}
