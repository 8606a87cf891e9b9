/* SPDX-License-Identifier: Apache-2.0
 *
 * reach.c: see reach.h. Runs in core. What cannot go the configured way goes no other: a server may trust the address,
 * and what is said in a VRF is not for others.
 */
#include "core/login/reach.h"

#include "core/config/interface.h"
#include "core/core.h"
#include "core/gate/vrf.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int make(const struct core *core, const char *vrf, int family, int type, struct errbuf *e)
{
	int fd;

	type |= SOCK_NONBLOCK | SOCK_CLOEXEC;
	if (!vrf) {
		fd = socket(family, type, 0);
		return fd < 0 ? err_set(e, E_IO, "%s", strerror(errno)) : fd;
	}
	fd = vrf_socket(core, vrf, family, type);
	if (fd >= 0)
		return fd;
	return err_set(e, E_IO, "vrf %s: %s", vrf,
		       vrf_netns(core, vrf) ? strerror(-fd) : "device.conf lends no network namespace for it");
}

static int leave_from(const struct core *core, const char *name, int fd, struct errbuf *e)
{
	const char *address = interface_address(core->model, name);
	union address from;

	if (!address || !address_parse(address, 0, &from))
		return err_set(e, E_NOTFOUND, "the source interface %s has no address", name);
	if (bind(fd, &from.any, address_size(&from)) < 0)
		return err_set(e, E_IO, "the source address %s: %s", address, strerror(errno));
	return 0;
}

int reach_connect(const struct core *core, const struct reach *way, const union address *to, int type, struct errbuf *e)
{
	int fd = make(core, way->vrf, to->any.sa_family, type, e), rc = 0;

	if (fd < 0)
		return fd;
	if (way->interface && to->any.sa_family == AF_INET)
		rc = leave_from(core, way->interface, fd, e);
	if (rc == 0 && connect(fd, &to->any, address_size(to)) < 0 && errno != EINPROGRESS)
		rc = err_set(e, E_IO, "%s", strerror(errno));
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}
