/* SPDX-License-Identifier: Apache-2.0
 *
 * sshdebug.c: see sshdebug.h. Runs in core; facts are hostile: each is a row of src/ssh/trace.h or its session ends,
 * numbers are printed as numbers, texts as words without what could end them, and all sessions together get so many
 * lines a second. `debug ip ssh` prints every fact in its old words; a keyword prints one class in words of its own.
 *
 * A terminal that shows debug lines must not make the next by showing one: of a session with `terminal monitor` no
 * packets are told.
 */
#include "sshdebug.h"

#include "core/core.h"
#include "core/log/debug.h"
#include "core/log/syslog.h"
#include "core/session/peer.h"
#include "ipc/fact.h"
#include "ssh/rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINES_A_SECOND 500
#define LINE_BYTES     400
#define TTY_ROWS       24 /* where the client names no size */
#define TTY_COLS       80
#define TTY_MAX        512

/* The words of a fact behind `debug ip ssh`, and behind the keyword of its class (NULL: none there); where a fact of
 * both versions is worded otherwise in version 1, or not at all ("" there), that is a table of its own. %n is the
 * number of the connection, %a %b %c are the fact's, %x is a in hexadecimal, %s is its text; %C and %M the names of the
 * cipher a and the MAC b, %K the first message of the key exchange a, %H and %W a terminal's height and width, %U who
 * is logged in. */
#define SAME(text)                                                                                                     \
	{                                                                                                              \
		text, text                                                                                             \
	}
static const struct {
	const char *all, *keyword;
} words[SSH_FACT_COUNT] = {
	[SSH_FACT_RECEIVED] = SAME("SSH2 %n: ssh_receive: %a bytes received"),
	[SSH_FACT_INPUT] = { "SSH2 %n: input: packet len %a", "SSH2 %n: input: total packet length of %a bytes" },
	[SSH_FACT_PARTIAL] = { "SSH2 %n: partial packet %a, need %b, maclen %c",
			       "SSH2 %n: partial packet length(block size)%a bytes,needed %b bytes, maclen %c" },
	[SSH_FACT_MAC_IN] = { "SSH2 %n: MAC #%a ok", "SSH2 %n: MAC compared for #%a :ok" },
	[SSH_FACT_PADDING_IN] = { "SSH2 %n: input: padlen %a", "SSH2 %n: input: padlength %a bytes" },
	[SSH_FACT_TYPE_IN] = { "SSH2 %n: received packet type %a", NULL },
	[SSH_FACT_SEND] = { "SSH2 %n: send: len %a (includes padlen %b)",
			    "SSH2 %n: send:packet of length %a (length also includes padlen of %b)" },
	[SSH_FACT_MAC_OUT] = SAME("SSH2 %n: done calc MAC out #%a"),
	[SSH_FACT_SIGNATURE] = SAME("SSH2 %n: signature length %a"),
	[SSH_FACT_NEWKEYS_MODE] = SAME("SSH2 %n: newkeys: mode %a"),
	[SSH_FACT_VERSION] = SAME("SSH%n: protocol version id is - %s"),
	[SSH_FACT_KEXINIT_SENT] = SAME("SSH2 %n: SSH2_MSG_KEXINIT sent"),
	[SSH_FACT_KEXINIT_RECEIVED] = SAME("SSH2 %n: SSH2_MSG_KEXINIT received"),
	[SSH_FACT_KEX_IN] = { "SSH2: kex: client->server %C %M none", "SSH2:kex: client->server enc:%C mac:%M" },
	[SSH_FACT_KEX_OUT] = { "SSH2: kex: server->client %C %M none", "SSH2:kex: server->client enc:%C mac:%M" },
	[SSH_FACT_GEX_EXPECTED] = SAME("SSH2 %n: expecting SSH2_MSG_KEX_DH_GEX_REQUEST"),
	[SSH_FACT_GEX_REQUEST] =
	    SAME("SSH2 %n: SSH2_MSG_KEX_DH_GEX_REQUEST received - range sent by client is %a < %b < %c"),
	[SSH_FACT_GEX_GROUP] = SAME("SSH2 %n: modulus size established: %a bits"),
	[SSH_FACT_EXPECTING] = SAME("SSH2 %n: expecting %K"),
	[SSH_FACT_KEX_INIT_RECEIVED] = SAME("SSH2 %n: %K received"),
	[SSH_FACT_KEYS_DERIVED] = SAME("SSH2: kex_derive_keys complete"),
	[SSH_FACT_NEWKEYS_SENT] = SAME("SSH2 %n: SSH2_MSG_NEWKEYS sent"),
	[SSH_FACT_NEWKEYS_AWAITED] = SAME("SSH2 %n: waiting for SSH2_MSG_NEWKEYS"),
	[SSH_FACT_NEWKEYS_RECEIVED] = SAME("SSH2 %n: SSH2_MSG_NEWKEYS received"),
	[SSH_FACT_AUTHENTICATED] = SAME("SSH2 %n: authentication successful for %U"),
	[SSH_FACT_CHANNEL_OPEN] = SAME("SSH2 %n: channel open request"),
	[SSH_FACT_REQUEST] = SAME("SSH2 %n: %s request"),
	[SSH_FACT_TTY] = SAME("SSH2 %n: setting TTY - requested: height %a, width %b; set: height %H, width %W"),
	[SSH_FACT_SHELL] = SAME("SSH2 %n: shell message received"),
	[SSH_FACT_EXEC] = SAME("SSH2 %n: exec message received"),
	[SSH_FACT_V1_PUBLIC_KEY] = SAME("SSH%n: SSH_SMSG_PUBLIC_KEY msg"),
	[SSH_FACT_V1_SESSION_KEY] = SAME("SSH%n: SSH_CMSG_SESSION_KEY msg - length %a, type 0x03"),
	[SSH_FACT_V1_CONFIRMED] = SAME("SSH%n: sending encryption confirmation"),
	[SSH_FACT_V1_KEYED] = SAME("SSH%n: keys exchanged and encryption on"),
	[SSH_FACT_V1_USER] = SAME("SSH%n: SSH_CMSG_USER message received"),
	[SSH_FACT_V1_USERID] = SAME("SSH%n: authentication request for userid %s"),
	[SSH_FACT_V1_PASSWORD] = SAME("SSH%n: SSH_CMSG_AUTH_PASSWORD message received"),
	[SSH_FACT_V1_RSA] = SAME("SSH%n: SSH_CMSG_AUTH_RSA message received"),
	[SSH_FACT_V1_RSA_RESPONSE] = SAME("SSH%n: SSH_CMSG_AUTH_RSA_RESPONSE message received"),
	[SSH_FACT_V1_FAILURE] = SAME("SSH%n: SSH_SMSG_FAILURE message sent"),
	[SSH_FACT_V1_PTY] = SAME("SSH%n: requesting TTY"),
	[SSH_FACT_V1_INVALID] = SAME("SSH%n: invalid request - %x"),
	[SSH_FACT_V1_SHELL] = SAME("SSH%n: SSH_CMSG_EXEC_SHELL message received"),
	[SSH_FACT_V1_COMMAND] = SAME("SSH%n: SSH_CMSG_EXEC_CMD message received"),
};
static const char *const words_1[SSH_FACT_COUNT] = {
	[SSH_FACT_AUTHENTICATED] = "SSH%n: authentication successful for %U",
	[SSH_FACT_TTY] = "SSH%n: setting TTY - requested: length %a, width %b; set: length %H, width %W",
	[SSH_FACT_SHELL] = "",
	[SSH_FACT_EXEC] = "",
};

