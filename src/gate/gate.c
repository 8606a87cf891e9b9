/* SPDX-License-Identifier: Apache-2.0
 *
 * gate.c: see gate.h. Strangers reach this process only by connecting: it accepts, counts, forks, and never reads a
 * byte of theirs. It is small because fork copies its page tables for every connection, and warm (libcrypto's tables,
 * the C library) because every child would else build the same again.
 */
#include "gate/gate.h"

#include "base/err.h"
#include "gate/state.h"
#include "session/sandbox.h"
#include "session/session.h"
#include "ssh/ssh.h"

#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS  256
#define LARGE_BUFFER (32 * 1024)

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- sessions ---- */

pid_t gate_fork_session(struct gate *g, enum ipc_kind kind, int peer, int core)
{
	pid_t pid = fork();

	if (pid == 0)
		session_run(kind, peer, core, &g->session_filter);
	return pid;
}

/* `source` was admitted. The socket is closed here on every path; session and core have their own copies. */
static const char *connect_session(struct gate *g, int peer, const struct access_source *source)
{
	const char *why = NULL;
	int pair[2], on = 1;
	pid_t pid;

	if (ipc_pair(pair))
		return "out of descriptors";
	/* An answer must not wait for more of the same. */
	if (setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) {
		why = "gone before it was served";
		goto out;
	}
	pid = gate_fork_session(g, KIND_SSH, peer, pair[1]);
	if (pid < 0) {
		why = "out of processes";
		goto out;
	}
	admit_add(&g->admit, pid, source, g->now);
	if (!tell_connection(g, pid, (int[]){ pair[0], peer })) {
		kill(pid, SIGKILL);
		why = "core does not answer";
	}
out:
	close(pair[0]);
	close(pair[1]);
	return why;
}

/* The client sees its connection reset, and no socket of it stays here. */
static void reset(int fd)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* NULL when there is a session now, else why not. */
static const char *admit_peer(struct gate *g, int fd, const struct access_packet *p, enum refusal *reason)
{
	struct access_source source = access_source_of(p);
	struct knock_answer answer = knock_check(&g->knock, p, g->now);
	uint32_t random = 0;
	pid_t victim = 0;
	const char *why;

	if (answer.logged != ACCESS_NONE)
		tell_matched(g, p, answer.logged);
	*reason = answer.reason;
	if (answer.why) {
		reset(fd);
		return answer.why;
	}
	*reason = REFUSED_LIMIT;
	if (getrandom(&random, sizeof random, 0) != sizeof random)
		random = 0;
	why = admit_check(&g->admit, &source, random, g->now, &victim);
	if (why)
		knock_penalize(&g->knock, &source, PENALTY_REFUSED, g->now);
	if (victim) {
		admit_done(&g->admit, victim); /* it counts no more, whenever it is reaped */
		kill(victim, SIGKILL);
	}
	return why ? why : connect_session(g, fd, &source);
}

/* NULL: core took it away while it was waited for. */
static const struct listener *listener_of(const struct gate *g, int fd)
{
	for (unsigned i = 0; i < g->n_listeners; i++)
		if (g->listeners[i].fd == fd)
			return &g->listeners[i];
	return NULL;
}

static void accept_one(struct gate *g, const struct listener *listener)
{
	struct sockaddr_storage peer = { 0 }, own = { 0 };
	socklen_t size = sizeof peer, own_size = sizeof own;
	int fd = accept4(listener->fd, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct access_packet packet;
	enum refusal reason;
	const char *why;

	if (fd < 0) /* it went away */
		return;
	if (!g->knock.filter || getsockname(fd, (struct sockaddr *)&own, &own_size) < 0)
		own.ss_family = AF_UNSPEC;
	access_packet(&peer, &own, &packet);
	packet.away = listener->away;
	why = admit_peer(g, fd, &packet, &reason);
	if (why) {
		knock_refused(&g->knock, reason);
		tell_refused(g, &packet, why);
	}
	close(fd);
}

static volatile sig_atomic_t child_ended;

static void on_child(int sig)
{
	(void)sig;
	child_ended = 1; /* and ppoll is interrupted */
}

static bool crashed(int status)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP };
	bool found = false;

	for (size_t i = 0; WIFSIGNALED(status) && i < sizeof signals / sizeof signals[0]; i++)
		found |= WTERMSIG(status) == signals[i];
	return found;
}

