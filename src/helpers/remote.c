/* SPDX-License-Identifier: Apache-2.0
 *
 * remote.c: the helper `remote`: one file fetched or sent by ftp, tftp, http or https, by libcurl. It talks with
 * strangers and has the one descriptor of the file, sockets, and nothing else: names are looked up, and redirections
 * decided upon, by others (remote.h). libcurl is loaded when this helper starts, by nobody else: no other process has
 * it mapped.
 */
#include "helpers.h"

#include "base/err.h"
#include "base/io.h"
#include "helpers/remote.h"
#include "move.h"

#define CURL_DISABLE_TYPECHECK
#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define CURL_LIBRARY    "libcurl.so.4"
#define CONNECT_SECONDS 10L
#define STALL_SECONDS   15L /* without a byte */
#define CA_MAX          ((size_t)4 << 20)
#define BUFFER          262144L
#define RESUMES         3

static struct {
	CURLcode (*global_init)(long flags);
	CURL *(*easy_init)(void);
	CURLcode (*setopt)(CURL *easy, CURLoption option, ...);
	CURLcode (*perform)(CURL *easy);
	CURLcode (*getinfo)(CURL *easy, CURLINFO info, ...);
	struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
} lib;
static bool loaded;
static int ca_fd = -1; /* the system's store, for https */

struct transfer {
	CURL *easy;
	bool upload;
	uint64_t size, done;
	int fd, failed; /* E_* of the file */
	struct marks marks;
	char location[REMOTE_WORDS_MAX];
	char etag[128]; /* which version of the file it is */
	unsigned resumed;
	bool plain; /* tftp without its options */
};

struct wanted {
	char *url, *pins;
	char user[128], password[160];
	char source[64]; /* "host!ADDRESS", "": none */
	uint32_t block;
};

/* The library's functions, by their names; -1 when it is not there or too old. */
static int load(void)
{
	static const struct {
		const char *name;
		void *to;
	} symbols[] = {
		{ "curl_global_init", &lib.global_init }, { "curl_easy_init", &lib.easy_init },
		{ "curl_easy_setopt", &lib.setopt },      { "curl_easy_perform", &lib.perform },
		{ "curl_easy_getinfo", &lib.getinfo },    { "curl_slist_append", &lib.slist_append },
	};
	void *handle = dlopen(CURL_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; handle && i < sizeof symbols / sizeof *symbols; i++) {
		void *found = dlsym(handle, symbols[i].name);

		if (!found)
			return -1;
		memcpy(symbols[i].to, &found, sizeof found);
	}
	return handle ? 0 : -1;
}

int remote_prepare(void)
{
	/* A certificate's dates are put into words, in a time zone that is not looked up then. */
	setenv("TZ", "UTC0", 1);
	tzset();
	loaded = load() == 0 && lib.global_init(CURL_GLOBAL_ALL) == CURLE_OK;
	ca_fd = open(X509_get_default_cert_file(), O_RDONLY | O_CLOEXEC);
	if (ca_fd < 0)
		ca_fd = open("/etc/ssl/certs/ca-certificates.crt", O_RDONLY | O_CLOEXEC);
	return 0;
}

/* --- what libcurl calls --- */

static bool is_good(const struct transfer *t)
{
	long code = 0;

	lib.getinfo(t->easy, CURLINFO_RESPONSE_CODE, &code);
	return code < 300; /* what an error says is not the file */
}

static size_t on_data(char *p, size_t one, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= one;
	if (!is_good(t))
		return n;
	if (t->done + n > t->size)
		t->failed = E_LIMIT;
	else
		t->failed = io_write(t->fd, (struct str){ (const uint8_t *)p, n });
	if (t->failed)
		return 0;
	t->done += n;
	marks_add(&t->marks, n);
	return n;
}

static size_t on_wanted(char *p, size_t one, size_t n, void *arg)
{
	struct transfer *t = arg;
	ssize_t got = pread(t->fd, p, n * one, (off_t)t->done);

	if (got < 0) {
		t->failed = E_IO;
		return CURL_READFUNC_ABORT;
	}
	t->done += (uint64_t)got;
	if (got)
		marks_add(&t->marks, (uint64_t)got);
	return (size_t)got;
}

