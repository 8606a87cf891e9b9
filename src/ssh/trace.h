/* SPDX-License-Identifier: Apache-2.0
 *
 * trace.h: what a connection can tell of itself while it runs, one row each: for `debug ip ssh`. The library tells it
 * to whoever asked with ssh_trace, the session hands it on, core has the words (src/core/ssh/sshdebug.c). A fact is
 * numbers; the only texts are what the peer calls itself and its requests, and they are hostile. No contents, no
 * secret.
 */
#ifndef SSH_TRACE_H
#define SSH_TRACE_H

#include "base/buf.h"

#include <stdint.h>

enum ssh_trace_class { SSH_TRACE_DETAIL = 1, SSH_TRACE_PACKET = 2 };
#define SSH_TRACE_ALL (SSH_TRACE_DETAIL | SSH_TRACE_PACKET)

/* fact, class; the comment says what a, b, c and the text are. Lengths are of packets without their tag. */
#define SSH_FACTS(X)                                                                                                   \
	X(RECEIVED, PACKET)     /* a: bytes that came */                                                               \
	X(INPUT, PACKET)        /* a: length of the packet that begins */                                              \
	X(PARTIAL, PACKET)      /* a: bytes read for the length, b: bytes behind them, c: bytes of the tag */          \
	X(MAC_IN, PACKET)       /* a: sequence number */                                                               \
	X(PADDING_IN, PACKET)   /* a: bytes */                                                                         \
	X(TYPE_IN, PACKET)      /* a: message number */                                                                \
	X(SEND, PACKET)         /* a: length, b: bytes of padding in it */                                             \
	X(MAC_OUT, PACKET)      /* a: sequence number */                                                               \
	X(SIGNATURE, PACKET)    /* a: bytes of the signature blob */                                                   \
	X(NEWKEYS_MODE, PACKET) /* a: 0 in, 1 out */                                                                   \
	X(VERSION, DETAIL)      /* text: the peer's first line */                                                      \
	X(KEXINIT_SENT, DETAIL)                                                                                        \
	X(KEXINIT_RECEIVED, DETAIL)                                                                                    \
	X(KEX_IN, DETAIL) /* client to server: a: cipher's row, b: MAC's row + 1, 0 = the cipher has it */             \
	X(KEX_OUT, DETAIL)                                                                                             \
	X(GEX_EXPECTED, DETAIL)                                                                                        \
	X(GEX_REQUEST, DETAIL)       /* a: least, b: wanted, c: most bits */                                           \
	X(GEX_GROUP, DETAIL)         /* a: bits */                                                                     \
	X(EXPECTING, DETAIL)         /* a: key exchange method's row */                                                \
	X(KEX_INIT_RECEIVED, DETAIL) /* the same */                                                                    \
	X(KEYS_DERIVED, DETAIL)                                                                                        \
	X(NEWKEYS_SENT, DETAIL)                                                                                        \
	X(NEWKEYS_AWAITED, DETAIL)                                                                                     \
	X(NEWKEYS_RECEIVED, DETAIL)                                                                                    \
	X(AUTHENTICATED, DETAIL)                                                                                       \
	X(CHANNEL_OPEN, DETAIL)                                                                                        \
	X(REQUEST, DETAIL) /* text: the channel request's name */                                                      \
	X(TTY, DETAIL)     /* a: rows, b: columns */                                                                   \
	X(SHELL, DETAIL)                                                                                               \
	X(EXEC, DETAIL)                                                                                                \
	/* version 1 */                                                                                                \
	X(V1_PUBLIC_KEY, DETAIL)                                                                                       \
	X(V1_SESSION_KEY, DETAIL) /* a: bytes of the wrapped key, b: cipher's number */                                \
	X(V1_CONFIRMED, DETAIL)                                                                                        \
	X(V1_KEYED, DETAIL)                                                                                            \
	X(V1_USER, DETAIL)                                                                                             \
	X(V1_USERID, DETAIL) /* text: who it says it is */                                                             \
	X(V1_PASSWORD, DETAIL)                                                                                         \
	X(V1_RSA, DETAIL)                                                                                              \
	X(V1_RSA_RESPONSE, DETAIL)                                                                                     \
	X(V1_FAILURE, DETAIL)                                                                                          \
	X(V1_PTY, DETAIL)                                                                                              \
	X(V1_INVALID, DETAIL) /* a: message number */                                                                  \
	X(V1_SHELL, DETAIL)                                                                                            \
	X(V1_COMMAND, DETAIL)

#define SSH_FACT_ENUM(name, class)  SSH_FACT_##name,
#define SSH_FACT_CLASS(name, class) SSH_FACT_CLASS_##name = SSH_TRACE_##class,
enum ssh_fact_what { SSH_FACTS(SSH_FACT_ENUM) SSH_FACT_COUNT };
enum { SSH_FACTS(SSH_FACT_CLASS) };
#undef SSH_FACT_ENUM
#undef SSH_FACT_CLASS

struct ssh_fact {
	uint8_t what;
	uint32_t a, b, c;
	struct str text;
};

#endif
