/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_pki.c: trustpoints as far as they are what the device shows of itself: importing a PKCS#12 file, showing what
 * came out of it, taking it away. Runs in core; the file is hostile and is looked into by a helper, whose answer is
 * checked when it is stored. Like key pairs, none of this is running-config.
 */
#include "core/commands/commands.h"

#include "core/clock.h"
#include "core/config/credentials.h"
#include "core/core.h"
#include "core/files/fs.h"
#include "core/log/syslog.h"
#include "core/session/cli.h"
#include "files/files.h"
#include "helpers/pkcs12.h"
#include "keys/identity.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define IMPORT_LIMIT_MS 15000
#define REPLACE_PROMPT  "% Do you really want to replace it? [yes/no]: "
#define REMOVE_PROMPT   "Are you sure you want to do this? [yes/no]: "

/* --- crypto pki import --- */

enum import_step { I_BEGIN, I_REPLACE, I_PASSWORD, I_MADE };

/* RUN_DONE: the file is in `request`. */
static int read_file(struct run *run, const struct file_name *name, struct buf *request)
{
	char text[FILE_TEXT];
	struct stat st;
	struct buf bytes;
	int fd = fs_open(run->core, name, &st), rc;
	size_t n;

	fs_text(name, text);
	if (fd < 0)
		return run_fail(run, FS_NO_FILE, text);
	buf_init(&bytes, 0);
	rc = S_ISREG(st.st_mode) ? files_read(fd, PKCS12_FILE_MAX, &bytes) : E_INVAL;
	close(fd);
	n = buf_len(&bytes);
	if (rc == 0)
		buf_put_str(request, buf_str(&bytes));
	buf_release(&bytes);
	if (rc == E_TOOBIG)
		return run_fail(run, "%% %s is larger than %d bytes", text, PKCS12_FILE_MAX);
	if (rc < 0 || n == 0)
		return run_fail(run, "%%Error reading %s", text);
	buf_printf(&run->out, "%% Importing pkcs12...\nReading file from %s\n", text);
	return RUN_DONE;
}

static int start_import(struct run *run, const char *password)
{
	const struct file_name *file = run->data;
	struct buf request;

	if (strlen(password) > PKCS12_PASSWORD_MAX)
		return run_fail(run, "%% A password has at most %d bytes", PKCS12_PASSWORD_MAX);
	buf_init(&request, 0);
	if (read_file(run, file, &request) != RUN_DONE) {
		buf_release(&request);
		return RUN_FAILED;
	}
	buf_put_cstr(&request, password);
	return run_start_job(run, I_MADE, "pkcs12", &request, IMPORT_LIMIT_MS);
}

static int want_password(struct run *run)
{
	const char *password = cmd_arg(&run->match, "password");

	return password ? start_import(run, password) : run_ask(run, I_PASSWORD, false, ASK_LINE, "Password: ");
}

static int begin_import(struct run *run)
{
	const char *name = cmd_arg(&run->match, "name"), *url = cmd_arg(&run->match, "url");
	struct file_name *file = arena_alloc(&run->arena, sizeof *file);
	struct volume_entry entry;
	char text[FILE_TEXT];

	if (!file)
		return run_fail(run, "%% Out of memory");
	run->data = file;
	if (!identity_name_valid(name))
		return run_fail(run, "%% A trustpoint's name has at most %d characters, all ASCII", IDENTITY_NAME - 1);
	if (!fs_name(&run->cli->cwd, str_of(url), file) || !fs_volume(run->core, file->fs))
		return run_fail(run, "%% %s is no file of flash0: or nvram:", url);
	fs_text(file, text);
	if (fs_stat(run->core, file, &entry) < 0 || entry.folder) /* before anybody is asked for a password */
		return run_fail(run, FS_NO_FILE, text);
	if (!identity_find(run->core->identities, name))
		return want_password(run);
	buf_printf(&run->out, "%% Trustpoint '%s' has a certificate already.\n", name);
	return run_ask(run, I_REPLACE, true, ASK_YESNO, REPLACE_PROMPT);
}

static int refuse_import(struct run *run, const char *name, const char *why)
{
	char text[256];

	str_copy_printable(str_of(why), text, sizeof text);
	syslog_event(run->core->log, "PKI", 3, "PKCS12_IMPORT_FAILURE",
		     "PKCS #12 import failed for trustpoint: %s. Reason: %s", name, text);
	return run_fail(run, "%% PKCS #12 import failed: %s", text);
}

static void tell_imported(struct run *run, const char *name, unsigned left_out, bool for_clients)
{
	if (left_out)
		buf_printf(&run->out, "%% %u certificate%s of the file left out: no part of the way to an authority\n",
			   left_out, left_out == 1 ? "" : "s");
	if (!for_clients)
		buf_puts(&run->out, "% Warning: the certificate is not for clients of TLS: servers may refuse it\n");
	buf_puts(&run->out, "CRYPTO_PKI: Imported PKCS12 file successfully.\n");
	syslog_event(run->core->log, "PKI", 6, "PKCS12_IMPORT_SUCCESS",
		     "PKCS #12 import in to trustpoint %s successfully imported.", name);
}

