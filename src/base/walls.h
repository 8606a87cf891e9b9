/* SPDX-License-Identifier: Apache-2.0
 *
 * walls.h: what stands around a locked-in process, as bits and words. Gate tells core, core logs what is missing: a
 * kernel without Landlock, or with an old one, has fewer.
 */
#ifndef BASE_WALLS_H
#define BASE_WALLS_H

#define WALL_LIST(X)                                                                                                   \
	X(WALL_FILES, 1, "Landlock on files")                                                                          \
	X(WALL_NET, 2, "Landlock on TCP (ABI 4)")                                                                      \
	X(WALL_SCOPED, 4, "Landlock on signals and abstract sockets (ABI 6)")                                          \
	X(WALL_SECCOMP, 8, "seccomp")                                                                                  \
	X(WALL_USER, 16, "a user of its own")                                                                          \
	X(WALL_ROOT, 32, "an empty root directory")

#define WALL_ENUM(name, bit, text) name = (bit),
enum sandbox_wall { WALL_LIST(WALL_ENUM) };
#undef WALL_ENUM

#define WALLS_OF_ROOT (WALL_USER | WALL_ROOT) /* only root can build these */

#endif
