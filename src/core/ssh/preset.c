/* SPDX-License-Identifier: Apache-2.0
 *
 * preset.c: see preset.h. Runs in core. The lists of old devices are what those devices offer, in their order; names
 * are rows of ssh/rows.h.
 */
#include "preset.h"

#include "model/model.h"

#include <stddef.h>
#include <string.h>

#define OURS  "Ravelin_" RAVELIN_VERSION
#define CISCO "Cisco-1.25" /* clients know it and mend their ways */

#define PQ_KEX "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,mlkem768x25519-sha256"
#define AEAD   "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"
#define ETM    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com" /* unused: RFC 4253 wants a name */

static const struct preset presets[] = {
	{ "modern", OURS, 2048, false, { NULL } },
	{ "pq-only",
	  OURS,
	  2048,
	  false,
	  { [OFFER_KEX] = PQ_KEX,
	    [OFFER_HOSTKEY] = "ssh-ed25519",
	    [OFFER_ENCRYPTION] = AEAD,
	    [OFFER_MAC] = ETM,
	    [OFFER_PUBLICKEY] = "ssh-ed25519,sk-ssh-ed25519@openssh.com" } },
	{ "ios-15",
	  CISCO,
	  2048,
	  true,
	  { [OFFER_KEX] = "diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
	    [OFFER_HOSTKEY] = "ssh-rsa",
	    [OFFER_ENCRYPTION] = "aes128-ctr,aes192-ctr,aes256-ctr,aes128-cbc,3des-cbc,aes192-cbc,aes256-cbc",
	    [OFFER_MAC] = "hmac-sha1,hmac-sha1-96",
	    [OFFER_PUBLICKEY] = "ssh-rsa" } },
	{ "ios-12",
	  CISCO,
	  1024,
	  true,
	  { [OFFER_KEX] = "diffie-hellman-group1-sha1",
	    [OFFER_HOSTKEY] = "ssh-rsa",
	    [OFFER_ENCRYPTION] = "aes128-cbc,3des-cbc,aes192-cbc,aes256-cbc",
	    [OFFER_MAC] = "hmac-sha1,hmac-sha1-96,hmac-md5,hmac-md5-96",
	    [OFFER_PUBLICKEY] = "ssh-rsa" } },
};

const struct preset *preset_at(unsigned i)
{
	return i < sizeof presets / sizeof presets[0] ? &presets[i] : NULL;
}

const struct preset *preset_named(const char *name)
{
	const struct preset *p;

	for (unsigned i = 0; (p = preset_at(i)); i++)
		if (name && strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

const struct preset *preset_of(const struct model *m)
{
	const struct preset *p = preset_named(model_str(m, "/ravelin-ssh:ssh/server-algorithm/preset"));

	return p ? p : &presets[0];
}
