/* SPDX-License-Identifier: Apache-2.0
 *
 * passwords.c: rows that carry a password or a secret: what is refused, what is hashed, what the user is warned of, and
 * `service password-encryption`, `password encryption aes`. Runs in core; the slow hashes are computed by helpers.
 */
#include "passwords.h"

#include "aaa/aaa.h"
#include "core/commands/commands.h"
#include "core/core.h"
#include "core/login/master.h"
#include "core/login/methods.h"
#include "core/login/secret_check.h"
#include "core/session/cli.h"
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LIMIT_MS 5000
#define ENABLE_LEVEL  "15"
#define PASSWORDS     "/ravelin-system:passwords/"

/* --- service password-encryption, password encryption aes --- */

/* The lines of a range have one password: they get one hidden form, and stay one line of running-config. */
struct protection {
	const struct core *core;
	bool hide, encrypt; /* type 7, type 6 */
	char clear[AAA_SECRET_SIZE], stored[AAA_SECRET_SIZE];
};

static int set_secret(struct txn *t, struct lyd_node *holder, const char *type, const char *value, struct errbuf *e)
{
	int rc = txn_set(t, holder, "type", type, e);

	return rc ? rc : txn_set(t, holder, "value", value, e);
}

static int hide(struct protection *p, struct txn *t, struct lyd_node *holder, const char *value, struct errbuf *e)
{
	int rc = 0;

	if (!p->stored[0] || strcmp(p->clear, value) != 0) {
		rc = aaa_secret_make(SECRET_OBFUSCATED, str_of(value), p->stored, sizeof p->stored, e);
		if (!str_copy(str_of(value), p->clear, sizeof p->clear))
			p->stored[0] = '\0';
	}
	return rc ? rc : set_secret(t, holder, "7", p->stored, e);
}

/* What cannot be read, as it is not well-formed, stays as it is. */
static int encrypt(const struct protection *p, struct txn *t, struct lyd_node *holder, int type, const char *value,
		   struct errbuf *e)
{
	char clear[AAA_CLEAR_MAX + 1], stored[AAA_SECRET_SIZE];
	int rc = 0;

	if (master_reveal(p->core->master, type, value, clear, sizeof clear) == 0)
		rc = master_seal(p->core->master, str_of(clear), stored, sizeof stored);
	else
		stored[0] = '\0';
	explicit_bzero(clear, sizeof clear);
	if (rc < 0)
		return err_set(e, rc, "a secret cannot be encrypted: %s", err_text(rc));
	return stored[0] ? set_secret(t, holder, "6", stored, e) : 0;
}

/* Only what the device gives to others has a type that may be 6: the model says so. */
static bool may_be_encrypted(struct txn *t, struct lyd_node *holder, int type)
{
	size_t mark = txn_changes(t);
	bool may = txn_set(t, holder, "type", "6", NULL) == 0;

	if (type != SECRET_ENCRYPTED)
		txn_undo_to(t, mark);
	return may;
}

static int protect(void *arg, struct txn *t, struct lyd_node *holder, struct errbuf *e)
{
	const char *type = model_below(holder, "type"), *value = model_below(holder, "value");
	struct protection *p = arg;
	int number = type ? (int)strtol(type, NULL, 10) : -1;

	if (!value)
		return 0;
	if (number == SECRET_ENCRYPTED)
		return master_is_old(p->core->master, value) ? encrypt(p, t, holder, number, value, e) : 0;
	if (number != SECRET_CLEAR && number != SECRET_OBFUSCATED)
		return 0;
	if (p->encrypt && may_be_encrypted(t, holder, number))
		return encrypt(p, t, holder, number, value, e);
	return p->hide && number == SECRET_CLEAR ? hide(p, t, holder, value, e) : 0;
}

