/* SPDX-License-Identifier: Apache-2.0
 *
 * floor_files.c: what no server that moves a file over an encrypted connection can do without: each packet of a get is
 * read from the file, encrypted and written to the socket; each of a put is read from the socket, decrypted and written
 * into a file. Two processes over loopback: the server's processor time is printed, the client's does not count.
 *
 *   floor_files get|put gcm|chacha FILE    seconds a GiB; FILE has a GiB, or gets it
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIB    ((size_t)1 << 30)
#define DATA   32768
#define TAG    16
#define PACKET (DATA + 16 + TAG)

static struct {
	EVP_CIPHER_CTX *ctx;
	EVP_MAC_CTX *mac;
	bool gcm;
} w;

_Noreturn static void die(const char *why)
{
	fprintf(stderr, "floor_files: %s\n", why);
	_exit(1);
}

static void need(int ok)
{
	if (ok != 1)
		die("libcrypto");
}

static void begin_cipher(void)
{
	static const uint8_t key[32];

	w.ctx = EVP_CIPHER_CTX_new();
	w.mac = EVP_MAC_CTX_new(EVP_MAC_fetch(NULL, "POLY1305", NULL));
	need(EVP_EncryptInit_ex(w.ctx, EVP_CIPHER_fetch(NULL, w.gcm ? "AES-128-GCM" : "ChaCha20", NULL), NULL, key,
				NULL));
}

/* One direction costs what the other does: the tag is made, not compared. */
static void crypt_packet(uint8_t *p)
{
	static uint8_t iv[16];
	uint8_t key[64] = { 0 };
	int done, n = PACKET - TAG;
	size_t tag;

	iv[11]++;
	need(EVP_EncryptInit_ex(w.ctx, NULL, NULL, NULL, iv));
	if (w.gcm) {
		need(EVP_EncryptUpdate(w.ctx, NULL, &done, p, 4));
		need(EVP_EncryptUpdate(w.ctx, p + 4, &done, p + 4, n - 4));
		need(EVP_EncryptFinal_ex(w.ctx, p, &done));
		need(EVP_CIPHER_CTX_ctrl(w.ctx, EVP_CTRL_AEAD_GET_TAG, TAG, p + n));
		return;
	}
	need(EVP_EncryptUpdate(w.ctx, key, &done, key, sizeof key));
	need(EVP_MAC_init(w.mac, key, 32, NULL));
	need(EVP_EncryptUpdate(w.ctx, p, &done, p, n));
	need(EVP_MAC_update(w.mac, p, (size_t)n));
	need(EVP_MAC_final(w.mac, p + n, &tag, TAG));
}

static void serve_get(int fd, int file)
{
	static uint8_t bytes[PACKET];

	for (size_t at = 0; at < GIB; at += DATA) {
		if (pread(file, bytes + 16, DATA, (off_t)at) != DATA)
			die("read failed");
		crypt_packet(bytes);
		for (size_t sent = 0; sent < PACKET;) {
			ssize_t n = write(fd, bytes + sent, PACKET - sent);

			if (n <= 0)
				die("write failed");
			sent += (size_t)n;
		}
	}
}

static void serve_put(int fd, int file)
{
	static uint8_t bytes[4 * PACKET];
	size_t held = 0, at = 0;

	while (at < GIB) {
		ssize_t n = read(fd, bytes + held, sizeof bytes - held);
		size_t done = 0;

		if (n <= 0)
			die("read failed");
		for (held += (size_t)n; held - done >= PACKET; done += PACKET, at += DATA) {
			crypt_packet(bytes + done);
			if (pwrite(file, bytes + done + 16, DATA, (off_t)at) != DATA)
				die("write failed");
		}
		held -= done;
		memmove(bytes, bytes + done, held);
	}
}

static void be_client(const struct sockaddr_in *to, bool get)
{
	static uint8_t bytes[1 << 18];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t left = GIB / DATA * PACKET;

	if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof *to) < 0)
		die("no connection");
	while (left) {
		size_t part = left < sizeof bytes ? left : sizeof bytes;
		ssize_t n = get ? read(fd, bytes, part) : write(fd, bytes, part);

		if (n <= 0)
			break;
		left -= (size_t)n;
	}
	if (!get) /* until all was taken */
		(void)!read(fd, bytes, 1);
	close(fd);
}

static double seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void serve(int listener, bool get, const char *path)
{
	int fd = accept(listener, NULL, NULL), on = 1;
	int file = get ? open(path, O_RDONLY) : open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	double before;

	if (fd < 0 || file < 0)
		die("open failed");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	begin_cipher();
	before = seconds();
	if (get)
		serve_get(fd, file);
	else
		serve_put(fd, file);
	printf("%.9f\n", seconds() - before);
	close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = 1;
	bool get;
	pid_t server;

	if (argc != 4)
		die("usage: floor_files get|put gcm|chacha FILE");
	get = strcmp(argv[1], "get") == 0;
	w.gcm = strcmp(argv[2], "gcm") == 0;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &size) < 0)
		die("no socket");
	server = fork();
	if (server == 0) {
		serve(listener, get, argv[3]);
		return 0;
	}
	be_client(&at, get);
	return server > 0 && waitpid(server, &status, 0) == server && status == 0 ? 0 : 1;
}
