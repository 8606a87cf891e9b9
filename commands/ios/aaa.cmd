# SPDX-License-Identifier: Apache-2.0

mode config
  help aaa                       "Authentication, Authorization and Accounting."
  help aaa authentication        "Authentication configurations parameters."
!
  aaa new-model(new-model) = /aaa:aaa
      "Enable NEW access control commands and functions. (Disables OLD commands.)"
  aaa authentication login {default(name=default) | <name>} <method>... = /aaa:aaa/login
      "Set authentication lists for logins."
      "The default authentication list." "Named authentication list."
      "Use local username authentication." "Use case-sensitive local username authentication."
      "Use enable password for authentication." "Use line password for authentication." "NO authentication."
      "Use list of all Tacacs+ hosts." "Use list of all Radius hosts."
