/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_master.c: `key config-key password-encrypt`, the master key of secrets of type 6, and what is said of them. Runs
 * in core; what is typed is turned into a key by a helper.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/master.h"
#include "core/login/passwords.h"
#include "core/login/servers.h"
#include "core/session/cli.h"
#include "model/model.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define MASTER_LIMIT_MS 5000

enum step { M_BEGIN, M_OLD, M_OLD_MADE, M_NEW, M_CONFIRM, M_MADE, M_DELETE };

struct rekey {
	char word[TYPE6_WORD_MAX + 1]; /* the new one */
};

static int derive(struct run *run, int next, const char *word)
{
	struct buf request;

	buf_init(&request, 1024);
	buf_put_cstr(&request, word);
	return run_start_job(run, next, "master", &request, MASTER_LIMIT_MS);
}

static bool derived(const struct run *run, uint8_t key[TYPE6_MASTER])
{
	struct cur c = cur_of(buf_str(&run->job_result));
	struct str bytes = cur_str(&c);

	if (!run->job_ok || !cur_done(&c) || bytes.n != TYPE6_MASTER)
		return false;
	memcpy(key, bytes.p, TYPE6_MASTER);
	return true;
}

static bool take_word(struct rekey *c, const char *word)
{
	return type6_word_valid(str_of(word)) && str_copy(str_of(word), c->word, sizeof c->word);
}

static int refuse_word(struct run *run)
{
	return run_fail(run, "%% Invalid key: %d to %d printable characters", TYPE6_WORD_MIN, TYPE6_WORD_MAX);
}

/* The new one is known, or asked for. */
static int want_new(struct run *run, const struct rekey *c)
{
	return c->word[0] ? derive(run, M_MADE, c->word) : run_ask(run, M_NEW, false, ASK_LINE, "New key: ");
}

static int begin(struct run *run)
{
	bool gone = run->match.no || run->match.dflt;
	const char *word = cmd_arg(&run->match, "key");
	struct rekey *c = arena_alloc(&run->arena, sizeof *c);

	if (!c)
		return run_fail(run, "%% Out of memory");
	*c = (struct rekey){ "" };
	run->data = c;
	if (gone && !master_there(run->core->master))
		return run_fail(run, "%% No master key is configured");
	if (gone)
		return run_ask(run, M_DELETE, true, ASK_YESNO,
			       "\nWARNING: All type 6 encrypted keys will become unusable\n"
			       "Continue with master key deletion ? [yes/no]: ");
	if (word && !take_word(c, word))
		return refuse_word(run);
	if (!master_there(run->core->master) || !run->cli->interactive)
		return want_new(run, c);
	return run_ask(run, M_OLD, false, ASK_LINE, "Old key: ");
}

static int check_old(struct run *run)
{
	if (!type6_word_valid(buf_str(&run->answer)))
		return run_fail(run, "%% The old key is another one");
	return derive(run, M_OLD_MADE, run_answer(run));
}

static int old_made(struct run *run, const struct rekey *c)
{
	uint8_t key[TYPE6_MASTER];
	bool same = derived(run, key) && master_is(run->core->master, key);

	OPENSSL_cleanse(key, sizeof key);
	if (same)
		return want_new(run, c);
	syslog_event(run->core->log, "AAA", 4, "MASTER_KEY_REFUSED", "Old master key mistyped by %s on %s",
		     run->cli->user[0] ? run->cli->user : "console", run->cli->origin);
	return run_fail(run, "%% The old key is another one");
}

static int confirm(struct run *run, const struct rekey *c)
{
	if (!str_is(buf_str(&run->answer), c->word))
		return run_fail(run, "%% The keys are not the same");
	return derive(run, M_MADE, c->word);
}

static void changed(struct run *run)
{
	run->cli->configured = true;
	cli_touched(run->cli);
	servers_read_again(run->core);
}

/* A file says which key there is to be; it does not replace one that is there. */
static int install(struct run *run)
{
	struct master *m = run->core->master;
	struct errbuf e = { "" };
	uint8_t key[TYPE6_MASTER];
	bool same;

	if (!derived(run, key))
		return run_fail(run, "%% The key was not made");
	same = master_is(m, key);
	if (!same && master_there(m) && !run->cli->interactive) {
		OPENSSL_cleanse(key, sizeof key);
		return run_fail(run, "%% Another master key is configured");
	}
	if (!same)
		master_set(m, key);
	OPENSSL_cleanse(key, sizeof key);
	if (passwords_renew(run->core, &e) < 0)
		return run_fail(run, "%% %s", e.text);
	changed(run);
	return RUN_DONE;
}

static int delete (struct run *run)
{
	int rc = run_yes_or_no(run, "Continue with master key deletion ? [yes/no]: ");

	if (rc != RUN_DONE)
		return rc;
	master_set(run->core->master, NULL);
	changed(run);
	return RUN_DONE;
}

int cmd_key_config_key(struct run *run)
{
	struct rekey *c = run->data;

	if (run->step != M_BEGIN && run->cancelled)
		return RUN_FAILED;
	switch (run->step) {
	case M_BEGIN:
		return begin(run);
	case M_OLD:
		return check_old(run);
	case M_OLD_MADE:
		return old_made(run, c);
	case M_NEW:
		if (!take_word(c, run_answer(run)))
			return refuse_word(run);
		return run_ask(run, M_CONFIRM, false, ASK_LINE, "Confirm key: ");
	case M_CONFIRM:
		return confirm(run, c);
	case M_DELETE:
		return delete (run);
	default:
		return install(run);
	}
}

int hook_password_aes(struct run *run)
{
	if (run->cli->interactive && !run->match.no && !master_there(run->core->master))
		buf_puts(&run->out, "Can not encrypt password. Please configure a configuration-key with "
				    "'key config-key'\n");
	return RUN_DONE;
}
