/* SPDX-License-Identifier: Apache-2.0
 *
 * interface.c: see interface.h. Runs in core.
 */
#include "interface.h"

#include "model/model.h"

const char *interface_address(const struct model *m, const char *name)
{
	const struct lyd_node *entry =
	    model_entry(m, "/ravelin-interface:interfaces/interface", (const char *[]){ name });

	return entry ? model_below(entry, "ipv4/primary/address") : NULL;
}
