/* SPDX-License-Identifier: Apache-2.0
 *
 * load.c: the client of the benchmark, the same for every server: many SSH connections from one thread, with the
 * packet layer and the key exchange of src/ssh and nothing else of it. It measures, so it does no more than a server
 * can notice: one ephemeral key serves all its key exchanges, and host key signatures are not verified. Never for use
 * outside the benchmark. RFC 4253, 4252 (publickey, signed at once), 4254 (one session channel).
 *
 *   load login PORT USER KEY CIPHER COUNT AT-ONCE COMMAND   logins with a command; of each, seconds to NEWKEYS and to
 *                                                           the end; a KEY of =WORD is a password, a PORT of
 *                                                           ADDRESS:PORT is reached from this address
 *   load hold  PORT USER KEY CIPHER COUNT AT-ONCE COMMAND   terminals; then a line of standard input each: "ask" types
 *                                                           COMMAND on all and waits for "level" or "[", the end closes
 */
#include "ssh/algorithms.h"
#include "ssh/v2/kex.h"
#include "ssh/v2/number.h"
#include "ssh/v2/packet.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define VERSION   "SSH-2.0-Bench_1"
#define WINDOW    (8u << 20)
#define KEY_MAX   8192
#define EVENTS    64
#define READ_SIZE 262144
#define AGAIN_MAX 100
#define ANSWER    256 /* the end of what a terminal showed last */

enum mode { LOGIN, HOLD };

struct conn {
	int fd;
	bool open, writing, versioned, up, over; /* over: everything was said, this is written and then it is closed */
	double begun;
	struct packet_side rx, tx;
	struct buf in, out, init_peer, init_own, secret;
	char version[256];
	uint8_t hash[EVP_MAX_MD_SIZE];
	size_t hash_len;
	uint32_t peer;     /* number of its channel */
	uint32_t consumed; /* not yet given back */
	bool waiting;      /* for an answer */
	char shown[ANSWER + 1];
	size_t n_shown;
};

static struct {
	enum mode mode;
	uint16_t port;
	in_addr_t from; /* 0: any */
	const char *user, *cipher_name, *command;
	unsigned count, at_once, begun, ended, up, live, answers, again;
	const struct kex_alg *kex;
	const struct cipher_alg *cipher;
	const struct mac_alg *mac;
	struct buf priv, q_c; /* of the ephemeral key */
	EVP_PKEY *key;
	struct buf blob; /* public user key */
	int epoll;
	struct conn *conns;
	const char *password; /* NULL: by key */
	double *keyed, *done;
	unsigned n_keyed;
	unsigned long long bytes;
} b;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

_Noreturn static void die(const char *why)
{
	fprintf(stderr, "load: %s\n", why);
	exit(1);
}

/* ---- the user's key: OpenSSH's file, Ed25519, without a passphrase ---- */

static void take_key(struct str file)
{
	struct cur c = cur_of(file), p;
	struct str pub, secret;

	cur_take(&c, sizeof "openssh-key-v1");
	for (int i = 0; i < 3; i++)
		cur_str(&c); /* cipher, kdf, its options */
	cur_u32(&c);
	pub = cur_str(&c);
	p = cur_of(cur_str(&c));
	cur_u64(&p);
	cur_str(&p); /* type */
	cur_str(&p); /* public half */
	secret = cur_str(&p);
	if (c.bad || p.bad || secret.n != 64)
		die("not an Ed25519 key without a passphrase");
	buf_init(&b.blob, 0);
	buf_put(&b.blob, pub.p, pub.n);
	b.key = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, secret.p, 32);
	if (!b.key)
		die("bad key");
}

static void read_key(const char *path)
{
	FILE *f = fopen(path, "r");
	static uint8_t text[KEY_MAX], raw[KEY_MAX];
	char line[256];
	size_t n = 0;
	int got;

	if (!f)
		die("no key file");
	while (fgets(line, sizeof line, f)) {
		size_t len = strcspn(line, "\r\n");

		if (line[0] == '-' || n + len > sizeof text)
			continue;
		memcpy(text + n, line, len);
		n += len;
	}
	fclose(f);
	got = EVP_DecodeBlock(raw, text, (int)n);
	if (got < 0)
		die("bad key file");
	take_key((struct str){ raw, (size_t)got });
}

/* ---- sending ---- */

