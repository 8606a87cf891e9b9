/* SPDX-License-Identifier: Apache-2.0
 *
 * login.c: see login.h. Runs in core; names, passwords, keys and signatures are hostile.
 *
 * Who: whom the methods of the list let in, one after the other (methods_ssh): local users here, servers in
 * login_ask.c. Once he is in, a local user has the name of his entry, however he typed it. How often: each way to type
 * a password fails `authentication-retries` + 1 times, then it is not offered any more; when both are used up, or
 * somebody insists, the connection ends. A key cannot be guessed, so offering one costs little. A password is always
 * checked by the helper, by the user's own secret or by a decoy, so that an unknown user, a clear-text user and a wrong
 * password all wait for one scrypt. What else differs, as the hash of another type, is less than a tenth of a second,
 * and a refusal comes at a whole one.
 */
#include "core/login/login_private.h"

#include "aaa/aaa.h"
#include "core/clock.h"
#include "core/core.h"
#include "core/gate/watch.h"
#include "core/job.h"
#include "core/log/syslog.h"
#include "core/login/lockout.h"
#include "core/login/methods.h"
#include "core/login/prompts.h"
#include "core/login/servers.h"
#include "core/login/subject.h"
#include "core/session/peer.h"
#include "core/ssh/sshdebug.h"
#include "core/ssh/sshlog.h"
#include "model/model.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define VERIFY_LIMIT_MS 5000
#define QUERY_LIMIT     20 /* keys a client may offer */
#define REFUSE_STEP_MS  100

static const char *const methods[LOGIN_METHODS] = {
	[LOGIN_PASSWORD] = "password",
	[LOGIN_KBDINT] = "keyboard-interactive",
	[LOGIN_KEY] = "publickey",
};

void login_release(struct login *l)
{
	if (l->job)
		job_cancel(l->job);
	if (l->answer)
		event_free(l->answer);
	ask_cancel(l->ask);
	OPENSSL_cleanse(l, sizeof *l);
}

bool login_failed(const struct login *l)
{
	return l->failures[LOGIN_PASSWORD] || l->failures[LOGIN_KBDINT] || l->failures[LOGIN_KEY];
}

const struct lyd_node *login_local_user(struct peer *p, enum aaa_method method)
{
	const struct lyd_node *user = NULL;

	if (method == AAA_DENY && !p->login.told)
		syslog_event(
		    p->core->log, "SSH", 4, "NO_METHOD",
		    "Login by SSH from %s refused: no method of the authentication list asks for a user and his "
		    "password",
		    p->address);
	p->login.told |= method == AAA_DENY;
	if (method != AAA_DENY)
		user = methods_user(p->core, p->login.user, method == AAA_LOCAL_CASE);
	str_copy(str_of(user ? model_below(user, "name") : ""), p->login.name, sizeof p->login.name);
	return user;
}

bool login_still_local(const struct peer *p)
{
	return methods_ssh_local(p->core) != AAA_DENY && methods_user(p->core, p->login.name, true);
}

static unsigned tries(const struct peer *p)
{
	return 1 + (unsigned)model_uint(p->core->model, "/ravelin-ssh:ssh/authentication-retries", 3);
}

static bool used_up(const struct peer *p, enum login_method method)
{
	return p->login.failures[method] >= tries(p);
}

/* The methods that can still succeed. */
static void remaining(const struct peer *p, struct buf *out)
{
	static const enum login_method order[] = { LOGIN_KEY, LOGIN_KBDINT, LOGIN_PASSWORD };

	for (size_t i = 0; i < LOGIN_METHODS; i++) {
		if (!used_up(p, order[i]) && factors_may_try(p, order[i]))
			buf_printf(out, "%s%s", buf_len(out) ? "," : "", methods[order[i]]);
	}
}

static void give_up(struct peer *p)
{
	peer_close(p, 1, "Too many authentication failures");
}

/* With nothing left that could succeed, there is no going on. */
static void go_on(struct peer *p, enum ipc_auth result)
{
	struct buf left;

	buf_init(&left, 256);
	remaining(p, &left);
	if (buf_len(&left))
		PEER_SEND(p, AUTH_RESULT, .result = (uint8_t)result, .methods = buf_str(&left));
	else
		give_up(p);
	buf_release(&left);
}

static void refuse(struct peer *p)
{
	p->login.prompted = false;
	if (used_up(p, LOGIN_PASSWORD) && (p->v1.chosen || used_up(p, LOGIN_KBDINT)))
		give_up(p);
	else
		go_on(p, AUTH_FAIL);
}

