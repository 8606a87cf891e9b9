/* SPDX-License-Identifier: Apache-2.0
 *
 * ask.c: one question to a group of servers (servers.h): one server after the other, until one has said yes or no.
 * Runs in core. The clock is here: a server has its configured time for the connection and every answer, and none runs
 * while the user thinks.
 */
#include "core/core.h"
#include "core/login/asker.h"
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
	struct errbuf why; /* why the present one cannot be asked */
	bool trying, authenticates;
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

static void soon(struct ask *a)
{
	event_active(a->timer, EV_TIMEOUT, 1);
}

static void wait_for_server(struct ask *a)
{
	const struct timeval tv = { .tv_sec = present(a)->timeout };

	if (event_add(a->timer, &tv) < 0)
		soon(a);
}

static int on_want(void *arg);
static void on_prompt(void *arg, uint8_t asked, bool echo, struct str text);
static void on_result(void *arg, const struct asker_result *r);
static const struct inquiry_events inquiry_events = { on_want, on_prompt, on_result };

/* Asks the present server; false: it cannot be asked, `why` says it. */
static bool begin(struct ask *a)
{
	struct asker *asker = server_asker(a->core->servers, present(a), &a->why);
	struct ipc_msg_QUERY m;

	if (!asker || !subject_kept(&a->query, &m))
		return false;
	servers_debug(a->core, "Using server %s", present(a)->address);
	a->inquiry = asker_ask(asker, &m, &inquiry_events, a);
	if (!a->inquiry) {
		err_set(&a->why, E_BUSY, "too many questions are with it");
		return false;
	}
	servers_debug(a->core, "(%u) Started %u sec timeout", m.id, present(a)->timeout);
	wait_for_server(a);
	return true;
}

/* From a->at on, the first that can be asked. */
static void try_on(struct ask *a)
{
	static const struct ask_result none = { .end = ASK_ERROR };

	for (; a->at < a->n; a->at++) {
		if (server_dead(present(a)))
			continue;
		a->why.text[0] = '\0';
		if (begin(a))
			return;
		server_failed(a->core->servers, present(a), a->why.text);
	}
	servers_debug(a->core, "no server of the group could say");
	finish(a, &none);
}

static void fail_present(struct ask *a, const char *why)
{
	event_del(a->timer);
	server_failed(a->core->servers, present(a), why);
	a->at++;
	try_on(a);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct ask *a = arg;
	struct inquiry *i = a->inquiry;

	(void)fd;
	(void)what;
	if (!a->trying) {
		a->trying = true;
		try_on(a);
		return;
	}
	a->inquiry = NULL;
	if (i && a->why.text[0] == '\0') {
		present(a)->timeouts++;
		present(a)->aborts++;
		err_set(&a->why, E_TIMEOUT, "no answer within %u seconds", present(a)->timeout);
	}
	inquiry_end(i);
	fail_present(a, a->why.text);
}

static int on_want(void *arg)
{
	struct ask *a = arg;
	int fd = server_connect(a->core->servers, present(a), a->group, &a->why);

	if (fd < 0)
		soon(a);
	else
		servers_debug(a->core, "connecting to %s:%u", present(a)->address, present(a)->port);
	return fd;
}

static void on_prompt(void *arg, uint8_t asked, bool echo, struct str text)
{
	static const char *const names[] = {
		[AAA_GETDATA] = "GET_DATA", [AAA_GETUSER] = "GET_USER", [AAA_GETPASS] = "GET_PASSWORD"
	};
	struct ask *a = arg;

	event_del(a->timer);
	server_answered(a->core->servers, present(a));
	if (!a->authenticates) {
		err_set(&a->why, E_INVAL, "a question where none may come");
		soon(a);
		return;
	}
	servers_debug(a->core, "Received authen response status %s (%u)",
		      asked >= AAA_GETDATA && asked <= AAA_GETPASS ? names[asked] : "?", asked);
	a->events->prompt(a->arg, asked, echo, text);
}

static void on_result(void *arg, const struct asker_result *r)
{
	struct ask_result result = { .text = r->text, .args = r->args };
	struct ask *a = arg;
	struct server *s = present(a);
	char why[200];

	a->inquiry = NULL;
	event_del(a->timer);
	s->sent += r->sent;
	s->received += r->received;
	if (r->outcome == AAA_BROKEN) {
		s->errors++;
		str_copy_printable(r->why, why, sizeof why);
		fail_present(a, why);
		return;
	}
	s->closes++;
	server_answered(a->core->servers, s);
	result.end = r->outcome == AAA_YES ? ASK_PASS : ASK_FAIL;
	servers_debug(a->core, "Received response status %s", result.end == ASK_PASS ? "PASS" : "FAIL");
	finish(a, &result);
}

struct ask *servers_ask(struct core *core, const char *group, const struct ipc_msg_QUERY *m,
			const struct ask_events *events, void *arg)
{
	struct ask *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->core = core;
	a->events = events;
	a->arg = arg;
	a->authenticates = m->kind <= AAA_KIND_ENABLE;
	buf_init(&a->query, QUERY_MAX);
	ipc_put_QUERY(&a->query, m);
	a->timer = evtimer_new(core->base, on_timer, a);
	if (a->query.err || !a->timer) {
		free_ask(a);
		return NULL;
	}
	str_copy(str_of(group), a->group, sizeof a->group);
	a->n = servers_of(core, group, a->of);
	soon(a);
	return a;
}

void ask_answer(struct ask *a, struct str text)
{
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
