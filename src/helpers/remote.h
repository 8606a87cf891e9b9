/* SPDX-License-Identifier: Apache-2.0
 *
 * remote.h: what core and `helper-remote` say to each other. The request, with one descriptor, the file:
 *     u8 upload, u64 size (to send; of a download the most that may come), u32 block size of tftp,
 *     string URL without user and password, string pins, string user, string password, string lead, string source
 * `pins` says which addresses the host has, "HOST:PORT:ADDRESS,ADDRESS", or is empty where the host is an address: the
 * helper asks nobody. `lead` is printed before the first `!`. `source` is the address it connects from, or "". The
 * result:
 *     u8 enum remote_outcome, u8 whether bytes had come or gone, u64 bytes, string words
 * `words`: of REMOTE_MOVED where to, of REMOTE_UNTRUSTED why.
 */
#ifndef HELPERS_REMOTE_H
#define HELPERS_REMOTE_H

/* Outcome, and what a user reads in brackets behind `%Error opening …`. */
#define REMOTE_OUTCOMES(X)                                                                                             \
	X(REMOTE_DONE, "Success")                                                                                      \
	X(REMOTE_MOVED, "Redirected")                                                                                  \
	X(REMOTE_TIMEOUT, "Timed out")                                                                                 \
	X(REMOTE_NOTFOUND, "No such file or directory")                                                                \
	X(REMOTE_DENIED, "Permission denied")                                                                          \
	X(REMOTE_FULL, "No space left on device")                                                                      \
	X(REMOTE_REFUSED, "Connection refused")                                                                        \
	X(REMOTE_UNREACHABLE, "Destination unreachable")                                                               \
	X(REMOTE_SOURCE, "The source address is not one of this host")                                                 \
	X(REMOTE_CLOSED, "Connection closed by remote host")                                                           \
	X(REMOTE_UNTRUSTED, "Certificate not verified")                                                                \
	X(REMOTE_TLS, "TLS failure")                                                                                   \
	X(REMOTE_PROTOCOL, "Protocol error")                                                                           \
	X(REMOTE_EXISTS, "File exists")                                                                                \
	X(REMOTE_IO, "I/O error")

#define REMOTE_ENUM(name, words) name,
enum remote_outcome { REMOTE_OUTCOMES(REMOTE_ENUM) REMOTE_KINDS };
#undef REMOTE_ENUM

#define REMOTE_WORDS_MAX 1024

#endif
