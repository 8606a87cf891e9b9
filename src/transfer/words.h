/* SPDX-License-Identifier: Apache-2.0
 *
 * words.h: what a client of either protocol is told of an E_* that core sent no words with.
 */
#ifndef TRANSFER_WORDS_H
#define TRANSFER_WORDS_H

#include "base/err.h"

static inline const char *transfer_words(int rc)
{
	return rc == E_LIMIT ? "No space left on device" : rc ? err_text(rc) : "Success";
}

#endif