static int protect_all(struct core *core, struct txn *t, bool all, struct errbuf *e)
{
	struct protection p = { .core = core,
				.hide = model_bool(core->model, PASSWORDS "encryption"),
				.encrypt = model_bool(core->model, PASSWORDS "aes") && master_there(core->master) };
	int rc = 0;

	if (p.hide || master_there(core->master))
		rc = txn_each_holder(t, all, "value", "type", protect, &p, e);
	explicit_bzero(&p, sizeof p);
	return rc;
}

static int guard(void *arg, struct txn *t, struct errbuf *e)
{
	if (!txn_changes(t))
		return 0;
	return protect_all(arg, t, txn_changes_node(t, PASSWORDS "encryption") || txn_changes_node(t, PASSWORDS "aes"),
			   e);
}

int passwords_guard(struct core *core)
{
	return model_guard(core->model, NULL, guard, core);
}

int passwords_renew(struct core *core, struct errbuf *e)
{
	struct txn *t = model_begin(core->model);
	int rc;

	if (!t)
		return err_set(e, E_BUSY, "the configuration is being changed");
	rc = protect_all(core, t, true, e);
	if (rc < 0) {
		txn_abort(t);
		return rc;
	}
	return txn_commit(t, e);
}

/* --- the hook of `username`, `enable` and a line's `password` --- */

enum secret_step { S_BEGIN, S_HASHED, S_COMPARED };

static bool is_secret(const struct run *run)
{
	return cmd_has(&run->match, "secret");
}

/* `enable` alone has a level. */
static bool is_enable(const struct run *run)
{
	return cmd_has(&run->match, "enable");
}

/* A user has a secret or a password; the other one must go first. */
static bool has_the_other(const struct run *run)
{
	const char *name = cmd_has(&run->match, "username") ? cmd_arg(&run->match, "name") : NULL;
	const struct lyd_node *user =
	    name ? model_entry(run->cli->model, METHODS_USERS, (const char *[]){ name }) : NULL;
	const char *kind = user ? model_below(user, "credential/kind") : NULL;

	return kind && strcmp(kind, is_secret(run) ? "password" : "secret") == 0;
}

static int refuse_stored(struct run *run, int type)
{
	if (!is_secret(run))
		return run_fail(run, "%% Invalid encrypted password: not a well-formed type %d value", type);
	return run_fail(run,
			"ERROR: The secret you entered is not a valid encrypted secret.\n"
			"To enter an UNENCRYPTED secret, do not specify type %d encryption.\n"
			"When you properly enter an UNENCRYPTED secret, it will be encrypted.",
			type);
}

/* What a clear password must be. A saved one is not new: its length is not asked about again. */
static int check_clear(struct run *run, const char *value)
{
	unsigned least = (unsigned)model_uint(run->core->model, "/ravelin-system:passwords/min-length", 0);

	if (!aaa_secret_valid(SECRET_CLEAR, value))
		return run_fail(run, "%% Invalid password: 1 to %d printable characters", AAA_CLEAR_MAX);
	if (run->cli->interactive && strlen(value) < least)
		return run_fail(run,
				"%% Password too short - must be at least %u characters. Password configuration failed",
				least);
	return RUN_DONE;
}

static int wanted_type(const struct run *run)
{
	if (cmd_has(&run->match, "md5"))
		return SECRET_MD5;
	return cmd_has(&run->match, "sha256") ? SECRET_PBKDF2 : SECRET_SCRYPT;
}

static int start_hash(struct run *run, const char *value)
{
	struct buf request;

	buf_init(&request, 8192);
	buf_put_u32(&request, (uint32_t)wanted_type(run));
	buf_put_cstr(&request, value);
	return run_start_job(run, S_HASHED, "secret", &request, HASH_LIMIT_MS);
}

