/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_core.c: as much of core as gate and sessions need to be seen at work: one Ed25519 host key made on the spot,
 * the password "admin" for everybody, one script of commands. Driven by test_session.py with real clients.
 * It trusts whatever it is sent: never a model for core.
 *
 *     fake_core [--uid N --gid N]     prints "port N pid GATE", serves until standard input ends
 */
#include "base/err.h"
#include "gate/gate.h"
#include "ipc/ipc.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SESSIONS   64
#define LONG_LINES 20000

struct session {
	struct ipc_channel ch;
	pid_t pid;
	bool used, exec, asking, collecting;
};

static struct session sessions[SESSIONS];
static struct ipc_channel gate;
static EVP_PKEY *key;
static struct buf key_blob;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void make_key(void)
{
	uint8_t raw[32];
	size_t n = sizeof raw;

	key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (!key || EVP_PKEY_get_raw_public_key(key, raw, &n) != 1)
		die("host key");
	buf_init(&key_blob, 0);
	buf_put_cstr(&key_blob, "ssh-ed25519");
	buf_put_str(&key_blob, (struct str){ raw, n });
}

static void setup(struct session *s)
{
	uint8_t cookie[16];
	struct buf blobs;

	buf_init(&blobs, 0);
	str_list_put(&blobs, buf_str(&key_blob));
	RAND_bytes(cookie, sizeof cookie);
	IPC_SEND(&s->ch, SETUP, .kind = KIND_SSH, .cookie = { cookie, 16 }, .version = STR("SSH-2.0-Ravelin_fake"),
		 .kex = STR("curve25519-sha256,curve25519-sha256@libssh.org"), .hostkeys = STR("ssh-ed25519"),
		 .ciphers = STR("aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr"),
		 .macs = STR("hmac-sha2-256-etm@openssh.com,hmac-sha2-256"), .blobs = str_list_of(&blobs, 1),
		 .login_secs = 5, .rekey_bytes = 1 << 20);
	buf_release(&blobs);
}

/* Two answers that the session finds together: the first ends the connection, so the second comes too late. */
static void refuse(struct session *s)
{
	kill(s->pid, SIGSTOP);
	IPC_SEND(&s->ch, SIGNED, .signature = STR(""));
	IPC_SEND(&s->ch, SIGNED, .signature = STR(""));
	kill(s->pid, SIGCONT);
}

static void sign(struct session *s, struct str body)
{
	struct ipc_msg_SIGN m;
	struct buf b, sig;
	uint8_t hash[32], raw[64];
	size_t n = sizeof raw;
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	if (!ipc_get_SIGN(body, &m))
		return;
	if (str_is(m.v_c, "SSH-2.0-refused")) {
		refuse(s);
		EVP_MD_CTX_free(md);
		return;
	}
	buf_init(&b, 0);
	buf_init(&sig, 0);
	buf_put_str(&b, m.v_c);
	buf_put_str(&b, m.v_s);
	buf_put_str(&b, m.i_c);
	buf_put_str(&b, m.i_s);
	buf_put_str(&b, m.k_s);
	buf_put_str(&b, m.q_c);
	buf_put_str(&b, m.q_s);
	buf_put(&b, m.secret.p, m.secret.n);
	EVP_Digest(buf_ptr(&b), buf_len(&b), hash, NULL, EVP_sha256(), NULL);
	if (EVP_DigestSignInit(md, NULL, NULL, NULL, key) != 1 || EVP_DigestSign(md, raw, &n, hash, sizeof hash) != 1)
		die("signature");
	buf_put_cstr(&sig, "ssh-ed25519");
	buf_put_str(&sig, (struct str){ raw, n });
	IPC_SEND(&s->ch, SIGNED, .hash = { hash, sizeof hash }, .signature = buf_str(&sig));
	EVP_MD_CTX_free(md);
	buf_release(&b);
	buf_release(&sig);
}

