/* SPDX-License-Identifier: Apache-2.0
 *
 * banned.h: forced into every source file by the build (-include). What is named here does not compile.
 * The system headers that declare these names come first, so that only our own use is caught.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strtok
#undef alloca
#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol system popen alloca gets

#endif
