/* SPDX-License-Identifier: Apache-2.0
 *
 * carry.h: one file carried to or from one server, as far as core takes part: what `helper-resolve` and `helper-remote`
 * (helpers/remote.h) are asked, and what their answers mean. `copy` (copy_remote.c) and the archive (send.c) do it by
 * these. Runs in core; the answers are hostile: the helpers have read what strangers sent.
 */
#ifndef CORE_CARRY_H
#define CORE_CARRY_H

#include "base/buf.h"
#include "files/url.h"
#include "helpers/remote.h"

#include <stdbool.h>
#include <stdint.h>

struct core;

struct carry {
	const struct url *url;
	bool upload;
	uint64_t size; /* to send; of what comes the most */
};
#define CARRY_REQUEST    16384               /* bytes of the largest request */
#define CARRY_RESOLVE_MS 12000               /* over JOB_LONG_MS: logins do not wait for name servers */
#define CARRY_MS         (7 * 24 * 3600000U) /* the helper ends when nothing comes */
#define CARRY_NO_SOURCE  "The source interface has no address"
#define CARRY_NO_HOST    "Unknown host"
#define CARRY_NO_LIBRARY "There is no libcurl on this host"

/* A host that is no address needs some: those of `ip host`, else what `helper-resolve` answers. False: there are none.
 * In `out` are commas between them. */
bool carry_known(const struct core *core, const char *host, struct buf *out); /* true of an address, too */
bool carry_resolved(struct str answer, struct buf *out);

/* The request for `helper-remote`, with user and password: the caller wipes it, as a job does. `addresses`: of the
 * host; "" where it is one. E_NOTFOUND: CARRY_NO_SOURCE. */
int carry_request(const struct core *core, const struct carry *c, const char *addresses, struct buf *request);

struct carry_answer {
	enum remote_outcome outcome;
	bool begun;
	uint64_t bytes;
	char words[REMOTE_WORDS_MAX];
};
/* False: it is none, and `a` says REMOTE_IO. */
bool carry_answer(struct str result, struct carry_answer *a);
const char *carry_words(enum remote_outcome outcome);

#endif
