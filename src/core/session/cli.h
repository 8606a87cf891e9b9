/* SPDX-License-Identifier: Apache-2.0
 *
 * cli.h: a command's life. A shell is whoever gives commands: a session on a line, or the loader that reads a
 * configuration file. It runs one command at a time; a command is a `struct run` with an arena of its own and a step
 * function that never blocks: it prints, asks, starts a helper or finishes, and is called again when the answer is in.
 * Lines and answers are hostile.
 */
#ifndef CORE_CLI_H
#define CORE_CLI_H

#include "base/arena.h"
#include "base/buf.h"
#include "cmd/cmd.h"
#include "core/files/fs.h"
#include "core/job.h"
#include "ipc/messages.h"

#include <stdbool.h>

struct behalf;
struct config_build;
struct core;
struct event;
struct line_permit;
struct cli;
struct run;
struct sink;

/* Where a shell's words go. The loader's own implementations answer or refuse questions. */
struct cli_ops {
	void (*out)(struct cli *sh, struct str bytes);
	/* What is in a file, from its beginning, as text; takes over fd. NULL: nobody who could read it. */
	void (*file)(struct cli *sh, int fd, uint64_t size);
	void (*filter)(struct cli *sh, enum cmd_filter_kind kind, const char *pattern);
	void (*progress)(struct cli *sh, const char *text);
	void (*ask)(struct cli *sh, const char *prompt, bool echo, enum ipc_ask kind);
	void (*text)(struct cli *sh, const struct cmd_text_rule *rule);
	void (*done)(struct cli *sh, unsigned status);
};

#define CLI_NOTES 128
struct cli {
	struct core *core;
	struct model *model;  /* what its lines configure: core's own, or a configuration in the making … */
	struct cmd_set *cmds; /* … and the rows for it */
	struct file_name cwd; /* where its file commands begin */
	const struct cli_ops *ops;
	struct cmd_place place;
	unsigned level;                              /* privilege 0..15 */
	char user[65];                               /* "" = nobody logged in (console without login) */
	char origin[96];                             /* "console", "vty0 (192.0.2.1)": who, for the log */
	bool no_hosts;                               /* a word that is no command is no host's name either */
	bool bare;                                   /* no prompt stands before the line: a remote command */
	bool interactive;                            /* a person or a program at a prompt; false: a file */
	bool ahead;                                  /* more input waits behind this command: it is pasted */
	const struct behalf *behalf;                 /* of a file: who has it merged; NULL: the device itself */
	unsigned config_session;                     /* in the log of configuration commands */
	bool configured;                             /* changed something since it entered configuration mode */
	const struct cmd_row *notes_said[CLI_NOTES]; /* rows whose note was told */
	size_t secret_at;                            /* of the line typed last: where its secret begins; 0: none */
	bool leave;                                  /* `exit` at exec: end the session after this command */
	struct run *run;                             /* the command in flight or NULL */
};

void cli_init(struct cli *sh, struct core *core, const struct cli_ops *ops);
void cli_release(struct cli *sh); /* abandons a command in flight */
/* Starts the command on `line`; ops->done is called exactly once for it, maybe before this returns. E_BUSY, E_TOOBIG.
 */
int cli_command(struct cli *sh, struct str line);
/* Runs `step` as a command that nobody typed (console login). */
int cli_internal(struct cli *sh, cmd_step_fn *step);
int cli_answer(struct cli *sh, bool cancelled, struct str text); /* E_STATE when nothing was asked */
void cli_cancel(struct cli *sh);
/* What the command in flight waited for (run->abandon was set) is there: its step function goes on. */
void cli_resume(struct cli *sh);
/* Who does it, as the log says: "console by admin on vty0 (192.0.2.1)". */
#define CLI_WHO 288
void cli_who(const struct cli *sh, char *out, size_t size);
/* Leaves configuration mode: logs %SYS-5-CONFIG_I when something was configured. */
void cli_end_configuration(struct cli *sh);
/* Notes that this shell changed the configuration now. */
void cli_touched(struct cli *sh);
void cli_prompt(const struct cli *sh, struct buf *out);

enum run_result { RUN_DONE, RUN_FAILED, RUN_WAIT, RUN_AGAIN };
/* RUN_FAILED: like RUN_DONE, with exit status 1. RUN_AGAIN: the match was replaced (`do`): begin it. */

struct run {
	struct cli *cli;
	struct core *core;
	struct arena arena;
	struct str line; /* as parsed: an alias is replaced */
	struct cmd_match match;
	cmd_step_fn *step_fn;
	int step;          /* the step function's own state; 0 at the first call */
	struct buf out;    /* what the command prints; sent when it waits or ends */
	struct buf answer; /* to the last question */
	bool cancelled;    /* the question or the command was interrupted */
	bool waiting_answer;
	struct job *job;
	bool job_ok, job_quiet; /* quiet: its progress is not shown */
	struct buf job_result;  /* the helper's result, or words when job_ok is false */
	bool applying;          /* the hook or text of a configuration row, then cmd_apply */
	bool internal;          /* nobody typed it (console login): given up, the session ends */
	bool redirected;        /* the line came through `do` */
	uint32_t task;          /* of accounting; 0: nothing is told of it */
	size_t first_word;      /* of the line as it was typed: where its first word ends */
	size_t prompt_len;      /* columns before the line: for the caret */
	uint64_t started_ms;
	struct sink *sink;                /* the file that what it prints goes into; NULL: none */
	struct config_build *build;       /* running-config under way for it */
	struct event *turn;               /* run_yield: goes on in the event loop's next turn */
	bool hide_secrets;                /* what it shows goes to others */
	struct line_permit *permit;       /* servers say whether it may run */
	void *outer;                      /* of a step function that runs others */
	void *data;                       /* the step function's, from the arena */
	void (*abandon)(const void *run); /* stops what works for it elsewhere when the command is given up */
};

/* For step functions. Each returns RUN_WAIT and arranges that the function is called again with run->step = next. */
int run_ask(struct run *run, int next, bool echo, enum ipc_ask kind, const char *prompt);
/* Collects text until `rule` ends it; it is then the answer, or the run is cancelled. */
int run_text(struct run *run, int next, const struct cmd_text_rule *rule);
int run_start_job(struct run *run, int next, const char *helper, struct buf *request, unsigned limit_ms);
/* The same with descriptors for the helper, which are duplicated. */
int run_start_moving(struct run *run, int next, const char *helper, struct buf *request, const int *fds, unsigned n_fds,
		     unsigned limit_ms);
/* Others get a turn before it goes on, at the same step. */
int run_yield(struct run *run);
/* running-config in run->build: RUN_DONE when it is whole, RUN_WAIT: the same step is called again. */
int run_build_config(struct run *run, struct cmd_view view);
/* The same, whole, behind what is in `out`; run->build is gone. out->err: it is not in it. */
int run_copy_config(struct run *run, struct buf *out);
bool run_yes(const struct run *run); /* the answer to ASK_YESNO begins with y; to ASK_CONFIRM is Return or y */
/* The answer to ASK_YESNO as IOS takes it: RUN_DONE yes, RUN_FAILED no; anything else asks again, RUN_WAIT. */
int run_yes_or_no(struct run *run, const char *prompt);
const char *run_answer(struct run *run);
void run_progress(struct run *run, const char *text);
/* The run goes on as if this line had been typed at exec; the result is the step function's. */
int run_command(struct run *run, struct str line);
int run_fail(struct run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* prints, RUN_FAILED */
/* The caret under this argument: RUN_FAILED. */
int run_invalid(struct run *run, const char *arg);

#endif