static int imported(struct run *run)
{
	const char *name = cmd_arg(&run->match, "name");
	struct cur c = cur_of(buf_str(&run->job_result));
	struct str cards, chain, key;
	struct errbuf e = { "" };
	unsigned left_out;
	bool for_clients;
	char why[256];

	if (!run->job_ok)
		return refuse_import(run, name, "it takes too long, or more than is granted");
	if (cur_u8(&c) != PKCS12_GOOD) {
		str_copy(cur_str(&c), why, sizeof why);
		return refuse_import(run, name, why);
	}
	left_out = cur_u8(&c);
	for_clients = cur_u8(&c);
	cards = cur_str(&c);
	chain = cur_str(&c);
	key = cur_str(&c);
	if (!cur_done(&c))
		return refuse_import(run, name, "bad answer");
	if (identity_put(run->core->identities, name, cards, chain, key, &e) < 0)
		return refuse_import(run, name, e.text);
	credentials_changed(run->core, name);
	tell_imported(run, name, left_out, for_clients);
	return RUN_DONE;
}

int cmd_pki_import(struct run *run)
{
	int rc;

	if (run->step != I_BEGIN && run->cancelled)
		return RUN_FAILED;
	switch (run->step) {
	case I_BEGIN:
		return begin_import(run);
	case I_REPLACE:
		rc = run_yes_or_no(run, REPLACE_PROMPT);
		return rc == RUN_DONE ? want_password(run) : rc;
	case I_PASSWORD:
		return start_import(run, run_answer(run));
	default:
		return imported(run);
	}
}

/* --- no crypto pki trustpoint --- */

int cmd_pki_trustpoint(struct run *run)
{
	const char *name = cmd_arg(&run->match, "name");
	struct errbuf e = { "" };
	int rc;

	if (!run->match.no && !run->match.dflt)
		return run_fail(
		    run, "%% A trustpoint comes into being by \"crypto pki import\", and has nothing to configure "
			 "in this release");
	if (!identity_find(run->core->identities, name))
		return run_fail(run, "%% There is no trustpoint %s", name);
	if (run->step == 0) {
		buf_puts(&run->out, "% Removing an enrolled trustpoint will destroy all certificates\n"
				    " received from the related Certificate Authority.\n\n");
		return run_ask(run, 1, true, ASK_YESNO, REMOVE_PROMPT);
	}
	rc = run_yes_or_no(run, REMOVE_PROMPT);
	if (rc != RUN_DONE)
		return rc;
	if (identity_remove(run->core->identities, name, &e) < 0)
		return run_fail(run, "%% Not removed: %s", e.text);
	credentials_changed(run->core, name);
	syslog_event(run->core->log, "PKI", 6, "TRUSTPOINT_DELETE", "Trustpoint: %s deleted successfully", name);
	buf_puts(&run->out, "% Be sure to ask the CA administrator to revoke your certificates.\n");
	return RUN_DONE;
}

/* --- show crypto pki certificates --- */

static void put_lines(struct buf *out, const char *head, struct str lines)
{
	struct str line;

	buf_printf(out, "  %s:\n", head);
	while (str_line(&lines, &line))
		buf_printf(out, "    %.*s\n", (int)line.n, (const char *)line.p);
}

static void put_date(struct run *run, const char *what, uint64_t when)
{
	char text[CLOCK_TEXT];

	clock_text(&run->core->clock, (time_t)when, text, sizeof text);
	buf_printf(&run->out, "    %s date: %s\n", what, text);
}

static void put_card(struct run *run, const struct identity *id, const struct identity_card *card, bool own)
{
	static const char *const usages[] = { "General Purpose", "Signature", "Encryption" };
	uint64_t now = (uint64_t)time(NULL);
	struct buf *out = &run->out;

	buf_printf(out, "%s\n  Status: %s\n", own ? "Certificate" : "CA Certificate",
		   now < card->from    ? "Not yet valid"
		   : now > card->until ? "Expired"
				       : "Available");
	buf_printf(out, "  Certificate Serial Number (hex): %.*s\n  Certificate Usage: %s\n", (int)card->serial.n,
		   (const char *)card->serial.p, usages[card->usage]);
	put_lines(out, "Issuer", card->issuer);
	put_lines(out, "Subject", card->subject);
	buf_puts(out, "  Validity Date:\n");
	put_date(run, "start", card->from);
	put_date(run, "end  ", card->until);
	buf_printf(out, "  Associated Trustpoints: %s\n\n", id->name);
}

int cmd_show_certificates(struct run *run)
{
	const char *name = cmd_arg(&run->match, "name");
	const struct identity *id;
	struct identity_card card;

	if (name && !identity_find(run->core->identities, name))
		return run_fail(run, "%% There is no trustpoint %s", name);
	for (size_t i = 0; (id = identity_at(run->core->identities, i)); i++) {
		struct cur c = cur_of(buf_str(&id->cards));

		for (bool own = true; (!name || strcmp(name, id->name) == 0) && identity_card_next(&c, &card);
		     own = false)
			put_card(run, id, &card, own);
	}
	return RUN_DONE;
}
