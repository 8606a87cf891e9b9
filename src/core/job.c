/* SPDX-License-Identifier: Apache-2.0
 *
 * job.c: see job.h. Runs in core. A job waits, runs, and ends exactly once: by a result, a refusal, the death of its
 * helper, its deadline or job_cancel; whatever ends it kills the helper at once. The helper has read what strangers
 * sent, so its answers are hostile: sizes and counts are limited, text is cleaned.
 */
#include "job.h"

#include "helpers/record.h"
#include "spawn.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME_SIZE 32
#define CHUNK     4096
#define READS     8 /* at one time: a helper that floods must not keep the loop */

enum job_state { JOB_WAITS, JOB_RUNS, JOB_ENDED };

struct job {
	TAILQ_ENTRY(job) entry;
	struct job_host *host;
	char name[NAME_SIZE];
	enum job_state state;
	pid_t pid; /* 0 when not started or reaped */
	int wait_status;
	int fd;
	struct event *readable, *writable, *deadline;
	struct buf out, in;
	unsigned limit_ms, records;
	int fds[JOB_FDS_MAX];    /* for the helper; ours until they are sent */
	unsigned n_fds;          /* 0: sent */
	bool moves;              /* began with descriptors */
	bool silent;             /* the helper closed its end without a result */
	bool calling, cancelled; /* inside fn; job_cancel came from there */
	struct errbuf why;       /* it could not be started */
	job_fn *fn;
	void *arg;
};

/* All that wait or run, in order of starting. One list, because job_reaped knows a pid only. */
static TAILQ_HEAD(job_list, job) jobs = TAILQ_HEAD_INITIALIZER(jobs);

static bool may_be_long(const struct job *j)
{
	return j->limit_ms > JOB_LONG_MS && !j->moves;
}

static void close_fds(struct job *j)
{
	while (j->n_fds)
		close(j->fds[--j->n_fds]);
}

static void free_job(struct job *j)
{
	close_fds(j);
	if (j->readable)
		event_free(j->readable);
	if (j->writable)
		event_free(j->writable);
	if (j->deadline)
		event_free(j->deadline);
	if (j->fd >= 0)
		close(j->fd);
	buf_release(&j->out);
	buf_release(&j->in);
	free(j);
}

/* Out of the list, and no helper behind it any more. Not yet reaped, so the pid is still its. */
static void end_job(struct job *j)
{
	if (j->state == JOB_ENDED)
		return;
	TAILQ_REMOVE(&jobs, j, entry);
	j->state = JOB_ENDED;
	if (j->pid > 0)
		kill(j->pid, SIGKILL);
	if (j->readable)
		event_del(j->readable);
	if (j->writable)
		event_del(j->writable);
	event_del(j->deadline);
}

static void launch_waiting(void);

/* The last call. `j` is gone when this returns. */
static void finish(struct job *j, enum job_kind kind, struct str bytes)
{
	end_job(j);
	j->calling = true;
	j->fn(j->arg, kind, bytes);
	free_job(j);
	launch_waiting();
}

static void fail(struct job *j, const char *words)
{
	finish(j, JOB_FAILED, str_of(words));
}

static void fail_by_death(struct job *j)
{
	struct errbuf e;

	if (WIFSIGNALED(j->wait_status))
		err_set(&e, 0, "helper \"%s\" was ended by signal %d", j->name, WTERMSIG(j->wait_status));
	else
		err_set(&e, 0, "helper \"%s\" gave no answer and exited with %d", j->name, WEXITSTATUS(j->wait_status));
	fail(j, e.text);
}

/* Text of a helper goes to terminals and logs. */
static void clean(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] < 0x20 && p[i] != '\n') || p[i] >= 0x7f)
			p[i] = '?';
}

/* False when the job is gone. */
static bool progress(struct job *j, struct str text)
{
	j->calling = true;
	j->fn(j->arg, JOB_PROGRESS, text);
	j->calling = false;
	if (!j->cancelled)
		return true;
	end_job(j);
	free_job(j);
	launch_waiting();
	return false;
}

/* Is this the head of a record that a helper may send? Asked before its bytes have come. */
static bool head_fits(uint8_t kind, size_t n)
{
	if (kind == RECORD_RESULT)
		return n <= RECORD_MAX;
	return (kind == RECORD_PROGRESS || kind == RECORD_REFUSED) && n <= RECORD_PROGRESS_MAX;
}

