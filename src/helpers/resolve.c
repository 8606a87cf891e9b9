/* SPDX-License-Identifier: Apache-2.0
 *
 * resolve.c: the helper `resolve`: which addresses a host has, by the host's own file of names and its name servers
 * (and by no other way of /etc/nsswitch.conf: those load code). Its walls let it read those few files and talk; what it
 * says is addresses or nothing. The answers are hostile.
 */
#include "helpers.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <nss.h>
#include <stdbool.h>
#include <string.h>

#define ADDRESSES_MAX 8

const char *const resolve_files[] = { "/etc/hosts", "/etc/resolv.conf", "/etc/host.conf", "/etc/gai.conf", NULL };

int resolve_prepare(void)
{
	return __nss_configure_lookup("hosts", "files dns") == 0 ? 0 : E_UNSUPPORTED;
}

int work_resolve(struct str request, struct buf *result)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	struct cur c = cur_of(request);
	char name[256], text[NI_MAXHOST];
	unsigned n = 0;

	if (!str_copy(cur_str(&c), name, sizeof name) || !cur_done(&c) || !name[0])
		return E_INVAL;
	if (getaddrinfo(name, NULL, &hints, &found) != 0)
		return E_NOTFOUND;
	for (const struct addrinfo *a = found; a && n < ADDRESSES_MAX; a = a->ai_next, n++)
		if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0)
			buf_put_cstr(result, text);
	freeaddrinfo(found);
	return buf_len(result) ? 0 : E_NOTFOUND;
}
