/* SPDX-License-Identifier: Apache-2.0
 *
 * floor.c: what no SSH server with a process of its own for each connection can do without, measured on the machine and
 * at the moment of the benchmark: a fork into the same walls, the cryptography of one login, the reads and writes of
 * its messages; and for the output of a channel one encryption and one write of each packet. Two processes over
 * loopback: the server's processor time is printed, the client's does not count.
 *
 *   floor login COUNT     microseconds a login
 *   floor bulk CIPHER     seconds a GiB; CIPHER gcm or chacha
 *   floor serve PORT PROGRAM ARGUMENT…   the least there is between TCP and a server that talks on its descriptors 0
 * and 1
 */
#include "session/sandbox.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIB    ((size_t)1 << 30)
#define PACKET (32768 + 32)

/* What comes and what goes in one login with a command: the messages of a client of few words. */
static const struct {
	size_t in, out;
} rounds[] = { { 209, 751 }, { 48, 208 }, { 60, 44 }, { 228, 424 }, { 52, 44 }, { 60, 192 }, { 36, 52 } };

#define ROUNDS (sizeof rounds / sizeof rounds[0])

static struct {
	EVP_PKEY *host, *user;
	EVP_CIPHER *gcm, *chacha;
	EVP_MAC *poly;
	EVP_MD *sha;
	uint8_t theirs[32], user_public[32], user_signature[64];
} w;

_Noreturn static void die(const char *why)
{
	fprintf(stderr, "floor: %s\n", why);
	_exit(1);
}

static void need(int ok)
{
	if (ok != 1)
		die("libcrypto");
}

static void hash(const uint8_t *p, size_t n, uint8_t out[32])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned len;

	need(EVP_DigestInit_ex(md, w.sha, NULL));
	need(EVP_DigestUpdate(md, p, n));
	need(EVP_DigestFinal_ex(md, out, &len));
	EVP_MD_CTX_free(md);
}

static void exchange(void)
{
	EVP_PKEY *own = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	EVP_PKEY *peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, w.theirs, 32);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	uint8_t shared[32], transcript[2048] = { 0 }, key[32];
	size_t n = sizeof shared;

	need(EVP_PKEY_derive_init(ctx));
	need(EVP_PKEY_derive_set_peer(ctx, peer));
	need(EVP_PKEY_derive(ctx, shared, &n));
	hash(transcript, sizeof transcript, key);
	for (int i = 0; i < 6; i++)
		hash(transcript, 96, key);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
}

static void sign(EVP_PKEY *key, uint8_t out[64])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	static const uint8_t text[32];
	size_t n = 64;

	need(EVP_DigestSignInit(md, NULL, NULL, NULL, key));
	need(EVP_DigestSign(md, out, &n, text, sizeof text));
	EVP_MD_CTX_free(md);
}

static void verify(void)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, w.user_public, 32);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	static const uint8_t text[32];

	need(EVP_DigestVerifyInit(md, NULL, NULL, NULL, key));
	need(EVP_DigestVerify(md, w.user_signature, 64, text, sizeof text));
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
}

static EVP_CIPHER_CTX *gcm_new(void)
{
	static const uint8_t key[16];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	need(EVP_EncryptInit_ex(ctx, w.gcm, NULL, key, NULL));
	return ctx;
}

static void gcm_seal(EVP_CIPHER_CTX *ctx, uint8_t *p, size_t n)
{
	static uint8_t iv[12];
	int done;

	iv[11]++;
	need(EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, iv));
	need(EVP_EncryptUpdate(ctx, NULL, &done, p, 4));
	need(EVP_EncryptUpdate(ctx, p + 4, &done, p + 4, (int)n - 4));
	need(EVP_EncryptFinal_ex(ctx, p, &done));
	need(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, p + n));
}

static void chacha_seal(EVP_CIPHER_CTX *ctx, EVP_MAC_CTX *mac, uint8_t *p, size_t n)
{
	static uint8_t iv[16];
	uint8_t key[64] = { 0 };
	int done;
	size_t tag;

	iv[15]++;
	need(EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, iv));
	need(EVP_EncryptUpdate(ctx, key, &done, key, sizeof key));
	need(EVP_MAC_init(mac, key, 32, NULL));
	need(EVP_EncryptUpdate(ctx, p, &done, p, (int)n));
	need(EVP_MAC_update(mac, p, n));
	need(EVP_MAC_final(mac, p + n, &tag, 16));
}

static void warm(void)
{
	size_t n = 32;

	w.gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	w.chacha = EVP_CIPHER_fetch(NULL, "ChaCha20", NULL);
	w.poly = EVP_MAC_fetch(NULL, "POLY1305", NULL);
	w.sha = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	w.host = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	w.user = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (!w.gcm || !w.chacha || !w.poly || !w.sha || !w.host || !w.user)
		die("libcrypto");
	need(EVP_PKEY_get_raw_public_key(w.user, w.user_public, &n));
	w.theirs[0] = 9;
	sign(w.user, w.user_signature);
	exchange();
	verify();
	EVP_CIPHER_CTX_free(gcm_new());
}

/* ---- the two ends ---- */

