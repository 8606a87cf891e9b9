/* SPDX-License-Identifier: Apache-2.0
 *
 * prove.c: see prove.h. Runs in core; the list of keys is hostile.
 */
#include "prove.h"

#include "core/core.h"
#include "core/job.h"
#include "core/session/peer.h"
#include "core/ssh/signer.h"
#include "core/ssh/sshd.h"
#include "keys/keys.h"

#define KEYS_MOST 8

void prove_release(struct prove *v)
{
	if (v->job)
		job_cancel(v->job);
	buf_release(&v->left);
	buf_release(&v->done);
	*v = (struct prove){ 0 };
}

static void put_signed_bytes(const struct peer *p, struct str blob, struct buf *out)
{
	buf_put_cstr(out, "hostkeys-prove-00@openssh.com");
	buf_put_str(out, (struct str){ p->transcript.session_id, p->transcript.session_id_len });
	buf_put_str(out, blob);
}

static void answer(struct peer *p, bool all)
{
	struct prove *v = &p->prove;

	if (!all || v->done.err)
		buf_clear(&v->done);
	PEER_SEND(p, PROVED, .signatures = str_list_of(&v->done, buf_len(&v->done) ? v->count : 0));
	buf_clear(&v->left);
	buf_clear(&v->done);
}

static void go_on(struct peer *p);

static void signed_by_helper(void *arg, enum job_kind kind, struct str bytes)
{
	struct str signature = signer_result(kind, bytes);
	struct peer *p = arg;

	if (kind == JOB_PROGRESS)
		return;
	p->prove.job = NULL;
	if (signature.n) {
		str_list_put(&p->prove.done, signature);
		go_on(p);
	} else {
		answer(p, false);
	}
}

/* Signs for one key, or has it signed for. False: not for this one. */
static bool sign_one(struct peer *p, struct str blob)
{
	const char *alg;
	const struct key *key = sshd_hostkey_of(p->core->sshd, blob, p->transcript.alg, &alg);
	struct buf data, signature;
	bool good = false;

	if (!key)
		return false;
	buf_init(&data, 16384);
	buf_init(&signature, 8192);
	put_signed_bytes(p, blob, &data);
	if (key_sign_is_slow(key)) {
		if (!data.err)
			p->prove.job =
			    signer_start(&p->core->jobs, key, str_of(alg), buf_str(&data), signed_by_helper, p);
		good = p->prove.job != NULL;
	} else if (!data.err && key_sign(key, str_of(alg), buf_str(&data), &signature) == 0) {
		str_list_put(&p->prove.done, buf_str(&signature));
		good = true;
	}
	buf_release(&data);
	buf_release(&signature);
	return good;
}

static void go_on(struct peer *p)
{
	struct prove *v = &p->prove;

	while (buf_len(&v->left) && !v->job) {
		struct cur c = cur_of(buf_str(&v->left));
		struct str blob = cur_str(&c);

		if (!sign_one(p, blob)) {
			answer(p, false);
			return;
		}
		buf_consume(&v->left, 4 + blob.n);
	}
	if (!v->job)
		answer(p, true);
}

void prove_host_keys(struct peer *p, const struct ipc_msg_PROVE *m)
{
	struct prove *v = &p->prove;

	if (p->closing)
		return;
	if (v->asked || m->blobs.count == 0 || m->blobs.count > KEYS_MOST) {
		peer_violation(p, "asks too much of the host keys");
		return;
	}
	v->asked = true;
	v->count = m->blobs.count;
	buf_init(&v->left, IPC_MAX_RECORD);
	buf_init(&v->done, IPC_MAX_RECORD);
	buf_put(&v->left, m->blobs.raw.p, m->blobs.raw.n);
	go_on(p);
}
