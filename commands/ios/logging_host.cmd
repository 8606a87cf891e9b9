# SPDX-License-Identifier: Apache-2.0

mode config
!
  logging trap(enabled) [<level SEVERITY>] = /log:logging/trap ; kept
      "Set syslog server logging level"
  logging host <address A.B.C.D> = /log:logging/host ; kept, alias logging <address A.B.C.D>
      "Set syslog server IP address and parameters" "IP address of the syslog server"
