/* SPDX-License-Identifier: Apache-2.0
 *
 * peer.h: for tests and the fuzzer: `struct host` is a server with a caller that answers every event at once and notes
 * what it saw; `struct peer` is a client as small as can be, which can be told to misbehave at any point.
 * Both live in one process; peer_say carries the bytes.
 */
#ifndef TESTS_SSH_PEER_H
#define TESTS_SSH_PEER_H

#include "ssh/ssh.h"
#include "ssh/v2/gex.h"
#include "ssh/v2/kex.h"
#include "ssh/v2/number.h"
#include "ssh/v2/packet.h"

#define HOST_EVENTS 16
#define HOST_V1_KEY "0123456789abcdefghijklmnopqrstuv" /* the session key of every client of version 1 */

struct host {
	struct ssh_conn *ssh;
	EVP_PKEY *key; /* Ed25519 host key */
	struct buf blob;
	enum ssh_auth_result answer; /* to every authentication but a prompt's request */
	unsigned prompts;            /* keyboard-interactive: prompts of its one round */
	bool reply;                  /* to channel requests, and for proof of host keys */
	bool hold_cookie;            /* do not answer SSH_EV_COOKIE */
	bool lie;                    /* give a wrong exchange hash */
	bool no_consume;             /* keep the window of received data */
	bool echo;                   /* send data back, and end a channel when its input ends */
	/* what happened */
	unsigned seen[HOST_EVENTS]; /* events by type */
	enum ssh_auth_method method;
	char user[64], secret[64], cipher_in[64], mac_in[64], hostkey[64], kex[64];
	bool strict, ended, by_peer;
	uint32_t reason;
	enum ssh_request_type request;
	char text[128];
	struct buf data; /* received on any channel */
};

/* Where in the first key exchange somebody between the two may add a message in clear. */
enum peer_place { NOWHERE, BEFORE_KEXINIT, BEFORE_PUBLIC, BEFORE_NEWKEYS };

struct peer {
	struct packet_side tx, rx;
	struct buf out; /* for the server */
	struct buf in;  /* from it */
	struct buf i_c, i_s, priv, q_c, secret;
	size_t in_used, at;
	const char *version, *kex, *hostkeys, *ciphers, *macs; /* what it proposes */
	const char *compression;                               /* the same */
	const char *method;                                    /* the key exchange it performs */
	struct gex_request request;                            /* the group it asks for, where the method lets it */
	bool old_request;                                      /* ... with n alone */
	struct modp_group group;
	struct kex_alg with_group;
	struct buf gex;
	bool follows;
	enum peer_place inject_at; /* here, once, and the client knows nothing of it … */
	struct str inject;         /* … comes this payload */
	char v_s[256];
	bool strict, keyed;
	uint8_t hash[EVP_MAX_MD_SIZE], id[EVP_MAX_MD_SIZE];
	size_t hash_len, id_len;
};

void host_init(struct host *h, const struct ssh_config *extra); /* extra may be NULL; its host keys are ignored */
void host_release(struct host *h);
void host_run(struct host *h); /* handles events until there are no more */
/* As after a first key exchange, but in clear: a fuzzer gets nowhere through a cipher. */
void host_skip_kex(struct host *h, enum phase phase);
/* Anything a client must not reach before login. */
unsigned host_executed(const struct host *h);

void peer_init(struct peer *p);
void peer_release(struct peer *p);
/* A message to the server: begin, append fields to what is returned, end. */
struct buf *peer_begin(struct peer *p, uint8_t type);
void peer_end(struct peer *p);
void peer_bare(struct peer *p, uint8_t type); /* without fields */
/* Carries everything pending both ways, with the host handling it. */
void peer_say(struct peer *p, struct host *h);
/* The next message of the server, NULL span if there is none. Valid until the next call. */
struct str peer_next(struct peer *p);
uint8_t peer_next_type(struct peer *p); /* 0 = none */
/* Skips to the next message of that type; empty if it does not come. */
struct str peer_find(struct peer *p, uint8_t type);

void peer_version(struct peer *p);
void peer_kexinit(struct peer *p);
/* Group exchange: asks, and takes what the server answers. */
void peer_request(struct peer *p);
bool peer_take_group(struct peer *p, struct str payload);
void peer_public(struct peer *p);
/* Reads the server's reply and checks the host key's signature. */
bool peer_take_reply(struct peer *p, struct str payload);
void peer_newkeys(struct peer *p);
/* Version, key exchange, NEWKEYS both ways; a first or a later exchange. */
bool peer_handshake(struct peer *p, struct host *h);
bool peer_service(struct peer *p, struct host *h);
bool peer_login(struct peer *p, struct host *h); /* with a password; h->answer should be SUCCESS */
bool peer_open(struct peer *p, struct host *h);  /* a session; it becomes our channel 100, the server's 0 */

#endif
