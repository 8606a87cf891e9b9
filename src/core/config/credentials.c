/* SPDX-License-Identifier: Apache-2.0
 *
 * credentials.c: see credentials.h. Runs in core. Whether a certificate is valid now is a question to the host's clock,
 * as it is for those of the other end.
 */
#include "core/config/credentials.h"

#include "core/config/authorities.h"
#include "core/core.h"
#include "core/log/remote.h"
#include "core/login/servers.h"
#include "model/model.h"

#include <time.h>

const char *credentials_name(const struct model *m, const char *profile)
{
	const struct lyd_node *entry = model_entry(m, AUTHORITIES, (const char *[]){ profile });

	return entry ? model_below(entry, "client-id-trustpoint") : NULL;
}

const struct identity *credentials_of(const struct core *core, const char *trustpoint, struct errbuf *e)
{
	const struct identity *id = identity_find(core->identities, trustpoint);
	uint64_t now = (uint64_t)time(NULL);

	if (!id)
		err_set(e, E_NOTFOUND, "trustpoint %s has no certificate: crypto pki import brings one", trustpoint);
	else if (now < id->from)
		err_set(e, E_DENIED, "the certificate of trustpoint %s is not valid yet: check the clock", trustpoint);
	else if (now > id->until)
		err_set(e, E_DENIED, "the certificate of trustpoint %s has expired: import another", trustpoint);
	else
		return id;
	return NULL;
}

void credentials_changed(struct core *core, const char *trustpoint)
{
	servers_credentials_changed(core, trustpoint);
	remote_credentials_changed(core->remote, trustpoint);
}
