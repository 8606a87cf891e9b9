/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c: the image. One executable, several roles: rommon runs `core`, the launcher runs `init`, core runs `gate`,
 * `asker`, `courier` and the helpers. What each role may do is decided in its own main function.
 */
#include "asker/asker.h"
#include "core/core.h"
#include "courier/courier.h"
#include "gate/gate.h"
#include "helpers/helpers.h"
#include "helpers/init.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} roles[] = {
	{ "asker", asker_main }, { "core", core_main }, { "courier", courier_main },
	{ "gate", gate_main },   { "init", init_main },
};

int main(int argc, char **argv)
{
	const char *role = argc >= 3 && strcmp(argv[1], "--role") == 0 ? argv[2] : "";

	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		if (strcmp(role, roles[i].name) == 0)
			return roles[i].main(argc, argv);
	}
	if (strncmp(role, "helper-", 7) == 0)
		_exit(helper_main(role, argc, argv));
	fputs("This is a Ravelin image. Boot it: ravelin run DIR\n", stderr);
	return 2;
}
