/* SPDX-License-Identifier: Apache-2.0
 *
 * authorities.c: see authorities.h. Runs in core, which does not look into the certificates: that is for the process
 * that speaks with the server.
 */
#include "core/config/authorities.h"

#include "core/core.h"
#include "core/files/fs.h"
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
	uint8_t *room;
	ssize_t n = -1;
	int fd = -1;

	if (!file[0])
		return err_set(e, E_NOTFOUND, "tls-profile %s is not there or has no ca-file", profile);
	if (fs_name(&(struct file_name){ .fs = FS_FLASH }, str_of(file), &name))
		fd = fs_open(core, &name, &st);
	if (fd < 0)
		return err_set(e, E_NOTFOUND, "%s cannot be read", file);
	room = buf_room(out, TLS_AUTHORITIES_MAX + 1);
	if (room)
		n = read(fd, room, TLS_AUTHORITIES_MAX + 1);
	close(fd);
	if (n <= 0 || n > TLS_AUTHORITIES_MAX)
		return err_set(e, E_TOOBIG, "%s is empty or larger than %d bytes", file, TLS_AUTHORITIES_MAX);
	buf_claim(out, (size_t)n);
	return 0;
}