#define NAME(name, ...) name,
static const char *const ciphers[] = { SSH_CIPHER_ROWS(NAME) };
static const char *const macs[] = { SSH_MAC_ROWS(NAME) };
static const char *const kexes[] = { SSH_KEX_ROWS(NAME) };
#undef NAME
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* --- what is wanted of whom --- */

static unsigned wanted(const struct peer *p)
{
	const struct core *core = p->core;
	unsigned classes = 0;

	if (p->kind != KIND_SSH)
		return 0;
	if (debug_on(core, DEBUG_IP_SSH))
		classes = SSH_TRACE_ALL;
	if (debug_on(core, DEBUG_IP_SSH_DETAIL))
		classes |= SSH_TRACE_DETAIL;
	if (debug_on(core, DEBUG_IP_SSH_PACKET))
		classes |= SSH_TRACE_PACKET;
	return p->monitor ? classes & ~(unsigned)SSH_TRACE_PACKET : classes;
}

void sshdebug_watch(struct peer *p)
{
	unsigned classes = wanted(p);

	if (classes == p->watched || p->doomed)
		return;
	p->watched = classes;
	p->was_watched = true;
	PEER_SEND(p, WATCH, .classes = (uint8_t)classes);
}

void sshdebug_watch_all(struct core *core)
{
	struct peer *p;

	TAILQ_FOREACH (p, &core->peers, link)
		sshdebug_watch(p);
}

/* --- what is printed --- */

static bool allowed(struct core *core)
{
	unsigned long left_out;

	if (!pace_take(&core->ssh_debug_pace, LINES_A_SECOND, &left_out))
		return false;
	if (left_out)
		syslog_debug(core->log, "SSH: %lu debug messages left out", left_out);
	return true;
}

static void __attribute__((format(printf, 3, 0)))
say(const struct peer *p, const char *before, const char *fmt, va_list ap)
{
	struct core *core = p->core;
	char text[LINE_BYTES];

	if (!debug_on(core, DEBUG_IP_SSH) && !debug_on(core, DEBUG_IP_SSH_DETAIL))
		return;
	vsnprintf(text, sizeof text, fmt, ap);
	if (allowed(core))
		syslog_debug(core->log, "%s%u: %s", before, p->number, text);
}

void sshdebug_say(const struct peer *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(p, "SSH", fmt, ap);
	va_end(ap);
}

void sshdebug_say_version(const struct peer *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(p, p->v1.chosen ? "SSH" : "SSH2 ", fmt, ap);
	va_end(ap);
}

