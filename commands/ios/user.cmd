# SPDX-License-Identifier: Apache-2.0

mode exec
  help crypto  "Encryption module"
  crypto otp enroll <.user WORD> ; level 15
      "One-time passwords" "Make a secret for a user and show it" "Name of the user"

mode config
!
  help username  "Establish User Name Authentication"
  username <name> [privilege <privilege>]
      [{nopassword(credential/kind=nopassword)
       | [algorithm-type {md5 | sha256 | scrypt}] secret(credential/kind=secret) [!<credential/type 0|5|8|9 (0)>] <credential/value SECRET>
       | password(credential/kind=password) [!<credential/type 0|7 (0)>] <credential/value SECRET>}]
      = /sys:users/user ; merge, hook hash-secret
      "User name"
      "Set user privilege level" "User privilege level"
      "No password is required for the user to log in"
      "Algorithm to use for hashing the plaintext secret for the user"
      "Encode the password using the MD5 algorithm" "Encode the password using the PBKDF2-SHA256 algorithm"
      "Encode the password using the scrypt algorithm"
      "Specify the secret for the user"
      "Specifies an UNENCRYPTED secret will follow" "Specifies a MD5 HASHED secret will follow"
      "Specifies a PBKDF2 HASHED secret will follow" "Specifies a SCRYPT HASHED secret will follow"
      "The UNENCRYPTED (cleartext) user secret"
      "Specify the password for the user"
      "Specifies an UNENCRYPTED password will follow" "Specifies a HIDDEN password will follow"
      "The UNENCRYPTED (cleartext) user password"
  username <name> otp secret [!<otp/type 0|6|7 (0)>] <otp/value SECRET> = /sys:users/user ; part, hook otp-secret
      "User name" "One-time passwords of this user" "Specify the secret of his one-time passwords"
      "Specifies an UNENCRYPTED secret will follow" "Specifies an ENCRYPTED secret will follow" "Specifies a HIDDEN secret will follow"
      "The secret in base32"
  username <name> autocommand <autocommand LINE> = /sys:users/user ; part
      "User name" "Automatically issue a command after the user logs in" "Command to be automatically issued"
  username <name> nohangup(nohangup) = /sys:users/user ; part
      "User name" "Do not disconnect after an automatic command"
  username <name> noescape(noescape) = /sys:users/user ; part, kept
      "User name" "Prevent the user from using an escape character"
  username <name> access-class <access-class> = /sys:users/user ; part, kept
      "User name" "Restrict access by access-class" "Access-class number"