/* One whole record at the start of `in`; false when the job is gone. */
static bool take_record(struct job *j, uint8_t kind, size_t n)
{
	uint8_t *p = j->in.data + j->in.off + RECORD_HEAD;
	struct str bytes = { p, n };

	if (kind == RECORD_RESULT) {
		finish(j, JOB_RESULT, bytes);
		return false;
	}
	clean(p, n);
	if (kind == RECORD_REFUSED) {
		finish(j, JOB_FAILED, bytes);
		return false;
	}
	if (++j->records > RECORD_PROGRESSES) {
		fail(j, "helper sent too much");
		return false;
	}
	if (!progress(j, bytes))
		return false;
	buf_consume(&j->in, RECORD_HEAD + n);
	return true;
}

/* False when the job is gone. */
static bool take_records(struct job *j)
{
	for (;;) {
		struct cur c = cur_of(buf_str(&j->in));
		uint8_t kind = cur_u8(&c);
		size_t n = cur_u32(&c);

		if (c.bad)
			return true;
		if (!head_fits(kind, n)) {
			fail(j, "helper sent a malformed answer");
			return false;
		}
		if (c.n < n)
			return true;
		if (!take_record(j, kind, n))
			return false;
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct job *j = arg;

	for (int i = 0; i < READS; i++) {
		uint8_t *room = buf_room(&j->in, CHUNK);
		ssize_t n = room ? read(j->fd, room, CHUNK) : -1;

		if (!room) {
			fail(j, "no memory for a helper's answer");
			return;
		}
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			/* How it ended is known when it has been reaped. */
			event_del(j->readable);
			j->silent = true;
			if (j->pid == 0)
				fail_by_death(j);
			return;
		}
		buf_claim(&j->in, (size_t)n);
		if (!take_records(j))
			return;
	}
}

/* The descriptors go with the first bytes. */
static ssize_t send_request(struct job *j)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(JOB_FDS_MAX * sizeof(int))];
	} control = { { 0 } };
	struct iovec bytes = { j->out.data + j->out.off, buf_len(&j->out) };
	struct msghdr m = { .msg_iov = &bytes, .msg_iovlen = 1 };
	ssize_t n;

	if (j->n_fds) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(j->n_fds * sizeof(int));
		*CMSG_FIRSTHDR(&m) = (struct cmsghdr){ CMSG_LEN(j->n_fds * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), j->fds, j->n_fds * sizeof(int));
	}
	n = sendmsg(j->fd, &m, MSG_NOSIGNAL);
	if (n > 0)
		close_fds(j);
	return n;
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct job *j = arg;
	ssize_t n = send_request(j);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_consume(&j->out, (size_t)n);
	/* A helper that does not want its request is about to show why. */
	if (n < 0 || buf_len(&j->out) == 0) {
		event_del(j->writable);
		buf_release(&j->out);
	}
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct job *j = arg;
	struct errbuf e;

	if (j->why.text[0] == '\0')
		err_set(&j->why, 0, "helper \"%s\" was not done after %u ms", j->name, j->limit_ms);
	e = j->why;
	fail(j, e.text);
}

static int launch(struct job *j)
{
	char role[NAME_SIZE + 8];
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return err_set(&j->why, E_IO, "socket for a helper failed: %s", strerror(errno));
	j->fd = fds[0];
	snprintf(role, sizeof role, "helper-%s", j->name);
	if (fcntl(j->fd, F_SETFL, O_NONBLOCK) == 0) {
		j->readable = event_new(j->host->base, j->fd, EV_READ | EV_PERSIST, on_readable, j);
		j->writable = event_new(j->host->base, j->fd, EV_WRITE | EV_PERSIST, on_writable, j);
	}
	j->pid = j->readable && j->writable ? spawn_role(&j->host->spawn, role, NULL, fds[1], &j->why)
					    : err_set(&j->why, E_NOMEM, "%s", err_text(E_NOMEM));
	close(fds[1]);
	if (j->pid < 0)
		return (int)j->pid;
	if (event_add(j->readable, NULL) < 0 || event_add(j->writable, NULL) < 0)
		return err_set(&j->why, E_NOMEM, "%s", err_text(E_NOMEM));
	return 0;
}

