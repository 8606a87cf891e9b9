# SPDX-License-Identifier: Apache-2.0
# Every switch has three rows here, and one in src/core/debug.h.

mode exec
  help debug        "Debugging functions (see also 'undebug')"
  help debug ip     "IP information"
  help no           "Disable debugging functions"
  help no debug     "Disable debugging functions (see also 'undebug')"
  help no debug ip  "IP information"
  help undebug      "Disable debugging functions (see also 'debug')"
  help undebug ip   "IP information"
  help debug aaa    "AAA Authentication, Authorization and Accounting"
  help no debug aaa "AAA Authentication, Authorization and Accounting"
  help undebug aaa  "AAA Authentication, Authorization and Accounting"

  debug all ; level 15, handler debug-all
      "Enable all debugging"
  no debug all ; level 15, handler debug-all
      "Disable all debugging"
  undebug all ; level 15, handler debug-all
      "Disable all debugging"
  show debugging ; level 1
      "State of each debugging option"

  debug ip ssh ; level 15, handler debug
      "Incoming ssh debugging"
  debug ip scp ; level 15, handler debug
      "Incoming scp debugging"
  no debug ip ssh ; level 15, handler debug
      "Incoming ssh debugging"
  no debug ip scp ; level 15, handler debug
      "Incoming scp debugging"
  undebug ip ssh ; level 15, handler debug
      "Incoming ssh debugging"
  debug ip ssh client ; level 15, handler debug
      "Incoming ssh debugging" "SSH client debugging"
  no debug ip ssh client ; level 15, handler debug
      "Incoming ssh debugging" "SSH client debugging"
  undebug ip ssh client ; level 15, handler debug
      "Incoming ssh debugging" "SSH client debugging"
  debug ip ssh detail ; level 15, handler debug
      "Incoming ssh debugging" "SSH protocol and channel requests"
  no debug ip ssh detail ; level 15, handler debug
      "Incoming ssh debugging" "SSH protocol and channel requests"
  undebug ip ssh detail ; level 15, handler debug
      "Incoming ssh debugging" "SSH protocol and channel requests"
  debug ip ssh packet ; level 15, handler debug
      "Incoming ssh debugging" "SSH packets"
  no debug ip ssh packet ; level 15, handler debug
      "Incoming ssh debugging" "SSH packets"
  undebug ip ssh packet ; level 15, handler debug
      "Incoming ssh debugging" "SSH packets"
  undebug ip scp ; level 15, handler debug
      "Incoming scp debugging"
  debug radius ; level 15, handler debug
      "RADIUS protocol"
  no debug radius ; level 15, handler debug
      "RADIUS protocol"
  undebug radius ; level 15, handler debug
      "RADIUS protocol"
  debug tacacs ; level 15, handler debug
      "TACACS authentication and authorization"
  no debug tacacs ; level 15, handler debug
      "TACACS authentication and authorization"
  undebug tacacs ; level 15, handler debug
      "TACACS authentication and authorization"
  debug aaa authentication ; level 15, handler debug
      "Authentication"
  no debug aaa authentication ; level 15, handler debug
      "Authentication"
  undebug aaa authentication ; level 15, handler debug
      "Authentication"
  debug aaa authorization ; level 15, handler debug
      "Authorization"
  no debug aaa authorization ; level 15, handler debug
      "Authorization"
  undebug aaa authorization ; level 15, handler debug
      "Authorization"
  debug aaa accounting ; level 15, handler debug
      "Accounting"
  no debug aaa accounting ; level 15, handler debug
      "Accounting"
  undebug aaa accounting ; level 15, handler debug
      "Accounting"
