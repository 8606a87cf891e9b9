# SPDX-License-Identifier: Apache-2.0
# What every session can type before it configures anything.

mode exec  title "Exec commands:"
  help show  "Show running system information"

  enable [<.level 0-15>] ; level 0
      "Turn on privileged commands" "Enable level"
  disable [<.level 0-15>] ; level 0
      "Turn off privileged commands" "Privilege level to go to"
  exit ; level 0
      "Exit from the EXEC"
  help ; level 0
      "Description of the interactive help system"
  logout ; level 0
      "Exit from the EXEC"
  quit ; level 0, handler logout
      "Exit from the EXEC"
  help configure  "Enter configuration mode"
  configure [terminal] ; level 15
      "Configure from the terminal"

  show version ; level 1
      "System hardware and software status"
  show users [all] ; level 1
      "Display information about terminal lines" "Include information about inactive ports"
  who [all] ; level 1, handler show-users
      "Display information about terminal lines" "Include information about inactive ports"
  systat [all] ; level 1, handler show-users
      "Display information about terminal lines" "Include information about inactive ports"
  show privilege ; level 1
      "Show current privilege level"
  show line [{<.tty 0-16385> | aux <.number 0-0> | console <.number 0-0> | vty <.number 0-16383> | summary}] ; level 1
      "TTY line information" "Line number" "Auxiliary line" "Line number" "Primary terminal line" "Line number"
      "Virtual terminal" "Line number" "Quick line status summary"
  show terminal ; level 1
      "Display terminal configuration parameters"
  show history ; level 1
      "Display the session command history"
  show sessions ; level 1
      "Information about Telnet connections"
  where ; level 1, handler show-sessions
      "List active connections"
  help show running-config  "Current operating configuration"
  show running-config [all] ; level 15
      "Configuration with defaults"
  show running-config interface <.name IFNAME> ; level 15, handler show-running-config
      "Show interface configuration" "Interface number"
  show configuration ; level 15, handler show-startup-config
      "Contents of Non-Volatile memory"
  show aliases [{exec | configure | controller | interface | line | map-list | router}] ; level 1
      "Display alias commands"
      "Exec mode" "Global configuration mode" "Controller configuration mode" "Interface configuration mode"
      "Line configuration mode" "Map list configuration mode" "Router configuration mode"
  show startup-config ; level 15
      "Contents of startup configuration"

  clear line {<.tty 0-16385> | aux <.number 0-0> | console <.number 0-0> | vty <.number 0-16383>} ; level 15
      "Reset a terminal line" "Line number" "Auxiliary line" "Line number"
      "Primary terminal line" "Line number" "Virtual terminal" "Line number"
  send {* | <.tty 0-16385> | aux <.number 0-0> | console <.number 0-0> | vty <.number 0-16383>} ; level 15
      "Send a message to other tty lines" "All tty lines" "Send a message to a specific line"
      "Auxiliary line" "Line number" "Primary terminal line" "Line number" "Virtual terminal" "Line number"
  lock ; level 1
      "Lock the terminal"

  help terminal          "Set terminal line parameters"
  help terminal no       "Negate a command or set its defaults"
  help terminal default  "Set a command to its defaults"
  terminal length <.lines 0-512> ; level 1
      "Set number of lines on a screen" "Number of lines on screen (0 for no pausing)"
  terminal no length ; level 1, handler terminal-length
      "Set number of lines on a screen"
  terminal default length ; level 1, handler terminal-length
      "Set number of lines on a screen"
  terminal width {<.columns 0-0> | <.columns 24-512>} ; level 1
      "Set width of the display terminal" "No limit" "Number of characters on a screen line"
  terminal no width ; level 1, handler terminal-width
      "Set width of the display terminal"
  terminal default width ; level 1, handler terminal-width
      "Set width of the display terminal"
  terminal history [size <.lines 0-256>] ; level 1
      "Enable and control the command history function" "Set history buffer size" "Size of history buffer"
  terminal no history [size] ; level 1, handler terminal-history
      "Enable and control the command history function" "Set history buffer size"
  terminal default history [size] ; level 1, handler terminal-history
      "Enable and control the command history function" "Set history buffer size"
  terminal editing ; level 1
      "Enable command line editing"
  terminal no editing ; level 1, handler terminal-editing
      "Enable command line editing"
  terminal default editing ; level 1, handler terminal-editing
      "Enable command line editing"
  terminal monitor ; level 1
      "Copy debug output to the current terminal line"
  terminal no monitor ; level 1, handler terminal-monitor
      "Copy debug output to the current terminal line"
  terminal default monitor ; level 1, handler terminal-monitor
      "Copy debug output to the current terminal line"

mode config  parent exec  prompt "(config)"  title "Configure commands:"
  end ; level 0, everywhere, handler
      "Exit from configure mode"
  exit ; level 0, everywhere, handler
      "Exit from this mode"
  help ; level 0, everywhere, handler
      "Description of the interactive help system"
  do~do-exec <.line LINE> ; level 0, everywhere, handler
      "To run exec commands in config mode" "Exec command"
