/* SPDX-License-Identifier: Apache-2.0
 *
 * keychain.c: see keychain.h. Runs in core.
 */
#include "keychain.h"

#include "cmd/cmd.h"
#include "core/core.h"
#include "model/model.h"

#include <string.h>

void keychain_left(const struct core *core, const struct cmd_place *place, struct buf *out)
{
	static const struct {
		const char *mode, *list;
	} chains[] = {
		{ "conf-ssh-pubkey-user", "/ravelin-ssh:ssh/pubkey-chain/user" },
		{ "conf-ssh-pubkey-server", "/ravelin-ssh:ssh/pubkey-chain/server" },
		{ "conf-ssh-pubkey-ca", "/ravelin-ssh:ssh/pubkey-chain/trusted-ca" },
	};

	for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
		const struct lyd_node *entry;

		if (strcmp(cmd_place_mode(place), chains[i].mode) != 0)
			continue;
		entry = model_entry(core->model, chains[i].list, (const char *[]){ cmd_place_key(place) });
		if (entry && !model_first(core->model, entry, "key"))
			buf_printf(out, "%% \"%s\" has no key: type key-string or key-hash\n", cmd_place_key(place));
	}
}
