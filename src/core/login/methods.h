/* SPDX-License-Identifier: Apache-2.0
 *
 * methods.h: which method decides, by the lists of `aaa authentication` and `aaa authorization`, and the local users
 * they ask. Runs in core.
 */
#ifndef CORE_METHODS_H
#define CORE_METHODS_H

#include "aaa/method.h"

#include <stdbool.h>

struct core;
struct line;
struct lyd_node;

#define METHODS_USERS "/ravelin-system:users/user"

bool methods_aaa(const struct core *core); /* `aaa new-model` */

/* A method of a list, and where the list goes on when its servers could not say. */
struct method {
	enum aaa_method is;
	size_t at;      /* 0 before the first */
	char group[64]; /* of AAA_SERVERS */
};

/* Each takes the next method that can be asked, from m->at on; AAA_DENY when there is none left. */
/* Who asks at the login on this line, the console: without a list nobody is asked, so that nobody is locked out; a list
 * that is named and not there is no open door, the local users are asked. */
void methods_login(const struct core *core, const struct line *line, struct method *m);
/* Who asks for user and password of a login by SSH: AAA_SERVERS, AAA_LOCAL, AAA_LOCAL_CASE. The methods line, enable
 * and none are passed over: none of them is enough for SSH. Without AAA the local users count, whatever login and
 * password of the vtys say. */
void methods_ssh(const struct core *core, struct method *m);
/* Which local users log in by SSH with a key: AAA_LOCAL, AAA_LOCAL_CASE, or AAA_DENY. */
enum aaa_method methods_ssh_local(const struct core *core);
/* Who asks for the password of `enable`; `level` must have one for the method enable. */
void methods_enable(const struct core *core, const struct line *line, unsigned level, struct method *m);
/* Who says whether he may have an EXEC: AAA_SERVERS, AAA_LOCAL, AAA_NONE, AAA_IF_AUTHENTICATED. On the console only
 * `aaa authorization console` asks. */
void methods_exec(const struct core *core, bool console, struct method *m);
/* What a method but AAA_SERVERS says of it: may this local user (NULL: nobody's name), and with which privilege?
 * Without AAA it is his own, with AAA and without a list it is 1. */
bool methods_exec_says(const struct core *core, enum aaa_method method, const struct lyd_node *user, unsigned *level);

/* `aaa authorization commands`: does a list decide about commands of this level on this line; who does: AAA_SERVERS,
 * AAA_LOCAL, AAA_NONE, AAA_IF_AUTHENTICATED. A list that the line names and nobody made denies. */
bool methods_commands_listed(const struct core *core, const struct line *line, unsigned level);
void methods_commands(const struct core *core, const struct line *line, unsigned level, struct method *m);
/* A list of `aaa authorization exec` decides. */
bool methods_exec_listed(const struct core *core, bool console);
/* `aaa accounting`: what a list is about, and its name. */
enum account_of { ACCOUNT_EXEC, ACCOUNT_COMMANDS, ACCOUNT_SYSTEM, ACCOUNT_KINDS };
struct account_list {
	enum account_of of;
	unsigned level; /* of ACCOUNT_COMMANDS, else 0 */
	char name[64];
};
/* The list of a line (NULL: the default one); compared as bytes. */
struct account_list methods_account_list(const struct core *core, const struct line *line, enum account_of of,
					 unsigned level);
/* Is a start to be told, a stop? */
bool methods_account_wants(const struct core *core, const struct account_list *list, bool stop);
bool methods_account_can(const struct core *core,
			 const struct account_list *list); /* … a stop, and there is a server */
bool methods_account_broadcast(const struct core *core, const struct account_list *list); /* to each of its groups */
bool methods_account_names(const struct core *core, const struct account_list *list, const char *group);
/* The same, and the next group that takes it in m->group. */
bool methods_account(const struct core *core, const struct account_list *list, bool stop, struct method *m);

/* A local user; unless `exact`, upper and lower case are the same, and the name written exactly so comes first. */
const struct lyd_node *methods_user(const struct core *core, const char *name, bool exact);
/* The password of a level, NULL if there is none: its secret, else its password. */
const char *methods_enable_password(const struct core *core, unsigned level, const char **type, bool *secret);

#endif
