/* SPDX-License-Identifier: Apache-2.0
 *
 * gate.h: the process that admits strangers: accepts, limits, forks a locked-in session per connection.
 * Core runs it as
 *     argv: ravelin-image --role gate --device DIR --uid N --gid N [--root EMPTYDIR] [--des]
 * with descriptor 3 = its end of the channel to core (SOCK_SEQPACKET; core's own end needs SO_PASSCRED: ipc_pair's
 * [0]) and 0, 1, 2 on /dev/null; every other descriptor is closed. Run by root it becomes uid and gid, which may not
 * be 0, in EMPTYDIR (DIR/run/empty, made when missing, if it is not given); run by an ordinary user it stays who it is.
 * With --des it loads single DES, too, before it locks itself in; READY says whether it could.
 *
 * It answers READY once it is warmed and locked in; LISTEN, UNLISTEN, POLICY, TERMINAL and ADMITTED may be sent at any
 * time, even before. For each connection core gets CONNECTION, for each session process that ended GONE. When the
 * channel closes gate exits 0 at once; the sessions it forked go on and see their own channels.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#define GATE_FD_CORE 3

/* Exit codes: why gate could not start. */
enum gate_exit {
	GATE_EXIT_OK = 0,
	GATE_EXIT_USAGE = 64,
	GATE_EXIT_CRYPTO = 65, /* an algorithm did not work */
	GATE_EXIT_LIMITS = 66, /* descriptors, dumpable, out of memory */
	GATE_EXIT_USER = 67,   /* chroot or change of user failed */
	GATE_EXIT_WALLS = 68   /* Landlock or seccomp failed */
};

int gate_main(int argc, char **argv);

#endif
