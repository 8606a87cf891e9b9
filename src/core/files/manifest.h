/* SPDX-License-Identifier: Apache-2.0
 *
 * manifest.h: what the bootset (bootset.h) is, in one signed file: the secured image and the archive of the
 * configuration, each with its name, size, time, version and SHA-512. docs/resilience.md has the layout. The file lies
 * on the host's disk, so it is read as if a stranger had written it. No I/O here. Runs in core.
 */
#ifndef CORE_MANIFEST_H
#define CORE_MANIFEST_H

#include "base/buf.h"
#include "base/err.h"
#include "files/path.h"

#include <openssl/types.h>
#include <stdbool.h>

#define MANIFEST_DIGEST  64 /* SHA-512 */
#define MANIFEST_VERSION 32 /* with its zero byte */
#define MANIFEST_SIG     64 /* Ed25519, RFC 8032 */
#define MANIFEST_MAX     4096

struct manifest_part {
	bool set;
	char name[PATH_BYTES]; /* image: its path in flash0:; configuration: the file's name */
	char version[MANIFEST_VERSION];
	uint64_t size;
	int64_t time; /* when it was secured, seconds of the host */
	uint8_t digest[MANIFEST_DIGEST];
};

struct manifest {
	struct manifest_part image, config;
};

/* The file's bytes, signed. 0 or E_CRYPTO, E_TOOBIG, E_NOMEM. */
int manifest_encode(const struct manifest *m, EVP_PKEY *key, struct buf *out);
/* E_INVAL: it is none. Whether it is genuine is manifest_genuine's. */
int manifest_parse(struct str bytes, struct manifest *m);
bool manifest_genuine(struct str bytes, EVP_PKEY *key);

#endif
