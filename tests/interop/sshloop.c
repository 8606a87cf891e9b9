/* SPDX-License-Identifier: Apache-2.0
 *
 * sshloop.c: a small SSH server around src/ssh, only to try the library against other implementations.
 * Listens on 127.0.0.1, makes its host keys at start, forks per connection. User `u`, password `p`, any key given with
 * --user-key (OpenSSH's one-line public form). Shell: an echo; exec: `cat`, `sink` (prints count and SHA-256), `source
 * N` (N bytes), anything else is echoed and ends with status 7. What happens goes to standard error, one line each.
 */
#include "keys/keys.h"
#include "ssh/ssh.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ec.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HOST_KEYS 5
#define USER_KEYS 8
#define CHANNELS  10

enum job { JOB_NONE, JOB_SHELL, JOB_CAT, JOB_SINK, JOB_SOURCE, JOB_TEXT };

struct work {
	enum job job;
	bool eof, ended;
	struct buf pending; /* to be written */
	uint64_t left, count;
	EVP_MD_CTX *md;
	uint32_t status;
};

static struct {
	struct key keys[HOST_KEYS];
	struct buf blobs[HOST_KEYS], user_keys[USER_KEYS];
	size_t n_user_keys;
	struct ssh_config config;
	bool second_round;
} g;

struct server {
	struct ssh_conn *ssh;
	int fd;
	int round;
	bool over;
	struct work work[CHANNELS];
};

static uint8_t filler[65536];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void logf_(const char *what, struct str s)
{
	fprintf(stderr, "%s %.*s\n", what, (int)s.n, s.n ? (const char *)s.p : "");
}

