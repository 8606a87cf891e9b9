/* SPDX-License-Identifier: Apache-2.0
 *
 * copy_remote.c: `copy` from and to servers: see copy.h. Core finds the host's addresses (`ip host`, else a helper that
 * may ask), decides about redirections, and says in IOS's words how it went; what talks with the server is
 * src/helpers/remote.c. The answers of both helpers are hostile: they have read what strangers sent.
 */
#include "copy.h"

#include "aaa/aaa.h"
#include "base/address.h"
#include "core/config/hosts.h"
#include "core/config/interface.h"
#include "core/config/route.h"
#include "core/core.h"
#include "core/login/master.h"
#include "helpers/remote.h"
#include "model/model.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define RESOLVE_LIMIT_MS 12000               /* over JOB_LONG_MS: logins do not wait for name servers */
#define REMOTE_LIMIT_MS  (7 * 24 * 3600000U) /* the helper ends when nothing comes */
#define REDIRECTIONS     5

#define WORDS(name, words) [name] = (words),
static const char *const outcome_words[REMOTE_KINDS] = { REMOTE_OUTCOMES(WORDS) };
#undef WORDS

static bool is_address(const char *host)
{
	union address a;

	return address_parse(host, 0, &a);
}

/* --- the request --- */

/* What the configuration has for this protocol. */
static bool configured(const struct run *run, const char *leaf, char *out, size_t size)
{
	const char *value = model_str(run->core->model, leaf);

	return value && str_copy(str_of(value), out, size);
}

static void configured_password(const struct run *run, const char *type, const char *value, char out[URL_PASSWORD])
{
	const char *stored = model_str(run->core->model, value);

	if (stored)
		master_reveal(run->core->master, (int)model_uint(run->core->model, type, SECRET_CLEAR), stored, out,
			      URL_PASSWORD);
}

/* What the URL says counts more than the configuration; ftp has somebody who is nobody. */
static void put_user(const struct run *run, const struct url *u, struct buf *request)
{
	bool ftp = u->scheme == IFS_FTP, http = u->scheme == IFS_HTTP || u->scheme == IFS_HTTPS;
	char user[URL_USER], password[URL_PASSWORD];

	str_copy(str_of(u->user), user, sizeof user);
	str_copy(str_of(u->password), password, sizeof password);
	if (!user[0] && (ftp || http))
		configured(run, ftp ? "/ravelin-files:files/ftp/username" : "/ravelin-files:files/http-client/username",
			   user, sizeof user);
	if (!password[0] && ftp)
		configured_password(run, "/ravelin-files:files/ftp/password/type",
				    "/ravelin-files:files/ftp/password/value", password);
	if (!password[0] && http)
		configured_password(run, "/ravelin-files:files/http-client/password/type",
				    "/ravelin-files:files/http-client/password/value", password);
	if (!user[0] && ftp) {
		snprintf(user, sizeof user, "anonymous");
		snprintf(password, sizeof password, "anonymous@%.100s", core_hostname(run->core));
	}
	buf_put_cstr(request, user);
	buf_put_cstr(request, password);
	explicit_bzero(password, sizeof password);
}

/* The address that connections of this protocol come from: "" where the host is to choose. False: it has none. */
static bool source_address(const struct run *run, enum ifs_kind scheme, const char **address)
{
	const struct model *m = run->core->model;
	const char *name = model_str(m, scheme == IFS_FTP    ? "/ravelin-files:files/ftp/source-interface"
					: scheme == IFS_TFTP ? "/ravelin-files:files/tftp/source-interface"
							     : "/ravelin-files:files/http-client/source-interface");

	*address = "";
	if (!name)
		return true;
	*address = interface_address(m, name);
	return *address != NULL;
}

/* "Loading x from 192.0.2.1 (via lo): " */
static void put_lead(const struct run *run, const struct copy_end *end, const char *address, bool upload,
		     struct buf *request)
{
	char lead[240], via[ROUTE_NAME];
	const char *verb = upload ? "Writing" : "Loading";

	if (end->url.scheme == IFS_TFTP && !upload) {
		route_interface(run->core, address, via);
		snprintf(lead, sizeof lead, "Loading %.80s from %.64s (via %s): ", end->url.path, address, via);
	} else if (end->url.scheme == IFS_TFTP) {
		lead[0] = '\0';
	} else if (end->url.scheme == IFS_FTP) {
		snprintf(lead, sizeof lead, "%s %.160s ", verb, end->url.path);
	} else {
		snprintf(lead, sizeof lead, "%s %.160s ", upload ? "Storing" : verb, end->text);
	}
	buf_put_cstr(request, lead);
}