static struct buf *begin(struct conn *c, size_t *at, uint8_t type)
{
	*at = packet_begin(&c->out);
	buf_put_u8(&c->out, type);
	return &c->out;
}

static void finish(struct conn *c, size_t at)
{
	if (packet_seal(&c->tx, &c->out, at))
		die("sealing failed");
}

static void send_kexinit(struct conn *c)
{
	const char *lists[] = { "curve25519-sha256",
				"ssh-ed25519",
				b.cipher_name,
				b.cipher_name,
				"hmac-sha2-256",
				"hmac-sha2-256",
				"none",
				"none",
				"",
				"" };
	struct buf *init = &c->init_own;
	size_t at = packet_begin(&c->out);

	buf_init(init, 0);
	buf_put_u8(init, MSG_KEXINIT);
	buf_put(init, "0123456789abcdef", 16);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		buf_put_cstr(init, lists[i]);
	buf_put_u8(init, 0);
	buf_put_u32(init, 0);
	buf_put(&c->out, buf_ptr(init), buf_len(init));
	finish(c, at);
}

static void send_public(struct conn *c)
{
	size_t at;

	buf_put_str(begin(c, &at, MSG_KEX_INIT), buf_str(&b.q_c));
	finish(c, at);
}

static void send_service(struct conn *c)
{
	size_t at;

	buf_put_cstr(begin(c, &at, MSG_SERVICE_REQUEST), "ssh-userauth");
	finish(c, at);
}

static void put_auth(struct buf *to)
{
	buf_put_cstr(to, b.user);
	buf_put_cstr(to, "ssh-connection");
	buf_put_cstr(to, "publickey");
	buf_put_u8(to, 1);
	buf_put_cstr(to, "ssh-ed25519");
	buf_put_str(to, buf_str(&b.blob));
}

static void send_password(struct conn *c)
{
	size_t at;
	struct buf *out = begin(c, &at, MSG_USERAUTH_REQUEST);

	buf_put_cstr(out, b.user);
	buf_put_cstr(out, "ssh-connection");
	buf_put_cstr(out, "password");
	buf_put_u8(out, 0);
	buf_put_cstr(out, b.password);
	finish(c, at);
}

static void send_auth(struct conn *c)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t raw[64];
	size_t n = sizeof raw, at;
	struct buf data, signature, *out;

	buf_init(&data, 0);
	buf_init(&signature, 0);
	buf_put_str(&data, (struct str){ c->hash, c->hash_len });
	buf_put_u8(&data, MSG_USERAUTH_REQUEST);
	put_auth(&data);
	if (!md || EVP_DigestSignInit(md, NULL, NULL, NULL, b.key) != 1 ||
	    EVP_DigestSign(md, raw, &n, buf_ptr(&data), buf_len(&data)) != 1)
		die("signing failed");
	EVP_MD_CTX_free(md);
	buf_put_cstr(&signature, "ssh-ed25519");
	buf_put_str(&signature, (struct str){ raw, n });
	out = begin(c, &at, MSG_USERAUTH_REQUEST);
	put_auth(out);
	buf_put_str(out, buf_str(&signature));
	finish(c, at);
	buf_release(&data);
	buf_release(&signature);
}

static void send_open(struct conn *c)
{
	size_t at;
	struct buf *out = begin(c, &at, MSG_CHANNEL_OPEN);

	buf_put_cstr(out, "session");
	buf_put_u32(out, 0);
	buf_put_u32(out, WINDOW);
	buf_put_u32(out, PACKET_PAYLOAD);
	finish(c, at);
}

static void send_request(struct conn *c, const char *type, bool want_reply)
{
	size_t at;
	struct buf *out = begin(c, &at, MSG_CHANNEL_REQUEST);

	buf_put_u32(out, c->peer);
	buf_put_cstr(out, type);
	buf_put_u8(out, want_reply);
	if (strcmp(type, "exec") == 0)
		buf_put_cstr(out, b.command);
	if (strcmp(type, "pty-req") == 0) {
		buf_put_cstr(out, "vt100");
		for (int i = 0; i < 4; i++)
			buf_put_u32(out, i == 0 ? 80 : i == 1 ? 24 : 0);
		buf_put_cstr(out, "");
	}
	finish(c, at);
}

