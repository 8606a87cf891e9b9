/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_more.c: what is in a file: `more`, `verify`, `show file information`. A file is read in slices, between which
 * others get a turn. Runs in core; the bytes are a stranger's.
 */
#include "core/commands/commands.h"

#include "core/commands/cmd_image.h"
#include "core/config/config.h"
#include "core/core.h"
#include "core/files/fs.h"
#include "core/files/virtual.h"
#include "core/session/cli.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICE      65536
#define MORE_MAX   ((uint64_t)16 << 20) /* what one command may print */
#define HEX_COLS   16
#define DOTS_EVERY 16 /* slices */

struct reading {
	char text[FILE_TEXT];
	int fd;
	uint64_t size, done;
	unsigned slices;
	bool binary;
	EVP_MD_CTX *digest;
};

static void stop_reading(const void *arg)
{
	const struct run *run = arg;
	struct reading *r = run->data;

	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	EVP_MD_CTX_free(r->digest);
	r->digest = NULL;
}

/* running-config as it is now, in a file that nobody changes. */
static int open_running(const struct run *run, uint64_t *size)
{
	const struct buf *text = config_build_text(run->build);
	int fd = text->err ? -1 : virtual_sealed(buf_str(text));

	*size = buf_len(text);
	return fd < 0 ? E_NOMEM : fd;
}

static int open_file(const struct run *run, const struct file_name *name, uint64_t *size)
{
	struct stat st = { 0 };
	int fd = fs_open(run->core, name, &st);

	*size = (uint64_t)st.st_size;
	return fd;
}

/* RUN_DONE: run->data is a reading; stop_reading is to be called at the end. RUN_WAIT: not yet. */
static int start_reading(struct run *run)
{
	const char *typed = cmd_arg(&run->match, "url");
	struct file_name name;
	struct reading *r;
	int rc;

	if (!fs_name(&run->cli->cwd, str_of(typed), &name))
		return run_fail(run, FS_NO_FILE, typed);
	rc = fs_is_running(&name) ? run_build_config(run, CMD_VIEW_WHOLE) : RUN_DONE;
	if (rc != RUN_DONE)
		return rc;
	r = arena_alloc(&run->arena, sizeof *r);
	if (!r)
		return run_fail(run, "%% Out of memory");
	run->data = r;
	fs_text(&name, r->text);
	r->fd = fs_is_running(&name) ? open_running(run, &r->size) : open_file(run, &name, &r->size);
	if (r->fd < 0)
		return run_fail(run, "%%Error opening %s (%s)", r->text, fs_words(r->fd));
	run->abandon = stop_reading;
	return RUN_DONE;
}

/* The next slice; its length, 0 at the end, -1: it cannot be read. */
static ssize_t next_slice(struct reading *r, uint8_t bytes[SLICE])
{
	ssize_t n = pread(r->fd, bytes, SLICE, (off_t)r->done);

	if (n > 0) {
		r->done += (uint64_t)n;
		r->slices++;
	}
	return n;
}

static int finish(struct run *run, int result)
{
	stop_reading(run);
	run->abandon = NULL;
	return result;
}

/* --- more --- */

static bool is_text(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < ' ' && p[i] != '\n' && p[i] != '\r' && p[i] != '\t' && p[i] != '\f' && p[i] != '\x1b')
			return false;
	return true;
}

static void put_hex(struct buf *out, uint64_t at, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i += HEX_COLS) {
		size_t cols = n - i < HEX_COLS ? n - i : HEX_COLS;
		char ascii[HEX_COLS + 1] = "";

		buf_printf(out, "%08llX: ", (unsigned long long)(at + i));
		for (size_t c = 0; c < HEX_COLS; c++) {
			if (c < cols) {
				buf_printf(out, "%s%02X", c % 4 == 0 ? " " : "", p[i + c]);
				ascii[c] = p[i + c] >= ' ' && p[i + c] < 0x7f ? (char)p[i + c] : '.';
			} else {
				buf_puts(out, c % 4 == 0 ? "   " : "  ");
			}
		}
		buf_printf(out, "    %s\n", ascii);
	}
}

/* Line ends as a terminal wants them; what would be obeyed by one is shown as a dot. */
static void put_text(struct buf *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool harmless = p[i] >= ' ' || p[i] == '\n' || p[i] == '\t';

		if (p[i] != '\r')
			buf_put_u8(out, harmless && p[i] != 0x7f ? p[i] : '.');
	}
}

/* A session reads text itself: it costs core nothing, however long it is. */
static int hand_over(struct run *run)
{
	struct reading *r = run->data;
	int fd = r->fd;

	r->fd = -1;
	run->cli->ops->file(run->cli, fd, r->size);
	return finish(run, RUN_DONE);
}

