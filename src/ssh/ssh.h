/* SPDX-License-Identifier: Apache-2.0
 *
 * ssh.h: the SSH protocol without I/O: no sockets, no clock, no globals. Bytes go in, bytes and events come out.
 * Whoever drives it (session process, benchmark, fuzzer) owns the descriptors and the time. Input is hostile.
 * RFC 4251-4254, 4256, 4419, 5656 (ecdh, ecdsa), 8268 (modp), 8308 (ext-info), 8332 (rsa-sha2), 8731 (curve25519),
 * 5647/OpenSSH (gcm), OpenSSH PROTOCOL (chacha20-poly1305, etm, strict kex), draft-ietf-sshm-ntruprime-ssh,
 * draft-ietf-sshm-mlkem-hybrid-kex.
 * Version 1.5, served when our own string begins with "SSH-1." and the client's says so: src/ssh/v1.
 *
 *     ssh_feed(conn, bytes);
 *     while (ssh_step(conn, &ev) == SSH_EVENT) handle(&ev);
 *     write(ssh_output(conn)), buf_consume()
 *
 * An event that needs an answer stops the machine: ssh_step returns SSH_WAIT until the answer is given, input is
 * kept (ssh_wants_input says when to stop reading). An event's spans are borrowed until the next ssh_step.
 * The private key and the session's random cookies are the caller's: the library asks (SSH_EV_COOKIE, SSH_EV_SIGN)
 * and never sees a private host key.
 */
#ifndef SSH_SSH_H
#define SSH_SSH_H

#include "base/buf.h"
#include "base/err.h"
#include "ssh/rows.h"
#include "ssh/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ssh_role { SSH_SERVER, SSH_CLIENT };

/* One row per algorithm lives in src/ssh/rows.h. Name-lists here are comma-separated, in order of preference. */
enum ssh_alg_kind { SSH_ALG_KEX, SSH_ALG_HOSTKEY, SSH_ALG_CIPHER, SSH_ALG_MAC, SSH_ALG_PUBLICKEY };
struct ssh_alg_info {
	const char *name;
	bool by_default;
	bool fips;
	enum ssh_strength strength;
};
/* Row i of a kind, NULL past the end: for `show`, configuration and tests. */
const struct ssh_alg_info *ssh_alg_info(enum ssh_alg_kind kind, size_t i);

/* All spans are copied by ssh_new. */
struct ssh_config {
	enum ssh_role role;
	struct str version; /* "SSH-2.0-Ravelin_0.1"; with 1.99 the client chooses, with 1.5 there is version 1 alone */
	struct str kex, hostkeys, ciphers,
	    macs;            /* names without a row are left out; an empty list = all default rows */
	struct str sig_algs; /* server: signatures users' keys may make, told to clients (RFC 8308) and demanded */
	const struct str *hostkey_blobs; /* server: public keys, RFC 4253 section 6.6; an algorithm of `hostkeys`
					    without one is not offered */
	size_t n_hostkey_blobs;
	struct str banner;     /* server: sent before the first authentication answer; empty = none */
	uint64_t rekey_bytes;  /* either direction; 0 = 1 GiB (RFC 4253 section 9) */
	uint64_t rekey_ms;     /* 0 = one hour */
	unsigned max_channels; /* 0 = 10 */
	uint32_t window;       /* bytes granted per channel; 0 = 2 MiB */
	uint32_t dh_min;       /* server: bits of the least group it agrees on (RFC 4419); 0 = 2048 (RFC 8270) */
};

struct ssh_conn;
struct ssh_conn *ssh_new(const struct ssh_config *c); /* NULL: out of memory or nothing to offer */
void ssh_free(struct ssh_conn *conn);                 /* wipes keys */

/* Loads what single DES needs (version 1): OpenSSL's legacy provider, a file. Before ssh_warm; without it there is
 * none. 0 or E_CRYPTO. */
int ssh_load_des(void);
/* Use every enabled algorithm once so that libcrypto's tables are built before a fork. 0 or E_CRYPTO. */
int ssh_warm(void);

/* Step after each feed, and again after output was flushed: while the peer does not take its answers, nothing more of
 * it is looked at. */
int ssh_feed(struct ssh_conn *conn, const void *bytes, size_t n); /* 0, E_TOOBIG (ssh_wants_input was ignored) */
/* True: SSH_FEED_MAX bytes can be fed. */
#define SSH_FEED_MAX 65536
bool ssh_wants_input(const struct ssh_conn *conn);
/* The same without a copy: read into the room, then say how much came. Never moves bytes an event borrows. */
uint8_t *ssh_feed_room(struct ssh_conn *conn, size_t *n);
void ssh_fed(struct ssh_conn *conn, size_t n);
struct buf *ssh_output(struct ssh_conn *conn); /* to be sent; the caller consumes */
/* Time only reaches the library here: milliseconds that never go back. Starts a re-exchange when it is due. */
void ssh_tick(struct ssh_conn *conn, uint64_t now_ms);
/* The time of ssh_tick at which something will be due; 0 = nothing waits for time alone. */
uint64_t ssh_due(const struct ssh_conn *conn);

