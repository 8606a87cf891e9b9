/* SPDX-License-Identifier: Apache-2.0
 *
 * offer.c: see offer.h. Runs in core.
 */
#include "offer.h"

#include "commands.h"
#include "core/cli.h"
#include "core/core.h"
#include "core/sshd.h"
#include "model/model.h"
#include "ssh/rows.h"

#include <stdlib.h>
#include <string.h>

#define DH_MIN_SIZE     2048
#define DH_MIN_SIZE_OF  "/ravelin-ssh:ssh/dh-min-size"
#define KILOBYTE        1024
#define SECS_PER_MINUTE 60

struct offered {
	const char *name;
	bool on;
	unsigned modp_bits;
};
#define KEX(name, on, fips, strength, digest, method, group, modp_bits, ...) { name, on, modp_bits },
#define OTHER(name, on, ...)                                                 { name, on, 0 },
static const struct offered ciphers[] = { SSH_CIPHER_ROWS(OTHER) };
static const struct offered hostkeys[] = { SSH_HOSTKEY_ROWS(OTHER) };
static const struct offered kexes[] = { SSH_KEX_ROWS(KEX) };
static const struct offered macs[] = { SSH_MAC_ROWS(OTHER) };
#undef KEX
#undef OTHER

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
static const struct {
	const char *leaf_list;
	const struct offered *rows;
	size_t n;
} classes[OFFER_CLASSES] = {
	[OFFER_ENCRYPTION] = { "/ravelin-ssh:ssh/server-algorithm/encryption", ciphers, COUNT(ciphers) },
	[OFFER_HOSTKEY] = { "/ravelin-ssh:ssh/server-algorithm/hostkey", hostkeys, COUNT(hostkeys) },
	[OFFER_KEX] = { "/ravelin-ssh:ssh/server-algorithm/kex", kexes, COUNT(kexes) },
	[OFFER_MAC] = { "/ravelin-ssh:ssh/server-algorithm/mac", macs, COUNT(macs) },
};

static unsigned dh_min_size(const struct model *m)
{
	return (unsigned)model_uint(m, DH_MIN_SIZE_OF, DH_MIN_SIZE);
}

static bool large_enough(const struct offered *row, unsigned dh_min)
{
	return row->modp_bits == 0 || row->modp_bits >= dh_min;
}

static const struct offered *find(enum offer_class of, const char *name)
{
	for (size_t i = 0; i < classes[of].n; i++)
		if (strcmp(classes[of].rows[i].name, name) == 0)
			return &classes[of].rows[i];
	return NULL;
}

bool offer_any(const struct model *m, enum offer_class of, offer_fn *fits, void *arg)
{
	const struct lyd_node *named = model_first(m, NULL, classes[of].leaf_list);
	const struct offered *row;

	for (size_t i = 0; !named && i < classes[of].n; i++) {
		row = &classes[of].rows[i];
		if (row->on && large_enough(row, dh_min_size(m)) && fits(arg, row->name))
			return true;
	}
	for (; named; named = model_next(named)) {
		row = find(of, model_value(named));
		if (row && large_enough(row, dh_min_size(m)) && fits(arg, row->name))
			return true;
	}
	return false;
}

static bool add(void *arg, const char *name)
{
	struct buf *out = arg;

	if (buf_len(out))
		buf_put_u8(out, ',');
	buf_puts(out, name);
	return false;
}

void offer_put(const struct model *m, enum offer_class of, struct buf *out)
{
	offer_any(m, of, add, out);
}

uint64_t offer_rekey_bytes(const struct model *m)
{
	return model_uint(m, "/ravelin-ssh:ssh/rekey/volume", 0) * KILOBYTE;
}

uint32_t offer_rekey_secs(const struct model *m)
{
	return (uint32_t)model_uint(m, "/ravelin-ssh:ssh/rekey/time", 0) * SECS_PER_MINUTE;
}

/* --- ssh-offer: `ip ssh server algorithm hostkey|kex`, `ip ssh dh min size` --- */

static bool has_key(void *sshd, const char *name)
{
	return sshd_hostkey(sshd, str_of(name)) != NULL;
}

static bool named(const struct run *run, enum offer_class of)
{
	for (size_t i = 0; i < classes[of].n; i++)
		if (cmd_has(&run->match, classes[of].rows[i].name))
			return true;
	return false;
}

/* Is there a key for one of the algorithms the line names? */
static bool key_left(const struct run *run)
{
	for (size_t i = 0; i < COUNT(hostkeys); i++)
		if (cmd_has(&run->match, hostkeys[i].name) && has_key(run->core->sshd, hostkeys[i].name))
			return true;
	return false;
}

struct kex_question {
	const struct run *run;
	unsigned dh_min;
	bool typed; /* the line names methods: else those configured are meant */
};

static bool stays(void *arg, const char *name)
{
	const struct kex_question *q = arg;

	return (!q->typed || cmd_has(&q->run->match, name)) && large_enough(find(OFFER_KEX, name), q->dh_min);
}

/* Is one of the methods that are named or configured large enough for the size that is named or configured? */
static bool kex_left(const struct run *run)
{
	const char *size = cmd_arg(&run->match, "dh-min-size");
	struct kex_question q = { run, size ? (unsigned)strtoul(size, NULL, 10) : dh_min_size(run->core->model),
				  named(run, OFFER_KEX) };

	for (size_t i = 0; q.typed && i < COUNT(kexes); i++)
		if (stays(&q, kexes[i].name))
			return true;
	return !q.typed && offer_any(run->core->model, OFFER_KEX, stays, &q);
}

/* What is not served any more is said where it is asked for. */
int hook_ssh_offer(struct run *run)
{
	if (!kex_left(run))
		buf_puts(&run->out, "% No key exchange method is large enough: the SSH server goes off\n");
	if (named(run, OFFER_HOSTKEY) && sshd_enabled(run->core->sshd) && !key_left(run))
		buf_puts(&run->out, "% No key pair for these algorithms: the SSH server goes off until there is one\n");
	return RUN_DONE;
}
