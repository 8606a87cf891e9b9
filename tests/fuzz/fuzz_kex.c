/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no public value of a stranger breaks a key exchange method: it is refused and nothing is said, or both results
 * have the form that goes into the exchange hash. The first byte of the input chooses the method, the second whose
 * value the rest is.
 */
#include "ssh/algorithms.h"
#include "ssh/v2/hybrid.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct kex_alg *method(uint8_t choice)
{
	const struct ssh_alg_info *info;
	size_t n = 0;

	while (ssh_alg_info(SSH_ALG_KEX, n))
		n++;
	info = ssh_alg_info(SSH_ALG_KEX, choice % n);
	return alg_kex(str_of(info->name));
}

static void check_secret(const struct kex_alg *alg, const struct buf *secret)
{
	struct cur c = cur_of(buf_str(secret));
	struct str k = alg->respond == hybrid_respond ? cur_str(&c) : cur_mpint(&c);

	if (k.n == 0 || !cur_done(&c))
		abort();
}

static void as_client(const struct kex_alg *alg, struct str q, struct buf *other, struct buf *secret)
{
	int rc = alg->respond(alg, q, other, secret);

	if (rc == 0)
		check_secret(alg, secret);
	else if (buf_len(secret))
		abort();
	if (rc == 0 && buf_len(other) > alg->server_len + 1U)
		abort();
}

static void as_server(const struct kex_alg *alg, struct str q, struct buf *other, struct buf *secret)
{
	struct buf priv;

	buf_init(&priv, 0);
	if (alg->initiate(alg, &priv, other))
		abort();
	if (alg->finish(alg, &priv, q, secret) == 0)
		check_secret(alg, secret);
	else if (buf_len(secret))
		abort();
	buf_release(&priv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur in = { data, size, false };
	const struct kex_alg *alg;
	uint8_t side;
	struct buf other, secret;

	if (alg_fetch())
		abort();
	alg = method(cur_u8(&in));
	side = cur_u8(&in);
	buf_init(&other, 0);
	buf_init(&secret, 0);
	if (side & 1)
		as_server(alg, (struct str){ in.p, in.n }, &other, &secret);
	else
		as_client(alg, (struct str){ in.p, in.n }, &other, &secret);
	buf_release(&other);
	buf_release(&secret);
	return 0;
}
