/* SPDX-License-Identifier: Apache-2.0
 *
 * pkcs12.h: what core and the helper `pkcs12` tell each other about a file with an identity (keys/identity.h).
 *
 * Request: string file, string password. Result: u8 enum pkcs12_outcome and, of a good one, u8 how many certificates
 * were left out because they lead nowhere, u8 whether its own is for clients of TLS, string cards, string chain, string
 * key; else string why.
 */
#ifndef HELPERS_PKCS12_H
#define HELPERS_PKCS12_H

enum pkcs12_outcome { PKCS12_REFUSED, PKCS12_GOOD };

#define PKCS12_FILE_MAX     49152
#define PKCS12_PASSWORD_MAX 256

#endif
