/* SPDX-License-Identifier: Apache-2.0
 *
 * err.h: the one list of error codes, and words for the operator.
 * Functions return 0 or a negative E_*; what a person should read goes into the
 * caller's errbuf: lower case, what failed first, the subject quoted.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_LIST(X)                                                                                                    \
	X(E_OK, 0, "success")                                                                                          \
	X(E_NOMEM, -1, "out of memory")                                                                                \
	X(E_IO, -2, "input or output failed")                                                                          \
	X(E_INVAL, -3, "malformed or out of range")                                                                    \
	X(E_TOOBIG, -4, "larger than allowed")                                                                         \
	X(E_NOTFOUND, -5, "not found")                                                                                 \
	X(E_EXISTS, -6, "already exists")                                                                              \
	X(E_DENIED, -7, "not allowed")                                                                                 \
	X(E_STATE, -8, "not allowed in this state")                                                                    \
	X(E_TIMEOUT, -9, "timed out")                                                                                  \
	X(E_BUSY, -10, "busy")                                                                                         \
	X(E_CLOSED, -11, "closed by the peer")                                                                         \
	X(E_CRYPTO, -12, "cryptography failed")                                                                        \
	X(E_UNSUPPORTED, -13, "not supported")                                                                         \
	X(E_LIMIT, -14, "limit reached")                                                                               \
	X(E_CANCELLED, -15, "cancelled")                                                                               \
	X(E_AGAIN, -16, "not ready yet")

#define ERR_ENUM(name, value, text) name = (value),
enum err_code { ERR_LIST(ERR_ENUM) };
#undef ERR_ENUM

struct errbuf {
	char text[256];
};

/* Formats words into `e` (which may be NULL) and returns `code`, so that a failing line reads
 * `return err_set(e, E_IO, "open failed: \"%s\"", name);` */
int err_set(struct errbuf *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A short English phrase for a code; never NULL. */
const char *err_text(int code);

#endif
