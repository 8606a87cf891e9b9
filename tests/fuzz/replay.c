/* SPDX-License-Identifier: Apache-2.0
 *
 * replay.c: the main function of a fuzz target where there is no fuzzer: runs it once on every file of a folder, the
 * target's committed corpus. What was found once, and a way into each part of the target, is so tried by every build.
 *
 *     replay_TARGET FOLDER
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is given in a block of its own size, so that a sanitizer sees a byte read beyond it. */
static void replay(const char *folder, const char *name)
{
	static uint8_t room[INPUT_MAX];
	char path[4096];
	uint8_t *input;
	FILE *file;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "rb");
	n = file ? fread(room, 1, sizeof room, file) : 0;
	input = malloc(n + !n);
	if (!file || !input) {
		perror(path);
		exit(1);
	}
	fclose(file);
	for (size_t i = 0; i < n; i++)
		input[i] = room[i];
	LLVMFuzzerTestOneInput(input, n);
	free(input);
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	unsigned done = 0;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		replay(argv[1], entry->d_name);
		done++;
	}
	if (folder)
		closedir(folder);
	if (done == 0)
		fprintf(stderr, "no inputs in \"%s\": tests/fuzz/seeds.py makes some\n", argc == 2 ? argv[1] : "");
	return done == 0;
}