void login_partial(struct peer *p)
{
	sshdebug_say_version(p, "%s: partial success", methods[p->login.method]);
	go_on(p, AUTH_PARTIAL);
}

static void forget_typed(struct login *l)
{
	OPENSSL_cleanse(l->typed, sizeof l->typed);
	l->typed_len = 0;
}

static void failed(struct peer *p)
{
	char user[SYSLOG_WORD_MAX];

	forget_typed(&p->login);
	p->login.proven &= ~(unsigned)FACTOR_PASSWORD;
	p->login.coding = false;
	p->login.failures[p->login.method]++;
	sshlog_userauth(p, false);
	sshdebug_say_version(p, "%s authentication failed for %s", methods[p->login.method],
			     syslog_word(p->login.user, user));
	watch_failed(p->core->watch, p);
	if (!p->closing) /* quiet mode may have begun */
		refuse(p);
}

void login_succeeded(struct peer *p)
{
	struct cli *sh = &p->cli;

	forget_typed(&p->login);
	memcpy(sh->user, p->login.name, sizeof sh->user);
	p->authenticated = subject_method(p->login.by_server ? AAA_SERVERS : AAA_LOCAL);
	peer_set_phase(p, PH_USER);
	sshlog_userauth(p, true);
	watch_succeeded(p->core->watch, p);
	PEER_SEND(p, AUTH_RESULT, .result = AUTH_OK, .methods = STR(""), .no_pty = p->login.cert.no_pty);
}

static bool under_way(const struct login *l)
{
	return l->job || l->answer || (l->ask && !l->prompted);
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct peer *p = arg;

	(void)fd;
	(void)what;
	event_free(p->login.answer);
	p->login.answer = NULL;
	if (!p->closing)
		failed(p);
}

/* The time it takes to say no tells nothing of the work that was done. */
void login_fail_later(struct peer *p)
{
	uint64_t past = (clock_now_ms() - p->login.begun_ms) % REFUSE_STEP_MS;
	uint64_t wait = REFUSE_STEP_MS - past + watch_delay_ms(p->core->watch);
	struct timeval tv = { (time_t)(wait / 1000), (suseconds_t)(wait % 1000) * 1000 };

	p->login.answer = evtimer_new(p->core->base, on_answer, p);
	if (!p->login.answer || event_add(p->login.answer, &tv) < 0)
		peer_violation(p, "no memory for its answer");
}

void login_fail_now(struct peer *p)
{
	p->login.begun_ms = clock_now_ms();
	login_fail_later(p);
}

/* Starts an attempt: remembers the name; false (and answered) if it may not go on. */
bool login_begin(struct peer *p, enum login_method method, struct str user)
{
	struct login *l = &p->login;

	if (p->closing) /* told to end: what was on its way is not looked at */
		return false;
	if (under_way(l)) {
		peer_violation(p, "second login attempt while one is under way");
		return false;
	}
	ask_cancel(l->ask);
	l->ask = NULL;
	l->by_server = l->lost = l->coding = false;
	l->method = method;
	if (!str_is(user, l->user)) {
		l->proven = 0; /* by another */
		l->cert = (struct usercert){ 0 };
	}
	l->prompted = false; /* a new request abandons an open question (RFC 4256 section 3.1) */
	if (!str_copy(user, l->user, sizeof l->user))
		str_copy(STR("?"), l->user, sizeof l->user); /* too long or with a NUL: nobody's name */
	if (used_up(p, method)) {
		give_up(p);
		return false;
	}
	if (factors_may_try(p, method))
		return true;
	login_fail_now(p);
	return false;
}

/* Who is locked out learns nothing of his password. A check that could not be made was no attempt of his. */
static void password_checked(struct peer *p, bool made, bool right)
{
	struct lockout *lockout = p->core->lockout;

	if (right && login_still_local(p) && !lockout_locked(lockout, p->login.name)) {
		factors_proven(p, FACTOR_PASSWORD);
		return;
	}
	if (made)
		lockout_failed(lockout, p->login.name);
	login_fail_later(p);
}

static void verified(void *arg, enum job_kind kind, struct str bytes)
{
	struct peer *p = arg;

	if (kind == JOB_PROGRESS)
		return;
	p->login.job = NULL;
	if (p->closing) /* its time was over meanwhile */
		return;
	if (kind == JOB_FAILED)
		syslog_event(p->core->log, "AAA", 3, "HELPER_FAILED", "password check failed: %.*s", (int)bytes.n,
			     (const char *)bytes.p);
	password_checked(p, kind != JOB_FAILED, secret_check_end(&p->login.check, kind == JOB_RESULT, bytes));
}

