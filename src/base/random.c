/* SPDX-License-Identifier: Apache-2.0
 *
 * random.c: see random.h. Any process runs it.
 */
#include "base/random.h"

#include "base/err.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>

int random_bytes(void *to, size_t n)
{
	uint8_t *p = to;

	while (n) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno != EINTR)
			return E_CRYPTO;
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
	return 0;
}
