/* SPDX-License-Identifier: Apache-2.0
 *
 * image.h: the file format of a bootable image: an ELF executable (the payload) with a signed trailer behind it.
 * docs/image.md has the layout. The parser reads files strangers may have uploaded; it runs in ravelin-verify,
 * which is locked in, and in sign-image. No cryptography here.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define IMAGE_TRAILER  200 /* bytes, at the very end of the file */
#define IMAGE_SIGNED   136 /* the signature covers this many first bytes of the trailer */
#define IMAGE_FORMAT   1
#define IMAGE_DIGEST   64 /* SHA-512 of the payload */
#define IMAGE_KEY_ID   8  /* first bytes of the SHA-256 of the raw public key */
#define IMAGE_SIG      64 /* Ed25519, RFC 8032 */
#define IMAGE_VERSION  32 /* with its terminating zero */
#define IMAGE_MAX_SIZE ((uint64_t)1 << 30)

struct image_info {
	uint32_t interface; /* BOOT_INTERFACE the image was built against */
	uint64_t payload;   /* bytes */
	uint64_t built;     /* seconds since 1970, UTC */
	char version[IMAGE_VERSION];
	uint8_t digest[IMAGE_DIGEST];
	uint8_t key_id[IMAGE_KEY_ID];
	uint8_t signature[IMAGE_SIG];
};

/* A key that may sign images: the rows are made by the build (image_key.h). */
struct image_key {
	const char *name;
	int development; /* made by the build itself: proves nothing but "built here" */
	uint8_t public_key[32];
};

/* The whole trailer; the signature is copied as it stands in `info`. */
void image_encode(const struct image_info *info, struct buf *out);

/* Reads the last IMAGE_TRAILER bytes of a file of `file_size` bytes. E_INVAL with the reason for the operator:
 * no trailer, unknown format, or a length that does not fit the file. Nothing is verified yet. */
int image_parse(struct str trailer, uint64_t file_size, struct image_info *info, struct errbuf *e);

/* "2026-11-28 18:15:44 UTC" */
#define IMAGE_TIME 32
void image_time(uint64_t built, char text[IMAGE_TIME]);

/* Does a file that begins like this look like a payload at all? `head` is its first 4 bytes or fewer. */
bool image_head_fits(struct str head);

#endif
