/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_show.c: what the device says of itself. Texts are IOS's where clients read them; what is said is true of this
 * machine. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/clock.h"
#include "core/config/recovery.h"
#include "core/core.h"
#include "core/gate/listen.h"
#include "core/session/cli.h"
#include "core/session/peer.h"
#include "core/ssh/offer.h"
#include "core/ssh/sshd.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

/* "1 week, 2 days, 3 hours, 4 minutes" */
static void uptime_text(uint64_t minutes, char *out, size_t size)
{
	static const struct {
		unsigned minutes;
		const char *name;
	} units[] = { { 7 * 24 * 60, "week" }, { 24 * 60, "day" }, { 60, "hour" } };
	size_t n = 0;

	for (size_t i = 0; i < 3; i++) {
		uint64_t count = minutes / units[i].minutes;

		minutes %= units[i].minutes;
		if (count)
			n += (size_t)snprintf(out + n, size - n, "%llu %s%s, ", (unsigned long long)count,
					      units[i].name, count == 1 ? "" : "s");
	}
	snprintf(out + n, size - n, "%llu minute%s", (unsigned long long)minutes, minutes == 1 ? "" : "s");
}

int cmd_show_version(struct run *run)
{
	const struct core *core = run->core;
	uint64_t up_secs = (clock_now_ms() - core->boot_ms) / 1000;
	char up[128], since[CLOCK_TEXT];
	struct utsname un;
	struct sysinfo si;

	uptime_text(up_secs / 60, up, sizeof up);
	clock_text(&core->clock, time(NULL) - (time_t)up_secs, since, sizeof since);
	if (uname(&un) < 0 || sysinfo(&si) < 0)
		return run_fail(run, "%% The host does not answer");
	buf_printf(&run->out,
		   "Ravelin Software (RAVELIN-UNIVERSALK9-M), Version %s, compatible with Cisco IOS Software\n"
		   "Free software under the Apache License 2.0, no warranty\n\n"
		   "ROM: System Bootstrap, interface %u\n\n"
		   "%s uptime is %s\n"
		   "System restarted at %s\n"
		   "System image file is \"flash0:%s\"\n\n"
		   "Ravelin on %s %s (%s) with %lluK bytes of memory.\n"
		   "Processor board ID %s\n\n",
		   RAVELIN_VERSION, core->rommon, core_hostname(core), up, since, core->image, un.sysname, un.release,
		   un.machine, (unsigned long long)si.totalram * si.mem_unit / 1024, un.nodename);
	recovery_show_register(core, &run->out);
	buf_puts(&run->out, "\n");
	return RUN_DONE;
}

int cmd_show_privilege(struct run *run)
{
	buf_printf(&run->out, "Current privilege level is %u\n", run->cli->level);
	return RUN_DONE;
}

/* --- SSH --- */

/* As later releases print it, below the two lines there have always been. */
static void show_offer(struct core *core, struct buf *out)
{
	static const struct {
		enum offer_class of;
		const char *title;
	} classes[] = {
		{ OFFER_PUBLICKEY, "Authentication Publickey" },
		{ OFFER_HOSTKEY, "Hostkey" },
		{ OFFER_ENCRYPTION, "Encryption" },
		{ OFFER_MAC, "MAC" },
		{ OFFER_KEX, "KEX" },
	};
	struct buf names;

	buf_init(&names, 4096);
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		buf_clear(&names);
		sshd_offered(core->sshd, classes[i].of, &names);
		buf_printf(out, "%s Algorithms:%s\n", classes[i].title, buf_cstr(&names));
	}
	buf_release(&names);
	buf_printf(out, "Minimum expected Diffie Hellman key size : %u bits\n", offer_now(core->model).dh_min);
}

int cmd_show_ip_ssh(struct run *run)
{
	struct core *core = run->core;
	const char *off = sshd_off_reason(core->sshd);

	if (off) {
		buf_puts(&run->out, "%SSH has not been enabled\n");
		if (sshd_off_is_odd(core->sshd))
			buf_printf(&run->out, "%%%s\n", off);
		return RUN_DONE;
	}
	buf_printf(&run->out, "SSH Enabled - version %s\n", sshd_versions(core->sshd));
	buf_printf(&run->out, "Authentication timeout: %llu secs; Authentication retries: %llu\n",
		   (unsigned long long)model_uint(core->model, "/ravelin-ssh:ssh/time-out", 120),
		   (unsigned long long)model_uint(core->model, "/ravelin-ssh:ssh/authentication-retries", 3));
	if (sshd_version2_off_reason(core->sshd))
		buf_printf(&run->out, "%%SSH version 2 is off: %s\n", sshd_version2_off_reason(core->sshd));
	if (sshd_serves(core->sshd, 2))
		show_offer(core, &run->out);
	if (listen_trouble(sshd_listen(core->sshd)))
		buf_printf(&run->out, "%%%s\n", listen_trouble(sshd_listen(core->sshd)));
	return RUN_DONE;
}

static const char *state_of(const struct peer *p)
{
	switch (p->phase) {
	case PH_NEW:
		return "Key exchange";
	case PH_KEYED:
		return "Authentication";
	case PH_USER:
		return "Authenticated";
	default:
		return "Session started";
	}
}

static bool show_ssh_1(struct run *run)
{
	const struct peer *p;
	bool any = false;

	TAILQ_FOREACH (p, &run->core->peers, link) {
		if (p->kind != KIND_SSH || !p->v1.chosen)
			continue;
		if (!any)
			buf_puts(&run->out, "Connection Version Encryption State                Username\n");
		any = true;
		buf_printf(&run->out, "%-10u %-7s %-10s %-20s %s\n", p->number, "1.5", p->names.cipher_in, state_of(p),
			   p->cli.user);
	}
	return any;
}

static bool show_ssh_2(struct run *run)
{
	const struct peer *p;
	bool any = false;

	TAILQ_FOREACH (p, &run->core->peers, link) {
		if (p->kind != KIND_SSH || p->v1.chosen)
			continue;
		if (!any)
			buf_puts(&run->out,
				 "Connection Version Mode Encryption                    Hmac                          "
				 "State                Username\n");
		any = true;
		buf_printf(&run->out, "%-10u %-7s %-4s %-29s %-29s %-20s %s\n", p->number, "2.0", "IN",
			   p->names.cipher_in, peer_mac(p->names.mac_in), state_of(p), p->cli.user);
		buf_printf(&run->out, "%-10u %-7s %-4s %-29s %-29s %-20s %s\n", p->number, "2.0", "OUT",
			   p->names.cipher_out, peer_mac(p->names.mac_out), state_of(p), p->cli.user);
	}
	return any;
}

int cmd_show_ssh(struct run *run)
{
	bool any_1 = show_ssh_1(run), any_2 = show_ssh_2(run);

	if (!any_1 && !any_2 && !sshd_enabled(run->core->sshd)) { /* connections outlive the server that took them */
		buf_puts(&run->out, "%No SSH server connections running.\n");
		return RUN_DONE;
	}
	if (!any_2)
		buf_puts(&run->out, "%No SSHv2 server connections running.\n");
	if (!any_1)
		buf_puts(&run->out, "%No SSHv1 server connections running.\n");
	return RUN_DONE;
}
