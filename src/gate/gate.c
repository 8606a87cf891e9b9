/* SPDX-License-Identifier: Apache-2.0
 *
 * gate.c: see gate.h. Strangers reach this process only by connecting: it accepts, counts, forks, and never reads a
 * byte of theirs. It is small because fork copies its page tables for every connection, and warm (libcrypto's tables,
 * the C library) because every child would else build the same again. Messages from core are trusted in content but
 * checked in form.
 */
#include "gate/gate.h"

#include "base/err.h"
#include "gate/admit.h"
#include "gate/knock.h"
#include "ipc/ipc.h"
#include "session/sandbox.h"
#include "session/session.h"
#include "ssh/ssh.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
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

#define LISTENERS      64
#define DESCRIPTORS    256
#define LARGE_BUFFER   (32 * 1024)
#define CORE_STALL_SEC 1
#define CORE_TAKES_MS  2
#define REFUSED_RATE   2 /* a second, reported; the rest is counted */
#define MATCHED_RATE   2

struct listener {
	uint32_t id;
	int fd;
	bool away; /* in a VRF */
};

struct gate {
	struct ipc_channel core;
	struct sock_fprog session_filter;
	struct listener listeners[LISTENERS];
	unsigned n_listeners;
	struct admit admit;
	struct knock knock;
	struct ipc_bucket refused, matched;
	unsigned unreported, unmatched;
	uint64_t now;
	bool core_gone;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- to core ---- */

/* Core may be busy for some milliseconds; longer, and the message is lost rather than gate stuck. */
static bool core_reads(const struct gate *g)
{
	struct pollfd p = { .fd = g->core.fd, .events = POLLOUT };

	return ppoll(&p, 1, &(struct timespec){ .tv_sec = CORE_STALL_SEC }, NULL) == 1;
}

/* The kernel carries so many descriptors at a time and no more: core has to take some first. */
static void core_takes(void)
{
	ppoll(NULL, 0, &(struct timespec){ .tv_nsec = CORE_TAKES_MS * 1000000L }, NULL);
}

static bool send_connection(struct gate *g, pid_t pid, const int fds[2])
{
	int rc = IPC_SEND_FDS(&g->core, fds, 2, CONNECTION, .pid = (uint32_t)pid);

	for (unsigned n = 0; rc == E_LIMIT && n < CORE_STALL_SEC * 1000 / CORE_TAKES_MS; n++) {
		core_takes();
		rc = IPC_SEND_FDS(&g->core, fds, 2, CONNECTION, .pid = (uint32_t)pid);
	}
	if (rc == E_AGAIN && core_reads(g))
		rc = IPC_SEND_FDS(&g->core, fds, 2, CONNECTION, .pid = (uint32_t)pid);
	return rc == 0;
}

static void send_gone(struct gate *g, pid_t pid, int status)
{
	int rc = IPC_SEND(&g->core, GONE, .pid = (uint32_t)pid, .wait_status = (uint32_t)status);

	if (rc == E_AGAIN && core_reads(g))
		rc = IPC_SEND(&g->core, GONE, .pid = (uint32_t)pid, .wait_status = (uint32_t)status);
	if (rc == E_CLOSED)
		g->core_gone = true;
}

static void send_refused(struct gate *g, const struct access_packet *peer, const char *why)
{
	char address[INET6_ADDRSTRLEN] = "";
	struct buf text;

	if (!ipc_bucket_take(&g->refused, REFUSED_RATE, g->now)) {
		g->unreported++;
		return;
	}
	if (peer->version)
		inet_ntop(peer->version == 4 ? AF_INET : AF_INET6, peer->from, address, sizeof address);
	buf_init(&text, 256);
	buf_puts(&text, why);
	if (g->unreported)
		buf_printf(&text, " (and %u more)", g->unreported);
	if (IPC_SEND(&g->core, REFUSED, .peer = str_of(address), .why = buf_str(&text)) == 0)
		g->unreported = 0;
	buf_release(&text);
}

/* A rule with `log`; what is not told at once is counted with the next. */
static void send_matched(struct gate *g, const struct access_packet *p, uint32_t rule)
{
	struct str from = { p->from, p->version == 4 ? 4 : 16 };

	g->unmatched++;
	if (!ipc_bucket_take(&g->matched, MATCHED_RATE, g->now))
		return;
	if (IPC_SEND(&g->core, MATCHED, .serial = g->knock.serial, .rule = rule, .from = from, .port = p->from_port,
		     .packets = g->unmatched) == 0)
		g->unmatched = 0;
}

/* ---- sessions ---- */

static pid_t fork_session(struct gate *g, enum ipc_kind kind, int peer, int core)
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
	pid = fork_session(g, KIND_SSH, peer, pair[1]);
	if (pid < 0) {
		why = "out of processes";
		goto out;
	}
	admit_add(&g->admit, pid, source, g->now);
	if (!send_connection(g, pid, (int[]){ pair[0], peer })) {
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
		send_matched(g, p, answer.logged);
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
		send_refused(g, &packet, why);
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
		send_gone(g, pid, status);
	}
}

