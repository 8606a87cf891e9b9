/* SPDX-License-Identifier: Apache-2.0
 *
 * asker.c: see asker.h. Everything a server sends is hostile and is looked into only by the protocol's file; core gets
 * outcomes, cleaned text and arguments. Any number of queries are under way at once. There are no clocks here: core
 * gives up on a query when its time is over.
 */
#include "asker_private.h"

#include "aaa/query.h"
#include "aaa/radius.h"
#include "session/sandbox.h"
#include "tls/tls.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <unistd.h>

#define ASKER_FD 3

struct asker_server asker_server;
struct ipc_channel asker_core;

struct aaa_query asker_query(const struct ipc_msg_QUERY *m)
{
	return (struct aaa_query){ .kind = (enum aaa_kind)m->kind,
				   .level = m->level,
				   .method = m->method,
				   .record = m->record,
				   .user = m->user,
				   .port = m->port,
				   .address = m->address,
				   .secret = m->secret,
				   .args = m->args.raw,
				   .n_args = m->args.count,
				   .host = m->host,
				   .echo = m->echo };
}

static void on_server(const struct ipc_msg_QUERY_SERVER *m)
{
	if (asker_server.speaks || m->protocol >= AAA_PROTOCOLS)
		_exit(WORKER_CHANNEL);
	asker_server.speaks = m->protocol == AAA_TACACS ? &asker_tacacs : m->tls ? &asker_radsec : &asker_radius;
	asker_server.tls = m->tls;
	if (m->tls && !str_copy(m->name, asker_server.name, sizeof asker_server.name))
		_exit(WORKER_CHANNEL);
	asker_server.single = m->single;
	asker_server.sign = m->sign;
	buf_put(&asker_server.key, m->key.p, m->key.n);
	buf_put(&asker_server.authorities, m->authorities.p, m->authorities.n);
}

static void on_show(const struct ipc_msg_QUERY_SHOW *m)
{
	if (!asker_server.tls || buf_len(&asker_server.chain))
		_exit(WORKER_CHANNEL);
	buf_put(&asker_server.chain, m->chain.p, m->chain.n);
	buf_put(&asker_server.own, m->key.p, m->key.n);
}

static void handle(struct ipc_record *r)
{
	const struct asker_protocol *server = asker_server.speaks;
	struct ipc_msg_QUERY_SERVER first;
	struct ipc_msg_QUERY_ANSWER answer;
	struct ipc_msg_QUERY_SOCKET sock;
	struct ipc_msg_QUERY_AGAIN again;
	struct ipc_msg_QUERY_SHOW show;
	struct ipc_msg_QUERY query;

	if (r->type == IPC_QUERY_SERVER && ipc_get_QUERY_SERVER(r->body, &first))
		on_server(&first);
	else if (!server)
		_exit(WORKER_CHANNEL);
	else if (r->type == IPC_QUERY_SHOW && ipc_get_QUERY_SHOW(r->body, &show))
		on_show(&show);
	else if (r->type == IPC_QUERY && ipc_get_QUERY(r->body, &query) && query.kind < AAA_KINDS)
		server->query(&query);
	else if (r->type == IPC_QUERY_SOCKET && ipc_get_QUERY_SOCKET(r->body, &sock))
		server->socket(&sock, &r->fds[0]);
	else if (r->type == IPC_QUERY_ANSWER && ipc_get_QUERY_ANSWER(r->body, &answer))
		server->answer(&answer);
	else if (r->type == IPC_QUERY_AGAIN && ipc_get_QUERY_AGAIN(r->body, &again))
		server->again(again.id);
	else
		_exit(WORKER_CHANNEL);
}

static void serve(void)
{
	static struct pollfd fds[1 + ASKER_QUERIES];
	const struct asker_protocol *server = asker_server.speaks;
	nfds_t n = 1;

	fds[0] = (struct pollfd){ .fd = asker_core.fd, .events = POLLIN };
	if (server)
		n += server->poll(fds + 1, ASKER_QUERIES);
	if (ppoll(fds, n, NULL, NULL) < 0)
		return;
	for (nfds_t i = 1; i < n; i++) {
		if (fds[i].revents)
			server->ready(&fds[i]);
	}
	if (fds[0].revents)
		worker_read(&asker_core, handle);
}

/* What libcrypto fetches when it is first used must be there before the walls are. */
static bool warm(void)
{
	uint8_t digest[EVP_MAX_MD_SIZE];

	return OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) &&
	       EVP_Digest("", 0, digest, NULL, EVP_md5(), NULL) == 1 &&
	       HMAC(EVP_md5(), "", 0, (const uint8_t *)"", 0, digest, NULL);
}

int asker_main(int argc, char **argv)
{
	bool tls = strcmp(argv[argc - 1], TLS_OPTION) == 0;

	if (!warm() || (tls && tls_prepare(false) < 0) ||
	    sandbox_alone(argc, argv, SANDBOX_SESSION, ASKER_FD, ASKER_QUERIES + SANDBOX_SESSION_FDS, RLIM_INFINITY) <
		0)
		_exit(WORKER_LOCK);
	buf_init(&asker_server.key, 0);
	buf_init(&asker_server.authorities, 0);
	buf_init(&asker_server.chain, 0);
	buf_init(&asker_server.own, 0);
	if (ipc_channel_init(&asker_core, ASKER_FD, FROM_CORE_TO_ASKER, false) < 0)
		_exit(WORKER_MEMORY);
	for (;;)
		serve();
}
