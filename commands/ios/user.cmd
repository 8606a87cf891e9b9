# SPDX-License-Identifier: Apache-2.0

mode config
!
  username <name> [privilege <privilege>]
      [{secret(credential/kind=secret) [!<credential/type 0|5|8|9 (0)>] <credential/value LINE>
       | password(credential/kind=password) [!<credential/type 0|7 (0)>] <credential/value LINE>}]
      = /sys:users/user ; merge, hook hash-secret
      "Establish User Name Authentication" "User name"
      "Set user privilege level" "User privilege level"
      "Specify the secret for the user"
      "Specifies an UNENCRYPTED secret will follow" "Specifies a MD5 HASHED secret will follow"
      "Specifies a PBKDF2 HASHED secret will follow" "Specifies a SCRYPT HASHED secret will follow"
      "The UNENCRYPTED (cleartext) user secret"
      "Specify the password for the user"
      "Specifies an UNENCRYPTED password will follow" "Specifies a HIDDEN password will follow"
      "The UNENCRYPTED (cleartext) user password"
