/* SPDX-License-Identifier: Apache-2.0
 *
 * signer.c: see signer.h. Runs in core; what a helper answers is looked at before it is believed.
 */
#include "signer.h"

#include "keys/keys.h"

#define SIGN_LIMIT_MS 5000

struct job *signer_start(struct job_host *jobs, const struct key *key, struct str alg, struct str data, job_fn *done,
			 void *arg)
{
	struct buf request, der;
	struct job *job = NULL;

	buf_init(&request, 0);
	buf_init(&der, 0);
	if (keys_export_private(key, &der) == 0) {
		buf_put_str(&request, buf_str(&der));
		buf_put_str(&request, alg);
		buf_put_str(&request, data);
		job = job_start(jobs, "sign", buf_str(&request), SIGN_LIMIT_MS, done, arg, NULL);
	}
	buf_release(&request);
	buf_release(&der);
	return job;
}

struct str signer_result(enum job_kind kind, struct str bytes)
{
	struct cur c = cur_of(bytes);
	struct str signature = kind == JOB_RESULT ? cur_str(&c) : (struct str){ NULL, 0 };

	return kind == JOB_RESULT && cur_done(&c) ? signature : (struct str){ NULL, 0 };
}
