/* SPDX-License-Identifier: Apache-2.0
 *
 * copy_remote.c: `copy` from and to servers: see copy.h. Core finds the host's addresses (`ip host`, else a helper that
 * may ask), decides about redirections, and says in IOS's words how it went; what talks with the server is
 * src/helpers/remote.c. The answers of both helpers are hostile: they have read what strangers sent.
 */
#include "copy.h"

#include "core/core.h"
#include "core/files/carry.h"

#include <fcntl.h>
#include <string.h>

#define REDIRECTIONS 5

/* `addresses`: of the host, with commas between; "" where the host is one. */
static int start(struct run *run, const char *addresses)
{
	struct copy *c = run->data;
	bool upload = run->step == COPY_RESOLVED_TO;
	const struct copy_end *end = upload ? &c->to : &c->from;
	const struct carry what = { &end->url, upload, upload ? c->size : c->room };
	int fd = upload ? c->fd : c->sink;
	struct buf request;

	buf_init(&request, CARRY_REQUEST);
	if (carry_request(run->core, &what, addresses, &request) < 0) {
		buf_release(&request);
		return run_fail(run, "%%Error opening %s (" CARRY_NO_SOURCE ")", end->text);
	}
	return run_start_moving(run, upload ? COPY_SENT : COPY_FETCHED, "remote", &request, &fd, 1, CARRY_MS);
}

/* --- the host's addresses --- */

static int find_host(struct run *run, int next)
{
	struct copy *c = run->data;
	const char *host = next == COPY_RESOLVED_TO ? c->to.url.host : c->from.url.host;
	struct buf text;
	int rc;

	run->step = next;
	buf_init(&text, 1024);
	if (carry_known(run->core, host, &text)) {
		rc = start(run, buf_cstr(&text));
	} else {
		buf_put_cstr(&text, host);
		return run_start_job(run, next, "resolve", &text, CARRY_RESOLVE_MS);
	}
	buf_release(&text);
	return rc;
}

static int found_host(struct run *run)
{
	struct copy *c = run->data;
	const struct copy_end *end = run->step == COPY_RESOLVED_TO ? &c->to : &c->from;
	struct buf text;
	int rc;

	buf_init(&text, 1024);
	rc = run->job_ok && carry_resolved(buf_str(&run->job_result), &text)
		 ? start(run, buf_cstr(&text))
		 : run_fail(run, "%%Error opening %s (" CARRY_NO_HOST ")", end->text);
	buf_release(&text);
	return rc;
}

int copy_fetch(struct run *run)
{
	const struct copy *c = run->data;

	buf_printf(&run->out, "Accessing %s...\n", c->from.text);
	return find_host(run, COPY_RESOLVED_FROM);
}

int copy_send(struct run *run)
{
	return find_host(run, COPY_RESOLVED_TO);
}

/* --- how it went --- */

static int redirected(struct run *run, const struct carry_answer *a)
{
	struct copy *c = run->data;
	struct url to;
	int rc = url_redirect(&c->from.url, str_of(a->words), &to);

	if (++c->redirections > REDIRECTIONS)
		return run_fail(run, "%%Error opening %s (Too many redirections)", c->from.text);
	if (rc < 0)
		return run_fail(run, "%%Error opening %s (Redirected to where it is not followed)", c->from.text);
	c->from.url = to;
	copy_end_text(&c->from);
	return copy_fetch(run);
}

/* The line of marks ends before an error is told. */
static int remote_failed(struct run *run, const struct copy_end *end, const struct carry_answer *a, bool upload)
{
	const char *doing = !a->begun ? "opening" : upload ? "writing" : "reading";
	bool full = a->outcome == REMOTE_FULL && !upload;
	const struct copy *c = run->data;

	if (a->begun)
		buf_puts(&run->out, a->outcome == REMOTE_TIMEOUT ? " [timed out]\n" : "\n");
	if (full)
		return run_fail(run, "%%Error writing %s (%s)", c->to.text, carry_words(REMOTE_FULL));
	if (a->outcome == REMOTE_UNTRUSTED)
		return run_fail(run, "%%Error %s %s (%s: %s)", doing, end->text, carry_words(a->outcome), a->words);
	return run_fail(run, "%%Error %s %s (%s)", doing, end->text, carry_words(a->outcome));
}

static int answered(struct run *run, bool upload)
{
	struct copy *c = run->data;
	const struct copy_end *end = upload ? &c->to : &c->from;
	struct carry_answer a;
	const char *of = end->url.scheme == IFS_FTP ? "/4096" : "";

	if (!run->job_ok && str_is(buf_str(&run->job_result), err_text(E_UNSUPPORTED)))
		return run_fail(run, "%%Error opening %s (" CARRY_NO_LIBRARY ")", end->text);
	if (!run->job_ok)
		return run_fail(run, "%%Error opening %s (%s)", end->text, buf_cstr(&run->job_result));
	if (!carry_answer(buf_str(&run->job_result), &a))
		return run_fail(run, "%%Error opening %s (%s)", end->text, carry_words(REMOTE_IO));
	if (a.outcome == REMOTE_MOVED && !upload)
		return redirected(run, &a);
	if (a.outcome != REMOTE_DONE)
		return remote_failed(run, end, &a, upload);
	c->copied = a.bytes;
	if (upload) {
		buf_puts(&run->out, "\n");
		return copy_done(run);
	}
	buf_printf(&run->out, "\n[OK - %llu%s bytes]\n\n", (unsigned long long)a.bytes, of);
	if (c->to.kind == COPY_URL) { /* what came is what is sent */
		c->size = a.bytes;
		c->fd = fcntl(c->sink, F_DUPFD_CLOEXEC, 0);
	}
	return copy_arrived(run);
}

int copy_remote_step(struct run *run)
{
	if (run->step == COPY_FETCHED || run->step == COPY_SENT)
		return answered(run, run->step == COPY_SENT);
	return found_host(run);
}
