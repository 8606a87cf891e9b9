/* SPDX-License-Identifier: Apache-2.0
 *
 * messages.h: the one vocabulary of core, gate and sessions. A message is one SOCK_SEQPACKET record:
 *     u16 type, then the fields of its row in order, encoded as in buf.h.
 * A row says: its name, who may send it, in which phases, its largest size in bytes, how many descriptors ride
 * along (exactly), and how many a second a session may send on average (with bursts of four times that;
 * 0 = not limited). From the rows come the structs, ipc_put_x(), ipc_get_x() and the checks of ipc_recv(); the
 * handlers are core's and gate's tables, one function per row. Core treats every message as hostile: a record
 * that fails a check ends the session.
 *
 * Field kinds: STRF a span (decoded: borrowed from the record), U8F, U32F, U64F, LISTF a list of spans
 * (struct str_list, see ipc.h).
 */
#ifndef IPC_MESSAGES_H
#define IPC_MESSAGES_H

/* Where a session stands, as core sees it. */
enum ipc_phase {
	PH_NEW = 1,   /* connected, no key exchange finished */
	PH_KEYED = 2, /* the first exchange hash was signed: a session id exists */
	PH_USER = 4,  /* core has verified a user */
	PH_LINE = 8,  /* has a line (vty, console) or runs one command */
	PH_FILES = 16 /* moves files by scp, nothing else */
};
#define PH_SSH   (PH_NEW | PH_KEYED | PH_USER | PH_LINE | PH_FILES)
#define PH_LOGIN (PH_KEYED)
#define PH_IN    (PH_USER | PH_LINE | PH_FILES) /* logged in */
#define PH_ANY   (PH_SSH)

enum ipc_from {
	FROM_SESSION = 1,
	FROM_CORE,
	FROM_GATE,
	FROM_CORE_TO_GATE,
	FROM_ASKER,
	FROM_CORE_TO_ASKER,
	FROM_COURIER,
	FROM_CORE_TO_COURIER
};

/* AUTH_RESULT */
enum ipc_auth { AUTH_FAIL, AUTH_OK, AUTH_PARTIAL, AUTH_KEY_OK /* answer to a query without signature */ };
/* OPEN */
enum ipc_open { OPEN_SHELL, OPEN_EXEC, OPEN_SFTP };
/* ASK */
enum ipc_ask {
	ASK_LINE,    /* a line, echoed or not */
	ASK_CONFIRM, /* one key answers; Return, y, Y = yes ("\r"), everything else = no */
	ASK_YESNO,   /* a line; core judges it */
	ASK_KEY      /* any single key */
};
/* BYE: the peer's fault, where the log has words for it. NO_…: client and server have none in common. */
enum ipc_fault { FAULT_NONE, FAULT_UNEXPECTED, FAULT_NO_KEX, FAULT_NO_HOSTKEY, FAULT_NO_CIPHER, FAULT_NO_MAC };
/* FILES */
enum ipc_files { FILES_SCP, FILES_SFTP };
/* FILE: what is asked; the fields it needs behind it. Of a file that this session is writing FILE_STAT, FILE_READ and
 * FILE_WRITE are answered with its handle. */
enum ipc_file_op {
	FILE_STAT,     /* path */
	FILE_LIST,     /* path; answered with a descriptor: of each entry u8 folder, u64 size, u64 mtime, string name */
	FILE_READ,     /* path; answered with a descriptor */
	FILE_WRITE,    /* path, how, value: size, 0 if not known; answered with a descriptor; its id names it later */
	FILE_PUBLISH,  /* handle: the id of its FILE_WRITE; value: mtime or 0; how */
	FILE_DROP,     /* handle */
	FILE_MKDIR,    /* path */
	FILE_RMDIR,    /* path */
	FILE_REMOVE,   /* path */
	FILE_RENAME,   /* path, to, how */
	FILE_SET_TIME, /* path, value */
	FILE_SPACE,    /* path; answered with FILE_ROOM */
	FILE_OPS
};
enum ipc_file_how {
	HOW_CREATE = 1,  /* FILE_WRITE: there may be none */
	HOW_NEW = 2,     /* FILE_WRITE: there must be none */
	HOW_KEEP = 4,    /* FILE_WRITE: it begins as what is there: FILE_OLD comes first, if something is */
	HOW_REPLACE = 8, /* FILE_RENAME: a file that is there goes */
	HOW_ON_DISK = 16 /* FILE_PUBLISH: bytes and name, before it is said to be done */
};
/* FILTER: how the session filters the command's output before paging it */
enum ipc_filter { FILTER_NONE, FILTER_INCLUDE, FILTER_EXCLUDE, FILTER_BEGIN, FILTER_SECTION, FILTER_COUNT };
/* SETUP */
enum ipc_kind { KIND_SSH, KIND_CONSOLE };
/* The argument of a gate whose sessions are to have single DES. */
#define GATE_OPTION_DES "--des"

