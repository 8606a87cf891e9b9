# SPDX-License-Identifier: Apache-2.0

mode config
!
  privilege <mode> level <level> <command COMMAND> = /sys:privileges/privilege
      "Command privilege parameters" "Exec mode" "Global configuration mode"
      "Set privilege level of command" "Privilege level" "Initial keywords of the command to modify"
