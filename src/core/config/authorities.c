/* SPDX-License-Identifier: Apache-2.0
 *
 * authorities.c: see authorities.h. Runs in core, which does not look into the certificates: that is for the process
 * that speaks with the server.
 */
#include "core/config/authorities.h"

#include "core/core.h"
#include "core/files/fs.h"
#include "files/files.h"
#include "model/model.h"
#include "tls/tls.h"

#include <sys/stat.h>
#include <unistd.h>

const char *authorities_file(const struct model *m, const char *profile)
{
	const struct lyd_node *entry = model_entry(m, AUTHORITIES, (const char *[]){ profile });

	return entry ? model_below(entry, "ca-file") : NULL;
}

int authorities_read(struct core *core, const char *profile, const char *file, struct buf *out, struct errbuf *e)
{
	struct file_name name;
	struct stat st;
	int fd = -1, rc;

	if (!file[0])
		return err_set(e, E_NOTFOUND, "tls-profile %s is not there or has no ca-file", profile);
	if (fs_name(&(struct file_name){ .fs = FS_FLASH }, str_of(file), &name))
		fd = fs_open(core, &name, &st);
	if (fd < 0)
		return err_set(e, E_NOTFOUND, "%s cannot be read", file);
	rc = files_read(fd, TLS_AUTHORITIES_MAX, out);
	close(fd);
	if (rc == 0 && buf_len(out))
		return 0;
	buf_clear(out);
	return err_set(e, E_TOOBIG, "%s is empty or larger than %d bytes", file, TLS_AUTHORITIES_MAX);
}