static void send_long(struct session *s)
{
	int fd = memfd_create("out", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	FILE *f = fdopen(dup(fd), "w");

	for (unsigned i = 0; i < LONG_LINES; i++)
		fprintf(f, "line %u of a long output\n", i);
	fclose(f);
	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	IPC_SEND_FDS(&s->ch, &fd, 1, OUTFD, .size = (uint64_t)lseek(fd, 0, SEEK_END));
	close(fd);
}

static void done(struct session *s)
{
	IPC_SEND(&s->ch, DONE, .status = 0, .prompt = STR("fake#"));
}

static void out(struct session *s, const char *text)
{
	IPC_SEND(&s->ch, OUT, .bytes = str_of(text));
}

static void command(struct session *s, struct str line)
{
	if (str_is(line, "long")) {
		send_long(s);
		out(s, "after it\n");
	} else if (str_is(line, "ask")) {
		s->asking = true;
		IPC_SEND(&s->ch, ASK, .prompt = STR("Sure? [confirm]"), .echo = 1, .kind = ASK_CONFIRM);
		return;
	} else if (str_is(line, "text")) {
		s->collecting = true;
		IPC_SEND(&s->ch, TEXT, .until = STR("quit"), .echo = 1);
		return;
	} else if (str_is(line, "filter")) {
		IPC_SEND(&s->ch, FILTER, .kind = FILTER_INCLUDE, .pattern = STR("line 1999[0-9] "));
		send_long(s);
	} else if (str_is(line, "hang")) {
		return;
	} else if (str_is(line, "fail")) {
		IPC_SEND(&s->ch, DONE, .status = 1, .prompt = STR("fake#"));
		return;
	} else if (str_is(line, "page")) {
		IPC_SEND(&s->ch, SETTINGS, .length = 24, .width = 80, .history = 10);
	} else if (str_is(line, "exit")) {
		IPC_SEND(&s->ch, CLOSE, .status = 0, .text = STR("bye\n"));
		return;
	} else if (str_is(line, "watch")) {
		IPC_SEND(&s->ch, WATCH, .classes = 3);
	} else if (str_is(line, "unwatch")) {
		IPC_SEND(&s->ch, WATCH, .classes = 0);
	} else if (line.n) {
		char text[300];

		snprintf(text, sizeof text, "you said %.*s\n", (int)line.n, (const char *)line.p);
		out(s, text);
	}
	done(s);
}

static void answer(struct session *s, struct str body)
{
	struct ipc_msg_ANSWER m;
	char text[200];

	if (!ipc_get_ANSWER(body, &m))
		return;
	if (str_is(m.text, "\r"))
		m.text = STR("return");
	snprintf(text, sizeof text, "%s: %s%.*s\n", s->asking ? "answer" : "text", m.cancelled ? "cancelled" : "",
		 (int)m.text.n, (const char *)m.text.p);
	s->asking = s->collecting = false;
	out(s, text);
	done(s);
}

static void opened(struct session *s, struct str body)
{
	struct ipc_msg_OPEN m;

	if (!ipc_get_OPEN(body, &m))
		return;
	IPC_SEND(&gate, ADMITTED, .pid = (uint32_t)s->pid);
	s->exec = m.kind == OPEN_EXEC;
	IPC_SEND(&s->ch, LINE, .name = STR("vty 0"), .banner = STR("welcome\n"), .prompt = STR("fake#"), .width = 80,
		 .history = 10);
	if (s->exec)
		command(s, m.command);
}

static void auth(struct session *s, bool good)
{
	IPC_SEND(&s->ch, AUTH_RESULT, .result = good ? AUTH_OK : AUTH_FAIL, .methods = STR("password"));
}

static void from_session(struct session *s, struct ipc_record *r)
{
	struct ipc_msg_AUTH_PASSWORD password;
	struct ipc_msg_HELP help;
	struct ipc_msg_RUN run;
	struct ipc_msg_BYE bye;
	uint8_t cookie[16];

	if (r->type == IPC_COOKIE_ASK) {
		RAND_bytes(cookie, sizeof cookie);
		IPC_SEND(&s->ch, COOKIE, .cookie = { cookie, 16 });
	} else if (r->type == IPC_SIGN) {
		sign(s, r->body);
	} else if (r->type == IPC_AUTH_NONE) {
		auth(s, false);
	} else if (r->type == IPC_AUTH_PASSWORD) {
		auth(s, ipc_get_AUTH_PASSWORD(r->body, &password) && str_is(password.password, "admin"));
	} else if (r->type == IPC_OPEN) {
		opened(s, r->body);
	} else if (r->type == IPC_RUN && ipc_get_RUN(r->body, &run)) {
		command(s, run.line);
	} else if (r->type == IPC_ANSWER) {
		answer(s, r->body);
	} else if (r->type == IPC_HELP && ipc_get_HELP(r->body, &help)) {
		IPC_SEND(&s->ch, HELP_TEXT, .text = STR("  no help here\n"));
	} else if (r->type == IPC_COMPLETE) {
		IPC_SEND(&s->ch, COMPLETION, .insert = STR("pleted "));
	} else if (r->type == IPC_TRACE) {
		printf("TRACE %zu\n", r->body.n);
	} else if (r->type == IPC_CANCEL) {
		out(s, "never seen\n");
		done(s);
	} else if (r->type == IPC_BYE && ipc_get_BYE(r->body, &bye)) {
		printf("bye %.*s\n", (int)bye.text.n, (const char *)bye.text.p);
	}
}

static void from_gate(struct ipc_record *r)
{
	struct ipc_msg_CONNECTION m;
	struct ipc_msg_GONE gone;

	if (r->type == IPC_CONNECTION && ipc_get_CONNECTION(r->body, &m)) {
		for (unsigned i = 0; i < SESSIONS; i++) {
			struct session *s = &sessions[i];

			if (s->used)
				continue;
			*s = (struct session){ .used = true, .pid = (pid_t)m.pid };
			if (ipc_channel_init(&s->ch, r->fds[0], FROM_SESSION, true))
				die("channel");
			r->fds[0] = -1;
			setup(s);
			break;
		}
	} else if (r->type == IPC_GONE && ipc_get_GONE(r->body, &gone)) {
		printf("gone %d\n", (int)gone.wait_status);
	} else if (r->type == IPC_READY) {
		printf("ready\n");
	} else {
		printf("%s\n", ipc_rows[r->type].name);
	}
}

static pid_t start_gate(char *self, char *uid, char *gid)
{
	int pair[2];
	pid_t pid;

	if (ipc_pair(pair) || ipc_channel_init(&gate, pair[0], FROM_GATE, false))
		die("pair");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		if (!getenv("FAKE_STDERR"))
			dup2(null, 2);
		dup2(pair[1], GATE_FD_CORE);
		execl(self, self, "--role", "gate", "--uid", uid, "--gid", gid, "--root", "/proc/self/fdinfo", NULL);
		_exit(127);
	}
	close(pair[1]);
	return pid;
}

