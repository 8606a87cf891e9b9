/* SPDX-License-Identifier: Apache-2.0
 *
 * bootset.c: see bootset.h. Runs in core. The order at every change: the new file is in secure/ and on the disk, then
 * the manifest that names it takes the place of the old one in one step, then the old file goes. So a kill at any
 * instant leaves the old bootset or the new one, and maybe a file that no manifest names, which is taken away at the
 * next start.
 */
#include "bootset_private.h"

#include "core/clock.h"
#include "core/config/config.h"
#include "core/core.h"
#include "core/log/syslog.h"
#include "files/files.h"
#include "image/image.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER   "secure"
#define MANIFEST ".manifest"
#define KEY_FILE ".bootset" /* in keys/: 32 bytes; pairs of users have no name with a dot before it */
#define KEY_SIZE 32

static int sync_folder(const struct bootset *b)
{
	int fd = openat(b->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = fd < 0 || fsync(fd) < 0 ? E_IO : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

const struct manifest *bootset_manifest(const struct bootset *b)
{
	return &b->m;
}

const char *bootset_image_name(const struct bootset *b)
{
	const char *slash = strrchr(b->m.image.name, '/');

	return slash ? slash + 1 : b->m.image.name;
}

/* Flash shows the image no more, or again. */
static void hold(struct bootset *b)
{
	struct path *held = &b->core->flash.held;

	snprintf(held->text, sizeof held->text, "%s", b->m.image.set ? b->m.image.name : "");
}

/* --- the manifest and its key --- */

/* The device's own key, made at the first use. */
static int open_key(struct bootset *b, bool make, struct errbuf *e)
{
	uint8_t seed[KEY_SIZE];
	struct buf bytes;
	int rc;

	if (b->key)
		return 0;
	buf_init(&bytes, KEY_SIZE);
	rc = files_load(b->core->keys_fd, KEY_FILE, KEY_SIZE, &bytes, e);
	if (rc == 0 && buf_len(&bytes) == KEY_SIZE) {
		memcpy(seed, buf_ptr(&bytes), KEY_SIZE);
	} else if (make) {
		rc = RAND_priv_bytes(seed, KEY_SIZE) == 1
			 ? files_save(b->core->keys_fd, KEY_FILE, (struct str){ seed, KEY_SIZE }, 0600, e)
			 : err_set(e, E_CRYPTO, "no random bytes");
	} else if (rc == 0) {
		rc = err_set(e, E_INVAL, "the key of the bootset is damaged");
	}
	buf_release(&bytes);
	if (rc == 0 && !(b->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, KEY_SIZE)))
		rc = err_set(e, E_CRYPTO, "the key of the bootset cannot be used");
	OPENSSL_cleanse(seed, sizeof seed);
	return rc;
}

static int save_manifest(struct bootset *b, const struct manifest *m, struct errbuf *e)
{
	struct buf bytes;
	int rc = open_key(b, true, e);

	if (rc < 0)
		return rc;
	buf_init(&bytes, MANIFEST_MAX);
	rc = manifest_encode(m, b->key, &bytes);
	rc = rc < 0 ? err_set(e, rc, "the manifest of the bootset cannot be signed")
		    : files_save(b->dirfd, MANIFEST, buf_str(&bytes), 0600, e);
	buf_release(&bytes);
	if (rc < 0)
		return rc;
	b->m = *m;
	b->damaged = false;
	hold(b);
	return 0;
}

/* What another change of the bootset keeps: nothing that this device did not sign. */
static struct manifest kept(const struct bootset *b)
{
	struct manifest m = b->m;

	m.config.set = m.config.set && !b->damaged;
	return m;
}

/* --- the image --- */

static int read_trailer(int fd, struct manifest_part *p, struct errbuf *e)
{
	uint8_t trailer[IMAGE_TRAILER];
	struct image_info info;
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size < IMAGE_TRAILER ||
	    pread(fd, trailer, sizeof trailer, st.st_size - IMAGE_TRAILER) != IMAGE_TRAILER)
		return err_set(e, E_INVAL, "it is no image");
	if (image_parse((struct str){ trailer, sizeof trailer }, (uint64_t)st.st_size, &info, e) < 0)
		return E_INVAL;
	snprintf(p->version, sizeof p->version, "%s", info.version);
	memcpy(p->digest, info.digest, sizeof p->digest);
	p->size = (uint64_t)st.st_size;
	return 0;
}

