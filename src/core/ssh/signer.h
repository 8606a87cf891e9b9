/* SPDX-License-Identifier: Apache-2.0
 *
 * signer.h: signatures with keys so large that making one takes longer than core may (RSA over 2,048 bits): the helper
 * gets the key, the algorithm and the bytes.
 */
#ifndef CORE_SIGNER_H
#define CORE_SIGNER_H

#include "core/job.h"

struct key;

/* `done` is called as for any job; NULL: the helper is not available. */
struct job *signer_start(struct job_host *jobs, const struct key *key, struct str alg, struct str data, job_fn *done,
			 void *arg);
/* The signature of a job that is over; empty if it made none. */
struct str signer_result(enum job_kind kind, struct str bytes);

#endif
