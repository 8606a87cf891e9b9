/* SPDX-License-Identifier: Apache-2.0
 *
 * bootset_watch.c: the bootset beside what runs. At the start it is looked at whole, the image in slices that leave the
 * loop free, and what is wrong is said in the log. The leaves of the configuration say what is secured and nothing
 * else: where a file or a replaced configuration says more, it is secured; where they say less, they are set again,
 * because only a person at the console takes a part of the bootset away. Runs in core.
 */
#include "bootset_private.h"

#include "core/config/config.h"
#include "core/config/loader.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "files/files.h"
#include "image/image.h"

#include <event2/event.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICE    262144
#define LATER_MS 50
#define MISMATCH 4
#define DAMAGED  2

struct bootset_watch {
	struct event *turn; /* configuration and bootset are to be brought together */
	bool own;           /* the change under way is our own */
	bool booted;
	struct config_build *build; /* for an archive that a file asked for */
	struct event *slice;        /* the image is being read */
	EVP_MD_CTX *md;
	int fd;
	uint64_t at, end;
};

static void say(const struct bootset *b, int severity, const char *mnemonic, const char *what)
{
	syslog_event(b->core->log, "IOS_RESILIENCE", severity, mnemonic, "%s", what);
}

/* --- is it what it was? --- */