static void make_host_keys(void)
{
	g.keys[0] = (struct key){ .type = KEY_ED25519, .bits = 256, .pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") };
	g.keys[1] = (struct key){ .type = KEY_RSA, .bits = 2048, .pkey = EVP_RSA_gen(2048) };
	g.keys[2] = (struct key){ .type = KEY_ECDSA, .bits = 256, .pkey = EVP_EC_gen("P-256") };
	g.keys[3] = (struct key){ .type = KEY_ECDSA, .bits = 384, .pkey = EVP_EC_gen("P-384") };
	g.keys[4] = (struct key){ .type = KEY_ECDSA, .bits = 521, .pkey = EVP_EC_gen("P-521") };
	for (size_t i = 0; i < HOST_KEYS; i++) {
		buf_init(&g.blobs[i], 0);
		if (g.keys[i].pkey)
			key_blob(&g.keys[i], &g.blobs[i]);
		if (buf_len(&g.blobs[i]) == 0)
			die("host keys");
	}
}

static const struct key *host_key(struct str alg)
{
	for (size_t i = 0; i < HOST_KEYS; i++)
		if (key_alg_fits(&g.keys[i], alg))
			return &g.keys[i];
	return NULL;
}

/* By the method's name, not by the library's row. */
static const char *hash_of(struct str kex)
{
	static const char *const exceptions[][2] = {
		{ "ecdh-sha2-nistp384", "SHA384" },
		{ "ecdh-sha2-nistp521", "SHA512" },
		{ "sntrup761x25519-sha512", "SHA512" },
		{ "sntrup761x25519-sha512@openssh.com", "SHA512" },
		{ "diffie-hellman-group15-sha512", "SHA512" },
		{ "diffie-hellman-group16-sha512", "SHA512" },
		{ "diffie-hellman-group17-sha512", "SHA512" },
		{ "diffie-hellman-group18-sha512", "SHA512" },
		{ "diffie-hellman-group1-sha1", "SHA1" },
		{ "diffie-hellman-group14-sha1", "SHA1" },
		{ "diffie-hellman-group-exchange-sha1", "SHA1" },
	};

	for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
		if (str_is(kex, exceptions[i][0]))
			return exceptions[i][1];
	return "SHA256";
}

/* What the group exchange adds: the client's sizes, the prime of RFC 3526, 2. */
static void put_group(struct buf *t, const struct ssh_event *ev)
{
	uint8_t raw[1024];
	BIGNUM *p;

	if (ev->u.sign.request.n == 0)
		return;
	p = ev->u.sign.group_bits == 2048   ? BN_get_rfc3526_prime_2048(NULL)
	    : ev->u.sign.group_bits == 3072 ? BN_get_rfc3526_prime_3072(NULL)
	    : ev->u.sign.group_bits == 4096 ? BN_get_rfc3526_prime_4096(NULL)
					    : BN_get_rfc3526_prime_8192(NULL);
	buf_put(t, ev->u.sign.request.p, ev->u.sign.request.n);
	buf_put_mpint(t, raw, (size_t)BN_bn2bin(p, raw));
	buf_put_mpint(t, (const uint8_t *)"\2", 1);
	BN_free(p);
}

/* Hashes the transcript as a signer that does not trust the library would, and signs. */
static void sign(struct server *s, const struct ssh_event *ev)
{
	const struct str parts[] = { ev->u.sign.v_c, ev->u.sign.v_s, ev->u.sign.i_c, ev->u.sign.i_s,
				     ev->u.sign.k_s, ev->u.sign.q_c, ev->u.sign.q_s };
	const struct key *key = host_key(ev->u.sign.alg);
	uint8_t hash[EVP_MAX_MD_SIZE];
	size_t n = 0;
	struct buf t, sig;

	buf_init(&t, 0);
	buf_init(&sig, 0);
	for (size_t i = 0; i < 7; i++) {
		if (i == 5)
			put_group(&t, ev);
		buf_put_str(&t, parts[i]);
	}
	buf_put(&t, ev->u.sign.secret.p, ev->u.sign.secret.n);
	if (!EVP_Q_digest(NULL, hash_of(ev->u.sign.kex), NULL, t.data, t.len, hash, &n) || !key ||
	    key_sign(key, ev->u.sign.alg, (struct str){ hash, n }, &sig))
		die("sign");
	ssh_give_signature(s->ssh, (struct str){ hash, n }, buf_str(&sig));
	buf_release(&t);
	buf_release(&sig);
}

static bool signature_right(struct server *s, const struct ssh_event *ev)
{
	struct buf data;
	bool right;

	buf_init(&data, 0);
	buf_put_str(&data, ssh_session_id(s->ssh));
	buf_put_u8(&data, 50);
	buf_put_str(&data, ev->u.auth.user);
	buf_put_str(&data, ev->u.auth.service);
	buf_put_cstr(&data, "publickey");
	buf_put_u8(&data, 1);
	buf_put_str(&data, ev->u.auth.alg);
	buf_put_str(&data, ev->u.auth.blob);
	right = key_verify(ev->u.auth.alg, ev->u.auth.blob, buf_str(&data), ev->u.auth.signature) == 0;
	buf_release(&data);
	return right;
}

static enum ssh_auth_result judge_key(struct server *s, const struct ssh_event *ev)
{
	for (size_t i = 0; i < g.n_user_keys; i++) {
		if (!str_eq(buf_str(&g.user_keys[i]), ev->u.auth.blob))
			continue;
		if (ev->u.auth.signature.n == 0)
			return SSH_AUTH_PK_OK;
		return signature_right(s, ev) ? SSH_AUTH_SUCCESS : SSH_AUTH_FAILED;
	}
	return SSH_AUTH_FAILED;
}

static void prompt(struct server *s, const char *text, bool echo, size_t n)
{
	struct str p = str_of(text);

	ssh_auth_prompt(s->ssh, STR("Login"), STR("One after the other."), &p, &echo, n);
	s->round++;
}

/* Rounds: the password, a code if asked for, and one without prompts. */
static void judge_kbdint(struct server *s, const struct ssh_event *ev)
{
	const char *want = s->round == 1 ? "p" : s->round == 2 && g.second_round ? "42" : NULL;

	if (ev->u.auth.method == SSH_AUTH_KBDINT) {
		s->round = 0;
		prompt(s, "Password: ", false, 1);
	} else if (!str_is(ev->u.auth.user, "u") ||
		   (want && (ev->u.auth.n_answers != 1 || !str_is(ev->u.auth.answers[0], want)))) {
		ssh_auth_reply(s->ssh, SSH_AUTH_FAILED, STR("publickey,keyboard-interactive,password"));
	} else if (s->round == 1 && g.second_round) {
		prompt(s, "Code: ", true, 1);
	} else if (s->round <= 1 + (int)g.second_round) {
		prompt(s, "", false, 0);
	} else {
		fprintf(stderr, "login keyboard-interactive\n");
		ssh_auth_reply(s->ssh, SSH_AUTH_SUCCESS, STR(""));
	}
}

static void judge(struct server *s, const struct ssh_event *ev)
{
	enum ssh_auth_result r = SSH_AUTH_FAILED;
	bool known = str_is(ev->u.auth.user, "u");

	fprintf(stderr, "auth %d %.*s\n", ev->u.auth.method, (int)ev->u.auth.alg.n, ev->u.auth.alg.p);
	if (ev->u.auth.method == SSH_AUTH_KBDINT || ev->u.auth.method == SSH_AUTH_KBDINT_ANSWER) {
		judge_kbdint(s, ev);
		return;
	}
	if (known && ev->u.auth.method == SSH_AUTH_PASSWORD && str_is(ev->u.auth.password, "p"))
		r = SSH_AUTH_SUCCESS;
	if (known && ev->u.auth.method == SSH_AUTH_PUBLICKEY)
		r = judge_key(s, ev);
	ssh_auth_reply(s->ssh, r, STR("publickey,keyboard-interactive,password"));
}

static void begin_exec(struct work *w, struct str command)
{
	char text[64];

	if (str_is(command, "cat")) {
		w->job = JOB_CAT;
	} else if (str_is(command, "sink")) {
		w->job = JOB_SINK;
		w->md = EVP_MD_CTX_new();
		EVP_DigestInit_ex(w->md, EVP_sha256(), NULL);
	} else if (str_copy(command, text, sizeof(text)) && strncmp(text, "source ", 7) == 0) {
		w->job = JOB_SOURCE;
		w->left = strtoull(text + 7, NULL, 10);
	} else {
		w->job = JOB_TEXT;
		w->status = 7;
		buf_put(&w->pending, command.p, command.n);
		buf_puts(&w->pending, "\n");
	}
}

static void request(struct server *s, const struct ssh_event *ev)
{
	struct work *w = &s->work[ev->channel];
	bool ok = true;

	logf_("request", ev->u.request.name);
	switch (ev->u.request.type) {
	case SSH_REQ_SHELL:
		w->job = JOB_SHELL;
		buf_puts(&w->pending, "> ");
		break;
	case SSH_REQ_EXEC:
		begin_exec(w, ev->u.request.text);
		break;
	case SSH_REQ_WINDOW:
		buf_printf(&w->pending, "size %ux%u\r\n", ev->u.request.cols, ev->u.request.rows);
		break;
	case SSH_REQ_BREAK:
		buf_puts(&w->pending, "break\r\n");
		break;
	case SSH_REQ_PTY:
	case SSH_REQ_SIGNAL:
		break;
	default:
		ok = false;
	}
	if (ev->u.request.want_reply)
		ssh_request_reply(s->ssh, ev->channel, ok);
}

static void shell_input(struct work *w, struct str in)
{
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == 4)
			w->eof = true;
		else if (in.p[i] == '\r' || in.p[i] == '\n')
			buf_puts(&w->pending, "\r\n> ");
		else
			buf_put_u8(&w->pending, in.p[i]);
	}
}

