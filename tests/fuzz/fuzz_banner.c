/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no text of a banner, with whatever in it that looks like a token, is shown longer than allowed or not at all.
 * The first byte of the input says whether there is a line.
 */
#include "core/session/banner.h"

#include "core/core.h"
#include "lines/lines.h"
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

static struct core core;

static void start(void)
{
	struct txn *t;

	if (model_new(&core.model, NULL) < 0 || !(core.lines = lines_new(core.model)) ||
	    !(t = model_begin(core.model)) || txn_set(t, NULL, "/ravelin-system:hostname", "R1", NULL) < 0 ||
	    txn_set(t, NULL, "/ravelin-system:domain/name", "example.com", NULL) < 0 || txn_commit(t, NULL) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct txn *t;
	struct buf out;
	char *text;

	if (!core.model)
		start();
	if (!size)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	t = model_begin(core.model);
	if (!text || !t)
		abort();
	buf_init(&out, 0);
	if (!txn_set(t, NULL, "/ravelin-system:banner/motd", text, NULL)) {
		banner_put(&core, "motd", data[0] & 1 ? lines_at(core.lines, 0) : NULL, &out);
		if (!buf_len(&out) || buf_len(&out) > BANNER_SHOWN_MAX + 256 + strlen(text))
			abort();
		if (!strchr(text, '$') &&
		    (buf_len(&out) != strlen(text) + 1 || memcmp(buf_ptr(&out), text, strlen(text)) != 0))
			abort(); /* without a token it is shown as it is */
	}
	txn_abort(t);
	buf_release(&out);
	free(text);
	return 0;
}
