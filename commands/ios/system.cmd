# SPDX-License-Identifier: Apache-2.0

mode config
  version <.release WORD> ; handler
      "Release that wrote this configuration (stated, not changed)" "Release"
  hostname <hostname> = /sys: ; always
      "Set system's network name" "This system's network name"
!
  enable {secret(kind=secret) [level <level 1-15 (15)>] [!<type 0|5|8|9 (0)>] <value LINE>
         | password(kind=password) [level <level 1-15 (15)>] [<type 0|7 (0)>] <value LINE>}
      = /sys:enable ; hook hash-secret
      "Modify enable password parameters"
      "Assign the privileged level secret" "Set exec level password" "Level number"
      "Specifies an UNENCRYPTED password will follow" "Specifies a MD5 HASHED secret will follow"
      "Specifies a PBKDF2 HASHED secret will follow" "Specifies a SCRYPT HASHED secret will follow"
      "The UNENCRYPTED (cleartext) 'enable' secret"
      "Assign the privileged level password" "Set exec level password" "Level number"
      "Specifies an UNENCRYPTED password will follow" "Specifies a HIDDEN password will follow"
      "The UNENCRYPTED (cleartext) 'enable' password"
