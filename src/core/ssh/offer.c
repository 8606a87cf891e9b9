/* SPDX-License-Identifier: Apache-2.0
 *
 * offer.c: see offer.h. Runs in core.
 */
#include "offer.h"

#include "model/model.h"

#include <string.h>

#define DH_MIN_SIZE_OF  "/ravelin-ssh:ssh/dh-min-size"
#define KILOBYTE        1024
#define SECS_PER_MINUTE 60

struct offered {
	const char *name;
	bool on;
	enum ssh_strength strength;
	unsigned modp_bits;
};
#define KEX(name, on, fips, strength, digest, method, group, modp_bits, ...) { name, on, strength, modp_bits },
#define OTHER(name, on, fips, strength, ...)                                 { name, on, strength, 0 },
static const struct offered ciphers[] = { SSH_CIPHER_ROWS(OTHER) };
static const struct offered hostkeys[] = { SSH_HOSTKEY_ROWS(OTHER) };
static const struct offered kexes[] = { SSH_KEX_ROWS(KEX) };
static const struct offered macs[] = { SSH_MAC_ROWS(OTHER) };
static const struct offered publickeys[] = { SSH_PUBLICKEY_ROWS(OTHER) };
#undef KEX
#undef OTHER

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define SET_MAX     64
_Static_assert(COUNT(ciphers) <= SET_MAX && COUNT(hostkeys) <= SET_MAX && COUNT(kexes) <= SET_MAX &&
		   COUNT(macs) <= SET_MAX && COUNT(publickeys) <= SET_MAX,
	       "a set holds every row");

static const struct {
	const char *leaf_list;
	const struct offered *rows;
	size_t n;
} classes[OFFER_CLASSES] = {
	[OFFER_ENCRYPTION] = { "/ravelin-ssh:ssh/server-algorithm/encryption", ciphers, COUNT(ciphers) },
	[OFFER_HOSTKEY] = { "/ravelin-ssh:ssh/server-algorithm/hostkey", hostkeys, COUNT(hostkeys) },
	[OFFER_KEX] = { "/ravelin-ssh:ssh/server-algorithm/kex", kexes, COUNT(kexes) },
	[OFFER_MAC] = { "/ravelin-ssh:ssh/server-algorithm/mac", macs, COUNT(macs) },
	[OFFER_PUBLICKEY] = { "/ravelin-ssh:ssh/server-algorithm/publickey", publickeys, COUNT(publickeys) },
};

struct offer_plan offer_under(const struct model *m, const struct preset *preset)
{
	return (struct offer_plan){ m, preset, (unsigned)model_uint(m, DH_MIN_SIZE_OF, preset->dh_min) };
}

struct offer_plan offer_now(const struct model *m)
{
	return offer_under(m, preset_of(m));
}

static bool large_enough(const struct offered *row, unsigned dh_min)
{
	return row->modp_bits == 0 || row->modp_bits >= dh_min;
}

static const struct offered *find(enum offer_class of, struct str name)
{
	for (size_t i = 0; i < classes[of].n; i++)
		if (str_is(name, classes[of].rows[i].name))
			return &classes[of].rows[i];
	return NULL;
}

const char *offer_name(enum offer_class of, size_t i)
{
	return i < classes[of].n ? classes[of].rows[i].name : NULL;
}

enum ssh_strength offer_strength(enum offer_class of, const char *name)
{
	const struct offered *row = find(of, str_of(name));

	return row ? row->strength : SSH_BROKEN;
}

bool offer_large_enough(const char *kex, unsigned dh_min)
{
	const struct offered *row = find(OFFER_KEX, str_of(kex));

	return row && large_enough(row, dh_min);
}

bool offer_one(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return true;
}

/* The same question of one row. */
struct question {
	unsigned dh_min;
	offer_fn *fits;
	void *arg;
};

static bool ask(const struct question *q, const struct offered *row)
{
	return row && large_enough(row, q->dh_min) && q->fits(q->arg, row->name);
}

static bool any_configured(const struct lyd_node *named, enum offer_class of, const struct question *q)
{
	for (; named; named = model_next(named))
		if (ask(q, find(of, str_of(model_value(named)))))
			return true;
	return false;
}

static bool any_by_default(enum offer_class of, const struct question *q)
{
	for (size_t i = 0; i < classes[of].n; i++)
		if (classes[of].rows[i].on && ask(q, &classes[of].rows[i]))
			return true;
	return false;
}

static bool any_listed(const char *list, enum offer_class of, const struct question *q)
{
	size_t n;

	for (; *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (ask(q, find(of, (struct str){ (const uint8_t *)list, n })))
			return true;
	}
	return false;
}

bool offer_any(const struct offer_plan *plan, enum offer_class of, offer_fn *fits, void *arg)
{
	const struct lyd_node *named = model_first(plan->model, NULL, classes[of].leaf_list);
	const struct question q = { plan->dh_min, fits, arg };

	if (named)
		return any_configured(named, of, &q);
	if (plan->preset->lists[of])
		return any_listed(plan->preset->lists[of], of, &q);
	return any_by_default(of, &q);
}

bool offer_listed(const struct offer_plan *plan, enum offer_class of)
{
	return plan->preset->lists[of] || model_first(plan->model, NULL, classes[of].leaf_list);
}

static bool add(void *arg, const char *name)
{
	struct buf *out = arg;

	if (buf_len(out))
		buf_put_u8(out, ',');
	buf_puts(out, name);
	return false;
}

void offer_put(const struct offer_plan *plan, enum offer_class of, struct buf *out)
{
	offer_any(plan, of, add, out);
}

struct marking {
	enum offer_class of;
	uint64_t *rows;
};

static bool mark(void *arg, const char *name)
{
	const struct marking *m = arg;

	*m->rows |= UINT64_C(1) << (find(m->of, str_of(name)) - classes[m->of].rows);
	return false;
}

void offer_remember(const struct offer_plan *plan, struct offer_set *set)
{
	*set = (struct offer_set){ { 0 } };
	for (int of = 0; of < OFFER_CLASSES; of++)
		offer_any(plan, (enum offer_class)of, mark, &(struct marking){ (enum offer_class)of, &set->rows[of] });
}

bool offer_has(const struct offer_set *set, enum offer_class of, struct str name)
{
	const struct offered *row = find(of, name);

	return row && (set->rows[of] >> (row - classes[of].rows) & 1);
}

uint64_t offer_rekey_bytes(const struct model *m)
{
	return model_uint(m, "/ravelin-ssh:ssh/rekey/volume", 0) * KILOBYTE;
}

uint32_t offer_rekey_secs(const struct model *m)
{
	return (uint32_t)model_uint(m, "/ravelin-ssh:ssh/rekey/time", 0) * SECS_PER_MINUTE;
}