static void expire(struct gate *g)
{
	pid_t pid;

	while ((pid = admit_expired(&g->admit, g->now)) > 0)
		kill(pid, SIGKILL);
}

/* ---- from core ---- */

static void on_listen(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_LISTEN m;

	if (!ipc_get_LISTEN(r->body, &m) || g->n_listeners == LISTENERS)
		return;
	/* A connection that is gone again when we accept must not block us. */
	if (fcntl(r->fds[0], F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return;
	g->listeners[g->n_listeners++] = (struct listener){ m.id, r->fds[0], m.away };
	r->fds[0] = -1;
}

static void on_unlisten(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_UNLISTEN m;
	unsigned kept = 0;

	if (!ipc_get_UNLISTEN(r->body, &m))
		return;
	for (unsigned i = 0; i < g->n_listeners; i++) {
		if (g->listeners[i].id == m.id)
			close(g->listeners[i].fd);
		else
			g->listeners[kept++] = g->listeners[i];
	}
	g->n_listeners = kept;
}

static void on_policy(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_POLICY m;

	if (!ipc_get_POLICY(r->body, &m))
		return;
	g->admit.starts_begin = m.starts_begin;
	g->admit.starts_full = m.starts_full;
	g->admit.per_source = m.per_source;
	g->admit.login_secs = m.login_secs;
	g->knock.quiet = m.quiet;
	g->knock.penalties =
	    (struct penalty_rules){ .on = m.penalties, .threshold = m.threshold, .maximum = m.maximum };
	g->knock.penalties.seconds[PENALTY_CRASH] = m.crash;
	g->knock.penalties.seconds[PENALTY_FAILURE] = m.failure;
	g->knock.penalties.seconds[PENALTY_NO_LOGIN] = m.no_login;
	g->knock.penalties.seconds[PENALTY_TIMEOUT] = m.timeout;
	g->knock.penalties.seconds[PENALTY_REFUSED] = m.refused;
}

/* Without its lists gate is not to admit anybody: it ends, and core starts another. */
static void on_lists(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_LISTS m;

	if (!ipc_get_LISTS(r->body, &m) || !knock_filter(&g->knock, r->fds[0], m.size, m.serial))
		g->core_gone = true;
}

static void on_ledger(struct gate *g, struct ipc_record *r)
{
	if (!knock_ledger(&g->knock, r->fds[0]))
		g->core_gone = true;
}

static void on_penalty(struct gate *g, struct ipc_record *r)
{
	struct access_source source = { 0 };
	struct ipc_msg_PENALTY m;

	if (!ipc_get_PENALTY(r->body, &m) || m.cause >= PENALTY_CAUSES || m.net.n != sizeof source.net)
		return;
	source.family = m.family;
	memcpy(source.net, m.net.p, sizeof source.net);
	knock_penalize(&g->knock, &source, (enum penalty_cause)m.cause, g->now);
}

static void on_keyed(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_KEYED m;

	if (ipc_get_KEYED(r->body, &m))
		admit_keyed(&g->admit, (pid_t)m.pid);
}

static void on_terminal(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_TERMINAL m;
	pid_t pid;

	if (!ipc_get_TERMINAL(r->body, &m) || g->admit.n == ADMIT_CHILDREN)
		return; /* core sees its channel close */
	pid = fork_session(g, KIND_CONSOLE, r->fds[1], r->fds[0]);
	if (pid > 0)
		admit_add(&g->admit, pid, NULL, g->now);
}

static void on_admitted(struct gate *g, struct ipc_record *r)
{
	struct ipc_msg_ADMITTED m;

	if (ipc_get_ADMITTED(r->body, &m))
		admit_done(&g->admit, (pid_t)m.pid);
}

static void (*const handlers[IPC_TYPES])(struct gate *, struct ipc_record *) = {
	[IPC_LISTEN] = on_listen,     [IPC_UNLISTEN] = on_unlisten, [IPC_POLICY] = on_policy,
	[IPC_TERMINAL] = on_terminal, [IPC_ADMITTED] = on_admitted, [IPC_LISTS] = on_lists,
	[IPC_LEDGER] = on_ledger,     [IPC_PENALTY] = on_penalty,   [IPC_KEYED] = on_keyed,
};

static void read_core(struct gate *g)
{
	struct ipc_record r;
	int rc;

	while ((rc = ipc_recv(&g->core, PH_ANY, g->now, &r)) == 0) {
		if (handlers[r.type])
			handlers[r.type](g, &r);
		ipc_record_release(&r);
	}
	if (rc != E_AGAIN)
		g->core_gone = true;
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
			read_core(g);
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
	static const char *const names[] = { "libevent", "libpcre2", "libseccomp", "libyang" };
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