/*    name            from               phases               max     fds rate */
#define IPC_MESSAGES(X)                                                                                                \
	/* session → core */                                                                                         \
	/* before login core signs once, with the cookie of SETUP */                                                   \
	X(COOKIE_ASK, FROM_SESSION, PH_IN, 16, 0, 2)       /* a cookie for the next key exchange */                    \
	X(SIGN, FROM_SESSION, PH_NEW | PH_IN, 65536, 0, 2) /* sign this exchange's hash */                             \
	X(AUTH_NONE, FROM_SESSION, PH_LOGIN, 1024, 0, 10)                                                              \
	X(AUTH_PASSWORD, FROM_SESSION, PH_LOGIN, 4096, 0, 10)                                                          \
	X(AUTH_KBDINT, FROM_SESSION, PH_LOGIN, 1024, 0, 10)                                                            \
	X(AUTH_ANSWER, FROM_SESSION, PH_LOGIN, 8192, 0, 10)                                                            \
	X(AUTH_KEY, FROM_SESSION, PH_LOGIN, 32768, 0, 20)                                                              \
	X(V1_ASK, FROM_SESSION, PH_NEW, 16, 0, 1)              /* the client chose version 1: name the keys */         \
	X(V1_SESSION_KEY, FROM_SESSION, PH_NEW, 2560, 0, 1)    /* unwrap this; once */                                 \
	X(V1_AUTH_RSA, FROM_SESSION, PH_LOGIN, 4096, 0, 20)    /* may this key log in? */                              \
	X(V1_AUTH_RESPONSE, FROM_SESSION, PH_LOGIN, 64, 0, 20) /* to the challenge */                                  \
	X(OPEN, FROM_SESSION, PH_USER, 8192, 0, 2)             /* a shell or one command wants a line */               \
	X(RUN, FROM_SESSION, PH_LINE, 8192, 0, 0)              /* a line typed at the prompt */                        \
	X(ANSWER, FROM_SESSION, PH_LINE, 65536, 0, 0)          /* to ASK or TEXT */                                    \
	X(HELP, FROM_SESSION, PH_LINE, 8192, 0, 100)           /* `?` */                                               \
	X(COMPLETE, FROM_SESSION, PH_LINE, 8192, 0, 100)       /* Tab */                                               \
	X(CANCEL, FROM_SESSION, PH_LINE, 16, 0, 100)           /* interrupt the running command */                     \
	X(RESIZE, FROM_SESSION, PH_LINE, 16, 0, 100)                                                                   \
	X(ACTIVE, FROM_SESSION, PH_LINE | PH_FILES, 16, 0, 2) /* somebody types: the line is not idle */               \
	X(FILE, FROM_SESSION, PH_FILES, 4096, 0, 0)           /* something about a file: enum ipc_file_op */           \
	X(PROVE, FROM_SESSION, PH_USER | PH_LINE | PH_FILES, 16384, 0,                                                 \
	  1)                                        /* once: the client wants proof of host keys */                    \
	X(KEXED, FROM_SESSION, PH_SSH, 1024, 0, 2)  /* negotiated names, for `show ssh` and the log */                 \
	X(TRACE, FROM_SESSION, PH_SSH, 8192, 0, 40) /* facts for `debug ip ssh`; only after WATCH asked for them */    \
	X(BYE, FROM_SESSION, PH_ANY, 1024, 0, 2)    /* the connection ends; why */                                     \
	/* core → session */                                                                                         \
	X(WATCH, FROM_CORE, PH_ANY, 16, 0, 0) /* which facts core wants from now on; at first none */                  \
	X(SETUP, FROM_CORE, PH_ANY, 65536, 0, 0)                                                                       \
	X(COOKIE, FROM_CORE, PH_ANY, 64, 0, 0)                                                                         \
	X(SIGNED, FROM_CORE, PH_ANY, 4096, 0, 0)                                                                       \
	X(AUTH_RESULT, FROM_CORE, PH_ANY, 1024, 0, 0)                                                                  \
	X(AUTH_PROMPT, FROM_CORE, PH_ANY, 8192, 0, 0)                                                                  \
	X(PROVED, FROM_CORE, PH_ANY, 16384, 0, 0)                                                                      \
	X(V1_KEYS, FROM_CORE, PH_ANY, 8192, 0, 0)                                                                      \
	X(V1_KEY, FROM_CORE, PH_ANY, 64, 0, 0)         /* the session key */                                           \
	X(V1_CHALLENGE, FROM_CORE, PH_ANY, 2048, 0, 0) /* for the user's key, encrypted */                             \
	X(LINE, FROM_CORE, PH_ANY, 65536, 0, 0)        /* the line is yours: settings, banner, first prompt */         \
	X(SETTINGS, FROM_CORE, PH_ANY, 64, 0, 0)       /* terminal length, width, history changed */                   \
	X(FILTER, FROM_CORE, PH_ANY, 8192, 0, 0)       /* before the first OUT of a command */                         \
	X(OUT, FROM_CORE, PH_ANY, 65536, 0, 0)                                                                         \
	X(HISTORY, FROM_CORE, PH_ANY, 16, 0, 0) /* output: the lines typed before, which only the session knows */     \
	X(OUTFD, FROM_CORE, PH_ANY, 16, 1, 0)   /* a long output: a sealed memfd, or a file to read */                 \
	X(ASK, FROM_CORE, PH_ANY, 4096, 0, 0)                                                                          \
	X(TEXT, FROM_CORE, PH_ANY, 4096, 0, 0)     /* collect text until a terminator */                               \
	X(PROGRESS, FROM_CORE, PH_ANY, 4096, 0, 0) /* shown at once, never paged or filtered */                        \
	X(DONE, FROM_CORE, PH_ANY, 4096, 0, 0)                                                                         \
	X(HELP_TEXT, FROM_CORE, PH_ANY, 65536, 0, 0)                                                                   \
	X(COMPLETION, FROM_CORE, PH_ANY, 8192, 0, 0)                                                                   \
	X(MONITOR, FROM_CORE, PH_ANY, 8192, 0, 0)   /* a log or debug line */                                          \
	X(FILES, FROM_CORE, PH_ANY, 64, 0, 0)       /* in place of LINE: speak scp or sftp */                          \
	X(FILE_DONE, FROM_CORE, PH_ANY, 4096, 0, 0) /* the answer to a FILE */                                         \
	X(FILE_FD, FROM_CORE, PH_ANY, 64, 1, 0)     /* the same, with what was asked for */                            \
	X(FILE_OLD, FROM_CORE, PH_ANY, 64, 1, 0)    /* before FILE_FD: what the new file begins as */                  \
	X(FILE_ROOM, FROM_CORE, PH_ANY, 64, 0, 0)   /* the answer to FILE_SPACE */                                     \
	X(CLOSE, FROM_CORE, PH_ANY, 4096, 0, 0)     /* print the text, then end the connection */                      \
	/* gate → core */                                                                                            \
	X(READY, FROM_GATE, PH_ANY, 16, 0, 0)      /* warmed and locked in */                                          \
	X(CONNECTION, FROM_GATE, PH_ANY, 16, 2, 0) /* fds: core's end of a new session's channel, its TCP socket */    \
	X(REFUSED, FROM_GATE, PH_ANY, 1024, 0, 0)  /* a connection was turned away; why */                             \
	X(GONE, FROM_GATE, PH_ANY, 16, 0, 0)       /* a session process ended: pid, wait status */                     \
	X(MATCHED, FROM_GATE, PH_ANY, 64, 0, 0)    /* a rule with `log` decided about a connection */                  \
	/* core → gate */                                                                                            \
	X(LISTEN, FROM_CORE_TO_GATE, PH_ANY, 16, 1, 0) /* accept SSH on this listening socket */                       \
	X(UNLISTEN, FROM_CORE_TO_GATE, PH_ANY, 16, 0, 0)                                                               \
	X(POLICY, FROM_CORE_TO_GATE, PH_ANY, 64, 0, 0)                                                                 \
	X(LISTS, FROM_CORE_TO_GATE, PH_ANY, 16, 1, 0)   /* fd: the access lists, a struct access_table */              \
	X(LEDGER, FROM_CORE_TO_GATE, PH_ANY, 16, 1, 0)  /* fd: the penalties, a struct penalty_table */                \
	X(PENALTY, FROM_CORE_TO_GATE, PH_ANY, 32, 0, 0) /* a source misbehaved in its login */                         \
	X(TERMINAL, FROM_CORE_TO_GATE, PH_ANY, 16, 2,                                                                  \
	  0) /* fds: session's end of a channel, a tty: fork a console session */                                      \
	X(KEYED, FROM_CORE_TO_GATE, PH_ANY, 16, 0, 0)    /* this session did a key exchange: others give way first */  \
	X(ADMITTED, FROM_CORE_TO_GATE, PH_ANY, 16, 0, 0) /* this session logged in: lift its deadline */               \
	/* core → asker */                                                                                           \
	X(QUERY_SERVER, FROM_CORE_TO_ASKER, PH_ANY, 65536, 0, 0) /* first, once: the server it is for */               \
	X(QUERY_SHOW, FROM_CORE_TO_ASKER, PH_ANY, 49152, 0, 0) /* behind it, by TLS: what to show it of this device */ \
	X(QUERY, FROM_CORE_TO_ASKER, PH_ANY, 16384, 0, 0)      /* ask the server this */                               \
	X(QUERY_SOCKET, FROM_CORE_TO_ASKER, PH_ANY, 64, 1, 0)  /* fd: a connection to the server, being made */        \
	X(QUERY_ANSWER, FROM_CORE_TO_ASKER, PH_ANY, 16384, 0, 0) /* what the user answers, or that it is over */       \
	X(QUERY_AGAIN, FROM_CORE_TO_ASKER, PH_ANY, 16, 0, 0)     /* no reply came: send it once more */                \
	/* asker → core */                                                                                           \
	X(QUERY_WANT, FROM_ASKER, PH_ANY, 16, 0, 0)      /* a connection for this query */                             \
	X(QUERY_PROMPT, FROM_ASKER, PH_ANY, 65536, 0, 0) /* the server asks the user */                                \
	X(QUERY_NOTE, FROM_ASKER, PH_ANY, 16384, 0, 0)   /* about a query, for debug and counters */                   \
	X(QUERY_RESULT, FROM_ASKER, PH_ANY, 65536, 0, 0) /* the end of a query */                                      \
	/* core → courier */                                                                                         \
	X(LOG_HOST, FROM_CORE_TO_COURIER, PH_ANY, 1024, 0, 0) /* first, once: the collector it is for */               \
	X(LOG_SHOW, FROM_CORE_TO_COURIER, PH_ANY, 49152, 0,                                                            \
	  0) /* what the next connection is to show of this device */                                                  \
	X(LOG_SOCKET, FROM_CORE_TO_COURIER, PH_ANY, 65536, 1, 0) /* fd: a connection to it, being made */              \
	X(LOG_LINE, FROM_CORE_TO_COURIER, PH_ANY, 2048, 0, 0)    /* carry this */                                      \
	/* courier → core */                                                                                         \
	X(LOG_WANT, FROM_COURIER, PH_ANY, 512, 0, 0)   /* a connection; why the last one is no more */                 \
	X(LOG_UP, FROM_COURIER, PH_ANY, 16, 0, 0)      /* the connection stands, its other end is who it is to be */   \
	X(LOG_CARRIED, FROM_COURIER, PH_ANY, 16, 0, 0) /* lines up to this one arrived */

