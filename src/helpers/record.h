/* SPDX-License-Identifier: Apache-2.0
 *
 * record.h: how core and a helper talk over the helper's descriptor 3 (core/job.h says what they say). A record is
 *     u8 kind, u32 length, bytes
 * Core sends one RECORD_REQUEST; the helper answers with any number of RECORD_PROGRESS, then RECORD_RESULT or
 * RECORD_REFUSED. Core treats every answer as hostile: the helper has read what strangers sent.
 */
#ifndef HELPERS_RECORD_H
#define HELPERS_RECORD_H

#define RECORD_HEAD         5
#define RECORD_MAX          65536 /* bytes of one record, without the head */
#define RECORD_PROGRESS_MAX 256   /* of one progress or refusal text */
#define RECORD_PROGRESSES   10000 /* of one job */

enum record_kind {
	RECORD_REQUEST = 1,
	RECORD_PROGRESS, /* text for the operator */
	RECORD_RESULT,
	RECORD_REFUSED /* words for the log; no result comes */
};

#endif