/* RFC 4253 section 8, 5656 section 4, draft-ietf-sshm-mlkem-hybrid-kex. */
static const char *first_message(const char *kex)
{
	static const char dh[] = "diffie-hellman-", group[] = "diffie-hellman-group-exchange-";

	if (strncmp(kex, group, sizeof group - 1) == 0)
		return "SSH2_MSG_KEX_DH_GEX_INIT";
	if (strncmp(kex, dh, sizeof dh - 1) == 0)
		return "SSH2_MSG_KEXDH_INIT";
	return strncmp(kex, "mlkem", 5) == 0 ? "SSH2_MSG_KEX_HYBRID_INIT" : "SSH2_MSG_KEX_ECDH_INIT";
}

/* What ends the line may hold blanks; control characters are the log's to replace. */
static void put_line(struct buf *out, struct str text)
{
	if (text.n && text.p[text.n - 1] == '\r')
		text.n--;
	for (size_t i = 0; i < text.n; i++)
		buf_put_u8(out, text.p[i] < 0x20 || text.p[i] > 0x7e ? '?' : text.p[i]);
}

static void put_word(struct buf *out, struct str text)
{
	char name[SYSLOG_WORD_MAX], shown[SYSLOG_WORD_MAX];
	size_t n = text.n < sizeof name - 1 ? text.n : sizeof name - 1;

	for (size_t i = 0; i < n; i++)
		name[i] = text.p[i] ? (char)text.p[i] : '?';
	name[n] = '\0';
	buf_puts(out, syslog_word(name, shown));
}

static void put_size(struct buf *out, uint32_t size, unsigned otherwise)
{
	buf_printf(out, "%u", size == 0 ? otherwise : size < TTY_MAX ? size : TTY_MAX);
}

static void put_field(struct buf *out, char field, const struct peer *p, const struct ssh_fact *f)
{
	switch (field) {
	case 'n':
		buf_printf(out, "%u", p->number);
		break;
	case 'a':
		buf_printf(out, "%u", f->a);
		break;
	case 'b':
		buf_printf(out, "%u", f->b);
		break;
	case 'c':
		buf_printf(out, "%u", f->c);
		break;
	case 'x':
		buf_printf(out, "0x%02X", f->a);
		break;
	case 's':
		if (f->what == SSH_FACT_VERSION)
			put_line(out, f->text);
		else
			put_word(out, f->text);
		break;
	case 'C':
		buf_puts(out, ciphers[f->a]);
		break;
	case 'M':
		buf_puts(out, f->b ? macs[f->b - 1] : peer_mac(""));
		break;
	case 'K':
		buf_puts(out, first_message(kexes[f->a]));
		break;
	case 'H':
		put_size(out, f->a, TTY_ROWS);
		break;
	case 'W':
		put_size(out, f->b, TTY_COLS);
		break;
	case 'U':
		put_word(out, str_of(p->cli.user));
		break;
	}
}

static void put_fact(struct buf *out, const char *line, const struct peer *p, const struct ssh_fact *f)
{
	for (; *line; line++) {
		if (*line == '%' && line[1])
			put_field(out, *++line, p, f);
		else
			buf_put_u8(out, (uint8_t)*line);
	}
}

/* The words the switches ask for; NULL: they ask for none. */
static const char *words_for(const struct peer *p, const struct ssh_fact *f)
{
	const struct core *core = p->core;
	bool packet = f->what < SSH_FACT_VERSION, all = debug_on(core, DEBUG_IP_SSH);

	if (!all && !debug_on(core, packet ? DEBUG_IP_SSH_PACKET : DEBUG_IP_SSH_DETAIL))
		return NULL;
	if (p->v1.chosen && words_1[f->what])
		return words_1[f->what][0] ? words_1[f->what] : NULL;
	return all ? words[f->what].all : words[f->what].keyword;
}

/* Rows that exist. */
static bool sane(const struct ssh_fact *f)
{
	switch (f->what) {
	case SSH_FACT_KEX_IN:
	case SSH_FACT_KEX_OUT:
		return f->a < COUNT(ciphers) && f->b <= COUNT(macs);
	case SSH_FACT_EXPECTING:
	case SSH_FACT_KEX_INIT_RECEIVED:
		return f->a < COUNT(kexes);
	default:
		return true;
	}
}

static void print(struct peer *p, const struct ssh_fact *f)
{
	const char *line = words_for(p, f);
	struct buf out;

	if (!line || !allowed(p->core))
		return;
	buf_init(&out, 1024);
	put_fact(&out, line, p, f);
	syslog_debug(p->core->log, "%s", buf_cstr(&out));
	buf_release(&out);
}

void sshdebug_trace(struct peer *p, const struct ipc_msg_TRACE *m)
{
	struct cur c = cur_of(m->facts);
	unsigned n = 0;
	struct ssh_fact f;

	if (!p->was_watched) {
		peer_violation(p, "tells what nobody asked for");
		return;
	}
	p->core->ssh_debug_pace.left_out += m->lost;
	while (c.n && !p->doomed) {
		if (++n > IPC_TRACE_FACTS || !fact_get(&c, &f) || !sane(&f))
			peer_violation(p, "malformed TRACE");
		else
			print(p, &f);
	}
}
