/* SPDX-License-Identifier: Apache-2.0
 *
 * listen.c: see listen.h. Runs in core.
 */
#include "listen.h"

#include "base/address.h"
#include "core/core.h"
#include "core/gate/gatectl.h"
#include "core/gate/vrf.h"
#include "core/log/syslog.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SSH_PORT    22
#define MAX_SOCKETS 64
#define BACKLOG     512 /* while a flood is served turn by turn, others wait here instead of being told nothing */
#define TOS_OF_DSCP 2   /* the two bits below are ECN's */
#define DSCP_OF_TOS 3   /* precedence is the upper three bits of DSCP */

struct place {
	char vrf[VRF_NAME_MAX + 1]; /* empty: where core itself is */
	char host[64];
	uint16_t port;
};

struct listen {
	struct core *core;
	struct socket {
		struct place place;
		int fd;    /* -1: none; its index is what gate calls it */
		int error; /* why there is none, which was said; 0 and no fd: a free slot */
		bool wanted;
	} sockets[MAX_SOCKETS];
	char trouble[160];
};

/* --- one socket --- */

/* What connections inherit from the socket they came in by. Core and gate share it, so a change counts at once. */
static void set_dscp(const struct listen *l, int fd)
{
	const struct model *m = l->core->model;
	uint64_t precedence = model_uint(m, "/ravelin-ssh:ssh/precedence", 0);
	int tos = (int)(model_uint(m, "/ravelin-ssh:ssh/dscp", precedence << DSCP_OF_TOS) << TOS_OF_DSCP);

	setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
	setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos); /* one of the two has no meaning */
}

static int make_socket(const struct core *core, const char *vrf, int family)
{
	int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, fd;

	if (vrf[0])
		return vrf_socket(core, vrf, family, type);
	fd = socket(family, type, 0);
	return fd < 0 ? -errno : fd;
}

static int open_socket(const struct core *core, const struct place *p)
{
	union address a;
	int on = 1, fd, rc;

	if (!address_parse(p->host, p->port, &a))
		return -EADDRNOTAVAIL;
	fd = make_socket(core, p->vrf, a.any.sa_family);
	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (a.any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, &a.any, address_size(&a)) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

/* --- all of them --- */

static void note_failure(struct listen *l, struct socket *s, int rc)
{
	const struct place *p = &s->place;
	char text[sizeof l->trouble];

	if (p->vrf[0] && !vrf_netns(l->core, p->vrf))
		snprintf(text, sizeof text, "cannot listen in vrf %s: device.conf lends no network namespace for it",
			 p->vrf);
	else if (p->vrf[0])
		snprintf(text, sizeof text, "cannot listen on %s port %u in vrf %s: %s", p->host, p->port, p->vrf,
			 strerror(-rc));
	else
		snprintf(text, sizeof text, "cannot listen on %s port %u: %s%s", p->host, p->port, strerror(-rc),
			 rc == -EACCES ? " (publish it: -p 2222:22)" : "");
	if (!p->vrf[0])
		snprintf(l->trouble, sizeof l->trouble, "%s", text);
	if (s->error != rc) /* every change tries again; the same answer is not told again */
		syslog_event(l->core->log, "SSH", 3, "LISTEN", "%s", text);
	s->error = rc;
}

static bool same_place(const struct place *a, const struct place *b)
{
	return a->port == b->port && strcmp(a->host, b->host) == 0 && strcmp(a->vrf, b->vrf) == 0;
}

/* The slot of this place, or a free one; NULL: there is no room. */
static struct socket *slot_for(struct listen *l, const struct place *p)
{
	struct socket *spare = NULL;

	for (struct socket *s = l->sockets; s < l->sockets + MAX_SOCKETS; s++) {
		if (s->fd < 0 && !s->error)
			spare = s;
		else if (same_place(&s->place, p))
			return s;
	}
	return spare;
}

static void want(struct listen *l, const char *vrf, const char *host, uint16_t port)
{
	struct place p = { .port = port };
	struct socket *s;
	int fd;

	snprintf(p.vrf, sizeof p.vrf, "%s", vrf);
	snprintf(p.host, sizeof p.host, "%s", host);
	s = slot_for(l, &p);
	if (!s)
		return;
	s->place = p;
	s->wanted = true;
	if (s->fd >= 0)
		return;
	fd = open_socket(l->core, &p);
	if (fd < 0) {
		note_failure(l, s, fd);
		return;
	}
	s->fd = fd;
	s->error = 0;
	gatectl_listen(l->core->gate, (uint32_t)(s - l->sockets), fd);
}

static void want_all(struct listen *l)
{
	const struct core *core = l->core;
	struct vrf v;

	for (size_t i = 0; i < core->n_publish; i++)
		if (core->publish[i].port == SSH_PORT && !core->publish[i].udp)
			want(l, "", core->publish[i].host, core->publish[i].host_port);
	if (core->n_publish == 0) {
		want(l, "", "0.0.0.0", SSH_PORT);
		want(l, "", "::", SSH_PORT);
	}
	for (size_t i = 0; vrf_at(core->model, i, &v); i++) {
		if (v.ipv4)
			want(l, v.name, "0.0.0.0", SSH_PORT);
		if (v.ipv6)
			want(l, v.name, "::", SSH_PORT);
	}
}

void listen_update(struct listen *l, bool on)
{
	l->trouble[0] = '\0';
	for (size_t i = 0; i < MAX_SOCKETS; i++)
		l->sockets[i].wanted = false;
	if (on)
		want_all(l);
	for (size_t i = 0; i < MAX_SOCKETS; i++) {
		struct socket *s = &l->sockets[i];

		if (!s->wanted)
			s->error = 0;
		if (s->fd >= 0 && s->wanted) {
			set_dscp(l, s->fd);
		} else if (s->fd >= 0) {
			gatectl_unlisten(l->core->gate, (uint32_t)i);
			close(s->fd);
			s->fd = -1;
		}
	}
}

void listen_hand_over(struct listen *l)
{
	for (size_t i = 0; i < MAX_SOCKETS; i++)
		if (l->sockets[i].fd >= 0)
			gatectl_listen(l->core->gate, (uint32_t)i, l->sockets[i].fd);
}

const char *listen_trouble(const struct listen *l)
{
	return l->trouble[0] ? l->trouble : NULL;
}

void listen_status(const struct listen *l, struct buf *out)
{
	if (l->trouble[0])
		buf_printf(out, "ssh: %s\n", l->trouble);
	for (const struct socket *s = l->sockets; s < l->sockets + MAX_SOCKETS; s++)
		if (s->fd >= 0)
			buf_printf(out, "ssh: %s:%u%s%s\n", s->place.host, s->place.port,
				   s->place.vrf[0] ? " in vrf " : "", s->place.vrf);
}

bool listen_in_vrf(const struct listen *l, const char *vrf, int family)
{
	const char *host = family == AF_INET6 ? "::" : "0.0.0.0";

	for (const struct socket *s = l->sockets; s < l->sockets + MAX_SOCKETS; s++)
		if (s->fd >= 0 && strcmp(s->place.vrf, vrf) == 0 && strcmp(s->place.host, host) == 0)
			return true;
	return false;
}

struct listen *listen_new(struct core *core)
{
	struct listen *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->core = core;
	for (size_t i = 0; i < MAX_SOCKETS; i++)
		l->sockets[i].fd = -1;
	return l;
}
