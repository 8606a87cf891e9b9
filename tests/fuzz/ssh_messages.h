/* SPDX-License-Identifier: Apache-2.0
 *
 * ssh_messages.h: well-formed messages of a client, so that a fuzzer need not find each by itself; it changes bytes of
 * them. Shared by the targets that speak SSH.
 */
#ifndef FUZZ_SSH_MESSAGES_H
#define FUZZ_SSH_MESSAGES_H

#include "base/buf.h"
#include "ssh/v2/number.h"

#include <stdlib.h>
#include <string.h>

/* Fields: s string, u number, b byte, k the host key. */
static const struct {
	uint8_t type;
	const char *fields;
} templates[] = {
	{ MSG_DISCONNECT, "u11 sbye s" },
	{ MSG_IGNORE, "sany" },
	{ MSG_SERVICE_REQUEST, "sssh-userauth" },
	{ MSG_EXT_INFO, "u1 sname svalue" },
	{ MSG_KEXINIT,
	  "u1 u2 u3 u4 scurve25519-sha256 sssh-ed25519 saes128-ctr saes128-ctr shmac-sha2-256 shmac-sha2-256 "
	  "snone snone s s b0 u0" },
	{ MSG_KEX_INIT, "s0123456789abcdef0123456789abcdef" },
	{ MSG_NEWKEYS, "" },
	{ MSG_USERAUTH_REQUEST, "su sssh-connection snone" },
	{ MSG_USERAUTH_REQUEST, "su sssh-connection spassword b0 ssecret" },
	{ MSG_USERAUTH_REQUEST, "su sssh-connection spassword b1 sold snew" },
	{ MSG_USERAUTH_REQUEST, "su sssh-connection skeyboard-interactive s s" },
	{ MSG_USERAUTH_REQUEST, "su sssh-connection spublickey b0 sssh-ed25519 sblob" },
	{ MSG_USERAUTH_REQUEST, "su sssh-connection spublickey b1 sssh-ed25519 sblob ssignature" },
	{ MSG_USERAUTH_INFO_RESPONSE, "u2 sone stwo" },
	{ MSG_GLOBAL_REQUEST, "skeepalive@openssh.com b1" },
	{ MSG_GLOBAL_REQUEST, "shostkeys-prove-00@openssh.com b1 k" },
	{ MSG_CHANNEL_OPEN, "ssession u7 u100000 u16384" },
	{ MSG_CHANNEL_WINDOW_ADJUST, "u0 u1" },
	{ MSG_CHANNEL_DATA, "u0 shello" },
	{ MSG_CHANNEL_EXTENDED_DATA, "u0 u1 shello" },
	{ MSG_CHANNEL_EOF, "u0" },
	{ MSG_CHANNEL_CLOSE, "u0" },
	{ MSG_CHANNEL_REQUEST, "u0 sshell b1" },
	{ MSG_CHANNEL_REQUEST, "u0 sexec b1 sshow" },
	{ MSG_CHANNEL_REQUEST, "u0 spty-req b1 svt100 u80 u24 u0 u0 s" },
	{ MSG_CHANNEL_REQUEST, "u0 senv b0 sNAME svalue" },
	{ MSG_CHANNEL_REQUEST, "u0 swindow-change b0 u80 u24 u0 u0" },
	{ MSG_CHANNEL_REQUEST, "u0 sbreak b1 u500" },
	{ MSG_CHANNEL_REQUEST, "u0 ssubsystem b1 ssftp" },
	{ MSG_CHANNEL_REQUEST, "u0 ssignal b0 sINT" },
};

static inline void put_fields(struct buf *out, struct str hostkey, const char *fields)
{
	size_t n;

	for (; *fields; fields += n + (fields[n] == ' ')) {
		n = strcspn(fields, " ");
		if (*fields == 's')
			buf_put_str(out, (struct str){ (const uint8_t *)fields + 1, n - 1 });
		else if (*fields == 'k')
			buf_put_str(out, hostkey);
		else if (*fields == 'u')
			buf_put_u32(out, (uint32_t)strtoul(fields + 1, NULL, 10));
		else
			buf_put_u8(out, (uint8_t)strtoul(fields + 1, NULL, 10));
	}
}

/* The template the first byte chooses, with bytes changed: pairs of place and value. */
static inline void put_template(struct buf *out, struct str hostkey, struct str changes)
{
	size_t which = changes.p[0] % (sizeof(templates) / sizeof(templates[0])), at = buf_len(out), n;

	buf_put_u8(out, templates[which].type);
	put_fields(out, hostkey, templates[which].fields);
	n = buf_len(out) - at;
	for (size_t i = 1; i + 1 < changes.n; i += 2)
		out->data[out->off + at + changes.p[i] % n] = changes.p[i + 1];
}

#endif