/* Some servers want to be asked twice. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct transfer *t = arg;

	if (origin != SEEK_SET || offset < 0)
		return CURL_SEEKFUNC_CANTSEEK;
	t->done = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* The value of this header, when `line` is one. */
static bool header_value(struct str line, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);

	if (line.n <= n || strncasecmp((const char *)line.p, name, n) != 0)
		return false;
	line = (struct str){ line.p + n, line.n - n };
	while (line.n && (*line.p == ' ' || *line.p == '\t'))
		line = (struct str){ line.p + 1, line.n - 1 };
	while (line.n && line.p[line.n - 1] <= ' ')
		line.n--;
	return str_copy(line, out, size);
}

static size_t on_header(char *p, size_t one, size_t n, void *arg)
{
	struct str line = { (uint8_t *)p, n * one };
	struct transfer *t = arg;

	if (!header_value(line, "location:", t->location, sizeof t->location))
		header_value(line, "etag:", t->etag, sizeof t->etag);
	return n * one;
}

/* --- what it is to do --- */

static int set_store(struct transfer *t)
{
	uint8_t *bytes = malloc(CA_MAX);
	struct curl_blob blob = { bytes, 0, CURL_BLOB_NOCOPY };
	ssize_t n = 1;

	while (bytes && ca_fd >= 0 && n > 0 && blob.len < CA_MAX) {
		n = read(ca_fd, bytes + blob.len, CA_MAX - blob.len);
		blob.len += n > 0 ? (size_t)n : 0;
	}
	if (!bytes || lib.setopt(t->easy, CURLOPT_CAPATH, NULL) != CURLE_OK ||
	    lib.setopt(t->easy, CURLOPT_CAINFO, NULL) != CURLE_OK)
		return E_NOMEM;
	/* Without a store nobody is trusted. */
	return !blob.len || lib.setopt(t->easy, CURLOPT_CAINFO_BLOB, &blob) == CURLE_OK ? 0 : E_CRYPTO;
}

/* For any protocol: what may be spoken, how long, and where to. */
static bool set_common(struct transfer *t, const struct wanted *w)
{
	struct curl_slist *pinned = *w->pins ? lib.slist_append(NULL, w->pins) : NULL;
	char scheme[8] = "";

	str_copy((struct str){ (const uint8_t *)w->url, strcspn(w->url, ":") }, scheme, sizeof scheme);
	return (!*w->pins || (pinned && lib.setopt(t->easy, CURLOPT_RESOLVE, pinned) == CURLE_OK)) &&
	       lib.setopt(t->easy, CURLOPT_PROTOCOLS_STR, scheme) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_URL, w->url) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_PROXY, "") == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, STALL_SECONDS) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS) == CURLE_OK &&
	       (!*w->source || lib.setopt(t->easy, CURLOPT_INTERFACE, w->source) == CURLE_OK) &&
	       (!*w->user || (lib.setopt(t->easy, CURLOPT_USERNAME, w->user) == CURLE_OK &&
			      lib.setopt(t->easy, CURLOPT_PASSWORD, w->password) == CURLE_OK));
}

static bool set_protocols(struct transfer *t, uint32_t block)
{
	return lib.setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_HEADERDATA, t) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_NOCWD) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_FTP_SKIP_PASV_IP, 1L) == CURLE_OK &&
	       (!block || lib.setopt(t->easy, CURLOPT_TFTP_BLKSIZE, (long)block) == CURLE_OK);
}

static bool set_direction(struct transfer *t)
{
	if (t->upload)
		return lib.setopt(t->easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
		       lib.setopt(t->easy, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER) == CURLE_OK &&
		       lib.setopt(t->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->size) == CURLE_OK &&
		       lib.setopt(t->easy, CURLOPT_READFUNCTION, on_wanted) == CURLE_OK &&
		       lib.setopt(t->easy, CURLOPT_READDATA, t) == CURLE_OK &&
		       lib.setopt(t->easy, CURLOPT_SEEKFUNCTION, on_seek) == CURLE_OK &&
		       lib.setopt(t->easy, CURLOPT_SEEKDATA, t) == CURLE_OK &&
		       lib.setopt(t->easy, CURLOPT_WRITEFUNCTION, on_data) == CURLE_OK &&
		       lib.setopt(t->easy, CURLOPT_WRITEDATA, t) == CURLE_OK;
	return lib.setopt(t->easy, CURLOPT_BUFFERSIZE, BUFFER) == CURLE_OK &&
	       (t->size > INT64_MAX ||
		lib.setopt(t->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->size) == CURLE_OK) &&
	       lib.setopt(t->easy, CURLOPT_WRITEFUNCTION, on_data) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_WRITEDATA, t) == CURLE_OK;
}

