/* SPDX-License-Identifier: Apache-2.0
 *
 * probe.c: `automate-tester` of a RADIUS server (servers_private.h). Runs in core. Whether a server is there is found
 * out before somebody needs it: when it is configured, when nobody has asked it for a while, and when its dead time is
 * over. A probe is a login of a user nobody has, with a random password, and a stop record of his; any reply that
 * counts will do, and what a failure means is decided where it always is (server_failed).
 */
#include "core/login/servers_private.h"

#include "base/random.h"
#include "core/clock.h"
#include "core/core.h"

#include <event2/event.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SOONEST_MS 60000 /* after it was asked last */
#define BOOT_MS    1000

/* When it is to be probed next; 0: never. */
uint64_t probe_due_ms(const struct server *s)
{
	uint64_t soonest = s->asked_ms + SOONEST_MS;

	if (!s->configured || !s->tester.user[0] || !s->address[0] || !s->key[0] || s->probing)
		return 0;
	if (!s->asked_ms)
		return 1;
	if (s->dead_until_ms) /* it is asked by nobody until then */
		return s->dead_until_ms > soonest ? s->dead_until_ms : soonest;
	return s->tester.probe_on ? 0 : s->asked_ms + s->tester.idle_ms;
}

static void over(void *arg, const struct ask_result *r)
{
	struct server *s = arg;
	struct servers *list = s->of;

	(void)r;
	s->probing--;
	server_let_go(list, s);
	probe_arm(list);
}

/* A challenge is a reply; the dialogue is no further use. */
static void on_prompt(void *arg, uint8_t asked, bool echo, struct str text)
{
	struct server *s = arg;

	(void)asked;
	(void)echo;
	(void)text;
	ask_cancel(s->probe);
	s->probe = NULL;
	over(s, NULL);
}

static void on_auth_done(void *arg, const struct ask_result *r)
{
	struct server *s = arg;

	s->probe = NULL;
	over(s, r);
}

static struct ipc_msg_QUERY query(const struct server *s, enum aaa_kind kind)
{
	return (struct ipc_msg_QUERY){ .kind = (uint8_t)kind,
				       .level = 1,
				       .method = AAA_BY_NONE,
				       .record = AAA_RECORD_STOP,
				       .user = str_of(s->tester.user),
				       .port = STR("probe"),
				       .address = STR("unknown"),
				       .secret = STR(""),
				       .host = str_of(core_hostname(s->of->core)),
				       .echo = STR("") };
}

/* It stays until the probe is over. */
static void hold(struct server *s, const struct ask *probe)
{
	if (!probe)
		return;
	s->probing++;
	s->users++;
}

static void probe_logins(struct server *s)
{
	static const struct ask_events events = { on_prompt, on_auth_done };
	struct ipc_msg_QUERY m = query(s, AAA_KIND_PAP);
	uint8_t random[8];
	char password[17];

	if (random_bytes(random, sizeof random) < 0)
		return;
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(password + 2 * i, 3, "%02x", random[i]);
	m.secret = str_of(password);
	s->probe = servers_probe(s->of->core, s, &m, &events);
	OPENSSL_cleanse(password, sizeof password);
	hold(s, s->probe);
}

/* Of a session that never was. */
static void probe_records(struct server *s)
{
	static const struct ask_events events = { .done = over };
	struct ipc_msg_QUERY m = query(s, AAA_KIND_ACCOUNT);
	static const char *const names[] = { "start_time", "stop_time", "task_id", "elapsed_time" };
	uint64_t now = (uint64_t)time(NULL);
	struct buf args;
	char text[64];

	buf_init(&args, 0);
	for (size_t i = 0; i < 4; i++) {
		snprintf(text, sizeof text, "%s=%" PRIu64, names[i], i < 2 ? now : 0);
		str_list_put(&args, str_of(text));
	}
	m.args = str_list_of(&args, 4);
	hold(s, servers_probe(s->of->core, s, &m, &events));
	buf_release(&args);
}

static void probe(struct server *s)
{
	server_debug(s->of->core, s, "probing server %s as %s", server_called(s), s->tester.user);
	s->asked_ms = clock_now_ms();
	if (s->tester.logins)
		probe_logins(s);
	if (s->tester.records)
		probe_records(s);
}

void probe_arm(struct servers *list)
{
	uint64_t now = clock_now_ms(), next = 0, due;
	const struct server *s;
	struct timeval tv;

	if (!list->timer)
		return;
	TAILQ_FOREACH (s, &list->list, link) {
		due = probe_due_ms(s);
		next = due && (!next || due < next) ? due : next;
	}
	event_del(list->timer);
	if (!next)
		return;
	next = next > now ? next - now : list->core->booted ? 1 : BOOT_MS;
	tv = (struct timeval){ (time_t)(next / 1000), (suseconds_t)(next % 1000) * 1000 };
	event_add(list->timer, &tv);
}

void probe_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct servers *list = arg;
	struct server *s;
	uint64_t due;

	(void)fd;
	(void)what;
	TAILQ_FOREACH (s, &list->list, link) {
		due = probe_due_ms(s);
		if (due && due <= clock_now_ms() && list->core->booted)
			probe(s);
	}
	probe_arm(list);
}
