# SPDX-License-Identifier: Apache-2.0

mode config
  help logging  "Modify message logging facilities"
!
  logging trap <trap> = /log:logging ; kept
      "Set syslog server logging level"
      "System is unusable (severity=0)" "Immediate action needed (severity=1)" "Critical conditions (severity=2)"
      "Error conditions (severity=3)" "Warning conditions (severity=4)"
      "Normal but significant conditions (severity=5)" "Informational messages (severity=6)"
      "Debugging messages (severity=7)"