static unsigned listen_somewhere(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) < 0 || listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) < 0)
		die("listen");
	IPC_SEND(&gate, POLICY, .starts_begin = 40, .starts_full = 50, .per_source = 20, .login_secs = 5);
	IPC_SEND_FDS(&gate, &fd, 1, LISTEN, .id = 1);
	close(fd);
	return ntohs(a.sin_port);
}

static void serve(void)
{
	struct pollfd p[2 + SESSIONS];
	struct ipc_record r;

	for (;;) {
		p[0] = (struct pollfd){ .fd = 0, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = gate.fd, .events = POLLIN };
		for (unsigned i = 0; i < SESSIONS; i++)
			p[2 + i] = (struct pollfd){ .fd = sessions[i].used ? sessions[i].ch.fd : -1, .events = POLLIN };
		if (poll(p, 2 + SESSIONS, -1) < 0)
			die("poll");
		if (p[0].revents)
			return;
		for (unsigned i = 0; i < SESSIONS; i++) {
			struct session *s = &sessions[i];
			int rc = p[2 + i].revents ? ipc_recv(&s->ch, PH_ANY, now_ms(), &r) : E_AGAIN;

			if (rc == 0) {
				from_session(s, &r);
				ipc_record_release(&r);
			} else if (rc != E_AGAIN) {
				ipc_channel_release(&s->ch);
				s->used = false;
			}
		}
		if (p[1].revents && ipc_recv(&gate, PH_ANY, now_ms(), &r) == 0) {
			from_gate(&r);
			ipc_record_release(&r);
		}
	}
}

int main(int argc, char **argv)
{
	char *uid = argc > 4 && strcmp(argv[1], "--uid") == 0 ? argv[2] : (char[]){ "65534" };
	char *gid = argc > 4 ? argv[4] : (char[]){ "65534" };
	pid_t pid;

	if (argc > 2 && strcmp(argv[1], "--role") == 0)
		return gate_main(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	make_key();
	pid = start_gate(argv[0], uid, gid);
	printf("port %u pid %d\n", listen_somewhere(), (int)pid);
	serve();
	ipc_channel_release(&gate);
	waitpid(pid, NULL, 0);
	return 0;
}
