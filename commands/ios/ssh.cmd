# SPDX-License-Identifier: Apache-2.0

mode config
  help ip ssh      "Configure ssh options"
  help ip scp         "Scp commands"
  help ip scp server  "Specify SCP server configuration"
  help ip ssh rsa  "Configure RSA keypair name for SSH"
  help ip ssh logging  "Configure logging for SSH"
!
  ip ssh time-out~timeout <time-out> = /ssh:ssh
      "Specify SSH time-out interval" "SSH time-out interval (secs)"
  ip ssh authentication-retries <authentication-retries> = /ssh:ssh
      "Specify number of authentication retries" "Number of authentication retries"
  ip ssh rsa keypair-name <rsa-keypair-name> = /ssh:ssh
      "Name of the RSA keypair" "Name of the RSA keypair"
  ip ssh maxstartups <maxstartups> = /ssh:ssh
      "Maximum concurrent sessions allowed to start" "Number of connections that have not logged in"
  help ip ssh penalty  "Keep out sources that misbehave"
  ip ssh penalty(penalty/enabled) = /ssh:ssh
  ip ssh penalty crash <penalty/crash> = /ssh:ssh
      "For a connection whose session fails" "Seconds; 0 for none"
  ip ssh penalty failure <penalty/failure> = /ssh:ssh
      "For a connection with failed logins only" "Seconds; 0 for none"
  ip ssh penalty no-login <penalty/no-login> = /ssh:ssh
      "For a connection without an attempt to log in" "Seconds; 0 for none"
  ip ssh penalty timeout <penalty/timeout> = /ssh:ssh
      "For a connection that does not log in in time" "Seconds; 0 for none"
  ip ssh penalty refused <penalty/refused> = /ssh:ssh
      "For a connection too many" "Seconds; 0 for none"
  ip ssh penalty threshold <penalty/threshold> = /ssh:ssh
      "Seconds owed at which a source is kept out" "Seconds"
  ip ssh penalty maximum <penalty/maximum> = /ssh:ssh
      "Most that a source can owe" "Seconds"
  ip ssh penalty exempt <penalty/exempt> = /ssh:ssh
      "Sources that are never penalized" "Number or name of the access list that permits them"
  ip ssh version <version> = /ssh:ssh
      "Specify protocol version to be supported" "Protocol version"
  help ip ssh v1   "SSH version 1"
  ip ssh v1 cipher <v1-cipher>... = /ssh:ssh
      "Ciphers of version 1: the client chooses one" "Three times DES" "DES, which a desk computer breaks"
  ip ssh logging events(logging-events) = /ssh:ssh
      "Log SSH sessions, logins and their ends"
  ip ssh dscp <dscp> = /ssh:ssh
      "IP DSCP value of SSH packets" "DSCP value"
  ip ssh precedence <precedence> = /ssh:ssh
      "IP precedence value of SSH packets, unless a DSCP value is set" "Precedence value"
  ip ssh source-interface <source-interface IFNAME> = /ssh:ssh ; kept
      "Specify interface for source address in SSH connections" "Interface the SSH client connects from"
  ip scp server enable(scp-server) = /ssh:ssh
      "Enable SCP server: files by scp and sftp, for users of privilege 15"
  ip ssh stricthostkeycheck(stricthostkeycheck) = /ssh:ssh ; kept
      "Enable SSH server authentication"
  ip ssh pubkey-chain = /ssh:ssh/pubkey-chain ; enter conf-ssh-pubkey
      "Specify SSH public keys of users and servers"

  help ip ssh dh                "Diffie-Hellman"
  help ip ssh dh min            "Least size of a Diffie-Hellman group"
  help ip ssh rekey             "Exchange keys again"
  help ip ssh server            "SSH server"
  help ip ssh server algorithm  "Algorithms the server offers, in this order"
  ip ssh dh min size <dh-min-size> = /ssh:ssh ; hook ssh-offer
      "Least size of a Diffie-Hellman group; elliptic curves are not meant"
      "1024 bits and more" "2048 bits and more: group 14" "4096 bits and more: group 16"
  ip ssh rekey time <time> = /ssh:ssh/rekey
      "After a time" "Minutes"
  ip ssh rekey volume <volume> = /ssh:ssh/rekey
      "After an amount of data in either direction" "Kilobytes"
  ip ssh server authenticate user publickey then <authenticate/then> = /ssh:ssh
      "How users log in" "Methods of users" "A public key comes first" "It is not enough: what comes behind it"
      "The user's password, and his code if he has a secret of one-time passwords" "A one-time password"
  ip ssh server algorithm encryption <encryption>... = /ssh:ssh/server-algorithm
      "Ciphers"
      "AES-128 in GCM, authenticates by itself" "AES-256 in GCM, authenticates by itself"
      "ChaCha20 and Poly1305, authenticates by itself" "AES-128 in counter mode" "AES-192 in counter mode"
      "AES-256 in counter mode" "AES-128 in CBC mode (old)" "AES-192 in CBC mode (old)" "AES-256 in CBC mode (old)"
      "Triple DES in CBC mode (old and slow)"
  ip ssh server algorithm hostkey <hostkey>... = /ssh:ssh/server-algorithm ; hook ssh-offer
      "Host key algorithms"
      "Ed25519" "ECDSA on NIST P-256" "ECDSA on NIST P-384" "ECDSA on NIST P-521" "RSA with SHA-512"
      "RSA with SHA-256" "RSA with SHA-1 (broken)" "DSA with SHA-1 (broken)"
  ip ssh server algorithm kex <kex>... = /ssh:ssh/server-algorithm ; hook ssh-offer
      "Key exchange methods"
      "NTRU Prime (post-quantum) and X25519" "NTRU Prime and X25519, by its older name"
      "ML-KEM-768 (post-quantum) and X25519" "X25519" "X25519, by its older name" "Diffie-Hellman on NIST P-256" "Diffie-Hellman on NIST P-384"
      "Diffie-Hellman on NIST P-521" "Diffie-Hellman in group 16 (4096 bits)"
      "Diffie-Hellman in group 14 (2048 bits)" "Diffie-Hellman in group 18 (8192 bits)"
      "Diffie-Hellman in group 17 (6144 bits)" "Diffie-Hellman in group 15 (3072 bits)"
      "Diffie-Hellman in a group of the client's choice" "Diffie-Hellman in a group of the client's choice, with SHA-1, old"
      "Diffie-Hellman in group 14 with SHA-1, old" "Diffie-Hellman in group 1 (1024 bits) with SHA-1, broken"
  ip ssh server algorithm mac <mac>... = /ssh:ssh/server-algorithm
      "Message authentication codes"
      "SHA-256, of the encrypted packet" "SHA-512, of the encrypted packet" "SHA-256" "SHA-512"
      "SHA-1, of the encrypted packet (old)" "SHA-1 (old)" "SHA-1 cut to 96 bits, of the encrypted packet (old)"
      "SHA-1 cut to 96 bits (old)" "MD5, of the encrypted packet (broken)" "MD5 (broken)"
      "MD5 cut to 96 bits, of the encrypted packet (broken)" "MD5 cut to 96 bits (broken)"
  ip ssh server algorithm preset <preset> = /ssh:ssh/server-algorithm ; hook ssh-offer
      "What is offered where no list says so"
      "What is sound today" "Post-quantum key exchange and Ed25519 alone" "As a device of IOS 15 (weak)"
      "As a device of IOS 12 (broken)"
  ip ssh server algorithm publickey <publickey>... = /ssh:ssh/server-algorithm
      "Signatures users' keys may make"
      "Ed25519" "ECDSA on NIST P-256" "ECDSA on NIST P-384" "ECDSA on NIST P-521" "RSA with SHA-512"
      "RSA with SHA-256" "Ed25519 of a security key" "ECDSA on NIST P-256 of a security key"
      "RSA with SHA-1 (broken)" "DSA with SHA-1 (broken)"

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
  crypto key generate ec keysize {256 | 384 | 521} [{label <.label WORD> | exportable}...] ; handler crypto-key-generate-ec
      "Generate EC keys" "Size of the key: its curve"
      "P-256" "P-384" "P-521" "Provide a label" "EC keypair label" "Allow the key to be exported"
  crypto key generate dsa [label <.label WORD>] ; handler crypto-key-generate-dsa
      "Generate DSA keys of 1024 bits, for old devices" "Provide a label" "DSA keypair label"
  crypto key zeroize rsa [<.label WORD>] ; handler
      "Remove RSA keys" "RSA keypair label"
  crypto key zeroize ec [<.label WORD>] ; handler
      "Remove EC keys" "EC keypair label"
  crypto key zeroize dsa [<.label WORD>] ; handler
      "Remove DSA keys" "DSA keypair label"

