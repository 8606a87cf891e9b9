# SPDX-License-Identifier: Apache-2.0

mode config
  help service   "Modify use of network based services"
  help security  "Infra Security CLIs"
  version <.release WORD> ; handler
      "Release that wrote this configuration (stated, not changed)" "Release"
  service password-encryption(encryption) = /sys:passwords
      "Encrypt system passwords"
  service password-recovery(password-recovery) = /res: ; hidden, hook password-recovery, hook-no
      "Password recovery by ROMMON"
  password encryption aes(aes) = /sys:passwords ; hook password-aes
      "Configure encryption password (key)" "Encrypt system passwords" "Encrypt stored passwords using AES"
  key config-key password-encrypt~password-encryption [<.key SECRET>] ; handler key-config-key, handles-no
      "Key management" "Set a private configuration key" "Configuration key for password encryption"
      "The config-key passphrase"
!
  hostname <hostname> = /sys: ; always
      "Set system's network name" "This system's network name"
  config-register <.register WORD> ; handler, handles-no
      "Define the configuration register" "Config register number, 0x0-0xFFFF"
!
  help boot  "Modify system boot parameters"
  boot system ; handler no-boot-system, handles-no, hidden
      "System image file"
  boot system [flash] <file> = /sys:boot-system ; hook boot-system, hook-no
      "System image file" "Boot from flash memory" "Image in flash0:, tried in the order of these lines"
!
  security passwords min-length <min-length> = /sys:passwords
      "Set security parameters on passwords" "Minimum length of passwords" "Minimum length of all user/enable passwords"
  enable {[algorithm-type {md5 | sha256 | scrypt}] secret(kind=secret) [level <level 1-15 (15)>] [!<type 0|5|8|9 (0)>] <value SECRET>
         | password(kind=password) [level <level 1-15 (15)>] [<type 0|7 (0)>] <value SECRET>}
      = /sys:enable ; hook hash-secret
      "Modify enable password parameters"
      "Algorithm to use for hashing the enable secret"
      "Encode the password using the MD5 algorithm" "Encode the password using the PBKDF2-SHA256 algorithm"
      "Encode the password using the scrypt algorithm"
      "Assign the privileged level secret" "Set exec level password" "Level number"
      "Specifies an UNENCRYPTED password will follow" "Specifies a MD5 HASHED secret will follow"
      "Specifies a PBKDF2 HASHED secret will follow" "Specifies a SCRYPT HASHED secret will follow"
      "The UNENCRYPTED (cleartext) 'enable' secret"
      "Assign the privileged level password" "Set exec level password" "Level number"
      "Specifies an UNENCRYPTED password will follow" "Specifies a HIDDEN password will follow"
      "The UNENCRYPTED (cleartext) 'enable' password"
