/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_ipc.c: core's receiver of session and gate messages under arbitrary records (fuzz target).
 * A record goes through a real socket pair into ipc_recv; what is accepted is decoded, and encoding it again must
 * give the same bytes: decoding is strict; so for the facts inside a TRACE. No descriptor may stay behind.
 */
#include "ipc/ipc.h"

#include "base/err.h"
#include "ipc/fact.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void send_raw(int fd, const uint8_t *bytes, size_t n, unsigned nfds)
{
	union {
		struct cmsghdr align;
		char raw[CMSG_SPACE(4 * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)bytes, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[4] = { fd, fd, fd, fd };

	if (nfds) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), fds, nfds * sizeof(int));
	}
	if (sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
}

#define DECODE(name, from, phases, max, fds, rate)                                                                     \
	static bool again_##name(struct str body, struct buf *out)                                                     \
	{                                                                                                              \
		struct ipc_msg_##name m;                                                                               \
                                                                                                                       \
		if (!ipc_get_##name(body, &m))                                                                         \
			return false;                                                                                  \
		ipc_put_##name(out, &m);                                                                               \
		return true;                                                                                           \
	}
IPC_MESSAGES(DECODE)

#define AGAIN(name, from, phases, max, fds, rate) [IPC_##name] = again_##name,
static bool (*const again[IPC_TYPES])(struct str, struct buf *) = { IPC_MESSAGES(AGAIN) };

static void facts(struct str body)
{
	struct ipc_msg_TRACE m;
	struct ssh_fact f;
	struct cur c;
	struct buf out;
	size_t used;

	if (!ipc_get_TRACE(body, &m))
		return;
	buf_init(&out, 0);
	c = cur_of(m.facts);
	while (c.n && fact_get(&c, &f))
		fact_put(&out, &f);
	used = buf_len(&out);
	if (used > m.facts.n || !str_eq(buf_str(&out), (struct str){ m.facts.p, used }))
		abort();
	buf_release(&out);
}

static void decode(unsigned type, struct str body)
{
	struct buf out;
	struct str back;

	if (type == IPC_TRACE)
		facts(body);
	buf_init(&out, 0);
	if (again[type] && again[type](body, &out)) {
		back = buf_str(&out);
		if (back.n < 2 || !str_eq((struct str){ back.p + 2, back.n - 2 }, body))
			abort();
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ipc_channel ch;
	struct ipc_record r;
	int fds[2], probe;

	if (n < 2 || ipc_pair(fds))
		return 0;
	if (ipc_channel_init(&ch, fds[0], (enum ipc_from)(1 + (data[0] & 3)), data[0] & 128))
		abort();
	send_raw(fds[1], data + 2, n - 2, data[1] % 5);
	close(fds[1]);
	for (unsigned i = 0; i < 2; i++)
		if (ipc_recv(&ch, 1U << (data[0] >> 2 & 3), 0, &r) == 0) {
			decode(r.type, r.body);
			ipc_record_release(&r);
		}
	ipc_channel_release(&ch);
	probe = dup(0); /* the lowest free descriptor: it moves when one leaks */
	if (probe > 64)
		abort();
	close(probe);
	decode(data[0] % IPC_TYPES, (struct str){ data + 1, n - 1 });
	return 0;
}
