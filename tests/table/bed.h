/* SPDX-License-Identifier: Apache-2.0
 *
 * bed.h: a model and the ios rows, to be typed at without a device. Handlers and hooks do nothing.
 */
#ifndef TABLE_BED_H
#define TABLE_BED_H

#include "cmd/cmd.h"
#include "model/model.h"

struct bed {
	struct model *model;
	struct cmd_set *set;
	struct cmd_place place; /* (config)# at first */
	unsigned level;         /* 15 at first */
	bool handled;           /* the last line was a handler's */
	struct cmd_match match; /* of the last line; valid until the next */
	struct cmd_error err;
	struct arena arena;
	struct buf out;
};

void bed_init(struct bed *b);
void bed_release(struct bed *b);
/* Types a line and commits it; 0 or E_INVAL, then err is filled. More text, where the row wants it, is in `text`. */
int bed_type(struct bed *b, const char *line, const char *text);
/* Types every line of a configuration; the number of those refused. */
unsigned bed_load(struct bed *b, const char *config);
/* Running-config's body; help; completion: valid until the next call. */
const char *bed_show(struct bed *b, bool all);
const char *bed_help(struct bed *b, const char *line);
const char *bed_complete(struct bed *b, const char *line);
/* The error as people see it below a prompt of this length. */
const char *bed_error(struct bed *b, size_t prompt_len);

#endif
