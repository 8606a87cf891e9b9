/* SPDX-License-Identifier: Apache-2.0
 *
 * factors.c: logins by SSH that ask for more than one proof (RFC 4252 section 5.1, login_private.h). Runs in core;
 * what is proven is core's own finding, and holds for one user of one connection.
 *
 * A local user with a secret of one-time passwords types a code behind his password: in the same dialogue of
 * keyboard-interactive, or, when the password came by the method `password`, in one that follows. Only a right password
 * is followed by that question, so that a wrong one, and an unknown user, look as ever. With `ip ssh server
 * authenticate user publickey then …` nothing else begins before a key has been proven, and the key alone is not
 * enough. Version 1 of the protocol cannot ask for more: who needs more does not get in by it.
 */
#include "core/login/login_private.h"

#include "core/clock.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/lockout.h"
#include "core/login/otp.h"

#include <string.h>

enum behind_key { NOTHING, PASSWORD, CODE };

static enum behind_key behind_key(const struct peer *p)
{
	const char *then = model_str(p->core->model, "/ravelin-ssh:ssh/authenticate/then");

	if (!then)
		return NOTHING;
	return strcmp(then, "otp") == 0 ? CODE : PASSWORD;
}

static bool waits_for_code(const struct peer *p)
{
	return (p->login.proven & FACTOR_PASSWORD) || ((p->login.proven & FACTOR_KEY) && behind_key(p) == CODE);
}

bool factors_may_try(const struct peer *p, enum login_method method)
{
	enum behind_key then = behind_key(p);

	if (p->v1.chosen)
		return then == NOTHING;
	if (method == LOGIN_KEY)
		return !(p->login.proven & FACTOR_KEY) && !waits_for_code(p);
	if (then != NOTHING && !(p->login.proven & FACTOR_KEY))
		return false;
	return method == LOGIN_KBDINT || !waits_for_code(p);
}

static void ask(struct peer *p)
{
	p->login.coding = true;
	login_prompt(p, STR(""), STR(OTP_PROMPT), model_bool(p->core->model, "/ravelin-aaa:aaa/otp/echo"));
}

bool factors_ask_code(struct peer *p)
{
	bool waits = waits_for_code(p);

	if (waits)
		ask(p);
	return waits;
}

static void is_in(struct peer *p)
{
	if (p->login.proven & ~(unsigned)FACTOR_KEY)
		lockout_passed(p->core->lockout, p->login.name);
	login_succeeded(p);
}

static void password_proven(struct peer *p)
{
	struct login *l = &p->login;

	if (l->by_server || !otp_wanted(p->core, l->name))
		is_in(p);
	else if (p->v1.chosen)
		login_fail_later(p);
	else if (l->method == LOGIN_KBDINT)
		ask(p);
	else
		login_partial(p);
}

void factors_proven(struct peer *p, enum login_factor factor)
{
	p->login.proven |= factor;
	if (factor == FACTOR_PASSWORD)
		password_proven(p);
	else if (factor == FACTOR_KEY && behind_key(p) != NOTHING)
		login_partial(p);
	else
		is_in(p);
}

/* A user without a secret has no code, and is told so by the log alone. */
void factors_code(struct peer *p, struct str typed)
{
	const char *name = p->login.name;
	char user[SYSLOG_WORD_MAX];

	p->login.coding = false;
	p->login.begun_ms = clock_now_ms();
	if (!otp_wanted(p->core, name))
		syslog_event(p->core->log, "AAA", 4, "NO_OTP_SECRET",
			     "User '%s' from %s is asked for a code and has no secret", syslog_word(name, user),
			     p->address);
	if (!lockout_locked(p->core->lockout, name) && otp_check(p->core, name, typed) && login_still_local(p)) {
		factors_proven(p, FACTOR_CODE);
		return;
	}
	lockout_failed(p->core->lockout, name);
	login_fail_later(p);
}