static void reap(struct gate *g)
{
	int status;
	pid_t pid;

	if (!child_ended)
		return;
	child_ended = 0;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (crashed(status) && admit_source(&g->admit, pid))
			knock_penalize(&g->knock, admit_source(&g->admit, pid), PENALTY_CRASH, g->now);
		admit_gone(&g->admit, pid);
		tell_gone(g, pid, status);
	}
}

static void expire(struct gate *g)
{
	pid_t pid;

	while ((pid = admit_expired(&g->admit, g->now)) > 0)
		kill(pid, SIGKILL);
}

/* ---- the loop ---- */

static void wait_event(struct gate *g, struct pollfd *p, const sigset_t *mask)
{
	uint64_t next = admit_next(&g->admit), pause = admit_pause(&g->admit, g->now), ms;
	struct timespec t;

	next = pause && (!next || pause < next) ? pause : next;
	ms = next > g->now ? next - g->now : 0;
	t = (struct timespec){ (time_t)(ms / 1000), (long)(ms % 1000) * 1000000L };
	p[0] = (struct pollfd){ .fd = g->core.fd, .events = POLLIN };
	/* While there is a pause, who knocks waits in the kernel's queue. */
	for (unsigned i = 0; i < g->n_listeners; i++)
		p[1 + i] = (struct pollfd){ .fd = g->listeners[i].fd, .events = pause ? 0 : POLLIN };
	if (ppoll(p, 1 + g->n_listeners, next ? &t : NULL, mask) < 0)
		for (unsigned i = 0; i <= g->n_listeners; i++)
			p[i].revents = 0;
	g->now = now_ms();
}

static void loop(struct gate *g, const sigset_t *mask)
{
	struct pollfd p[1 + LISTENERS];

	while (!g->core_gone) {
		unsigned n = g->n_listeners;

		wait_event(g, p, mask);
		reap(g);
		expire(g);
		/* One at a time, and first who has logged in meanwhile: he is not counted any more. A listener that
		 * core takes away here is none any more, or its number is that of another one. */
		if (p[0].revents)
			orders_read(g);
		for (unsigned i = 0; i < n && !g->core_gone; i++) {
			const struct listener *l = p[1 + i].revents & POLLIN ? listener_of(g, p[1 + i].fd) : NULL;

			if (l)
				accept_one(g, l);
		}
	}
}

/* ---- start ---- */

struct options {
	uid_t uid;
	gid_t gid;
	const char *device;
	const char *root;
	bool des;
};

static bool parse_id(const char *word, uint32_t *id)
{
	char *end;
	unsigned long v = strtoul(word, &end, 10);

	if (end == word || *end || v >= UINT32_MAX)
		return false;
	*id = (uint32_t)v;
	return true;
}

static bool parse(int argc, char **argv, struct options *o)
{
	*o = (struct options){ 0 };
	for (int i = 1; i < argc; i++)
		o->des |= strcmp(argv[i], GATE_OPTION_DES) == 0;
	for (int i = 1; i + 1 < argc; i++) {
		if (strcmp(argv[i], "--uid") == 0 && !parse_id(argv[i + 1], &o->uid))
			return false;
		if (strcmp(argv[i], "--gid") == 0 && !parse_id(argv[i + 1], &o->gid))
			return false;
		if (strcmp(argv[i], "--device") == 0)
			o->device = argv[i + 1];
		if (strcmp(argv[i], "--root") == 0)
			o->root = argv[i + 1];
	}
	return geteuid() != 0 || (o->uid && o->gid);
}

