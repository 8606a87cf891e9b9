# SPDX-License-Identifier: Apache-2.0

mode config
  help line  "Configure a terminal line"
!
  line <.first 0-16385> [<.end 1-16385>] = /line:lines/line
      ; input, sets type number last, hook line-number, hook-no, enter config-line, range number last
      "First Line number" "Last Line number"
  line {con~console(type=con) <number 0-0> | aux(type=aux) <number 0-0> | vty(type=vty) <number 0-16383> [<last 1-16383>]}
      = /line:lines/line ; enter config-line, range number last, entries "line con 0" "line aux 0" "line vty 0 4"
      "Primary terminal line" "First Line number" "Auxiliary line" "First Line number"
      "Virtual terminal" "First Line number" "Last Line number"

mode config-line  parent config  prompt "(config-line)"  title "Line configuration commands:"
  help history    "Enable and control the command history function"
  help transport  "Define transport protocols for line"
  help authorization  "Authorization parameters."
  help accounting  "Accounting parameters."
  session-timeout <session-timeout/minutes> [output(session-timeout/output)] ; kept
      "Set interval for closing connection when there is no input traffic" "Session timeout interval in minutes"
      "Reset the timeout by output too"
  access-class <name> <direction> [vrf-also(vrf-also)] = access-class ; hook access-class
      "Filter connections based on an IP access list" "Number or name of the access list"
      "Filter incoming connections" "Filter outgoing connections" "Same access list for all VRFs"
  ipv6 access-class <name> <direction> [vrf-also(vrf-also)] = ipv6-access-class ; hook access-class
      "IPv6 options" "Filter connections based on an IPv6 access list" "Name of the access list"
      "Filter incoming connections" "Filter outgoing connections" "Same access list for all VRFs"
  exec-timeout <exec-timeout/minutes> [!<exec-timeout/seconds>]
      "Set the EXEC timeout" "Timeout in minutes" "Timeout in seconds"
  absolute-timeout <absolute-timeout>
      "Set absolute timeout for line disconnection" "Absolute timeout interval in minutes"
  logout-warning [<logout-warning (20)>]
      "Set countdown before the absolute timeout" "Warning time in seconds"
  timeout login response <login-response>
      "Timeouts for the line" "Timeouts related to the login sequence" "Timeout for any user input during login"
      "Timeout in seconds"
  session-limit <session-limit> ; kept
      "Set maximum number of sessions opened from the line" "Maximum number of sessions"
  privilege level <privilege>
      "Change privilege level for line" "Assign default privilege level for line" "Default privilege level for line"
  password [<password/type 0|7 (0)>] <password/value SECRET> ; hook hash-secret
      "Set a password"
      "Specifies an UNENCRYPTED password will follow" "Specifies a HIDDEN password will follow"
      "The UNENCRYPTED (cleartext) line password"
  logging synchronous(logging/synchronous) [level <logging/level all|0|1|2|3|4|5|6|7>] [limit <logging/limit>] ; kept
      "Modify message logging facilities" "Synchronized message output"
      "Severity level to output asynchronously" "All severity levels"
      "Emergencies" "Alerts" "Critical" "Errors" "Warnings" "Notifications" "Informational" "Debugging"
      "Messages queue size" "Number of messages in the queue"
  login [{local(login=local) | authentication(login=list) {default(login-list=default) | <login-list>}}]
      ; else login=password, no login=none, hook line-login
      "Enable password checking"
      "Local password checking" "Authentication parameters."
      "Use the default authentication list." "Use an authentication list with this name."
  authorization exec {default(authorization/exec=default) | <authorization/exec>}
      "For starting an exec (shell)." "Use the default authorization list."
      "Use an authorization list with this name."
  authorization commands <level> {default(name=default) | <name>} = authorization/commands
      "For exec (shell) commands." "Enable level" "Use the default authorization list." "Use an authorization list with this name."
  authorization reverse-access {default(authorization/reverse-access=default) | <authorization/reverse-access>} ; kept
      "For reverse access connections" "Use the default authorization list." "Use an authorization list with this name."
  accounting exec {default(accounting/exec=default) | <accounting/exec>}
      "For starting an exec (shell)." "Use the default accounting list."
      "Use an accounting list with this name."
  accounting commands <level> {default(name=default) | <name>} = accounting/commands
      "For exec (shell) commands." "Enable level" "Use the default accounting list." "Use an accounting list with this name."
  accounting connection {default(accounting/connection=default) | <accounting/connection>} ; kept
      "For outbound connections." "Use the default accounting list." "Use an accounting list with this name."
  location <location LINE>
      "Enter terminal location description" "One text line describing the terminal's location"
  exec(exec)
      "Start an EXEC process"
  autocommand <autocommand LINE>
      "Automatically execute an EXEC command" "Appropriate EXEC command"
  exec-banner(exec-banner)
      "Enable the display of the EXEC and MOTD banners"
  motd-banner(motd-banner)
      "Enable the display of the MOTD banner"
  vacant-message <vacant-message BANNER>
      "Define the message of a line nobody uses" "c message c, where 'c' is a delimiting character"
  refuse-message <refuse-message BANNER>
      "Define the message of a refused connection" "c message c, where 'c' is a delimiting character"
  lockable(lockable)
      "Allow users to lock a line"
  monitor(monitor)
      "Copy debug output to the current terminal line"
  notify(notify) ; kept
      "Inform users of output from concurrent sessions"
  full-help(full-help) ; kept
      "Provide help to unprivileged user"
  editing(editing)
      "Enable command line editing"
  length <length>
      "Set number of lines on a screen" "Number of lines on screen (0 for no pausing)"
  width {<width 0-0> | <width 24-512>}
      "Set width of the display terminal" "No limit" "Number of characters on a screen line"
  history(history/enabled)
  history size <history/size>
      "Set history buffer size" "Size of history buffer"
  escape-character <escape-character> ; kept
      "Change the current line's escape character" "Escape character, its ASCII decimal equivalent, BREAK, DEFAULT or NONE"
  ip netmask-format <ip-netmask-format> ; kept
      "IP options" "Change the display of netmasks" "Display netmask as number of significant bits" "Display netmask in dotted decimal"
      "Display netmask in hexadecimal"
  transport preferred <transport/preferred>
      "Specify the preferred transport protocol" "No protocols" "TCP/IP SSH protocol" "TCP/IP Telnet protocol"
  transport input {<transport/input none> | <transport/input all> | <transport/input telnet|ssh>...}
      "Define which protocols to use when connecting to the terminal server"
      "No protocols" "All protocols" "TCP/IP Telnet protocol" "TCP/IP SSH protocol"
  transport output {<transport/output none> | <transport/output all> | <transport/output telnet|ssh>...} ; kept
      "Define which protocols to use for outgoing connections"
      "No protocols" "All protocols" "TCP/IP Telnet protocol" "TCP/IP SSH protocol"
  rotary <port/rotary> ; kept
      "Add line to a rotary group" "Rotary group to add line to"
  modem <port/modem> ; kept
      "Configure the Modem Control Lines" "Configure line for both incoming and outgoing use of modem"
      "Devices that expect an incoming modem call" "Configure line for a modern dial-in modem"
      "Configure line for reverse connections" "Configure line for a dial-in modem"
      "Configure line to require CTS"
  parity <port/parity> ; kept
      "Set terminal parity" "Even parity" "Mark parity" "No parity" "Odd parity" "Space parity"
  databits <port/databits> ; kept
      "Set number of data bits per character" "Number of data bits"
  stopbits <port/stopbits> ; kept
      "Set async line stop bits" "One stop bit" "One and one-half stop bits" "Two stop bits"
  speed <port/speed> ; kept
      "Set the transmit and receive speeds" "Transmit and receive speeds"
  flowcontrol <port/flowcontrol> [<port/flow-way>] ; kept
      "Set the flow control" "Set no flow control" "Set hardware flow control" "Set software flow control"
      "Listen to flow control from the attached device" "Send flow control information to the attached device"
