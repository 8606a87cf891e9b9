# SPDX-License-Identifier: Apache-2.0
# Kept: a login method that would ask these servers gets no answer and the next method of its list is tried.

mode config
  help tacacs-server  "Modify TACACS query parameters"
  help radius-server  "Modify RADIUS query parameters"
!
  tacacs-server host <name> [single-connection(single-connection)] [port <port>] [timeout <timeout>]
      [key [<key/type 0|7 (0)>] <key/value SECRET>] = /srv:tacacs/host ; kept
      "Specify a TACACS server" "Name or address of the server"
      "Multiplex all packets over a single tcp connection to the server" "TCP port for the server" "Port number"
      "Time to wait for this server to reply" "Wait time (secs)" "Per-server encryption key"
      "Specifies an UNENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) server key"
  tacacs-server key [<key/type 0|7 (0)>] <key/value SECRET> = /srv:tacacs ; kept
      "Set TACACS+ encryption key"
      "Specifies an UNENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) shared key"
  radius-server host <name> [!auth-port <auth-port (1645)>] [!acct-port <acct-port (1646)>] [timeout <timeout>]
      [retransmit <retransmit>] [key [<key/type 0|7 (0)>] <key/value SECRET>] = /srv:radius/host ; kept
      "Specify a RADIUS server" "Name or address of the server"
      "UDP port for RADIUS authentication server" "Port number" "UDP port for RADIUS accounting server" "Port number"
      "Time to wait for this RADIUS server to reply" "Wait time (secs)"
      "Number of retries to active server" "Number of retries"
      "Per-server encryption key"
      "Specifies an UNENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) server key"
  radius-server key [<key/type 0|7 (0)>] <key/value SECRET> = /srv:radius ; kept
      "Encryption key shared with the RADIUS servers"
      "Specifies an UNENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) shared key"
