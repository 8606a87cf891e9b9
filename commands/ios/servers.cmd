# SPDX-License-Identifier: Apache-2.0

mode config
  help tacacs-server  "Modify TACACS query parameters"
  help radius-server  "Modify RADIUS query parameters"
!
  tacacs server <name> = /srv:tacacs/server ; enter config-server-tacacs
      "TACACS+ servers" "Configure a TACACS+ server" "Name of the server"
!
  tacacs-server host <name> [single-connection(single-connection)] [port <port>] [timeout <timeout>]
      [key [<key/type 0|6|7 (0)>] <key/value SECRET>] = /srv:tacacs/host ; hook server-key
      "Specify a TACACS server" "Name or address of the server"
      "Multiplex all packets over a single tcp connection to the server" "TCP port for the server" "Port number"
      "Time to wait for this server to reply" "Wait time (secs)" "Per-server encryption key"
      "Specifies an UNENCRYPTED key will follow" "Specifies an ENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) server key"
  tacacs-server timeout <timeout> = /srv:tacacs
      "Time to wait for a TACACS server to reply" "Wait time (secs)"
  ip tacacs source-interface <source-interface IFNAME> = /srv:tacacs
      "TACACS configuration commands" "Specify interface for source address in TACACS packets" "Interface name"
  tacacs-server deadtime <deadtime> = /srv:tacacs
      "Time to stop using a server that does not respond" "Time in minutes"
  tacacs-server key [<key/type 0|6|7 (0)>] <key/value SECRET> = /srv:tacacs ; hook server-key
      "Set TACACS+ encryption key"
      "Specifies an UNENCRYPTED key will follow" "Specifies an ENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) shared key"
  radius server <name> = /srv:radius/server ; enter config-radius-server
      "RADIUS servers" "Configure a RADIUS server" "Name of the server"
!
  radius-server host <name> [!auth-port <auth-port (1645)>] [!acct-port <acct-port (1646)>] [timeout <timeout>]
      [retransmit <retransmit>] [key [<key/type 0|6|7 (0)>] <key/value SECRET>] = /srv:radius/host ; hook server-key
      "Specify a RADIUS server" "Name or address of the server"
      "UDP port for RADIUS authentication server" "Port number" "UDP port for RADIUS accounting server" "Port number"
      "Time to wait for this RADIUS server to reply" "Wait time (secs)"
      "Number of retries to active server" "Number of retries"
      "Per-server encryption key"
      "Specifies an UNENCRYPTED key will follow" "Specifies an ENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) server key"
  radius-server timeout <timeout> = /srv:radius
      "Time to wait for a RADIUS server to reply" "Wait time (secs)"
  ip radius source-interface <source-interface IFNAME> = /srv:radius
      "RADIUS configuration commands" "Specify interface for source address in RADIUS packets" "Interface name"
  radius-server retransmit <retransmit> = /srv:radius
      "Specify the number of retries to active server" "Number of retries for a transaction"
  radius-server deadtime <deadtime> = /srv:radius
      "Time to stop using a server that doesn't respond" "Time in minutes"
  radius-server dead-criteria [time <dead-criteria/time>] [tries <dead-criteria/tries>] = /srv:radius
      "Set the criteria used to decide when a RADIUS server is marked dead"
      "The time during which no properly formed response must be received" "Time in seconds"
      "The number of times a server can be tried without an answer" "Number of transmits"
  radius-server key [<key/type 0|6|7 (0)>] <key/value SECRET> = /srv:radius ; hook server-key
      "Encryption key shared with the RADIUS servers"
      "Specifies an UNENCRYPTED key will follow" "Specifies an ENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) shared key"

mode config-server-tacacs  parent config  prompt "(config-server-tacacs)"  title "TACACS+ server configuration commands:"
  address {ipv4 <address/ipv4 A.B.C.D> | ipv6 <address/ipv6 X:X::X>}
      "Specify the address of the server" "IPv4 address" "IPv4 address of the server" "IPv6 address" "IPv6 address of the server"
  key [<key/type 0|6|7 (0)>] <key/value SECRET> ; hook server-key
      "Set the encryption key of this server"
      "Specifies an UNENCRYPTED key will follow" "Specifies an ENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) shared key"
  port <port>
      "TCP port for the server" "Port number"
  timeout <timeout>
      "Time to wait for this server to reply" "Wait time (secs)"
  single-connection(single-connection)
      "Multiplex all packets over a single tcp connection to the server"
  help tls  "TLS configuration parameters of this server"
  tls port <tls/port>
      "TCP port for TLS" "Port number"
  help tls trustpoint  "Trustpoints of TLS"
  tls trustpoint client <tls/client-trustpoint>
      "What this device shows of itself" "Name of the trustpoint with its certificate"
  tls trustpoint server <tls/trustpoint>
      "Who may vouch for the server" "Name of the tls-profile with the authorities"
  tls match-server-identity {hostname <tls/hostname> | ip-address <tls/ip-address>}
      "Whom the certificate of the server must name" "A name" "Name in the certificate" "An address" "Address in the certificate"

mode config-radius-server  parent config  prompt "(config-radius-server)"  title "RADIUS server sub-mode commands:"
  address {ipv4 <address/ipv4 A.B.C.D> | ipv6 <address/ipv6 X:X::X>} [!auth-port <address/auth-port>] [!acct-port <address/acct-port>]
      "Specify the radius server address" "IPv4 address" "IPv4 address of the server" "IPv6 address" "IPv6 address of the server"
      "UDP port for RADIUS authentication server" "Port number" "UDP port for RADIUS accounting server" "Port number"
  key [<key/type 0|6|7 (0)>] <key/value SECRET> ; hook server-key
      "Per-server encryption key"
      "Specifies an UNENCRYPTED key will follow" "Specifies an ENCRYPTED key will follow" "Specifies a HIDDEN key will follow"
      "The UNENCRYPTED (cleartext) server key"
  timeout <timeout>
      "Time to wait for this server to reply" "Wait time (secs)"
  retransmit <retransmit>
      "Number of retries to active server" "Number of retries"
  require-message-authenticator(require-message-authenticator) ; no require-message-authenticator=false, hook radius-unsigned, hook-no
      "Ignore replies without Message-Authenticator"
  help tls  "TLS configuration parameters of this server"
  tls port <tls/port>
      "TCP port for TLS" "Port number"
  help tls trustpoint  "Trustpoints of TLS"
  tls trustpoint client <tls/client-trustpoint>
      "What this device shows of itself" "Name of the trustpoint with its certificate"
  tls trustpoint server <tls/trustpoint>
      "Who may vouch for the server" "Name of the tls-profile with the authorities"
  tls match-server-identity {hostname <tls/hostname> | ip-address <tls/ip-address>}
      "Whom the certificate of the server must name" "A name" "Name in the certificate" "An address" "Address in the certificate"
  automate-tester username <automate-tester/username>
      {probe-on(automate-tester/probe-on) |
      [ignore-auth-port(automate-tester/ignore-auth-port) | ignore-acct-port(automate-tester/ignore-acct-port)]
      [idle-time <automate-tester/idle-time>]}
      "Test whether the server is there" "A user it does not know" "Name of the user"
      "Only when its dead time is over, and it is dead until it answers" "Do not send logins" "Do not send accounting records"
      "Time without a request until it is tested" "Time in minutes"
