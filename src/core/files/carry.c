/* SPDX-License-Identifier: Apache-2.0
 *
 * carry.c: see carry.h. Runs in core; what the helpers answer is hostile.
 */
#include "carry.h"

#include "aaa/aaa.h"
#include "base/address.h"
#include "core/config/hosts.h"
#include "core/config/interface.h"
#include "core/config/route.h"
#include "core/core.h"
#include "core/login/master.h"
#include "model/model.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define WORDS(name, words) [name] = (words),
static const char *const outcome_words[REMOTE_KINDS] = { REMOTE_OUTCOMES(WORDS) };
#undef WORDS

const char *carry_words(enum remote_outcome outcome)
{
	return outcome_words[outcome];
}

static bool is_address(const char *host)
{
	union address a;

	return address_parse(host, 0, &a);
}

/* --- the request --- */

/* What the configuration has for this protocol. */
static bool configured(const struct core *core, const char *leaf, char *out, size_t size)
{
	const char *value = model_str(core->model, leaf);

	return value && str_copy(str_of(value), out, size);
}

static void configured_password(const struct core *core, const char *type, const char *value, char out[URL_PASSWORD])
{
	const char *stored = model_str(core->model, value);

	if (stored)
		master_reveal(core->master, (int)model_uint(core->model, type, SECRET_CLEAR), stored, out,
			      URL_PASSWORD);
}

/* What the URL says counts more than the configuration; ftp has somebody who is nobody. */
static void put_user(const struct core *core, const struct url *u, struct buf *request)
{
	bool ftp = u->scheme == IFS_FTP, http = u->scheme == IFS_HTTP || u->scheme == IFS_HTTPS;
	char user[URL_USER], password[URL_PASSWORD];

	str_copy(str_of(u->user), user, sizeof user);
	str_copy(str_of(u->password), password, sizeof password);
	if (!user[0] && (ftp || http))
		configured(core,
			   ftp ? "/ravelin-files:files/ftp/username" : "/ravelin-files:files/http-client/username",
			   user, sizeof user);
	if (!password[0] && ftp)
		configured_password(core, "/ravelin-files:files/ftp/password/type",
				    "/ravelin-files:files/ftp/password/value", password);
	if (!password[0] && http)
		configured_password(core, "/ravelin-files:files/http-client/password/type",
				    "/ravelin-files:files/http-client/password/value", password);
	if (!user[0] && ftp) {
		snprintf(user, sizeof user, "anonymous");
		snprintf(password, sizeof password, "anonymous@%.100s", core_hostname(core));
	}
	buf_put_cstr(request, user);
	buf_put_cstr(request, password);
	explicit_bzero(password, sizeof password);
}

/* The address that connections of this protocol come from: "" where the host is to choose. False: it has none. */
static bool source_address(const struct core *core, enum ifs_kind scheme, const char **address)
{
	const struct model *m = core->model;
	const char *name = model_str(m, scheme == IFS_FTP    ? "/ravelin-files:files/ftp/source-interface"
					: scheme == IFS_TFTP ? "/ravelin-files:files/tftp/source-interface"
							     : "/ravelin-files:files/http-client/source-interface");

	*address = "";
	if (!name)
		return true;
	*address = interface_address(m, name);
	return *address != NULL;
}

/* "Loading x from 192.0.2.1 (via lo): " */
static void put_lead(const struct core *core, const struct carry *c, const char *address, struct buf *request)
{
	const char *verb = c->upload ? "Writing" : "Loading";
	char lead[240], via[ROUTE_NAME], text[URL_TEXT];

	url_text(c->url, text);
	if (c->url->scheme == IFS_TFTP && !c->upload) {
		route_interface(core, address, via);
		snprintf(lead, sizeof lead, "Loading %.80s from %.64s (via %s): ", c->url->path, address, via);
	} else if (c->url->scheme == IFS_TFTP) {
		lead[0] = '\0';
	} else if (c->url->scheme == IFS_FTP) {
		snprintf(lead, sizeof lead, "%s %.160s ", verb, c->url->path);
	} else {
		snprintf(lead, sizeof lead, "%s %.160s ", c->upload ? "Storing" : verb, text);
	}
	buf_put_cstr(request, lead);
}

int carry_request(const struct core *core, const struct carry *c, const char *addresses, struct buf *request)
{
	uint64_t block = model_uint(core->model, "/ravelin-files:files/tftp/blocksize", 0);
	char first[INET6_ADDRSTRLEN + 2] = "";
	const char *source;
	struct buf text;

	if (!source_address(core, c->url->scheme, &source))
		return E_NOTFOUND;
	str_copy((struct str){ (const uint8_t *)addresses, strcspn(addresses, ",") }, first, sizeof first);
	buf_init(&text, 8192);
	buf_put_u8(request, c->upload);
	buf_put_u64(request, c->size);
	buf_put_u32(request, c->url->scheme == IFS_TFTP ? (uint32_t)block : 0);
	url_wire(c->url, &text);
	buf_put_str(request, buf_str(&text));
	buf_clear(&text);
	if (*addresses)
		buf_printf(&text, "%s:%u:%s", c->url->host, url_port(c->url), addresses);
	buf_put_str(request, buf_str(&text));
	buf_release(&text);
	put_user(core, c->url, request);
	put_lead(core, c, *first ? first : c->url->host, request);
	buf_put_cstr(request, source);
	return 0;
}

/* --- the host's addresses --- */

bool carry_known(const struct core *core, const char *host, struct buf *out)
{
	if (is_address(host))
		return true;
	for (const struct lyd_node *a = hosts_addresses(core->model, host); a; a = model_next(a))
		buf_printf(out, "%s%s", buf_len(out) ? "," : "", model_value(a));
	return buf_len(out) > 0;
}

/* Addresses and nothing else reach the other helper; IPv6 in brackets. */
bool carry_resolved(struct str answer, struct buf *out)
{
	struct cur c = cur_of(answer);

	while (c.n && !c.bad) {
		char address[INET6_ADDRSTRLEN];
		bool six;

		if (!str_copy(cur_str(&c), address, sizeof address) || !is_address(address))
			continue;
		six = strchr(address, ':');
		buf_printf(out, "%s%s%s%s", buf_len(out) ? "," : "", six ? "[" : "", address, six ? "]" : "");
	}
	return buf_len(out) > 0;
}

/* --- how it went --- */

bool carry_answer(struct str result, struct carry_answer *a)
{
	struct cur c = cur_of(result);
	uint8_t outcome = cur_u8(&c);

	a->outcome = (enum remote_outcome)outcome;
	a->begun = cur_bool(&c);
	a->bytes = cur_u64(&c);
	str_copy_printable(cur_str(&c), a->words, sizeof a->words);
	if (outcome < REMOTE_KINDS && cur_done(&c))
		return true;
	*a = (struct carry_answer){ .outcome = REMOTE_IO };
	return false;
}
