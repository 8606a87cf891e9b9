# SPDX-License-Identifier: Apache-2.0

mode config
!
  logging trap(enabled) [<level SEVERITY>] = /log:logging/trap ; kept
      "Set syslog server logging level"
  logging facility <facility> = /log:logging ; kept
      "Facility parameter for syslog messages"
      "Authorization system" "Cron/at facility" "System daemons" "Kernel" "Local use" "Local use"
      "Local use" "Local use" "Local use" "Local use" "Local use" "Local use"
      "Line printer system" "Mail system" "USENET news" "Syslog itself" "User process" "Unix-to-Unix copy system"
  logging source-interface <source-interface IFNAME> = /log:logging ; kept
      "Specify interface for source address in logging transactions" "Interface name"
  logging host <address A.B.C.D> = /log:logging/host ; kept, alias logging <address A.B.C.D>
      "Set syslog server IP address and parameters" "IP address of the syslog server"
