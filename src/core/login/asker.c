/* SPDX-License-Identifier: Apache-2.0
 *
 * asker.c: see asker.h. Runs in core.
 */
#include "core/login/asker.h"

#include "aaa/query.h"
#include "aaa/radius.h"
#include "asker/asker.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/ending.h"
#include "core/session/peer.h"
#include "core/spawn.h"
#include "tls/tls.h"

#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#define RECORDS_PER_TURN 16
#define WANTS_MAX        2   /* a kept connection may turn out to be dead */
#define NOTES_MAX        512 /* a dialogue of many rounds, with debug */

struct inquiry {
	LIST_ENTRY(inquiry) entry;
	struct asker *asker;
	uint32_t id;
	unsigned wants, notes;
	bool asked; /* the user is to answer */
	const struct inquiry_events *events;
	void *arg;
};

struct asker {
	struct core *core;
	pid_t pid;
	struct ipc_channel channel;
	struct event *readable, *gone;
	bool dead, retired, handling;
	unsigned count;
	LIST_HEAD(, inquiry) inquiries;
};

static void free_if_done(struct asker *a)
{
	if (!a->retired || a->count || a->handling)
		return;
	if (!a->dead)
		ending_begin(a->core->base, a->pid, true);
	if (a->readable)
		event_free(a->readable);
	if (a->gone)
		event_free(a->gone);
	ipc_channel_release(&a->channel);
	free(a);
}

static void free_inquiry(struct inquiry *i)
{
	struct asker *a = i->asker;

	LIST_REMOVE(i, entry);
	a->count--;
	free(i);
	free_if_done(a);
}

/* What waited for it is told by its own turn of the event loop. */
static void die(struct asker *a, const char *why)
{
	if (a->dead)
		return;
	syslog_event(a->core->log, "AAA", 3, "ASKER", "the process that speaks with a server ended: %s", why);
	a->dead = true;
	ending_begin(a->core->base, a->pid, true);
	event_del(a->readable);
	event_active(a->gone, EV_TIMEOUT, 1);
}

static void finish(struct inquiry *i, const struct asker_result *r)
{
	const struct inquiry_events *events = i->events;
	void *arg = i->arg;

	free_inquiry(i);
	events->result(arg, r);
}

static void on_gone(evutil_socket_t fd, short what, void *arg)
{
	struct asker_result r = { .outcome = AAA_BROKEN, .why = STR("the process that speaks with it ended") };
	struct asker *a = arg;

	(void)fd;
	(void)what;
	a->handling = true;
	while (!LIST_EMPTY(&a->inquiries))
		finish(LIST_FIRST(&a->inquiries), &r);
	a->handling = false;
	free_if_done(a);
}

/* --- to the process --- */

#define ASKER_SEND(a, NAME, ...) sent(a, IPC_SEND(&(a)->channel, NAME, __VA_ARGS__))

static bool sent(struct asker *a, int rc)
{
	if (rc < 0)
		die(a, err_text(rc));
	return rc == 0;
}

bool asker_alive(const struct asker *a)
{
	return a && !a->dead;
}

void asker_retire(struct asker *a)
{
	if (!a)
		return;
	a->retired = true;
	free_if_done(a);
}

pid_t asker_pid(const struct asker *a)
{
	return a->pid;
}

static uint32_t new_id(void)
{
	static uint32_t last;

	return ++last;
}

struct inquiry *asker_ask(struct asker *a, struct ipc_msg_QUERY *m, const struct inquiry_events *events, void *arg)
{
	struct inquiry *i = a->dead || a->retired || a->count >= ASKER_QUERIES ? NULL : calloc(1, sizeof *i);

	if (!i)
		return NULL;
	m->id = new_id();
	if (!sent(a, ipc_send_QUERY(&a->channel, m, NULL, 0))) {
		free(i);
		return NULL;
	}
	*i = (struct inquiry){ .asker = a, .id = m->id, .events = events, .arg = arg };
	LIST_INSERT_HEAD(&a->inquiries, i, entry);
	a->count++;
	return i;
}

bool inquiry_answer(struct inquiry *i, struct str text)
{
	i->asked = false;
	return !i->asker->dead && ASKER_SEND(i->asker, QUERY_ANSWER, .id = i->id, .text = text);
}

bool inquiry_again(struct inquiry *i)
{
	return !i->asker->dead && ASKER_SEND(i->asker, QUERY_AGAIN, .id = i->id);
}

void inquiry_end(struct inquiry *i)
{
	if (!i)
		return;
	if (!i->asker->dead)
		ASKER_SEND(i->asker, QUERY_ANSWER, .id = i->id, .abort = 1, .text = STR(""));
	free_inquiry(i);
}

/* --- from the process --- */

static struct inquiry *find(const struct asker *a, uint32_t id)
{
	struct inquiry *i;

	LIST_FOREACH(i, &a->inquiries, entry)
	{
		if (i->id == id)
			return i;
	}
	return NULL; /* given up meanwhile */
}

