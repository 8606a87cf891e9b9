/* SPDX-License-Identifier: Apache-2.0
 *
 * launcher.h: the commands of `ravelin` and what they share. Exit codes: 0 done; 1 failed, with the reason on standard
 * error; 2 wrong usage; 3 (status) the device is not running.
 */
#ifndef LAUNCHER_LAUNCHER_H
#define LAUNCHER_LAUNCHER_H

#include "base/buf.h"
#include "base/err.h"
#include "image/boot.h"

#include <limits.h>

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_RUNNING = 3 };

/* What the host lends to the device, as core's arguments (image/boot.h): option and value in turn. */
#define LENT_TEXT 320
struct lent {
	char values[BOOT_LENT_MAX][LENT_TEXT];
	const char *argv[2 * BOOT_LENT_MAX];
	size_t argc;
};
/* [HOST:]HOSTPORT:PORT[/tcp|/udp]; HOST is an address, 127.0.0.1 if left out, in brackets if IPv6. */
int lent_publish(struct lent *l, const char *text, struct errbuf *e);
/* The size of flash0:, "256M": a number of bytes, or of K, M or G. */
int lent_flash_size(struct lent *l, const char *text, struct errbuf *e);
/* VRF `name` is the network namespace `netns`: one that ip-netns(8) made, or the path of its file. */
int lent_vrf(struct lent *l, const char *name, const char *netns, struct errbuf *e);

#define DEVICE_CONF     "device.conf"
#define DEVICE_CONF_MAX 65536

struct device {
	char path[PATH_MAX]; /* absolute, without links */
	int fd;              /* O_PATH | O_DIRECTORY */
};
/* An existing device. */
int device_open(struct device *d, const char *dir, struct errbuf *e);
/* The text of device.conf: checks it and adds what its lines lend. The error names the line. */
int device_conf_parse(struct str text, struct lent *l, struct errbuf *e);
int device_conf_load(const struct device *d, struct lent *l, struct errbuf *e);
/* The folder with the image and its verifier: beside the launcher in a build folder, ../libexec/ravelin installed. */
int libexec_open(struct errbuf *e);

/* Commands: argv[0] is the command's name. They return an exit code. */
int init_command(int argc, char **argv);
int run_command(int argc, char **argv);
int console_command(int argc, char **argv);
int stop_command(int argc, char **argv);
int status_command(int argc, char **argv);

int launcher_fail(const struct errbuf *e);                /* prints "ravelin: …"; EXIT_FAILED */
int launcher_usage(const char *command, const char *why); /* prints why and how it should be; EXIT_USAGE */

#endif
