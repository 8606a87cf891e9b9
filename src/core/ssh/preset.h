/* SPDX-License-Identifier: Apache-2.0
 *
 * preset.h: `ip ssh server algorithm preset`: what the SSH server is like, from its identification string to its last
 * MAC, where no line says otherwise. One row a preset.
 */
#ifndef CORE_PRESET_H
#define CORE_PRESET_H

#include <stdbool.h>

struct model;

enum offer_class { OFFER_ENCRYPTION, OFFER_HOSTKEY, OFFER_KEX, OFFER_MAC, OFFER_PUBLICKEY, OFFER_CLASSES };

struct preset {
	const char *name;
	const char *software;             /* the last part of the identification string, RFC 4253 section 4.2 */
	unsigned dh_min;                  /* bits; `ip ssh dh min size` wins over it */
	bool old;                         /* devices of another age: who turns it on is warned */
	const char *lists[OFFER_CLASSES]; /* names with commas, in order; NULL: the rows that are on by default */
};

const struct preset *preset_of(const struct model *m);
const struct preset *preset_named(const char *name); /* NULL: there is none */
const struct preset *preset_at(unsigned i);          /* NULL behind the last */

#endif