static void check_password(struct peer *p, struct str password)
{
	struct login *l = &p->login;
	const struct lyd_node *user;
	struct errbuf e = { "" };
	struct buf request;

	l->begun_ms = clock_now_ms();
	user = login_local_user(p, l->list.is);
	buf_init(&request, 8192);
	secret_check_begin(&l->check, user ? model_below(user, "credential/type") : NULL,
			   user ? model_below(user, "credential/value") : NULL, password, &request);
	l->job = job_start(&p->core->jobs, "verify", buf_str(&request), VERIFY_LIMIT_MS, verified, p, &e);
	buf_release(&request);
	if (!l->job) {
		syslog_event(p->core->log, "AAA", 3, "HELPER_FAILED", "password check failed: %s", e.text);
		login_fail_later(p);
	}
}

void login_none(struct peer *p, const struct ipc_msg_AUTH_NONE *m)
{
	(void)m; /* never enough; the answer names the methods */
	refuse(p);
}

void login_prompt(struct peer *p, struct str instruction, struct str prompt, bool echo)
{
	struct buf prompts;

	p->login.prompted = true;
	buf_init(&prompts, 0);
	str_list_put(&prompts, prompt);
	PEER_SEND(p, AUTH_PROMPT, .name = STR(""), .instruction = instruction, .prompts = str_list_of(&prompts, 1),
		  .echo = echo ? STR("\1") : STR("\0"));
	buf_release(&prompts);
}

/* A local password that was not typed yet is asked for; with none left that could be asked, nobody's is checked. */
void login_next_method(struct peer *p)
{
	struct login *l = &p->login;
	char prompt[PROMPTS_SIZE];

	methods_ssh(p->core, &l->list);
	if (l->list.is == AAA_SERVERS)
		login_ask_begin(p);
	else if (l->method == LOGIN_KBDINT)
		login_prompt(p, STR(""), str_of(prompts_password(p->core, prompt)), false);
	else
		check_password(p, (struct str){ l->typed, l->typed_len });
}

void login_server_let_in(struct peer *p)
{
	p->login.by_server = true;
	memcpy(p->login.name, p->login.user, sizeof p->login.name);
	factors_proven(p, FACTOR_PASSWORD);
}

static void first_method(struct peer *p)
{
	p->login.list = (struct method){ .at = 0 };
	p->login.begun_ms = clock_now_ms();
	login_next_method(p);
}

/* One that is too long is cut: it is longer than any that may be stored, or that a server is given. */
void login_password(struct peer *p, const struct ipc_msg_AUTH_PASSWORD *m)
{
	struct login *l = &p->login;

	if (!login_begin(p, LOGIN_PASSWORD, m->user))
		return;
	l->typed_len = m->password.n < sizeof l->typed ? m->password.n : sizeof l->typed;
	if (l->typed_len)
		memcpy(l->typed, m->password.p, l->typed_len);
	first_method(p);
}

void login_kbdint(struct peer *p, const struct ipc_msg_AUTH_KBDINT *m)
{
	if (login_begin(p, LOGIN_KBDINT, m->user) && !factors_ask_code(p))
		first_method(p);
}

void login_answer(struct peer *p, const struct ipc_msg_AUTH_ANSWER *m)
{
	struct cur c = cur_of(m->answers.raw);
	struct login *l = &p->login;
	struct str answer;

	if (p->closing)
		return;
	if (!l->prompted || under_way(l)) {
		peer_violation(p, "answer to a question nobody asked");
		return;
	}
	l->prompted = false;
	l->method = LOGIN_KBDINT;
	if (l->lost) {
		l->lost = false;
		login_next_method(p);
	} else if (m->answers.count != 1 || !str_list_next(&c, &answer)) {
		ask_cancel(l->ask);
		l->ask = NULL;
		login_fail_now(p);
	} else if (l->coding) {
		factors_code(p, answer);
	} else if (l->ask) {
		login_ask_answer(p, answer);
	} else {
		check_password(p, answer);
	}
}

void login_key_refused(struct peer *p)
{
	if (++p->login.queries >= QUERY_LIMIT)
		p->login.failures[LOGIN_KEY] = tries(p);
	refuse(p);
}

void login_key_end(struct peer *p, bool good)
{
	if (good)
		factors_proven(p, FACTOR_KEY);
	else
		failed(p);
}