/* Fields of each row, in wire order. A message without fields has an empty list. */
#define IPC_FIELDS_COOKIE_ASK(F) F(U8F, unused)
#define IPC_FIELDS_SIGN(F)                                                                                             \
	F(STRF, kex) /* method, e.g. "curve25519-sha256" */                                                            \
	F(STRF, alg) /* host key algorithm, e.g. "rsa-sha2-256" */                                                     \
	F(STRF, v_c) /* identification strings without CR LF */                                                        \
	F(STRF, v_s)                                                                                                   \
	F(STRF, i_c) /* KEXINIT payloads; i_s must carry the cookie core gave */                                       \
	F(STRF, i_s)                                                                                                   \
	F(STRF, k_s)        /* host key blob; must be core's own for `alg` */                                          \
	F(STRF, request)    /* the group exchange's (RFC 4419), as it stands in the hash: min, n, max, or n alone */   \
	F(U32F, group_bits) /* ... and the size of the group chosen: core knows its numbers itself */                  \
	F(STRF, q_c)        /* the method's public values as they stand in the hash */                                 \
	F(STRF, q_s)                                                                                                   \
	F(STRF, secret) /* K as it stands in the hash: an encoded mpint (RFC 4253) or string (hybrids) */
#define IPC_FIELDS_AUTH_NONE(F)     F(STRF, user)
#define IPC_FIELDS_AUTH_PASSWORD(F) F(STRF, user) F(STRF, password)
#define IPC_FIELDS_AUTH_KBDINT(F)   F(STRF, user)
#define IPC_FIELDS_AUTH_ANSWER(F)   F(LISTF, answers)
#define IPC_FIELDS_AUTH_KEY(F)                                                                                         \
	F(STRF, user)                                                                                                  \
	F(STRF, alg)                                                                                                   \
	F(STRF, blob)                                                                                                  \
	F(STRF, signature) /* empty = a query (SSH_MSG_USERAUTH_PK_OK, RFC 4252 section 7) */
