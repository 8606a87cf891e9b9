/* SPDX-License-Identifier: Apache-2.0
 *
 * conn.h: one SSH connection, as the files of src/ssh share it. What a file alone cares for has its own struct here,
 * and nobody else writes it. A handler that finds the peer at fault calls conn_fail and returns false.
 */
#ifndef SSH_V2_CONN_H
#define SSH_V2_CONN_H

#include "ssh/algorithms.h"
#include "ssh/ssh.h"
#include "ssh/tell.h"
#include "ssh/v2/modp.h"
#include "ssh/v2/packet.h"

#define CONN_VERSION_MAX 255          /* identification string with CR LF, RFC 4253 section 4.2 */
#define CONN_IN_SIZE     262144       /* a packet in parts and a full read; never moves while an event is out */
#define CONN_OUT_HIGH    (128 * 1024) /* channel data waits above this */
#define CONN_OUT_STOP    (512 * 1024) /* nothing is read above this: a peer that does not take answers gets none */
#define CONN_OUT_MAX     (1024 * 1024)
#define CONN_HELD_MAX    (256 * 1024)
#define CONN_USER_MAX    256
#define CONN_TEXT_MAX    256

/* RFC 4253 section 11.1 */
enum reason {
	REASON_PROTOCOL_ERROR = 2,
	REASON_KEX_FAILED = 3,
	REASON_MAC_ERROR = 5,
	REASON_SERVICE_NOT_AVAILABLE = 7,
	REASON_VERSION = 8,
	REASON_HOST_KEY = 9,
	REASON_BY_APPLICATION = 11,
};

/* How far the connection has come. */
enum phase { PHASE_VERSION, PHASE_FIRST_KEX, PHASE_SERVICE, PHASE_AUTH, PHASE_OPEN };

/* Which answer the caller owes. */
enum wait { WAIT_NONE, WAIT_COOKIE, WAIT_SIGNATURE, WAIT_AUTH, WAIT_OPEN, WAIT_REQUEST, WAIT_PROVE };

enum kex_state { KEX_IDLE, KEX_REQUEST, KEX_PUBLIC, KEX_SIGNING, KEX_NEWKEYS };

/* Index of everything negotiated per direction. */
enum { C2S, S2C };

struct kex {
	enum kex_state state; /* what the peer has to send, once its KEXINIT is here */
	bool wanted;          /* our KEXINIT is due */
	bool have_cookie;
	bool sent; /* our KEXINIT is out, our NEWKEYS not yet: only key exchange messages leave */
	bool got;  /* the peer's KEXINIT is here, its NEWKEYS not yet */
	bool skip; /* the peer's next packet is a wrong guess */
	bool strict, ext_info;
	uint8_t cookie[16];
	struct buf init_local, init_peer, q_c, q_s, secret;
	const struct kex_alg *alg;
	struct kex_alg with_group; /* the row, with the group that was agreed on */
	struct modp_group group;
	struct buf gex;     /* what the group exchange adds to the hash: the client's request, p, g … */
	size_t gex_request; /* … bytes of the request */
	const struct hostkey_alg *hostkey;
	struct str blob; /* our public host key */
	const struct cipher_alg *cipher[2];
	const struct mac_alg *mac[2];
	uint8_t hash[EVP_MAX_MD_SIZE], session_id[EVP_MAX_MD_SIZE];
	size_t hash_len, session_id_len;
};

struct auth {
	char user[CONN_USER_MAX];
	bool named; /* `user` is set: RFC 4252 section 5, it must not change */
	bool banner_sent;
	bool query;           /* the pending event is a publickey query … */
	struct str alg, blob; /* … for this key (borrowed from the input) */
	bool prompted;        /* an information request is out … */
	uint32_t prompts;     /* … with so many prompts */
	struct buf methods;   /* as the caller named them last */
};

struct hostkeys {
	bool announced; /* the client was told of them … */
	bool asked;     /* … and has asked for proof, which it may once */
};

struct channel {
	bool used, open;
	bool eof_sent, close_sent, eof_got;
	bool starved; /* a write was cut short: say when it can go on */
	uint32_t peer_id, peer_window, peer_packet;
	uint32_t window;   /* what the peer may still send */
	uint32_t limit;    /* ... at most */
	uint32_t consumed; /* not yet given back */
	unsigned envs;
};

/* Copies of what ssh_new was given. */
struct settings {
	struct buf version, kex, hostkeys, ciphers, macs, sig_algs, banner;
	struct buf *blobs;
	size_t n_blobs;
	uint64_t rekey_bytes, rekey_ms;
	unsigned max_channels;
	uint32_t window, dh_min;
};

struct ssh1;

struct ssh_conn {
	enum ssh_role role;
	enum phase phase;
	enum wait wait;
	struct settings set;
	struct buf in, out, held;
	size_t in_used; /* bytes of `in` the current event borrows; dropped at the next step */
	bool in_secret; /* they may hold a password: wipe them */
	struct packet_side rx, tx;
	uint32_t rx_seq; /* of the message being handled */
	char peer_version[CONN_VERSION_MAX + 1];
	struct ssh1 *v1; /* the client chose version 1: then nothing below counts, nor what stands above but buffers */
	struct kex kex;
	struct auth auth;
	struct hostkeys hostkeys;
	struct channel *channels;
	uint32_t asked_channel; /* of the pending OPEN or REQUEST */
	uint32_t fill_channel;  /* of ssh_channel_room */
	size_t send_at;         /* where the packet being built begins */
	bool send_held;
	uint64_t now_ms, kexed_ms;
	bool over, over_told, by_peer;
	uint32_t reason;
	char text[CONN_TEXT_MAX];
	enum ssh_fault fault;
	enum ssh_alg_kind unmatched; /* NO_MATCH: of this kind … */
	struct str unmatched_list;   /* … the client proposed these; in kex.init_peer */
	struct tracer tracer;
	size_t fed; /* bytes that came and were not told of yet */
};

/* Ends the connection because of the peer (or of us): tells it why, once; later calls do nothing. Returns false, so
 * that a handler can end with it. `text` goes to the peer and to the log. */
bool conn_fail(struct ssh_conn *c, uint32_t reason, const char *text);
/* The same without a DISCONNECT message: before and instead of the binary protocol, or said by the peer. */
bool conn_end(struct ssh_conn *c, bool by_peer, uint32_t reason, struct str text);
/* conn_fail for a message that may not come now. */
bool conn_unexpected(struct ssh_conn *c, const char *text);

/* See tell.h. */
#define CONN_TELL(conn, NAME, ...) TELL(&(conn)->tracer, NAME, ##__VA_ARGS__)

/* Builds one message: conn_begin returns where the fields go; conn_send seals it, or keeps it until the key exchange
 * that is under way ends. */
struct buf *conn_begin(struct ssh_conn *c, uint8_t type);
void conn_send(struct ssh_conn *c);
/* Sends what waited for the end of the key exchange. */
void conn_release_held(struct ssh_conn *c);

#endif