/* Where in flash0: the running image lies. False: it does not, any more or at all. */
static bool running_path(const struct core *core, struct path *out, struct stat *st)
{
	static const struct path root = { "" };
	char link[32], target[PATH_BYTES + 4096];
	size_t dir = strlen(core->dir);
	struct stat running;
	struct str rest;
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", BOOT_FD_IMAGE);
	n = readlink(link, target, sizeof target - 1);
	target[n > 0 ? n : 0] = '\0';
	if (strncmp(target, core->dir, dir) != 0 || strncmp(target + dir, "/flash/", 7) != 0)
		return false;
	rest = str_of(target + dir + 7);
	return path_resolve(&root, rest, out) && out->text[0] && fstat(BOOT_FD_IMAGE, &running) == 0 &&
	       fstatat(core->flash_fd, out->text, st, AT_SYMLINK_NOFOLLOW) == 0 && st->st_ino == running.st_ino &&
	       st->st_dev == running.st_dev;
}

bool bootset_image_runs(const struct bootset *b)
{
	struct stat own, running;

	return b->m.image.set && fstatat(b->dirfd, bootset_image_name(b), &own, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(BOOT_FD_IMAGE, &running) == 0 && own.st_ino == running.st_ino && own.st_dev == running.st_dev;
}

/* The image's second name. It may be there already, of an attempt that was killed. */
static int link_image(struct bootset *b, const struct path *from, const struct stat *st, struct errbuf *e)
{
	const char *name = path_base(from);
	struct stat there;

	if (linkat(b->core->flash_fd, from->text, b->dirfd, name, 0) == 0)
		return sync_folder(b) < 0 ? err_set(e, E_IO, "secure/ cannot be written") : 0;
	if (errno == EXDEV)
		return err_set(e, E_STATE, "flash0: and the secure storage are not on one file system of the host");
	if (errno != EEXIST)
		return err_set(e, E_STATE, "the host does not let it be linked: %s", strerror(errno));
	if (fstatat(b->dirfd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == st->st_ino &&
	    there.st_dev == st->st_dev)
		return 0;
	return err_set(e, E_EXISTS, "another image is secured under the name \"%.100s\"", name);
}

/* One that is secured no more is in flash0: again, where its name was or, with that folder gone, in the root. */
static void unlink_image(struct bootset *b, const struct manifest_part *old)
{
	const char *base = strrchr(old->name, '/') ? strrchr(old->name, '/') + 1 : old->name;
	struct stat st;

	if (fstatat(b->core->flash_fd, old->name, &st, AT_SYMLINK_NOFOLLOW) < 0 &&
	    linkat(b->dirfd, base, b->core->flash_fd, base, 0) == 0)
		volume_recount(&b->core->flash, NULL);
	unlinkat(b->dirfd, base, 0);
	sync_folder(b);
}

int bootset_secure_image(struct bootset *b, struct errbuf *e)
{
	struct manifest_part old = b->m.image;
	struct manifest next = kept(b);
	struct path from;
	struct stat st;
	int rc;

	if (b->dirfd < 0)
		return err_set(e, E_STATE, "this device has no secure storage");
	if (bootset_image_runs(b) && !b->damaged)
		return 0;
	if (bootset_image_runs(b))
		snprintf(from.text, sizeof from.text, "%s", b->m.image.name);
	else if (!running_path(b->core, &from, &st) || path_base(&from)[0] == '.')
		return err_set(e, E_STATE, "the running image was not loaded from persistent storage of this device");
	next.image = (struct manifest_part){ .set = true, .time = time(NULL) };
	snprintf(next.image.name, sizeof next.image.name, "%s", from.text);
	rc = open_key(b, true, e);
	if (rc == 0)
		rc = read_trailer(BOOT_FD_IMAGE, &next.image, e);
	if (rc == 0 && !bootset_image_runs(b))
		rc = link_image(b, &from, &st, e);
	if (rc == 0)
		rc = save_manifest(b, &next, e);
	if (rc < 0)
		return rc;
	if (old.set && strcmp(old.name, next.image.name) != 0)
		unlink_image(b, &old);
	syslog_event(b->core->log, "IOS_RESILIENCE", 5, "IMAGE_RESIL_ACTIVE", "Successfully secured running image");
	return 0;
}

int bootset_release_image(struct bootset *b, struct errbuf *e)
{
	struct manifest_part old = b->m.image;
	struct manifest next = kept(b);
	int rc;

	if (!old.set)
		return err_set(e, E_NOTFOUND, "IOS image resilience is not active");
	next.image = (struct manifest_part){ 0 };
	rc = save_manifest(b, &next, e);
	if (rc < 0)
		return rc;
	unlink_image(b, &old);
	syslog_event(b->core->log, "IOS_RESILIENCE", 5, "IMAGE_RESIL_INACTIVE", "Disabled secure image archival");
	return 0;
}

int bootset_open_image(const struct bootset *b, struct errbuf *e)
{
	int fd = openat(b->dirfd, bootset_image_name(b), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	return fd < 0 ? err_set(e, E_NOTFOUND, "the secured image cannot be opened: %s", strerror(errno)) : fd;
}

/* --- the configuration --- */

/* ".runcfg-20261128-181500.ar", and no name that is taken already. */
static void name_archive(const struct bootset *b, char *out, size_t size)
{
	time_t now = clock_wall(&b->core->clock).tv_sec;
	struct tm tm;

	do {
		gmtime_r(&now, &tm);
		snprintf(out, size, ".runcfg-%04d%02d%02d-%02d%02d%02d.ar", tm.tm_year + 1900, tm.tm_mon + 1,
			 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		now++;
	} while (faccessat(b->dirfd, out, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
}

static int digest_of(struct str bytes, uint8_t digest[MANIFEST_DIGEST])
{
	return EVP_Digest(bytes.p, bytes.n, digest, NULL, EVP_sha512(), NULL) == 1 ? 0 : E_CRYPTO;
}

int bootset_secure_config(struct bootset *b, struct str text, struct errbuf *e)
{
	struct manifest_part old = b->m.config;
	struct manifest next = b->m;
	int rc;

	if (b->dirfd < 0)
		return err_set(e, E_STATE, "this device has no secure storage");
	next.config = (struct manifest_part){ .set = true, .time = time(NULL), .size = text.n };
	name_archive(b, next.config.name, sizeof next.config.name);
	snprintf(next.config.version, sizeof next.config.version, "%s", RAVELIN_VERSION);
	rc = open_key(b, true, e);
	if (rc == 0 && digest_of(text, next.config.digest) < 0)
		rc = err_set(e, E_CRYPTO, "the configuration cannot be digested");
	if (rc == 0)
		rc = files_save(b->dirfd, next.config.name, text, 0600, e);
	if (rc == 0 && (rc = save_manifest(b, &next, e)) < 0)
		unlinkat(b->dirfd, next.config.name, 0);
	if (rc < 0)
		return rc;
	if (old.set)
		files_remove(b->dirfd, old.name, NULL);
	syslog_event(b->core->log, "IOS_RESILIENCE", 5, "CONFIG_RESIL_ACTIVE",
		     "Successfully secured config archive [%s%s]", fs_prefix(FS_FLASH), next.config.name);
	return 0;
}

int bootset_release_config(struct bootset *b, struct errbuf *e)
{
	struct manifest_part old = b->m.config;
	struct manifest next = b->m;
	int rc;

	if (!old.set)
		return err_set(e, E_NOTFOUND, "IOS configuration resilience is not active");
	next.config = (struct manifest_part){ 0 };
	rc = save_manifest(b, &next, e);
	if (rc < 0)
		return rc;
	files_remove(b->dirfd, old.name, NULL);
	syslog_event(b->core->log, "IOS_RESILIENCE", 5, "CONFIG_RESIL_INACTIVE",
		     "Disabled secure config archival [%s%s]", fs_prefix(FS_FLASH), old.name);
	return 0;
}

int bootset_read_config(const struct bootset *b, struct buf *out, struct errbuf *e)
{
	uint8_t digest[MANIFEST_DIGEST];
	int rc;

	if (!b->m.config.set)
		return err_set(e, E_NOTFOUND, "IOS configuration resilience is not active");
	if (b->damaged)
		return err_set(e, E_DENIED, "the bootset's manifest is damaged");
	rc = files_load(b->dirfd, b->m.config.name, CONFIG_MAX_BYTES, out, e);
	if (rc == 0 && (digest_of(buf_str(out), digest) < 0 || memcmp(digest, b->m.config.digest, sizeof digest) != 0))
		rc = err_set(e, E_DENIED, "the configuration archive is damaged");
	return rc;
}

/* --- the start --- */

/* A secured image that no manifest tells of: a factory reset took it away, or the first securing was killed. */
static void adopt(struct bootset *b, const char *name)
{
	struct manifest m = { .image = { .set = true, .time = time(NULL) } };
	struct errbuf e = { "" };
	int fd = openat(b->dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), rc;

	rc = fd < 0 ? E_IO : read_trailer(fd, &m.image, &e);
	if (fd >= 0)
		close(fd);
	snprintf(m.image.name, sizeof m.image.name, "%s", name);
	if (rc == 0)
		rc = save_manifest(b, &m, &e);
	if (rc == 0)
		err_set(&b->why, 0, "it had no manifest; the image \"%.100s\" is secured", name);
	else
		err_set(&b->why, 0, "\"%.80s\" in it is no image: %.80s", name, e.text);
}

static bool is_named(const struct bootset *b, const char *name)
{
	return strcmp(name, MANIFEST) == 0 || (b->m.image.set && strcmp(name, bootset_image_name(b)) == 0) ||
	       (b->m.config.set && strcmp(name, b->m.config.name) == 0);
}

static void drop_file(struct bootset *b, const char *name, bool none)
{
	if (none && !b->why.text[0] && !files_is_temporary(str_of(name)))
		err_set(&b->why, 0, "it had no manifest; \"%.100s\" was removed", name);
	unlinkat(b->dirfd, name, 0);
}

/* Everything that the manifest does not name goes; with none there may be an image to adopt. */
static void sweep(struct bootset *b, bool none)
{
	DIR *dir = files_entries(b->dirfd);
	struct dirent *d;

	if (!dir)
		return;
	while ((d = readdir(dir))) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 || is_named(b, d->d_name))
			continue;
		if (none && d->d_name[0] != '.' && !b->m.image.set && !b->why.text[0])
			adopt(b, d->d_name);
		else
			drop_file(b, d->d_name, none);
	}
	closedir(dir);
}

static void load(struct bootset *b)
{
	struct errbuf e = { "" };
	struct buf bytes;
	int rc;

	buf_init(&bytes, MANIFEST_MAX);
	rc = files_load(b->dirfd, MANIFEST, MANIFEST_MAX, &bytes, &e);
	if (rc == E_NOTFOUND) {
		sweep(b, true);
		goto out;
	}
	if (rc == 0)
		rc = manifest_parse(buf_str(&bytes), &b->m);
	if (rc == 0)
		rc = open_key(b, false, &e);
	if (rc == 0 && manifest_genuine(buf_str(&bytes), b->key)) {
		sweep(b, false);
	} else {
		b->damaged = true;
		err_set(&b->why, 0, "its manifest is not the one this device has signed");
	}
out:
	buf_release(&bytes);
}

struct bootset *bootset_new(struct core *core)
{
	struct bootset *b = calloc(1, sizeof *b);

	if (!b)
		return NULL;
	b->core = core;
	mkdirat(core->device_fd, FOLDER, 0700);
	b->dirfd = files_open_dir(core->device_fd, FOLDER, &b->why);
	if (b->dirfd >= 0)
		load(b);
	hold(b);
	if (bootset_watch_start(b) == 0)
		return b;
	free(b);
	return NULL;
}