#define IPC_FIELDS_V1_ASK(F) F(U8F, unused)
#define IPC_FIELDS_V1_SESSION_KEY(F)                                                                                   \
	F(U8F, cipher)                                                                                                 \
	F(STRF, cookie) /* as the client sent it */                                                                    \
	F(STRF, secret) /* encrypted for both keys; big-endian */
#define IPC_FIELDS_V1_AUTH_RSA(F)      F(STRF, user) F(STRF, modulus)
#define IPC_FIELDS_V1_AUTH_RESPONSE(F) F(STRF, response) /* 16 bytes */
#define IPC_FIELDS_OPEN(F)             F(U8F, kind) F(U8F, pty) F(STRF, term) F(U32F, cols) F(U32F, rows) F(STRF, command)
#define IPC_FIELDS_RUN(F)              F(STRF, line) F(U8F, ahead) /* more input waits behind the line */
#define IPC_FIELDS_ANSWER(F)           F(U8F, cancelled) F(STRF, text)
#define IPC_FIELDS_HELP(F)             F(STRF, line)
#define IPC_FIELDS_COMPLETE(F)         F(STRF, line)
#define IPC_FIELDS_CANCEL(F)           F(U8F, unused)
#define IPC_FIELDS_RESIZE(F)           F(U32F, cols) F(U32F, rows)
#define IPC_FIELDS_ACTIVE(F)           F(U8F, unused)
#define IPC_FIELDS_KEXED(F)                                                                                            \
	F(STRF, client) /* the client's identification string */                                                       \
	F(STRF, kex)                                                                                                   \
	F(STRF, hostkey)                                                                                               \
	F(STRF, cipher_in)                                                                                             \
	F(STRF, cipher_out)                                                                                            \
	F(STRF, mac_in)                                                                                                \
	F(STRF, mac_out)