/* The other password of the same level of `enable`, as stored; NULL if there is none. */
static const char *other_enable(const struct run *run, const char **type)
{
	const char *level = cmd_arg(&run->match, "level");
	const char *keys[] = { is_secret(run) ? "password" : "secret", level ? level : ENABLE_LEVEL };
	const struct lyd_node *entry =
	    is_enable(run) ? model_entry(run->core->model, "/ravelin-system:enable", keys) : NULL;

	*type = entry ? model_below(entry, "type") : NULL;
	return entry ? model_below(entry, "value") : NULL;
}

static void say_same(struct run *run)
{
	const char *this = is_secret(run) ? "secret" : "password", *other = is_secret(run) ? "password" : "secret";

	buf_printf(&run->out,
		   "The enable %s you have chosen is the same as your enable %s.\n"
		   "This is not recommended.  Re-enter the enable %s.\n",
		   this, other, this);
}

/* Whether the new password of `enable` is the other one too, which makes the better kept one as weak as the other. */
static int compare(struct run *run, const char *value)
{
	struct secret_check *check = arena_alloc(&run->arena, sizeof *check);
	const char *type, *stored = other_enable(run, &type);
	struct buf request;

	if (!stored || !type || !run->cli->interactive)
		return RUN_DONE;
	if (!check)
		return run_fail(run, "%% Out of memory");
	run->data = check;
	buf_init(&request, 8192);
	secret_check_begin(check, type, stored, str_of(value), &request);
	return run_start_job(run, S_COMPARED, "verify", &request, HASH_LIMIT_MS);
}

static int secret_begin(struct run *run)
{
	const char *value = cmd_arg(&run->match, "value"), *type = cmd_arg(&run->match, "type");
	int number = type ? (int)strtol(type, NULL, 10) : SECRET_CLEAR, rc;

	if (cmd_has(&run->match, "nopassword") && (cmd_set_arg(&run->match, &run->arena, "type", NULL) < 0 ||
						   cmd_set_arg(&run->match, &run->arena, "value", NULL) < 0))
		return run_fail(run, "%% Out of memory");
	if (!value) /* a row without a secret: `username admin privilege 15` */
		return RUN_DONE;
	if (has_the_other(run))
		return run_fail(run, "ERROR: Can not have both a user password and a user secret.\n"
				     "Please choose one or the other.");
	if (number != SECRET_CLEAR && cmd_has(&run->match, "algorithm-type"))
		return run_fail(run, "%% algorithm-type is for an UNENCRYPTED secret");
	if (number != SECRET_CLEAR && !aaa_secret_valid(number, value))
		return refuse_stored(run, number);
	master_warn(run, number, value);
	if (number != SECRET_CLEAR)
		return RUN_DONE;
	rc = check_clear(run, value);
	if (rc != RUN_DONE)
		return rc;
	return is_secret(run) ? start_hash(run, value) : compare(run, value);
}

static int secret_hashed(struct run *run)
{
	const char *clear = arena_strdup(&run->arena, cmd_arg(&run->match, "value"));
	struct cur c = cur_of(buf_str(&run->job_result));
	int type = wanted_type(run);
	char stored[AAA_SECRET_SIZE], number[8];

	if (!run->job_ok)
		return run_fail(run, "%% The secret was not hashed: %s", buf_cstr(&run->job_result));
	snprintf(number, sizeof number, "%d", type);
	if (!clear || !str_copy(cur_str(&c), stored, sizeof stored) || !cur_done(&c) ||
	    !aaa_secret_valid(type, stored) || cmd_set_arg(&run->match, &run->arena, "type", number) < 0 ||
	    cmd_set_arg(&run->match, &run->arena, "value", stored) < 0)
		return run_fail(run, "%% The secret was not hashed");
	return compare(run, clear);
}

int hook_hash_secret(struct run *run)
{
	switch (run->step) {
	case S_BEGIN:
		return secret_begin(run);
	case S_HASHED:
		return secret_hashed(run);
	default:
		if (secret_check_end(run->data, run->job_ok, buf_str(&run->job_result)))
			say_same(run);
		return RUN_DONE;
	}
}