enum ssh_step_result {
	SSH_IDLE,  /* needs more input */
	SSH_EVENT, /* *ev is filled */
	SSH_WAIT,  /* an answer to an earlier event is missing */
	SSH_END    /* the connection is over (after SSH_EV_DISCONNECT was seen); flush the output and close */
};

enum ssh_event_type {
	SSH_EV_COOKIE,         /* needs ssh_give_cookie before this side's KEXINIT */
	SSH_EV_SIGN,           /* server: needs ssh_give_signature */
	SSH_EV_KEXED,          /* algorithms are in use; u.kexed */
	SSH_EV_AUTH,           /* server: needs ssh_auth_reply or ssh_auth_prompt; u.auth */
	SSH_EV_OPEN,           /* peer opens a channel: needs ssh_channel_accept or ssh_channel_refuse; u.open */
	SSH_EV_REQUEST,        /* channel request: needs ssh_request_reply if want_reply; u.request */
	SSH_EV_DATA,           /* u.data; the window is given back by ssh_channel_consumed */
	SSH_EV_EOF,            /* peer will send no more on u.channel */
	SSH_EV_CLOSED,         /* channel is gone on both sides; u.channel is invalid from now on */
	SSH_EV_PROVE,          /* server: needs ssh_prove_reply; u.prove */
	SSH_EV_WRITABLE,       /* the peer's window grew from 0; u.channel */
	SSH_EV_V1_HELLO,       /* the client chose version 1: needs ssh_v1_give_keys; u.v1_hello */
	SSH_EV_V1_SESSION_KEY, /* needs ssh_v1_give_session_key; u.v1_session_key */
	SSH_EV_DISCONNECT      /* u.disconnect: by the peer, by us, or because the peer broke the protocol */
};

/* Why a connection ended, where the log has words of its own for it. */
enum ssh_fault { SSH_FAULT_NONE, SSH_FAULT_NO_MATCH, SSH_FAULT_UNEXPECTED };

enum ssh_auth_method {
	SSH_AUTH_NONE,
	SSH_AUTH_PASSWORD,
	SSH_AUTH_KBDINT,
	SSH_AUTH_KBDINT_ANSWER,
	SSH_AUTH_PUBLICKEY,
	SSH_AUTH_V1_RSA,     /* version 1: a modulus in u.auth.blob; needs ssh_v1_give_challenge or ssh_auth_reply */
	SSH_AUTH_V1_RESPONSE /* 16 bytes in u.auth.signature */
};
enum ssh_auth_result { SSH_AUTH_FAILED, SSH_AUTH_SUCCESS, SSH_AUTH_PARTIAL, SSH_AUTH_PK_OK };
enum ssh_request_type {
	SSH_REQ_PTY,
	SSH_REQ_WINDOW,
	SSH_REQ_SHELL,
	SSH_REQ_EXEC,
	SSH_REQ_SUBSYSTEM,
	SSH_REQ_ENV,
	SSH_REQ_SIGNAL,
	SSH_REQ_BREAK,
	SSH_REQ_OTHER /* answered with failure by the caller */
};

#define SSH_MAX_ANSWERS 16

#define SSH_V1_COOKIE 8
#define SSH_V1_KEY    32

struct ssh_v1_public {
	uint32_t bits;
	struct str e, n; /* big-endian */
};
/* What a server offers; spans are borrowed for the call. The keys differ by 128 bits at least. */
struct ssh_v1_keys {
	uint8_t cookie[SSH_V1_COOKIE];
	struct ssh_v1_public server, host;
	uint32_t ciphers, auths;
};