#define IPC_FIELDS_PROVE(F) F(LISTF, blobs) /* core's own host keys */
#define IPC_FIELDS_TRACE(F)                                                                                            \
	F(U32F, lost)  /* facts left out before these, because there were too many */                                  \
	F(STRF, facts) /* at most IPC_TRACE_FACTS, encoded as src/ssh/trace.h says */
#define IPC_TRACE_FACTS 32
#define IPC_FIELDS_BYE(F)                                                                                              \
	F(U32F, reason)                                                                                                \
	F(STRF, text)                                                                                                  \
	F(U64F, bytes_in)                                                                                              \
	F(U64F, bytes_out)                                                                                             \
	F(U8F, fault)   /* enum ipc_fault */                                                                           \
	F(STRF, client) /* NO_…: the beginning of the client's list */

#define IPC_FIELDS_WATCH(F) F(U8F, classes) /* enum ssh_trace_class */
#define IPC_FIELDS_SETUP(F)                                                                                            \
	F(U8F, kind)                                                                                                   \
	F(STRF, cookie)  /* 16 bytes; for KIND_SSH */                                                                  \
	F(STRF, version) /* identification string to send, without CR LF */                                            \
	F(STRF, kex)     /* name-lists, as offered; empty = the library's default rows */                              \
	F(STRF, hostkeys)                                                                                              \
	F(STRF, ciphers)                                                                                               \
	F(STRF, macs)                                                                                                  \
	F(STRF, sig_algs)   /* signatures users' keys may make */                                                      \
	F(LISTF, blobs)     /* public host key blobs (RFC 4253 section 6.6) */                                         \
	F(STRF, banner)     /* SSH_MSG_USERAUTH_BANNER text or empty */                                                \
	F(U32F, login_secs) /* from connection to shell */                                                             \
	F(U64F, rekey_bytes)                                                                                           \
	F(U32F, rekey_secs)                                                                                            \
	F(U32F, dh_min) /* bits of the least group to agree on */