/* --- how it went --- */

static enum remote_outcome of_errno(const struct transfer *t)
{
	long number = 0;

	lib.getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
	return number == ECONNREFUSED                            ? REMOTE_REFUSED
	       : number == EHOSTUNREACH || number == ENETUNREACH ? REMOTE_UNREACHABLE
								 : REMOTE_TIMEOUT;
}

static enum remote_outcome of_response(const struct transfer *t)
{
	long code = 0;

	lib.getinfo(t->easy, CURLINFO_RESPONSE_CODE, &code);
	if (code < 300)
		return REMOTE_DONE;
	if (code < 400)
		return t->location[0] ? REMOTE_MOVED : REMOTE_PROTOCOL;
	if (code == 401 || code == 403 || code == 407)
		return REMOTE_DENIED;
	if (code == 404 || code == 410)
		return REMOTE_NOTFOUND;
	return code == 507 || code == 413 ? REMOTE_FULL : REMOTE_PROTOCOL;
}

static const struct {
	CURLcode code;
	enum remote_outcome outcome;
} outcomes[] = {
	{ CURLE_OPERATION_TIMEDOUT, REMOTE_TIMEOUT },
	{ CURLE_TFTP_NOTFOUND, REMOTE_NOTFOUND },
	{ CURLE_REMOTE_FILE_NOT_FOUND, REMOTE_NOTFOUND },
	{ CURLE_FTP_COULDNT_RETR_FILE, REMOTE_NOTFOUND },
	{ CURLE_TFTP_PERM, REMOTE_DENIED },
	{ CURLE_LOGIN_DENIED, REMOTE_DENIED },
	{ CURLE_REMOTE_ACCESS_DENIED, REMOTE_DENIED },
	{ CURLE_UPLOAD_FAILED, REMOTE_DENIED },
	{ CURLE_REMOTE_DISK_FULL, REMOTE_FULL },
	{ CURLE_FILESIZE_EXCEEDED, REMOTE_FULL },
	{ CURLE_REMOTE_FILE_EXISTS, REMOTE_EXISTS },
	{ CURLE_INTERFACE_FAILED, REMOTE_SOURCE },
	{ CURLE_PARTIAL_FILE, REMOTE_CLOSED },
	{ CURLE_RECV_ERROR, REMOTE_CLOSED },
	{ CURLE_SEND_ERROR, REMOTE_CLOSED },
	{ CURLE_GOT_NOTHING, REMOTE_CLOSED },
	{ CURLE_RANGE_ERROR, REMOTE_CLOSED }, /* it was another version */
	{ CURLE_PEER_FAILED_VERIFICATION, REMOTE_UNTRUSTED },
	{ CURLE_SSL_CONNECT_ERROR, REMOTE_TLS },
};

static enum remote_outcome outcome_of(const struct transfer *t, CURLcode code)
{
	if (t->failed)
		return t->failed == E_LIMIT ? REMOTE_FULL : REMOTE_IO;
	if (code == CURLE_OK)
		return of_response(t);
	if (code == CURLE_COULDNT_CONNECT)
		return of_errno(t);
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (outcomes[i].code == code)
			return outcomes[i].outcome;
	return REMOTE_PROTOCOL;
}

static const char *words_of(const struct transfer *t, enum remote_outcome outcome)
{
	long verified = X509_V_OK;

	if (outcome == REMOTE_MOVED)
		return t->location;
	if (outcome != REMOTE_UNTRUSTED)
		return "";
	lib.getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
	/* libcurl looks at the name first, and then says nothing of the rest. */
	return verified == X509_V_OK || verified == X509_V_ERR_UNSPECIFIED ? "it is another host's"
									   : X509_verify_cert_error_string(verified);
}

