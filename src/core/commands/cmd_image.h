/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_image.h: what `verify` without an algorithm does.
 */
#ifndef CORE_CMD_IMAGE_H
#define CORE_CMD_IMAGE_H

struct run;

int cmd_verify_image(struct run *run);

#endif