#define IPC_FIELDS_COOKIE(F) F(STRF, cookie)
#define IPC_FIELDS_SIGNED(F) F(STRF, hash) F(STRF, signature) /* signature as an encoded SSH blob; empty = refused */
#define IPC_FIELDS_PROVED(F) F(LISTF, signatures)             /* one a blob; none = refused */
#define IPC_FIELDS_AUTH_RESULT(F)                                                                                      \
	F(U8F, result)                                                                                                 \
	F(STRF, methods) /* name-list that can continue */                                                             \
	F(U8F, no_pty)   /* he may have no terminal */
#define IPC_FIELDS_AUTH_PROMPT(F) F(STRF, name) F(STRF, instruction) F(LISTF, prompts) F(STRF, echo) /* a byte each */
#define IPC_FIELDS_V1_KEYS(F)                                                                                          \
	F(STRF, cookie) /* 8 bytes */                                                                                  \
	F(U32F, host_bits)                                                                                             \
	F(STRF, host_e) /* numbers, big-endian */                                                                      \
	F(STRF, host_n)                                                                                                \
	F(U32F, server_bits)                                                                                           \
	F(STRF, server_e)                                                                                              \
	F(STRF, server_n)                                                                                              \
	F(U32F, ciphers) /* a bit for each number of the protocol */                                                   \
	F(U32F, auths)
#define IPC_FIELDS_V1_KEY(F)       F(STRF, key) /* 32 bytes; core does not say whether they are right */
#define IPC_FIELDS_V1_CHALLENGE(F) F(STRF, number)
#define IPC_FIELDS_LINE(F)                                                                                             \
	F(STRF, name)   /* "vty 0", "con 0" */                                                                         \
	F(STRF, banner) /* printed before the first prompt */                                                          \
	F(STRF, prompt)                                                                                                \
	F(U32F, length) /* terminal length; 0 = no paging */                                                           \
	F(U32F, width)                                                                                                 \
	F(U32F, history)                                                                                               \
	F(U8F, basic) /* no editing keys but the erasing ones */
#define IPC_FIELDS_SETTINGS(F) F(U32F, length) F(U32F, width) F(U32F, history) F(U8F, basic)
#define IPC_FIELDS_HISTORY(F)  F(U8F, unused)
#define IPC_FIELDS_FILTER(F)   F(U8F, kind) F(STRF, pattern)
#define IPC_FIELDS_OUT(F)      F(STRF, bytes)
#define IPC_FIELDS_OUTFD(F)    F(U64F, size) F(U8F, raw) /* raw: as the file lies, nobody has looked at it */
#define IPC_FIELDS_ASK(F)      F(STRF, prompt) F(U8F, echo) F(U8F, kind)
#define IPC_FIELDS_TEXT(F)                                                                                             \
	F(STRF, prompt) /* shown before every line; may be empty */                                                    \
	F(STRF,                                                                                                        \
	  until) /* a line equal to one of these words, comma-separated, or, if `within`, this string anywhere */      \
	F(U8F, within)                                                                                                 \
	F(U8F, echo)
