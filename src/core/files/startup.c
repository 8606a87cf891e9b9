/* SPDX-License-Identifier: Apache-2.0
 *
 * startup.c: see startup.h. Runs in core.
 */
#include "core/files/startup.h"

#include "core/config/bootvars.h"
#include "core/config/recovery.h"
#include "core/config/config.h"
#include "core/core.h"
#include "core/files/archive.h"
#include "core/log/syslog.h"
#include "core/login/master.h"
#include "files/files.h"
#include "files/upload.h"

#include <string.h>

int startup_save(struct core *core, const struct buf *text, struct errbuf *e)
{
	int rc = text->err ? err_set(e, text->err, "configuration too large") : master_save_begin(core->master, e);

	if (rc == 0)
		rc = files_save(core->nvram_fd, CONFIG_STARTUP, buf_str(text), 0600, e);
	if (rc < 0)
		return rc;
	core->modified = false;
	core->doubt = DOUBT_NONE; /* somebody who got in stands for it */
	recovery_saved(core);
	bootvars_saved(core, buf_str(text));
	archive_written(core->archive, buf_str(text));
	return master_save_end(core->master, e);
}

int startup_publish(struct core *core, struct upload *u, bool sync, int64_t mtime)
{
	bool startup = upload_volume(u) == &core->nvram && strcmp(upload_path(u)->text, CONFIG_STARTUP) == 0;
	int rc = upload_publish(u, sync, mtime, NULL);
	struct errbuf e = { "" };
	const char *damage = rc == 0 && startup ? doubt_startup(core, &e) : NULL;

	if (damage)
		syslog_event(core->log, "SYS", 4, "STARTUP", "startup-config will be left alone at the next start: %s",
			     damage);
	return rc;
}
