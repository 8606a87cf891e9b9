/* SPDX-License-Identifier: Apache-2.0
 *
 * libssh2_client.c: the client of test_libssh2.py: libssh2, which stands behind curl and much of PHP and Rust, logs in
 * and runs one command or a shell.
 *
 *     libssh2_client PORT USER METHOD SECRET exec COMMAND | shell LINES [KEX HOSTKEY CIPHER MAC]
 *
 * METHOD: password, keyboard-interactive, or publickey (SECRET is the private key's file, the public one beside it).
 * With the last four it proposes those alone, and says on standard error what it uses.
 * What the device says goes to standard output; the exit status is the command's, 100 where the login failed, 101 for
 * anything else.
 */
#include <arpa/inet.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NOT_LOGGED_IN = 100, FAILED = 101 };

static const char *secret;

static _Noreturn void die(LIBSSH2_SESSION *session, int status, const char *what)
{
	char *text = NULL;

	if (session)
		libssh2_session_last_error(session, &text, NULL, 0);
	fprintf(stderr, "%s: %s\n", what, text ? text : "");
	exit(status);
}

static int connect_to(const char *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((in_port_t)strtoul(port, NULL, 10)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof sa) < 0)
		die(NULL, FAILED, "connect");
	return fd;
}

static void answer(const char *name, int name_len, const char *instruction, int instruction_len, int n,
		   const LIBSSH2_USERAUTH_KBDINT_PROMPT *prompts, LIBSSH2_USERAUTH_KBDINT_RESPONSE *responses,
		   void **abstract)
{
	(void)name;
	(void)name_len;
	(void)instruction;
	(void)instruction_len;
	(void)abstract;
	for (int i = 0; i < n; i++) {
		fprintf(stderr, "asked: %.*s\n", (int)prompts[i].length, (const char *)prompts[i].text);
		responses[i].text = strdup(secret); /* libssh2 frees it */
		responses[i].length = (unsigned)strlen(secret);
	}
}

static int log_in(LIBSSH2_SESSION *session, const char *user, const char *method)
{
	char public[4096];

	if (strcmp(method, "password") == 0)
		return libssh2_userauth_password(session, user, secret);
	if (strcmp(method, "keyboard-interactive") == 0)
		return libssh2_userauth_keyboard_interactive(session, user, answer);
	snprintf(public, sizeof public, "%s.pub", secret);
	return libssh2_userauth_publickey_fromfile(session, user, public, secret, NULL);
}

static void start(LIBSSH2_SESSION *session, LIBSSH2_CHANNEL *channel, const char *how, const char *text)
{
	if (strcmp(how, "exec") == 0) {
		if (libssh2_channel_exec(channel, text))
			die(session, FAILED, "exec");
		return;
	}
	if (libssh2_channel_request_pty(channel, "vt100") || libssh2_channel_shell(channel))
		die(session, FAILED, "shell");
	if (libssh2_channel_write(channel, text, strlen(text)) != (ssize_t)strlen(text))
		die(session, FAILED, "write");
}

/* One of each, both ways. */
static void propose(LIBSSH2_SESSION *session, char **names)
{
	static const int methods[] = { LIBSSH2_METHOD_KEX,    LIBSSH2_METHOD_HOSTKEY,  LIBSSH2_METHOD_CRYPT_CS,
				       LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_CRYPT_SC, LIBSSH2_METHOD_MAC_SC };

	for (int i = 0; i < 6; i++)
		if (libssh2_session_method_pref(session, methods[i], names[i < 4 ? i : i - 2]))
			die(session, FAILED, "preference");
}

int main(int argc, char **argv)
{
	LIBSSH2_SESSION *session;
	LIBSSH2_CHANNEL *channel;
	char bytes[4096];
	ssize_t n;
	int fd, status;

	if ((argc != 7 && argc != 11) || libssh2_init(0))
		die(NULL, FAILED, "usage");
	fprintf(stderr, "libssh2 %s\n", libssh2_version(0));
	secret = argv[4];
	fd = connect_to(argv[1]);
	session = libssh2_session_init();
	libssh2_session_set_timeout(session, 20000);
	if (argc == 11)
		propose(session, argv + 7);
	if (libssh2_session_handshake(session, fd))
		die(session, FAILED, "handshake");
	fprintf(stderr, "using: %s %s\n", libssh2_session_methods(session, LIBSSH2_METHOD_CRYPT_SC),
		libssh2_session_methods(session, LIBSSH2_METHOD_MAC_SC));
	if (log_in(session, argv[2], argv[3]))
		die(session, NOT_LOGGED_IN, "login");
	channel = libssh2_channel_open_session(session);
	if (!channel)
		die(session, FAILED, "channel");
	start(session, channel, argv[5], argv[6]);
	while ((n = libssh2_channel_read(channel, bytes, sizeof bytes)) > 0)
		fwrite(bytes, 1, (size_t)n, stdout);
	if (n < 0 || libssh2_channel_wait_closed(channel))
		die(session, FAILED, "read");
	status = libssh2_channel_get_exit_status(channel);
	libssh2_channel_free(channel);
	libssh2_session_free(session);
	libssh2_exit();
	close(fd);
	return status;
}
