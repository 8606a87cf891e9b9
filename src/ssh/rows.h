/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.h: what every SSH algorithm is, one row each, in our order of preference. Data only: src/ssh/algorithms.c makes
 * the library's rows of it, core what it must know to rebuild an exchange hash and to judge a configuration. Names
 * a person may configure stand once more in yang/ravelin-ssh.yang, and a test holds the two together.
 * RFC 2409, 3526, 4253, 4344, 4419, 5656, 6668, 8268, 8332, 8709, 8731, OpenSSH PROTOCOL,
 * draft-ietf-sshm-ntruprime-ssh, draft-ietf-sshm-mlkem-hybrid-kex.
 */
#ifndef SSH_ROWS_H
#define SSH_ROWS_H

enum ssh_strength { SSH_STRONG, SSH_WEAK, SSH_BROKEN };

/* Each row begins: name, on by default, allowed in FIPS mode, strength (enum ssh_strength). Then: */

/* libcrypto's digest; functions (METHOD_initiate …); the curve, by libcrypto's name, or hybrid.c's; NULL: the one modp
 * group of that size; "agreed": both sides agree on a group first, of at most that size (RFC 4419); bits of a modp
 * group (0: none, the public values are strings; else they are mpints); bytes of the client's and of the server's
 * value, without the zero byte an mpint may need. */
#define SSH_KEX_ROWS(R)                                                                                                \
	R("sntrup761x25519-sha512", true, false, SSH_STRONG, "SHA2-512", hybrid, "sntrup761", 0, 1190, 1071)           \
	R("sntrup761x25519-sha512@openssh.com", true, false, SSH_STRONG, "SHA2-512", hybrid, "sntrup761", 0, 1190,     \
	  1071)                                                                                                        \
	R("mlkem768x25519-sha256", true, false, SSH_STRONG, "SHA2-256", hybrid, "mlkem768", 0, 1216, 1120)             \
	R("curve25519-sha256", true, false, SSH_STRONG, "SHA2-256", curve25519, "X25519", 0, 32, 32)                   \
	R("curve25519-sha256@libssh.org", true, false, SSH_STRONG, "SHA2-256", curve25519, "X25519", 0, 32, 32)        \
	R("ecdh-sha2-nistp256", false, true, SSH_STRONG, "SHA2-256", ecdh, "P-256", 0, 65, 65)                         \
	R("ecdh-sha2-nistp384", false, true, SSH_STRONG, "SHA2-384", ecdh, "P-384", 0, 97, 97)                         \
	R("ecdh-sha2-nistp521", false, true, SSH_STRONG, "SHA2-512", ecdh, "P-521", 0, 133, 133)                       \
	R("diffie-hellman-group16-sha512", true, true, SSH_STRONG, "SHA2-512", modp, NULL, 4096, 512, 512)             \
	R("diffie-hellman-group14-sha256", true, true, SSH_STRONG, "SHA2-256", modp, NULL, 2048, 256, 256)             \
	R("diffie-hellman-group18-sha512", false, true, SSH_STRONG, "SHA2-512", modp, NULL, 8192, 1024, 1024)          \
	R("diffie-hellman-group17-sha512", false, true, SSH_STRONG, "SHA2-512", modp, NULL, 6144, 768, 768)            \
	R("diffie-hellman-group15-sha512", false, true, SSH_STRONG, "SHA2-512", modp, NULL, 3072, 384, 384)            \
	R("diffie-hellman-group-exchange-sha256", false, true, SSH_STRONG, "SHA2-256", modp, "agreed", 8192, 1024,     \
	  1024)                                                                                                        \
	R("diffie-hellman-group-exchange-sha1", false, false, SSH_WEAK, "SHA1", modp, "agreed", 8192, 1024, 1024)      \
	R("diffie-hellman-group14-sha1", false, false, SSH_WEAK, "SHA1", modp, NULL, 2048, 256, 256)                   \
	R("diffie-hellman-group1-sha1", false, false, SSH_BROKEN, "SHA1", modp, NULL, 1024, 128, 128)

/* Groups of numbers modulo a safe prime, generator 2: bits of the prime; bits of a private number, twice the group's
 * strength (NIST SP 800-56A revision 3, appendix D) and never less than for 2048 bits; libcrypto's function that gives
 * the prime. Groups 2, 5 and 14 to 18 of RFC 2409 section 6.2 and RFC 3526. */
#define SSH_MODP_ROWS(R)                                                                                               \
	R(1024, 224, BN_get_rfc2409_prime_1024)                                                                        \
	R(1536, 224, BN_get_rfc3526_prime_1536)                                                                        \
	R(2048, 224, BN_get_rfc3526_prime_2048)                                                                        \
	R(3072, 256, BN_get_rfc3526_prime_3072)                                                                        \
	R(4096, 304, BN_get_rfc3526_prime_4096)                                                                        \
	R(6144, 352, BN_get_rfc3526_prime_6144)                                                                        \
	R(8192, 400, BN_get_rfc3526_prime_8192)

