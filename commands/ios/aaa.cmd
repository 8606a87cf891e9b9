# SPDX-License-Identifier: Apache-2.0

mode exec
  help test  "Test subsystems, memory, and interfaces"
  show tacacs ; level 1
      "Shows tacacs+ server statistics"
  help show aaa  "Show AAA values"
  show aaa sessions ; level 15
      "Show AAA sessions as seen by AAA Session MIB"
  show aaa user {all | <.id 1-4294967295>} ; level 15, handler show-aaa-user
      "Show AAA users" "Show all users" "Unique ID of a user"
  show aaa method-lists {all | authentication | authorization | accounting} ; level 15, handler show-aaa-method-lists
      "Show method lists" "Show all kinds of method lists" "Show authentication method lists"
      "Show authorization method lists" "Show accounting method lists"
  show aaa attributes ; level 15
      "Show attributes of an EXEC that servers may grant"
  show aaa local user lockout ; level 15
      "AAA Local method options" "AAA Local user" "AAA Local locked-out users"
  clear aaa local user {lockout | fail-attempts} {username <.user WORD> | all} ; level 15, handler clear-aaa-local-user
      "Clear AAA values" "AAA Local method options" "AAA Local user"
      "Unlock users who are locked out" "Forget the failed attempts of users" "Of one user" "Name of the user" "Of all users"
  show radius statistics ; level 1
      "Shows radius server statistics" "Statistics of requests and replies"
  show aaa servers ; level 1
      "Shows all AAA servers as seen by AAA Server MIB"
  test aaa group {tacacs+ | radius | <.group WORD>} <.user WORD> <.password WORD> {legacy | new-code} ; level 15, handler test-aaa
      "AAA Test" "AAA test using a server group" "Use list of all Tacacs+ hosts" "Use list of all Radius hosts" "Name of the server group" "Username" "User password"
      "Select legacy aaa code" "Select new aaa code"

mode config
  help aaa                         "Authentication, Authorization and Accounting."
  help aaa authentication          "Authentication configurations parameters."
  help aaa authentication enable   "Set authentication list for enable."
  help aaa authorization           "Authorization configurations parameters."
  help aaa accounting              "Accounting configurations parameters."
!
  aaa new-model(new-model) = /aaa:aaa
      "Enable NEW access control commands and functions. (Disables OLD commands.)"
  aaa local authentication attempts max-fail <local/max-fail> = /aaa:aaa
      "AAA Local method options." "Local authentication" "Attempts to log in" "Max number of failed attempts before a user is locked out"
      "Number of failed attempts in a row"
  aaa authentication otp echo(otp/echo) = /aaa:aaa
      "One-time passwords of local users" "Show them while they are typed"
  aaa authentication otp console(otp/console) = /aaa:aaa
      "One-time passwords of local users" "Ask for them on the console too"
  aaa authentication login {default(name=default) | <name>} <method METHOD>... = /aaa:aaa/login
      "Set authentication lists for logins."
      "The default authentication list." "Named authentication list." "Authentication method"
  aaa authentication enable default <method METHOD>... = /aaa:aaa/enable
      "The default authentication list." "Authentication method"
  aaa authentication banner <prompts/banner BANNER> = /aaa:aaa
      "Message to use when starting login/authentication." "c banner-text c, where 'c' is a delimiting character"
  aaa authentication fail-message <prompts/fail-message BANNER> = /aaa:aaa
      "Message to use for failed login/authentication." "c message c, where 'c' is a delimiting character"
  aaa authentication password-prompt <prompts/password LINE> = /aaa:aaa
      "Text to use when prompting for a password" "Text of prompt"
  aaa authentication username-prompt <prompts/username LINE> = /aaa:aaa
      "Text to use when prompting for a username" "Text of prompt"
  aaa authorization exec {default(name=default) | <name>} <method METHOD>... = /aaa:aaa/exec
      "For starting an exec (shell)."
      "The default authorization list." "Named authorization list." "Authorization method"
  aaa authorization commands <level> {default(name=default) | <name>} <method METHOD>... = /aaa:aaa/commands ; hook aaa-commands
      "For exec (shell) commands." "Enable level"
      "The default authorization list." "Named authorization list." "Authorization method"
  aaa authorization <type> {default(name=default) | <name>} <method METHOD>... = /aaa:aaa/authorization ; kept
      "For network services. (PPP, SLIP, ARAP)" "For reverse access connections" "For downloading configurations from AAA server"
      "The default authorization list." "Named authorization list." "Authorization method"
  aaa authorization config-commands(config-commands) = /aaa:aaa
      "For configuration mode commands."
  aaa authorization console(console) = /aaa:aaa
      "For enabling console authorization"
  aaa attribute list <name> = /aaa:aaa/attribute-list ; enter config-attr-list, kept
      "AAA attribute definitions" "AAA attribute list definitions" "List name"
  aaa accounting exec {default(name=default) | <name>}
      {none(when=none) | {start-stop(when=start-stop) | stop-only(when=stop-only)} [broadcast(broadcast)] <method METHOD>...}
      = /aaa:aaa/exec-accounting
      "For starting an exec (shell)."
      "The default accounting list." "Named Accounting list."
      "No accounting." "Record start and stop without waiting" "Record stop when service terminates."
      "Use Broadcast for Accounting" "Server-group"
  aaa accounting <type> {default(name=default) | <name>}
      {none(when=none) | {start-stop(when=start-stop) | stop-only(when=stop-only)} [broadcast(broadcast)] <method METHOD>...}
      = /aaa:aaa/accounting ; kept
      "For network services. (PPP, SLIP, ARAP)" "For outbound connections."
      "The default accounting list." "Named Accounting list."
      "No accounting." "Record start and stop without waiting" "Record stop when service terminates."
      "Use Broadcast for Accounting" "Server-group"
  aaa accounting system default(name=default)
      {none(when=none) | {start-stop(when=start-stop) | stop-only(when=stop-only)} [broadcast(broadcast)] <method METHOD>...}
      = /aaa:aaa/system-accounting
      "For system events." "The default accounting list."
      "No accounting." "Record start and stop without waiting" "Record stop when service terminates."
      "Use Broadcast for Accounting" "Server-group"
  aaa accounting commands <level> {default(name=default) | <name>}
      {none(when=none) | {start-stop(when=start-stop) | stop-only(when=stop-only)} [broadcast(broadcast)] <method METHOD>...}
      = /aaa:aaa/command-accounting ; hook aaa-commands
      "For exec (shell) commands." "Enable level"
      "The default accounting list." "Named Accounting list."
      "No accounting." "Record start and stop without waiting" "Record stop when service terminates."
      "Use Broadcast for Accounting" "Server-group"
  aaa session-id <session-id> = /aaa:aaa ; kept
      "AAA Session ID" "Same session ID for all AAA services" "Unique session ID for each AAA service"
