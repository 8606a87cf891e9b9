/* SPDX-License-Identifier: Apache-2.0
 *
 * asker.h: the role `asker` of the image: the process that speaks with one AAA server. It knows the key of this server
 * and what it is to ask, nothing else: whoever takes it over learns what the server learns anyway. Connections are
 * made by core and handed over; it cannot make any.
 */
#ifndef ASKER_ASKER_H
#define ASKER_ASKER_H

#define ASKER_QUERIES 256 /* at a time; core keeps to it */

/* Locks the process in, then serves core's queries (QUERY_… of ipc/messages.h) on descriptor 3 until core closes it.
 * The exit status, for _exit(): nothing at exit may run inside the walls. */
int asker_main(int argc, char **argv);

#endif
