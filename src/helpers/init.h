/* SPDX-License-Identifier: Apache-2.0
 *
 * init.h: the role `init` of the image: gives a new device its keys and startup-config (see image/boot.h).
 */
#ifndef HELPERS_INIT_H
#define HELPERS_INIT_H

/* The image's argument list, whole or from the role's name on. Returns the exit code; the reason of a failure is on
 * standard error. */
int init_main(int argc, char **argv);

#endif
