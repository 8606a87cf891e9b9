# SPDX-License-Identifier: Apache-2.0

mode config
!
  logging trap(enabled) [<level SEVERITY>] = /log:logging/trap
      "Set syslog server logging level"
  logging trap syslog-format <syslog-format> = /log:logging
      "Set syslog server logging level" "Format of the messages sent to syslog servers"
      "As RFC 3164 has it" "As RFC 5424 has it"
  logging facility <facility> = /log:logging
      "Facility parameter for syslog messages"
      "Authorization system" "Cron/at facility" "System daemons" "Kernel" "Local use" "Local use"
      "Local use" "Local use" "Local use" "Local use" "Local use" "Local use"
      "Line printer system" "Mail system" "USENET news" "Syslog itself" "User process" "Unix-to-Unix copy system"
  logging origin-id {hostname(kind=hostname) | ip(kind=ip) | string(kind=string) <text>} = /log:logging/origin-id
      "Add origin ID to syslog messages" "Use origin hostname as ID" "Use origin IP address as ID"
      "Define a unique text string as ID" "Text string"
  logging source-interface <source-interface IFNAME> = /log:logging
      "Specify interface for source address in logging transactions" "Interface name"
  logging tls-profile <name> = /log:logging/tls-profile ; enter config-tls-profile
      "Configure a TLS profile for logging" "Name of the profile"
  logging host <address> [vrf <vrf>]
      [transport {udp(transport=udp) | tcp(transport=tcp) | tls(transport=tls) [profile <tls-profile>]} [port <port>]]
      = /log:logging/host ; else vrf=, alias logging <address A.B.C.D>
      "Set syslog server IP address and parameters" "Name or address of the syslog server" "Set VRF option" "VRF name"
      "Specify the transport protocol" "Transport by UDP" "Transport by TCP" "Transport by TLS over TCP"
      "TLS profile to be used" "Name of the profile" "Specify the port of the syslog server" "Port number"

mode config-tls-profile  parent config  prompt "(config-tls-profile)"  title "TLS profile configuration commands:"
  ca-file <ca-file>
      "Authorities that may vouch for a syslog server" "File with their certificates (PEM)"
  client-id-trustpoint <client-id-trustpoint>
      "What this device shows of itself" "Name of the trustpoint with its certificate"
