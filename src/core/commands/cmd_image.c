/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_image.c: whether an image may be trusted: `verify FILE`, `show software authenticity`. A helper reads it; the
 * keys are those of the image that runs. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/commands/cmd_image.h"
#include "core/core.h"
#include "core/files/fs.h"
#include "core/session/cli.h"
#include "image/boot.h"
#include "image/image.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_LIMIT_MS 120000

enum step { STEP_BEGIN, STEP_CHECKED };

/* The helper's answer. */
struct finding {
	bool good, development;
	uint64_t built, payload;
	char why[192], version[IMAGE_VERSION], key[64];
	struct str digest, computed, key_id;
};

/* `fd` is the caller's. */
static int start_check(struct run *run, int fd, uint64_t size)
{
	struct buf request;

	buf_init(&request, 0);
	buf_put_u64(&request, size);
	buf_put_u32(&request, run->core->rommon);
	return run_start_moving(run, STEP_CHECKED, "image", &request, &fd, 1, CHECK_LIMIT_MS);
}

static bool read_finding(const struct run *run, struct finding *f)
{
	struct cur c = cur_of(buf_str(&run->job_result));

	f->good = cur_u8(&c) == 1;
	str_copy_printable(cur_str(&c), f->why, sizeof f->why);
	str_copy_printable(cur_str(&c), f->version, sizeof f->version);
	f->built = cur_u64(&c);
	f->payload = cur_u64(&c);
	f->digest = cur_str(&c);
	f->computed = cur_str(&c);
	f->key_id = cur_str(&c);
	str_copy_printable(cur_str(&c), f->key, sizeof f->key);
	f->development = cur_u8(&c) == 1;
	return run->job_ok && cur_done(&c);
}

static void put_hex(struct buf *out, const char *before, struct str bytes)
{
	buf_puts(out, before);
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(out, "%02X", bytes.p[i]);
	buf_puts(out, "\n");
}

/* Opens what `url` names and has it checked. */
static int check_named(struct run *run, const char *before)
{
	const char *typed = cmd_arg(&run->match, "url");
	char *text = arena_alloc(&run->arena, FILE_TEXT);
	struct file_name name;
	struct stat st;
	int fd, rc;

	if (!text)
		return run_fail(run, "%% Out of memory");
	if (!fs_name(&run->cli->cwd, str_of(typed), &name))
		return run_fail(run, FS_NO_FILE, typed);
	fs_text(&name, text);
	run->data = text;
	fd = fs_open(run->core, &name, &st);
	if (fd < 0)
		return run_fail(run, "%%Error opening %s (%s)", text, fs_words(fd));
	buf_printf(&run->out, "%s%s\n", before, text);
	rc = start_check(run, fd, (uint64_t)st.st_size);
	close(fd);
	return rc;
}

int cmd_verify_image(struct run *run)
{
	const char *text = run->data;
	struct finding f;

	if (run->step == STEP_BEGIN)
		return check_named(run, "Verifying file integrity of ");
	if (!read_finding(run, &f))
		return run_fail(run, "%%Error verifying %s (it could not be checked)", text);
	if (f.payload) {
		put_hex(&run->out, "Embedded Hash   SHA512 : ", f.digest);
		put_hex(&run->out, "Computed Hash   SHA512 : ", f.computed);
	}
	if (!f.good)
		return run_fail(run, "%%Error verifying %s (%s)", text, f.why);
	buf_printf(&run->out, "Signature Verified, key \"%s\"\nDigital signature successfully verified in file %s\n",
		   f.key, text);
	return RUN_DONE;
}

static void put_signer(struct buf *out, const struct finding *f)
{
	char built[IMAGE_TIME];

	image_time(f->built, built);
	buf_printf(out,
		   "Image type                    : %s\n"
		   "    Signer Information\n"
		   "        Key Name              : %s\n",
		   f->development ? "Development" : "Production", f->key);
	put_hex(out, "        Key Identifier        : ", f->key_id);
	buf_printf(out,
		   "    Hash Algorithm            : SHA512\n"
		   "    Signature Algorithm       : Ed25519\n"
		   "    Image Version             : %s\n"
		   "    Image Built               : %s\n",
		   f->version, built);
}

static int put_authenticity(struct run *run, const char *what)
{
	struct finding f;

	if (!read_finding(run, &f))
		return run_fail(run, "%%Error: %s could not be checked", what);
	if (!f.good)
		return run_fail(run, "%%Error: %s is not authentic: %s", what, f.why);
	put_signer(&run->out, &f);
	return RUN_DONE;
}

int cmd_show_authenticity_file(struct run *run)
{
	if (run->step == STEP_BEGIN)
		return check_named(run, "File Name                     : ");
	return put_authenticity(run, run->data);
}

int cmd_show_authenticity_running(struct run *run)
{
	struct stat st;
	int rc;

	if (run->step == STEP_BEGIN) {
		if (fstat(BOOT_FD_IMAGE, &st) < 0)
			return run_fail(run, "%%Error: the running image cannot be read");
		return start_check(run, BOOT_FD_IMAGE, (uint64_t)st.st_size);
	}
	buf_puts(&run->out, "SYSTEM IMAGE\n------------\n");
	rc = put_authenticity(run, "the running image");
	if (rc == RUN_DONE)
		buf_printf(&run->out,
			   "    Verifier Information\n"
			   "        Verifier Name         : ROMMON\n"
			   "        Verifier Version      : System Bootstrap, interface %u\n",
			   run->core->rommon);
	return rc;
}
