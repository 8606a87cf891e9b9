/* SPDX-License-Identifier: Apache-2.0
 *
 * sshlog.c: see sshlog.h. Runs in core; names of users and algorithms are hostile. IOS calls the number of the
 * connection tty here, as `show ssh` does Connection.
 */
#include "sshlog.h"

#include "core/core.h"
#include "core/peer.h"
#include "core/syslog.h"
#include "model/model.h"

#include <stdio.h>

#define FACILITY "SSH"
#define SEVERITY 5

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

	if (wanted(p))
		syslog_event(p->core->log, FACILITY, SEVERITY, p->v1.chosen ? "SSH_SESSION" : "SSH2_SESSION",
			     "%s Session request from %s (tty = %u) %s %s", name_of(p), p->address, p->number,
			     crypto_of(p, crypto), ok ? "Succeeded" : "Failed");
}

void sshlog_userauth(const struct peer *p, bool ok)
{
	char crypto[200], user[SYSLOG_WORD_MAX];

	if (wanted(p))
		syslog_event(p->core->log, FACILITY, SEVERITY, p->v1.chosen ? "SSH_USERAUTH" : "SSH2_USERAUTH",
			     "User '%s' authentication for %s Session from %s (tty = %u) %s %s",
			     syslog_word(p->login.user, user), name_of(p), p->address, p->number, crypto_of(p, crypto),
			     ok ? "Succeeded" : "Failed");
}

void sshlog_close(const struct peer *p)
{
	char crypto[200], user[SYSLOG_WORD_MAX];

	if (wanted(p) && p->names.cipher_in[0])
		syslog_event(p->core->log, FACILITY, SEVERITY, p->v1.chosen ? "SSH_CLOSE" : "SSH2_CLOSE",
			     "%s Session from %s (tty = %u) for user '%s' %s closed", name_of(p), p->address, p->number,
			     syslog_word(p->cli.user, user), crypto_of(p, crypto));
	else if (!p->names.cipher_in[0])
		sshlog_session(p, false);
}
