/* SPDX-License-Identifier: Apache-2.0
 *
 * message.h: what becomes of a message from the peer.
 */
#ifndef SSH_V2_MESSAGE_H
#define SSH_V2_MESSAGE_H

#include "ssh/v2/conn.h"

/* Judges and handles one message from the peer. True: *ev was filled. */
bool message_handle(struct ssh_conn *c, struct str payload, struct ssh_event *ev);

#endif
