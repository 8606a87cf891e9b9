/* SPDX-License-Identifier: Apache-2.0
 *
 * send.c: see send.h. Runs in core; what the helpers answer is hostile (carry.c reads it).
 */
#include "send.h"

#include "core/core.h"
#include "core/files/carry.h"
#include "helpers/record.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct send {
	struct core *core;
	struct url to;
	int fd;
	uint64_t size;
	struct job *job;
	send_fn *fn;
	void *arg;
};

static void send_free(struct send *s)
{
	close(s->fd);
	explicit_bzero(&s->to, sizeof s->to);
	free(s);
}

void send_cancel(struct send *s)
{
	if (!s)
		return;
	job_cancel(s->job);
	send_free(s);
}

static void end(struct send *s, const char *why)
{
	s->fn(s->arg, why ? JOB_FAILED : JOB_RESULT, why ? why : "");
	send_free(s);
}

/* --- to the server --- */

static const char *why_not(struct str answer, enum job_kind kind)
{
	struct carry_answer a;

	if (kind == JOB_FAILED)
		return str_is(answer, err_text(E_UNSUPPORTED)) ? CARRY_NO_LIBRARY : "The helper failed";
	carry_answer(answer, &a);
	return a.outcome == REMOTE_DONE ? NULL : carry_words(a.outcome);
}

static void on_carried(void *arg, enum job_kind kind, struct str bytes)
{
	struct send *s = arg;
	char text[RECORD_PROGRESS_MAX + 1];

	if (kind != JOB_PROGRESS)
		end(s, why_not(bytes, kind));
	else if (str_copy(bytes, text, sizeof text))
		s->fn(s->arg, kind, text);
}

static int carry(struct send *s, const char *addresses, struct errbuf *e)
{
	const struct carry what = { &s->to, true, s->size };
	struct buf request;
	int rc;

	buf_init(&request, CARRY_REQUEST);
	rc = carry_request(s->core, &what, addresses, &request);
	if (rc < 0)
		err_set(e, rc, "%s", CARRY_NO_SOURCE);
	else
		s->job = job_start_moving(&s->core->jobs, "remote", buf_str(&request), &s->fd, 1, CARRY_MS, on_carried,
					  s, e);
	buf_release(&request);
	return rc == 0 && !s->job ? E_LIMIT : rc;
}

/* --- the host's addresses --- */

static void on_resolved(void *arg, enum job_kind kind, struct str bytes)
{
	struct send *s = arg;
	struct errbuf e = { "" };
	struct buf text;

	if (kind == JOB_PROGRESS)
		return;
	s->job = NULL;
	buf_init(&text, 1024);
	if (kind != JOB_RESULT || !carry_resolved(bytes, &text))
		end(s, CARRY_NO_HOST);
	else if (carry(s, buf_cstr(&text), &e) < 0)
		end(s, e.text);
	buf_release(&text);
}

static int resolve(struct send *s, struct errbuf *e)
{
	struct buf text;
	int rc = 0;

	buf_init(&text, 1024);
	if (carry_known(s->core, s->to.host, &text)) {
		rc = carry(s, buf_cstr(&text), e);
	} else {
		buf_put_cstr(&text, s->to.host);
		s->job = job_start(&s->core->jobs, "resolve", buf_str(&text), CARRY_RESOLVE_MS, on_resolved, s, e);
		rc = s->job ? 0 : E_LIMIT;
	}
	buf_release(&text);
	return rc;
}

struct send *send_begin(struct core *core, const struct url *to, int fd, uint64_t size, send_fn *fn, void *arg,
			struct errbuf *e)
{
	struct send *s = calloc(1, sizeof *s);

	if (!s) {
		err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
		return NULL;
	}
	*s = (struct send){ core, *to, fcntl(fd, F_DUPFD_CLOEXEC, 0), size, NULL, fn, arg };
	if (s->fd < 0)
		err_set(e, E_IO, "%s", err_text(E_IO));
	else if (resolve(s, e) == 0)
		return s;
	if (s->fd >= 0)
		close(s->fd);
	explicit_bzero(&s->to, sizeof s->to);
	free(s);
	return NULL;
}
