/* SPDX-License-Identifier: Apache-2.0
 *
 * asker_link.h: connections of bytes to the server, plain or by TLS: what the protocols on top of them have in common.
 * A connection of TLS says nothing of theirs and hears nothing before the server has proved who it is.
 */
#ifndef ASKER_LINK_H
#define ASKER_LINK_H

#include "base/buf.h"
#include "base/err.h"

#include <poll.h>
#include <sys/queue.h>

struct tls;

struct link {
	LIST_ENTRY(link) entry;
	int fd;
	struct tls *tls; /* NULL: plain */
	bool up;         /* TLS: it stands */
	bool shared;     /* who asks next may use it, too */
	bool doubted;    /* it was shared, until a reply did not come */
	unsigned users;  /* queries on it */
	struct buf in;   /* of the protocol, to be taken */
	struct buf held; /* of the protocol, until TLS stands */
	struct buf out;  /* for the socket */
};

struct link_events {
	void (*up)(struct link *c);                    /* TLS stands */
	void (*bytes)(struct link *c);                 /* there are new ones in c->in; it may end the connection */
	void (*lost)(struct link *c, const char *why); /* it is no more: to free it is the callee's */
};

/* Takes over the descriptor, which may be connecting. NULL: it is closed, and why. */
struct link *link_new(int fd, struct errbuf *e);
void link_free(struct link *c);
/* "TLS connection stands: TLSv1.3, …", of one that does. */
#define LINK_DESCRIBED 120
void link_describe(const struct link *c, char text[LINK_DESCRIBED]);
void link_put(struct link *c, struct str bytes); /* what fails shows as the connection's end */
/* What can go goes at once; false: it is broken (errno). */
bool link_send(struct link *c);
struct link *link_shared(void); /* NULL: none */
nfds_t link_poll(struct pollfd *fds, nfds_t max);
void link_ready(const struct pollfd *fd, const struct link_events *events);

#endif
