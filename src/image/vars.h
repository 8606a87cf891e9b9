/* SPDX-License-Identifier: Apache-2.0
 *
 * vars.h: boot variables, nvram/boot-vars: what rommon heeds and the image shows. Lines NAME=VALUE, written by core
 * (files_save), only read here:
 *     BOOT=flash0:NAME[;flash0:NAME]...    images in the order to be tried
 *     CONFREG=0x2102                       configuration register
 * Other names are kept for others and ignored here.
 */
#ifndef IMAGE_VARS_H
#define IMAGE_VARS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define VARS_FILE       "boot-vars"
#define VARS_MAX        4096 /* bytes of the file */
#define VARS_CONFREG    0x2102
#define VARS_BREAK_OFF  0x0100 /* break is ignored once the device has been up for a minute */
#define VARS_BOOT_FIELD 0x000f /* 0: stay in ROMMON; 1: first image in flash; else BOOT, then the first in flash */
#define VARS_NAME_MAX   256

struct vars {
	uint16_t confreg;
	char boot[1024];
};

void vars_default(struct vars *v);
/* False if a line was malformed; what was well-formed counts, the rest is as vars_default. */
bool vars_parse(struct str text, struct vars *v);
/* Reads VARS_FILE in nvram; an absent file is the default. */
bool vars_load(int nvram_fd, struct vars *v);
/* The next name of v->boot, without "flash0:"; `at` starts as v->boot. False at the end. Names too long or empty are
 * skipped. */
bool vars_next(const char **at, char name[VARS_NAME_MAX]);
/* "flash0:NAME", "flash:NAME" or "NAME" → NAME */
const char *vars_strip(const char *name);

#endif
