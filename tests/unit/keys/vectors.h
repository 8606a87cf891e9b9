/* SPDX-License-Identifier: Apache-2.0
 *
 * vectors.h: public keys made by ssh-keygen, with the hashes it prints, and signatures of "abc" made by openssl(1) with
 * the first of them: what other programs say, to hold ours against.
 */
#ifndef TESTS_UNIT_KEYS_VECTORS_H
#define TESTS_UNIT_KEYS_VECTORS_H

#define RSA_1024                                                                                                       \
	"AAAAB3NzaC1yc2EAAAADAQABAAAAgQDr8bUoPXm6Rp84ZJG0maE+Z7iUSwPqzBXKkmW/QxVsJZSPkk9cY0I9aW/Z"                     \
	"aUec+AZNqF7iBphZmQ5Mj0YX4BeTdrBPIvhQ6FA7Br502Du5LGbXrHhUZ0uYKYeABGm0QwQ8xUrHN4EMbIX+ZBR0"                     \
	"uMfeXZ+so/dwqx5PAwiOT2ZgrQ=="

/* The same, but not zero where padding follows. */
#define RSA_1024_SPARE_BITS                                                                                            \
	"AAAAB3NzaC1yc2EAAAADAQABAAAAgQDr8bUoPXm6Rp84ZJG0maE+Z7iUSwPqzBXKkmW/QxVsJZSPkk9cY0I9aW/Z"                     \
	"aUec+AZNqF7iBphZmQ5Mj0YX4BeTdrBPIvhQ6FA7Br502Du5LGbXrHhUZ0uYKYeABGm0QwQ8xUrHN4EMbIX+ZBR0"                     \
	"uMfeXZ+so/dwqx5PAwiOT2ZgrR=="

#define RSA_2048                                                                                                       \
	"AAAAB3NzaC1yc2EAAAADAQABAAABAQC8ri3lltWeRrBKHJy3ILL1jT09X6uyKwO9VTVNjeXE0v1t2I8LPw5L0L0n"                     \
	"pbgYwSIOaiMkuxYpOKPYFCGK8lArsrO62eZ9V+WR5ni5IyH0HwiKi7BmosVy5GjYCoKQj19+w4KVUsK3uLIjtnpS"                     \
	"ZhueDZiA59MsFsfMsGqHOgMRhdFNVVmkBIHJDMykBoBzv9lc+MEms+W+BOI7Yxu3KxJ7mAGoi3cAb6OynLzioP5f"                     \
	"fbdjLLlHiAogE0MPSLQro40Uo2pZFGzuepVenZBfP+RiQAKIwodbGwlit4PRmV4zKnl9dEKfYZK/FLCNLD02cWEm"                     \
	"gt9Y6TziWbibQF1CZ8Z5"

#define RSA_768                                                                                                        \
	"AAAAB3NzaC1yc2EAAAADAQABAAAAYQChv7zfRkoD59UkFFEkn3AtaWKirnjSoclFiGOJHGq/+/R02Nzt1S8lUdbX"                     \
	"N2LhqvWUXOBA7PrqWjasfx9J243Wu1IvgYzvEhkfP6JPUOuC8AA0ip7XCX4w2xwDrgV0t38="

#define ED25519 "AAAAC3NzaC1lZDI1NTE5AAAAIObwRN21cJbjjvU/gYUVL8L+/XyKBMcHf2hs9hdT6k8N"

#define ECDSA                                                                                                          \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHGm4t89DEgrxHv2p2MLW5IY/66NRZzT42sa"                     \
	"3DgtLyvNbed/7mPxnM0y8ktPlusft1Wkwcf1SW/XalQQB1BLWrU="

#define ECDSA_384                                                                                                      \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBMflfyk+1dKDNWQF907W/3+YmcmqLFckntHyQEwdbfrxo6+XRkpruI"   \
	"gmF31MUiG3OocuCHfAVF+jfzZZFyZ9IzHf5TqgGFujP34fr77qHJvezkFV3pycuyTX3Gk19hqtSA=="

#define ECDSA_521                                                                                                      \
	"AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBACuncE2fkhv4GLS5laiItC0rju/CJp/8LQZcEZBl4WjMpqdw98Zpj"   \
	"EVR9eNplrmIiPW0f52uSP2kcuEDcdsa4vdygGg8/jED0e+2XHonM2l/2toBalQr+nCotz4dShoKFbo8rCRksRLLSLwTrs/SRmkKHd0DeOM"   \
	"4KJJFgESdps6fF33zg=="

#define ECDSA_384_MD5   "2C568D8713C6FCD5376253A9A22E66E8"
#define ECDSA_521_MD5   "0C6BAA14D1ED8FDD3472A5E0F4DC5CAD"
#define RSA_1024_MD5    "7BA572458CE1BB03C92CBCC5D75E9F56"
#define RSA_1024_SHA256 "SHA256:QHYEnVWD8XslG5+kV2qY9erhpPW+SgaBb3M73+nktvM"
#define RSA_2048_MD5    "60450AF4FA7954599768FA7194E5169C"
#define ED25519_MD5     "46ABD5AA8DC7E873D5BCF12FA14BE126"
#define ED25519_SHA256  "SHA256:fF/7RIwgynyF2UILfzfPCQUujtv4N1e7MPdkmb23jVM"

#define SIG_SHA256                                                                                                     \
	"YM6yNB1a9VsMcN07QmrTOA8s/6NSL01fTkcVcJx+iiSLTuUW5Bxhk464BR7orhnwg12WAhTe5iOLmQ+/J9Wz4Lvl"                     \
	"odWE8KGDyStdDvMblZFLMcCML0W+6Dh6zPnUOi2fuyhQ/nwqtvnumuioVJ1qblbTevSFZJME0fPCtnDQEro="

#define SIG_SHA512                                                                                                     \
	"iroibu3VUJCUZtRb3ulZuD+/cr2XKq/WROJ2oNu8mKgEGoBf8jahh97fGkNRxGXkg6XPjzTZurTl6e9loTDhHkqI"                     \
	"W6paLgdv5hZlPEXy2IUhLx0rOsiAwDDHCYcpxuXYORTyYyduHSvdWKSnshY6L8a/imGvT6/wOijojjbazsg="

#define SIG_SHA1                                                                                                       \
	"gjKBNUpd5ie3bPHtnrw4lSdKNqmtAr5ryFv2X7VDqfUo0iCGlSCGdNRTaWSR3/GJb6oPdrB4ivoVesGR8T7X/n1Q"                     \
	"a9V+dKwlVcfBpaq8nqa7iXuxP3Dr2ge7KxqgoDmpaPuFLdB73m4ravGgx4zgkEv0tUuveIP8D2hl8K54T2g="

#endif
