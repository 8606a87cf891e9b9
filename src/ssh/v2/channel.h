/* SPDX-License-Identifier: Apache-2.0
 *
 * channel.h: channels the peer opens, RFC 4254 section 5: opening, windows, data, end.
 */
#ifndef SSH_V2_CHANNEL_H
#define SSH_V2_CHANNEL_H

#include "ssh/v2/conn.h"

bool channel_on_open(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool channel_on_window_adjust(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool channel_on_data(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool channel_on_extended_data(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool channel_on_eof(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool channel_on_close(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);

/* The channel the peer means; ends the connection and yields NULL if there is none. */
struct channel *channel_named(struct ssh_conn *c, uint32_t id);
/* One that can still be sent to; NULL if not. */
struct channel *channel_sendable(struct ssh_conn *c, uint32_t id);
/* A channel whose writer can go on: fills an event. */
bool channel_writable(struct ssh_conn *c, struct ssh_event *ev);

/* The answers of ssh.h, and what it lets a caller do with a channel. */
int channel_accept(struct ssh_conn *c, uint32_t id);
int channel_refuse(struct ssh_conn *c, uint32_t id, uint32_t reason, const char *text);
size_t channel_write(struct ssh_conn *c, uint32_t id, uint32_t extended, const void *bytes, size_t n);
void channel_consumed(struct ssh_conn *c, uint32_t id, size_t n);
void channel_widen(struct ssh_conn *c, uint32_t id, uint32_t window);
int channel_exit_status(struct ssh_conn *c, uint32_t id, uint32_t status);
int channel_eof(struct ssh_conn *c, uint32_t id);
int channel_close(struct ssh_conn *c, uint32_t id);

#endif
