/* SPDX-License-Identifier: Apache-2.0
 *
 * wire.h: a message of the log as a collector gets it: in the layout of IOS, or as RFC 3164 or RFC 5424 has it.
 */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include "base/buf.h"
#include "core/clock.h"
#include "core/log/syslog.h"

enum wire_form { WIRE_IOS, WIRE_RFC3164, WIRE_RFC5424 };

struct wire_head {
	enum wire_form form;
	unsigned facility;  /* 0 to 23 */
	const char *origin; /* `logging origin-id`; NULL: none */
	const char *host;   /* what is the name where there is no origin */
	const struct clock *clock;
};

/* Appends one line: printable ASCII, whatever origin and host are. */
void wire_put(const struct wire_head *h, const struct syslog_message *m, struct buf *out);
/* The number of a facility by its name in ravelin-log.yang. */
unsigned wire_facility(const char *name);

#endif
