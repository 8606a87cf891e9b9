/* SPDX-License-Identifier: Apache-2.0
 *
 * helper.c: the life of a helper (helpers.h): lock in, read one request, work, answer. What it computes is in work.c.
 * The walls stand before the first byte is read: no descriptor but the socket, no file, no network, no process, no
 * core dump, a system call list that is a session's, and where root started it a user of its own. A row of the table
 * says what a role needs beyond that: descriptors that come with its request, connections, a few files to read.
 */
#include "helpers.h"

#include "base/err.h"
#include "core/job.h"
#include "record.h"
#include "session/sandbox.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELPER_FD 3

enum { EXIT_LOCK = 3, EXIT_REQUEST, EXIT_ANSWER };

#define CPU_MOVING RLIM_INFINITY /* a file takes what it takes; core ends who does nothing */

static const struct role {
	const char *name;
	int (*work)(struct str request, struct buf *result);
	rlim_t cpu_seconds;
	/* Only for those that need more: */
	unsigned descriptors;     /* come with the request */
	unsigned calls;           /* more system calls */
	int (*prepare)(void);     /* before the walls stand */
	const char *const *files; /* may be read */
	bool connects;
} roles[] = {
	{ "rsa", work_rsa, 300 },
	{ "dsa", work_dsa, 60 },
	{ "verify", work_verify, 5 },
	{ "secret", work_secret, 5 },
	{ "master", work_master, 5 },
	{ "qr", work_qr, 5 },
	{ "pkcs12", work_pkcs12, 10, 0, 0, pkcs12_prepare },
	{ "sign", work_sign, 5 },
	{ "move", work_move, CPU_MOVING, 2, SANDBOX_MOVE },
	{ "remote", work_remote, CPU_MOVING, 1, SANDBOX_MOVE | SANDBOX_CONNECT, remote_prepare, .connects = true },
	{ "image", work_image, 60, 1, 0, image_prepare },
	{ "resolve", work_resolve, 5, 0, SANDBOX_CONNECT | SANDBOX_RESOLVE, resolve_prepare, resolve_files, true },
};

static int descriptors[JOB_FDS_MAX] = { -1, -1 };

int helper_descriptor(unsigned i)
{
	return descriptors[i];
}

static const struct role *find_role(const char *name)
{
	if (strncmp(name, "helper-", 7) == 0)
		name += 7;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i].name, name) == 0)
			return &roles[i];
	return NULL;
}

static int limit(int what, rlim_t most)
{
	return setrlimit(what, &(struct rlimit){ most, most });
}

static int lock_in(const struct role *role, unsigned uid, unsigned gid)
{
	static const int keep[] = { HELPER_FD };
	struct sock_fprog filter;

	/* Settings in files are not for helpers, and could not be read later. */
	if (!OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL))
		return E_CRYPTO;
	if (sandbox_close_others(keep, 1) < 0 || sandbox_compile(SANDBOX_SESSION | role->calls, &filter, NULL) < 0)
		return E_IO;
	if (role->prepare && role->prepare() < 0)
		return E_UNSUPPORTED;
	if (uid && sandbox_become(uid, gid, NULL, NULL) < 0)
		return E_IO;
	/* A write that finds no room or no reader fails; it does not kill. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return E_IO;
	if (sandbox_undumpable() < 0 || sandbox_landlock_but(role->files, role->connects) < 0 ||
	    sandbox_limit_session(SANDBOX_SESSION_FDS) < 0 || (!role->descriptors && limit(RLIMIT_FSIZE, 0) < 0) ||
	    limit(RLIMIT_CPU, role->cpu_seconds) < 0)
		return E_IO;
	return sandbox_apply(&filter);
}

static int read_all(uint8_t *p, size_t n)
{
	while (n) {
		ssize_t got = read(HELPER_FD, p, n);

		if (got == 0 || (got < 0 && errno != EINTR))
			return E_IO;
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
	return 0;
}

/* The descriptors come with the first byte. */
static int read_first(uint8_t *p, unsigned n)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof descriptors)];
	} control = { { 0 } };
	struct iovec one = { p, 1 };
	struct msghdr m = {
		.msg_iov = &one, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
	};
	const struct cmsghdr *c;

	if (recvmsg(HELPER_FD, &m, MSG_CMSG_CLOEXEC) != 1)
		return E_IO;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(n * sizeof(int)))
		return n ? E_INVAL : 0;
	memcpy(descriptors, CMSG_DATA(c), n * sizeof(int));
	return 0;
}

static int read_request(struct buf *request, unsigned n_descriptors)
{
	uint8_t head[RECORD_HEAD], *room;
	struct cur c = cur_of((struct str){ head, sizeof head });
	uint8_t kind;
	size_t n;

	if (read_first(head, n_descriptors) < 0 || read_all(head + 1, sizeof head - 1) < 0)
		return E_IO;
	kind = cur_u8(&c);
	n = cur_u32(&c);
	if (kind != RECORD_REQUEST || n == 0 || n > RECORD_MAX)
		return E_INVAL;
	room = buf_room(request, n);
	if (!room || read_all(room, n) < 0)
		return E_IO;
	buf_claim(request, n);
	return 0;
}

static int send_record(enum record_kind kind, struct str bytes)
{
	struct buf out;
	int r;

	buf_init(&out, RECORD_HEAD + RECORD_MAX);
	buf_put_u8(&out, (uint8_t)kind);
	buf_put_str(&out, bytes);
	r = out.err;
	while (r == 0 && buf_len(&out)) {
		ssize_t n = write(HELPER_FD, buf_ptr(&out), buf_len(&out));

		if (n > 0)
			buf_consume(&out, (size_t)n);
		else if (n == 0 || errno != EINTR)
			r = E_IO;
	}
	buf_release(&out);
	return r;
}

void helper_progress(const char *text)
{
	/* Nobody listens any more: the job was cancelled. */
	if (send_record(RECORD_PROGRESS, str_of(text)) < 0)
		_exit(EXIT_ANSWER);
}

int helper_main(const char *name, int argc, char **argv)
{
	const struct role *role = find_role(name);
	struct buf request, result;
	int r, status = 0;

	if (!role || lock_in(role, sandbox_argument(argc, argv, "--uid"), sandbox_argument(argc, argv, "--gid")) < 0)
		return EXIT_LOCK;
	buf_init(&request, RECORD_MAX);
	buf_init(&result, RECORD_MAX);
	if (read_request(&request, role->descriptors) < 0) {
		status = EXIT_REQUEST;
		goto out;
	}
	r = role->work(buf_str(&request), &result);
	if (r == 0)
		r = result.err;
	/* Core takes what was written when nobody can write it any more. */
	for (unsigned i = 0; i < role->descriptors; i++)
		close(descriptors[i]);
	if (r == 0)
		r = send_record(RECORD_RESULT, buf_str(&result));
	else
		r = send_record(RECORD_REFUSED, str_of(err_text(r)));
	if (r < 0)
		status = EXIT_ANSWER;
out:
	buf_release(&request);
	buf_release(&result);
	return status;
}
