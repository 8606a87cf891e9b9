/* SPDX-License-Identifier: Apache-2.0
 *
 * boot.h: what rommon and an image agree on. rommon runs the image's core as
 *     argv: ravelin-image --role core --device DIR --interface N
 *           [--publish HOST:HOSTPORT:PORT[/udp] | --vrf NAME=NETNS | --flash-size BYTES]...
 * with an empty environment and exactly the descriptors below. An image whose BOOT_INTERFACE is newer than rommon's
 * own, N, is refused with the reason. An image leaves alone what it does not know. Core speaks BOOT_* messages on
 * BOOT_FD_CONTROL.
 *
 * `ravelin init` runs the image it put into flash as
 *     argv: ravelin-image --role init --device DIR [--hostname NAME] [--config]
 * with descriptors 0 (the configuration file if --config is given, else /dev/null), 1 and 2 (the caller's) and
 * BOOT_FD_DEVICE. It writes nvram/startup-config and keys/, prints what the owner must know, and exits 0.
 */
#ifndef IMAGE_BOOT_H
#define IMAGE_BOOT_H

#include <stdint.h>

#ifndef BOOT_INTERFACE /* the tests make a rommon of the next one */
#define BOOT_INTERFACE 1
#endif
#define BOOT_TEXT_OF(x)     #x
#define BOOT_TEXT(x)        BOOT_TEXT_OF(x)
#define BOOT_INTERFACE_TEXT BOOT_TEXT(BOOT_INTERFACE)

#define BOOT_LENT_MAX 48 /* of them all */

/* Descriptors core is started with; 0, 1 and 2 are /dev/null, /dev/null and the device's run/boot.log. */
enum boot_fd {
	BOOT_FD_CONTROL = 3, /* SOCK_SEQPACKET to rommon: struct boot_message */
	BOOT_FD_CONSOLE = 4, /* pty slave, raw: the device's console line */
	BOOT_FD_IMAGE = 5,   /* O_RDONLY on the verified image: core starts gate and helpers from it */
	BOOT_FD_DEVICE = 6,  /* O_PATH | O_DIRECTORY on the device's folder */
	BOOT_FD_END = 7
};

enum boot_message_type {
	BOOT_READY = 1, /* core → rommon: control plane and configuration are up */
	BOOT_ALIVE,     /* core → rommon: at least every BOOT_ALIVE_MS while core's loop turns */
	BOOT_RELOAD,    /* core → rommon: start again; core exits at once after it */
	BOOT_FAILED,    /* core → rommon: cannot start; text says why; core exits */
	BOOT_STOP,      /* rommon → core: end; core answers by exiting 0 */
	BOOT_STATUS     /* core → rommon: text is core's part of `ravelin status` (one or more lines) */
};

#define BOOT_ALIVE_MS 1000
#define BOOT_DEAD_MS  10000 /* rommon kills a core that was silent this long */
#define BOOT_START_MS 60000 /* ... and one that has not said a word yet: it may be loading its configuration */

struct boot_message {
	uint32_t type;
	char text[500]; /* zero-terminated */
};

#endif
