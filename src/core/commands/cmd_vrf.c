/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_vrf.c: `show vrf` and `show ip vrf`. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/gate/listen.h"
#include "core/gate/vrf.h"
#include "core/session/cli.h"
#include "core/ssh/sshd.h"

#include <string.h>
#include <sys/socket.h>

static const char *rd_of(const struct vrf *v)
{
	return v->rd ? v->rd : "<not set>";
}

static const char *protocols(const struct vrf *v)
{
	return v->ipv4 && v->ipv6 ? "ipv4,ipv6" : v->ipv4 ? "ipv4" : v->ipv6 ? "ipv6" : "";
}

static void put_family(struct run *run, const struct vrf *v, bool has, int family)
{
	const char *name = family == AF_INET6 ? "ipv6" : "ipv4";

	if (!has)
		buf_printf(&run->out, "Address family %s not active\n", name);
	else
		buf_printf(&run->out, "Address family %s: SSH server %s\n", name,
			   listen_in_vrf(sshd_listen(run->core->sshd), v->name, family) ? "listens"
											: "does not listen");
}

static void put_detail(struct run *run, const struct vrf *v)
{
	const char *netns = vrf_netns(run->core, v->name);

	buf_printf(&run->out, "VRF %s; default RD %s\n", v->name, rd_of(v));
	if (v->description)
		buf_printf(&run->out, "  Description: %s\n", v->description);
	buf_printf(&run->out, "  Network namespace: %s\n", netns ? netns : "none lent by device.conf");
	put_family(run, v, v->ipv4, AF_INET);
	put_family(run, v, v->ipv6, AF_INET6);
}

int cmd_show_vrf(struct run *run)
{
	const char *name = cmd_arg(&run->match, "name");
	bool detail = cmd_has(&run->match, "detail"), any = false;
	struct vrf v;

	if (!detail && !name)
		buf_puts(&run->out,
			 "  Name                             Default RD            Protocols   Interfaces\n");
	for (size_t i = 0; vrf_at(run->core->model, i, &v); i++) {
		if (name && strcmp(name, v.name) != 0)
			continue;
		if (detail || name)
			put_detail(run, &v);
		else
			buf_printf(&run->out, "  %-32s %-21s %s\n", v.name, rd_of(&v), protocols(&v));
		any = true;
	}
	return name && !any ? run_fail(run, "%% No VRF named %s", name) : RUN_DONE;
}

int cmd_show_ip_vrf(struct run *run)
{
	struct vrf v;

	buf_puts(&run->out, "  Name                             Default RD          Interfaces\n");
	for (size_t i = 0; vrf_at(run->core->model, i, &v); i++)
		if (v.ipv4)
			buf_printf(&run->out, "  %-32s %s\n", v.name, rd_of(&v));
	return RUN_DONE;
}
