# SPDX-License-Identifier: Apache-2.0

mode config
  help ip ssh      "Configure ssh options"
  help ip ssh rsa  "Configure RSA keypair name for SSH"
  help ip ssh logging  "Configure logging for SSH"
!
  ip ssh time-out~timeout <time-out> = /ssh:ssh
      "Specify SSH time-out interval" "SSH time-out interval (secs)"
  ip ssh authentication-retries <authentication-retries> = /ssh:ssh
      "Specify number of authentication retries" "Number of authentication retries"
  ip ssh rsa keypair-name <rsa-keypair-name> = /ssh:ssh
      "Name of the RSA keypair" "Name of the RSA keypair"
  ip ssh version <version> = /ssh:ssh ; hook ssh-version
      "Specify protocol version to be supported" "Protocol version"
  ip ssh logging events(logging-events) = /ssh:ssh
      "Log SSH sessions, logins and their ends"
  ip ssh source-interface <source-interface IFNAME> = /ssh:ssh ; kept
      "Specify interface for source address in SSH connections" "Interface the SSH client connects from"
  ip ssh stricthostkeycheck(stricthostkeycheck) = /ssh:ssh ; kept
      "Enable SSH server authentication"
  ip ssh pubkey-chain = /ssh:ssh/pubkey-chain ; enter conf-ssh-pubkey
      "Specify SSH public keys of users and servers"

  help crypto               "Encryption module"
  help crypto key           "Long term key operations"
  help crypto key generate  "Generate new keys"
  help crypto key zeroize   "Remove keys"
  crypto key generate rsa [{general-keys | usage-keys | signature | encryption | label <.label WORD> | exportable
                          | modulus <.modulus 360-4096> | storage <.storage WORD>}...] ; handler
      "Generate RSA keys"
      "Generate a general purpose RSA key pair for signing and encryption"
      "Generate separate RSA key pairs for signing and encryption"
      "Generate a key pair for signing alone" "Generate a key pair for encryption alone"
      "Provide a label" "RSA keypair label" "Allow the key to be exported"
      "Provide number of modulus bits on the command line" "size of the key modulus"
      "Store key on specified device" "Device name"
  crypto key zeroize rsa [<.label WORD>] ; handler
      "Remove RSA keys" "RSA keypair label"

mode conf-ssh-pubkey  parent config  prompt "(conf-ssh-pubkey)"
  username <name> = user ; enter conf-ssh-pubkey-user
      "Configure a user's public keys" "Name of the user"
  server <name> = server ; enter conf-ssh-pubkey-server, kept
      "Configure a server's public keys" "Name of the server"

mode conf-ssh-pubkey-user, conf-ssh-pubkey-server  parent conf-ssh-pubkey
  key-string = key ; input, sets type hash comment, hook key-string, text exit "(conf-ssh-pubkey-data)#"
      "Enter the public key as text"
  key-hash <type ssh-rsa|ssh-ed25519> <hash> [<comment LINE>] = key ; hook key-hash
      "Enter the MD5 hash of the public key"
      "RSA public key" "Ed25519 public key" "Hash of the key" "Comment"