static void data(struct server *s, const struct ssh_event *ev)
{
	struct work *w = &s->work[ev->channel];
	struct str in = ev->u.data.bytes;
	size_t n = 0;

	switch (w->job) {
	case JOB_CAT:
		if (buf_len(&w->pending) == 0)
			n = ssh_channel_write(s->ssh, ev->channel, 0, in.p, in.n);
		buf_put(&w->pending, in.p + n, in.n - n);
		ssh_channel_consumed(s->ssh, ev->channel, n);
		return;
	case JOB_SINK:
		w->count += in.n;
		EVP_DigestUpdate(w->md, in.p, in.n);
		break;
	case JOB_SHELL:
		shell_input(w, in);
		break;
	default:
		break;
	}
	ssh_channel_consumed(s->ssh, ev->channel, in.n);
}

static void sink_result(struct work *w)
{
	uint8_t hash[32];

	EVP_DigestFinal_ex(w->md, hash, NULL);
	buf_printf(&w->pending, "%llu ", (unsigned long long)w->count);
	for (size_t i = 0; i < sizeof(hash); i++)
		buf_printf(&w->pending, "%02x", hash[i]);
	buf_puts(&w->pending, "\n");
	w->job = JOB_TEXT;
}

/* Writes what is pending and ends what is finished; true if something moved. */
static bool pump(struct server *s, uint32_t id)
{
	struct work *w = &s->work[id];
	size_t n = 0, part;

	if (w->job == JOB_NONE || w->ended)
		return false;
	if (w->job == JOB_SINK && w->eof)
		sink_result(w);
	if (w->job == JOB_SOURCE && w->left) {
		part = w->left < sizeof(filler) ? w->left : sizeof(filler);
		n = ssh_channel_write(s->ssh, id, 0, filler, part);
		w->left -= n;
	} else if (buf_len(&w->pending)) {
		n = ssh_channel_write(s->ssh, id, 0, buf_ptr(&w->pending), buf_len(&w->pending));
		buf_consume(&w->pending, n);
		if (w->job == JOB_CAT)
			ssh_channel_consumed(s->ssh, id, n);
	}
	if (buf_len(&w->pending) || w->left || (w->job != JOB_SOURCE && w->job != JOB_TEXT && !w->eof))
		return n > 0;
	w->ended = true;
	ssh_channel_exit_status(s->ssh, id, w->status);
	ssh_channel_eof(s->ssh, id);
	ssh_channel_close(s->ssh, id);
	return true;
}

