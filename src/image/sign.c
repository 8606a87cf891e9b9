/* SPDX-License-Identifier: Apache-2.0
 *
 * sign.c: sign-image, the host tool of the build that makes signing keys and appends the trailer of docs/image.md.
 *     sign-image key KEY HEADER                         KEY is kept if it exists; HEADER gets the public half
 *     sign-image sign KEY VERSION IN OUT [INTERFACE]    OUT = IN + trailer, made beside and renamed into place
 * SOURCE_DATE_EPOCH, where set, is the build time. Reads only what the build made.
 */
#include "image/boot.h"
#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define IMAGE_READ_MAX ((size_t)256 << 20)

static int public_half(EVP_PKEY *key, uint8_t raw[32], uint8_t id[IMAGE_KEY_ID])
{
	uint8_t hash[32];
	size_t n = 32;

	if (EVP_PKEY_get_raw_public_key(key, raw, &n) != 1 || n != 32 ||
	    EVP_Q_digest(NULL, "SHA2-256", NULL, raw, 32, hash, NULL) != 1)
		return E_CRYPTO;
	memcpy(id, hash, IMAGE_KEY_ID);
	return 0;
}

static EVP_PKEY *key_read(const char *path)
{
	FILE *f = fopen(path, "re");
	EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	if (key && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

static EVP_PKEY *key_make(const char *path)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	bool ok = key && f && PEM_write_PKCS8PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1;

	if (f && fclose(f))
		ok = false;
	if (ok)
		return key;
	fprintf(stderr, "sign-image: cannot make \"%s\": %s\n", path, strerror(errno));
	EVP_PKEY_free(key);
	return NULL;
}

/* Images already linked into devices stay bootable over a rebuild, because an existing key is kept. */
static int make_key(const char *path, const char *header)
{
	EVP_PKEY *key = access(path, F_OK) == 0 ? key_read(path) : key_make(path);
	uint8_t raw[32], id[IMAGE_KEY_ID];
	FILE *f = NULL;
	int rc = 1;

	if (!key || public_half(key, raw, id) || !(f = fopen(header, "we")))
		goto out;
	fputs("/* Generated: the public half of this checkout's signing key. */\n"
	      "static const struct image_key image_keys[] = {\n\t{ \"development-",
	      f);
	for (size_t i = 0; i < IMAGE_KEY_ID; i++)
		fprintf(f, "%02x", id[i]);
	fputs("\", 1, {", f);
	for (size_t i = 0; i < sizeof raw; i++)
		fprintf(f, " 0x%02x,", raw[i]);
	fputs(" } },\n};\n", f);
	rc = 0;
out:
	if (f && fclose(f))
		rc = 1;
	EVP_PKEY_free(key);
	return rc;
}

static int slurp(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	while (fd >= 0) {
		uint8_t *room = buf_room(out, 65536);

		if (!room || (n = read(fd, room, 65536)) <= 0)
			break;
		buf_claim(out, (size_t)n);
	}
	if (fd >= 0)
		close(fd);
	return n == 0 && !out->err ? 0 : E_IO;
}

static uint64_t build_time(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");

	return epoch && *epoch ? strtoull(epoch, NULL, 10) : (uint64_t)time(NULL);
}

static int append_trailer(EVP_PKEY *key, struct image_info *info, struct buf *image)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t raw[32];
	size_t n = IMAGE_SIG;
	struct buf trailer;
	int rc = E_CRYPTO;

	buf_init(&trailer, IMAGE_TRAILER);
	info->payload = buf_len(image);
	info->built = build_time();
	if (!ctx || EVP_Q_digest(NULL, "SHA2-512", NULL, buf_ptr(image), buf_len(image), info->digest, NULL) != 1 ||
	    public_half(key, raw, info->key_id))
		goto out;
	image_encode(info, &trailer);
	if (trailer.err || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(ctx, info->signature, &n, buf_ptr(&trailer), IMAGE_SIGNED) != 1)
		goto out;
	image_encode(info, image);
	rc = image->err;
out:
	buf_release(&trailer);
	EVP_MD_CTX_free(ctx);
	return rc;
}

/* A device's flash may hold a hard link to the previous OUT, so that inode must not be written again. */
static int write_image(const char *path, const struct buf *image)
{
	char next[4096];
	size_t done = 0;
	int fd, n = snprintf(next, sizeof next, "%s.next", path);

	if (n < 0 || (size_t)n >= sizeof next)
		return E_TOOBIG;
	unlink(next);
	fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (fd < 0)
		return E_IO;
	while (done < buf_len(image)) {
		ssize_t w = write(fd, buf_ptr(image) + done, buf_len(image) - done);

		if (w <= 0)
			break;
		done += (size_t)w;
	}
	if (fchmod(fd, 0755) | close(fd) || done < buf_len(image) || rename(next, path))
		return E_IO;
	return 0;
}

static int sign(char **argv, uint32_t interface)
{
	struct image_info info = { .interface = interface };
	EVP_PKEY *key = key_read(argv[0]);
	struct buf image;
	int rc = 1;

	buf_init(&image, IMAGE_READ_MAX);
	if (!key)
		fprintf(stderr, "sign-image: no Ed25519 private key in \"%s\"\n", argv[0]);
	else if (!str_copy(str_of(argv[1]), info.version, sizeof info.version) || !info.version[0])
		fprintf(stderr, "sign-image: version \"%s\" is empty or too long\n", argv[1]);
	else if (slurp(argv[2], &image) || append_trailer(key, &info, &image))
		fprintf(stderr, "sign-image: cannot sign \"%s\"\n", argv[2]);
	else if (write_image(argv[3], &image))
		fprintf(stderr, "sign-image: cannot write \"%s\": %s\n", argv[3], strerror(errno));
	else
		rc = 0;
	buf_release(&image);
	EVP_PKEY_free(key);
	return rc;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "key") == 0)
		return make_key(argv[2], argv[3]);
	if ((argc == 6 || argc == 7) && strcmp(argv[1], "sign") == 0)
		return sign(argv + 2, argc == 7 ? (uint32_t)strtoul(argv[6], NULL, 10) : BOOT_INTERFACE);
	fprintf(stderr, "usage: sign-image key KEY HEADER\n"
			"       sign-image sign KEY VERSION IN OUT [INTERFACE]\n");
	return 2;
}
