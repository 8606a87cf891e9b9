/* SPDX-License-Identifier: Apache-2.0
 *
 * method.h: the methods of an AAA list and their order. One rule: a method that cannot be asked (no such server, no
 * password set) counts as an error and the next one is tried; a rejection is final. Whether servers answer is known
 * only when they were asked: then the list goes on from there.
 */
#ifndef AAA_METHOD_H
#define AAA_METHOD_H

#include <stddef.h>

enum aaa_method {
	AAA_DENY, /* no method of the list can be asked */
	AAA_LOCAL,
	AAA_LOCAL_CASE,
	AAA_ENABLE,
	AAA_LINE,
	AAA_NONE,
	AAA_IF_AUTHENTICATED,
	AAA_SERVERS /* a group of servers */
};
#define AAA_BIT(method) (1u << (method))

/* By its words in the configuration: "local-case", "group radius" … */
enum aaa_method aaa_method_named(const char *text);
/* The first of the methods from *at on that can be asked, and *at behind it; `askable`: the bits of those that can. */
enum aaa_method aaa_method_next(const char *const *methods, size_t n, unsigned askable, size_t *at);
/* The group of servers of such a method: "radius" of "group radius" and of the old bare "radius". */
const char *aaa_method_group(const char *text);

#endif
