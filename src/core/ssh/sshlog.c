/* SPDX-License-Identifier: Apache-2.0
 *
 * sshlog.c: see sshlog.h. Runs in core; names of users and algorithms are hostile. IOS calls the number of the
 * connection tty here, as `show ssh` does Connection.
 */
#include "sshlog.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "core/ssh/offer.h"
#include "core/ssh/sshd.h"
#include "model/model.h"

#include <stdio.h>

#define FACILITY           "SSH"
#define SEVERITY           5
#define STRANGERS_A_SECOND 20  /* messages */
#define LIST_SHOWN         170 /* characters of a list of algorithms: two and their words fit into a line */

/* Strangers may not fill the log. */
static bool paced(const struct peer *p)
{
	unsigned long left_out;

	if (!pace_take(&p->core->ssh_log_pace, STRANGERS_A_SECOND, &left_out))
		return false;
	if (left_out)
		syslog_event(p->core->log, FACILITY, 4, "LEFT_OUT",
			     "%lu messages about connections that did not log in were left out", left_out);
	return true;
}

static bool stranger(const struct peer *p)
{
	return !(p->phase & (PH_USER | PH_LINE | PH_FILES));
}

static bool wanted(const struct peer *p)
{
	return p->kind == KIND_SSH && model_bool(p->core->model, "/ravelin-ssh:ssh/logging-events");
}

/* "using crypto cipher 'aes128-ctr', hmac 'hmac-sha2-256'"; version 1 has no MAC to name */
static const char *crypto_of(const struct peer *p, char out[200])
{
	char cipher[SYSLOG_WORD_MAX], mac[SYSLOG_WORD_MAX];

	if (p->v1.chosen) {
		snprintf(out, 200, "using crypto cipher '%s'", syslog_word(p->names.cipher_in, cipher));
		return out;
	}
	snprintf(out, 200, "using crypto cipher '%s', hmac '%s'", syslog_word(p->names.cipher_in, cipher),
		 p->names.cipher_in[0] ? syslog_word(peer_mac(p->names.mac_in), mac) : "");
	return out;
}

static const char *name_of(const struct peer *p)
{
	return p->v1.chosen ? "SSH" : "SSH2";
}

void sshlog_session(const struct peer *p, bool ok)
{
	char crypto[200];

	if (wanted(p) && paced(p))
		syslog_event(p->core->log, FACILITY, SEVERITY, p->v1.chosen ? "SSH_SESSION" : "SSH2_SESSION",
			     "%s Session request from %s (tty = %u) %s %s", name_of(p), p->address, p->number,
			     crypto_of(p, crypto), ok ? "Succeeded" : "Failed");
}

void sshlog_userauth(const struct peer *p, bool ok)
{
	char crypto[200], user[SYSLOG_WORD_MAX];

	if (wanted(p) && (ok || paced(p)))
		syslog_event(p->core->log, FACILITY, SEVERITY, p->v1.chosen ? "SSH_USERAUTH" : "SSH2_USERAUTH",
			     "User '%s' authentication for %s Session from %s (tty = %u) %s %s",
			     syslog_word(p->login.user, user), name_of(p), p->address, p->number, crypto_of(p, crypto),
			     ok ? "Succeeded" : "Failed");
}

void sshlog_close(const struct peer *p)
{
	char crypto[200], user[SYSLOG_WORD_MAX];

	if (p->names.cipher_in[0] && wanted(p) && (!stranger(p) || paced(p)))
		syslog_event(p->core->log, FACILITY, SEVERITY, p->v1.chosen ? "SSH_CLOSE" : "SSH2_CLOSE",
			     "%s Session from %s (tty = %u) for user '%s' %s closed", name_of(p), p->address, p->number,
			     syslog_word(p->cli.user, user), crypto_of(p, crypto));
	else if (!p->names.cipher_in[0])
		sshlog_session(p, false);
}

/* A list of names as it may stand in the log: its beginning, and that it goes on. */
static void put_list(struct buf *out, struct str list)
{
	for (size_t i = 0; i < list.n && i < LIST_SHOWN; i++)
		buf_put_u8(out, list.p[i] > 0x20 && list.p[i] < 0x7f ? list.p[i] : '?');
	if (list.n > LIST_SHOWN)
		buf_puts(out, "...");
}

static const struct {
	const char *what; /* NULL: no list to show */
	enum offer_class offer;
} unmatched[] = {
	[FAULT_NO_KEX] = { "kex algorithm", OFFER_KEX },
	[FAULT_NO_HOSTKEY] = { "hostkey algorithm", OFFER_HOSTKEY },
	[FAULT_NO_CIPHER] = { "cipher", OFFER_ENCRYPTION },
	[FAULT_NO_MAC] = { "mac", OFFER_MAC },
};

static void no_match(const struct peer *p, uint8_t fault, struct str client)
{
	struct buf line, ours;

	buf_init(&line, 1024);
	buf_init(&ours, 8192);
	sshd_offered(p->core->sshd, unmatched[fault].offer, &ours);
	put_list(&line, client);
	buf_puts(&line, " server ");
	put_list(&line, buf_str(&ours));
	syslog_event(p->core->log, FACILITY, 3, "NO_MATCH", "No matching %s found: client %s", unmatched[fault].what,
		     buf_cstr(&line));
	buf_release(&line);
	buf_release(&ours);
}

void sshlog_fault(const struct peer *p, uint8_t fault, struct str client)
{
	bool listed = fault < sizeof unmatched / sizeof unmatched[0] && unmatched[fault].what;

	if ((!listed && fault != FAULT_UNEXPECTED) || !paced(p))
		return;
	if (listed)
		no_match(p, fault, client);
	else
		syslog_event(p->core->log, FACILITY, 4, "SSH2_UNEXPECTED_MSG",
			     "Unexpected message type has arrived. Terminating the connection from %s", p->address);
}
