/* SPDX-License-Identifier: Apache-2.0
 *
 * address.h: an IPv4 or IPv6 address as text, for the calls that take it as a structure. Nothing is looked up.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* False: it is neither. */
bool address_parse(const char *text, uint16_t port, union address *out);
socklen_t address_size(const union address *a); /* of its family */

#endif