mode conf-ssh-pubkey  parent config  prompt "(conf-ssh-pubkey)"  title "SSH public key chain commands:"
  username <name> = user ; enter conf-ssh-pubkey-user
      "Configure a user's public keys" "Name of the user"
  server <name> = server ; enter conf-ssh-pubkey-server, kept
      "Configure a server's public keys" "Name of the server"
  trusted-ca <name> = trusted-ca ; enter conf-ssh-pubkey-ca
      "Configure who may sign certificates of users" "Name for the authority"

mode conf-ssh-pubkey-user, conf-ssh-pubkey-server, conf-ssh-pubkey-ca  parent conf-ssh-pubkey  title "SSH public key commands:"
  key-string = key ; input, sets type hash comment, hook key-string, text exit "(conf-ssh-pubkey-data)#"
      "Enter the public key as text"
  key-hash <type ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp256|ecdsa-sha2-nistp384|ecdsa-sha2-nistp521|sk-ssh-ed25519@openssh.com|sk-ecdsa-sha2-nistp256@openssh.com|ssh-dss>
           <hash> [<comment LINE>] = key ; hook key-hash
      "Enter the hash of the public key: MD5, of an authority's SHA-256"
      "RSA public key" "Ed25519 public key" "ECDSA public key on NIST P-256" "ECDSA public key on NIST P-384"
      "ECDSA public key on NIST P-521" "Ed25519 public key of a security key"
      "ECDSA public key of a security key on NIST P-256" "DSA public key" "Hash of the key" "Comment"

mode conf-ssh-pubkey-user
  help security-key  "What a security key must attest"
  security-key no-touch-required(no-touch-required)
      "Nobody needs to touch it"
  security-key verify-required(verify-required)
      "A PIN or a finger is needed"

mode conf-ssh-pubkey-ca
  help revoke  "Certificates that are not accepted any more"
  revoke key <fingerprint> = revoked-key
      "For this key of a user" "SHA256: and base64, as ssh-keygen -l prints it"
  revoke serial <serial> = revoked-serial
      "With this serial number" "Serial number"
