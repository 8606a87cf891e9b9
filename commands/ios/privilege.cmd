# SPDX-License-Identifier: Apache-2.0

mode config
  help privilege  "Command privilege parameters"
!
  privilege <mode> [all(all)] level <level> <command COMMAND> = /sys:privileges/privilege
      "Exec mode" "Global configuration mode" "Controller configuration mode" "Interface configuration mode"
      "Line configuration mode" "Map list configuration mode" "Router configuration mode"
      "All suboption will be set to the samelevel" "Set privilege level of command" "Privilege level"
      "Initial keywords of the command to modify"
  privilege <mode> reset <command COMMAND> = /sys:privileges/privilege ; input, removes
      "Exec mode" "Global configuration mode" "Controller configuration mode" "Interface configuration mode"
      "Line configuration mode" "Map list configuration mode" "Router configuration mode"
      "Reset privilege level of command" "Initial keywords of the command to modify"
!
  alias <mode> <name> <command LINE> = /sys:aliases/alias
      "Create command alias"
      "Exec mode" "Global configuration mode" "Controller configuration mode" "Interface configuration mode"
      "Line configuration mode" "Map list configuration mode" "Router configuration mode"
      "Alias name" "Alias Line"
