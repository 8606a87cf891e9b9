/* SPDX-License-Identifier: Apache-2.0
 *
 * offer.c: see offer.h. Runs in core.
 */
#include "offer.h"

#include "model/model.h"
#include "ssh/rows.h"

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

unsigned offer_dh_min(const struct model *m)
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

const char *offer_name(enum offer_class of, size_t i)
{
	return i < classes[of].n ? classes[of].rows[i].name : NULL;
}

bool offer_large_enough(const char *kex, unsigned dh_min)
{
	const struct offered *row = find(OFFER_KEX, kex);

	return row && large_enough(row, dh_min);
}

static bool any_of(const struct model *m, enum offer_class of, unsigned dh_min, offer_fn *fits, void *arg)
{
	const struct lyd_node *named = model_first(m, NULL, classes[of].leaf_list);
	const struct offered *row;

	for (size_t i = 0; !named && i < classes[of].n; i++) {
		row = &classes[of].rows[i];
		if (row->on && large_enough(row, dh_min) && fits(arg, row->name))
			return true;
	}
	for (; named; named = model_next(named)) {
		row = find(of, model_value(named));
		if (row && large_enough(row, dh_min) && fits(arg, row->name))
			return true;
	}
	return false;
}

bool offer_any(const struct model *m, enum offer_class of, offer_fn *fits, void *arg)
{
	return any_of(m, of, offer_dh_min(m), fits, arg);
}

void offer_too_small(const struct model *m, unsigned dh_min, offer_fn *each, void *arg)
{
	const struct lyd_node *named = model_first(m, NULL, classes[OFFER_KEX].leaf_list);

	for (; named; named = model_next(named))
		if (!offer_large_enough(model_value(named), dh_min))
			each(arg, model_value(named));
}

static bool any_name(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return true;
}

bool offer_kex_left(const struct model *m, unsigned dh_min)
{
	return any_of(m, OFFER_KEX, dh_min, any_name, NULL);
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