static const char *on_want(struct asker *a, struct str body)
{
	struct ipc_msg_QUERY_WANT m;
	struct asker_socket made;
	struct inquiry *i;
	int rc;

	if (!ipc_get_QUERY_WANT(body, &m))
		return "malformed QUERY_WANT";
	i = find(a, m.id);
	if (!i)
		return NULL;
	if (++i->wants > WANTS_MAX)
		return "wants too many connections";
	if (!i->events->want(i->arg, &made))
		return NULL;
	rc = IPC_SEND_FDS(&a->channel, &made.fd, 1, QUERY_SOCKET, .id = m.id,
			  .local = (struct str){ made.local, made.n_local });
	close(made.fd);
	return rc < 0 ? err_text(rc) : NULL;
}

static bool printable(struct str s)
{
	for (size_t n = 0; n < s.n; n++) {
		if (s.p[n] != '\n' && (s.p[n] < 0x20 || s.p[n] > 0x7e))
			return false;
	}
	return true;
}

static const char *on_prompt(struct asker *a, struct str body)
{
	struct ipc_msg_QUERY_PROMPT m;
	struct inquiry *i;

	if (!ipc_get_QUERY_PROMPT(body, &m) || !printable(m.text))
		return "malformed QUERY_PROMPT";
	i = find(a, m.id);
	if (!i)
		return NULL;
	if (i->asked)
		return "asks while an answer is due";
	i->asked = true;
	i->events->prompt(i->arg, m.asked, m.echo != 0, m.text);
	return NULL;
}

static const char *on_note(struct asker *a, struct str body)
{
	struct ipc_msg_QUERY_NOTE m;
	struct inquiry *i;

	if (!ipc_get_QUERY_NOTE(body, &m) || !printable(m.text) || m.flaw >= RADIUS_FLAWS)
		return "malformed QUERY_NOTE";
	i = find(a, m.id);
	if (!i)
		return NULL;
	if (i->notes++ >= NOTES_MAX)
		return "tells too much of one question";
	i->events->note(i->arg, m.flaw, m.text);
	return NULL;
}

static const char *on_result(struct asker *a, struct str body)
{
	struct ipc_msg_QUERY_RESULT m;
	struct asker_result r;
	struct inquiry *i;

	if (!ipc_get_QUERY_RESULT(body, &m) || !printable(m.text) || !printable(m.why) || m.echo.n > AAA_ECHO_MAX ||
	    m.outcome <= AAA_ASKS || m.outcome > AAA_ABSENT)
		return "malformed QUERY_RESULT";
	i = find(a, m.id);
	if (!i)
		return NULL;
	r = (struct asker_result){ m.outcome, m.text, m.why, m.args, m.echo, m.sent, m.received };
	finish(i, &r);
	return NULL;
}

static const char *handle(struct asker *a, const struct ipc_record *r)
{
	switch (r->type) {
	case IPC_QUERY_WANT:
		return on_want(a, r->body);
	case IPC_QUERY_PROMPT:
		return on_prompt(a, r->body);
	case IPC_QUERY_NOTE:
		return on_note(a, r->body);
	case IPC_QUERY_RESULT:
		return on_result(a, r->body);
	default:
		return "unknown message";
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	const char *wrong = NULL;
	struct asker *a = arg;
	struct ipc_record r;
	int rc = 0;

	(void)fd;
	(void)what;
	a->handling = true;
	for (int n = 0; n < RECORDS_PER_TURN && !a->dead && !wrong; n++) {
		rc = ipc_recv(&a->channel, PH_ANY, clock_now_ms(), &r);
		if (rc < 0)
			break;
		wrong = handle(a, &r);
		ipc_record_release(&r);
	}
	if (rc < 0 && rc != E_AGAIN)
		wrong = err_text(rc);
	if (wrong)
		die(a, wrong);
	a->handling = false;
	free_if_done(a);
}

static int introduce(struct asker *a, const struct asker_server *server)
{
	int rc = IPC_SEND(&a->channel, QUERY_SERVER, .protocol = server->protocol, .key = server->key,
			  .single = server->single, .sign = server->sign, .tls = server->tls, .name = server->name,
			  .authorities = server->authorities);

	if (rc == 0 && server->chain.n)
		rc = IPC_SEND(&a->channel, QUERY_SHOW, .chain = server->chain, .key = server->own);
	return rc;
}

static bool listen_to(struct asker *a, const struct asker_server *server)
{
	a->readable = event_new(a->core->base, a->channel.fd, EV_READ | EV_PERSIST, on_readable, a);
	a->gone = event_new(a->core->base, -1, 0, on_gone, a);
	return a->readable && a->gone && event_add(a->readable, NULL) == 0 && introduce(a, server) == 0;
}

struct asker *asker_start(struct core *core, const struct asker_server *server, struct errbuf *e)
{
	struct asker *a = calloc(1, sizeof *a);
	int pair[2];

	if (!a || ipc_pair(pair) < 0) {
		free(a);
		err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
		return NULL;
	}
	a->core = core;
	err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	if (ipc_channel_init(&a->channel, pair[0], FROM_ASKER, false) == 0 && listen_to(a, server))
		a->pid = spawn_role(&core->jobs.spawn, "asker", server->tls ? TLS_OPTION : NULL, pair[1], e);
	close(pair[1]);
	if (a->pid > 0) {
		err_set(e, 0, "%s", "");
		return a;
	}
	a->dead = true;
	asker_retire(a);
	return NULL;
}
