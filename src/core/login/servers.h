/* SPDX-License-Identifier: Apache-2.0
 *
 * servers.h: the AAA servers of the configuration, and questions to groups of them. A question goes to the servers of
 * its group in their order: to the next when one cannot say (no connection, no answer in time, nonsense), never after
 * it has said yes or no. Nobody waits for another's slow server: each question has its own connection and its own time.
 */
#ifndef CORE_SERVERS_H
#define CORE_SERVERS_H

#include "aaa/query.h"
#include "ipc/ipc.h"

struct ask;
struct core;
struct servers;

struct servers *servers_new(struct core *core); /* NULL: out of memory */
/* Is there a server in this group ("tacacs+", "radius": all of them)? */
bool servers_any(const struct core *core, const char *group);
void servers_read_again(struct core *core); /* their keys may be others though the configuration is not */
void servers_credentials_changed(struct core *core, const char *trustpoint); /* credentials.h */
enum aaa_protocol servers_speak(const struct core *core, const char *group);
void servers_show_tacacs(const struct core *core, struct buf *out); /* `show tacacs` */
void servers_show_radius(const struct core *core, struct buf *out); /* `show radius statistics` */
void servers_show_aaa(const struct core *core, struct buf *out);    /* `show aaa servers` */
pid_t servers_process(const struct core *core, size_t i);           /* for `show processes`; -1 behind the last */

enum ask_end { ASK_PASS, ASK_FAIL, ASK_ERROR /* no server of the group could say */ };
struct ask_result {
	enum ask_end end;
	struct str text;      /* for the user */
	struct str_list args; /* of an authorization; of a pass by RADIUS, which authorizes, too */
	struct str echo;      /* aaa_query's */
	bool grants;          /* a pass by RADIUS */
};
struct ask_events {
	/* The user is to answer, of the kinds that authenticate: `asked` is AAA_GETUSER, AAA_GETPASS or
	 * AAA_GETDATA; text is printable. */
	void (*prompt)(void *arg, uint8_t asked, bool echo, struct str text);
	void (*done)(void *arg, const struct ask_result *r); /* the last call; the ask is gone */
};
/* Asks (m's id is not looked at; everything is copied). Calls come from the event loop, never from inside these
 * functions. NULL: out of memory. */
struct ask *servers_ask(struct core *core, const char *group, const struct ipc_msg_QUERY *m,
			const struct ask_events *events, void *arg);
void ask_answer(struct ask *a, struct str text);
void ask_cancel(struct ask *a); /* no call follows. NULL is fine */

#endif
