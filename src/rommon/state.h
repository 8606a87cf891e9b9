/* SPDX-License-Identifier: Apache-2.0
 *
 * state.h: all that rommon knows, in one static structure. Inside src/rommon only.
 */
#ifndef ROMMON_STATE_H
#define ROMMON_STATE_H

#include "rommon/console.h"
#include "rommon/control.h"
#include "rommon/core.h"
#include "rommon/crash.h"
#include "rommon/factory.h"
#include "rommon/load.h"
#include "rommon/monitor.h"
#include "rommon/rommon.h"
#include "rommon/tty.h"
#include "image/vars.h"

#define CLIENTS        8
#define LAST_WORDS_MS  1000  /* a core that is killed has this long to say where it was */
#define STOP_MS        5000  /* an image asked to stop has this long */
#define EARLY_BREAK_MS 5000  /* Ctrl-C is a break so long after the start of an image, if it is the first key */
#define BREAK_TIME_MS  60000 /* a break counts this long after a boot, whatever the configuration register says */

enum state {
	STATE_PROMPT,   /* nothing runs; what is typed goes to the prompt */
	STATE_RUNNING,  /* core runs */
	STATE_HALTING,  /* core was asked to stop because of a break */
	STATE_STOPPING, /* core was asked to stop for good */
	STATE_DONE
};

enum client_kind { CLIENT_NONE, CLIENT_NEW, CLIENT_CONSOLE, CLIENT_STOPPER };

struct client {
	enum client_kind kind;
	int fd;
	struct console_reader reader;
};

struct rommon {
	const struct rommon_options *o;
	enum state state;
	int exit_code, report_fd;
	int run_fd, flash_fd, nvram_fd, keys_fd, crashinfo_fd, lock_fd, listen_fd, signal_fd;
	int secure_fd;           /* -1: a device without that folder */
	uint64_t stop_by_ms;     /* STATE_HALTING and STATE_STOPPING: core is killed then */
	const char *kill_reason; /* why core is killed, if rommon does it */
	uint64_t kill_by_ms;     /* it was told to die of SIGABRT, and to say where it was; then SIGKILL */
	struct console console;
	struct tty tty;
	struct console_reader tty_reader;
	bool tty_menu; /* the escape character was typed */
	bool typed;    /* something was typed since the image was started */
	struct client clients[CLIENTS];
	struct core core;
	struct crash_history crashes;
	struct monitor monitor;
	struct factory factory; /* asks in its place */
	struct vars vars;
	struct load load;
	struct errbuf refusal; /* the last image's */
};

/* machine.c: what the device does; the loop and its clients tell it what happens */
uint64_t machine_now(void); /* ms, monotonic */
/* Tells whoever started the device, once, that it is up, or why not. */
void machine_report(struct rommon *r, bool up, const char *words);
void machine_reset(struct rommon *r); /* power on */
void machine_stop(struct rommon *r);
/* A break on the line. Returns NULL, or why it is ignored. */
const char *machine_break(struct rommon *r);
void machine_type(struct rommon *r, const char *bytes, size_t n);
void machine_core_ended(struct rommon *r, int wait_status);
void machine_on_time(struct rommon *r, uint64_t now);

/* clients.c: everybody outside: the control socket and the operator's own terminal */
void clients_accept(struct rommon *r);
void clients_read(struct rommon *r, struct client *c);
void clients_write(struct rommon *r, struct client *c);
void clients_end(struct rommon *r, const char *why); /* tells all and closes them */
void clients_tty_read(struct rommon *r);
void clients_tty_write(struct rommon *r);

#endif
