# SPDX-License-Identifier: Apache-2.0

mode config
!
  line {con(type=con) <number 0-0> | aux(type=aux) <number 0-0> | vty(type=vty) <number 0-15> [<.last 1-15>]}
      = /line:lines/line ; enter config-line, range number last, entries "line con 0" "line aux 0" "line vty 0 4"
      "Configure a terminal line"
      "Primary terminal line" "First Line number" "Auxiliary line" "First Line number"
      "Virtual terminal" "First Line number" "Last Line number"

mode config-line  parent config  prompt "(config-line)"
  exec-timeout <exec-timeout/minutes> [!<exec-timeout/seconds>]
      "Set the EXEC timeout" "Timeout in minutes" "Timeout in seconds"
  password [<password/type 0|7 (0)>] <password/value LINE> ; hook hash-secret
      "Set a password"
      "Specifies an UNENCRYPTED password will follow" "Specifies a HIDDEN password will follow"
      "The UNENCRYPTED (cleartext) line password"
  login [{local(login=local) | authentication(login=list) {default(login-list=default) | <login-list>}}]
      ; else login=password, no login=none
      "Enable password checking"
      "Local password checking" "Authentication parameters."
      "Use the default authentication list." "Use an authentication list with this name."
  location <location LINE>
      "Enter terminal location description" "One text line describing the terminal's location"
  transport input {<transport/input none> | <transport/input all> | <transport/input telnet|ssh>...}
      "Define transport protocols for line" "Define which protocols to use when connecting to the terminal server"
      "No protocols" "All protocols" "TCP/IP Telnet protocol" "TCP/IP SSH protocol"
