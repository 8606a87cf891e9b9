/* SPDX-License-Identifier: Apache-2.0
 *
 * Goal: no bytes make manifest_parse read outside them, or accept what manifest_encode would not write: what it takes
 * is, but for the signature, what is written again. Nothing but the device's own signature is genuine.
 */
#include "core/files/manifest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = "a key that signs no manifest ...";
	static EVP_PKEY *key;
	struct str bytes = { data, size };
	struct manifest m;
	struct buf again;

	if (!key)
		key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
	if (manifest_parse(bytes, &m) < 0)
		return 0;
	buf_init(&again, 0);
	if (manifest_encode(&m, key, &again) < 0 || buf_len(&again) != size ||
	    memcmp(buf_ptr(&again), data, size - MANIFEST_SIG) != 0 || !manifest_genuine(buf_str(&again), key))
		abort();
	if (manifest_genuine(bytes, key) && !str_eq(bytes, buf_str(&again)))
		abort();
	buf_release(&again);
	return 0;
}
