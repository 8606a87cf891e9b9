/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c: `ravelin`, the one command people and tests use. Links libc only, because `ravelin run` stays resident.
 */
#include "launcher.h"

#include <stdio.h>
#include <string.h>

static const struct command {
	const char *name, *usage, *help;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "init", "DIR [--dialect ios] [--hostname NAME] [--config FILE] [--bare]",
	  "Make a device in the new or empty folder DIR.\n"
	  "  --hostname NAME  its name (else that of the folder)\n"
	  "  --config FILE    FILE becomes its startup-config; without it a short safe one is made, with user `admin`\n"
	  "                   and a random password that is printed once\n"
	  "  --bare           out of the box: no user, no key, no configuration\n"
	  "  --dialect ios    the command language; xr is not in this release\n"
	  "Host keys are made, so that SSH answers at the first boot. The image in flash0: is a hard link where "
	  "possible.\n",
	  init_command },
	{ "run", "DIR [-d] [-p [HOST:]HOSTPORT:PORT[/udp]]...",
	  "Boot it. The terminal becomes its console: Ctrl-] then q stops the device, Ctrl-] then b sends a break.\n"
	  "SIGTERM, SIGINT and a terminal that goes away stop it too.\n"
	  "  -d               in the background; returns when the device is up, or says why it is not\n"
	  "  -p 2222:22       the device's port 22 as 127.0.0.1:2222. With any -p only published ports are bound,\n"
	  "                   without one the device's own\n",
	  run_command },
	{ "console", "DIR [-b]",
	  "Attach to the console of a running device. Ctrl-] detaches.\n"
	  "  -b               send a break first (to the rommon prompt: in the first minute, or as the\n"
	  "                   configuration register says)\n",
	  console_command },
	{ "stop", "DIR", "Stop it; returns when all of it has gone. A device that does not run is fine too.\n",
	  stop_command },
	{ "status", "DIR", "Say whether it runs, since when, and with which image. Exit code 3 if it does not run.\n",
	  status_command },
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int launcher_fail(const struct errbuf *e)
{
	fprintf(stderr, "ravelin: %s\n", e->text);
	return EXIT_FAILED;
}

int launcher_usage(const char *command, const char *why)
{
	const struct command *c = find(command);

	if (why)
		fprintf(stderr, "ravelin %s: %s\n", command, why);
	fprintf(stderr, "usage: ravelin %s %s\n", command, c ? c->usage : "");
	return EXIT_USAGE;
}

static int help(void)
{
	puts("ravelin: network devices that boot, are logged in to, and keep their configuration\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  ravelin %s %s\n", commands[i].name, commands[i].usage);
	puts("  ravelin COMMAND --help | --help | --version\n\n"
	     "Exit codes: 0 done, 1 failed (the reason is on standard error), 2 wrong usage, 3 not running (status).");
	return EXIT_DONE;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		fputs("usage: ravelin init|run|console|stop|status DIR ...; see ravelin --help\n", stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return help();
	if (strcmp(argv[1], "--version") == 0) {
		puts("ravelin " RAVELIN_VERSION);
		return EXIT_DONE;
	}
	c = find(argv[1]);
	if (!c) {
		fprintf(stderr, "ravelin: no command \"%s\"; see ravelin --help\n", argv[1]);
		return EXIT_USAGE;
	}
	if (wants_help(argc - 1, argv + 1)) {
		printf("usage: ravelin %s %s\n\n%s", c->name, c->usage, c->help);
		return EXIT_DONE;
	}
	return c->run(argc - 1, argv + 1);
}
