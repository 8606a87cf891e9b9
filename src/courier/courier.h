/* SPDX-License-Identifier: Apache-2.0
 *
 * courier.h: the role `courier` of the image: the process that carries the log's lines to one collector (a syslog
 * server). It knows the lines for this collector, nothing else. Connections are made by core and handed over; it
 * cannot make any, and its clock only asks how much has arrived: how long anything may take, core decides.
 */
#ifndef COURIER_COURIER_H
#define COURIER_COURIER_H

enum log_transport { LOG_UDP, LOG_TCP, LOG_TLS, LOG_TRANSPORTS };

#define COURIER_LINES 64  /* under way at a time; core keeps to it */
#define COURIER_WHY   200 /* bytes of a reason */

/* Locks the process in, then serves core (LOG_… of ipc/messages.h) on descriptor 3 until core closes it. Does not
 * return: nothing at exit may run inside the walls. */
int courier_main(int argc, char **argv);

#endif