/* A server of http that dies in the middle is asked for the rest, as long as it is of the same version. */
static bool resume(struct transfer *t, CURLcode code)
{
	struct curl_slist *headers;
	char line[160];

	if ((code != CURLE_PARTIAL_FILE && code != CURLE_RECV_ERROR) || t->upload || t->failed || !t->done ||
	    t->etag[0] != '"' || t->resumed++ == RESUMES)
		return false;
	snprintf(line, sizeof line, "If-Range: %s", t->etag);
	headers = lib.slist_append(NULL, line);
	return headers && lib.setopt(t->easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	       lib.setopt(t->easy, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)t->done) == CURLE_OK;
}

/* libcurl refuses a server that says that the file has no bytes; not asked, it does not say so. */
static bool without_options(struct transfer *t, CURLcode code)
{
	if (code != CURLE_TFTP_ILLEGAL || t->upload || t->done || t->plain)
		return false;
	t->plain = true;
	return lib.setopt(t->easy, CURLOPT_TFTP_NO_OPTIONS, 1L) == CURLE_OK;
}

static enum remote_outcome perform(struct transfer *t)
{
	enum remote_outcome outcome;
	CURLcode code;

	do
		code = lib.perform(t->easy);
	while (without_options(t, code) || resume(t, code));
	outcome = outcome_of(t, code);

	if (outcome != REMOTE_DONE)
		return outcome;
	marks_end(&t->marks);
	if (!t->upload && fdatasync(t->fd) < 0 && errno != EINVAL)
		return io_error(errno) == E_LIMIT ? REMOTE_FULL : REMOTE_IO;
	return t->upload && t->done != t->size ? REMOTE_IO : REMOTE_DONE;
}

static char *take_text(struct cur *c)
{
	struct str s = cur_str(c);

	return s.n ? strndup((const char *)s.p, s.n) : strdup("");
}

/* An address and nothing that libcurl would take for the name of an interface, or look up. */
static bool take_source(struct cur *c, char *out, size_t size)
{
	char address[INET6_ADDRSTRLEN];
	struct in_addr a;

	if (!str_copy(cur_str(c), address, sizeof address))
		return false;
	if (address[0])
		snprintf(out, size, "host!%s", address);
	return !address[0] || inet_pton(AF_INET, address, &a) == 1;
}

static int read_wanted(struct str request, struct wanted *w, struct transfer *t)
{
	struct cur c = cur_of(request);

	t->upload = cur_bool(&c);
	t->size = cur_u64(&c);
	w->block = cur_u32(&c);
	w->url = take_text(&c);
	w->pins = take_text(&c);
	if (!w->url || !w->pins || !str_copy(cur_str(&c), w->user, sizeof w->user) ||
	    !str_copy(cur_str(&c), w->password, sizeof w->password))
		return E_INVAL;
	marks_init(&t->marks, cur_str(&c), '!', t->upload ? t->size : 0);
	return take_source(&c, w->source, sizeof w->source) && cur_done(&c) ? 0 : E_INVAL;
}

static int set_all(struct transfer *t, const struct wanted *w)
{
	t->easy = lib.easy_init();
	if (!t->easy || !set_common(t, w) || !set_protocols(t, w->block) || !set_direction(t))
		return E_NOMEM;
	return strncmp(w->url, "https:", 6) == 0 ? set_store(t) : 0;
}

int work_remote(struct str request, struct buf *result)
{
	struct transfer t = { .fd = helper_descriptor(0) };
	struct wanted w = { 0 };
	enum remote_outcome outcome;
	int rc = loaded ? read_wanted(request, &w, &t) : E_UNSUPPORTED;

	if (rc == 0 && (t.fd < 0 || (!t.upload && move_limit(t.size) < 0)))
		rc = E_INVAL;
	if (rc == 0)
		rc = set_all(&t, &w);
	if (rc == 0) {
		outcome = perform(&t);
		buf_put_u8(result, (uint8_t)outcome);
		buf_put_u8(result, t.done > 0);
		buf_put_u64(result, t.done);
		buf_put_cstr(result, words_of(&t, outcome));
	}
	explicit_bzero(w.password, sizeof w.password);
	free(w.url);
	free(w.pins);
	return rc;
}
