/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_otp.c: `crypto otp enroll USER` makes a secret of one-time passwords and shows it once, as text, as a QR code for
 * a person's authenticator (drawn by a helper, where libqrencode is), and with scratch codes; and the hook of `username
 * … otp secret`. Runs in core.
 */
#include "core/commands/commands.h"

#include "aaa/aaa.h"
#include "aaa/totp.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "core/login/master.h"
#include "core/login/methods.h"
#include "core/login/otp.h"
#include "core/session/cli.h"
#include "core/session/peer.h"
#include "model/model.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define DRAW_LIMIT_MS 5000
#define MARGIN        2 /* modules around the code */

enum step { O_BEGIN, O_REPLACE, O_DRAWN };

/* What is kept is never readable: of type 6 if there is a master key for it, else 7. */
static int hide(const struct core *core, const char *secret, char stored[AAA_SECRET_SIZE], const char **type)
{
	bool seal = master_there(core->master) && model_bool(core->model, "/ravelin-system:passwords/aes");

	*type = seal ? "6" : "7";
	return seal ? master_seal(core->master, str_of(secret), stored, AAA_SECRET_SIZE)
		    : aaa_secret_make(SECRET_OBFUSCATED, str_of(secret), stored, AAA_SECRET_SIZE, NULL);
}

/* --- username … otp secret --- */

int hook_otp_secret(struct run *run)
{
	const char *value = cmd_arg(&run->match, "value"), *given = cmd_arg(&run->match, "type"), *type;
	int number = given ? (int)strtol(given, NULL, 10) : SECRET_CLEAR, rc;
	char secret[AAA_CLEAR_MAX + 1], stored[AAA_SECRET_SIZE];

	if (number == SECRET_ENCRYPTED && aaa_secret_valid(number, value)) {
		master_warn(run, number, value);
		return RUN_DONE;
	}
	rc = master_reveal(run->core->master, number, value, secret, sizeof secret);
	if (rc < 0 || !totp_secret_valid(secret))
		rc = run_fail(run, "%% Invalid secret: base32 of 10 to 64 bytes");
	else if (number != SECRET_CLEAR)
		rc = RUN_DONE;
	else if (hide(run->core, secret, stored, &type) < 0 ||
		 cmd_set_arg(&run->match, &run->arena, "type", type) < 0 ||
		 cmd_set_arg(&run->match, &run->arena, "value", stored) < 0)
		rc = run_fail(run, "%% The secret cannot be kept");
	else
		rc = RUN_DONE;
	OPENSSL_cleanse(secret, sizeof secret);
	return rc;
}

/* --- crypto otp enroll --- */

/* A name in a URI (RFC 3986). */
static void put_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("-._~", *text) || (*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') ||
		    (*text >= 'a' && *text <= 'z'))
			buf_put(out, text, 1);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
	}
}

static void put_uri(const struct run *run, const char *secret, struct buf *out)
{
	const char *host = core_hostname(run->core);

	buf_puts(out, "otpauth://totp/");
	put_escaped(out, host);
	buf_puts(out, ":");
	put_escaped(out, cmd_arg(&run->match, "user"));
	buf_printf(out, "?secret=%s&issuer=", secret);
	put_escaped(out, host);
}

static int keep_secret(struct run *run, const char *user, const char *secret)
{
	char stored[AAA_SECRET_SIZE];
	struct lyd_node *entry;
	struct errbuf e = { "" };
	const char *type;
	struct txn *t;
	int rc = hide(run->core, secret, stored, &type);

	if (rc < 0)
		return run_fail(run, "%% The secret cannot be kept");
	t = model_begin(run->core->model);
	if (!t)
		return run_fail(run, "%% The configuration is being changed");
	rc = txn_entry(t, NULL, METHODS_USERS, (const char *[]){ user }, &entry, &e);
	rc = rc ? rc : txn_set(t, entry, "otp/type", type, &e);
	rc = rc ? rc : txn_set(t, entry, "otp/value", stored, &e);
	if (rc == 0)
		rc = txn_commit(t, &e);
	else
		txn_abort(t);
	return rc < 0 ? run_fail(run, "%% %s", e.text) : RUN_DONE;
}

static int make(struct run *run)
{
	const char *user = cmd_arg(&run->match, "user");
	char *secret = arena_alloc(&run->arena, TOTP_TEXT);
	struct buf uri, request;
	int rc;

	if (!methods_user(run->core, user, true))
		return run_fail(run, "%% No such user: %s", user);
	if (!secret || totp_secret_make(secret) < 0)
		return run_fail(run, "%% No secret was made");
	rc = keep_secret(run, user, secret);
	if (rc != RUN_DONE)
		return rc;
	run->data = secret;
	otp_begin(run->core, user, secret);
	cli_touched(run->cli);
	syslog_event(run->core->log, "AAA", 5, "OTP_ENROLLED",
		     "User %s has a new secret of one-time passwords by %s on %s", user,
		     run->cli->user[0] ? run->cli->user : "console", run->cli->origin);
	buf_init(&uri, 1024);
	put_uri(run, secret, &uri);
	buf_printf(
	    &run->out,
	    "One-time passwords of user %s: %d digits, another code every %d seconds\n\n  Secret  %s\n  URI     %s\n\n",
	    user, TOTP_DIGITS, TOTP_STEP, secret, buf_cstr(&uri));
	buf_init(&request, 2048);
	buf_put_str(&request, buf_str(&uri));
	buf_release(&uri);
	return run_start_job(run, O_DRAWN, "qr", &request, DRAW_LIMIT_MS);
}

/* Two modules in one character; what is light is drawn, since terminals are dark. */
static void draw(struct buf *out, uint32_t width, struct str modules)
{
	static const char *const halves[] = { " ", "\u2584", "\u2580", "\u2588" };
	int side = (int)width;

	for (int y = -MARGIN; y < side + MARGIN; y += 2) {
		buf_puts(out, "  ");
		for (int x = -MARGIN; x < side + MARGIN; x++) {
			bool inside = x >= 0 && x < side;
			bool upper = inside && y >= 0 && y < side && modules.p[y * side + x];
			bool lower = inside && y + 1 >= 0 && y + 1 < side && modules.p[(y + 1) * side + x];

			buf_puts(out, halves[(upper ? 0 : 2) | (lower || y + 1 >= side + MARGIN ? 0 : 1)]);
		}
		buf_puts(out, "\n");
	}
}

static void put_code(struct run *run)
{
	const struct peer *p = peer_of(run->cli);
	struct cur c = cur_of(buf_str(&run->job_result));
	uint32_t width = cur_u32(&c), columns;
	struct str modules = cur_str(&c);

	if (!run->job_ok || !cur_done(&c) || width == 0 || width > 177 || modules.n != (size_t)width * width) {
		buf_puts(&run->out, "The QR code was not drawn\n\n");
		return;
	}
	columns = width + 2 * MARGIN + 2;
	if (p && p->width && p->width < columns) {
		buf_printf(&run->out, "The terminal is too narrow for the QR code: %u columns are needed\n\n", columns);
		return;
	}
	draw(&run->out, width, modules);
	buf_puts(&run->out, "\n");
}

static int show(struct run *run)
{
	char *secret = run->data, code[TOTP_LONG + 1];

	put_code(run);
	buf_puts(&run->out, "Scratch codes, each good once in place of a code; they are not shown again:\n");
	for (unsigned i = 0; i < TOTP_SCRATCHES; i++)
		if (totp_scratch(secret, i, code) == 0)
			buf_printf(&run->out, "  %s\n", code);
	buf_puts(&run->out, "The secret is in running-config, hidden; \"write memory\" keeps it\n");
	OPENSSL_cleanse(code, sizeof code);
	OPENSSL_cleanse(secret, TOTP_TEXT);
	return RUN_DONE;
}

int cmd_otp_enroll(struct run *run)
{
	const char *user = cmd_arg(&run->match, "user");
	int rc;

	switch (run->step) {
	case O_BEGIN:
		if (!otp_wanted(run->core, user))
			return make(run);
		buf_printf(&run->out, "%% User %s has a secret already; its codes will not be good any more.\n", user);
		return run_ask(run, O_REPLACE, true, ASK_YESNO, "Replace it? [yes/no]: ");
	case O_REPLACE:
		rc = run_yes_or_no(run, "Replace it? [yes/no]: ");
		return rc == RUN_DONE ? make(run) : rc;
	default:
		return show(run);
	}
}
