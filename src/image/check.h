/* SPDX-License-Identifier: Apache-2.0
 *
 * check.h: whether an image may be trusted: the whole file is read, its digest computed and its signature verified
 * with the keys of this build. For locked-in processes alone.
 */
#ifndef IMAGE_CHECK_H
#define IMAGE_CHECK_H

#include "image/image.h"

struct check {
	struct image_info info;         /* what the trailer says; all zero where there is none */
	const struct image_key *key;    /* the one that is said to have signed; NULL: none that is known */
	uint8_t computed[IMAGE_DIGEST]; /* of the payload; all zero until the signature held */
};

/* Fetches every algorithm, so that nothing is left to load behind the walls. */
int check_prepare(struct errbuf *e);
/* `fd`: a file of `size` bytes; `newest`: the boot interface of the rommon that is to run it. 0: it is whole, signed,
 * and can be run. Else an E_* with the reason for an operator, and `c` as far as it went. */
int check_image(int fd, uint64_t size, uint32_t newest, struct check *c, struct errbuf *e);

#endif
