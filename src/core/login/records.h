/* SPDX-License-Identifier: Apache-2.0
 *
 * records.h: accounting records on their way to servers, whatever their protocol. A record is in a file of the device
 * before anybody is asked to take it, and leaves it when a server has: a server that is away, a reload and a kill lose
 * none, and one that is sent again is the same to the byte. Who began something that nobody ended before the device
 * went down has a stop record made for him at the next boot.
 */
#ifndef CORE_RECORDS_H
#define CORE_RECORDS_H

#include "core/login/methods.h"
#include "ipc/ipc.h"

struct core;
struct records;

#define RECORDS_FILE "accounting" /* in nvram: */

struct records *records_new(struct core *core); /* NULL: out of memory */
void records_booted(struct records *r);         /* the configuration is there: what waited is sent */

/* A number that names one thing done, never given twice. */
uint32_t records_task(struct records *r);
/* Something began: a start record if the list wants one, and what its stop record will be. `m`: a query of kind
 * ACCOUNT, all but `record`; its arguments name the task. False: no list wants a word of it. */
bool records_begin(struct records *r, const struct account_list *list, uint32_t task, const struct ipc_msg_QUERY *m);
/* It ended: its stop record has the same arguments, stop_time and elapsed_time, and `more` if that is not NULL. Nothing
 * happens when it was not begun. */
void records_end(struct records *r, uint32_t task, const char *more);

#endif
