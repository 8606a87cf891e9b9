/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd_help.c: what helps who types: `help`, `show aliases`. Runs in core.
 */
#include "core/commands/commands.h"

#include "core/core.h"
#include "core/session/cli.h"

int cmd_help_text(struct run *run)
{
	buf_puts(&run->out,
		 "A question mark at any point of a line asks what may stand there. If nothing fits, nothing\n"
		 "is listed: go back a word or more until a '?' finds something.\n"
		 "There are two ways to ask:\n"
		 "1. Behind a blank, as in 'show ?': every word or value that may follow is listed and\n"
		 "   explained.\n"
		 "2. Within a word, as in 'show pr?': the words that begin so are listed.\n"
		 "Tab completes a word that is begun; a word may be cut where no other begins like it.\n\n");
	return RUN_DONE;
}

int cmd_show_aliases(struct run *run)
{
	cmd_aliases(&run->match, &run->out);
	return RUN_DONE;
}