struct ssh_event {
	enum ssh_event_type type;
	uint32_t channel; /* our number */
	union {
		struct { /* SSH_EV_SIGN: everything the exchange hash is made of (RFC 4253 section 8) */
			struct str kex, alg, v_c, v_s, i_c, i_s, k_s, q_c, q_s; /* without their length fields */
			/* the group exchange's alone: the client's request (min, n, max, or of old n alone) as it
			 * stands in the hash, and the size of the group of SSH_MODP_ROWS it got */
			struct str request;
			uint32_t group_bits;
			struct str secret; /* K as it stands in the hash: mpint or string, with its length field */
		} sign;
		struct {
			/* in = client to server; a mac is empty where the cipher authenticates */
			struct str peer_version, kex, hostkey, cipher_in, cipher_out, mac_in, mac_out;
			bool first, strict;
		} kexed;
		struct {
			enum ssh_auth_method method;
			struct str user, service;
			struct str password;                 /* PASSWORD */
			struct str alg, blob, signature;     /* PUBLICKEY; signature empty = query */
			struct str answers[SSH_MAX_ANSWERS]; /* KBDINT_ANSWER */
			size_t n_answers;
		} auth;
		struct {
			struct str type;
		} open;
		struct {
			enum ssh_request_type type;
			bool want_reply;
			struct str name;  /* the request's own word */
			struct str text;  /* exec command, subsystem, signal name, env "NAME=VALUE" name, pty TERM */
			struct str value; /* env value; pty encoded modes */
			uint32_t cols, rows, xpixel, ypixel, milliseconds;
		} request;
		struct { /* host keys of ours the client wants proof of, OpenSSH PROTOCOL section 2.5 */
			struct str blobs; /* one string after the other */
			uint32_t n;
		} prove;
		struct {
			struct str bytes;
			uint32_t extended; /* 0 = data, 1 = stderr */
		} data;
		struct {
			struct str peer_version;
		} v1_hello;
		struct { /* cookie and secret as the client sent them: unwrapping is the caller's */
			enum ssh_v1_cipher cipher;
			struct str cookie, secret;
		} v1_session_key;
		struct {
			bool by_peer;
			uint32_t reason; /* RFC 4253 section 11.1 */
			struct str text; /* for the log */
			enum ssh_fault fault;
			enum ssh_alg_kind kind; /* NO_MATCH: of what nothing was in common … */
			struct str client;      /* … with this list of the client's */
		} disconnect;
	} u;
};

enum ssh_step_result ssh_step(struct ssh_conn *conn, struct ssh_event *ev);

/* Answers. Each returns 0 or E_STATE when that answer is not awaited. */
int ssh_give_cookie(struct ssh_conn *conn, const uint8_t cookie[16]);
/* `hash` is the exchange hash as the signer computed it; compared in constant time with the library's own.
 * `signature` is the encoded signature blob; empty = the signer refused and the connection ends. */
int ssh_give_signature(struct ssh_conn *conn, struct str hash, struct str signature);
/* `methods`: name-list that can continue (after FAILED and PARTIAL). PK_OK answers a query. */
int ssh_auth_reply(struct ssh_conn *conn, enum ssh_auth_result result, struct str methods);
int ssh_auth_prompt(struct ssh_conn *conn, struct str name, struct str instruction, const struct str *prompts,
		    const bool *echo, size_t n);
int ssh_v1_give_keys(struct ssh_conn *conn, const struct ssh_v1_keys *keys);
int ssh_v1_give_session_key(struct ssh_conn *conn, const uint8_t key[SSH_V1_KEY]);
int ssh_v1_give_challenge(struct ssh_conn *conn, struct str number); /* encrypted for the user's key; big-endian */
int ssh_channel_accept(struct ssh_conn *conn, uint32_t channel);
int ssh_channel_refuse(struct ssh_conn *conn, uint32_t channel, uint32_t reason, const char *text);
int ssh_request_reply(struct ssh_conn *conn, uint32_t channel, bool success);
/* `signatures`: one encoded string for each blob, in their order; empty = refused. */
int ssh_prove_reply(struct ssh_conn *conn, struct str signatures);

/* Takes at most what the peer's window and a bounded output queue allow; returns the bytes taken (0 = wait for WRITABLE
 * or for the output to be flushed). */
size_t ssh_channel_write(struct ssh_conn *conn, uint32_t channel, uint32_t extended, const void *bytes, size_t n);
/* The same without a copy: room for so many bytes of data where they will be sealed (0, as above); they are sent by
 * ssh_channel_filled, which must be the next call for this connection. */
bool ssh_channel_direct(const struct ssh_conn *conn); /* version 2: it can be done */
size_t ssh_channel_room(struct ssh_conn *conn, uint32_t channel, uint8_t **room);
void ssh_channel_filled(struct ssh_conn *conn, size_t n);
void ssh_channel_consumed(struct ssh_conn *conn, uint32_t channel, size_t n);
/* From now on the peer may have this many bytes on the way; less than before changes nothing. */
void ssh_channel_widen(struct ssh_conn *conn, uint32_t channel, uint32_t window);
int ssh_channel_exit_status(struct ssh_conn *conn, uint32_t channel, uint32_t status);
int ssh_channel_eof(struct ssh_conn *conn, uint32_t channel);
int ssh_channel_close(struct ssh_conn *conn, uint32_t channel);
void ssh_disconnect(struct ssh_conn *conn, uint32_t reason, const char *text);
bool ssh_over(const struct ssh_conn *conn); /* whoever ended it: no answer is awaited any more */

/* From now on facts of these classes (enum ssh_trace_class) are told as they happen; 0 = none any more. `f` and its
 * text are borrowed for the call, which must not call the library. */
typedef void ssh_trace_fn(void *arg, const struct ssh_fact *f);
void ssh_trace(struct ssh_conn *conn, unsigned classes, ssh_trace_fn *fn, void *arg);

/* The first exchange hash; empty before it, and in version 1. */
struct str ssh_session_id(const struct ssh_conn *conn);

#endif