#define IPC_FIELDS_PROGRESS(F) F(STRF, text)
#define IPC_FIELDS_DONE(F)                                                                                             \
	F(U32F, status)     /* 0 = done, else 1: the exit status of a remote command */                                \
	F(U8F, configuring) /* the prompt is a configuration mode's: Ctrl-Z means end */                               \
	F(STRF, prompt)                                                                                                \
	F(U32F, secret) /* the line that was run ends in a secret, from this byte on; 0: it does not */
#define IPC_FIELDS_HELP_TEXT(F)  F(STRF, text)
#define IPC_FIELDS_COMPLETION(F) F(STRF, insert) /* what to add to the line; may be empty */
#define IPC_FIELDS_MONITOR(F)    F(STRF, text)
#define IPC_FIELDS_FILES(F)      F(U8F, kind) /* enum ipc_files */
#define IPC_FIELDS_FILE_DONE(F)                                                                                        \
	F(U32F, id)                                                                                                    \
	F(U8F, code) /* of E_*, positive; 0 = done */                                                                  \
	F(U8F, folder)                                                                                                 \
	F(U64F, size)                                                                                                  \
	F(U64F, mtime)                                                                                                 \
	F(U32F, handle) /* of the FILE_WRITE by which this session is writing it; 0 = it is not */                     \
	F(STRF, words)  /* what to tell the client; may be empty */
#define IPC_FIELDS_FILE_FD(F)   F(U32F, id) F(U64F, size) F(U64F, mtime) /* size: of FILE_WRITE, how large it may get */
#define IPC_FIELDS_FILE_OLD(F)  F(U32F, id) F(U64F, size) F(U64F, mtime)
#define IPC_FIELDS_FILE_ROOM(F) F(U32F, id) F(U64F, size) F(U64F, room)
#define IPC_FIELDS_FILE(F)      F(U32F, id) F(U8F, op) F(U8F, how) F(U32F, handle) F(STRF, path) F(STRF, to) F(U64F, value)
#define IPC_FIELDS_CLOSE(F)     F(U32F, status) F(STRF, text)

#define IPC_FIELDS_READY(F)                                                                                            \
	F(U8F, walls) /* enum sandbox_wall: what stands around gate and its sessions */                                \
	F(U8F, des)   /* sessions have single DES */
#define IPC_FIELDS_CONNECTION(F) F(U32F, pid)
#define IPC_FIELDS_REFUSED(F)    F(STRF, peer) F(STRF, why)
#define IPC_FIELDS_GONE(F)       F(U32F, pid) F(U32F, wait_status)
#define IPC_FIELDS_MATCHED(F)                                                                                          \
	F(U32F, serial) /* of the LISTS */                                                                             \
	F(U32F, rule)                                                                                                  \
	F(STRF, from) /* 4 or 16 bytes */                                                                              \
	F(U32F, port)                                                                                                  \
	F(U32F, packets)                                /* with those that were not told before */
#define IPC_FIELDS_LISTEN(F)   F(U32F, id) F(U8F, away) /* in a VRF */
#define IPC_FIELDS_UNLISTEN(F) F(U32F, id)
#define IPC_FIELDS_POLICY(F)                                                                                           \
	F(U32F, starts_begin) /* random early drop of connections not logged in: from this many … */                 \
	F(U32F, starts_full)  /* … to this many, of which there are never more */                                    \
	F(U32F, per_source)   /* not logged in, from one address */                                                    \
	F(U32F, login_secs)   /* a session not ADMITTED after this is killed */                                        \
	F(U8F, quiet)         /* `login block-for`: only whom its list permits comes in */                             \
	F(U8F, penalties)     /* sources are penalized; in seconds: … */                                             \
	F(U32F, crash)        /* enum penalty_cause */                                                                 \
	F(U32F, failure)                                                                                               \
	F(U32F, no_login)                                                                                              \
	F(U32F, timeout)                                                                                               \
	F(U32F, refused)                                                                                               \
	F(U32F, threshold)                                                                                             \
	F(U32F, maximum)
