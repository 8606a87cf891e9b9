/* SPDX-License-Identifier: Apache-2.0
 *
 * dhgroup.c: see dhgroup.h. Runs in core; requests and values are hostile. Nothing here computes a power.
 */
#include "dhgroup.h"

#include "ssh/rows.h"

#define BYTES_MAX 1024
#define GENERATOR 2
#define OLD_MIN   1024 /* RFC 4419 section 5: what n alone leaves unsaid */
#define OLD_MAX   8192

#define GROUP(bits, private_bits, prime) { bits, prime },
static const struct {
	unsigned bits;
	BIGNUM *(*prime)(BIGNUM *);
} groups[] = { SSH_MODP_ROWS(GROUP) };
#undef GROUP

BIGNUM *dhgroup_prime(unsigned bits)
{
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		if (groups[i].bits == bits)
			return groups[i].prime(NULL);
	return NULL;
}

bool dhgroup_holds(const BIGNUM *p, struct str value)
{
	BIGNUM *y, *top;
	bool good = false;

	if (value.n == 0 || value.n > 1 + BYTES_MAX || (value.p[0] & 0x80) ||
	    (value.p[0] == 0 && (value.n == 1 || !(value.p[1] & 0x80))))
		return false;
	y = BN_bin2bn(value.p, (int)value.n, NULL);
	top = BN_dup(p);
	if (y && top && BN_sub_word(top, 1) == 1)
		good = BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, top) < 0;
	BN_free(y);
	BN_free(top);
	return good;
}

bool dhgroup_answers(struct str request, unsigned bits)
{
	struct cur c = cur_of(request);
	uint32_t min = OLD_MIN, n, max = OLD_MAX;

	n = cur_u32(&c);
	if (c.n) {
		min = n;
		n = cur_u32(&c);
		max = cur_u32(&c);
	}
	return cur_done(&c) && min <= n && n <= max && bits >= min && bits <= max;
}

void dhgroup_put(const BIGNUM *p, struct buf *out)
{
	const uint8_t generator = GENERATOR;
	uint8_t raw[BYTES_MAX];

	buf_put_mpint(out, raw, (size_t)BN_bn2bin(p, raw));
	buf_put_mpint(out, &generator, 1);
}