static void open_channel(struct server *s, const struct ssh_event *ev)
{
	struct work *w = &s->work[ev->channel];

	if (!str_is(ev->u.open.type, "session")) {
		ssh_channel_refuse(s->ssh, ev->channel, 3, "only sessions");
		return;
	}
	buf_release(&w->pending);
	memset(w, 0, sizeof(*w));
	buf_init(&w->pending, 0);
	ssh_channel_accept(s->ssh, ev->channel);
}

static void handle(struct server *s, const struct ssh_event *ev)
{
	uint8_t cookie[16];

	switch (ev->type) {
	case SSH_EV_COOKIE:
		RAND_bytes(cookie, sizeof(cookie));
		ssh_give_cookie(s->ssh, cookie);
		break;
	case SSH_EV_SIGN:
		sign(s, ev);
		break;
	case SSH_EV_KEXED:
		fprintf(stderr, "kexed %.*s %.*s %.*s %.*s first=%d strict=%d\n", (int)ev->u.kexed.kex.n,
			ev->u.kexed.kex.p, (int)ev->u.kexed.hostkey.n, ev->u.kexed.hostkey.p,
			(int)ev->u.kexed.cipher_in.n, ev->u.kexed.cipher_in.p, (int)ev->u.kexed.mac_in.n,
			ev->u.kexed.mac_in.n ? (const char *)ev->u.kexed.mac_in.p : "", ev->u.kexed.first,
			ev->u.kexed.strict);
		break;
	case SSH_EV_AUTH:
		judge(s, ev);
		break;
	case SSH_EV_OPEN:
		open_channel(s, ev);
		break;
	case SSH_EV_REQUEST:
		request(s, ev);
		break;
	case SSH_EV_DATA:
		data(s, ev);
		break;
	case SSH_EV_EOF:
		s->work[ev->channel].eof = true;
		break;
	case SSH_EV_CLOSED:
		s->work[ev->channel].job = JOB_NONE;
		break;
	case SSH_EV_PROVE:
		ssh_prove_reply(s->ssh, STR(""));
		break;
	case SSH_EV_WRITABLE:
	case SSH_EV_V1_HELLO: /* its string says 2.0 */
	case SSH_EV_V1_SESSION_KEY:
		break;
	case SSH_EV_DISCONNECT:
		fprintf(stderr, "disconnect by_peer=%d reason=%u %.*s\n", ev->u.disconnect.by_peer,
			ev->u.disconnect.reason, (int)ev->u.disconnect.text.n, ev->u.disconnect.text.p);
		break;
	}
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void work(struct server *s)
{
	struct ssh_event ev;
	enum ssh_step_result r;
	bool moved;

	ssh_tick(s->ssh, now_ms());
	do {
		moved = false;
		while ((r = ssh_step(s->ssh, &ev)) == SSH_EVENT)
			handle(s, &ev);
		for (uint32_t i = 0; i < CHANNELS; i++)
			moved |= pump(s, i);
	} while (moved && r != SSH_END);
	s->over = r == SSH_END;
}

static bool flush_output(struct server *s)
{
	struct buf *out = ssh_output(s->ssh);
	ssize_t n;

	while (buf_len(out)) {
		n = write(s->fd, buf_ptr(out), buf_len(out));
		if (n < 0)
			return errno == EAGAIN;
		buf_consume(out, (size_t)n);
	}
	return true;
}

static bool read_input(struct server *s)
{
	size_t room;
	uint8_t *to = ssh_feed_room(s->ssh, &room);
	ssize_t n = read(s->fd, to, room);

	if (n > 0)
		ssh_fed(s->ssh, (size_t)n);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

static void serve(int fd)
{
	struct server s = { .ssh = ssh_new(&g.config), .fd = fd };
	struct pollfd p = { .fd = fd };
	struct rusage ru;
	int one = 1;

	if (!s.ssh)
		die("ssh_new");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (;;) {
		work(&s);
		if (!flush_output(&s))
			break;
		if (s.over && buf_len(ssh_output(s.ssh)) == 0)
			break;
		p.events = (short)((ssh_wants_input(s.ssh) ? POLLIN : 0) | (buf_len(ssh_output(s.ssh)) ? POLLOUT : 0));
		if (poll(&p, 1, 1000) < 0)
			break;
		if ((p.revents & (POLLHUP | POLLERR)) && !(p.revents & POLLIN))
			break;
		if ((p.revents & POLLIN) && !read_input(&s))
			break;
	}
	getrusage(RUSAGE_SELF, &ru);
	fprintf(stderr, "end cpu_us=%ld user_us=%ld\n",
		(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000 + ru.ru_utime.tv_usec + ru.ru_stime.tv_usec,
		ru.ru_utime.tv_sec * 1000000 + ru.ru_utime.tv_usec);
	ssh_free(s.ssh);
	for (size_t i = 0; i < CHANNELS; i++) {
		buf_release(&s.work[i].pending);
		EVP_MD_CTX_free(s.work[i].md);
	}
	close(fd);
}

static void load_user_key(const char *path)
{
	char type[64], text[8192];
	uint8_t raw[8192];
	FILE *f = fopen(path, "re");
	int n;

	if (!f || fscanf(f, "%63s %8191s", type, text) != 2 || g.n_user_keys == USER_KEYS)
		die(path);
	fclose(f);
	n = EVP_DecodeBlock(raw, (uint8_t *)text, (int)strlen(text));
	for (size_t i = strlen(text); n > 0 && i-- && text[i] == '=';)
		n--;
	buf_init(&g.user_keys[g.n_user_keys], 0);
	buf_put(&g.user_keys[g.n_user_keys++], raw, n > 0 ? (size_t)n : 0);
}

static int listen_on(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 64) ||
	    getsockname(fd, (struct sockaddr *)&a, &len))
		die("listen");
	printf("port %u\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

static int options(int argc, char **argv)
{
	int port = 0;

	for (int i = 1; i < argc; i += 2) {
		const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(o, "--port") == 0)
			port = (int)strtol(v, NULL, 10);
		else if (strcmp(o, "--rekey-bytes") == 0)
			g.config.rekey_bytes = strtoull(v, NULL, 10);
		else if (strcmp(o, "--rekey-ms") == 0)
			g.config.rekey_ms = strtoull(v, NULL, 10);
		else if (strcmp(o, "--window") == 0)
			g.config.window = (uint32_t)strtoul(v, NULL, 10);
		else if (strcmp(o, "--kex") == 0)
			g.config.kex = str_of(v);
		else if (strcmp(o, "--hostkeys") == 0)
			g.config.hostkeys = str_of(v);
		else if (strcmp(o, "--user-key") == 0)
			load_user_key(v);
		else if (strcmp(o, "--banner") == 0)
			g.config.banner = str_of(v);
		else if (strcmp(o, "--second-round") == 0)
			g.second_round = strcmp(v, "yes") == 0;
		else
			die(o);
	}
	return port;
}

int main(int argc, char **argv)
{
	struct str blobs[HOST_KEYS];
	int listener, port, fd;

	for (size_t i = 0; i < sizeof(filler); i++)
		filler[i] = (uint8_t)(i * 7 + i / 251);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	port = options(argc, argv);
	if (ssh_warm())
		die("ssh_warm");
	make_host_keys();
	for (size_t i = 0; i < HOST_KEYS; i++)
		blobs[i] = buf_str(&g.blobs[i]);
	g.config.role = SSH_SERVER;
	g.config.version = STR("SSH-2.0-Ravelin_" RAVELIN_VERSION);
	g.config.hostkey_blobs = blobs;
	g.config.n_hostkey_blobs = HOST_KEYS;
	listener = listen_on(port);
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		if (fork() == 0) {
			close(listener);
			serve(fd);
			_exit(0);
		}
		close(fd);
	}
	return 0;
}
