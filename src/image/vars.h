/* SPDX-License-Identifier: Apache-2.0
 *
 * vars.h: boot variables, nvram/boot-vars: what rommon heeds and the image shows. Lines NAME=VALUE, written by core and
 * by rommon's prompt:
 *     BOOT=flash0:NAME[;flash0:NAME]...    images in the order to be tried
 *     CONFREG=0x2102                       configuration register
 *     PASSWORD_RECOVERY=off                ROMMON has no prompt, and no register keeps startup-config away
 * Other names are kept as they are.
 */
#ifndef IMAGE_VARS_H
#define IMAGE_VARS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define VARS_FILE          "boot-vars"
#define VARS_MAX           4096 /* bytes of the file */
#define VARS_CONFREG       0x2102
#define VARS_BREAK_OFF     0x0100 /* break is ignored once the device has been up for a minute */
#define VARS_IGNORE_CONFIG 0x0040 /* the startup-config is left alone at boot */
#define VARS_BOOT_FIELD    0x000f /* 0: stay in ROMMON; 1: first image in flash; else BOOT, then the first in flash */
#define VARS_NAME_MAX      256
#define VARS_BOOT_MAX      1024 /* bytes of BOOT, with a zero byte */

struct vars {
	uint16_t confreg; /* as it was set */
	bool recovery_off;
	char boot[VARS_BOOT_MAX];
	char others[VARS_MAX]; /* lines of other names, each with its newline */
};

void vars_default(struct vars *v);
/* False if a line was malformed; what was well-formed counts, the rest is as vars_default. */
bool vars_parse(struct str text, struct vars *v);
/* Reads VARS_FILE in nvram; an absent file is the default. False: it cannot be read, is empty or has malformed lines.
 * What is lost may have been PASSWORD_RECOVERY=off, so that is taken to be said; core, which knows the configuration,
 * corrects it. */
bool vars_load(int nvram_fd, struct vars *v);
/* What the register says, as far as it counts. */
uint16_t vars_register(const struct vars *v);
/* One line NAME=VALUE. False, and v is as it was: malformed, or no room. */
bool vars_set(struct vars *v, struct str line);
bool vars_unset(struct vars *v, struct str name); /* false: there is none; CONFREG is always there */
/* The text of the file, zero-terminated; its length, always below VARS_MAX. */
size_t vars_format(const struct vars *v, char text[VARS_MAX]);
/* Makes them the VARS_FILE of nvram, durable when 0 is returned; E_* of files_save. */
int vars_save(int nvram_fd, const struct vars *v, struct errbuf *e);
/* The next name of v->boot, without "flash0:"; `at` starts as v->boot. False at the end. Names too long or empty are
 * skipped. */
bool vars_next(const char **at, char name[VARS_NAME_MAX]);
/* "flash0:NAME", "flash:NAME" or "NAME" → NAME */
const char *vars_strip(const char *name);

#endif