/* `addresses`: of the host, with commas between; "" where the host is one. */
static int start(struct run *run, const char *addresses)
{
	struct copy *c = run->data;
	bool upload = run->step == COPY_RESOLVED_TO;
	struct copy_end *end = upload ? &c->to : &c->from;
	uint64_t block = model_uint(run->core->model, "/ravelin-files:files/tftp/blocksize", 0);
	char first[INET6_ADDRSTRLEN + 2] = "";
	struct buf request, text;
	int fd = upload ? c->fd : c->sink;
	const char *source;

	if (!source_address(run, end->url.scheme, &source))
		return run_fail(run, "%%Error opening %s (The source interface has no address)", end->text);
	str_copy((struct str){ (const uint8_t *)addresses, strcspn(addresses, ",") }, first, sizeof first);
	buf_init(&request, 16384);
	buf_init(&text, 8192);
	buf_put_u8(&request, upload);
	buf_put_u64(&request, upload ? c->size : c->room);
	buf_put_u32(&request, end->url.scheme == IFS_TFTP ? (uint32_t)block : 0);
	url_wire(&end->url, &text);
	buf_put_str(&request, buf_str(&text));
	buf_clear(&text);
	if (*addresses)
		buf_printf(&text, "%s:%u:%s", end->url.host, url_port(&end->url), addresses);
	buf_put_str(&request, buf_str(&text));
	buf_release(&text);
	put_user(run, &end->url, &request);
	put_lead(run, end, *first ? first : end->url.host, upload, &request);
	buf_put_cstr(&request, source);
	return run_start_moving(run, upload ? COPY_SENT : COPY_FETCHED, "remote", &request, &fd, 1, REMOTE_LIMIT_MS);
}

/* --- the host's addresses --- */

/* `ip host NAME …` */
static bool by_configuration(const struct run *run, const char *host, struct buf *out)
{
	for (const struct lyd_node *a = hosts_addresses(run->core->model, host); a; a = model_next(a))
		buf_printf(out, "%s%s", buf_len(out) ? "," : "", model_value(a));
	return buf_len(out) > 0;
}

static int find_host(struct run *run, int next)
{
	struct copy *c = run->data;
	const char *host = next == COPY_RESOLVED_TO ? c->to.url.host : c->from.url.host;
	struct buf text;
	int rc;

	run->step = next;
	buf_init(&text, 1024);
	if (is_address(host)) {
		rc = start(run, "");
	} else if (by_configuration(run, host, &text)) {
		rc = start(run, buf_cstr(&text));
	} else {
		buf_put_cstr(&text, host);
		return run_start_job(run, next, "resolve", &text, RESOLVE_LIMIT_MS);
	}
	buf_release(&text);
	return rc;
}

/* Addresses and nothing else reach the other helper; IPv6 in brackets. */
static int found_host(struct run *run)
{
	struct copy *c = run->data;
	const struct copy_end *end = run->step == COPY_RESOLVED_TO ? &c->to : &c->from;
	struct cur answer = cur_of(buf_str(&run->job_result));
	struct buf text;
	int rc;

	buf_init(&text, 1024);
	while (run->job_ok && answer.n && !answer.bad) {
		char address[INET6_ADDRSTRLEN];
		bool six;

		if (!str_copy(cur_str(&answer), address, sizeof address) || !is_address(address))
			continue;
		six = strchr(address, ':');
		buf_printf(&text, "%s%s%s%s", buf_len(&text) ? "," : "", six ? "[" : "", address, six ? "]" : "");
	}
	rc = buf_len(&text) ? start(run, buf_cstr(&text))
			    : run_fail(run, "%%Error opening %s (Unknown host)", end->text);
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

struct answer {
	enum remote_outcome outcome;
	bool begun;
	uint64_t bytes;
	char words[REMOTE_WORDS_MAX];
};

static bool read_answer(struct run *run, struct answer *a)
{
	struct cur c = cur_of(buf_str(&run->job_result));
	uint8_t outcome = cur_u8(&c);

	a->outcome = (enum remote_outcome)outcome;
	a->begun = cur_bool(&c);
	a->bytes = cur_u64(&c);
	str_copy_printable(cur_str(&c), a->words, sizeof a->words);
	return run->job_ok && outcome < REMOTE_KINDS && cur_done(&c);
}

static int redirected(struct run *run, const struct answer *a)
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
static int remote_failed(struct run *run, const struct copy_end *end, const struct answer *a, bool upload)
{
	const char *doing = !a->begun ? "opening" : upload ? "writing" : "reading";
	bool full = a->outcome == REMOTE_FULL && !upload;
	const struct copy *c = run->data;

	if (a->begun)
		buf_puts(&run->out, a->outcome == REMOTE_TIMEOUT ? " [timed out]\n" : "\n");
	if (full)
		return run_fail(run, "%%Error writing %s (%s)", c->to.text, outcome_words[REMOTE_FULL]);
	if (a->outcome == REMOTE_UNTRUSTED)
		return run_fail(run, "%%Error %s %s (%s: %s)", doing, end->text, outcome_words[a->outcome], a->words);
	return run_fail(run, "%%Error %s %s (%s)", doing, end->text, outcome_words[a->outcome]);
}

static int answered(struct run *run, bool upload)
{
	struct copy *c = run->data;
	const struct copy_end *end = upload ? &c->to : &c->from;
	struct answer a = { .outcome = REMOTE_IO };
	const char *of = end->url.scheme == IFS_FTP ? "/4096" : "";

	if (!run->job_ok && str_is(buf_str(&run->job_result), err_text(E_UNSUPPORTED)))
		return run_fail(run, "%%Error opening %s (There is no libcurl on this host)", end->text);
	if (!run->job_ok)
		return run_fail(run, "%%Error opening %s (%s)", end->text, buf_cstr(&run->job_result));
	if (!read_answer(run, &a))
		return run_fail(run, "%%Error opening %s (%s)", end->text, outcome_words[REMOTE_IO]);
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
