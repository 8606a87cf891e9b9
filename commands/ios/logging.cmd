# SPDX-License-Identifier: Apache-2.0

words SEVERITY 0-7 "Logging severity level"
    emergencies=0 "System is unusable                (severity=0)"
    alerts=1 "Immediate action needed           (severity=1)"
    critical=2 "Critical conditions               (severity=2)"
    errors=3 "Error conditions                  (severity=3)"
    warnings=4 "Warning conditions                (severity=4)"
    notifications=5 "Normal but significant conditions (severity=5)"
    informational=6 "Informational messages            (severity=6)"
    debugging=7 "Debugging messages                (severity=7)"

mode exec
  help clear  "Reset functions"
  clear logging ; level 15
      "Clear logging buffers"
  show logging ; level 1
      "Show the contents of logging buffers"

mode config
  help logging  "Modify message logging facilities"
!
  logging on(enabled) = /log:logging
      "Enable logging to all enabled destinations"
  logging buffered(enabled) [<size>] [<level SEVERITY>] = /log:logging/buffered
      "Set buffered logging parameters" "Logging buffer size"
  logging console(enabled) [<level SEVERITY>] = /log:logging/console
      "Set console logging parameters"
  logging monitor(enabled) [<level SEVERITY>] = /log:logging/monitor
      "Set terminal line (monitor) logging parameters"
  logging userinfo(userinfo) = /log:logging
      "Enable logging of user info on privileged mode enabling"
  logging rate-limit [console(console)] [all(all)] <rate> [except <except SEVERITY>] = /log:logging/rate-limit
      "Set messages per second limit" "Rate limit only console messages" "Rate limit all messages, including debug messages"
      "Messages per second" "Messages of this severity or higher"
