/* SPDX-License-Identifier: Apache-2.0
 *
 * tell.h: how the library tells a fact (trace.h) to whoever asked for its class.
 */
#ifndef SSH_TELL_H
#define SSH_TELL_H

#include "ssh/ssh.h"

struct tracer {
	unsigned classes; /* enum ssh_trace_class; 0: nobody listens */
	ssh_trace_fn *fn;
	void *arg;
};

/* TELL(&c->tracer, SEND, .a = length, .b = padding): costs a test of a bit while nobody listens. */
#define TELL(tracer, NAME, ...)                                                                                        \
	do {                                                                                                           \
		if ((tracer)->classes & SSH_FACT_CLASS_##NAME)                                                         \
			(tracer)->fn((tracer)->arg, &(struct ssh_fact){ .what = SSH_FACT_##NAME, ##__VA_ARGS__ });     \
	} while (0)

#endif