static void send_number(struct conn *c, uint8_t type, const uint32_t *more)
{
	size_t at;
	struct buf *out = begin(c, &at, type);

	buf_put_u32(out, c->peer);
	if (more)
		buf_put_u32(out, *more);
	finish(c, at);
}

static void type_line(struct conn *c)
{
	size_t at;
	struct buf *out = begin(c, &at, MSG_CHANNEL_DATA);

	buf_put_u32(out, c->peer);
	buf_put_u32(out, (uint32_t)strlen(b.command) + 1);
	buf_puts(out, b.command);
	buf_puts(out, "\r");
	finish(c, at);
}

/* ---- receiving ---- */

static void give_keys(struct conn *c, struct packet_side *side, int way)
{
	struct str hash = { c->hash, c->hash_len };
	uint8_t iv[KEX_KEY_MAX], key[KEX_KEY_MAX], mac[KEX_KEY_MAX];

	if (kex_derive(b.kex->digest, buf_str(&c->secret), hash, hash, (char)('A' + way), iv, b.cipher->iv_len) ||
	    kex_derive(b.kex->digest, buf_str(&c->secret), hash, hash, (char)('C' + way), key, b.cipher->key_len) ||
	    kex_derive(b.kex->digest, buf_str(&c->secret), hash, hash, (char)('E' + way), mac, b.mac->key_len) ||
	    crypt_set(&side->crypt, b.cipher, b.mac, key, iv, mac))
		die("keys failed");
}

static void on_reply(struct conn *c, struct cur *in)
{
	struct str k_s = cur_str(in), q_s = cur_str(in);
	struct kex_hash_input h = { .v_c = STR(VERSION),
				    .v_s = str_of(c->version),
				    .i_c = buf_str(&c->init_own),
				    .i_s = buf_str(&c->init_peer),
				    .k_s = k_s,
				    .q_c = buf_str(&b.q_c),
				    .q_s = q_s };
	size_t at;

	buf_init(&c->secret, 0);
	if (in->bad || b.kex->finish(b.kex, &b.priv, q_s, &c->secret))
		die("key exchange failed");
	h.secret = buf_str(&c->secret);
	if (kex_hash(b.kex->digest, &h, c->hash, &c->hash_len))
		die("hash failed");
	begin(c, &at, MSG_NEWKEYS);
	finish(c, at);
	give_keys(c, &c->tx, C2S);
	send_service(c);
}

static void on_newkeys(struct conn *c)
{
	give_keys(c, &c->rx, S2C);
	buf_release(&c->init_own);
	buf_release(&c->init_peer);
	b.keyed[b.n_keyed++] = now() - c->begun;
}

static void on_confirmation(struct conn *c, struct cur *in)
{
	cur_u32(in);
	c->peer = cur_u32(in);
	if (b.mode == HOLD)
		send_request(c, "pty-req", false);
	send_request(c, b.mode == HOLD ? "shell" : "exec", b.mode == HOLD);
}

static void answered(struct conn *c, struct str bytes)
{
	size_t drop;

	if (bytes.n > ANSWER) {
		bytes.p += bytes.n - ANSWER;
		bytes.n = ANSWER;
	}
	drop = c->n_shown + bytes.n > ANSWER ? c->n_shown + bytes.n - ANSWER : 0;
	memmove(c->shown, c->shown + drop, c->n_shown - drop);
	memcpy(c->shown + c->n_shown - drop, bytes.p, bytes.n);
	c->n_shown += bytes.n - drop;
	c->shown[c->n_shown] = '\0';
	if (c->waiting && (strstr(c->shown, "level is") || strstr(c->shown, "level [1]"))) {
		c->waiting = false;
		b.answers++;
	}
}

static void on_data(struct conn *c, struct cur *in)
{
	struct str bytes;

	cur_u32(in);
	bytes = cur_str(in);
	b.bytes += bytes.n;
	c->consumed += (uint32_t)bytes.n;
	if (b.mode == HOLD)
		answered(c, bytes);
	b.up += !c->up; /* its first word: a line is there */
	c->up = true;
	if (c->consumed > WINDOW / 4) {
		send_number(c, MSG_CHANNEL_WINDOW_ADJUST, &c->consumed);
		c->consumed = 0;
	}
}

