/* SPDX-License-Identifier: Apache-2.0
 *
 * rommon.h: boots a device and stays with it until it is stopped. What a device is: DIR with device.conf, flash/,
 * nvram/, keys/, secure/, run/, crashinfo/.
 */
#ifndef ROMMON_ROMMON_H
#define ROMMON_ROMMON_H

#include "base/err.h"

#include <stddef.h>

struct rommon_options {
	const char *device;      /* absolute path */
	int device_fd;           /* O_PATH | O_DIRECTORY on it */
	int libexec_fd;          /* O_PATH on the folder with ravelin-verify */
	const char *const *lent; /* core's arguments beyond its own; see core_start */
	size_t lent_count;
	/* Background: gets "0" when the device is up or "1" and the reason when it is not, then is closed.
	 * -1: foreground, the console is the caller's terminal. */
	int report_fd;
};

/* Returns the exit code: 0 after an orderly stop, 1 with the reason reported. */
int rommon_run(const struct rommon_options *o);

#endif
