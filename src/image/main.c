/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c: the image. One executable, several roles: rommon runs `core`, the launcher runs `init`, core runs `gate`
 * and the helpers. What each role may do is decided in its own main function.
 */
#include "core/core.h"
#include "gate/gate.h"
#include "helpers/helpers.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} roles[] = {
	{ "core", core_main },
	{ "gate", gate_main },
	{ "init", init_main },
	{ "helper-rsa", helper_rsa },
	{ "helper-verify", helper_verify },
	{ "helper-secret", helper_secret },
	{ "helper-sign", helper_sign },
};

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "--role") == 0) {
		for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
			if (strcmp(argv[2], roles[i].name) == 0)
				return roles[i].main(argc - 2, argv + 2);
		}
	}
	fputs("This is a Ravelin image. Boot it: ravelin run DIR\n", stderr);
	return 2;
}