/* First string of the public key blob. */
#define SSH_HOSTKEY_ROWS(R)                                                                                            \
	R("ssh-ed25519", true, false, SSH_STRONG, "ssh-ed25519")                                                       \
	R("ecdsa-sha2-nistp256", false, true, SSH_STRONG, "ecdsa-sha2-nistp256")                                       \
	R("ecdsa-sha2-nistp384", false, true, SSH_STRONG, "ecdsa-sha2-nistp384")                                       \
	R("ecdsa-sha2-nistp521", false, true, SSH_STRONG, "ecdsa-sha2-nistp521")                                       \
	R("rsa-sha2-512", true, true, SSH_STRONG, "ssh-rsa")                                                           \
	R("rsa-sha2-256", true, true, SSH_STRONG, "ssh-rsa")                                                           \
	R("ssh-rsa", false, false, SSH_BROKEN, "ssh-rsa")                                                              \
	R("ssh-dss", false, false, SSH_BROKEN, "ssh-dss")

/* Signatures users' keys may make, with a certificate or without. */
#define SSH_PUBLICKEY_ROWS(R)                                                                                          \
	R("ssh-ed25519", true, false, SSH_STRONG)                                                                      \
	R("ecdsa-sha2-nistp256", true, true, SSH_STRONG)                                                               \
	R("ecdsa-sha2-nistp384", true, true, SSH_STRONG)                                                               \
	R("ecdsa-sha2-nistp521", true, true, SSH_STRONG)                                                               \
	R("rsa-sha2-512", true, true, SSH_STRONG)                                                                      \
	R("rsa-sha2-256", true, true, SSH_STRONG)                                                                      \
	R("sk-ssh-ed25519@openssh.com", true, false, SSH_STRONG)                                                       \
	R("sk-ecdsa-sha2-nistp256@openssh.com", true, true, SSH_STRONG)                                                \
	R("ssh-rsa", false, false, SSH_BROKEN)                                                                         \
	R("ssh-dss", false, false, SSH_BROKEN)

/* libcrypto's name; bytes of key, iv, block, tag (0: a MAC is needed); mode (NULL: the MAC's). */
#define SSH_CIPHER_ROWS(R)                                                                                             \
	R("aes128-gcm@openssh.com", true, true, SSH_STRONG, "AES-128-GCM", 16, 12, 16, 16, &crypt_gcm)                 \
	R("aes256-gcm@openssh.com", true, true, SSH_STRONG, "AES-256-GCM", 32, 12, 16, 16, &crypt_gcm)                 \
	R("chacha20-poly1305@openssh.com", true, false, SSH_STRONG, "ChaCha20", 64, 0, 8, 16, &crypt_chachapoly)       \
	R("aes128-ctr", true, true, SSH_STRONG, "AES-128-CTR", 16, 16, 16, 0, NULL)                                    \
	R("aes192-ctr", true, true, SSH_STRONG, "AES-192-CTR", 24, 16, 16, 0, NULL)                                    \
	R("aes256-ctr", true, true, SSH_STRONG, "AES-256-CTR", 32, 16, 16, 0, NULL)                                    \
	R("aes128-cbc", false, true, SSH_WEAK, "AES-128-CBC", 16, 16, 16, 0, NULL)                                     \
	R("aes192-cbc", false, true, SSH_WEAK, "AES-192-CBC", 24, 16, 16, 0, NULL)                                     \
	R("aes256-cbc", false, true, SSH_WEAK, "AES-256-CBC", 32, 16, 16, 0, NULL)                                     \
	R("3des-cbc", false, false, SSH_BROKEN, "DES-EDE3-CBC", 24, 8, 8, 0, NULL)

/* Digest; bytes of key and tag (which may be the beginning of a longer one); mode. */
#define SSH_MAC_ROWS(R)                                                                                                \
	R("hmac-sha2-256-etm@openssh.com", true, true, SSH_STRONG, "SHA2-256", 32, 32, &crypt_etm)                     \
	R("hmac-sha2-512-etm@openssh.com", true, true, SSH_STRONG, "SHA2-512", 64, 64, &crypt_etm)                     \
	R("hmac-sha2-256", true, true, SSH_STRONG, "SHA2-256", 32, 32, &crypt_mac)                                     \
	R("hmac-sha2-512", true, true, SSH_STRONG, "SHA2-512", 64, 64, &crypt_mac)                                     \
	R("hmac-sha1-etm@openssh.com", false, true, SSH_WEAK, "SHA1", 20, 20, &crypt_etm)                              \
	R("hmac-sha1", false, true, SSH_WEAK, "SHA1", 20, 20, &crypt_mac)                                              \
	R("hmac-sha1-96-etm@openssh.com", false, true, SSH_WEAK, "SHA1", 20, 12, &crypt_etm)                           \
	R("hmac-sha1-96", false, true, SSH_WEAK, "SHA1", 20, 12, &crypt_mac)                                           \
	R("hmac-md5-etm@openssh.com", false, false, SSH_BROKEN, "MD5", 16, 16, &crypt_etm)                             \
	R("hmac-md5", false, false, SSH_BROKEN, "MD5", 16, 16, &crypt_mac)                                             \
	R("hmac-md5-96-etm@openssh.com", false, false, SSH_BROKEN, "MD5", 16, 12, &crypt_etm)                          \
	R("hmac-md5-96", false, false, SSH_BROKEN, "MD5", 16, 12, &crypt_mac)

/* Version 1: ciphers and ways to log in by the protocol's numbers, of which it makes bits. */
enum ssh_v1_cipher { SSH_V1_DES = 2, SSH_V1_3DES = 3 };
enum { SSH_V1_AUTH_RSA = 2, SSH_V1_AUTH_PASSWORD = 3 };
#define SSH_V1_BIT(n) (1U << (n))

#endif