static void drop(struct conn *c)
{
	close(c->fd);
	packet_release(&c->rx);
	packet_release(&c->tx);
	buf_release(&c->in);
	buf_release(&c->out);
	buf_release(&c->secret);
	c->open = false;
	b.live--;
}

static void message(struct conn *c, struct str payload)
{
	struct cur in = cur_of(payload);

	switch (cur_u8(&in)) {
	case MSG_KEXINIT:
		buf_init(&c->init_peer, 0);
		buf_put(&c->init_peer, payload.p, payload.n);
		send_public(c);
		break;
	case MSG_KEX_REPLY:
		on_reply(c, &in);
		break;
	case MSG_NEWKEYS:
		on_newkeys(c);
		break;
	case MSG_SERVICE_ACCEPT:
		if (b.password)
			send_password(c);
		else
			send_auth(c);
		break;
	case MSG_USERAUTH_SUCCESS:
		send_open(c);
		break;
	case MSG_USERAUTH_FAILURE:
		die("login refused");
	case MSG_CHANNEL_OPEN_FAILURE:
	case MSG_CHANNEL_FAILURE:
		die("channel refused");
	case MSG_CHANNEL_OPEN_CONFIRMATION:
		on_confirmation(c, &in);
		break;
	case MSG_CHANNEL_DATA:
		on_data(c, &in);
		break;
	case MSG_CHANNEL_CLOSE:
		send_number(c, MSG_CHANNEL_CLOSE, NULL);
		c->over = true; /* over, once this is written */
		break;
	case MSG_DISCONNECT:
		die("disconnected by the server");
	default:
		break;
	}
}

static void take_version(struct conn *c)
{
	struct str s = buf_str(&c->in);
	const uint8_t *end = s.n ? memchr(s.p, '\n', s.n) : NULL;
	size_t n;

	if (!end)
		return;
	n = (size_t)(end - s.p);
	if (n && s.p[n - 1] == '\r')
		n--;
	if (n < 4 || memcmp(s.p, "SSH-", 4) != 0 || !str_copy((struct str){ s.p, n }, c->version, sizeof c->version))
		die("not an SSH server");
	buf_consume(&c->in, (size_t)(end - s.p) + 1);
	c->versioned = true;
}

static void take_packets(struct conn *c)
{
	struct str payload;
	size_t used;
	int rc = 1;

	if (!c->versioned)
		take_version(c);
	while (c->versioned && buf_len(&c->in) && rc == 1) {
		rc = packet_open(&c->rx, c->in.data + c->in.off, buf_len(&c->in), &payload, &used);
		if (rc < 0)
			die("bad packet");
		if (rc == 1) {
			message(c, payload);
			buf_consume(&c->in, used);
		}
	}
}

static void flush(struct conn *c)
{
	while (buf_len(&c->out)) {
		ssize_t n = write(c->fd, buf_ptr(&c->out), buf_len(&c->out));

		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			die("write failed");
		buf_consume(&c->out, (size_t)n);
	}
	if ((buf_len(&c->out) != 0) != c->writing) {
		struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

		c->writing = !c->writing;
		ev.events |= c->writing ? EPOLLOUT : 0;
		epoll_ctl(b.epoll, EPOLL_CTL_MOD, c->fd, &ev);
	}
}

static void dial(struct conn *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(b.port) };
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	int on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	from.sin_addr.s_addr = b.from;
	*c = (struct conn){ .open = true, .begun = now() };
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || bind(c->fd, (struct sockaddr *)&from, sizeof from) < 0 ||
	    connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("no connection");
	if (setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		die("no connection");
	packet_init(&c->rx, false);
	packet_init(&c->tx, true);
	buf_init(&c->in, 0);
	buf_init(&c->out, 0);
	buf_puts(&c->out, VERSION "\r\n");
	send_kexinit(c);
	epoll_ctl(b.epoll, EPOLL_CTL_ADD, c->fd, &ev);
	flush(c);
	b.live++;
}

static void readable(struct conn *c)
{
	static uint8_t bytes[READ_SIZE];
	ssize_t n = read(c->fd, bytes, sizeof bytes);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 && b.mode == HOLD && !c->versioned && b.again++ < AGAIN_MAX) {
		drop(c); /* turned away at the door of a busy machine */
		dial(c);
		return;
	}
	if (n <= 0)
		die("closed by the server");
	buf_put(&c->in, bytes, (size_t)n);
	take_packets(c);
	flush(c);
	if (buf_len(&c->in) == 0 && b.mode == HOLD) { /* many wait: none keeps what it does not need */
		buf_release(&c->in);
		buf_init(&c->in, 0);
	}
	if (c->over) {
		b.done[b.ended++] = now() - c->begun;
		drop(c);
	}
}