static void take(int fd, uint8_t *p, size_t n)
{
	for (ssize_t got; n; p += got, n -= (size_t)got) {
		got = read(fd, p, n);
		if (got <= 0)
			die("read failed");
	}
}

static void give(int fd, const uint8_t *p, size_t n)
{
	for (ssize_t put; n; p += put, n -= (size_t)put) {
		put = write(fd, p, n);
		if (put <= 0)
			die("write failed");
	}
}

static void quick(int fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		die("no socket");
}

static void serve_login(int fd, const struct sock_fprog *filter)
{
	EVP_CIPHER_CTX *in = NULL, *out = NULL;
	uint8_t bytes[1024] = { 0 };

	if (sandbox_undumpable() || sandbox_limit_session(SANDBOX_SESSION_FDS) || sandbox_landlock() < 0 ||
	    sandbox_apply(filter))
		die("no walls");
	for (size_t i = 0; i < ROUNDS; i++) {
		take(fd, bytes, rounds[i].in);
		if (i == 1) {
			exchange();
			sign(w.host, bytes);
			in = gcm_new();
			out = gcm_new();
		}
		if (i == 3)
			verify();
		if (i > 1) {
			gcm_seal(in, bytes, rounds[i].in);
			gcm_seal(out, bytes, rounds[i].out);
		}
		give(fd, bytes, rounds[i].out);
	}
	_exit(0);
}

static void serve_logins(int listener, unsigned count)
{
	struct sock_fprog filter;
	struct errbuf e;

	if (sandbox_compile(SANDBOX_SESSION, &filter, &e))
		die(e.text);
	malloc_trim(0);
	for (unsigned i = 0; i < count; i++) {
		int fd = accept(listener, NULL, NULL);
		pid_t pid;

		if (fd < 0)
			die("accept failed");
		quick(fd);
		pid = fork();
		if (pid == 0)
			serve_login(fd, &filter);
		close(fd);
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			die("fork failed");
	}
}

static void serve_bulk(int listener, bool gcm)
{
	static uint8_t bytes[PACKET];
	static const uint8_t key[32];
	int fd = accept(listener, NULL, NULL);
	EVP_CIPHER_CTX *ctx = gcm ? gcm_new() : EVP_CIPHER_CTX_new();
	EVP_MAC_CTX *mac = EVP_MAC_CTX_new(w.poly);

	if (fd < 0)
		die("accept failed");
	quick(fd);
	if (!gcm)
		need(EVP_EncryptInit_ex(ctx, w.chacha, NULL, key, NULL));
	for (size_t sent = 0; sent < GIB; sent += 32768) {
		if (gcm)
			gcm_seal(ctx, bytes, PACKET - 16);
		else
			chacha_seal(ctx, mac, bytes, PACKET - 16);
		give(fd, bytes, PACKET);
	}
	close(fd);
}

static int dial(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof *to) < 0)
		die("no connection");
	quick(fd);
	return fd;
}

static void ask_logins(const struct sockaddr_in *to, unsigned count)
{
	uint8_t bytes[1024] = { 0 };

	for (unsigned i = 0; i < count; i++) {
		int fd = dial(to);

		for (size_t k = 0; k < ROUNDS; k++) {
			give(fd, bytes, rounds[k].in);
			take(fd, bytes, rounds[k].out);
		}
		close(fd);
	}
}

static void drain(const struct sockaddr_in *to)
{
	static uint8_t bytes[1 << 18];
	int fd = dial(to);

	while (read(fd, bytes, sizeof bytes) > 0)
		;
	close(fd);
}

static double seconds(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void serve(int listener, bool login, unsigned count, bool gcm)
{
	double before;

	warm();
	before = seconds(RUSAGE_SELF);
	if (login)
		serve_logins(listener, count);
	else
		serve_bulk(listener, gcm);
	printf("%.9f\n", (seconds(RUSAGE_SELF) - before + seconds(RUSAGE_CHILDREN)) / count);
}

_Noreturn static void serve_program(int listener, char **argv)
{
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && fork() == 0) {
			signal(SIGCHLD, SIG_DFL);
			dup2(fd, 0);
			dup2(fd, 1);
			execv(argv[0], argv);
			_exit(127);
		}
		close(fd);
	}
}

int main(int argc, char **argv)
{
	bool program = argc > 3 && strcmp(argv[1], "serve") == 0;
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = 1;
	bool login = argc == 3 && strcmp(argv[1], "login") == 0;
	unsigned count = login ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
	pid_t server;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (program)
		at.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	else if (argc != 3 || !count)
		die("usage: floor login COUNT | floor bulk gcm|chacha | floor serve PORT PROGRAM ARGUMENT...");
	if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 128) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &size) < 0)
		die("no socket");
	if (program)
		serve_program(listener, argv + 3);
	server = fork();
	if (server == 0) {
		serve(listener, login, count, strcmp(argv[2], "gcm") == 0);
		return 0;
	}
	if (login)
		ask_logins(&at, count);
	else
		drain(&at);
	return server > 0 && waitpid(server, &status, 0) == server && status == 0 ? 0 : 1;
}
