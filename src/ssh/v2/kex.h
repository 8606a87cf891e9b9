/* SPDX-License-Identifier: Apache-2.0
 *
 * kex.h: key exchange, RFC 4253 sections 7 to 9: kexinit.c proposes and negotiates, kex_server.c exchanges (after
 * gex.c, where a group has to be agreed on), kex.c derives and switches. Begun by either side, at the start or at any
 * time after login.
 */
#ifndef SSH_V2_KEX_H
#define SSH_V2_KEX_H

#include "ssh/v2/conn.h"

/* kexinit.c */
void kexinit_send(struct ssh_conn *c); /* with c->kex.cookie */
bool kexinit_receive(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
/* Agrees on every algorithm, once both KEXINITs are there. */
void kexinit_negotiate(struct ssh_conn *c);
/* Could this configuration negotiate at all? */
bool kexinit_has_offer(const struct ssh_conn *c);

/* kex.c */
bool kex_on_newkeys(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
/* Derives the keys of one direction (C2S, S2C) and gives them to that side. */
int kex_take_keys(struct ssh_conn *c, struct packet_side *side, int way);
bool kex_waits(const struct ssh_conn *c); /* no exchange is under way or wanted */
bool kex_due(const struct ssh_conn *c);   /* too much data, too many packets or too much time with these keys */
void kex_init(struct kex *k);
void kex_release(struct kex *k);

/* kex_server.c */
bool kex_on_init(struct ssh_conn *c, struct cur *in, struct ssh_event *ev);
bool kex_on_gex_init(struct ssh_conn *c, struct cur *in, struct ssh_event *ev); /* in a group that gex.c agreed on */
void kex_sign(struct ssh_conn *c, struct str hash, struct str signature);

/* The exchange hash of RFC 4253 section 8 (RFC 5656 section 4; RFC 4419 section 3, of which `gex` is the request and
 * the group, encoded; empty for all others). */
struct kex_hash_input {
	struct str v_c, v_s, i_c, i_s, k_s, gex, q_c, q_s, secret;
};
int kex_hash(const EVP_MD *digest, const struct kex_hash_input *h, uint8_t *out, size_t *out_len);
/* RFC 4253 section 7.2: `n` (at most KEX_KEY_MAX) bytes of key `letter`. */
#define KEX_KEY_MAX 64
int kex_derive(const EVP_MD *digest, struct str secret, struct str hash, struct str session_id, char letter,
	       uint8_t *out, size_t n);

#endif
