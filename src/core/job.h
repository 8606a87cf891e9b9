/* SPDX-License-Identifier: Apache-2.0
 *
 * job.h: work over 5 ms happens in helpers: the running image executed again as `--role helper-NAME DIR`, locked in,
 * given one request and nothing else, never core's memory. Request and answers are length-prefixed records on a
 * stream socket that is the helper's descriptor 3 (helpers/record.h): the helper sends any number of progress records
 * and one result. Text of a helper reaches its user as printable ASCII and newlines only.
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "base/buf.h"
#include "base/err.h"
#include "core/spawn.h"

struct event_base;
struct job;

enum job_kind {
	JOB_PROGRESS, /* bytes: text for the operator */
	JOB_RESULT,   /* bytes: the answer; last call */
	JOB_FAILED    /* helper died, timed out or was refused; bytes: words for the log; last call */
};
typedef void job_fn(void *arg, enum job_kind kind, struct str bytes);

struct job_host {
	struct event_base *base;
	struct spawn_host spawn;
};

/* Starts `helper-NAME` (`name` is "rsa", "verify" …) with `request` (copied, then wiped); at most `limit_ms`, waiting
 * included. At most JOB_MAX run at once, of those that may take over JOB_LONG_MS one less, so that a login never waits
 * for a key; JOB_QUEUE_MAX more wait. NULL on failure (errbuf). `fn` is called from the event loop, never from inside
 * job_start or job_cancel. The job frees itself after its last call. */
#define JOB_MAX       4
#define JOB_LONG_MS   10000
#define JOB_QUEUE_MAX 128
struct job *job_start(struct job_host *h, const char *name, struct str request, unsigned limit_ms, job_fn *fn,
		      void *arg, struct errbuf *e);
/* The same with descriptors for the helper, which are duplicated. Such a job moves files, mostly waits, and waits for
 * nobody else's: JOB_MOVES_MAX of them run beside the others, and no more can be started. */
#define JOB_MOVES_MAX 16
#define JOB_FDS_MAX   2
struct job *job_start_moving(struct job_host *h, const char *name, struct str request, const int *fds, unsigned n_fds,
			     unsigned limit_ms, job_fn *fn, void *arg, struct errbuf *e);
void job_cancel(struct job *j); /* kills it; fn is not called again. NULL is fine, so is calling it from fn */
/* Core's SIGCHLD handler hands every reaped pid here. */
void job_reaped(int pid, int wait_status);

/* For `show processes`: the i-th that waits or runs; its process, 0 while it waits, -1 behind the last. */
pid_t job_at(size_t i, const char **name);

/* Requests and results (encoded as in buf.h):
 *   helper-rsa      u32 bits                                  → progress "." …; result string PKCS#8 DER
 *   helper-verify   u32 type, string stored, string typed     → u8 matches
 *   helper-secret   u32 type, string clear                    → string stored
 *   helper-master   string what was typed                     → string master key
 *   helper-qr       string text                                → u32 width, string modules (1 dark)
 *   helper-sign     string PKCS#8 DER, string alg, string data → string signature blob
 *   helper-resolve  string name                               → as many as there are: string address
 *   helper-image    u64 size, u32 newest boot interface       → u8 good, string why not, version, u64 built, payload,
 *                                                               string digest, computed, key id, key, u8 development;
 *                                                               of descriptor 0
 *   helper-move     u64 most bytes, u64 size, string lead     → u64 bytes; from descriptor 0 to descriptor 1
 *   helper-remote   see helpers/remote.h
 *   helper-pkcs12   see helpers/pkcs12.h
 */
#endif
