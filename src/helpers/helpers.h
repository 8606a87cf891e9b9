/* SPDX-License-Identifier: Apache-2.0
 *
 * helpers.h: the roles `helper-NAME` of the image: one request in, one result out, then the process ends.
 * See core/job.h for requests and results, record.h for their form.
 */
#ifndef HELPERS_HELPERS_H
#define HELPERS_HELPERS_H

#include "base/buf.h"

/* Locks the process in, then serves the one request that arrives on descriptor 3. `name` is the role, with or without
 * "helper-" in front; `--uid N --gid N` among the arguments says whom to become (0 = stay). Returns the exit status,
 * for _exit(): nothing at exit may run inside the walls. */
int helper_main(const char *name, int argc, char **argv);

/* From inside the work: sends text for the operator. */
void helper_progress(const char *text);

/* The i-th descriptor that came with the request. Closed by the caller of the work. */
int helper_descriptor(unsigned i);

/* Before the walls stand: 0 or a negative E_*. */
int remote_prepare(void);
int image_prepare(void);
int pkcs12_prepare(void);
int resolve_prepare(void);
extern const char *const resolve_files[]; /* ends with NULL */

/* What each role does: appends the result, or returns a negative E_*. */
int work_rsa(struct str request, struct buf *result);
int work_dsa(struct str request, struct buf *result);
int work_verify(struct str request, struct buf *result);
int work_secret(struct str request, struct buf *result);
int work_master(struct str request, struct buf *result);
int work_sign(struct str request, struct buf *result);
int work_move(struct str request, struct buf *result);
int work_remote(struct str request, struct buf *result);
int work_image(struct str request, struct buf *result);
int work_qr(struct str request, struct buf *result);
int work_pkcs12(struct str request, struct buf *result);
int work_resolve(struct str request, struct buf *result);

#endif