int cmd_more(struct run *run)
{
	static uint8_t bytes[SLICE];
	struct reading *r = run->data;
	uint64_t at;
	ssize_t n;
	int rc;

	if (!r) {
		rc = start_reading(run);
		if (rc != RUN_DONE)
			return rc;
		r = run->data;
	}
	at = r->done;
	n = next_slice(r, bytes);
	if (n < 0)
		return finish(run, run_fail(run, "%%Error reading %s (I/O error)", r->text));
	if (n == 0 || at >= MORE_MAX) {
		if (!r->binary && buf_len(&run->out) && buf_ptr(&run->out)[buf_len(&run->out) - 1] != '\n')
			buf_puts(&run->out, "\n");
		return finish(run, RUN_DONE);
	}
	if (at == 0)
		r->binary =
		    cmd_has(&run->match, "/binary") || (!cmd_has(&run->match, "/ascii") && !is_text(bytes, (size_t)n));
	if (!r->binary && run->cli->ops->file && !run->sink)
		return hand_over(run);
	if (at == 0 && r->size > MORE_MAX)
		return finish(run, run_fail(run, "%%Error opening %s (larger than %llu bytes)", r->text,
					    (unsigned long long)MORE_MAX));
	if (r->binary)
		put_hex(&run->out, at, bytes, (size_t)n);
	else
		put_text(&run->out, bytes, (size_t)n);
	return run_yield(run);
}

/* --- verify --- */

static const struct {
	const char *word, *name;
} digests[] = { { "/md5", "MD5" }, { "/sha256", "SHA2-256" }, { "/sha512", "SHA2-512" } };

#define DIGESTS (sizeof digests / sizeof digests[0])

/* DIGESTS: none, which means the signature of an image. */
static size_t digest_named(const struct run *run)
{
	size_t i = 0;

	while (i < DIGESTS && !cmd_has(&run->match, digests[i].word))
		i++;
	return i;
}

static int say_digest(struct run *run)
{
	const char *submitted = cmd_arg(&run->match, "digest"), *word = digests[digest_named(run)].word;
	struct reading *r = run->data;
	uint8_t bytes[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
	unsigned n = 0;

	if (EVP_DigestFinal_ex(r->digest, bytes, &n) != 1)
		return run_fail(run, "%%Error verifying %s (out of memory)", r->text);
	for (unsigned i = 0; i < n; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", bytes[i]);
	run_progress(run, "Done!\n");
	if (submitted && strcasecmp(submitted, hex) == 0)
		buf_printf(&run->out, "Verified (%s) = %s\n", r->text, hex);
	else if (submitted)
		return run_fail(run, "%%Error verifying %s\nComputed signature  = %s\nSubmitted signature = %s",
				r->text, hex, submitted);
	else
		buf_printf(&run->out, "verify %s (%s) = %s\n", word, r->text, hex);
	return RUN_DONE;
}

static int start_digest(struct run *run)
{
	int rc = start_reading(run);
	struct reading *r = run->data;
	EVP_MD *md;

	if (rc != RUN_DONE)
		return rc;
	md = EVP_MD_fetch(NULL, digests[digest_named(run)].name, NULL);
	r->digest = EVP_MD_CTX_new();
	rc = md && r->digest && EVP_DigestInit_ex(r->digest, md, NULL) == 1;
	EVP_MD_free(md);
	return rc ? RUN_DONE : finish(run, run_fail(run, "%%Error verifying %s (out of memory)", r->text));
}

int cmd_verify(struct run *run)
{
	static uint8_t bytes[SLICE];
	struct reading *r = run->data;
	ssize_t n;
	int rc;

	if (digest_named(run) == DIGESTS)
		return cmd_arg(&run->match, "digest")
			   ? run_fail(run, "%% A digest needs its algorithm: /md5, /sha256 or /sha512")
			   : cmd_verify_image(run);
	if (!r && (rc = start_digest(run)) != RUN_DONE)
		return rc;
	r = run->data;
	n = next_slice(r, bytes);
	if (n < 0 || (n > 0 && EVP_DigestUpdate(r->digest, bytes, (size_t)n) != 1))
		return finish(run, run_fail(run, "%%Error reading %s (I/O error)", r->text));
	if (n == 0)
		return finish(run, say_digest(run));
	if (r->slices % DOTS_EVERY == 1)
		run_progress(run, ".");
	return run_yield(run);
}

/* --- show file information --- */

int cmd_show_file_information(struct run *run)
{
	static uint8_t bytes[SLICE];
	int rc = start_reading(run);
	struct reading *r = run->data;
	const char *what;
	ssize_t n;

	if (rc != RUN_DONE)
		return rc;
	n = next_slice(r, bytes);
	if (n >= 4 && memcmp(bytes,
			     "\x7f"
			     "ELF",
			     4) == 0)
		what = "image (elf)";
	else
		what = n <= 0 ? "empty" : is_text(bytes, (size_t)n) ? "ascii text" : "binary";
	buf_printf(&run->out, "%s:\n  type is %s\n  file size is %llu bytes\n", r->text, what,
		   (unsigned long long)r->size);
	return finish(run, RUN_DONE);
}