!
  aaa group server tacacs+ <name> = /srv:tacacs/group ; enter config-sg-tacacs
      "AAA group definitions" "AAA Server group definitions" "Tacacs+ group" "Server-group name"
  aaa group server radius <name> = /srv:radius/group ; enter config-sg-radius
      "AAA group definitions" "AAA Server group definitions" "Radius group" "Server-group name"

mode config-attr-list  parent config  prompt "(config-attr-list)"  title "AAA attribute list configuration commands:"
  attribute type <name> <content> [service <service>] [protocol <protocol>] [mandatory(mandatory)] = attribute ; kept
      "Attribute of this list" "Type of the attribute" "Name of the attribute" "Its value"
      "Service that it is for" "Name of the service" "Protocol that it is for" "Name of the protocol"
      "Who does not understand it must not let in"

mode config-sg-tacacs  parent config  prompt "(config-sg-tacacs+)"  title "TACACS+ server-group configuration commands:"
  help ip  "Internet Protocol config commands"
  server [name(named)] <name> = member
      "Specify a TACACS+ server" "A server that `tacacs server` defined" "Name or address of the server"
  ip vrf forwarding <vrf> ; alias vrf forwarding <vrf>
      "VPN Routing/Forwarding parameters on the group" "Configure forwarding table" "VRF name"
  ip tacacs source-interface <source-interface IFNAME>
      "TACACS+ configuration commands" "Specify interface for source address in TACACS+ packets" "Interface name"

mode config-sg-radius  parent config  prompt "(config-sg-radius)"  title "RADIUS Server-group commands:"
  help ip  "Internet Protocol config commands"
  server [name(named)] <name> [auth-port <auth-port>] [acct-port <acct-port>] = member
      "Specify a RADIUS server" "A server that `radius server` defined" "Name or address of the server"
      "UDP port for RADIUS authentication server" "Port number" "UDP port for RADIUS accounting server" "Port number"
  ip vrf forwarding <vrf> ; alias vrf forwarding <vrf>
      "VPN Routing/Forwarding parameters on the group" "Configure forwarding table" "VRF name"
  ip radius source-interface <source-interface IFNAME>
      "RADIUS configuration commands" "Specify interface for source address in RADIUS packets" "Interface name"