/* Starts what waits, in order, while there are places. What cannot start fails by its own timer, so that nobody's fn
 * is called from inside somebody else's job_start or job_cancel. */
static void launch_waiting(void)
{
	static const struct timeval now = { 0, 0 };
	unsigned running = 0, running_long = 0;
	struct job *j;

	TAILQ_FOREACH (j, &jobs, entry) {
		running += j->state == JOB_RUNS && !j->moves;
		running_long += j->state == JOB_RUNS && may_be_long(j);
	}
	TAILQ_FOREACH (j, &jobs, entry) {
		bool full = running == JOB_MAX || (may_be_long(j) && running_long == JOB_MAX - 1);

		if (j->state != JOB_WAITS || (full && !j->moves))
			continue;
		j->state = JOB_RUNS;
		running += !j->moves;
		running_long += may_be_long(j);
		if (launch(j) < 0)
			event_add(j->deadline, &now);
	}
}

/* Of those that move files nobody waits. */
static bool is_full(bool moves)
{
	unsigned n = 0;
	struct job *j;

	TAILQ_FOREACH (j, &jobs, entry)
		n += moves ? j->moves : j->state == JOB_WAITS;
	return n >= (moves ? JOB_MOVES_MAX : JOB_QUEUE_MAX);
}

static int keep_fds(struct job *j, const int *fds, unsigned n)
{
	j->moves = n > 0;
	while (j->n_fds < n) {
		j->fds[j->n_fds] = fcntl(fds[j->n_fds], F_DUPFD_CLOEXEC, 0);
		if (j->fds[j->n_fds] < 0)
			return E_IO;
		j->n_fds++;
	}
	return 0;
}

struct job *job_start(struct job_host *h, const char *name, struct str request, unsigned limit_ms, job_fn *fn,
		      void *arg, struct errbuf *e)
{
	return job_start_moving(h, name, request, NULL, 0, limit_ms, fn, arg, e);
}

struct job *job_start_moving(struct job_host *h, const char *name, struct str request, const int *fds, unsigned n_fds,
			     unsigned limit_ms, job_fn *fn, void *arg, struct errbuf *e)
{
	struct timeval limit = { limit_ms / 1000, (limit_ms % 1000) * 1000 };
	struct job *j = NULL;

	if (request.n == 0 || request.n > RECORD_MAX || strlen(name) >= NAME_SIZE) {
		err_set(e, E_TOOBIG, "request for helper \"%s\" is empty or too large", name);
		return NULL;
	}
	if (is_full(n_fds > 0)) {
		err_set(e, E_BUSY, "too many requests wait for helpers");
		return NULL;
	}
	j = calloc(1, sizeof *j);
	if (!j)
		goto fail;
	j->fd = -1;
	j->host = h;
	j->limit_ms = limit_ms;
	j->fn = fn;
	j->arg = arg;
	snprintf(j->name, sizeof j->name, "%s", name);
	buf_init(&j->in, RECORD_HEAD + RECORD_MAX + CHUNK);
	buf_init(&j->out, RECORD_HEAD + RECORD_MAX);
	buf_put_u8(&j->out, RECORD_REQUEST);
	buf_put_str(&j->out, request);
	j->deadline = evtimer_new(h->base, on_deadline, j);
	if (keep_fds(j, fds, n_fds) < 0 || j->out.err || !j->deadline || event_add(j->deadline, &limit) < 0)
		goto fail;
	TAILQ_INSERT_TAIL(&jobs, j, entry);
	launch_waiting();
	return j;
fail:
	err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	if (j)
		free_job(j);
	return NULL;
}

void job_cancel(struct job *j)
{
	if (!j)
		return;
	if (j->calling) {
		j->cancelled = true;
		return;
	}
	end_job(j);
	free_job(j);
	launch_waiting();
}

void job_reaped(int pid, int wait_status)
{
	struct job *j;

	TAILQ_FOREACH (j, &jobs, entry) {
		if (j->state != JOB_RUNS || j->pid != pid)
			continue;
		j->pid = 0;
		j->wait_status = wait_status;
		if (j->silent)
			fail_by_death(j);
		return; /* else its last words are still in the socket */
	}
}

pid_t job_at(size_t i, const char **name)
{
	struct job *j;

	TAILQ_FOREACH (j, &jobs, entry) {
		if (i-- == 0) {
			*name = j->name;
			return j->pid;
		}
	}
	return -1;
}