/* Without --root: a folder of the device that stays empty, because only root may write there and nobody does. */
static int become(const struct options *o, int *walls)
{
	char empty[4096];
	struct errbuf e;
	const char *root = o->root;

	if (!root && o->device) {
		if ((size_t)snprintf(empty, sizeof empty, "%s/run/empty", o->device) >= sizeof empty)
			return GATE_EXIT_USAGE;
		if (mkdir(empty, 0555) < 0 && errno != EEXIST)
			return GATE_EXIT_USER;
		root = empty;
	}
	if (sandbox_become(o->uid, o->gid, root, &e))
		return GATE_EXIT_USER;
	*walls |= WALL_USER | (root ? WALL_ROOT : 0);
	return 0;
}

/* What every child would else do for itself; and large buffers go back to the system when they are freed. */
static int warm(bool *des)
{
	mallopt(M_MMAP_THRESHOLD, LARGE_BUFFER);
	if (*des) /* before the walls: it is a file */
		*des = ssh_load_des() == 0;
	if (ssh_warm())
		return E_CRYPTO;
	malloc_trim(0);
	return 0;
}

/* Libraries that only core needs are no part of a session: fewer pages to copy, less code to misuse. */
static int leave_out(struct dl_phdr_info *library, size_t size, void *arg)
{
	static const char *const names[] = {
		"libevent", "liboath", "libpcre2", "libqrencode", "libseccomp", "libyang"
	};
	const char *slash = strrchr(library->dlpi_name, '/'), *name = slash ? slash + 1 : library->dlpi_name;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
	bool others = false;

	(void)size;
	(void)arg;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		others |= strncmp(name, names[i], strlen(names[i])) == 0;
	for (unsigned i = 0; others && i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &library->dlpi_phdr[i];
		uintptr_t from = (library->dlpi_addr + h->p_vaddr) & ~page;
		uintptr_t to = (library->dlpi_addr + h->p_vaddr + h->p_memsz + page) & ~page;

		if (h->p_type == PT_LOAD)
			madvise((void *)from, to - from, MADV_DONTFORK);
	}
	return 0;
}

static int lock_in(const struct options *o, struct sock_fprog *own, int *walls)
{
	int rc = geteuid() == 0 ? become(o, walls) : 0, landlock;

	if (rc)
		return rc;
	if (sandbox_undumpable()) /* again: the change of user reset it */
		return GATE_EXIT_LIMITS;
	landlock = sandbox_landlock();
	if (landlock < 0 || sandbox_apply(own))
		return GATE_EXIT_WALLS;
	*walls |= landlock | WALL_SECCOMP;
	return 0;
}

static int prepare(struct gate *g, struct sock_fprog *own, bool *des)
{
	static const int keep[] = { 0, 1, 2, GATE_FD_CORE };
	struct errbuf e;

	if (sandbox_undumpable() || sandbox_close_others(keep, 4) ||
	    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ DESCRIPTORS, DESCRIPTORS }) < 0 ||
	    ipc_channel_init(&g->core, GATE_FD_CORE, FROM_CORE_TO_GATE, false))
		return GATE_EXIT_LIMITS;
	if (warm(des))
		return GATE_EXIT_CRYPTO;
	if (sandbox_compile(SANDBOX_SESSION, &g->session_filter, &e) || sandbox_compile(SANDBOX_GATE, own, &e))
		return GATE_EXIT_WALLS;
	return 0;
}

int gate_main(int argc, char **argv)
{
	static struct gate g;
	struct sock_fprog own;
	struct options o;
	sigset_t blocked, mask;
	int rc, walls = 0;

	if (!parse(argc, argv, &o))
		return GATE_EXIT_USAGE;
	admit_init(&g.admit);
	ipc_bucket_init(&g.refused, REFUSED_RATE);
	ipc_bucket_init(&g.matched, MATCHED_RATE);
	rc = prepare(&g, &own, &o.des);
	if (rc)
		return rc;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, on_child);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &mask);
	sigdelset(&mask, SIGCHLD);
	dl_iterate_phdr(leave_out, NULL);
	rc = lock_in(&o, &own, &walls);
	if (rc)
		return rc;
	g.now = now_ms();
	if (IPC_SEND(&g.core, READY, .walls = (uint8_t)walls, .des = o.des))
		return GATE_EXIT_LIMITS;
	loop(&g, &mask);
	_exit(GATE_EXIT_OK);
}