#define IPC_FIELDS_LISTS(F)    F(U32F, serial) F(U64F, size)
#define IPC_FIELDS_LEDGER(F)   F(U8F, unused)
#define IPC_FIELDS_PENALTY(F)  F(U8F, cause) F(U8F, family) F(STRF, net) /* enum penalty_cause, struct access_source */
#define IPC_FIELDS_KEYED(F)    F(U32F, pid)
#define IPC_FIELDS_TERMINAL(F) F(U8F, unused)
#define IPC_FIELDS_ADMITTED(F) F(U32F, pid)

#define IPC_FIELDS_QUERY_SERVER(F)                                                                                     \
	F(U8F, protocol) /* enum aaa_protocol */                                                                       \
	F(STRF, key)                                                                                                   \
	F(U8F, single) /* keep one connection for all */                                                               \
	F(U8F, sign)   /* replies must have a Message-Authenticator */                                                 \
	F(U8F, tls)    /* … and whose certificate it must show (a name or an address), by whom (PEM) */              \
	F(STRF, name)                                                                                                  \
	F(STRF, authorities)
#define IPC_FIELDS_QUERY_SHOW(F) F(STRF, chain) F(STRF, key) /* struct tls_ends */
#define IPC_FIELDS_QUERY(F)                                                                                            \
	F(U32F, id)                                                                                                    \
	F(U8F, kind) /* enum aaa_kind, and the fields it needs */                                                      \
	F(U8F, level)                                                                                                  \
	F(U8F, method)                                                                                                 \
	F(U8F, record)                                                                                                 \
	F(STRF, user)                                                                                                  \
	F(STRF, port)                                                                                                  \
	F(STRF, address)                                                                                               \
	F(STRF, secret)                                                                                                \
	F(LISTF, args)                                                                                                 \
	F(STRF, host)                                                                                                  \
	F(STRF, echo)                                                                                                  \
	F(U8F, watched)                                       /* packets are told in notes */
#define IPC_FIELDS_QUERY_SOCKET(F) F(U32F, id) F(STRF, local) /* this device's address on it: 4 or 16 bytes */
#define IPC_FIELDS_QUERY_AGAIN(F)  F(U32F, id)
#define IPC_FIELDS_QUERY_NOTE(F)                                                                                       \
	F(U32F, id)                                                                                                    \
	F(U8F, flaw) /* enum radius_flaw of a datagram that does not count; 0: text alone */                           \
	F(STRF, text)
#define IPC_FIELDS_QUERY_ANSWER(F) F(U32F, id) F(U8F, abort) F(STRF, text)
#define IPC_FIELDS_QUERY_WANT(F)   F(U32F, id)
#define IPC_FIELDS_QUERY_PROMPT(F)                                                                                     \
	F(U32F, id)                                                                                                    \
	F(U8F, asked) /* of enum aaa_asked */                                                                          \
	F(U8F, echo)                                                                                                   \
	F(STRF, text)
#define IPC_FIELDS_LOG_HOST(F)                                                                                         \
	F(U8F, transport) /* enum log_transport */                                                                     \
	F(U8F, octets)    /* a line is preceded by its length (RFC 6587 section 3.4.1), else ended by LF */            \
	F(STRF, name)     /* whose certificate it must show: a name or an address */
#define IPC_FIELDS_LOG_SHOW(F)    F(STRF, chain) F(STRF, key) /* struct tls_ends; empty: nothing */
#define IPC_FIELDS_LOG_SOCKET(F)  F(STRF, authorities)        /* PEM; empty: the system's */
#define IPC_FIELDS_LOG_LINE(F)    F(U64F, id) F(STRF, text)   /* ids count up */
#define IPC_FIELDS_LOG_WANT(F)    F(STRF, why)
#define IPC_FIELDS_LOG_UP(F)      F(U8F, unused)
#define IPC_FIELDS_LOG_CARRIED(F) F(U64F, id)
#define IPC_FIELDS_QUERY_RESULT(F)                                                                                     \
	F(U32F, id)                                                                                                    \
	F(U8F, outcome) /* enum aaa_outcome, not AAA_ASKS */                                                           \
	F(STRF, text)   /* for the user */                                                                             \
	F(STRF, why)    /* for the log */                                                                              \
	F(LISTF, args)                                                                                                 \
	F(STRF, echo) /* not looked into */                                                                            \
	F(U32F, sent) /* packets */                                                                                    \
	F(U32F, received)

#endif
