/* SPDX-License-Identifier: Apache-2.0
 *
 * login_ask.c: an attempt to log in that a group of servers decides. Runs in core; names, passwords and answers are
 * hostile, and so is what servers say. With keyboard-interactive the server's questions become the client's prompts
 * (RFC 4256), as many rounds as the server likes; with the method password the one password that came answers the
 * server's question for one, and whatever else it asks is a failure.
 */
#include "core/login/login_private.h"

#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/login/servers.h"
#include "core/login/subject.h"

#include <string.h>

static void debug(const struct peer *p, const char *what)
{
	char user[SYSLOG_WORD_MAX];

	if (debug_on(p->core, DEBUG_AAA_AUTHEN))
		syslog_debug(p->core->log, "AAA/AUTHEN/LOGIN (%08X): %s (group %s, user %s)", p->number, what,
			     p->login.list.group, syslog_word(p->login.user, user));
}

static void give_up(struct peer *p, const char *why)
{
	debug(p, why);
	ask_cancel(p->login.ask);
	p->login.ask = NULL;
	login_fail_later(p);
}

/* What stands before the last line of the server's text is no prompt. */
static void put_prompt(struct peer *p, struct str text, bool echo)
{
	static const char *const otherwise[] = { [AAA_GETUSER] = "Username: ", [AAA_GETPASS] = "Password: " };
	struct str instruction = { text.p, 0 }, prompt = text;

	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	prompt.n = text.n;
	for (size_t i = text.n; i > 0; i--) {
		if (text.p[i - 1] == '\n') {
			instruction.n = i - 1;
			prompt = (struct str){ text.p + i, text.n - i };
			break;
		}
	}
	if (prompt.n == 0)
		prompt = str_of(otherwise[p->login.asked]);
	login_prompt(p, instruction, prompt, echo);
}

/* The server that asked is gone while the client thinks, and the next one of the group asks: the client cannot be asked
 * again before it has answered. An answer to another question is thrown away, and the group asked anew. */
static void keep_question(struct peer *p, uint8_t asked)
{
	struct login *l = &p->login;

	if (asked == l->asked && asked == AAA_GETPASS)
		return;
	debug(p, "another server asks, when he has answered");
	ask_cancel(l->ask);
	l->ask = NULL;
	l->lost = true;
	l->list.at--;
}

static void on_prompt(void *arg, uint8_t asked, bool echo, struct str text)
{
	struct peer *p = arg;
	struct login *l = &p->login;

	if (p->closing)
		return;
	if (l->prompted) {
		keep_question(p, asked);
		return;
	}
	l->asked = asked;
	if (asked < AAA_GETDATA || asked > AAA_GETPASS) {
		give_up(p, "an unknown question");
	} else if (l->method == LOGIN_KBDINT) {
		put_prompt(p, text, echo);
	} else if (asked == AAA_GETUSER) {
		ask_answer(l->ask, str_of(l->user));
	} else if (asked == AAA_GETPASS && !l->typed_used) {
		l->typed_used = true;
		ask_answer(l->ask, (struct str){ l->typed, l->typed_len });
	} else {
		give_up(p, "the server asks more than a password");
	}
}

static void on_done(void *arg, const struct ask_result *r)
{
	struct peer *p = arg;
	struct login *l = &p->login;

	l->ask = NULL;
	if (p->closing)
		return;
	if (l->prompted) { /* a client that was asked cannot be asked again before it answers */
		debug(p, "ERROR, the next method is tried when he has answered");
		l->lost = true;
		return;
	}
	grant_take(&p->grant, r);
	switch (r->end) {
	case ASK_PASS:
		debug(p, "PASS");
		str_copy_printable(r->text, l->message, sizeof l->message);
		login_server_let_in(p);
		break;
	case ASK_FAIL:
		debug(p, "FAIL");
		login_fail_later(p);
		break;
	default:
		debug(p, "ERROR, the next method is tried");
		login_next_method(p);
	}
}

void login_ask_begin(struct peer *p)
{
	static const struct ask_events events = { on_prompt, on_done };
	struct login *l = &p->login;
	char port[SUBJECT_PORT];
	struct ipc_msg_QUERY m = subject_query(p, AAA_KIND_LOGIN, l->user, port);

	debug(p, "asking");
	l->typed_used = false;
	if (!subject_name_valid(l->user) || (l->method == LOGIN_PASSWORD && l->typed_len > AAA_WORD_MAX)) {
		login_fail_later(p);
		return;
	}
	l->ask = servers_ask(p->core, l->list.group, &m, &events, p);
	if (!l->ask)
		peer_violation(p, "no memory for its question");
}

/* The name a server asks for is the one the connection is for: another would be let in under it. */
void login_ask_answer(struct peer *p, struct str answer)
{
	struct login *l = &p->login;

	if (l->asked == AAA_GETUSER && !str_is(answer, l->user))
		give_up(p, "the name is not that of the connection");
	else
		ask_answer(l->ask, answer);
}