/* ---- the loop ---- */

static void turn(void)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(b.epoll, events, EVENTS, 30000);

	if (n <= 0)
		die("nothing happens");
	for (int i = 0; i < n; i++) {
		struct conn *c = events[i].data.ptr;

		if (!c->open)
			continue;
		if (events[i].events & EPOLLOUT)
			flush(c);
		if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			readable(c);
	}
}

static struct conn *place(void)
{
	if (b.mode == HOLD)
		return &b.conns[b.begun];
	for (unsigned i = 0; i < b.at_once; i++) {
		if (!b.conns[i].open)
			return &b.conns[i];
	}
	return NULL;
}

static void logins(void)
{
	double begun = now();

	while (b.ended < b.count) {
		while (b.live < b.at_once && b.begun < b.count) {
			dial(place());
			b.begun++;
		}
		turn();
	}
	printf("count %u\nseconds %.6f\nbytes %llu\n", b.ended, now() - begun, b.bytes);
	for (unsigned i = 0; i < b.n_keyed; i++)
		printf("keyed %.9f\n", b.keyed[i]);
	for (unsigned i = 0; i < b.ended; i++)
		printf("done %.9f\n", b.done[i]);
}

/* Types the command on every terminal, at_once at a time, and waits for the answers. */
static void ask(void)
{
	double begun = now();
	unsigned asked = 0;

	b.answers = 0;
	while (b.answers < b.count) {
		while (asked < b.count && asked - b.answers < b.at_once) {
			struct conn *c = &b.conns[asked++];

			c->waiting = true;
			c->n_shown = 0;
			type_line(c);
			flush(c);
		}
		turn();
	}
	printf("answered %u %.6f\n", b.answers, now() - begun);
	fflush(stdout);
}

static void hold(void)
{
	double begun = now();
	char line[16];

	while (b.up < b.count) {
		while (b.begun < b.count && b.begun - b.up < b.at_once) {
			dial(place());
			b.begun++;
		}
		turn();
	}
	printf("held %u %.6f\n", b.up, now() - begun);
	fflush(stdout);
	while (fgets(line, sizeof line, stdin))
		ask();
}

static bool warm(void)
{
	buf_init(&b.priv, 0);
	buf_init(&b.q_c, 0);
	if (alg_fetch())
		return false;
	b.kex = alg_kex(STR("curve25519-sha256"));
	b.cipher = alg_cipher(str_of(b.cipher_name));
	b.mac = alg_mac(STR("hmac-sha2-256"));
	return b.kex && b.cipher && b.kex->initiate(b.kex, &b.priv, &b.q_c) == 0;
}

int main(int argc, char **argv)
{
	char *colon;

	if (argc != 9) {
		fprintf(stderr, "usage: load login|hold PORT USER KEY CIPHER COUNT AT-ONCE COMMAND\n");
		return 2;
	}
	b.mode = strcmp(argv[1], "hold") == 0 ? HOLD : LOGIN;
	colon = strchr(argv[2], ':');
	b.port = (uint16_t)strtoul(colon ? colon + 1 : argv[2], NULL, 10);
	if (colon) {
		*colon = '\0';
		b.from = inet_addr(argv[2]);
	}
	b.user = argv[3];
	if (argv[4][0] == '=')
		b.password = argv[4] + 1;
	else
		read_key(argv[4]);
	b.cipher_name = argv[5];
	b.count = (unsigned)strtoul(argv[6], NULL, 10);
	b.at_once = (unsigned)strtoul(argv[7], NULL, 10);
	b.command = argv[8];
	b.conns = calloc(b.mode == HOLD ? b.count : b.at_once, sizeof *b.conns);
	b.keyed = calloc(b.count, sizeof *b.keyed);
	b.done = calloc(b.count, sizeof *b.done);
	b.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!b.count || !b.at_once || !b.conns || !b.keyed || !b.done || b.epoll < 0 || !warm())
		die("cannot start");
	if (b.mode == HOLD)
		hold();
	else
		logins();
	return 0;
}
