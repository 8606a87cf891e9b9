/* SPDX-License-Identifier: Apache-2.0
 *
 * ipc.h: typed messages over SOCK_SEQPACKET, with descriptors and credentials. See messages.h for the vocabulary.
 * Runs in core, gate and session; in core and gate every received byte is hostile. RFC-free: ours.
 */
#ifndef IPC_IPC_H
#define IPC_IPC_H

#include "base/buf.h"
#include "ipc/messages.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define IPC_MAX_RECORD 65536
#define IPC_MAX_FDS    2

enum ipc_type {
	IPC_NONE,
#define IPC_ENUM(name, from, phases, max, fds, rate) IPC_##name,
	IPC_MESSAGES(IPC_ENUM)
#undef IPC_ENUM
	    IPC_TYPES
};

struct ipc_row {
	const char *name;
	uint8_t from, phases, fds;
	uint32_t max, rate;
};
extern const struct ipc_row ipc_rows[IPC_TYPES]; /* indexed by type */

/* A list of spans, borrowed from the record (or, to send, from str_list_put's buffer): u32 count, then strings. */
struct str_list {
	struct str raw;
	uint32_t count;
};
void str_list_put(struct buf *items, struct str s); /* appends one encoded string to `items` */
struct str_list str_list_of(const struct buf *items, uint32_t count);
bool str_list_next(struct cur *c, struct str *s); /* start with cur_of(list.raw) */

/* struct ipc_sign { struct str kex; …; } and so on: one per row */
#define IPC_T_STRF             struct str
#define IPC_T_U8F              uint8_t
#define IPC_T_U32F             uint32_t
#define IPC_T_U64F             uint64_t
#define IPC_T_LISTF            struct str_list
#define IPC_MEMBER(kind, name) IPC_T_##kind name;
#define IPC_STRUCT(name, from, phases, max, fds, rate)                                                                 \
	struct ipc_msg_##name {                                                                                        \
		IPC_FIELDS_##name(IPC_MEMBER)                                                                          \
	};                                                                                                             \
	void ipc_put_##name(struct buf *b, const struct ipc_msg_##name *m); /* type and fields */                      \
	bool ipc_get_##name(struct str body, struct ipc_msg_##name *m);     /* false: malformed */
IPC_MESSAGES(IPC_STRUCT)
#undef IPC_STRUCT

/* One received record; fds are owned by the receiver until taken (set to -1). */
struct ipc_record {
	uint16_t type;
	struct str body; /* borrowed: valid until the next receive on the same channel */
	int fds[IPC_MAX_FDS];
	unsigned nfds;
	pid_t pid; /* sender as the kernel says; 0 where SO_PASSCRED is off */
	uid_t uid;
};

/* A token bucket: `rate` a second on average, bursts of four times that. A session paces itself with the same. */
struct ipc_bucket {
	uint64_t milli; /* thousandths of a token */
	uint64_t at_ms;
};
void ipc_bucket_init(struct ipc_bucket *b, uint32_t rate); /* full */
bool ipc_bucket_take(struct ipc_bucket *b, uint32_t rate, uint64_t now_ms);

struct ipc_channel {
	int fd;
	uint8_t accept_from;     /* enum ipc_from: whose messages may arrive here */
	struct buf in;           /* one record */
	struct ipc_bucket *rate; /* per type; only where limits apply */
};

/* A connected pair, non-blocking, close-on-exec; [0] with SO_PASSCRED. */
int ipc_pair(int fds[2]);
/* 0 or E_NOMEM; either way the channel owns fd and is to be released. */
int ipc_channel_init(struct ipc_channel *ch, int fd, enum ipc_from accept_from, bool rate_limits);
void ipc_channel_release(struct ipc_channel *ch); /* closes fd */

/* Receives one record and checks it against its row: sender, phase (bits of enum ipc_phase), size, descriptors, rate.
 * 0; E_AGAIN nothing there; E_CLOSED; E_INVAL/E_STATE/E_TOOBIG/E_LIMIT the peer misbehaves (descriptors already
 * closed). */
int ipc_recv(struct ipc_channel *ch, unsigned phase, uint64_t now_ms, struct ipc_record *r);
void ipc_record_release(struct ipc_record *r); /* closes what was not taken */

/* Sends what ipc_put_x left in `b` (and clears it, sent or not). Never blocks: E_AGAIN when the peer does not read.
 * The descriptors stay the caller's. E_TOOBIG, E_INVAL: not what the row allows; nothing was sent. */
int ipc_send(struct ipc_channel *ch, struct buf *b, const int *fds, unsigned nfds);

/* IPC_SEND(ch, DONE, .status = 0, .prompt = p) */
#define IPC_SEND(ch, NAME, ...)                ipc_send_##NAME(ch, &(struct ipc_msg_##NAME){ __VA_ARGS__ }, NULL, 0)
#define IPC_SEND_FDS(ch, fds, nfds, NAME, ...) ipc_send_##NAME(ch, &(struct ipc_msg_##NAME){ __VA_ARGS__ }, fds, nfds)
#define IPC_DECLARE_SEND(name, from, phases, max, fds, rate)                                                           \
	int ipc_send_##name(struct ipc_channel *ch, const struct ipc_msg_##name *m, const int *fds_, unsigned nfds);
IPC_MESSAGES(IPC_DECLARE_SEND)
#undef IPC_DECLARE_SEND

#endif
