/* SPDX-License-Identifier: Apache-2.0
 *
 * vrf.c: see vrf.h. Runs in core, which has one thread: it steps into a namespace for the length of one socket(2).
 */
#include "vrf.h"

#include "core/core.h"
#include "core/log/syslog.h"
#include "model/model.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFINITION "/ravelin-vrf:vrfs/definition"
#define OLD_FORM   "/ravelin-vrf:vrfs/ip"

int vrf_lend(struct core *core, const char *text)
{
	const char *equals = strchr(text, '=');
	struct vrf_lent *v = &core->vrfs[core->n_vrfs];

	if (core->n_vrfs == BOOT_LENT_MAX)
		return E_LIMIT;
	if (!equals || equals == text || equals[1] != '/' ||
	    !str_copy((struct str){ (const uint8_t *)text, (size_t)(equals - text) }, v->name, sizeof v->name) ||
	    !str_copy(str_of(equals + 1), v->netns, sizeof v->netns))
		return E_INVAL;
	core->n_vrfs++;
	return 0;
}

const char *vrf_netns(const struct core *core, const char *name)
{
	for (size_t i = 0; i < core->n_vrfs; i++)
		if (strcmp(core->vrfs[i].name, name) == 0)
			return core->vrfs[i].netns;
	return NULL;
}

/* 0 when the kernel does not tell. */
static uint64_t space_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t n = sizeof cookie;

	return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &n) == 0 && n == sizeof cookie ? cookie : 0;
}

bool vrf_away(int fd, int own)
{
	return space_of(fd) != space_of(own);
}

int vrf_socket(const struct core *core, const char *name, int family, int type)
{
	const char *netns = vrf_netns(core, name);
	int home = -1, away = -1, fd = -1, rc;

	if (!netns)
		return -ENOENT;
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	away = home < 0 ? -1 : open(netns, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (away < 0 || setns(away, CLONE_NEWNET) < 0) {
		rc = -errno;
		goto out;
	}
	fd = socket(family, type, 0);
	rc = fd < 0 ? -errno : fd;
	if (fd >= 0 && !space_of(fd)) { /* who comes in by it could not be told from others */
		close(fd);
		rc = -ENOPROTOOPT;
	}
	if (setns(home, CLONE_NEWNET) < 0) {
		syslog_event(core->log, "SYS", 0, "VRF", "cannot come back from vrf %s: %s", name, strerror(errno));
		abort(); /* nothing this process does from here on would be where it seems */
	}
out:
	if (home >= 0)
		close(home);
	if (away >= 0)
		close(away);
	return rc;
}

static bool is_there(const struct model *m, const char *list, const char *name)
{
	return model_entry(m, list, (const char *[]){ name }) != NULL;
}

static void read_vrf(const struct model *m, const struct lyd_node *v, bool old_form, struct vrf *out)
{
	const struct lyd_node *family = old_form ? NULL : model_first(m, v, "address-family");

	*out = (struct vrf){ .name = model_below(v, "name"),
			     .rd = model_below(v, "rd"),
			     .description = model_below(v, "description") };
	out->ipv4 = old_form || is_there(m, OLD_FORM, out->name);
	for (; family; family = model_next(family))
		*(strcmp(model_below(family, "family"), "ipv4") == 0 ? &out->ipv4 : &out->ipv6) = true;
}

/* A name that both forms state is one VRF. */
bool vrf_at(const struct model *m, size_t i, struct vrf *out)
{
	static const char *const forms[] = { DEFINITION, OLD_FORM };
	const struct lyd_node *v;

	for (size_t f = 0; f < 2; f++) {
		for (v = model_first(m, NULL, forms[f]); v; v = model_next(v)) {
			if (f == 1 && is_there(m, DEFINITION, model_below(v, "name")))
				continue;
			if (i-- == 0) {
				read_vrf(m, v, f == 1, out);
				return true;
			}
		}
	}
	return false;
}

/* A name that is new; NULL if change i made none. */
static const char *made(const struct txn *t, size_t i)
{
	const struct lyd_node *v = txn_change_in(t, i, DEFINITION);

	v = v ? v : txn_change_in(t, i, OLD_FORM);
	return v && txn_change(t, i)->op == CHANGE_CREATE && txn_change(t, i)->node == v ? model_below(v, "name")
											 : NULL;
}

static int guard(void *arg, struct txn *t, struct errbuf *e)
{
	const struct core *core = arg;
	size_t n = txn_changes(t);
	const char *name;

	for (size_t i = 0; i < n; i++) {
		name = made(t, i);
		if (name && !vrf_netns(core, name))
			err_set(e, 0, "%% device.conf lends no network namespace for VRF %s: nothing listens in it",
				name);
	}
	return 0;
}

int vrf_guard(struct core *core)
{
	return model_guard(core->model, "/ravelin-vrf:vrfs", guard, core);
}
