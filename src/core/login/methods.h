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
/* Who asks at the login on this line, the console: without a list nobody is asked, so that nobody is locked out; a list
 * that is named and not there is no open door, the local users are asked. */
enum aaa_method methods_login(const struct core *core, const struct line *line);
/* Which local users log in by SSH: AAA_LOCAL, AAA_LOCAL_CASE, or AAA_DENY. The methods line, enable and none are passed
 * over: none of them is enough for SSH. Without AAA the local users count, whatever login and password of the vtys say.
 */
enum aaa_method methods_ssh(const struct core *core);
/* Who asks for the password of `enable`; `level` must have one for the method enable. */
enum aaa_method methods_enable(const struct core *core, const struct line *line, unsigned level);
/* May this local user (NULL: nobody's name) have an EXEC, and with which privilege? On the console only `aaa
 * authorization console` asks. Without AAA it is his own, with AAA and without a list it is 1. */
bool methods_exec(const struct core *core, const struct lyd_node *user, bool console, unsigned *level);

/* A list of `aaa authorization exec` decides. */
bool methods_exec_listed(const struct core *core, bool console);

/* A local user; unless `exact`, upper and lower case are the same, and the name written exactly so comes first. */
const struct lyd_node *methods_user(const struct core *core, const char *name, bool exact);
/* The password of a level, NULL if there is none: its secret, else its password. */
const char *methods_enable_password(const struct core *core, unsigned level, const char **type, bool *secret);

#endif
