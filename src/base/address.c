/* SPDX-License-Identifier: Apache-2.0
 *
 * address.c: see address.h. Runs in core.
 */
#include "base/address.h"

#include <arpa/inet.h>

bool address_parse(const char *text, uint16_t port, union address *out)
{
	*out = (union address){ .six = { .sin6_family = AF_INET6, .sin6_port = htons(port) } };
	if (inet_pton(AF_INET6, text, &out->six.sin6_addr) == 1)
		return true;
	*out = (union address){ .four = { .sin_family = AF_INET, .sin_port = htons(port) } };
	return inet_pton(AF_INET, text, &out->four.sin_addr) == 1;
}

socklen_t address_size(const union address *a)
{
	return a->any.sa_family == AF_INET6 ? sizeof a->six : sizeof a->four;
}