static void end_reading(struct bootset_watch *w)
{
	EVP_MD_CTX_free(w->md);
	w->md = NULL;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

static void image_read(struct bootset *b, bool whole)
{
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (!whole || EVP_DigestFinal_ex(b->watch->md, digest, NULL) != 1 ||
	    memcmp(digest, b->m.image.digest, MANIFEST_DIGEST) != 0)
		say(b, DAMAGED, "BOOTSET_DAMAGED", "The secured image is not the one that was secured");
	end_reading(b->watch);
}

static void on_slice(evutil_socket_t none, short what, void *arg)
{
	static const struct timeval now = { 0, 0 };
	static uint8_t bytes[SLICE];
	struct bootset *b = arg;
	struct bootset_watch *w = b->watch;
	size_t want = w->end - w->at < SLICE ? (size_t)(w->end - w->at) : SLICE;
	ssize_t n = want ? pread(w->fd, bytes, want, (off_t)w->at) : 0;

	(void)none;
	(void)what;
	if (n <= 0 || EVP_DigestUpdate(w->md, bytes, (size_t)n) != 1) {
		image_read(b, n == 0 && w->at == w->end);
		return;
	}
	w->at += (uint64_t)n;
	event_add(w->slice, &now);
}

/* Whatever the trailer claims, it is the payload that counts. */
static void read_image(struct bootset *b)
{
	static const struct timeval now = { 0, 0 };
	struct bootset_watch *w = b->watch;
	struct errbuf e = { "" };
	struct stat st;

	w->fd = bootset_open_image(b, &e);
	if (w->fd < 0) {
		say(b, DAMAGED, "BOOTSET_DAMAGED", e.text);
		return;
	}
	w->md = EVP_MD_CTX_new();
	w->at = 0;
	w->end = b->m.image.size - IMAGE_TRAILER;
	if (fstat(w->fd, &st) < 0 || (uint64_t)st.st_size != b->m.image.size || !w->md ||
	    EVP_DigestInit_ex(w->md, EVP_sha512(), NULL) != 1 || event_add(w->slice, &now) < 0)
		image_read(b, false);
}

/* --- is it what runs? --- */

/* The next line that is no comment. False at the end. */
static bool next_line(struct str *text, struct str *line)
{
	while (str_line(text, line)) {
		if (line->n && line->p[0] != '!')
			return true;
	}
	return false;
}

static bool says_the_same(struct str a, struct str b)
{
	struct str one, two;
	bool more;

	do {
		more = next_line(&a, &one);
		if (more != next_line(&b, &two))
			return false;
	} while (more && str_eq(one, two));
	return !more;
}

static void compare_config(struct bootset *b)
{
	struct errbuf e = { "" };
	struct buf archive, startup;

	buf_init(&archive, CONFIG_MAX_BYTES);
	buf_init(&startup, CONFIG_MAX_BYTES);
	if (bootset_read_config(b, &archive, &e) < 0)
		say(b, DAMAGED, "BOOTSET_DAMAGED", e.text);
	else if (files_load(b->core->nvram_fd, CONFIG_STARTUP, CONFIG_MAX_BYTES, &startup, NULL) < 0)
		say(b, MISMATCH, "CONFIG_MISMATCH", "There is no startup-config; a configuration is archived");
	else if (!says_the_same(buf_str(&archive), buf_str(&startup)))
		say(b, MISMATCH, "CONFIG_MISMATCH",
		    "startup-config differs from the archived configuration. Run secure boot-config to upgrade the "
		    "archive");
	buf_release(&archive);
	buf_release(&startup);
}

static void compare_version(struct bootset *b, const char *what, const struct manifest_part *p)
{
	if (p->set && strcmp(p->version, RAVELIN_VERSION) != 0)
		syslog_event(b->core->log, "IOS_RESILIENCE", MISMATCH, "VERSION_MISMATCH",
			     "Archived %s version %s differs from running version %s. Run secure boot-config and image "
			     "commands to upgrade archives to running version",
			     what, p->version, RAVELIN_VERSION);
}

static bool runs(const struct bootset *b)
{
	uint8_t trailer[IMAGE_TRAILER];
	struct image_info info;
	struct stat st;

	return fstat(BOOT_FD_IMAGE, &st) == 0 && st.st_size >= IMAGE_TRAILER &&
	       pread(BOOT_FD_IMAGE, trailer, sizeof trailer, st.st_size - IMAGE_TRAILER) == IMAGE_TRAILER &&
	       image_parse((struct str){ trailer, sizeof trailer }, (uint64_t)st.st_size, &info, NULL) == 0 &&
	       memcmp(info.digest, b->m.image.digest, sizeof info.digest) == 0;
}

static void look(struct bootset *b)
{
	if (b->why.text[0])
		syslog_event(b->core->log, "IOS_RESILIENCE", DAMAGED, "BOOTSET_DAMAGED", "The bootset: %s",
			     b->why.text);
	compare_version(b, "image", &b->m.image);
	compare_version(b, "configuration", &b->m.config);
	if (b->m.image.set && !runs(b) && strcmp(b->m.image.version, RAVELIN_VERSION) == 0)
		say(b, MISMATCH, "IMAGE_MISMATCH",
		    "The running image is not the secured one. Run secure boot-image to upgrade the archive");
	if (b->m.image.set)
		read_image(b);
	if (b->m.config.set && !b->damaged)
		compare_config(b);
}

/* --- with the configuration --- */

int bootset_state(struct bootset *b, const char *leaf, bool secured, struct errbuf *e)
{
	const char *path = strcmp(leaf, "image") == 0 ? BOOTSET_ROOT "/image" : BOOTSET_ROOT "/config";
	struct txn *t;
	int rc;

	if (model_bool(b->core->model, path) == secured)
		return 0;
	t = model_begin(b->core->model);
	if (!t)
		return err_set(e, E_BUSY, "the configuration is locked");
	rc = secured ? txn_set(t, NULL, path, "true", e) : txn_delete(t, NULL, path, NULL, e);
	if (rc < 0) {
		txn_abort(t);
		return rc;
	}
	b->watch->own = true;
	rc = txn_commit(t, e);
	b->watch->own = false;
	return rc;
}

void bootset_refused(struct core *core, const char *what)
{
	syslog_event(core->log, "IOS_RESILIENCE", 5, "NON_CONSOLE_ACCESS",
		     "Non console configuration request denied for command \"no secure boot-%s\"", what);
}

static void failed(struct bootset *b, const char *leaf, const char *why)
{
	syslog_event(b->core->log, "IOS_RESILIENCE", 3, "NOT_SECURED", "secure boot-%s: %s", leaf, why);
	bootset_state(b, leaf, false, NULL);
}

/* An archive that a file asked for. */
static void archive(struct bootset *b)
{
	struct bootset_watch *w = b->watch;
	const struct buf *text;
	struct errbuf e = { "" };

	if (!w->build && !(w->build = config_build_new(b->core, CMD_VIEW_WHOLE)))
		return;
	if (!config_build_step(w->build)) {
		event_add(w->turn, &(struct timeval){ 0, 0 });
		return;
	}
	text = config_build_text(w->build);
	if (text->err || bootset_secure_config(b, buf_str(text), &e) < 0)
		failed(b, "config", text->err ? err_text(text->err) : e.text);
	config_build_free(w->build);
	w->build = NULL;
}

static void put_back(struct bootset *b, const char *leaf)
{
	if (b->watch->booted)
		bootset_refused(b->core, leaf);
	bootset_state(b, leaf, true, NULL);
}

static void on_turn(evutil_socket_t none, short what, void *arg)
{
	static const struct timeval later = { 0, LATER_MS * 1000 };
	struct bootset *b = arg;
	bool image = model_bool(b->core->model, BOOTSET_ROOT "/image");
	bool config = model_bool(b->core->model, BOOTSET_ROOT "/config");
	struct errbuf e = { "" };

	(void)none;
	(void)what;
	if (loader_busy() || b->core->replacing) { /* it may say more */
		event_add(b->watch->turn, &later);
		return;
	}
	if (b->m.image.set && !image)
		put_back(b, "image");
	else if (image && !b->m.image.set && bootset_secure_image(b, &e) < 0)
		failed(b, "image", e.text);
	if (b->m.config.set && !config)
		put_back(b, "config");
	else if (config && !b->m.config.set)
		archive(b);
	b->watch->booted = true;
}

static void on_change(void *arg, const struct txn *t)
{
	static const struct timeval now = { 0, 0 };
	struct bootset *b = arg;

	(void)t;
	if (b->watch->booted && !b->watch->own)
		event_add(b->watch->turn, &now);
}

void bootset_booted(struct bootset *b)
{
	static const struct timeval now = { 0, 0 };

	look(b);
	event_add(b->watch->turn, &now);
}

int bootset_watch_start(struct bootset *b)
{
	struct bootset_watch *w = calloc(1, sizeof *w);

	if (!w)
		return E_NOMEM;
	b->watch = w;
	w->fd = -1;
	w->turn = evtimer_new(b->core->base, on_turn, b);
	w->slice = evtimer_new(b->core->base, on_slice, b);
	return w->turn && w->slice ? model_watch(b->core->model, BOOTSET_ROOT, on_change, b) : E_NOMEM;
}
