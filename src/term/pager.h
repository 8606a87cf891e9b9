/* SPDX-License-Identifier: Apache-2.0
 *
 * pager.h: output a page at a time, with IOS's ` --More-- `. Runs in the session process; the text comes from core.
 */
#ifndef TERM_PAGER_H
#define TERM_PAGER_H

#include "base/buf.h"
#include "term/screen.h"

#include <stdbool.h>
#include <stdint.h>

#define PAGER_MAX ((size_t)8 << 20) /* bytes that may wait for a key */

struct pager {
	struct buf pending;     /* not shown yet */
	uint32_t length, width; /* 0 = no limit */
	size_t rows;            /* filled since a key was last pressed */
	size_t column;          /* of the row that is being filled */
	bool whole;             /* the pending text has its end: a character it breaks off in is none */
	bool more;              /* ` --More-- ` stands on the screen */
};

void pager_init(struct pager *p, uint32_t length, uint32_t width);
void pager_release(struct pager *p);
void pager_restart(struct pager *p); /* a page begins in the first column: a command starts, a key was pressed */
void pager_resize(struct pager *p, uint32_t length, uint32_t width, struct screen *s);
void pager_run(struct pager *p, struct screen *s);              /* shows pending text until the page is full */
void pager_go_on(struct pager *p, bool page, struct screen *s); /* at ` --More-- `: a page or a line more */
void pager_drop(struct pager *p, struct screen *s);             /* forgets pending text, takes ` --More-- ` away */
void pager_flush(struct pager *p, struct screen *s);            /* shows all of it */
/* Something else is to be shown meanwhile: takes ` --More-- ` away, puts it back. */
void pager_hide(struct pager *p, struct screen *s);
void pager_show(struct pager *p, struct screen *s);

#endif
