/* SPDX-License-Identifier: Apache-2.0
 *
 * core.h: the deciding process. It alone has lasting secrets and power; one event loop, no threads, no step over
 * 5 ms. What is shared between its parts stands here; every part has a header of its own.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "base/err.h"
#include "base/numbers.h"
#include "core/clock.h"
#include "core/config/doubt.h"
#include "core/gate/vrf.h"
#include "core/host.h"
#include "core/job.h"
#include "core/pace.h"
#include "core/spawn.h"
#include "files/volume.h"
#include "image/boot.h"
#include "model/model.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

struct archive;
struct bootset;
struct cfglog;
struct event_base;
struct cmd_set;
struct identities;
struct keys;
struct lines;
struct lockout;
struct master;
struct otp;
struct overlap;
struct unenforced;
struct gatectl;
struct records;
struct remote;
struct replace;
struct revert;
struct guard;
struct servers;
struct sshd;
struct syslog;
struct version1;
struct watch;
struct peer;
TAILQ_HEAD(peer_list, peer);

/* `-p HOST:HOSTPORT:PORT`: the device's port PORT appears as HOST:HOSTPORT. */
struct publish {
	char host[64];
	uint16_t host_port, port;
	bool udp;
};

struct core {
	struct event_base *base;
	const char *dir; /* the device's folder, for argument lists only: files are reached by descriptor */
	char image[128]; /* base name of the running image */
	unsigned rommon; /* images of this boot interface and of older ones can be booted */
	int device_fd, flash_fd, nvram_fd, keys_fd;
	uint64_t flash_size; /* bytes */
	struct volume flash, nvram;
	bool root; /* started by root: gate and helpers get a uid of their own */
	struct publish publish[BOOT_LENT_MAX];
	size_t n_publish; /* 0: the device's own ports are bound */
	struct vrf_lent vrfs[BOOT_LENT_MAX];
	size_t n_vrfs;

	struct model *model;
	struct cmd_set *cmds;
	struct keys *keys;
	struct identities *identities; /* what it shows of itself by TLS */
	struct lines *lines;
	struct overlap *overlap;
	struct unenforced *unenforced;
	struct clock clock;
	struct host_load load;
	struct job_host jobs;
	struct gatectl *gate;
	struct guard *guard;
	struct watch *watch; /* for `login block-for` */
	struct sshd *sshd;
	struct servers *servers; /* of AAA */
	struct records *records; /* of accounting */
	uint32_t system_task;    /* of accounting; 0: nobody was told that the device is up */
	struct lockout *lockout;
	struct master *master;
	struct otp *otp;
	struct version1 *version1;
	struct syslog *log;
	struct remote *remote; /* its collectors */
	unsigned debug;        /* a bit per enum debug_switch */
	struct pace ssh_debug_pace, ssh_log_pace;
	struct peer_list peers;
	uint32_t sessions; /* so many had an EXEC since the boot */
	unsigned starting; /* SSH connections that have no line yet */
	struct numbers connections;

	struct archive *archive;
	struct bootset *bootset;
	struct cfglog *cfglog;
	struct replace *replacing; /* NULL: the configuration is not being replaced */
	struct revert *revert;     /* NULL: no change waits for confirmation */
	struct reload_plan *plan;  /* NULL: no reload is scheduled */
	bool ending, reload;       /* shutdown_begin was called; to be started again */
	bool booted;               /* startup-config is in force, sessions are served */
	enum doubt doubt;          /* startup-config said more than is in force */
	uint16_t confreg;          /* the register it was booted with */
	bool ignore_config;        /* which keeps startup-config away */
	uint64_t boot_ms;          /* monotonic */
	bool modified;             /* running-config has changes that were not saved */
	char last_change[176];     /* "12:00:00 UTC Fri Nov 20 2026 by admin"; empty = none yet */
	char last_saved[176];
};

/* The image's role `core`; see boot.h for its arguments and descriptors. Returns the exit status. */
int core_main(int argc, char **argv);

static inline const char *core_hostname(const struct core *core)
{
	const char *name = model_str(core->model, "/ravelin-system:hostname");

	return name ? name : "Router";
}

#endif
