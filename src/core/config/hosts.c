/* SPDX-License-Identifier: Apache-2.0
 *
 * hosts.c: see hosts.h. Runs in core.
 */
#include "core/config/hosts.h"

#include "model/model.h"

const struct lyd_node *hosts_addresses(const struct model *m, const char *name)
{
	const struct lyd_node *host = model_entry(m, HOSTS, (const char *[]){ name });

	return host ? model_first(m, host, "address") : NULL;
}
