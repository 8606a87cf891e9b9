/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_ssh_server.c: libFuzzer target: a stranger before login. The first byte of the input chooses how the rest is
 * sent: raw bytes, messages framed in clear, or messages sealed after a real key exchange (the client of tests/unit/ssh
 * holds the keys), before login or after it. Besides memory errors it catches anything executed
 * before login and output or input that grows without bound.
 */
#include "../unit/ssh/peer.c"

#include <stdlib.h>
#include <string.h>

enum { RAW, CLEAR, SEALED, LOGGED_IN, MODES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct host *h, bool logged_in)
{
	if (!logged_in && host_executed(h))
		abort();
	if (ssh_output(h->ssh)->err || buf_len(ssh_output(h->ssh)) > 1024 * 1024)
		abort();
}

static void say(struct peer *p, struct host *h)
{
	peer_say(p, h);
	buf_clear(&p->in);
}

/* Well-formed messages, so that the fuzzer need not find each by itself; it changes bytes of them. Fields: s string,
 * u number, b byte, k the host key. */
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
};

static void put_fields(struct buf *out, const struct host *h, const char *fields)
{
	size_t n;

	for (; *fields; fields += n + (fields[n] == ' ')) {
		n = strcspn(fields, " ");
		if (*fields == 's')
			buf_put_str(out, (struct str){ (const uint8_t *)fields + 1, n - 1 });
		else if (*fields == 'k')
			buf_put_str(out, buf_str(&h->blob));
		else if (*fields == 'u')
			buf_put_u32(out, (uint32_t)strtoul(fields + 1, NULL, 10));
		else
			buf_put_u8(out, (uint8_t)strtoul(fields + 1, NULL, 10));
	}
}

/* A template with bytes changed: pairs of place and value. */
static void put_template(struct buf *out, const struct host *h, struct str changes)
{
	size_t which = changes.p[0] % (sizeof(templates) / sizeof(templates[0])), at = buf_len(out), n;

	buf_put_u8(out, templates[which].type);
	put_fields(out, h, templates[which].fields);
	n = buf_len(out) - at;
	for (size_t i = 1; i + 1 < changes.n; i += 2)
		out->data[out->off + at + changes.p[i] % n] = changes.p[i + 1];
}

enum { JOIN = 1, TEMPLATE = 2, AGAIN = 4 };

/* u8 flags, u8 length, bytes of a message, or what to do with a template. */
static void messages(struct peer *p, struct host *h, struct cur in)
{
	uint8_t flags;
	struct str bytes;

	while (in.n && !h->ended) {
		flags = cur_u8(&in);
		bytes = cur_take(&in, cur_u8(&in) % (in.n + 1));
		if ((flags & AGAIN) && p->keyed && !peer_handshake(p, h))
			return;
		if (bytes.n == 0)
			continue;
		p->at = packet_begin(&p->out);
		if (flags & TEMPLATE)
			put_template(&p->out, h, bytes);
		else
			buf_put(&p->out, bytes.p, bytes.n);
		peer_end(p);
		if (!(flags & JOIN))
			say(p, h);
	}
	if (!h->ended)
		say(p, h);
}

/* In pieces, since a packet may arrive cut anywhere. */
static void raw(struct peer *p, struct host *h, struct cur in, size_t piece)
{
	while (in.n && !h->ended) {
		struct str s = cur_take(&in, in.n < piece ? in.n : piece);

		buf_put(&p->out, s.p, s.n);
		say(p, h);
	}
}

static bool greet(struct peer *p, struct host *h, unsigned mode, unsigned variant)
{
	static const char *const ciphers[] = { "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "3des-cbc",
					       "aes256-ctr" };
	static const char *const macs[] = { "", "", "hmac-md5-96", "hmac-sha2-256-etm@openssh.com" };

	p->ciphers = ciphers[variant & 3];
	p->macs = macs[variant & 3];
	if (variant & 4)
		p->kex = "curve25519-sha256";
	if (variant & 8)
		ssh_tick(h->ssh, 1); /* and a re-exchange of our own later */
	if (mode == CLEAR)
		peer_version(p);
	if (mode <= CLEAR)
		return true;
	if (!peer_handshake(p, h))
		return false;
	if (mode == LOGGED_IN && !(peer_login(p, h) && peer_open(p, h)))
		return false;
	if (variant & 8)
		ssh_tick(h->ssh, 10000000);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssh_config config = {
		.banner = STR("hello"),
		.max_channels = 3,
		.window = 5000,
		.ciphers = STR("aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,3des-cbc"),
		.macs = STR("hmac-sha2-256-etm@openssh.com,hmac-md5-96"),
	};
	struct cur in = { data, size, false };
	unsigned mode = cur_u8(&in) % MODES, variant = cur_u8(&in);
	struct host h;
	struct peer p;

	host_init(&h, &config);
	peer_init(&p);
	h.answer = mode == LOGGED_IN ? SSH_AUTH_SUCCESS : (variant & 16 ? SSH_AUTH_PK_OK : SSH_AUTH_FAILED);
	h.prompts = variant >> 6;
	h.no_consume = variant & 32;
	h.echo = variant & 16;
	if (greet(&p, &h, mode, variant)) {
		if (mode == RAW)
			raw(&p, &h, in, (variant >> 2) + 1);
		else
			messages(&p, &h, in);
	}
	check(&h, mode == LOGGED_IN);
	peer_release(&p);
	host_release(&h);
	return 0;
}
