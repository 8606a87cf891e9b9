# SPDX-License-Identifier: Apache-2.0
# What every session can type before it configures anything.

mode exec
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
  configure [terminal] ; level 15
      "Enter configuration mode" "Configure from the terminal"
  reload ; level 15
      "Halt and perform a cold restart"

  show version ; level 1
      "System hardware and software status"
  show users ; level 1
      "Display information about terminal lines"
  who ; level 1, handler show-users
      "Display information about terminal lines"
  show privilege ; level 1
      "Show current privilege level"
  show clock ; level 1
      "Display the system clock"
  show logging ; level 1
      "Show the contents of logging buffers"
  show line ; level 1
      "TTY line information"
  show running-config [all] ; level 15
      "Current operating configuration" "Configuration with defaults"
  show aliases [{exec | configure | controller | interface | line | map-list | router}] ; level 1
      "Display alias commands"
      "Exec mode" "Global configuration mode" "Controller configuration mode" "Interface configuration mode"
      "Line configuration mode" "Map list configuration mode" "Router configuration mode"
  show startup-config ; level 15
      "Contents of startup configuration"

  help terminal          "Set terminal line parameters"
  help terminal history  "Enable and control the command history function"
  help terminal no       "Negate a command or set its defaults"
  terminal length <.lines 0-512> ; level 1
      "Set number of lines on a screen" "Number of lines on screen (0 for no pausing)"
  terminal width <.columns 0-512> ; level 1
      "Set width of the display terminal" "Number of characters on a screen line (0 for no limit)"
  terminal history size <.lines 0-256> ; level 1
      "Set history buffer size" "Size of history buffer"
  terminal monitor ; level 1
      "Copy log and debug output to the current terminal line"
  terminal no monitor ; level 1, handler terminal-monitor
      "Stop copying log and debug output to the current terminal line"

mode config  parent exec  prompt "(config)"
  end ; level 0, everywhere, handler
      "Exit from configure mode"
  exit ; level 0, everywhere, handler
      "Exit from this mode"
  help ; level 0, everywhere, handler
      "Description of the interactive help system"
  do~do-exec <.line LINE> ; level 0, everywhere, handler
      "To run exec commands in config mode" "Exec command"
